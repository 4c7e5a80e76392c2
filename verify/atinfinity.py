"""The limit of a closed form at one instance: which of its powers grow, stay or die out.

A closed form with numbers for its parameters is a sum of c base**x. Bases below one in size vanish,
the largest base beyond one decides. Nothing is derived again; where a coefficient is not defined at
the instance (just at a threshold) the question goes back to whoever asked.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from refutable.derivations import quantity as Q

from .instances import compare

__all__ = ["settle"]


def settle(e: sp.Expr, x: sp.Symbol, number: Callable[[sp.Expr], sp.Expr]) -> sp.Expr | None:
    """The limit of `e` as x tends to infinity, or None where its powers do not tell.

    number: the value of what is free of x (it may hold functionals of the truth).

    >>> x = sp.Symbol("x")
    >>> settle(3 + sp.Rational(1, 2) ** x, x, lambda e: e), settle(1 - 2**x, x, lambda e: e)
    (3, -oo)
    """
    everything = e.atoms(sp.Pow)
    if not all(_defined(p) for p in everything if p.exp.is_number):
        return None
    powers = [p for p in everything if x in p.exp.free_symbols]
    names: dict[sp.Expr, sp.Expr] = {}
    growing: dict[sp.Symbol, sp.Expr] = {}
    for p in powers:
        step, rest = (p.exp.coeff(x, 1), p.exp.coeff(x, 0))
        if sp.expand(p.exp - step * x - rest) != 0 or not step.is_Integer:
            return None
        base = p.base**step
        if not base.is_number or not rest.is_number or base.has(sp.zoo, sp.nan):
            return None
        size = _size(base)
        if size is None:
            return None
        if size <= 0:
            names[p] = p.base**rest if base == 1 else sp.Integer(0)
            if size == 0 and base != 1:
                return None
        else:
            letter = next((s for s, b in growing.items() if b == base), None) or sp.Dummy("b")
            growing[letter] = base
            names[p] = letter * p.base**rest
    left = e.xreplace(names)
    if x in left.free_symbols:
        return None
    if left.atoms(*growing) if growing else False:
        return _largest(left, growing, number)
    return None if left.has(sp.zoo, sp.nan, sp.oo) else left


def _defined(p: sp.Pow) -> bool:
    """Is a denominator certainly not zero? Roots may cancel without being seen to."""
    if not (p.exp.is_Rational and p.exp < 0):
        return True
    return p.base.is_number and compare("=", p.base, 0) is False


def _size(base: sp.Expr) -> int | None:
    """-1, 0 or 1 as the number is below, at or beyond one in size; None for growing signs."""
    if compare("<", base, 1) and compare(">", base, -1):
        return -1
    if compare("=", base, 1):
        return 0
    return 1 if compare(">", base, 1) else None


def _largest(
    e: sp.Expr, growing: dict[sp.Symbol, sp.Expr], number: Callable[[sp.Expr], sp.Expr]
) -> sp.Expr | None:
    """The sign of the largest growing power's coefficient, as an infinity."""
    letters = list(growing)
    if any(f.atoms(*letters) for f in e.atoms(Q.Functional)):
        return None
    slopes = {s: sp.diff(e, s) for s in letters}
    if any(set(letters) & c.free_symbols or c.has(sp.zoo, sp.nan) for c in slopes.values()):
        return None
    values = {s: number(c) for s, c in slopes.items()}
    left = [s for s in letters if compare("=", values[s], 0) is not True]
    for s in left:
        if all(s is o or compare(">", growing[s], growing[o]) for o in left):
            up = compare(">", values[s], 0)
            return None if up is None else sp.oo if up else -sp.oo
    return None
