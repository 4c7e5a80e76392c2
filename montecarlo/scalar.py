"""The plain sampler of models that are one number: batches as the family itself draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from refutable.derivations import families
from refutable.derivations.errors import OutsideFragment

from .categorical import Streams
from .paths import Needs, Paths
from .plan import AVERAGE, Item, Law, Step

__all__ = ["Number", "sample"]


@dataclass(frozen=True)
class Number:
    """The family at an instance, and the true number. d, rows: of what a shard holds."""

    family: families.Scalar
    truth: float
    d: int = 1
    rows: int = 1


def sample(
    steps: Sequence[Step], number: Number, needs: Needs, streams: Streams, runs: int
) -> Paths:
    """`runs` replicates of generations 1..len(steps).

    Raises OutsideFragment for filters and for what the family does not sample.
    """
    return _Walk(number, needs, streams, runs).walk(steps)


class _Walk:
    def __init__(self, number: Number, needs: Needs, streams: Streams, runs: int):
        if needs.horizon:
            raise OutsideFragment("a number has no collapse time", part="CollapseTime")
        self.family, self.needs, self.streams, self.runs = number.family, needs, streams, runs
        self.paths = Paths(runs, np.array([number.truth]), None)
        self.models = {0: np.full(runs, number.truth)}
        self.total = self.models[0].copy()
        self.known: dict[tuple, tuple[np.ndarray, int]] = {}
        self.heap: dict[str, tuple[np.ndarray, int]] = {}

    def walk(self, steps: Sequence[Step]) -> Paths:
        for g, step in enumerate(steps, 1):
            for slot, item in enumerate(step.once):
                self.known["once", item.name] = self._draw(g, 1_000_000 + slot, item)
            model = self._fit(step, [self._batch(g, k, item) for k, item in enumerate(step.items)])
            self.models[g] = model
            self.total = self.total + model
            self._keep(("model", g), model)
        return self.paths

    def _fit(self, step: Step, batches: list[tuple[np.ndarray, int]]) -> np.ndarray:
        if step.how == "accumulate":
            return self.heap[step.items[0].name][0]
        sizes = [size for _, size in batches]
        weights = step.weights or [Fraction(n, max(sum(sizes), 1)) for n in sizes]
        if len(batches) == 1:
            return batches[0][0]
        return np.sum([float(w) * x for w, (x, _) in zip(weights, batches, strict=True)], axis=0)

    def _batch(self, g: int, slot: int, item: Item) -> tuple[np.ndarray, int]:
        if item.how == "exact":
            return self._law(item.law, g), 0
        if item.how == "once":
            return self.known["once", item.name]
        if item.how == "past":
            return self.known["batch", item.name, item.since]
        mean, size = self._draw(g, slot, item)
        self.known["batch", item.name, g] = mean, size
        old, before = self.heap.get(item.name, (mean, 0))
        self.heap[item.name] = (before * old + size * mean) / (before + size), before + size
        self._keep(("batch", item.name, g), mean)
        if ("noise", g) in self.needs.keys:
            if ("noise", g) in self.paths.vectors:
                raise OutsideFragment("the noise of several batches", part="NoiseVec")
            self._keep(("noise", g), mean - self._law(item.law, g))
        return mean, size

    def _draw(self, g: int, slot: int, item: Item) -> tuple[np.ndarray, int]:
        if item.keep is not None:
            raise OutsideFragment("a filter of data that are numbers", part="Filter")
        law = self._law(item.law, g)
        return np.asarray(self.family.sample(self.streams(g, slot), law, item.size)), item.size

    def _law(self, law: Law | None, g: int) -> np.ndarray:
        assert law is not None
        terms = [
            float(w) * (self.total / g if t == AVERAGE else self.models[t]) for w, t, _ in law.terms
        ]
        return np.sum(terms, axis=0)

    def _keep(self, key: tuple, v: np.ndarray) -> None:
        if key in self.needs.keys:
            self.paths.vectors[key] = v[:, None]
            self.paths.lattice[key] = None
