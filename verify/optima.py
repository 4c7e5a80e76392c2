"""Optima: is `value` the point of a symbol's domain where an objective is smallest?

Proved as two inequalities, not by stationarity alone: the value lies in the domain, and the
objective exceeds its value there strictly on either side of it. At an instance the objective is
compared with its value at other points of the domain, exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING

import sympy as sp

from refutable.derivations import statement as S
from refutable.derivations.domain import Integers, Reals
from refutable.derivations.errors import OutsideFragment

from .region import Region, Variable

if TYPE_CHECKING:
    from .deduce import Deduction

__all__ = ["minimum_at", "prove_minimum"]

MAX_POINTS = 24


def prove_minimum(
    st: S.Minimises,
    d: Deduction,
    region: Region,
    relation: Callable[[S.Rel, Region], bool],
) -> bool:
    """The value is admissible, and the objective is larger below it and above it."""
    value, objective, x, over = st.args
    domain = over.domain
    if not isinstance(domain, Reals):
        raise OutsideFragment(f"an optimum over {domain}", part="Minimises")
    v = Variable(x, domain.lo, domain.hi, domain.lo_open, domain.hi_open)
    inside = [
        S.Rel(">" if domain.lo_open else ">=", value, domain.lo) if domain.lo.is_finite else None,
        S.Rel("<" if domain.hi_open else "<=", value, domain.hi) if domain.hi.is_finite else None,
    ]
    if not all(relation(r, region) for r in inside if r is not None):
        return False
    at_value = objective.xreplace({x: value})
    for op in ("<", ">"):
        side = region.restrict(v)
        side.facts.append(S.Rel(op, x, region.abstract(value)))
        if not relation(S.Rel(">", objective, at_value), side):
            return False
    d.say("optimum", f"the objective is larger on both sides of {x} = {value}")
    return True


def minimum_at(st: S.Minimises, at: Mapping, value: Callable) -> tuple:
    """(truth, point, objective there, objective at the stated value), at an instance."""
    point, objective, x, over = st.args
    domain = over.domain
    stated = value(point, at)
    if isinstance(domain, (Integers, Reals)) and not _admissible(domain, stated, at):
        return False, stated, None, None
    best = value(objective, {**at, x: stated})
    for other in islice(_points(domain, stated, at), MAX_POINTS):
        here = value(objective, {**at, x: other})
        if here.has(sp.zoo, sp.nan):
            continue
        difference = sp.N(here - best, 40)
        if difference.is_real and difference < 0 and (here - best).equals(0) is not True:
            return False, other, here, best
    return True, stated, best, best


def _admissible(domain, stated: sp.Expr, at: Mapping) -> bool:  # type: ignore[no-untyped-def]
    rest = {k: v for k, v in at.items() if isinstance(v, sp.Expr)}
    lo, hi = domain.lo.xreplace(rest), domain.hi.xreplace(rest)
    low = stated > lo if getattr(domain, "lo_open", False) else stated >= lo
    high = stated < hi if getattr(domain, "hi_open", False) else stated <= hi
    return bool(low) and bool(high)


def _points(domain, stated: sp.Expr, at: Mapping):  # type: ignore[no-untyped-def]
    """Other admissible points: near the stated one first, then the domain's own members."""
    if isinstance(domain, Reals):
        near = sp.Rational(sp.floor(stated.evalf(30) * 10**6), 10**6)
        for k in (10, 100, 1000):
            for sign in (1, -1):
                x = near + sp.Rational(sign, k)
                if domain.contains(x, at):
                    yield x
    yield from domain.members(at)
