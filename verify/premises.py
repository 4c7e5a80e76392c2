"""Premises about all indices, at instances with explicit sequences, and where one barely holds.

A premise "for all t: ..." counts where its relation is proved from the first index at which all of
its models exist, with derived formulas for its means; one index at which it fails makes it false.
Where it bounds something by a symbol of its own, the least such number is the instance that tells
most: there nothing is given away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.derive import derive
from refutable.derivations.domain import Reals
from refutable.derivations.errors import OutsideFragment, RefutableError

from .affinelimits import filled
from .atpoint import put
from .limits import certified_limit
from .positivity import prove
from .region import Region, Variable

__all__ = ["barely", "holds_always"]

LOOKED = 3  # indices at which a premise may be seen to fail


def holds_always(st: S.ForAll, at: Mapping) -> bool:
    """Does the relation hold at every index? OutsideFragment where that is not told."""
    if not isinstance(st.body, S.Rel):
        raise OutsideFragment("a premise about all indices", part="quantifier")
    x = st.symbol
    lhs, rhs, first, early = _sides(st.body, x, at)
    for k in early:
        if not _is_true(S.Rel(st.body.op, *k)):
            return False
    region = Region({x: Variable(x, sp.Integer(first), sp.oo, integer=True)})
    if prove(S.Rel(st.body.op, lhs, rhs), region) is not None:
        return True
    for k in range(first, first + LOOKED):
        here = [side.xreplace({x: sp.Integer(k)}).doit() for side in (lhs, rhs)]
        if not _is_true(S.Rel(st.body.op, *here)):
            return False
    raise OutsideFragment("whether a premise holds for all indices", part="quantifier")


def barely(claim: Claim, ats: list[dict]) -> Iterator[dict]:
    """Instances like those given, at which a number is as small as a premise about all t allows.

    And at half of it, for statements whose premise is another one.
    """
    body = claim.bound()
    premise = body.args[0] if isinstance(body, S.Implies) else None
    if not isinstance(premise, S.ForAll) or not isinstance(premise.body, S.Rel):
        return
    rel = premise.body
    for s, other in ((rel.lhs, rel.rhs), (rel.rhs, rel.lhs)):
        if not isinstance(claim.domain.get(s), Reals) or s in other.free_symbols:
            continue
        seen: list[dict] = []
        for at in ats:
            rest = {k: v for k, v in at.items() if k not in (s, premise.symbol)}
            if rest in seen:
                continue
            seen.append(rest)
            for value in _ends(S.Rel(rel.op, other, s), premise.symbol, rest):
                there = {**at, s: value}
                if claim.domain[s].contains(value, there):
                    yield there


def _ends(rel: S.Rel, x: sp.Symbol, at: Mapping) -> list[sp.Expr]:
    """The limit of the left side and its first values, the largest first."""
    try:
        side, _, first, early = _sides(S.Rel(rel.op, rel.lhs, 0), x, at)
        region = Region({x: Variable(x, sp.Integer(first), sp.oo, integer=True)})
        values = [a for a, _ in early] + [side.xreplace({x: sp.Integer(first)}).doit()]
        values.append(certified_limit(side, x, region) if x in side.free_symbols else side)
    except (RefutableError, ZeroDivisionError):
        return []
    values = sorted({v for v in values if v.is_Rational}, reverse=rel.op in ("<", "<="))
    return [v / k for k in (1, 2) for v in values]


def _sides(
    rel: S.Rel, x: sp.Symbol, at: Mapping
) -> tuple[sp.Expr, sp.Expr, int, list[tuple[sp.Expr, sp.Expr]]]:
    """Both sides as expressions in x, from which x on, and their values at earlier indices."""
    from . import exact

    values = {k: v for k, v in at.items() if k != x and isinstance(v, (sp.Expr, sp.Lambda))}
    here = sp.Tuple(*(filled(side, values) for side in (rel.lhs, rel.rhs)))
    begin, first, table = _first_index(here, x), 0, {}
    first = begin
    for node in here.atoms(Q.Mean, Q.Prob):
        got = derive(put(node, values))
        if got.index is not None and got.valid_from is not None:
            shift = sp.expand(got.index - x)
            if not (shift.is_Integer and got.valid_from.is_Integer):
                raise OutsideFragment("the range of a formula", part="quantifier")
            first = max(first, int(got.valid_from - shift))
        formula = filled(got.formula, values)
        law = {f: exact.value(f, at) for f in formula.atoms(Q.Functional) if not f.atoms(Q.ModelVec)}
        table[node] = (got, formula.xreplace(law), law)
    lhs, rhs = here.xreplace({node: f for node, (_, f, _) in table.items()})
    early = []
    for k in range(begin, first):
        put_in = {}
        for node, (got, formula, law) in table.items():
            late = got.valid_from is None or k >= int(got.valid_from - sp.expand(got.index - x))
            value = formula if late else filled(got.early(k), values).xreplace(law)
            put_in[node] = value
        a, b = here.xreplace(put_in).xreplace({x: sp.Integer(k)})
        early.append((a.doit(), b.doit()))
    return sp.sympify(lhs), sp.sympify(rhs), first, early


def _first_index(e: sp.Basic, x: sp.Symbol) -> int:
    """The first x at which every model in `e` exists; zero without a model."""
    first = 0
    for v in e.atoms(Q.ModelVec):
        shift = sp.expand(v.args[-1] - x)
        if not shift.is_Integer:
            raise OutsideFragment("a premise about all indices", part="quantifier")
        first = max(first, int(v.args[0].process.origin - shift))
    return first


def _is_true(rel: S.Rel) -> bool:
    from .instances import compare

    truth = None
    if rel.lhs.is_number and rel.rhs.is_number and not rel.has(sp.zoo, sp.nan):
        truth = compare(rel.op, rel.lhs, rel.rhs)
    if truth is None:
        raise OutsideFragment("whether a premise holds for all indices", part="quantifier")
    return truth
