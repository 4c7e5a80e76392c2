"""Filtered batches: each of n data is kept with a chance that depends on its hidden source.

The number Z of kept data is binomial. A stage is conditioned on Z >= 1, so that

    E[Z^-r | Z >= 1] = sum_{j=1}^n C(n, j) q^j (1 - q)^(n - j) j^-r / (1 - (1 - q)^n).
"""

from __future__ import annotations

import sympy as sp

from . import quantity as Q
from .errors import OutsideFragment
from .process import Draw, Source, Truth

__all__ = ["InverseMoment", "fold", "inverse_moment", "kept_chance", "kept_count", "kept_shares"]

MOST = 3  # powers of the inverse size that are looked for


def kept_shares(b: Draw) -> list[tuple[sp.Expr, Source]]:
    """(chance that a datum comes from this source and is kept, source)."""
    if b.keep is None:
        return list(b.source.terms())
    return [
        (w * (b.keep.real if isinstance(s, Truth) else b.keep.synthetic), s)
        for w, s in b.source.terms()
    ]


def kept_chance(n: sp.Expr, q: sp.Expr, j: sp.Expr) -> sp.Expr:
    """P(Z = j) for the number Z of kept data out of n."""
    return sp.binomial(n, j) * q**j * (1 - q) ** (n - j)


class InverseMoment(sp.Function):
    """E[Z^-r | Z >= 1]; args: (r, n, q). A number where n and q are numbers.

    >>> InverseMoment(1, 2, sp.Rational(1, 2))
    5/6
    """

    nargs = 3

    @classmethod
    def eval(cls, r: sp.Expr, n: sp.Expr, q: sp.Expr) -> sp.Expr | None:
        if not (r.is_Integer and n.is_Integer and q.is_Rational and n.is_positive):
            return None
        if q == 0:
            return sp.nan
        terms = (kept_chance(n, q, sp.Integer(j)) / j**r for j in range(1, int(n) + 1))
        return sp.Add(*terms) / (1 - (1 - q) ** n)

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        r, n, q = self.args
        power = printer._print(-r)
        law = rf"\mathrm{{Bin}}({printer._print(n)},{printer._print(q)})"
        text = rf"\mathbb{{E}}\left[Z^{{{power}}}\mid Z\ge1,\ Z\sim{law}\right]"
        return text if exp is None else rf"{text}^{{{exp}}}"


def inverse_moment(r: int, n: sp.Expr, q: sp.Expr) -> sp.Expr:
    """E[Z^-r | Z >= 1]."""
    return InverseMoment(r, n, sp.expand(q)) if r else sp.Integer(1)


def fold(e: sp.Basic) -> sp.Basic:
    """`e` with the sums that define inverse moments by their name."""
    table = {s: f for s in e.atoms(sp.Sum) if (f := _folded(s)) is not None}
    return e.xreplace(table) if table else e


def _folded(s: sp.Sum) -> sp.Expr | None:
    j, first, n = s.limits[0]
    if len(s.limits) > 1 or first != 1:
        return None
    for q in {p.base for p in s.function.atoms(sp.Pow) if p.exp == j}:
        for r in range(1, MOST + 1):
            if s.function == kept_chance(n, q, j) / j**r:
                return inverse_moment(r, n, q) * (1 - (1 - q) ** n)
    return None


def kept_count(node: Q.KeptCount) -> tuple[sp.Expr, sp.Expr]:
    """(size, chance of a datum) of the one filtered batch of this fit."""
    process, index = node.args[0].process, node.args[1]
    fits = process.fits if index.free_symbols else (process.fit_at(int(process.internal(index))),)
    found = [b for b in fits[-1].batches if isinstance(b, Draw)]
    if len(found) != 1 or len(fits[-1].batches) != 1:
        raise OutsideFragment("the kept data of several batches", part="filter")
    (b,) = found
    at = {process.index: index}
    q = sum((w for w, _ in kept_shares(b)), sp.Integer(0))
    return b.size.xreplace(at), q.xreplace(at)
