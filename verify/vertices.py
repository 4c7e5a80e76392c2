"""Certificates for what is affine in powers: signs at the corners of the powers' ranges.

Powers w = base**m with bases in [0, 1] lie in [0, 1], and in the order of their bases. An expression
that is affine in them is smallest at a corner of that set: each power 0 or 1, in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import sympy as sp

from .region import Region

__all__ = ["at_corners"]

MOST = 3


def at_corners(
    num: sp.Expr,
    den: sp.Expr,
    powers: Sequence[sp.Symbol],
    region: Region,
    positive: Callable[[sp.Expr, sp.Expr, Region], object],
) -> int | None:
    """How many corners were looked at if num/den is positive at each of them, else None.

    positive: certifies the sign of numerator over denominator on a region.
    """
    letters = sorted(
        (s for s in powers if _unit(s, region) and s in num.free_symbols), key=sp.default_sort_key
    )
    if not 1 <= len(letters) <= MOST or den.free_symbols & set(letters):
        return None
    poly = sp.Poly(num, *letters)
    if poly.total_degree() > 1:
        return None
    below = {
        (f.lhs, f.rhs)
        for f in region.facts
        if f.op == "<=" and f.lhs in letters and f.rhs in letters
    }
    there = region.copy()
    there.facts = [f for f in region.facts if not f.free_symbols & set(letters)]
    for s in letters:
        there.variables.pop(s)
    corners = 0
    for values in product((sp.Integer(0), sp.Integer(1)), repeat=len(letters)):
        at = dict(zip(letters, values, strict=True))
        if any(at[a] > at[b] for a, b in below):
            continue
        if not positive(sp.expand(poly.as_expr().xreplace(at)), den, there):
            return None
        corners += 1
    return corners


def _unit(s: sp.Symbol, region: Region) -> bool:
    v = region.variables.get(s)
    return v is not None and v.lo == 0 and v.hi == 1
