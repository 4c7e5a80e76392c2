"""The sampler of fits without closed moments: data are drawn, and fitted again, all replicates at
once. `glm` and `gaussmix` do the fitting; here a `Process` says which data there are.

Models are kept as errors against the truth (a generalised linear model), or as their distance
from it (a mixture). A replicate whose fit does not exist is NaN from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from refutable.derivations.errors import DomainError, OutsideFragment

from . import gaussmix, glm
from .categorical import Streams
from .fitted import Glm, NormalMixture
from .gaussmix import Mixture
from .paths import Needs, Paths
from .plan import AVERAGE, Item, Law, Step
from .population import RowsOf, truth

__all__ = ["Fitted", "sample"]

#: Arrays (runs, data, ...), one for each part of a datum.
Data = tuple[np.ndarray, ...]
State = np.ndarray | Mixture


@dataclass(frozen=True)
class Fitted:
    """The family, and how many numbers a datum takes."""

    family: Glm | NormalMixture | RowsOf
    d: int


def sample(
    steps: Sequence[Step], design: Fitted, needs: Needs, streams: Streams, runs: int
) -> Paths:
    """`runs` replicates of generations 1..len(steps).

    Raises OutsideFragment for filters, exact batches and a weighted mixture of normal laws.
    """
    return _Walk(design, needs, streams, runs).walk(steps)


class _Walk:
    def __init__(self, design: Fitted, needs: Needs, streams: Streams, runs: int):
        if needs.horizon:
            raise OutsideFragment("a fitted model has no collapse time", part="CollapseTime")
        self.needs, self.streams, self.runs = needs, streams, runs
        kinds = {Glm: _Glm, NormalMixture: _Mixture, RowsOf: _Rows}
        self.of = kinds[type(design.family)](design.family)
        self.truth = self.of.truth(runs)
        self.models: dict[int, State] = {0: self.truth}
        self.known: dict[tuple, Data] = {}
        self.heap: dict[str, list[Data]] = {}
        self.paths = Paths(runs, np.zeros(design.d), None)
        if isinstance(self.of, _Mixture):
            self.paths.lengths = np.full((runs, max(needs.last, 1)), np.nan)

    def walk(self, steps: Sequence[Step]) -> Paths:
        for g, step in enumerate(steps, 1):
            for slot, item in enumerate(step.once):
                self.known["once", item.name] = self._draw(g, 1_000_000 + slot, item)
            parts = [self._batch(g, k, item) for k, item in enumerate(step.items)]
            if step.how == "accumulate":
                parts = self.heap[step.items[0].name]
            sizes = [p[0].shape[1] for p in parts]
            each = None
            if step.weights is not None and len(parts) > 1:
                each = np.repeat([float(w) / n for w, n in zip(step.weights, sizes, strict=True)], sizes)
            data = tuple(np.concatenate(x, axis=1) for x in zip(*parts, strict=True))
            self.models[g] = self.of.fit(data, each, self.models[g - 1])
            if ("model", g) not in self.needs.keys:
                continue
            error = self.of.error(self.models[g], self.truth)
            if self.paths.lengths is not None:
                self.paths.lengths[:, g - 1] = error
            else:
                self.paths.vectors["model", g], self.paths.lattice["model", g] = error, None
        return self.paths

    def _batch(self, g: int, slot: int, item: Item) -> Data:
        if item.how == "exact":
            raise OutsideFragment("infinitely many data of a fit", part="Exact")
        if item.how == "once":
            return self.known["once", item.name]
        if item.how == "past":
            return self.known["batch", item.name, item.since]
        data = self._draw(g, slot, item)
        self.known["batch", item.name, g] = data
        self.heap.setdefault(item.name, []).append(data)
        return data

    def _draw(self, g: int, slot: int, item: Item) -> Data:
        if item.keep is not None:
            raise OutsideFragment("a filter of fitted data", part="Filter")
        assert item.law is not None
        return self.of.draw(self.streams(g, slot), self._parts(item.law, g), item.size)

    def _parts(self, law: Law, g: int) -> list[tuple[float, State]]:
        out: list[tuple[float, State]] = []
        for w, t, _ in law.terms:
            ages = range(g) if t == AVERAGE else [t]
            out += [(float(w) / len(ages), self.models[k]) for k in ages]
        return out


def _which(rng: np.random.Generator, shares: Sequence[float], shape: tuple[int, int]) -> np.ndarray:
    """Which source each datum has."""
    ends = np.cumsum(shares)
    ends[-1] = 1.0
    return np.searchsorted(ends, rng.random(shape), side="right")


class _Glm:
    def __init__(self, family: Glm):
        self.kind, self.intercept = family.kind, family.intercept
        self.beta = np.array([float(x) for x in family.coefficients])
        self.scale = float(family.spread) ** 0.5  # type: ignore[arg-type]

    def truth(self, runs: int) -> np.ndarray:
        return np.tile(self.beta, (runs, 1))

    def draw(self, rng: np.random.Generator, parts: list, size: int) -> Data:
        x = self.scale * rng.standard_normal((len(parts[0][1]), size, len(self.beta)))
        if self.intercept:
            x[:, :, 0] = 1.0
        return x, glm.labels(self.kind, rng, self._means(rng, parts, x))

    def _means(self, rng: np.random.Generator, parts: list, x: np.ndarray) -> np.ndarray:
        mu = [glm.means(self.kind, x, np.nan_to_num(beta)) for _, beta in parts]
        if len(parts) == 1:
            return mu[0]
        return np.choose(_which(rng, [w for w, _ in parts], mu[0].shape), mu)

    def fit(self, data: Data, weights: np.ndarray | None, before: np.ndarray) -> np.ndarray:
        x, y = data
        alive = np.isfinite(before).all(axis=1)
        out = np.full(before.shape, np.nan)
        if alive.any():
            w = None if weights is None else np.tile(weights, (int(alive.sum()), 1))
            out[alive] = glm.fit(self.kind, x[alive], y[alive], w, np.nan_to_num(before[alive]))[0]
        return out

    def error(self, model: np.ndarray, truth: np.ndarray) -> np.ndarray:
        return model - truth


class _Rows(_Glm):
    """Rows drawn with replacement; those of the truth bring their labels."""

    def __init__(self, family: RowsOf):
        self.kind, self.beta = "logistic", truth(family)
        self.x, self.y = family.rows

    def draw(self, rng: np.random.Generator, parts: list, size: int) -> Data:
        index = rng.integers(len(self.x), size=(len(parts[0][1]), size))
        if any(beta is self.start for _, beta in parts):
            if len(parts) > 1:
                raise OutsideFragment("a batch of both kinds of labels", part="Mix")
            return self.x[index], self.y[index]
        x = self.x[index]
        return x, glm.labels(self.kind, rng, self._means(rng, parts, x))

    def truth(self, runs: int) -> np.ndarray:
        self.start = super().truth(runs)
        return self.start


class _Mixture:
    def __init__(self, family: NormalMixture):
        self.family = family

    def truth(self, runs: int) -> Mixture:
        f = self.family
        weights, means, deviations = ([float(x) for x in v] for v in (f.weights, f.means, f.deviations))
        return Mixture.of(weights, means, deviations, runs)

    def draw(self, rng: np.random.Generator, parts: list, size: int) -> Data:
        x = [model.draw(rng, size) for _, model in parts]
        if len(parts) == 1:
            return (x[0],)
        return (np.choose(_which(rng, [w for w, _ in parts], x[0].shape), x),)

    def fit(self, data: Data, weights: np.ndarray | None, before: Mixture) -> Mixture:
        if weights is not None:
            raise OutsideFragment("EM on weighted data", part="weights")
        if data[0].shape[1] < 1:
            raise DomainError("no data to fit")
        return gaussmix.em(data[0], before)

    def error(self, model: Mixture, truth: Mixture) -> np.ndarray:
        return gaussmix.wasserstein(model, truth)
