"""What a statement says, in the words that the prover knows: equalities that hold by definition.

Draw counts become cases, sums over all tokens functionals, tails of a collapse time events of one
generation, conditional probabilities quotients. Nothing here looks at what is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.counts import draw_count
from refutable.derivations.domain import Domain
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.normal import power_series

from .events import simplify_events
from .jordan import LEMMA, split_differences
from .tokensums import sum_tokens

__all__ = ["read_off", "rewrite"]


def rewrite(e: sp.Basic, domain: Mapping[sp.Basic, Domain]) -> tuple[sp.Basic, list[str]]:
    """(the same statement or expression, the lemmas that this rests on)."""
    lemmas: list[str] = []
    new = _tail_sums(e)
    if new != e:
        lemmas.append("lemma.tailsum")
    split = split_differences(new)
    if split != new:
        lemmas.append(LEMMA)
    new = _power_series(_counts(split))
    new = sum_tokens(new, domain)
    return simplify_events(_bare_events(new)), lemmas


def _tail_sums(e: sp.Basic) -> sp.Basic:
    """sum_{j >= a} P(T > j) = E T - sum_{j < a} P(T > j), for whole a >= 0 and a whole T >= 0."""
    table: dict[sp.Basic, sp.Basic] = {}
    for node in e.atoms(sp.Sum):
        if len(node.limits) != 1 or not isinstance(node.function, Q.Prob):
            continue
        j, a, b = node.limits[0]
        event = node.function.args[0]
        if b is not sp.oo or not (a.is_Integer and a >= 0) or node.function.given is not None:
            continue
        if isinstance(event, S.Rel) and isinstance(event.lhs, Q.CollapseTime):
            shift = sp.expand(event.rhs - j)
            first = a + shift
            if event.op == ">" and shift.is_Integer and first >= 0:
                time = event.lhs
                head = [Q.Prob(S.gt(time, sp.Integer(k))) for k in range(int(first))]
                table[node] = Q.Mean(time) - sp.Add(*head)
    return e.xreplace(table) if table else e


def _power_series(e: sp.Basic) -> sp.Basic:
    """Sums of c k**-p up to infinity by their zeta values."""
    table = {}
    for node in e.atoms(sp.Sum):
        if len(node.limits) == 1 and node.limits[0][2] is sp.oo:
            value = power_series(node.function, *node.limits[0][:2])
            if value is not None:
                table[node] = value
    return e.xreplace(table) if table else e


def _counts(e: sp.Basic) -> sp.Basic:
    table: dict[sp.Basic, sp.Basic] = {}
    for node in e.atoms(Q.DrawCount):
        try:
            table[node] = draw_count(node)
        except OutsideFragment:
            continue
    return e.xreplace(table) if table else e


def _bare_events(e: sp.Basic) -> sp.Basic:
    """A point mass, said of a vector outside a probability: its largest coordinate is one."""
    if isinstance(e, Q.IsDirac):
        return S.eq(Q.NormInf(e.args[0]), 1)
    if isinstance(e, (Q.Prob, Q.Mean)) or not isinstance(e, S.Statement) or isinstance(e, S.Rel):
        return e
    args = [_bare_events(a) for a in e.args]
    return e if all(a is b for a, b in zip(args, e.args, strict=True)) else e.func(*args)


def read_off(e: sp.Basic) -> sp.Basic:
    """Coefficients of means that were derived: the coefficient in the derived polynomial."""
    table: dict[sp.Basic, sp.Basic] = {}
    for node in e.atoms(Q.Coefficient):
        formula, x, k = node.args
        if isinstance(formula, Q.Mean) or not k.is_Integer:
            continue
        name = sp.Dummy()
        plain = sp.expand(formula.xreplace({x: name}))
        if not plain.is_polynomial(name):
            raise OutsideFragment(f"{formula} is no polynomial in {x}", part="coefficient")
        table[node] = sp.factor(plain.coeff(name, k))
    return e.xreplace(table) if table else e
