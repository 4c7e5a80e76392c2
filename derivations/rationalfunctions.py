"""Rational functions in the sparse representation of SymPy's fields, many times faster than `cancel`.

What is no rational function of its symbols with rational coefficients is left to `cancel` and
`factor`.
"""

from __future__ import annotations

import sympy as sp
from sympy.polys.fields import FracElement, field
from sympy.polys.polyerrors import CoercionFailed

__all__ = ["as_factored", "factored", "quotient"]


def quotient(e: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Numerator and denominator without a common factor, expanded.

    >>> x, y = sp.symbols("x y")
    >>> quotient((x**2 - y**2) / (x - y) ** 2)
    (x + y, x - y)
    """
    c = _element(e)
    if c is not None:
        return c.numer.as_expr(), c.denom.as_expr()
    n, d = sp.fraction(sp.cancel(sp.together(e)))
    return sp.expand(n), sp.expand(d)


def factored(e: sp.Expr) -> sp.Expr:
    """As `sympy.factor(sympy.cancel(e))`.

    >>> x, y = sp.symbols("x y")
    >>> factored(x / (x + y) - 1)
    -y/(x + y)
    """
    c = _element(e)
    return sp.factor(sp.cancel(e)) if c is None else as_factored(c)


def as_factored(c: FracElement) -> sp.Expr:
    """A rational function as an expression, numerator and denominator factored."""
    (top, above), (bottom, below) = c.numer.factor_list(), c.denom.factor_list()
    parts = [(f, k) for f, k in above] + [(f, -k) for f, k in below]
    return sp.Mul(c.field.domain.to_sympy(top / bottom), *(f.as_expr() ** k for f, k in parts))


def _element(e: sp.Expr) -> FracElement | None:
    symbols = sorted(e.free_symbols, key=str)
    if not symbols:
        return None
    try:
        return field(symbols, sp.QQ)[0].from_expr(e)
    except (ValueError, CoercionFailed, ZeroDivisionError):
        return None
