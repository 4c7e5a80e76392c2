"""Finite products with a symbolic end in an inequality: one spelling, and the sign of each.

prod_{k=a}^{b+1} f(k) is prod_{k=a}^{b} f(k) times f(b + 1) where b >= a - 1; a product whose every
factor is positive is positive. Products of terms of a sequence are spelled in `sequences`.
"""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp
from sympy.core.function import AppliedUndef

from refutable.derivations.statement import Rel

from .positivity import prove
from .region import Region, Variable

__all__ = ["name_products"]

_I = sp.Symbol("_i", integer=True)  # of either sign: a range may begin below one


def name_products(sides: Iterable[sp.Expr], region: Region) -> list[sp.Expr]:
    """The sides with their products ended at the lowest end that occurs; the region bounds these.

    region: gets a variable for each product that is left and has positive factors.
    """
    sides = list(sides)
    found = {p for e in sides for p in e.atoms(sp.Product) if _plain(p, region)}
    groups: dict[tuple, dict[sp.Product, int]] = {}
    for p in sorted(found, key=sp.default_sort_key):
        k, a, b = p.limits[0]
        shift, rest = sp.expand(b).as_coeff_Add()
        if shift.is_Integer and rest != 0:
            body = p.function.xreplace({k: _I})
            groups.setdefault((body, a, rest), {})[p] = int(shift)
    table: dict[sp.Basic, sp.Expr] = {}
    for (body, a, rest), members in groups.items():
        low = min(members.values())
        if prove(Rel(">=", rest + low - a + 1, 0), region) is None:
            continue
        base = sp.Product(body, (_I, a, rest + low))
        for p, shift in members.items():
            more = (body.xreplace({_I: rest + j}) for j in range(low + 1, shift + 1))
            table[p] = sp.Mul(base, *more)
        inner = region.restrict(Variable(_I, a, rest + low, integer=True))
        if prove(Rel(">", body, 0), inner) is not None:
            region.bound(base, 0, sp.oo, lo_open=True)
    return [region.abstract(e.xreplace(table)) for e in sides] if table else sides


def _plain(p: sp.Product, region: Region) -> bool:
    """Is it one product of symbols that range in the region, with no other product inside?"""
    inside = p.function.atoms(sp.Product, sp.Sum, AppliedUndef)
    return len(p.limits) == 1 and not inside and p.free_symbols <= set(region.variables)
