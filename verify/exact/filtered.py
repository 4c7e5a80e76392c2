"""How many data pass a filter, from the law of the hidden marks."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from flint import fmpq

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.process import Process

from .draws import Draws
from .errors import Undefined

__all__ = ["kept"]


def kept(node: sp.Expr, instance: Callable[[Process], Draws]) -> fmpq | None:
    """E[kept] or P(kept = j) of a fit's one batch; None for other nodes."""
    x = node.args[0]
    counts = x.atoms(Q.KeptCount)
    if not counts:
        return None
    (count,) = counts
    index = count.args[1]
    if node.given is not None or not index.is_Integer:
        raise OutsideFragment(f"{node}: only the plain law of the kept data", part="kept data")
    process = count.args[0].process
    try:
        draws = instance(process).draws(int(process.internal(index)))
    except Undefined:  # a filter that lets nothing through has no law to redraw from
        draws = []
    if len(draws) != 1:
        raise OutsideFragment("the kept data of several batches", part="kept data")
    (d,) = draws
    law = _counted(d.size, d.chance)
    if x == count:
        return sum((fmpq(z) * w for z, w in law.items()), fmpq(0))
    if isinstance(x, S.Rel) and x.op == "=" and x.lhs == count and x.rhs.is_Integer:
        return law.get(int(x.rhs), fmpq(0))
    raise OutsideFragment(f"{node}: only the mean and single values", part="kept data")


def _counted(size: int, chance: fmpq) -> dict[int, fmpq]:
    """The law of the number of kept data, one datum after the other."""
    law = {0: fmpq(1)}
    for _ in range(size):
        grown: dict[int, fmpq] = {}
        for z, w in law.items():
            grown[z] = grown.get(z, fmpq(0)) + w * (1 - chance)
            grown[z + 1] = grown.get(z + 1, fmpq(0)) + w * chance
        law = grown
    return law
