"""The plain sampler of the categorical family: every generation drawn as the process says.

A model is a vector of relative frequencies per replicate; a batch is its counts. Nothing is
derived here, so that this sampler can contradict the other engines.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from refutable.derivations.errors import OutsideFragment

from .paths import Lattice, Needs, Paths, column, common, scaled, sized, weighted
from .plan import AVERAGE, Item, Law, Step

__all__ = ["Streams", "last_uses", "sample", "uses_average"]

#: (generation, slot) -> generator
Streams = Callable[[int, int], np.random.Generator]


def sample(
    steps: Sequence[Step], truth: Sequence[Fraction], needs: Needs, streams: Streams, runs: int
) -> Paths:
    """`runs` replicates of generations 1..len(steps).

    Raises OutsideFragment where a law has a negative coordinate (negative weights), or a batch
    that may be empty is asked for by name.
    """
    return _Walk(steps, truth, needs, streams, runs).walk()


def _counts(
    rng: np.random.Generator, size: int | np.ndarray, q: np.ndarray, runs: int
) -> np.ndarray:
    """Multinomial counts (runs, s) of `size` draws from the rows of q; zero classes stay empty.

    Sequential binomials with conditional chances q_j / (q_j + ... + q_s): the quotient cannot
    exceed one, and is exactly one for the last class with any mass.
    """
    left = np.empty(runs, np.int64)
    left[:] = size
    rest = np.cumsum(q[..., ::-1], axis=-1)[..., ::-1]
    chance = np.divide(q, rest, out=np.zeros_like(rest), where=rest > 0)
    out = np.empty((runs, q.shape[-1]), np.int64)
    for j in range(q.shape[-1]):
        out[:, j] = rng.binomial(left, chance[..., j])
        left -= out[:, j]
    return out


def _kept(
    rng: np.random.Generator, size: int, chance: float, runs: int, redraw: bool
) -> np.ndarray:
    """How many of `size` data a filter keeps; with `redraw`, given that it keeps at least one.

    The first kept datum has a truncated geometric place; the data after it are kept freely.
    """
    if not redraw:
        return rng.binomial(size, chance, runs)
    if chance >= 1:
        return np.full(runs, size)
    miss = math.log1p(-chance)
    u = rng.random(runs)
    place = np.ceil(np.log1p(u * math.expm1(size * miss)) / miss)
    first = np.clip(place, 1, size).astype(np.int64)
    return 1 + rng.binomial(size - first, chance)


class _Walk:
    def __init__(self, steps: Sequence[Step], truth: Sequence[Fraction], needs: Needs,
                 streams: Streams, runs: int):  # fmt: skip
        self.steps, self.needs, self.streams, self.runs = steps, needs, streams, runs
        p = np.array([float(x) for x in truth])
        lattice = common(x.denominator for x in truth)
        self.paths = Paths(runs, p, lattice, horizon=needs.horizon)
        if needs.horizon:
            self.paths.collapsed = np.zeros(runs, np.int64)
        self.models: dict[int, np.ndarray] = {0: p}
        self.lattices: dict[int, Lattice] = {0: lattice}
        self.total, self.total_lattice = p.copy(), lattice
        self.once: dict[str, tuple[np.ndarray, int]] = {}
        self.drawn: dict[tuple[str, int], tuple[np.ndarray, int | np.ndarray]] = {}
        self.heap: dict[str, tuple[np.ndarray, int | np.ndarray]] = {}

    def walk(self) -> Paths:
        uses = last_uses(self.steps)
        piles = {s.items[0].name for s in self.steps if s.how == "accumulate"}
        averages = [g for g, s in enumerate(self.steps, 1) if uses_average(s)]
        for g, step in enumerate(self.steps, 1):
            for slot, item in enumerate(step.once):
                rng = self.streams(g, 1_000_000 + slot)
                q, _ = self._law(item.law, g)
                self.once[item.name] = (_counts(rng, item.size, q, self.runs), item.size)
            self._generation(g, step, uses, piles)
            if averages and g < averages[-1]:
                self.total = self.total + self.models[g]
                self.total_lattice = common([self.total_lattice, self.lattices[g]])
            for old in [t for t in self.models if t > 0 and uses.get(("model", t), 0) <= g]:
                if old < g:
                    del self.models[old]
            for name, t in [k for k in self.drawn if uses.get(("batch", *k), 0) <= g]:
                del self.drawn[name, t]
        return self.paths

    def _law(self, law: Law | None, g: int, keep: Sequence[float] | None = None):  # type: ignore[no-untyped-def]
        """The law's vector, (s,) or (runs, s), and its lattice."""
        assert law is not None
        q: np.ndarray | float = 0.0
        parts: list[Lattice] = []
        for k, (w, t, _) in enumerate(law.terms):
            vector = self.total / g if t == AVERAGE else self.models[t]
            lattice = (
                scaled(Fraction(1, g), self.total_lattice) if t == AVERAGE else self.lattices[t]
            )
            factor = float(w) if keep is None else keep[k]
            q = vector if factor == 1 and len(law.terms) == 1 else q + factor * vector
            parts.append(scaled(w, lattice))
        if np.min(q) < 0:
            raise OutsideFragment(
                f"generation {g} draws from a law with a negative coordinate",
                part="negative weight",
            )
        return q, common(parts)

    def _generation(self, g: int, step: Step, uses: dict, piles: set[str]) -> None:
        means: list[np.ndarray] = []
        model: np.ndarray
        batches: list[tuple[np.ndarray, int | np.ndarray] | None] = []
        lattices: list[Lattice] = []
        stays = np.zeros(self.runs, bool)
        for slot, item in enumerate(step.items):
            batch, mean, lattice = self._batch(g, slot, item, stays)
            batches.append(batch)
            means.append(mean)
            lattices.append(lattice)
            if batch is not None and item.how == "draw":
                if uses.get(("batch", item.name, g)):
                    self.drawn[item.name, g] = batch
                if item.name in piles:
                    counts, size = self.heap.get(item.name, (0, 0))
                    self.heap[item.name] = (batch[0] + counts, batch[1] + size)
        if step.how == "accumulate":
            counts, size = self.heap[step.items[0].name]
            model, lattice = counts / column(size), sized(size)
        elif step.weights is None and len(means) > 1:
            drawn = [b for b in batches if b is not None]
            pool = np.sum([counts for counts, _ in drawn], axis=0)
            size = sum((size for _, size in drawn[1:]), drawn[0][1])
            model, lattice = pool / column(size), sized(size)
        elif step.weights is None or (len(means) == 1 and step.weights[0] == 1):
            model, lattice = means[0], lattices[0]
        else:
            model = weighted(step.weights, means)
            lattice = common(scaled(w, d) for w, d in zip(step.weights, lattices, strict=True))
        if stays.any():
            model = np.where(stays[:, None], self.models[g - 1], model)
            lattice = common([lattice, self.lattices[g - 1]])
        self._remember(g, model, lattice)

    def _batch(self, g: int, slot: int, item: Item, stays: np.ndarray):  # type: ignore[no-untyped-def]
        """(counts and size, mean, lattice) of one batch; marks replicates whose model stays."""
        if item.how == "exact":
            q, lattice = self._law(item.law, g)
            self._keep_vector(("batch", item.name, g), q, lattice)
            return None, q, lattice
        if item.how == "draw":
            counts, size = self._draw(g, slot, item, stays)
        else:
            counts, size = (
                self.once[item.name] if item.how == "once" else self.drawn[item.name, item.since]
            )
        mean = counts / np.maximum(column(size), 1)
        lattice = sized(size)
        if ("batch", item.name, g) in self.needs.keys and np.min(size) == 0:
            raise OutsideFragment(
                f"the mean of batch {item.name!r}, which may be empty", part="Filter"
            )
        self._keep_vector(("batch", item.name, g), mean, lattice)
        if ("noise", g) in self.needs.keys and (
            item.how == "draw" or (g == 1 and item.how == "once")
        ):
            if ("noise", g) in self.paths.vectors or item.keep is not None:
                raise OutsideFragment("the noise of a generation with several or filtered batches",
                                      part="NoiseVec")  # fmt: skip
            q, law_lattice = self._law(item.law, g)
            self._keep_vector(("noise", g), mean - q, common([lattice, law_lattice]))
        return (counts, size), mean, lattice

    def _draw(self, g: int, slot: int, item: Item, stays: np.ndarray):  # type: ignore[no-untyped-def]
        rng = self.streams(g, slot)
        if item.keep is None:
            q, _ = self._law(item.law, g)
            return _counts(rng, item.size, q, self.runs), item.size
        chances = [
            float(w * (item.keep.real if real else item.keep.synthetic))
            for w, _, real in item.law.terms  # type: ignore[union-attr]
        ]
        total = min(sum(chances), 1.0)
        if total == 0:
            stays[:] = True
            return np.zeros((self.runs, len(self.paths.truth)), np.int64), np.zeros(
                self.runs, np.int64
            )
        size = _kept(rng, item.size, total, self.runs, item.keep.empty == "redraw")
        stays |= size == 0
        q, _ = self._law(item.law, g, [c / total for c in chances])
        return _counts(rng, size, q, self.runs), size

    def _remember(self, g: int, model: np.ndarray, lattice: Lattice) -> None:
        self.models[g], self.lattices[g] = model, lattice
        self._keep_vector(("model", g), model, lattice)
        if g <= self.needs.horizon and self.paths.collapsed is not None:
            dirac = np.count_nonzero(model, axis=-1) == 1
            self.paths.collapsed[dirac & (self.paths.collapsed == 0)] = g

    def _keep_vector(self, key: tuple, v: np.ndarray, lattice: Lattice) -> None:
        if key in self.needs.keys:
            self.paths.vectors[key] = np.broadcast_to(v, (self.runs, v.shape[-1]))
            self.paths.lattice[key] = lattice


def uses_average(step: Step) -> bool:
    """A law of the step is the average of all earlier models."""
    laws = [i.law for i in (*step.items, *step.once) if i.law is not None]
    return any(t == AVERAGE for law in laws for _, t, _ in law.terms)


def last_uses(steps: Sequence[Step]) -> dict[tuple, int]:
    """("model", generation) or ("batch", name, generation) -> the last generation that uses it."""
    out: dict[tuple, int] = {}
    for g, step in enumerate(steps, 1):
        for item in (*step.items, *step.once):
            if item.how == "past":
                out["batch", item.name, item.since] = g
            elif item.law is not None and not (item.how == "once" and g > 1):
                out.update({("model", t): g for _, t, _ in item.law.terms if t >= 0})
        if any(i.keep is not None for i in step.items):
            out["model", g - 1] = max(g, out.get(("model", g - 1), 0))
    return out
