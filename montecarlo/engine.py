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
from refutable.derivations.families import Categorical, FirstOrder, Gaussian, Linear, Scalar

from . import categorical, gaussian, linear, scalar
from .betting import BINS, rounded
from .bounds import bounds
from .choice import kernel_for
from .confidence import GRID, Bounded, Counted
from .fixed import settled
from .instance import finite, instance, probabilities, put, spectrum, whole
from .kernels import Kernel
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
    design: linear.Design | gaussian.Spread | scalar.Number | None = None
    kernel: Kernel | None = None

    @property
    def shard_runs(self) -> int:
        """Replicates of a shard: a power of two, 64 to 4096."""
        if self.kernel is not None:
            return max(64, min(4096, 1 << ((KEPT // self.needs.last).bit_length() - 1)))
        width = max(len(self.truth), 1)
        if self.design is not None:
            sizes = [i.size for s in self.steps for i in s.items]
            rows = getattr(self.design, "rows", None) or max(sizes, default=1)
            drawn = 1 if getattr(self.design, "ones", False) else max(rows, 1)
            width = max(_dimension(self.design), 1) * drawn
        kept = KEPT // (max(len(self.needs.keys), 1) * max(self.scope.classes, 1))
        return max(64, min(4096, 1 << (max(min(SHARD // width, kept), 1).bit_length() - 1)))

    @property
    def cost(self) -> int:
        """Steps of one replicate: classes (or numbers drawn) times generations."""
        if isinstance(self.design, scalar.Number):
            return max(1, len(self.steps))
        return max(1, len(self.steps)) * max(
            1, SHARD // self.shard_runs if self.design else len(self.truth)
        )

    def sample(self, key: tuple[int, int], shard: int) -> Paths:
        """The paths of one shard."""

        def streams(generation: int, slot: int) -> np.random.Generator:
            return generator(key, shard, generation, slot)

        if self.kernel is not None:
            return self.kernel.sample(self.needs, key, shard, self.shard_runs)
        if isinstance(self.design, gaussian.Spread):
            return gaussian.sample(self.steps, self.design, self.needs, streams, self.shard_runs)
        if isinstance(self.design, scalar.Number):
            return scalar.sample(self.steps, self.design, self.needs, streams, self.shard_runs)
        if self.design is not None:
            return linear.sample(self.steps, self.design, self.needs, streams, self.shard_runs)
        return categorical.sample(self.steps, self.truth, self.needs, streams, self.shard_runs)


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
    longest = 0
    truth: tuple = ()
    design: linear.Design | gaussian.Spread | scalar.Number | None = None
    if isinstance(process.family, Categorical):
        truth = probabilities(values, process.family.truth)
        longest = _longest(process, values) if e.has(Q.Fixation) else 0
    elif isinstance(process.family, Linear):
        design = _design(process.family, values)
    elif isinstance(process.family, Gaussian):
        eigenvalues = tuple(float(x) for x in spectrum(values, process.family.truth))
        design = gaussian.Spread(
            eigenvalues, process.family.divisor == "n-1", process.family.centre == "pool"
        )
    elif isinstance(process.family, Scalar):
        true = finite(put(process.family.truth, values), str(process.family.truth))
        design = scalar.Number(process.family.at(values), true)
    else:
        name = type(process.family).__name__
        raise OutsideFragment(f"no sampler for the family {name}", part=name)
    scope = Scope(process, values, len(truth) or _dimension(design), longest)
    needs = scope.needs(e)
    return e, Model(scope, needs, tuple(plan(process, values, needs.last)), truth, design)


def _design(family: Linear, at: Mapping) -> linear.Design:
    sigma2 = finite(put(family.sigma2, at), "sigma2")
    if sigma2 < 0:
        raise OutsideFragment(f"label noise of variance {sigma2}", part="sigma2")
    rows = None if family.rows is None else whole(put(family.rows, at), "rows")
    ones = isinstance(family, FirstOrder)
    return linear.Design(whole(put(family.d, at), "d"), rows, sigma2, ones)


def _dimension(design: linear.Design | gaussian.Spread | scalar.Number | None) -> int:
    if isinstance(design, gaussian.Spread):
        return len(design.eigenvalues)
    return 0 if design is None else design.d


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
    ) -> list[Job]:
        """Jobs that are measured on the same paths of one process.

        kernels: take a compiled kernel where one suits, with streams of its own.
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
            kernel = kernel_for(groups, model.needs, model.steps, model.truth, model.design)
            model = replace(model, kernel=kernel)
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
        if self.given is not None:
            chosen, maybe = holds(self.given, scope, paths)
            if np.any(chosen != maybe):
                raise OutsideFragment(f"{self.given} is too close to call", part="condition")
        if self.is_event:
            yes, maybe = holds(self.observable, scope, paths)
            return Tally(int(chosen.sum()), int((yes & chosen).sum()), int((maybe & chosen).sum()))
        x = value(self.observable, scope, paths)[chosen]
        width = self.high - self.low
        y = np.clip((x - self.low) / width, 0, 1) if width > 0 else np.zeros(len(x))
        total = int(np.rint(y * GRID).astype(np.int64).sum())
        binned = rounded(y, generator(self.key, shard, ROUNDING, self.place))
        return Tally(len(x), total=total, histogram=np.bincount(binned, minlength=BINS + 1))

    def summary(self, tallies: Iterable[Tally]) -> Bounded | Counted:
        """The merged tallies as a summary with confidence intervals."""
        t = sum(tallies, Tally())
        if self.is_event:
            return Counted(t.n, t.yes, t.maybe)
        h = np.zeros(BINS + 1, np.int64) if t.histogram is None else t.histogram
        return Bounded(t.n, t.total, h, self.low, self.high, self.cut)
