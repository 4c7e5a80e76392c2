"""Optima: is `value` the point of a symbol's domain where an objective is smallest?

Proved on the explicit objective (limits taken, quantities derived), by one of two certificates and
never by stationarity alone:

* double root: for a rational objective f and a stated point v = a + b r with r^2 a polynomial,
  f(x) - f(v) = (x - v)^2 Q(x) / (D(x) D(v)) by exact division, and Q/(D D(v)) > 0 on the domain;
* both sides: the objective exceeds its value at v strictly below v and above it.

At an instance the objective is compared with its value at other points of the domain, exactly.
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
from .squares import over_square

if TYPE_CHECKING:
    from .deduce import Deduction

__all__ = ["minimum_at", "prove_minimum"]

MAX_POINTS = 24


def prove_minimum(
    st: S.Minimises,
    d: Deduction,
    region: Region,
    relation: Callable[[S.Rel, Region], bool],
    explicit: Callable[[sp.Expr, Region], sp.Expr],
) -> bool:
    """The value is admissible, and the objective is larger everywhere else.

    explicit: takes limits and puts derived formulas in, on a region.
    """
    value, objective, x, over = st.args
    domain = over.domain
    if not isinstance(domain, Reals):
        raise OutsideFragment(f"an optimum over {domain}", part="Minimises")
    inside = [
        S.Rel(">" if domain.lo_open else ">=", value, domain.lo) if domain.lo.is_finite else None,
        S.Rel("<" if domain.hi_open else "<=", value, domain.hi) if domain.hi.is_finite else None,
    ]
    if not all(relation(r, region) for r in inside if r is not None):
        d.missing = d.missing or f"whether {value} is admissible"
        return False
    here = region.restrict(Variable(x, domain.lo, domain.hi, domain.lo_open, domain.hi_open))
    objective = here.abstract(explicit(objective, here))
    value = here.abstract(value)
    quotient = over_square(objective, x, value)
    if quotient is not None and relation(S.Rel(">", quotient, 0), here):
        d.say("optimum", f"objective minus its value at {value} = ({x} - value)^2 times {quotient}")
        return True
    at_value = objective.xreplace({x: value})
    for op in ("<", ">"):
        side = here.copy()
        side.facts.append(S.Rel(op, x, value))
        if not relation(S.Rel(">", objective, at_value), side):
            return False
    d.say("optimum", f"the objective is larger on both sides of {x} = {value}")
    return True


def minimum_at(st: S.Minimises, at: Mapping, value: Callable) -> tuple:
    """(truth, other point, objective at the stated value, objective there), at an instance."""
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
            return False, other, best, here
    return True, stated, best, best


def _admissible(domain, stated: sp.Expr, at: Mapping) -> bool:  # type: ignore[no-untyped-def]
    if not stated.is_finite or not stated.is_real:
        return False
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
