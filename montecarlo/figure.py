"""What a figure of a paper is: many curves of one quantity each, with the theory beside them.

Bands are normal 95 % intervals of a mean over replicates, as the papers draw them; `simulate.run`
has limits that hold at every size. A curve ends where 5 % of the replicates have no fit any more.
`drawing` simulates a figure, `figure_plot` makes the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.process import Process

from .bounds import Indicator
from .quantities import QUANTITIES

__all__ = ["Curve", "Figure", "Point", "nodes_of"]


@dataclass(frozen=True)
class Curve:
    """A quantity of one process: over generations (x is None), or averaged over them at one x.

    runs: replicates.  known: theory where `theory` has none.  trail: keep single paths (x and y are
    coordinates), not their mean.  bins: edges of a histogram of a collapse time, the one quantity
    that it is for; its points are shares of runs, at the lower edges.
    """

    panel: str
    label: str
    process: Process
    at: dict
    quantity: str
    generations: tuple[int, ...]
    runs: int
    x: float | None = None
    known: tuple[float, ...] | None = None
    trail: bool = False
    bins: tuple[int, ...] = ()


@dataclass(frozen=True)
class Point:
    """x, mean and its interval, replicates behind it, theory (NaN: none)."""

    panel: str
    curve: str
    x: float
    mean: float
    lo: float
    hi: float
    n: int
    theory: float


@dataclass(frozen=True)
class Figure:
    """title: what it shows.  note: what is printed, what is a stand-in.  curves: in order.

    reduced: what a full run has more of (empty: nothing).  x: label.  log: panels with a
    logarithmic y axis.  lines: further theory, label -> (panel, x, y); one that begins with a
    curve's label has its colour.
    """

    title: str
    note: str
    curves: tuple[Curve, ...]
    reduced: str = ""
    x: str = "generation"
    log: tuple[str, ...] = ()
    log_x: bool = False
    lines: dict = field(default_factory=dict)


def nodes_of(curve: Curve) -> Sequence[sp.Expr]:
    """What a curve measures: one node for each generation (two for each of a trail)."""
    p, gs = curve.process, [sp.Integer(g) for g in curve.generations]
    if curve.trail:  # a triangle with corners (0, 0), (1, 0), (1/2, 1)
        flat = [Q.Mean(p.model(g)[2] + p.model(g)[3] / 2) for g in gs]
        return [*flat, *(Q.Mean(p.model(g)[3]) for g in gs)]
    if curve.quantity == "l1 squared":
        return [Q.Mean(Q.Norm1(p.model(g) - p.truth) ** 2) for g in gs]
    nodes = [QUANTITIES[curve.quantity](p, g) for g in gs]
    return [Q.Mean(Indicator(n.args[0])) if isinstance(n, Q.Prob) else n for n in nodes]
