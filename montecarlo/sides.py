"""Intervals through arithmetic: a side of a relation when its expectations are intervals.

Every operation rounds outward, so that the result encloses the exact value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.functions import Defined

from .bounds import Indicator
from .confidence import Interval
from .instance import number

__all__ = ["enclose", "expectations", "merged"]


def expectations(e: sp.Basic) -> list[sp.Basic]:
    """The Mean and Prob nodes of an expression, outermost only, in a fixed order."""
    out: dict[sp.Basic, None] = {}

    def walk(x: sp.Basic) -> None:
        if isinstance(x, (Q.Mean, Q.Prob)):
            out[x] = None
            return
        for a in x.args:
            walk(a)

    walk(e)
    return sorted(out, key=sp.default_sort_key)


def merged(difference: sp.Expr) -> sp.Expr:
    """Expectations of one process in a linear difference as one: E is linear.

    The difference of two means is then the mean of the difference on the same paths, whose
    spread is often much smaller.

    >>> merged(sp.Integer(1) / 2 + Q.Mean(sp.Symbol("x")))
    Mean(x) + 1/2
    """
    terms = sp.Add.make_args(sp.expand(difference))
    groups: dict[tuple, list[tuple[sp.Expr, sp.Expr, sp.Basic]]] = {}
    rest: list[sp.Expr] = []
    for term in terms:
        c, nodes = term.as_independent(Q.Mean, Q.Prob)
        if not isinstance(nodes, (Q.Mean, Q.Prob)) or isinstance(nodes.given, sp.Tuple):
            rest.append(term)
            continue
        names = tuple(p.name for p in Q.processes_of(nodes))
        x = nodes.args[0] if isinstance(nodes, Q.Mean) else Indicator(nodes.args[0])
        bare = isinstance(x, Q.CollapseTime)
        key = (*names, nodes.given, nodes if len(names) > 1 or bare else None)
        groups.setdefault(key, []).append((c, x, nodes))
    out = sum(rest, sp.Integer(0))
    for members in groups.values():
        if len(members) == 1:
            out += members[0][0] * members[0][2]
        else:
            given = members[0][2].given
            out += Q.Mean(sum(c * x for c, x, _ in members), *(() if given is None else (given,)))
    return out


def enclose(e: sp.Basic, values: Mapping[sp.Basic, Interval]) -> Interval:
    """An interval that holds `e` when each expectation lies in its interval.

    Raises OutsideFragment for functions it has no rule for.

    >>> lo, hi = enclose(sp.Rational(1, 3), {})
    >>> lo <= 1 / 3 <= hi
    True
    """
    if e in values:
        return values[e]
    if e.is_number and not e.has(Q.Mean, Q.Prob, Q.Functional):
        return _constant(e)
    if isinstance(e, sp.Add):
        spans = [enclose(a, values) for a in e.args]
        lo, hi = spans[0]
        for a, b in spans[1:]:
            lo, hi = _out(lo + a, hi + b)
        return lo, hi
    if isinstance(e, sp.Mul):
        lo, hi = enclose(e.args[0], values)
        for a in e.args[1:]:
            c, d = enclose(a, values)
            ends = [_product(x, y) for x in (lo, hi) for y in (c, d)]
            lo, hi = _out(min(ends), max(ends))
        return lo, hi
    if isinstance(e, sp.Pow):
        return _power(enclose(e.base, values), e.exp)
    if isinstance(e, (sp.Min, sp.Max)):
        spans = [enclose(a, values) for a in e.args]
        pick = min if isinstance(e, sp.Min) else max
        return pick(a for a, _ in spans), pick(b for _, b in spans)
    if isinstance(e, sp.Abs):
        a, b = enclose(e.args[0], values)
        return (0.0 if a <= 0 <= b else min(abs(a), abs(b))), max(abs(a), abs(b))
    if isinstance(e, sp.Piecewise):
        return _piecewise(e, values)
    if isinstance(e, Defined):
        return enclose(e.definition(*e.args), values)
    for kind, f, least in ((sp.exp, _exp, -math.inf), (sp.log, _log, 0.0)):
        if isinstance(e, kind):
            a, b = enclose(e.args[0], values)
            if a < least:
                raise OutsideFragment(f"{e} where its argument may be negative", part=str(e))
            return _out(*_out(*_out(f(a), f(b))))
    raise OutsideFragment(f"{type(e).__name__} of expectations", part=type(e).__name__)


def _piecewise(e: sp.Piecewise, values: Mapping[sp.Basic, Interval]) -> Interval:
    """The hull of the branches that may apply."""
    spans = []
    for branch, condition in e.args:
        holds = _holds(condition, values)
        if holds is not False:
            spans.append(enclose(branch, values))
        if holds:
            break
    if not spans:
        raise OutsideFragment(f"no branch of {e} applies", part="Piecewise")
    return min(a for a, _ in spans), max(b for _, b in spans)


def _holds(condition: sp.Basic, values: Mapping[sp.Basic, Interval]) -> bool | None:
    """True, False, or None where the intervals leave it open."""
    if condition in (sp.true, sp.false):
        return bool(condition)
    if isinstance(condition, (sp.And, sp.Or)):
        parts = [_holds(c, values) for c in condition.args]
        stop = isinstance(condition, sp.Or)
        return stop if stop in parts else None if None in parts else not stop
    if not isinstance(condition, sp.Rel):
        return None
    (a, b), (c, d) = enclose(condition.lhs, values), enclose(condition.rhs, values)
    if isinstance(condition, (sp.Gt, sp.Ge)):
        (a, b), (c, d) = (c, d), (a, b)
    if isinstance(condition, (sp.Eq, sp.Ne)):
        same = None if a <= d and c <= b else False
        same = True if a == b == c == d else same
        return same if isinstance(condition, sp.Eq) or same is None else not same
    if isinstance(condition, (sp.Lt, sp.Gt)):
        return True if b < c else False if a >= d else None
    return True if b <= c else False if a > d else None


def _constant(e: sp.Basic) -> Interval:
    x = number(e, "a side of the relation")
    middle = float(x)
    if isinstance(x, Fraction) and Fraction(middle) == x:
        return middle, middle
    return _out(middle, middle)


def _out(lo: float, hi: float) -> Interval:
    if math.isnan(lo) or math.isnan(hi):
        return -math.inf, math.inf
    return math.nextafter(lo, -math.inf), math.nextafter(hi, math.inf)


def _product(x: float, y: float) -> float:
    return 0.0 if x == 0 or y == 0 else x * y


def _power(base: Interval, exponent: sp.Expr) -> Interval:
    a, b = base
    if not exponent.is_number:
        raise OutsideFragment("an expectation in an exponent", part="exponent")
    if exponent.is_Integer and exponent < 0:
        if a <= 0 <= b:
            return -math.inf, math.inf
        lo, hi = _power(base, -exponent)
        ends = [0.0 if math.isinf(x) else 1 / x for x in (lo, hi)]
        return _out(min(ends), max(ends))
    if exponent.is_Integer:
        lo, hi = 1.0, 1.0
        if exponent % 2 == 0 and a <= 0 <= b:
            a, b = 0.0, max(abs(a), abs(b))
        for _ in range(int(exponent)):
            ends = [_product(x, y) for x, y in ((lo, a), (lo, b), (hi, a), (hi, b))]
            lo, hi = _out(min(ends), max(ends))
        return (max(lo, 0.0) if exponent % 2 == 0 else lo), hi
    if a < 0:
        raise OutsideFragment("a root of an expectation that may be negative", part="root")
    k = float(number(exponent, "an exponent"))
    ends = sorted((math.inf if x == 0 and k < 0 else x**k) for x in (a, b))
    return _out(*_out(*_out(*ends)))


def _exp(x: float) -> float:
    return math.inf if x > 709 else math.exp(x)


def _log(x: float) -> float:
    return -math.inf if x == 0 else math.log(x)
