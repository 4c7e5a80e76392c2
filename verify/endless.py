"""The values of infinite sums and products whose terms are explicit.

Sums are SymPy's. A product has numbers or a rational function as its factors.

A factor that is zero makes it zero. With factors c (1 + b/k + O(1/k^2)) for large k it tends to zero
where |c| < 1, or c = 1 and b < 0, to infinity where c > 1, or c = 1 and b > 0, and otherwise it
is a quotient of values of Euler's gamma function.
Where its sign changes for ever and it does not vanish there is no limit.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from refutable.derivations.errors import NoLimit, OutsideFragment

from .productlimits import converging

__all__ = ["endless"]


@lru_cache(maxsize=1024)
def endless(e: sp.Sum | sp.Product) -> sp.Expr:
    """The value of a sum or product without end, found once; a sum may be left as it is."""
    return _product(e) if isinstance(e, sp.Product) else e.doit()


def _product(p: sp.Product) -> sp.Expr:
    """The product, infinity included; OutsideFragment where it is not told or does not exist."""
    (k, a, b), *rest = p.limits
    body = sp.cancel(sp.together(p.function))
    num, den = sp.fraction(body)
    plain = not rest and b is sp.oo and a.is_Integer and body.free_symbols <= {k}
    if not plain or not (num.is_polynomial(k) and den.is_polynomial(k)):
        raise OutsideFragment(f"the product of {p.function}", part="range")
    top, bottom = sp.Poly(num, k), sp.Poly(den, k)
    if not all(c.is_Rational for c in (*top.all_coeffs(), *bottom.all_coeffs())):
        raise OutsideFragment(f"the product of {p.function}", part="range")
    if any(r >= a for r in _whole_roots(bottom)):
        return sp.zoo
    if top.is_zero or any(r >= a for r in _whole_roots(top)):
        return sp.Integer(0)
    degree = top.degree() - bottom.degree()
    lead = top.LC() / bottom.LC() if degree == 0 else sp.oo if degree > 0 else sp.Integer(0)
    drift = _next(top) - _next(bottom)
    if abs(lead) < 1 or (lead == 1 and drift < 0):
        return sp.Integer(0)
    if lead == 1 and drift == 0:
        return converging(body, k, int(a))[1] if top.degree() else sp.Integer(1)
    if lead < -1 or (lead == -1 and drift >= 0):
        raise NoLimit(f"the product of {p.function} changes its sign for ever")
    if lead >= 1 and _positive(top, a) and _positive(bottom, a):
        return sp.oo
    raise OutsideFragment(f"the sign of the product of {p.function}", part="range")


def _whole_roots(p: sp.Poly) -> list[sp.Expr]:
    return [] if p.degree() < 1 else list(sp.roots(p, filter="Z"))


def _next(p: sp.Poly) -> sp.Expr:
    """The coefficient below the leading one, for a leading one of one."""
    n = p.degree()
    return p.nth(n - 1) / p.LC() if n > 0 else sp.Integer(0)


def _positive(p: sp.Poly, a: sp.Integer) -> bool:
    """Is the polynomial positive from a on?"""
    return bool(p.eval(a) > 0 and p.LC() > 0 and p.count_roots(a, None) == 0)
