"""a <= b, taken apart: what is left to show once equal terms, factors, exponents are set aside."""

from __future__ import annotations

from collections import Counter

import sympy as sp

from refutable.derivations.statement import Rel

__all__ = ["obligations"]


def obligations(a: sp.Expr, b: sp.Expr, small: bool = False) -> list[Rel]:
    """Relations that together imply a <= b.

    small: powers of one base are compared as those of a base between 0 and 1.

    >>> n, x = sp.symbols("n x")
    >>> obligations((n - 2) * sp.exp(-n * x), (n - 2) * sp.exp(-x))
    [Rel(>=, n - 2, 0), Rel(>=, x, 0), Rel(<=, -n, -1)]
    """
    if a == b:
        return []
    for kind, rest in ((sp.Add, _sum), (sp.Mul, _product)):
        common = _common(kind, a, b)
        if common:
            return rest(common, *(kind(*_without(kind, e, common)) for e in (a, b)), small)
    if isinstance(a, sp.exp) and isinstance(b, sp.exp):
        return obligations(a.args[0], b.args[0], small)
    if a.is_Pow and b.is_Pow and a.exp == b.exp and a.exp.is_negative:
        return [Rel(">", b.base, 0), *obligations(b.base, a.base, small)]
    if a.is_Pow and b == 1 and small:
        return [Rel(">", a.base, 0), Rel("<=", a.base, 1), Rel(">=", a.exp, 0)]
    if a.is_Pow and b.is_Pow and a.exp == b.exp:
        return [Rel(">=", a.exp, 0), Rel(">=", a.base, 0), *obligations(a.base, b.base, small)]
    if a.is_Pow and b.is_Pow and a.base == b.base and small:
        signs = [Rel(">", a.base, 0), Rel("<=", a.base, 1)]
        return [*signs, *obligations(b.exp, a.exp)]
    if a.is_Pow and b.is_Pow and a.base == b.base:
        return [Rel(">=", a.base, 1), *obligations(a.exp, b.exp)]
    return [Rel("<=", a, b)]


def _common(kind: type[sp.Expr], a: sp.Expr, b: sp.Expr) -> list[sp.Expr]:
    shared = Counter(kind.make_args(a)) & Counter(kind.make_args(b))
    found = list(shared.elements())
    return [e for e in found if not (kind is sp.Mul and e.is_negative)]


def _without(kind: type[sp.Expr], e: sp.Expr, common: list[sp.Expr]) -> list[sp.Expr]:
    left = Counter(kind.make_args(e))
    left.subtract(common)
    return list(left.elements())


def _sum(common: list[sp.Expr], a: sp.Expr, b: sp.Expr, small: bool) -> list[Rel]:
    return obligations(a, b, small)


def _product(common: list[sp.Expr], a: sp.Expr, b: sp.Expr, small: bool) -> list[Rel]:
    signs = [Rel(">=", c, 0) for c in common if not (c.is_number and c.is_positive)]
    return [*signs, *obligations(a, b, small)]
