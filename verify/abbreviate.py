"""A repaired formula in the paper's own letters, and what was changed in it."""

from __future__ import annotations

from collections import Counter
from itertools import count

import sympy as sp
from sympy.core.function import AppliedUndef

from refutable.derivations.claim import Claim, expand
from refutable.derivations.statement import Rel, relations

__all__ = ["changed", "with_letters"]


def with_letters(statement: sp.Basic, claim: Claim) -> sp.Basic:
    """The statement with the claim's abbreviations (`where`) put back, as far as they are found.

    Each side is replaced only if it still means the same: the abbreviations are put in again and
    the values compared.
    """
    table = {s: expand(v, claim.where) for s, v in claim.where.items() if isinstance(s, sp.Symbol)}
    order = sorted(table, key=lambda s: -sp.count_ops(table[s]))

    def side(e: sp.Basic) -> sp.Basic:
        if not isinstance(e, sp.Expr):
            return e
        new = e
        for s in order:
            if table[s].free_symbols:
                new = new.subs(table[s], s)
        return new if _same(expand(new, claim.where), e) else e

    new = {r: Rel(r.op, side(r.lhs), side(r.rhs)) for r in relations(statement)}
    return new[statement] if statement in new else statement.xreplace(new)


def _same(a: sp.Expr, b: sp.Expr) -> bool:
    """Equal as trees, or in value where every symbol and every quantity is a different prime."""
    if a == b:
        return True
    atoms = (a - b).atoms(sp.Symbol, AppliedUndef) if not a.has(sp.Sum, sp.Product) else set()
    primes = (sp.prime(k) for k in count(3))
    put = {x: sp.Rational(1, next(primes)) for x in sorted(atoms, key=sp.default_sort_key)}
    return bool(put) and abs(sp.N((a - b).xreplace(put), 30)) < sp.Float("1e-20")


def changed(printed: sp.Basic, repaired: sp.Basic) -> tuple[sp.Basic, sp.Basic] | None:
    """The smallest parts in which the two differ: (printed, repaired); None where nothing does.

    >>> x, y = sp.symbols("x y")
    >>> changed(x * (1 + y), x * (1 - y))
    (y, -y)
    """
    if printed == repaired:
        return None
    if type(printed) is not type(repaired):
        return printed, repaired
    if isinstance(printed, (sp.Add, sp.Mul)):
        a, b = Counter(printed.args), Counter(repaired.args)
        left, right = list((a - b).elements()), list((b - a).elements())
        if len(left) == len(right) == 1:
            return changed(left[0], right[0])
        if isinstance(printed, sp.Add):
            return sp.Add(*left), sp.Add(*right)
        return printed, repaired
    pairs = [(x, y) for x, y in zip(printed.args, repaired.args, strict=False) if x != y]
    if len(printed.args) == len(repaired.args) and len(pairs) == 1:
        return changed(*pairs[0])
    return printed, repaired
