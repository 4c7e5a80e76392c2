"""How many data a fit takes from each earlier model, with symbolic sizes and indices."""

from __future__ import annotations

import sympy as sp

from . import quantity as Q
from .errors import OutsideFragment
from .process import Average, Draw, Model, Once, Past, Pool, Process, Truth

__all__ = ["draw_count"]


def draw_count(node: Q.DrawCount) -> sp.Expr:
    """The number as a Piecewise in the two indices; valid from the first fit on.

    Raises OutsideFragment where it is random, or an accumulated total.

    >>> from refutable.derivations.families import Categorical
    >>> t, m, n = sp.symbols("t m n")
    >>> loop = Process("loop", Categorical("p"), Pool([Draw(Model(), n)]), index=m)
    >>> draw_count(loop.draws_from(t, m))
    Piecewise((n, Eq(t, m - 1)), (0, True))
    """
    process: Process = node.args[0].process
    t, g = (process.internal(x) for x in node.args[1:])
    later = _fit(process, process.step, t, g)
    if process.first is None:
        return later
    first = _fit(process, process.first, t, sp.Integer(1))
    return sp.Piecewise((first, sp.Eq(g, 1)), (later, True))


def _fit(process: Process, fit: object, t: sp.Expr, g: sp.Expr) -> sp.Expr:
    if not isinstance(fit, Pool):
        raise OutsideFragment(f"the draws of {type(fit).__name__}", part="number of data")
    return sp.Add(*(_batch(process, b, t, g) for b in fit.batches))


def _batch(process: Process, b: object, t: sp.Expr, g: sp.Expr) -> sp.Expr:
    drawn = g
    if isinstance(b, Past):
        drawn = g - b.lag
        b = next(
            x
            for f in process.fits
            for x in f.batches
            if isinstance(x, Draw) and x.name == b.name  # type: ignore[attr-defined]
        )
    if isinstance(b, Once):
        drawn = sp.Integer(1)
    if not isinstance(b, (Draw, Once)) or getattr(b, "keep", None) is not None:
        raise OutsideFragment(f"{b!r} has no fixed number of data", part="number of data")
    size = b.size.xreplace({process.index: process.paper(drawn)})
    if isinstance(b.source, Truth):
        return sp.Piecewise((size, sp.Eq(t, 0)), (0, True))
    if not isinstance(b.source, Model) or isinstance(b.source, Average):
        raise OutsideFragment(f"{b!r} draws from several models", part="number of data")
    origin = drawn - b.source.lag
    exists = sp.Eq(t, origin)
    if b.source.lag > 1 or drawn != g:
        exists = sp.And(exists, origin >= 0)
    return sp.Piecewise((size, exists), (0, True))
