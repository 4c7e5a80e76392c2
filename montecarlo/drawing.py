"""A figure drawn shard by shard: it can stop after any shard and go on to the same numbers.

A shard is a piece of one curve's replicates, of a size that the curve and its replicates fix, and
shards are merged in order: no executor, no worker count and no stop changes a bit.
"""

from __future__ import annotations

import math
import pickle
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

import numpy as np

from . import engine, lent
from .engine import Job
from .executors import run_sharded
from .figure import Curve, Figure, Point, nodes_of
from .moments import Moments
from .observe import sampled
from .store import Checkpoint
from .theory import theory

__all__ = ["WIDTH", "Drawn", "Part", "draw", "points", "task"]

#: Standard normal quantile of a two-sided interval at 95 %.
WIDTH = 1.959963984540054
#: A curve ends where fewer of its replicates than this have a fit.
ALIVE = 0.95


@dataclass(frozen=True)
class Part:
    """What is there of a curve: its moments, `done` of `many` shards, and its theory (or nothing)."""

    moments: Moments
    many: int
    known: tuple[float, ...] = ()
    done: int = 1

    def __add__(self, other: Part) -> Part:
        """With the next shard."""
        return replace(self, moments=self.moments + other.moments, done=self.done + 1)

    def words(self) -> dict[str, object]:
        """For a checkpoint; `read` reads it."""
        return {**vars(self), "moments": self.moments.words()}

    @classmethod
    def read(cls, words: Mapping) -> Part:
        """What `words` wrote."""
        many, done, known = words["many"], words["done"], tuple(words["known"])
        return cls(Moments.read(words["moments"]), many, known, done)


@dataclass(frozen=True)
class Drawn:
    """What is there of a figure: first a shard of every curve in order, then the others in order.

    ended: "complete", "time" or "interrupted".
    """

    curves: tuple[Part, ...] = ()
    ended: str = "complete"

    def add(self, curve: int, part: Part) -> Drawn:
        """With the next shard of this curve."""
        if curve == len(self.curves):
            return replace(self, curves=(*self.curves, part))
        both = self.curves[curve] + part
        return replace(self, curves=(*self.curves[:curve], both, *self.curves[curve + 1 :]))

    def state(self) -> Mapping:
        """For a checkpoint."""
        return {"curves": [c.words() for c in self.curves]}

    def left(self, total: int) -> list[tuple[int, int]]:
        """(curve, shard) that can be drawn now, where there are `total` curves."""
        if len(self.curves) < total:  # only a first shard says how many there are
            return [(k, 0) for k in range(len(self.curves), total)]
        return [(k, j) for k, c in enumerate(self.curves) for j in range(c.done, c.many)]


def draw(
    name: str,
    make: Callable[[], Figure],
    seed: int = 0,
    runs: int | None = None,
    pool: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    checkpoint: str | Path | None = None,
    max_seconds: float | None = None,
) -> Drawn:
    """Simulate every curve; runs: replicates of each, in place of the figure's own.

    make: makes the figure; workers call it again.  The numbers depend on the seed, the name, the
    figure and the replicates alone.  progress: called with (shards done, shards known of).
    checkpoint: a file to go on from and to save to.
    Ctrl-C and `max_seconds` end it early, with what is there by then.
    """
    figure, start = make(), time.monotonic()
    total = len(figure.curves)
    file = Checkpoint(checkpoint, _digest(name, figure, seed, runs))
    saved = file.read()
    drawn = Drawn(tuple(map(Part.read, saved["curves"])) if saved else ())
    shard = task(name, make, seed, runs)
    try:
        while left := drawn.left(total):
            results = run_sharded(shard, left, pool)
            with closing(results):
                for k, part in results:
                    drawn = drawn.add(k, part)
                    file.save(drawn.state)
                    if progress is not None:
                        progress(*_count(drawn, total))
                    late = max_seconds is not None and time.monotonic() - start > max_seconds
                    if late and drawn.left(total):
                        return replace(drawn, ended="time")
        return drawn
    except KeyboardInterrupt:
        return replace(drawn, ended="interrupted")
    finally:
        file.save(drawn.state, now=True)


def task(
    name: str, make: Callable[[], Figure], seed: int, runs: int | None
) -> Callable[[tuple[int, int]], tuple[int, Part]]:
    """(curve, shard) -> the curve and that shard of it, wherever it is called."""
    return partial(_shard, pickle.dumps((name, make, seed, runs, lent.given())))


