"""The plain sampler of the linear family: designs, labels and least squares, all drawn.

Weights are errors against the true weights (least squares is equivariant), in coordinates in
which the input covariance is the identity: a squared norm is an error in its metric.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from refutable.derivations.errors import DomainError, OutsideFragment

from .categorical import Streams
from .paths import Needs, Paths, weighted
from .plan import AVERAGE, Item, Law, Step

__all__ = ["Design", "sample"]


@dataclass(frozen=True)
class Design:
    """d: input dimension; rows: rows of the one shared design, or None for fresh ones; sigma2.

    ones: every input is 1, so that a fit is the mean of its labels (an estimate to first order).
    eigenvalues: of X'X, where the shared design is given.
    """

    d: int
    rows: int | None
    sigma2: float
    ones: bool = False
    eigenvalues: tuple[float, ...] = ()


def sample(
    steps: Sequence[Step], design: Design, needs: Needs, streams: Streams, runs: int
) -> Paths:
    """`runs` replicates of generations 1..len(steps), over designs and label noise.

    Raises OutsideFragment for fewer rows than dimensions (no full column rank), for data whose
    labels come from several models, and for filters.
    """
    return _Walk(steps, design, needs, streams, runs).walk()


def _noise(rng: np.random.Generator, runs: int, rows: int, sigma: float) -> np.ndarray:
    """Label noise (runs, rows)."""
    return sigma * rng.standard_normal((runs, rows))


class _Walk:
    def __init__(self, steps, design: Design, needs: Needs, streams: Streams, runs: int):  # type: ignore[no-untyped-def]
        if needs.horizon:
            raise OutsideFragment("a linear model has no collapse time", part="CollapseTime")
        self.steps, self.design, self.needs = steps, design, needs
        self.streams, self.runs = streams, runs
        zero = np.zeros(design.d)
        self.paths = Paths(runs, zero, None)
        self.models: dict[int, np.ndarray] = {0: np.zeros((runs, design.d))}
        self.once: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self.drawn: dict[tuple[str, int], tuple[np.ndarray, np.ndarray]] = {}
        self.heap: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self.shared = None
        if design.rows is not None:
            x = self._known() if design.eigenvalues else self._rows(streams(0, 0), design.rows)
            self.shared = (x, np.swapaxes(x, 1, 2) @ x)

    def _rows(self, rng: np.random.Generator, rows: int) -> np.ndarray:
        if rows < self.design.d:
            raise OutsideFragment(
                f"{rows} rows in {self.design.d} dimensions: no full column rank", part="rows < d"
            )
        return rng.standard_normal((self.runs, rows, self.design.d))

    def _known(self) -> np.ndarray:
        """A design with the given X'X, rotated to its eigenvectors."""
        rows, d = self.design.rows, self.design.d
        if rows is None or rows < d:
            raise OutsideFragment(f"{rows} rows in {d} dimensions", part="rows < d")
        x = np.zeros((rows, d))
        x[np.arange(d), np.arange(d)] = np.sqrt(self.design.eigenvalues)
        return np.broadcast_to(x, (self.runs, rows, d))

    def walk(self) -> Paths:
        for g, step in enumerate(self.steps, 1):
            for slot, item in enumerate(step.once):
                self.once[item.name] = self._data(g, 1_000_000 + slot, item)
            self._generation(g, step)
        return self.paths

    def _generation(self, g: int, step: Step) -> None:
        data, means = [], []
        for slot, item in enumerate(step.items):
            if item.how == "exact":
                means.append(self._law(item.law))
                continue
            batch = self._batch(g, slot, item)
            data.append(batch)
            means.append(_solve(*batch))
            if item.how == "draw":
                self.drawn[item.name, g] = batch
                old = self.heap.get(item.name)
                self.heap[item.name] = (
                    batch if old is None else (old[0] + batch[0], old[1] + batch[1])
                )
            self._keep(("batch", item.name, g), means[-1])
            if ("noise", g) in self.needs.keys and item.how == "draw":
                if ("noise", g) in self.paths.vectors:
                    raise OutsideFragment("the noise of a generation with several batches",
                                          part="NoiseVec")  # fmt: skip
                self._keep(("noise", g), means[-1] - self._law(item.law))
        if step.how == "accumulate":
            model = _solve(*self.heap[step.items[0].name])
        elif step.weights is not None:
            model = weighted(step.weights, means)
        elif len(means) == 1:
            model = means[0]
        else:
            model = _solve(
                np.sum([b[0] for b in data], axis=0), np.sum([b[1] for b in data], axis=0)
            )
        self.models[g] = model
        self._keep(("model", g), model)

    def _batch(self, g: int, slot: int, item: Item) -> tuple[np.ndarray, np.ndarray]:
        if item.how == "once":
            return self.once[item.name]
        if item.how == "past":
            return self.drawn[item.name, item.since]
        return self._data(g, slot, item)

    def _data(self, g: int, slot: int, item: Item) -> tuple[np.ndarray, np.ndarray]:
        """(X'X, X'y) of a fresh batch; a shared design is stacked size/rows times."""
        if item.keep is not None:
            raise OutsideFragment("a filter of labelled data", part="Filter")
        if item.law is None or len(item.law.terms) != 1 or item.law.terms[0][1] == AVERAGE:
            raise OutsideFragment("labels that come from several models", part="Mix")
        w = self.models[item.law.terms[0][1]]
        rng = self.streams(g, slot)
        sigma = self.design.sigma2**0.5
        if self.design.ones:  # the sum of the labels is all that a fit looks at
            gram = np.full((self.runs, 1, 1), float(item.size))
            noise = _noise(rng, self.runs, 1, sigma * item.size**0.5)
            return gram, item.size * w + noise
        if self.shared is None:
            x = self._rows(rng, item.size)
            gram = np.swapaxes(x, 1, 2) @ x
            copies = 1
            noise = _noise(rng, self.runs, item.size, sigma)
        else:
            x, gram = self.shared
            copies, rest = divmod(item.size, x.shape[1])
            if rest:
                raise DomainError(
                    f"a batch of {item.size} rows is no whole number of copies of the shared design"
                    f" of {x.shape[1]} rows"
                )
            noise = np.zeros((self.runs, x.shape[1]))
            for _ in range(copies):
                noise += _noise(rng, self.runs, x.shape[1], sigma)
        moment = copies * np.einsum("rij,rj->ri", gram, w) + np.einsum("rti,rt->ri", x, noise)
        return copies * gram, moment

    def _law(self, law: Law | None) -> np.ndarray:
        assert law is not None
        if any(t == AVERAGE for _, t, _ in law.terms):
            raise OutsideFragment("the average of all weights so far", part="Average")
        return sum(float(w) * self.models[t] for w, t, _ in law.terms)  # type: ignore[return-value]

    def _keep(self, key: tuple, v: np.ndarray) -> None:
        if key in self.needs.keys:
            self.paths.vectors[key] = v
            self.paths.lattice[key] = None


def _solve(gram: np.ndarray, moment: np.ndarray) -> np.ndarray:
    return np.linalg.solve(gram, moment[..., None])[..., 0]
