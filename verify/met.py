"""Instances at which a premise holds.

"If f = g, then ..." says nothing at nearly all instances. So the equation is solved, instance by
instance, for one number, or for the constant value of one sequence; what is in the domain is kept.
A statement of pure arithmetic is given to a solver, which may know where it fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy as sp
from sympy.polys.polyerrors import PolynomialError

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.domain import Integers, Reals, Schedule
from refutable.derivations.errors import RefutableError

from .affinelimits import filled
from .countermodel import countermodel
from .instances import Instance, prepare, satisfies

__all__ = ["met"]

ROWS = 24  # instances whose other values the equation is solved at
MOST = 60


def met(claim: Claim, ats: list[Instance]) -> Iterator[Instance]:
    """Instances of the domain that satisfy a premise: by a solver, or made from those given."""
    found = countermodel(claim)
    if found is not None and _inside(claim, None, None, found) and satisfies(claim, found):
        yield found
    told = 0
    for rel in _equations(claim.bound()):
        for at in ats[:ROWS]:
            for there in _solved(claim, prepare(rel.lhs - rel.rhs), at):
                if satisfies(claim, there):
                    yield there
                    told += 1
                if told == MOST:
                    return


def _equations(st: sp.Basic) -> Iterator[S.Rel]:
    """The equations between plain numbers in the premises of a statement."""
    for part in st.args if isinstance(st, S.And) else (st,):
        if not isinstance(part, S.Implies):
            continue
        premise = part.args[0]
        for rel in premise.args if isinstance(premise, S.And) else (premise,):
            plain = isinstance(rel, S.Rel) and rel.op == "=" and isinstance(rel.lhs, sp.Expr)
            if plain and not rel.atoms(Q.Mean, Q.Prob, Q.Functional, S.Lim):
                yield rel


def _solved(claim: Claim, e: sp.Expr, at: Instance) -> Iterator[Instance]:
    x = sp.Dummy()
    for s, d in claim.domain.items():
        if s not in at or not _free(d):
            continue
        made: object = sp.Lambda(at[s].variables, x) if isinstance(d, Schedule) else x  # type: ignore[attr-defined]
        for root in _roots(e, {**at, s: made}, x):
            value: object = sp.Lambda(at[s].variables, root) if isinstance(d, Schedule) else root  # type: ignore[attr-defined]
            there = {**at, s: value}
            if _inside(claim, s, root, there):
                yield there


def _free(d: object) -> bool:
    """A number, or a sequence that may be any constant of its range."""
    if isinstance(d, Schedule):
        wanted = (d.to, d.monotone, d.summable, d.inverse_summable)
        return all(x is None for x in wanted)
    return isinstance(d, (Integers, Reals))


def _roots(e: sp.Expr, values: Mapping, x: sp.Symbol) -> list[sp.Expr]:
    """The rational roots of the numerator at these values; none where it is no polynomial in x."""
    try:
        p = sp.Poly(sp.together(filled(e, values).doit()).as_numer_denom()[0], x)
        if p.is_zero or not all(c.is_Rational for c in p.coeffs()):
            return []
        return sorted(sp.roots(p, filter="Q"))
    except (PolynomialError, sp.GeneratorsNeeded, ValueError):  # no values for bound symbols
        return []


def _inside(
    claim: Claim, s: sp.Basic | None, root: sp.Expr | None, there: Mapping
) -> bool:
    """Is every value in its domain, the constant of the sequence s in the range of its members?"""
    try:
        for y, d in claim.domain.items():
            if y == s and isinstance(d, Schedule):
                if not d.values.contains(root, there):
                    return False
            elif y in there and not d.contains(there[y], there):
                return False
    except (RefutableError, TypeError):
        return False
    return True
