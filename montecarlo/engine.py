"""Shards: a fixed number of replicates each, a function of the problem and of nothing else.

A `Job` knows how to sample one shard and to reduce it to integers, so that tallies of shards can
be added in any order, by any number of workers, with the same result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy as sp

from refutable.derivations import process as P
from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Categorical

from . import categorical, empirical, scalar
from .betting import BINS, rounded, spread
from .bounds import bounds
from .choice import kernel_for
from .confidence import GRID, Bounded, Counted
from .designs import AnyDesign, design_of, dimension, sampler
from .fixed import settled
from .instance import instance, put
from .kernels import Kernel, Population
from .observe import holds, value
from .paths import Needs, Paths
from .plan import Step, plan
from .scope import Scope
from .streams import generator, stream_key
from .tally import Tally

__all__ = ["Job", "Model", "model_of"]

#: Elements (replicates x classes) that a shard holds at a time.
SHARD = 1 << 18
#: The generation of a stream that rounds observables: no process gets there.
ROUNDING = 1 << 63
#: Elements of all vectors that a shard keeps for its observables.
KEPT = 1 << 23


@dataclass(frozen=True)
class Model:
    """A process at an instance, ready to be sampled up to a generation.

    kernel: samples it in place of the plain sampler, where one suits and was asked for.
    """

    scope: Scope
    needs: Needs
    steps: tuple[Step, ...]
    truth: tuple = ()
    design: AnyDesign | None = None
    kernel: Kernel | None = None

    @property
    def shard_runs(self) -> int:
        """Replicates of a shard: a power of two, 64 to 4096 (fewer of step functions, if large)."""
        if isinstance(self.kernel, Population):
            return self.kernel.replicates
        if self.kernel is not None:
            return max(64, min(4096, 1 << ((KEPT // self.needs.last).bit_length() - 1)))
        width, least = max(len(self.truth), 1), 64
        vector = max(self.scope.classes, 1)
        if isinstance(self.design, empirical.Steps):
            width, vector, least = self.design.rows, self.design.rows, 1
        elif self.design is not None:
            sizes = [i.size for s in self.steps for i in s.items]
            rows = getattr(self.design, "rows", None) or max(sizes, default=1)
            drawn = 1 if getattr(self.design, "ones", False) else max(rows, 1)
            width = max(dimension(self.design), 1) * drawn
        kept = KEPT // (max(len(self.needs.keys), 1) * vector)
        return max(least, min(4096, 1 << (max(min(SHARD // width, kept), 1).bit_length() - 1)))

    @property
    def cost(self) -> int:
        """Steps of one replicate: classes (or numbers drawn) times generations."""
        if isinstance(self.design, scalar.Number):
            return max(1, len(self.steps))
        if isinstance(self.design, empirical.Steps):
            return max(1, len(self.steps)) * max(1, self.design.rows)
        return max(1, len(self.steps)) * max(
            1, SHARD // self.shard_runs if self.design else len(self.truth)
        )

    def sample(self, key: tuple[int, int], shard: int, runs: int | None = None) -> Paths:
        """The paths of one shard, of `runs` replicates where it is not to be a whole one."""
        runs = self.shard_runs if runs is None else runs

        def streams(generation: int, slot: int) -> np.random.Generator:
            return generator(key, shard, generation, slot)

        if self.kernel is not None:
            return self.kernel.sample(self.needs, key, shard, runs)
        of = sampler(self.design)
        if of is not None:
            return of(self.steps, self.design, self.needs, streams, runs)
        return categorical.sample(self.steps, self.truth, self.needs, streams, runs)


def model_of(e: sp.Basic, at: Mapping[object, object]) -> tuple[sp.Basic, Model]:
    """The expression with its values put in, and the model that it is about.

    Raises OutsideFragment for a family without a sampler or several processes under one
    expectation, DomainError for values that do not fit.
    """
    values = instance(at)
    found = Q.processes_of(e)
    if len(found) > 1:
        names = " and ".join(p.name for p in found)
        raise OutsideFragment(f"the joint law of {names} is not declared", part="two processes")
    e = settled(put(e, values), values)
    if not found:
        return e, Model(Scope(None, values), Needs(), ())
    process = found[0]
    truth, design = design_of(process, values)
    simplex = isinstance(process.family, Categorical)
    longest = _longest(process, values) if simplex and e.has(Q.Fixation) else 0
    scope = Scope(process, values, len(truth) or dimension(design), longest)
    needs = scope.needs(e)
    steps = tuple(plan(process, values, needs.last))
    if isinstance(design, empirical.Steps):
        design = empirical.Steps.of(steps)
    return e, Model(scope, needs, steps, truth, design)


def _longest(process: P.Process, at: Mapping) -> int:
    """Where fixation is cut off: few paths are not absorbed by then; they count either way."""
    sizes = [i.size for s in plan(process, at, 2) for i in s.items]
    return min(5000, 12 * max(sizes, default=1) + 20)


@dataclass(frozen=True)
class Job:
    """One Mean or Prob, to be tallied shard by shard.

    low, high: limits of the observable; with `cut`, `high` truncates it.  place: among observables
    of the same paths.
    """

    model: Model
    observable: sp.Basic
    given: sp.Basic | None
    is_event: bool
    key: tuple[int, int]
    low: float = 0.0
    high: float = 1.0
    cut: bool = False
    place: int = 0

    @classmethod
    def of(cls, node: sp.Basic, at: Mapping[object, object], seed: int, key: str) -> Job:
        """The job of a Mean or Prob node at an instance."""
        return cls.together([node], at, seed, key)[0]

    @classmethod
    def together(
        cls,
        nodes: Sequence[sp.Basic],
        at: Mapping[object, object],
        seed: int,
        key: str,
        kernels: bool = False,
        populations: bool = True,
    ) -> list[Job]:
        """Jobs that are measured on the same paths of one process.

        kernels: take a compiled kernel where one suits, with streams of its own.  populations: one
        that counts replicates by state may suit, too.
        """
        for node in nodes:
            if not isinstance(node, (Q.Mean, Q.Prob)):
                name = type(node).__name__
                raise OutsideFragment(
                    f"sampling estimates a Mean or a Prob (got {name})", part=name
                )
            if isinstance(node.given, sp.Tuple):
                raise OutsideFragment("a mean given a vector is no number", part="given")
        groups, model = model_of(sp.Tuple(*(sp.Tuple(*node.args) for node in nodes)), at)
        stream = stream_key(seed, key)
        if kernels:
            model = replace(model, kernel=kernel_for(groups, model, populations))
        out = []
        for place, (node, group) in enumerate(zip(nodes, groups, strict=True)):
            given = group[1] if len(group) > 1 else None
            is_event = isinstance(node, Q.Prob)
            low, high = (0.0, 1.0) if is_event else bounds(group[0], model.scope)
            out.append(cls(model, group[0], given, is_event, stream, low, high, place=place))
        return out

    def paths(self, shard: int) -> Paths:
        return self.model.sample(self.key, shard)

    def tally(self, shard: int) -> Tally:
        """The integer sums of one shard."""
        return self.reduce(self.paths(shard), shard)

    def reduce(self, paths: Paths, shard: int) -> Tally:
        """The integer sums of paths that were sampled as this shard."""
        scope = self.model.scope
        chosen = np.ones(paths.runs, bool)
        many = None if paths.weights is None else self._many(paths.weights)
        if self.given is not None:
            chosen, maybe = holds(self.given, scope, paths)
            if np.any(chosen != maybe):
                raise OutsideFragment(f"{self.given} is too close to call", part="condition")
        if self.is_event:
            yes, maybe = holds(self.observable, scope, paths)
            n, sure, perhaps = (_size(x & chosen, many) for x in (chosen, yes, maybe))
            return Tally(n, sure, perhaps)
        x = value(self.observable, scope, paths)[chosen]
        width = self.high - self.low
        y = np.clip((x - self.low) / width, 0, 1) if width > 0 else np.zeros(len(x))
        rng, points = generator(self.key, shard, ROUNDING, self.place), np.rint(y * GRID)
        if many is None:
            h = np.bincount(rounded(y, rng), minlength=BINS + 1)
            return Tally(len(x), total=int(points.astype(np.int64).sum()), histogram=h)
        many = many[chosen]
        total = sum(int(k) * int(v) for k, v in zip(many, points, strict=True))
        return Tally(int(many.sum()), total=total, histogram=spread(y, many, rng))

    def _many(self, weights: np.ndarray) -> np.ndarray:
        """How many replicates are in each state at the one generation that is looked at."""
        last = self.model.scope.needs(sp.Tuple(self.observable, self.given or sp.S.true)).last
        return weights[max(last, 1) - 1]

    def summary(self, tallies: Iterable[Tally]) -> Bounded | Counted:
        """The merged tallies as a summary with confidence intervals."""
        t = sum(tallies, Tally())
        if self.is_event:
            return Counted(t.n, t.yes, t.maybe)
        h = np.zeros(BINS + 1, np.int64) if t.histogram is None else t.histogram
        return Bounded(t.n, t.total, h, self.low, self.high, self.cut)


def _size(chosen: np.ndarray, many: np.ndarray | None) -> int:
    return int(chosen.sum() if many is None else many[chosen].sum())
