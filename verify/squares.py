"""A difference f(x) - f(v) of a rational function as (x - v)^2 times a quotient, exactly.

v = a + b r may hold one square root r. Numbers are pairs A + B r of rational functions of the
parameters, multiplied with r^2 replaced by its radicand; the polynomial in x is divided by x - v
twice, and both remainders must vanish identically.
"""

from __future__ import annotations

import sympy as sp

__all__ = ["over_square"]

Pair = tuple[sp.Expr, sp.Expr]


def over_square(f: sp.Expr, x: sp.Symbol, v: sp.Expr) -> sp.Expr | None:
    """Q with f(x) - f(v) = (x - v)^2 Q(x), or None where f is not rational or v no double root.

    >>> x, k = sp.symbols("x k")
    >>> over_square(x + k / x, x, sp.sqrt(k))
    1/x
    """
    roots = sorted(
        {p for p in v.atoms(sp.Pow) if p.exp.is_Rational and not p.exp.is_Integer}
        | {p for p in f.atoms(sp.Pow) if p.exp.is_Rational and not p.exp.is_Integer},
        key=sp.default_sort_key,
    )
    if any(abs(p.exp) != sp.Rational(1, 2) for p in roots) or x in v.free_symbols:
        return None
    if len({p.base for p in roots}) > 1:
        return None
    root = sp.sqrt(roots[0].base) if roots else None
    r, square = sp.Dummy("r"), (roots[0].base if roots else sp.Integer(0))
    table = {p: r if p.exp > 0 else r / square for p in roots}
    f, v = f.xreplace(table), v.xreplace(table)
    if not (f.is_rational_function(x, r) and v.is_rational_function(r)):
        return None
    num, den = sp.fraction(sp.cancel(sp.together(f)))
    if not all(e.is_polynomial(x) and e.is_rational_function() for e in (num, den)):
        return None
    field = _Field(r, square)
    n, d = ([field.read(c) for c in sp.Poly(e, x).all_coeffs()] for e in (num, den))
    point = field.read(v)
    nv, dv = field.at(n, point), field.at(d, point)
    width = max(len(n), len(d))
    n, d = ([(sp.Integer(0), sp.Integer(0))] * (width - len(c)) + c for c in (n, d))
    top = [field.sub(field.mul(a, dv), field.mul(b, nv)) for a, b in zip(n, d, strict=True)]
    for _ in range(2):
        top, rest = field.divide(top, point)
        if not field.is_zero(rest):
            return None
    quotient = sum((field.show(c) * x**k for k, c in enumerate(reversed(top))), sp.Integer(0))
    out = quotient / (den * field.show(dv))
    if root is not None:
        out = out.xreplace({r: root})
    return sp.factor(out) if root is None else out


class _Field:
    """Rational functions of the parameters, with one square root adjoined."""

    def __init__(self, r: sp.Symbol, square: sp.Expr):
        self.r, self.square = r, square

    def read(self, e: sp.Expr) -> Pair:
        num, den = sp.fraction(sp.together(e))
        a, b = self._reduced(num)
        c, d = self._reduced(den)
        norm = sp.cancel(c**2 - self.square * d**2)
        return self.mul((a, b), (sp.cancel(c / norm), sp.cancel(-d / norm)))

    def _reduced(self, e: sp.Expr) -> Pair:
        out = [sp.Integer(0), sp.Integer(0)]
        for (k,), c in sp.Poly(sp.expand(e), self.r).terms():
            out[k % 2] += c * self.square ** (k // 2)
        return sp.cancel(sp.together(out[0])), sp.cancel(sp.together(out[1]))

    def mul(self, x: Pair, y: Pair) -> Pair:
        return (
            sp.cancel(x[0] * y[0] + self.square * x[1] * y[1]),
            sp.cancel(x[0] * y[1] + x[1] * y[0]),
        )

    def add(self, x: Pair, y: Pair) -> Pair:
        return sp.cancel(x[0] + y[0]), sp.cancel(x[1] + y[1])

    def sub(self, x: Pair, y: Pair) -> Pair:
        return sp.cancel(x[0] - y[0]), sp.cancel(x[1] - y[1])

    def at(self, poly: list[Pair], point: Pair) -> Pair:
        out: Pair = (sp.Integer(0), sp.Integer(0))
        for c in poly:
            out = self.add(self.mul(out, point), c)
        return out

    def divide(self, poly: list[Pair], point: Pair) -> tuple[list[Pair], Pair]:
        """Quotient and remainder by x - point."""
        out: list[Pair] = []
        carry: Pair = (sp.Integer(0), sp.Integer(0))
        for c in poly:
            carry = self.add(c, self.mul(carry, point))
            out.append(carry)
        return out[:-1], out[-1]

    def is_zero(self, x: Pair) -> bool:
        return sp.expand(x[0]) == 0 and sp.expand(x[1]) == 0

    def show(self, x: Pair) -> sp.Expr:
        return sp.factor(x[0]) + sp.factor(x[1]) * self.r
