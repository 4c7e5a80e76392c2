"""Limits of a mean whose step r' = f(t) + g(t) r has explicit coefficients.

If f -> F and g -> G with 0 <= G < 1, then r -> F/(1 - G). If f and g repeat with period two, two
steps make one with constant coefficients, and the even and the odd generations have limits of their
own: the larger one is the upper limit, the smaller one the lower; where they differ there is none.
If g -> 1 so slowly that the sum of 1 - g diverges, then r tends to the limit of f/(1 - g).
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy.core.function import AppliedUndef

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.errors import NoLimit, OutsideFragment

from .affine import affine_step
from .growth import limit_of_step
from .limits import certified_limit
from .positivity import prove
from .region import Region

__all__ = ["explicit_limit", "filled"]


def explicit_limit(node: sp.Expr, region: Region, values: Mapping | None = None) -> sp.Expr:
    """The value of a Lim, LimSup or LimInf of a mean; raises OutsideFragment.

    values: numbers and explicit sequences to put into the step.
    """
    mean, x, to = node.args
    if not isinstance(mean, Q.Mean) or to is not sp.oo:
        raise OutsideFragment(f"the limit of {mean}", part=str(mean))
    table = values or {}
    step = affine_step(mean, x)
    sign = sp.Integer(-1) ** x
    f, g = (_with_sign(finally_(filled(e, table), x), x, sign) for e in (step.forcing, step.factor))
    if not (f.has(sign) or g.has(sign)):
        try:
            return _converges(f, g, x, region)
        except OutsideFragment:
            return limit_of_step(region.abstract(f), region.abstract(g), x, region)
    # r(x + 1) = f(x + 1) + g(x + 1) r(x): the step into an even, into an odd generation
    into = {}
    for parity in (1, -1):
        into[parity] = tuple(sp.cancel(e.xreplace({sign: sp.Integer(parity)})) for e in (f, g))
    if any(x in e.free_symbols for pair in into.values() for e in pair):
        raise OutsideFragment("a step that repeats with a trend", part="period")
    ends = []
    for parity in (1, -1):
        (f1, g1), (f2, g2) = into[parity], into[-parity]
        ends.append(_converges(sp.expand(f2 + g2 * f1), sp.factor(g1 * g2), x, region))
    gap = sp.factor(sp.cancel(ends[0] - ends[1]))
    if gap == 0:
        return ends[0]
    if isinstance(node, S.Lim):
        raise NoLimit(f"{ends[0]} along one half of the generations, {ends[1]} along the other")
    gap = region.abstract(gap)
    for op, big, small in ((">=", ends[0], ends[1]), ("<=", ends[1], ends[0])):
        if gap.is_number or prove(S.Rel(op, gap, 0), region) is not None:
            if gap.is_number and not bool(gap >= 0 if op == ">=" else gap <= 0):
                continue
            return big if isinstance(node, S.LimSup) else small
    raise OutsideFragment(f"the sign of {gap}", part="period")


def filled(e: sp.Basic, values: Mapping) -> sp.Basic:
    """Numbers for symbols, explicit schedules for sequences."""
    e = e.xreplace({s: v for s, v in values.items() if isinstance(s, sp.Symbol)})
    calls = {c: values[c.func](*c.args) for c in e.atoms(AppliedUndef) if c.func in values}
    return e.xreplace(calls) if calls else e


def finally_(e: sp.Expr, x: sp.Symbol) -> sp.Expr:
    """`e` for all large x: cases that end at a number are over."""
    table = {}
    for p in e.atoms(sp.Piecewise):
        for value, condition in p.args:
            late = condition if condition in (sp.true, sp.false) else _late(condition, x)
            if late is None:
                raise OutsideFragment(f"the case {condition}", part="schedule")
            if late == True:  # noqa: E712
                table[p] = value
                break
    return e.xreplace(table)


def _late(condition: sp.Basic, x: sp.Symbol) -> bool | None:
    """What x < c, x >= c and the like are for all large x; None for another condition."""
    if not isinstance(condition, sp.core.relational.Relational):
        return None
    gap = sp.expand(condition.lhs - condition.rhs)
    slope = gap.coeff(x, 1)
    if not (slope.is_number and slope != 0 and (gap - slope * x).is_number):
        return None
    if condition.rel_op in ("==", "!="):
        return condition.rel_op == "!="
    return (slope > 0) == (condition.rel_op in (">", ">="))


def _with_sign(e: sp.Expr, x: sp.Symbol, sign: sp.Expr) -> sp.Expr:
    """(-1)**(x + c) as a multiple of (-1)**x."""
    table = {}
    for p in e.atoms(sp.Pow):
        if p.base == -1 and x in p.exp.free_symbols:
            c = sp.expand(p.exp - x)
            if not c.is_Integer:
                raise OutsideFragment(f"the power {p}", part="period")
            table[p] = sp.Integer(-1) ** c * sign
    return e.xreplace(table)


def _converges(f: sp.Expr, g: sp.Expr, x: sp.Symbol, region: Region) -> sp.Expr:
    F = f if x not in f.free_symbols else certified_limit(region.abstract(f), x, region)
    G = g if x not in g.free_symbols else certified_limit(region.abstract(g), x, region)
    low, high = region.abstract(G), region.abstract(1 - G)
    if not (_sure(">=", low, region) and _sure(">", high, region)):
        raise OutsideFragment(f"whether the factor {G} stays below one", part="factor")
    return sp.factor(sp.cancel(F / (1 - G)))


def _sure(op: str, e: sp.Expr, region: Region) -> bool:
    if e.is_number:
        return bool(e >= 0 if op == ">=" else e > 0)
    return prove(S.Rel(op, e, 0), region) is not None
