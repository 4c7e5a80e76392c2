"""Scalar recurrences with constant coefficients, solved in a field of rational functions.

u(h) = a u(h - 1) + F(h) for h >= 1, where F is a sum of terms polynomial(h) * base**h. All is
done on coefficients in QQ(parameters), so that it stays fast with many parameters; only the final
coefficients are turned into factored expressions.
"""

from __future__ import annotations

from math import comb

import sympy as sp
from sympy.polys.fields import FracElement, FracField, field

from .rationalfunctions import as_factored

__all__ = ["Coefficients", "Terms", "add", "shift_back", "solve", "to_expr"]

#: base -> coefficients of 1, h, h**2, ...
Terms = dict[FracElement, list[FracElement]]


class Coefficients:
    """The field of rational functions in the symbols of some expressions."""

    def __init__(self, expressions: list[sp.Expr]):
        symbols = sorted(set().union(*(e.free_symbols for e in expressions)), key=str)
        self.field: FracField = field(symbols or [sp.Dummy("unit")], sp.QQ)[0]

    def __call__(self, e: sp.Expr) -> FracElement:
        return self.field.from_expr(sp.sympify(e))


def shift_back(u: Terms) -> Terms:
    """u(h - 1) as terms in h; every base must be non-zero."""
    out: Terms = {}
    for base, poly in u.items():
        shifted = [base.field.zero] * len(poly)
        for k, c in enumerate(poly):
            for j in range(k + 1):
                shifted[j] += c * comb(k, j) * (-1) ** (k - j)
        out[base] = [c / base for c in shifted]
    return out


def add(u: Terms, v: Terms, factor: FracElement) -> Terms:
    """u + factor * v."""
    out = {b: list(p) for b, p in u.items()}
    for base, poly in v.items():
        mine = out.setdefault(base, [])
        mine += [base.field.zero] * (len(poly) - len(mine))
        for k, c in enumerate(poly):
            mine[k] += factor * c
    return {b: p for b, p in out.items() if any(c != 0 for c in p)}


def solve(a: FracElement, forcing: Terms, initial: FracElement) -> Terms:
    """The solution with u(0) = initial, by undetermined coefficients, from the top degree down."""
    out: Terms = {}
    for base, poly in forcing.items():
        out = add(out, {base: _particular(a, base, poly)}, a.field.one)
    start = sum((p[0] for p in out.values() if p), a.field.zero)
    return add(out, {a: [initial - start]}, a.field.one) if initial != start else out


def _particular(a: FracElement, base: FracElement, poly: list[FracElement]) -> list[FracElement]:
    """Q with base Q(h) - a Q(h - 1) = base P(h); degree one more where base = a."""
    zero, resonant = a.field.zero, base == a
    degree = len(poly) - 1 + resonant
    q = [zero] * (degree + 1)
    for k in range(len(poly) - 1, -1, -1):
        # coefficient of h**k: base q_k - a sum_{j >= k} q_j C(j, k) (-1)**(j - k) = base p_k
        top = k + 1 if resonant else k
        known = sum((q[j] * comb(j, k) * (-1) ** (j - k) for j in range(top + 1, degree + 1)), zero)
        rest = base * poly[k] + a * known
        lead = a * comb(top, k) if resonant else base - a
        q[top] = rest / lead
    return q


def to_expr(u: Terms, h: sp.Expr) -> sp.Expr:
    """The terms as an expression: factored coefficients, base**h with h zero at the start."""
    out: sp.Expr = sp.Integer(0)
    for base, poly in u.items():
        b = as_factored(base)
        power = sp.Integer(1) if b == 1 else sp.Pow(b, h)
        body = sum((as_factored(c) * h**k for k, c in enumerate(poly)), sp.Integer(0))
        out += body * power
    return out