def _count(drawn: Drawn, total: int) -> tuple[int, int]:
    """Shards that are there, of those that are known to be."""
    unknown = total - len(drawn.curves)
    return sum(c.done for c in drawn.curves), sum(c.many for c in drawn.curves) + unknown


def points(figure: Figure, drawn: Drawn) -> list[Point]:
    """The figure's points, with the theory beside them, of the curves that are there."""
    out: list[Point] = []
    for curve, part in zip(figure.curves, drawn.curves, strict=False):
        m = part.moments
        out += _trails(curve, m.paths) if m.paths is not None else _points(curve, m, part.known)
    return out


def _points(curve: Curve, m: Moments, known: tuple[float, ...]) -> list[Point]:
    xs = [float(g) for g in curve.bins[:-1] or curve.generations] if curve.x is None else [curve.x]
    out = []
    for row, (x, expected) in enumerate(zip(xs, known or [math.nan] * len(xs), strict=True)):
        n, mean = int(m.n[row]), float(m.mean[row])
        if curve.x is None and n < ALIVE * m.of:
            break
        half = WIDTH * math.sqrt(float(m.squares[row]) / (n - 1) / n) if n > 1 else math.nan
        mean = mean if n else math.nan
        out.append(Point(curve.panel, curve.label, x, mean, mean - half, mean + half, n, expected))
    return out


def _trails(curve: Curve, paths: np.ndarray) -> list[Point]:
    """Corners of a triangle: the first half of the rows are x, the second y."""
    half = len(paths) // 2
    return [
        Point(curve.panel, f"{curve.label} {r + 1}", float(x), float(y), float(y), float(y), 1, math.nan)
        for r in range(paths.shape[1])
        for x, y in zip(paths[:half, r], paths[half:, r], strict=True)
    ]


def _digest(name: str, figure: Figure, seed: int, runs: int | None) -> str:
    """Which drawing this is; NumPy keeps the bits of its distributions within a version only."""
    sizes = (engine.SHARD, engine.KEPT)
    text = repr((name, figure.curves, seed, runs, sizes, np.__version__))
    return blake2b(text.encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=2)
def _figure(blob: bytes) -> tuple[str, Figure, int, int | None]:
    name, make, seed, runs, functions = pickle.loads(blob)
    lent.lend(*functions)
    return name, make(), seed, runs


@lru_cache(maxsize=4)
def _curve(blob: bytes, k: int) -> tuple[Curve, list[Job], int, int]:
    """A curve, its jobs, its replicates and those of a shard."""
    name, figure, seed, asked = _figure(blob)
    curve = figure.curves[k]
    runs = asked or curve.runs
    key = f"figure/{name}/{curve.panel}/{curve.label}/{curve.x}"
    jobs = Job.together(nodes_of(curve), curve.at, seed, key, kernels=True, populations=False)
    return curve, jobs, runs, min(jobs[0].model.shard_runs, runs)


def _shard(blob: bytes, place: tuple[int, int]) -> tuple[int, Part]:
    """One shard of one curve; the first one brings the theory."""
    k, shard = place
    curve, jobs, runs, size = _curve(blob, k)
    model = jobs[0].model
    paths = model.sample(jobs[0].key, shard, size)
    values = np.array([sampled(j.observable, model.scope, paths) for j in jobs])
    values = values[:, : runs - shard * size]
    if curve.x is not None:
        values = values.mean(axis=0, keepdims=True)
    if curve.bins:
        values = np.array([(a <= values[0]) & (values[0] < b) for a, b in pairwise(curve.bins)], float)
    moments = Moments.kept(values) if curve.trail else Moments.of_values(values)
    return k, Part(moments, -(-runs // size), () if shard else _theory(curve))


def _theory(curve: Curve) -> tuple[float, ...]:
    """By generation, or the mean over them at one x; nothing where it is not known."""
    if curve.trail:
        return ()
    if curve.bins:
        before = theory(curve.process, curve.at, "collapsed", [edge - 1 for edge in curve.bins])
        return () if before is None else tuple(b - a for a, b in pairwise(before))
    exact = curve.known or theory(curve.process, curve.at, curve.quantity, curve.generations)
    if exact is None:
        return ()
    return tuple(exact) if curve.x is None else (float(np.mean(exact)),)
