"""The plain sampler of the Gaussian family: data are drawn, batch means and covariances taken.

Means are kept against the true mean, whose value nobody names, in coordinates in which the true
covariance is diagonal. A covariance C is kept as a factor F with C = F F', so that data mu + F z
need no decomposition and singular covariances are no special case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from refutable.derivations.errors import DomainError, OutsideFragment

from .categorical import Streams
from .instance import Number
from .paths import Needs, Paths
from .plan import AVERAGE, Item, Law, Step

__all__ = ["Spread", "sample"]

#: (mean (runs, d), factor (runs, d, columns)) of a law, a batch or a model.
State = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Spread:
    """The true covariance by its eigenvalues; `unbiased`: batches divide by size - 1, not size."""

    eigenvalues: tuple[float, ...]
    unbiased: bool
    pooled: bool = False


def sample(
    steps: Sequence[Step], spread: Spread, needs: Needs, streams: Streams, runs: int
) -> Paths:
    """`runs` replicates of generations 1..len(steps).

    Raises OutsideFragment for data from a mixture (no Gaussian), filters and negative weights, and
    DomainError for a batch of one datum, which has no covariance.
    """
    return _Walk(steps, spread, needs, streams, runs).walk()


def _normals(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Independent standard normals."""
    return rng.standard_normal(shape)


class _Walk:
    def __init__(self, steps, spread: Spread, needs: Needs, streams: Streams, runs: int):  # type: ignore[no-untyped-def]
        if needs.horizon:
            raise OutsideFragment("a Gaussian model has no collapse time", part="CollapseTime")
        self.steps, self.spread, self.needs = steps, spread, needs
        self.streams, self.runs, self.d = streams, runs, len(spread.eigenvalues)
        self.paths = Paths(runs, np.zeros(self.d), None)
        self.paths.true_covariance = np.diag(spread.eigenvalues).ravel()
        root = np.diag(np.sqrt(spread.eigenvalues))
        truth = np.zeros((runs, self.d)), np.broadcast_to(root, (runs, self.d, self.d))
        self.models: dict[int, State] = {0: truth}
        self.once: dict[str, State] = {}
        self.drawn: dict[tuple[str, int], State] = {}
        self.heap: dict[str, tuple[State, int]] = {}
        self.sizes: dict[tuple[str, int], int] = {}

    def walk(self) -> Paths:
        for g, step in enumerate(self.steps, 1):
            for slot, item in enumerate(step.once):
                self.once[item.name] = self._draw(g, 1_000_000 + slot, item)
                self.sizes[item.name, 0] = item.size
            self._generation(g, step)
        return self.paths

    def _generation(self, g: int, step: Step) -> None:
        states, sizes = [], []
        for slot, item in enumerate(step.items):
            state, size = self._batch(g, slot, item)
            states.append(state)
            sizes.append(size)
            self._keep(("batch", item.name, g), state[0])
            if item.how != "draw":
                continue
            self.drawn[item.name, g], self.sizes[item.name, g] = state, size
            if item.name in self.heap:
                old, before = self.heap[item.name]
                weights = [before / (before + size), size / (before + size)]
                self.heap[item.name] = self._combined(weights, [old, state]), before + size
            else:
                self.heap[item.name] = state, size
            if ("noise", g) in self.needs.keys:
                if ("noise", g) in self.paths.vectors:
                    raise OutsideFragment("the noise of several batches", part="NoiseVec")
                self._keep(("noise", g), state[0] - self._law(item.law)[0])
        if step.how == "accumulate":
            model = self.heap[step.items[0].name][0]
        elif step.weights is None and len(states) == 1:
            model = states[0]
        else:
            shares: Sequence[Number] = step.weights or [n / sum(sizes) for n in sizes]
            model = self._combined(shares, states)
        if self.spread.pooled and self.spread.unbiased:
            model = model[0], model[1] * self._unbiased(step, sizes) ** 0.5
        self.models[g] = model
        self._keep(("model", g), model[0])
        if ("cov", g) in self.needs.keys:
            f = model[1]
            self._keep(("cov", g), (f @ np.swapaxes(f, 1, 2)).reshape(self.runs, -1))

    def _unbiased(self, step: Step, sizes: Sequence[int]) -> float:
        """N/(N - 1) for the N data that the model is fitted to."""
        if step.weights is not None:
            raise OutsideFragment("the unbiased divisor of weighted data", part="divisor")
        total = self.heap[step.items[0].name][1] if step.how == "accumulate" else sum(sizes)
        if total < 2:
            raise DomainError("one datum has no covariance")
        return total / (total - 1)

    def _batch(self, g: int, slot: int, item: Item) -> tuple[State, int]:
        if item.how == "exact":
            return self._law(item.law), 0
        if item.how == "once":
            return self.once[item.name], self.sizes[item.name, 0]
        if item.how == "past":
            return self.drawn[item.name, item.since], self.sizes[item.name, item.since]
        return self._draw(g, slot, item), item.size

    def _draw(self, g: int, slot: int, item: Item) -> State:
        if item.keep is not None:
            raise OutsideFragment("a filter of Gaussian data", part="Filter")
        if item.size < 2 and not self.spread.pooled:
            raise DomainError(f"batch {item.name!r} has {item.size} datum: no covariance")
        mean, factor = self._law(item.law)
        z = _normals(self.streams(g, slot), (self.runs, factor.shape[2], item.size))
        x = mean[:, :, None] + factor @ z
        centre = x.mean(axis=2)
        apart = self.spread.unbiased and not self.spread.pooled
        divisor = item.size - 1 if apart else item.size
        return centre, _short((x - centre[:, :, None]) / np.sqrt(divisor))

    def _law(self, law: Law | None) -> State:
        if law is None or len(law.terms) != 1 or law.terms[0][1] == AVERAGE:
            raise OutsideFragment("data from a mixture are not Gaussian", part="Mix")
        return self.models[law.terms[0][1]]

    def _combined(self, weights: Sequence[Number], states: Sequence[State]) -> State:
        if min(weights) < 0:
            raise OutsideFragment("a covariance with a negative weight", part="negative weight")
        mean = float(weights[0]) * states[0][0]
        for w, state in zip(weights[1:], states[1:], strict=True):
            mean = mean + float(w) * state[0]
        parts = [float(w) ** 0.5 * s[1] for w, s in zip(weights, states, strict=True)]
        if self.spread.pooled:
            parts += [
                (float(w) ** 0.5 * (s[0] - mean))[:, :, None]
                for w, s in zip(weights, states, strict=True)
            ]
        return mean, _short(np.concatenate(parts, axis=2))

    def _keep(self, key: tuple, v: np.ndarray) -> None:
        if key in self.needs.keys:
            self.paths.vectors[key] = v
            self.paths.lattice[key] = None


def _short(factor: np.ndarray) -> np.ndarray:
    """A factor of the same covariance with at most d columns."""
    if factor.shape[2] <= factor.shape[1]:
        return factor
    return np.swapaxes(np.linalg.qr(np.swapaxes(factor, 1, 2), mode="r"), 1, 2)
