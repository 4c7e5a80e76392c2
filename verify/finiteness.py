"""Where the moments that a formula speaks of exist: a family says what its batches need.

A derived formula is a formula of finite moments. Where a batch is too small for its second moment,
the formula may still have a value, but the moment is infinite.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.process import Draw, Once
from refutable.derivations.statement import Rel

from .positivity import prove
from .region import Region, Variable

__all__ = ["needs", "unmet", "value_where"]


def needs(node: sp.Basic) -> Iterator[tuple[Rel, sp.Symbol, int]]:
    """(what must hold, the index that it may mention, its first value), for every batch."""
    for process in Q.processes_of(node):
        for fit in process.fits:
            for b in fit.batches:
                if isinstance(b, (Draw, Once)):
                    for need in process.family.finite(b.size):
                        yield need, process.index, process.origin


def unmet(node: sp.Basic, region: Region) -> Rel | None:
    """The first need that cannot be shown to hold on the whole region, in every generation."""
    for need, index, origin in needs(node):
        here = region
        if index in need.free_symbols:
            here = region.restrict(Variable(index, sp.Integer(origin), sp.oo, integer=True))
        if prove(need, here) is None:
            return need
    return None


def value_where(node: sp.Basic, formula: sp.Expr, at: Mapping) -> sp.Expr:
    """A derived formula's value at an instance where a need fails: infinite, or refused.

    formula: its value there, if taken literally. A distance from the truth is a sum of squares:
    with one infinite term it is infinite. Raises OutsideFragment for what could cancel.
    """
    failing = next((n for n, *_ in needs(node) if _holds(n, at) is not True), None)
    if failing is None:
        return formula
    vector = node.args[0].args[0] if isinstance(node.args[0], Q.SqNorm) else None
    pairs = [v for _, v in vector.terms] if isinstance(vector, Q.Comb) else []
    kinds = {type(v) for v in pairs}
    if len(pairs) != 2 or kinds != {Q.TruthVec, Q.ModelVec} or formula in (0, sp.nan):
        raise OutsideFragment(f"the moment is finite only where {failing.lhs} >= {failing.rhs}")
    return sp.oo if _holds(failing, at) is False else formula


def _holds(need: Rel, at: Mapping) -> bool | None:
    left, right = (
        x.xreplace({k: v for k, v in at.items() if isinstance(v, sp.Expr)})
        for x in (need.lhs, need.rhs)
    )
    return bool(left >= right) if left.is_number and right.is_number else None
