"""Explicit schedules, from a fixed grammar: the members of a `Schedule` domain.

Constants, alternation, an eventual constant, powers, a geometric decay or growth, a logarithm. What
each tends to, whether it is monotone and whether it (or its inverse) has a finite sum is written
beside it, so that those which satisfy given hypotheses can be picked out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

__all__ = ["Shape", "T", "of_integers", "of_reals"]

#: The index of every explicit schedule.
T = sp.Symbol("t", integer=True, nonnegative=True)
_EVEN = (1 + sp.Integer(-1) ** T) / 2


@dataclass(frozen=True)
class Shape:
    """A body in `T`; to: its limit or None; direction: constant, increasing, decreasing or None.

    summable, inverse_summable: is the sum of the members (of their inverses) over t >= 1 finite?
    """

    body: sp.Expr
    to: sp.Expr | None
    direction: str | None
    summable: bool
    inverse_summable: bool

    @property
    def schedule(self) -> sp.Lambda:
        return sp.Lambda(T, self.body)


def of_integers(lo: int, hi: sp.Expr) -> Iterator[Shape]:
    """Whole numbers between lo and hi."""

    def constant(c: int) -> Shape:
        return Shape(sp.Integer(c), sp.Integer(c), "constant", c == 0, False)

    yield constant(lo)
    if hi is sp.oo or hi > lo:
        yield constant(lo + 1)
    if hi is sp.oo:
        base = max(lo, 1)
        yield Shape(lo + 1 + T, sp.oo, "increasing", False, False)
        yield Shape(base * (T + 1) ** 2, sp.oo, "increasing", False, True)
        yield Shape((base + 2) * (T + 1) ** 2, sp.oo, "increasing", False, True)
        yield constant(lo + 9)
        yield Shape(base * 2**T, sp.oo, "increasing", False, True)
        yield Shape((lo + 1) * (T + 1), sp.oo, "increasing", False, False)
    if hi is sp.oo or hi > lo:
        yield Shape(lo + _EVEN, None, None, False, False)


def of_reals(lo: sp.Expr, hi: sp.Expr, lo_open: bool, hi_open: bool) -> Iterator[Shape]:
    """Real numbers between lo and hi."""
    low = lo if lo.is_finite else sp.Min(hi, 0) - 1 if hi.is_finite else sp.Integer(0)
    high = hi if hi.is_finite else low + 1
    width = high - low
    top = high - width / 10 if hi_open else high
    bottom = low + width / 10 if lo_open or lo.is_infinite else low

    def constant(c: sp.Expr) -> Shape:
        return Shape(c, c, "constant", c == 0, False)

    yield constant(top)
    if width == 0:
        return
    yield constant((low + high) / 2)
    if bottom != top:
        yield constant(bottom)
        yield Shape(bottom + (top - bottom) * _EVEN, None, None, False, False)
        late = sp.Piecewise((bottom, T < 2), (top, True))
        yield Shape(late, top, None, False, False)
    zero = low == 0
    reach = top - low
    yield Shape(low + reach / (T + 1), low, "decreasing", False, False)
    yield Shape(low + reach / (T + 1) ** 2, low, "decreasing", zero, False)
    yield Shape(low + reach / 2**T, low, "decreasing", zero, False)
    yield Shape(low + reach / (1 + sp.log(T + 1)), low, "decreasing", False, False)
    yield Shape(top - (top - bottom) / (T + 1), top, "increasing", False, False)
