"""Figures of the papers: many curves of one quantity each, with the theory beside them.

Bands are normal 95 % intervals of a mean over replicates, as the papers draw them; `simulate.run`
has limits that hold at every size. A curve ends where 5 % of the replicates have no fit any more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.process import Process

from .bounds import Indicator
from .engine import Job
from .executors import Executor, run_sharded
from .observe import sampled
from .quantities import QUANTITIES
from .theory import theory

__all__ = ["Curve", "Figure", "Point", "draw"]

#: Standard normal quantile of a two-sided interval at 95 %.
WIDTH = 1.959963984540054


@dataclass(frozen=True)
class Curve:
    """A quantity of one process: over generations (x is None), or averaged over them at one x.

    runs: replicates.  known: theory where `theory` has none.  trail: keep single paths (x and y are
    coordinates), not their mean.
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
    logarithmic y axis.  lines: further theory by panel, label -> (x, y).
    """

    title: str
    note: str
    curves: tuple[Curve, ...]
    reduced: str = ""
    x: str = "generation"
    log: tuple[str, ...] = ()
    log_x: bool = False
    lines: dict = field(default_factory=dict)


def draw(
    name: str,
    figure: Callable[[], Figure],
    seed: int = 0,
    runs: int | None = None,
    pool: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Point]:
    """Simulate every curve; runs: replicates of each, in place of the figure's own.

    figure: makes the figure; workers call it again.  The numbers depend on the seed, the name and
    the replicates alone.
    """
    total = len(figure().curves)
    out: list[Point] = []
    task = partial(_curve, name, figure, seed, runs)
    for k, points in enumerate(run_sharded(task, range(total), pool), 1):
        out += points
        if progress is not None:
            progress(k, total)
    return out


def _curve(name: str, figure: Callable[[], Figure], seed: int, runs: int | None, k: int) -> list[Point]:
    curve = figure().curves[k]
    key = f"figure/{name}/{curve.panel}/{curve.label}/{curve.x}"
    values = sample(curve, runs or curve.runs, seed, key)
    exact = curve.known or theory(curve.process, curve.at, curve.quantity, curve.generations)
    if curve.trail:
        return _trails(curve, values)
    if curve.x is not None:
        mean = math.nan if exact is None else float(np.mean(exact))
        return [_point(curve, curve.x, values.mean(axis=0), mean)]
    out = []
    for row, g in enumerate(curve.generations):
        if np.isfinite(values[row]).mean() < 0.95:
            break
        out.append(_point(curve, float(g), values[row], math.nan if exact is None else exact[row]))
    return out


def _point(curve: Curve, x: float, values: np.ndarray, exact: float) -> Point:
    good = values[np.isfinite(values)]
    n = len(good)
    mean = float(good.mean()) if n else math.nan
    half = WIDTH * float(good.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    return Point(curve.panel, curve.label, x, mean, mean - half, mean + half, n, exact)


def _trails(curve: Curve, values: np.ndarray) -> list[Point]:
    """Corners of a triangle: the first half of the rows are x, the second y."""
    half = len(values) // 2
    return [
        Point(curve.panel, f"{curve.label} {r + 1}", float(x), float(y), float(y), float(y), 1, math.nan)
        for r in range(values.shape[1])
        for x, y in zip(values[:half, r], values[half:, r], strict=True)
    ]


def sample(curve: Curve, runs: int, seed: int, key: str) -> np.ndarray:
    """The quantity by generation and replicate; NaN where a replicate has no fit."""
    nodes = _nodes(curve)
    jobs = Job.together(nodes, curve.at, seed, key, kernels=True, populations=False)
    model, parts = jobs[0].model, []
    size = min(model.shard_runs, runs)
    for shard in range(-(-runs // size)):
        paths = model.sample(jobs[0].key, shard, size)
        parts.append(np.array([sampled(j.observable, model.scope, paths) for j in jobs]))
    return np.concatenate(parts, axis=1)[:, :runs]


def _nodes(curve: Curve) -> Sequence[sp.Expr]:
    p, gs = curve.process, [sp.Integer(g) for g in curve.generations]
    if curve.trail:  # a triangle with corners (0, 0), (1, 0), (1/2, 1)
        flat = [Q.Mean(p.model(g)[2] + p.model(g)[3] / 2) for g in gs]
        return [*flat, *(Q.Mean(p.model(g)[3]) for g in gs)]
    if curve.quantity == "l1 squared":
        return [Q.Mean(Q.Norm1(p.model(g) - p.truth) ** 2) for g in gs]
    nodes = [QUANTITIES[curve.quantity](p, g) for g in gs]
    return [Q.Mean(Indicator(n.args[0])) if isinstance(n, Q.Prob) else n for n in nodes]
