"""Second moments along a process, in floats: the theory that a simulation is drawn against.

Batch means are affine in earlier models plus noise whose variance is a polynomial of the law, so
the inner products E<u, v> of truth, models and batches follow from the ones before, generation by
generation, whatever the schedules. Numbers only: `derive` finds formulas, where there are any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import sympy as sp

from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Categorical, Cdf, Gaussian, Linear
from refutable.derivations.process import Process

from .fitted import Glm, KnownDesign
from .information import trace
from .instance import finite, instance, probabilities, put, spectrum
from .plan import AVERAGE, Item, Law, Step, plan

__all__ = ["second_moments"]

#: Above this many vectors, those that nothing uses any more are dropped.
ROOM = 256
#: Coefficients of known vectors, by their places.
Row = dict[int, float]


def second_moments(
    process: Process, at: Mapping[object, object], last: int
) -> tuple[np.ndarray, np.ndarray]:
    """(E|model|^2, E|model - truth|^2) of generations 0..last; the norm is of the error itself in
    families whose truth has no value (linear, Gaussian means, to first order GLMs).

    Raises OutsideFragment for filters and for what is no sum of independent batches.

    >>> from refutable.derivations.process import Draw, Model, Pool
    >>> fs = Process("FS", Categorical("p"), Pool([Draw(Model(), 2)]))
    >>> half = (sp.Rational(1, 2),) * 2
    >>> second_moments(fs, {"p": half}, 2)[0].tolist()
    [0.5, 0.75, 0.875]
    """
    values = instance(at)
    return _Walk(process, values, last).walk(plan(process, values, last))


class _Walk:
    def __init__(self, process: Process, values: Mapping, last: int):
        self.family, self.values, self.last = process.family, values, last
        self.gram = np.zeros((1, 1))
        self.used = 1
        self.gram[0, 0], self.variance = self._law_of_noise()
        self.models: dict[int, int] = {0: 0}
        self.batches: dict[tuple, tuple[int, int]] = {}
        self.heap: dict[str, dict[int, int]] = {}
        self._known: dict[int, float] = {}

    def _law_of_noise(self) -> tuple[float, Callable[[float, int, float], float]]:
        """(|truth|^2, variance of a batch mean given |law|^2, size and trace of the law)."""
        f, v = self.family, self.values
        self.spread = 0.0
        if isinstance(f, Categorical):
            p = [float(x) for x in probabilities(v, f.truth)]
            return sum(x * x for x in p), lambda square, n, _: (1 - square) / n
        if isinstance(f, Cdf):
            return 1 / 3, lambda square, n, _: (0.5 - square) / n
        if isinstance(f, Linear):
            return 0.0, lambda square, n, _: self._linear(n)
        if isinstance(f, KnownDesign):
            unit = finite(put(f.sigma2, v), "sigma2") * finite(put(f.rows, v), "rows")
            total = sum(1 / float(x) for x in spectrum(v, f.truth))
            return 0.0, lambda square, n, _: unit * total / n
        if isinstance(f, Glm):
            once = trace(f)
            return 0.0, lambda square, n, _: once / n
        if isinstance(f, Gaussian) and f.divisor == "n-1" and f.centre != "pool":
            self.spread = sum(float(x) for x in spectrum(v, f.truth))
            return 0.0, lambda square, n, total: total / n
        raise OutsideFragment(f"second moments of {type(f).__name__}", part=type(f).__name__)

    def _linear(self, n: int) -> float:
        assert isinstance(self.family, Linear)
        if n not in self._known:
            for rel in self.family.finite(sp.Integer(n)):
                gap = put(rel.lhs - rel.rhs, self.values)
                if finite(gap, "rows") < 0:
                    raise OutsideFragment("too few rows for a finite mean", part="rows")
            self._known[n] = finite(put(self.family.noise(sp.Integer(n)), self.values), "noise")
        return self._known[n]

    def walk(self, steps: list[Step]) -> tuple[np.ndarray, np.ndarray]:
        reach = max((g - i.since for g, s in enumerate(steps, 1) for i in s.items if i.how == "past"),
                    default=0)  # fmt: skip
        oldest = _oldest(steps)
        out = [(self.gram[0, 0], 0.0)]
        for g, step in enumerate(steps, 1):
            for item in step.once:
                self.batches["once", item.name] = self._draw(g, item)
            rows = [self._batch(g, item) for item in step.items]
            weights = self._weights(step, [size for _, size in rows])
            if step.how == "accumulate":
                heap = self.heap[step.items[0].name]
                row = {k: size / sum(heap.values()) for k, size in heap.items()}
            else:
                row = _sum((w, r) for w, (r, _) in zip(weights, rows, strict=True))
            k = self.models[g] = self._add(row, 0.0)
            square = self.gram[k, k]
            out.append((square, square - 2 * self.gram[k, 0] + self.gram[0, 0]))
            if self.used > ROOM and step.how != "accumulate":
                self._forget(oldest[g], g - reach)
        squares, risks = np.array(out[: self.last + 1]).T
        return squares, risks

    def _forget(self, model: int, batch: int) -> None:
        """Drop models before one generation and batches before another, which nothing uses."""
        self.models = {g: k for g, k in self.models.items() if g == 0 or g >= model}
        self.batches = {
            key: v for key, v in self.batches.items() if key[0] == "once" or key[2] >= batch
        }
        self.heap = {}
        kept = sorted({*self.models.values(), *(k for k, _ in self.batches.values())})
        place = {k: i for i, k in enumerate(kept)}
        self.models = {g: place[k] for g, k in self.models.items()}
        self.batches = {key: (place[k], size) for key, (k, size) in self.batches.items()}
        small = self.gram[np.ix_(kept, kept)]
        self.gram = np.zeros((2 * ROOM,) * 2) if len(kept) <= ROOM else np.zeros((2 * len(kept),) * 2)
        self.used = len(kept)
        self.gram[: self.used, : self.used] = small

    def _weights(self, step: Step, sizes: list[int]) -> list[float]:
        fresh = isinstance(self.family, Linear) and self.family.rows is None
        ones = not fresh or getattr(self.family, "trace", None) is not None
        if step.weights is not None:
            return [float(w) for w in step.weights]
        if (len(sizes) > 1 or step.how == "accumulate") and not ones:
            raise OutsideFragment("pooled designs that are not the same", part="rows")
        return [n / max(sum(sizes), 1) for n in sizes] if len(sizes) > 1 else [1.0]

    def _batch(self, g: int, item: Item) -> tuple[Row, int]:
        if item.how == "exact":
            return self._row(item.law, g), 0
        key = ("once", item.name) if item.how == "once" else ("batch", item.name, item.since)
        if item.how == "draw":
            key = ("batch", item.name, g)
            self.batches[key] = self._draw(g, item)
            place, size = self.batches[key]
            self.heap.setdefault(item.name, {})[place] = size
        place, size = self.batches[key]
        return {place: 1.0}, size

    def _draw(self, g: int, item: Item) -> tuple[int, int]:
        if item.keep is not None:
            raise OutsideFragment("second moments of filtered data", part="Filter")
        row = self._row(item.law, g)
        square = self._square(row)
        return self._add(row, self.variance(square, item.size, self.spread)), item.size

    def _row(self, law: Law | None, g: int) -> Row:
        assert law is not None
        parts = []
        for w, t, _ in law.terms:
            ages = range(g) if t == AVERAGE else [t]
            parts += [(float(w) / len(ages), {self.models[k]: 1.0}) for k in ages]
        return _sum(parts)

    def _square(self, row: Row) -> float:
        places, c = list(row), np.array(list(row.values()))
        return float(c @ self.gram[np.ix_(places, places)] @ c)

    def _add(self, row: Row, noise: float) -> int:
        k, self.used = self.used, self.used + 1
        if self.used > len(self.gram):
            grown = np.zeros((2 * len(self.gram) + 8,) * 2)
            grown[:k, :k] = self.gram[:k, :k]
            self.gram = grown
        square = self._square(row)
        with_others = np.array(list(row.values())) @ self.gram[list(row), :k]
        self.gram[k, :k] = self.gram[:k, k] = with_others
        self.gram[k, k] = square + noise
        return k


def _oldest(steps: list[Step]) -> list[int]:
    """For each generation: the oldest model, but for the truth, that a later one looks at."""
    out, low = [len(steps)] * (len(steps) + 1), len(steps)
    for g in range(len(steps), 0, -1):
        out[g] = min(low, g)
        for item in (*steps[g - 1].items, *steps[g - 1].once):
            for _, t, _ in item.law.terms if item.law is not None else ():
                low = min(low, 1 if t == AVERAGE else t or low)
    return out


def _sum(parts) -> Row:  # type: ignore[no-untyped-def]
    out: Row = {}
    for w, row in parts:
        for k, c in row.items():
            out[k] = out.get(k, 0.0) + w * c
    return out
