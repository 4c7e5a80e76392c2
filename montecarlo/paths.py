"""What a sampler hands to the observables: the vectors of one shard of replicates."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from .instance import Number

__all__ = ["Curve", "Key", "Lattice", "Needs", "Paths", "column", "common", "scaled", "sized", "weighted"]

#: ("model", generation), ("batch", name, generation), ("noise", generation), ("cov", generation).
Key = tuple
#: All coordinates are integers divided by this number; None: not known, or too large to use.
Lattice = int | None

#: Above this, a lattice is finer than rounding errors allow us to use.
LARGEST = 2**40


def common(parts: Iterable[Lattice]) -> Lattice:
    """The lattice of a sum of vectors on these lattices.

    >>> common([4, 6]), common([4, None])
    (12, None)
    """
    out = 1
    for part in parts:
        if part is None:
            return None
        out = math.lcm(out, part)
    return out if out <= LARGEST else None


def scaled(weight: Number, lattice: Lattice) -> Lattice:
    """The lattice of weight * vector."""
    if lattice is None or not isinstance(weight, Fraction):
        return None
    out = weight.denominator * lattice
    return out if out <= LARGEST else None


def weighted(weights: Sequence[Number], vectors: Sequence[np.ndarray]) -> np.ndarray:
    """The weighted sum of vectors, in the given order."""
    out = float(weights[0]) * vectors[0]
    for w, v in zip(weights[1:], vectors[1:], strict=True):
        out = out + float(w) * v
    return out


def column(size: int | np.ndarray) -> int | np.ndarray:
    """A size that divides counts (runs, classes)."""
    return size[:, None] if isinstance(size, np.ndarray) else size


def sized(size: int | np.ndarray) -> Lattice:
    """The lattice of relative frequencies of this many data."""
    if isinstance(size, np.ndarray):
        return common(range(1, int(size.max()) + 1)) if size.max() < 40 else None
    return common([size])


@dataclass(frozen=True)
class Needs:
    """What to keep of a path: vectors by key, and the horizon of the collapse time."""

    keys: frozenset[Key] = frozenset()
    horizon: int = 0

    @property
    def last(self) -> int:
        """The last generation that must be simulated."""
        return max([self.horizon, *(k[-1] for k in self.keys)], default=0)

    def __or__(self, other: Needs) -> Needs:
        return Needs(self.keys | other.keys, max(self.horizon, other.horizon))


@dataclass(frozen=True)
class Curve:
    """slope * u + the weights of the atoms at or below u, on [0, 1], by replicate.

    atoms: (runs, k), in any order.  weights: (k,), of any sign.
    """

    atoms: np.ndarray
    weights: np.ndarray
    slope: float = 0.0

    def square(self) -> np.ndarray:
        """The integral of its square, (runs,): exact up to rounding, piece by piece."""
        runs = len(self.atoms)
        order = np.argsort(self.atoms, axis=1, kind="stable")
        zero, one = np.zeros((runs, 1)), np.ones((runs, 1))
        u = np.concatenate([zero, np.take_along_axis(self.atoms, order, axis=1), one], axis=1)
        level = np.concatenate([zero, np.cumsum(self.weights[order], axis=1)], axis=1)
        a, b = level + self.slope * u[:, :-1], level + self.slope * u[:, 1:]
        return np.sum((u[:, 1:] - u[:, :-1]) * (a * a + a * b + b * b), axis=1) / 3


@dataclass
class Paths:
    """One shard.

    vectors: key -> array (runs, classes).  truth: array (classes,).  lattice: key -> Lattice.
    collapsed: (runs,) first internal generation whose model is a point mass, 0 for none up to
    `horizon`.  norms: what a kernel keeps instead of vectors, squared norms (runs,
    generations) on `norm_lattice`.  lengths: first norms of errors, likewise.
    curves: key -> Curve, of models that are distribution functions.
    true_covariance: (d * d,), row by row.  weights: where rows are states and not replicates, how
    many replicates are in each, (generations, runs); then the rows of one generation say nothing
    about another.
    """

    runs: int
    truth: np.ndarray
    truth_lattice: Lattice
    vectors: dict[Key, np.ndarray] = field(default_factory=dict)
    lattice: dict[Key, Lattice] = field(default_factory=dict)
    collapsed: np.ndarray | None = None
    horizon: int = 0
    norms: np.ndarray | None = None
    norm_lattice: Lattice = None
    lengths: np.ndarray | None = None
    curves: dict[Key, Curve] = field(default_factory=dict)
    true_covariance: np.ndarray | None = None
    weights: np.ndarray | None = None
