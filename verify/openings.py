"""Relations between means at different generations, opened at the earliest one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Categorical
from refutable.derivations.onestate import earliest, open_at
from refutable.derivations.statement import Rel

__all__ = ["Opening", "openings"]

DEEPEST = 2


@dataclass
class Opening:
    """Formulas of the nodes in moments of one generation, and what is known of those moments.

    first: the formulas hold where `index` is at least this.
    """

    index: sp.Symbol
    first: int
    formulas: dict[sp.Expr, sp.Expr] = field(default_factory=dict)
    facts: list[Rel] = field(default_factory=list)


def openings(rel: Rel, known: set[sp.Expr]) -> Iterator[Opening]:
    """Openings of the means in `rel` that have no closed form, at earlier and earlier generations."""
    nodes = {n: earliest(n) for n in rel.atoms(Q.Mean) if n not in known}
    moving = {n: at for n, at in nodes.items() if at is not None}
    if not moving or len({s for s, _ in moving.values()}) != 1:
        return
    (index,) = {s for s, _ in moving.values()}
    lowest = min(c for _, c in moving.values())
    for depth in range(DEEPEST):
        out = Opening(index, 0)
        base = index + lowest - depth
        try:
            for node in sorted(moving, key=sp.default_sort_key):
                opened = open_at(node, base)
                out.formulas[node] = opened.formula
                out.first = max(out.first, opened.first - lowest + depth)
                for moment in opened.moments:
                    _facts(moment, base, out)
        except OutsideFragment:
            return
        yield out
        if any(f.has(sp.Sum) for f in out.formulas.values()):
            return  # powers of growing totals swell with every further generation


def _facts(moment: sp.Expr, base: sp.Expr, out: Opening) -> None:
    """The mean squared distance from the truth is not negative; probability vectors are short."""
    square = moment.args[0]
    vectors = list(square.atoms(Q.ModelVec))
    if not isinstance(square, Q.SqNorm) or len(vectors) != 1:
        return
    process = vectors[0].args[0].process
    risk = Q.Mean(Q.SqNorm(process.model(base) - process.truth))
    new = [Rel(">=", open_at(risk, base).formula, 0)]
    if isinstance(process.family, Categorical) and square.args[0] == vectors[0]:
        new.append(Rel("<=", moment, 1))
    out.facts += [f for f in new if f not in out.facts]
