"""How fast explicit sequences grow or decay: e(x) ~ c x**a log(x)**b as x grows.

Sums are compared term by term after expansion, so that what cancels is gone before orders are
compared; exponents may hold symbols, whose order must follow from the region. By Bertrand's test a
series of such terms diverges exactly where a > -1, or a = -1 and b >= -1.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from refutable.derivations.errors import OutsideFragment
from refutable.derivations.statement import Rel

from .positivity import prove
from .region import Region

__all__ = ["Growth", "growth", "limit_of_step"]


@dataclass(frozen=True)
class Growth:
    """e ~ c * x**a * log(x)**b."""

    c: sp.Expr
    a: sp.Expr
    b: sp.Expr

    def __mul__(self, other: Growth) -> Growth:
        return Growth(self.c * other.c, self.a + other.a, self.b + other.b)

    def power(self, k: sp.Expr) -> Growth:
        return Growth(self.c**k, self.a * k, self.b * k)


def growth(e: sp.Expr, x: sp.Symbol, region: Region) -> Growth:
    """The growth of an expression in powers and logarithms of x; raises OutsideFragment."""
    if x not in e.free_symbols:
        return Growth(e, sp.Integer(0), sp.Integer(0))
    if e == x:
        return Growth(sp.Integer(1), sp.Integer(1), sp.Integer(0))
    if isinstance(e, sp.Mul):
        out = Growth(sp.Integer(1), sp.Integer(0), sp.Integer(0))
        for f in e.args:
            out *= growth(f, x, region)
        return out
    if isinstance(e, sp.Pow) and x not in e.exp.free_symbols:
        inner = growth(e.base, x, region)
        if not e.exp.is_Integer and not _holds(">", inner.c, region):
            raise OutsideFragment(f"the sign of {e.base}", part="growth")
        return inner.power(e.exp)
    if isinstance(e, sp.log):
        inner = growth(e.args[0], x, region)
        if inner.b == 0 and inner.c == 1 and _holds(">", inner.a, region):
            return Growth(inner.a, sp.Integer(0), sp.Integer(1))
    if isinstance(e, sp.Add):
        return _sum(e, x, region)
    raise OutsideFragment(f"how fast {e} grows", part="growth")


def _sum(e: sp.Expr, x: sp.Symbol, region: Region) -> Growth:
    """The fastest of the terms; those that grow alike are added."""
    terms = sp.expand(e, power_base=False, power_exp=False)
    if not isinstance(terms, sp.Add):
        return growth(terms, x, region)
    found = [growth(f, x, region) for f in terms.args]
    for top in found:
        alike = [g for g in found if (g.a, g.b) == (top.a, top.b)]
        rest = [g for g in found if (g.a, g.b) != (top.a, top.b)]
        if all(_compare(top, g, region) == 1 for g in rest):
            c = sp.cancel(sp.Add(*(g.c for g in alike)))
            if c == 0:
                raise OutsideFragment(f"the leading terms of {e} cancel", part="growth")
            return Growth(c, top.a, top.b)
    raise OutsideFragment(f"the fastest term of {e}", part="growth")


def _compare(g: Growth, h: Growth, region: Region) -> int | None:
    """1, 0 or -1: whether g grows faster than h; None where that is not known."""
    for gap in (sp.expand(g.a - h.a), sp.expand(g.b - h.b)):
        if gap == 0:
            continue
        if _holds(">", gap, region):
            return 1
        return -1 if _holds("<", gap, region) else None
    return 0


def _holds(op: str, e: sp.Expr, region: Region) -> bool:
    if e.is_number:
        return bool(e > 0 if op == ">" else e < 0 if op == "<" else e >= 0)
    return prove(Rel(op, e, 0), region) is not None


def _diverges(g: Growth, region: Region) -> bool:
    """Is the sum of positive terms that grow like this infinite (Bertrand's test)?"""
    above = sp.expand(g.a + 1)
    if above == 0:
        return _holds(">=", g.b + 1, region)
    return _holds(">=", above, region) and (g.b == 0 or _holds(">", above, region))


def limit_of_step(f: sp.Expr, g: sp.Expr, x: sp.Symbol, region: Region) -> sp.Expr:
    """The limit of r' = f + g r for 0 <= g <= 1 with sum (1 - g) = oo: that of f/(1 - g)."""
    gap = growth(sp.together(1 - g), x, region)
    kept = growth(g, x, region) if g != 0 else None
    if not _holds(">", gap.c, region) or (kept is not None and not _holds(">", kept.c, region)):
        raise OutsideFragment("whether the factor lies between 0 and 1", part="growth")
    if not _diverges(gap, region):
        raise OutsideFragment("whether the past is forgotten", part="growth")
    if f == 0:
        return sp.Integer(0)
    drive = growth(f, x, region)
    order = _compare(drive, gap, region)
    if order is None or order > 0:
        raise OutsideFragment("whether the forcing is bounded", part="growth")
    return sp.Integer(0) if order < 0 else sp.factor(sp.cancel(drive.c / gap.c))
