"""The plain sampler of distribution functions: data are drawn, a model is a step function.

The truth is continuous, so u = F(x) is uniform on [0, 1] under it and a model is

    C(u) = c u + the weights of the atoms at or below u,

c being the weight of the truth itself, which only exact batches have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from refutable.derivations.errors import OutsideFragment

from .categorical import Streams, last_uses, uses_average
from .instance import Number
from .paths import Curve, Needs, Paths
from .plan import AVERAGE, Item, Law, Step

__all__ = ["Steps", "sample"]


@dataclass(frozen=True)
class Steps:
    """What a shard holds: rows: atoms of the largest law or model."""

    rows: int = 1
    d: int = 1

    @classmethod
    def of(cls, steps: Sequence[Step]) -> Steps:
        """By counting along the plan."""
        models, sizes, heap = {0: 0}, {}, dict.fromkeys((i.name for s in steps for i in s.items), 0)
        most = 1
        for g, step in enumerate(steps, 1):
            total = 0
            for item in (*step.once, *step.items):
                terms = item.law.terms if item.law is not None else ()
                ages = [k for _, t, _ in terms for k in (range(g) if t == AVERAGE else (t,))]
                law = sum(models[k] for k in ages)
                most = max(most, law)
                if item.how == "draw":
                    sizes[item.name, g] = item.size
                    heap[item.name] += item.size
                size = {"past": sizes.get((item.name, item.since), 0), "exact": law}
                total += size.get(item.how, item.size)
            models[g] = heap[step.items[0].name] if step.how == "accumulate" else total
            most = max(most, models[g])
        return cls(most)


def sample(
    steps: Sequence[Step], design: Steps, needs: Needs, streams: Streams, runs: int
) -> Paths:
    """`runs` replicates of generations 1..len(steps).

    Raises OutsideFragment for filters and for weights below zero, which are no law.
    """
    return _Walk(needs, streams, runs).walk(steps)


def combined(parts: Sequence[tuple[float, Curve]]) -> Curve:
    """A weighted sum of step functions.

    >>> a = Curve(np.array([[0.5]]), np.array([1.0]))
    >>> combined([(1.0, a), (-1.0, Curve(np.zeros((1, 0)), np.zeros(0), 1.0))]).square()
    array([0.08333333])
    """
    return Curve(
        np.concatenate([curve.atoms for _, curve in parts], axis=1),
        np.concatenate([w * curve.weights for w, curve in parts]),
        sum(w * curve.slope for w, curve in parts),
    )


class _Walk:
    def __init__(self, needs: Needs, streams: Streams, runs: int):
        if needs.horizon:
            raise OutsideFragment("a distribution function has no collapse time", part="CollapseTime")
        self.needs, self.streams, self.runs = needs, streams, runs
        truth = Curve(np.zeros((runs, 0)), np.zeros(0), 1.0)
        self.paths = Paths(runs, np.zeros(1), None, curves={("truth",): truth})
        self.models: dict[int, Curve] = {0: truth}
        self.known: dict[tuple, tuple[Curve, int]] = {}
        self.heap: dict[str, list[tuple[Curve, int]]] = {}

    def walk(self, steps: Sequence[Step]) -> Paths:
        uses = last_uses(steps)
        averages = [g for g, s in enumerate(steps, 1) if uses_average(s)]
        for g, step in enumerate(steps, 1):
            for slot, item in enumerate(step.once):
                self.known["once", item.name] = self._draw(g, 1_000_000 + slot, item)
            batches = [self._batch(g, k, item) for k, item in enumerate(step.items)]
            weights = step.weights
            if step.how == "accumulate":
                batches, weights = self.heap[step.items[0].name], None
            self.models[g] = _pooled(batches, weights)
            self._keep(("model", g), self.models[g])
            if g >= max(averages, default=0):
                self.models = {
                    t: x for t, x in self.models.items() if t == g or uses.get(("model", t), 0) > g
                }
        return self.paths

    def _batch(self, g: int, slot: int, item: Item) -> tuple[Curve, int]:
        if item.how == "exact":
            return self._law(item.law, g), 0
        if item.how == "once":
            return self.known["once", item.name]
        if item.how == "past":
            return self.known["batch", item.name, item.since]
        curve, size = self._draw(g, slot, item)
        self.known["batch", item.name, g] = curve, size
        self.heap.setdefault(item.name, []).append((curve, size))
        self._keep(("batch", item.name, g), curve)
        if ("noise", g) in self.needs.keys:
            if ("noise", g) in self.paths.curves:
                raise OutsideFragment("the noise of several batches", part="NoiseVec")
            self._keep(("noise", g), combined([(1.0, curve), (-1.0, self._law(item.law, g))]))
        return curve, size

    def _draw(self, g: int, slot: int, item: Item) -> tuple[Curve, int]:
        """Data, each an atom of the law or fresh from the truth."""
        if item.keep is not None:
            raise OutsideFragment("a filter of data of a distribution function", part="Filter")
        law, rng, shape = self._law(item.law, g), self.streams(g, slot), (self.runs, item.size)
        ends = np.cumsum([*law.weights, law.slope])
        which = np.searchsorted(ends[:-1] / ends[-1], rng.random(shape), side="right")
        fresh = which == len(law.weights)
        data = rng.random(shape)
        if len(law.weights):
            old = np.take_along_axis(law.atoms, np.where(fresh, 0, which), axis=1)
            data = np.where(fresh, data, old)
        return Curve(data, np.full(item.size, 1 / item.size)), item.size

    def _law(self, law: Law | None, g: int) -> Curve:
        assert law is not None
        parts: list[tuple[float, Curve]] = []
        for w, t, _ in law.terms:
            ages = range(g) if t == AVERAGE else [t]
            parts += [(float(w) / len(ages), self.models[k]) for k in ages]
        return parts[0][1] if len(parts) == 1 and parts[0][0] == 1 else combined(parts)

    def _keep(self, key: tuple, curve: Curve) -> None:
        if key in self.needs.keys:
            self.paths.curves[key] = curve


def _pooled(batches: Sequence[tuple[Curve, int]], weights: Sequence[Number] | None) -> Curve:
    """By weights, or every datum the same."""
    if weights is None and len(batches) == 1:
        return batches[0][0]
    shares = weights or [n / sum(size for _, size in batches) for _, n in batches]
    if min(shares) < 0:
        raise OutsideFragment("a distribution function with a negative weight", part="negative weight")
    return combined([(float(w), curve) for w, (curve, _) in zip(shares, batches, strict=True)])
