"""Fast kernels as samplers of paths; `choice` says which one suits a question.

The kernels of chains, distribution functions and regression keep squared norms per generation and
nothing else; point masses and collapse times follow from them. The others keep models, one of them
those of a whole population. Kernels have streams of their own, and the plain samplers as their
oracle.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from . import bartlett, filtered, mixture, ranks, regression, urn
from .gaussian import Spread
from .paths import Needs, Paths, common
from .two_types import histograms

__all__ = [
    "Chain",
    "Distribution",
    "Filtered",
    "FreshAccumulated",
    "FreshDesigns",
    "Gaussians",
    "Kernel",
    "KnownDesigns",
    "Mixtures",
    "Population",
]

Key = tuple[int, int]


@dataclass(frozen=True)
class Chain:
    """Fully synthetic chains of relative frequencies: n draws from the model before."""

    n: int
    truth: tuple[Fraction, ...]

    def sample(self, needs: Needs, key: Key, shard: int, runs: int) -> Paths:
        """One shard of replicates; each is the same whatever the shard size."""
        replicates = np.arange(shard * runs, (shard + 1) * runs, dtype=np.uint64)
        words = (key[0] & 0xFFFFFFFF, key[0] >> 32)
        p = np.array([float(x) for x in self.truth])
        paths = Paths(runs, p, common(x.denominator for x in self.truth), horizon=needs.horizon)
        squares = urn.squares(self.truth, self.n, needs.last, replicates, words)
        paths.norms, paths.norm_lattice = squares / self.n**2, common([self.n**2])
        return _with_collapse(paths, squares == self.n**2, needs)


@dataclass(frozen=True)
class Filtered:
    """Fully synthetic chains whose n draws are kept by chance; `empty` as in `Filter`."""

    n: int
    truth: tuple[Fraction, ...]
    keep: Fraction
    empty: str
    filter_first: bool

    def sample(self, needs: Needs, key: Key, shard: int, runs: int) -> Paths:
        """One shard of replicates; each is the same whatever the shard size."""
        replicates = np.arange(shard * runs, (shard + 1) * runs, dtype=np.uint64)
        words = (key[0] & 0xFFFFFFFF, key[0] >> 32)
        p = np.array([float(x) for x in self.truth])
        paths = Paths(runs, p, common(x.denominator for x in self.truth), horizon=needs.horizon)
        paths.norms = filtered.norms(
            self.truth, self.n, self.keep, needs.last, replicates, words, self.empty,
            self.filter_first,
        )  # fmt: skip
        return _with_collapse(paths, paths.norms == 1.0, needs)


def _with_collapse(paths: Paths, single: np.ndarray, needs: Needs) -> Paths:
    """Collapse times from where the models (runs, generations) are point masses."""
    if needs.horizon:
        single = single[:, : needs.horizon]
        paths.collapsed = np.where(single.any(axis=1), single.argmax(axis=1) + 1, 0)
    return paths


@dataclass(frozen=True)
class Population:
    """Chains of n draws from the model before, of which only the mass of some tokens is asked for:
    how many replicates are in each state, whatever their number.

    tokens: their places, from 0.  Rows of the paths are the states 0..n; the mass is kept at the
    first of the tokens, the rest at the first other one.
    """

    n: int
    truth: tuple[Fraction, ...]
    tokens: frozenset[int]

    @property
    def replicates(self) -> int:
        """Of a shard: enough to make its cost small beside theirs."""
        return 1 << max(12, (16 * self.n**2).bit_length() - 1)

    def sample(self, needs: Needs, key: Key, shard: int, runs: int) -> Paths:
        """One shard of states."""
        s, n = len(self.truth), self.n
        share = sum((self.truth[i] for i in self.tokens), Fraction(0))
        p = np.array([float(x) for x in self.truth])
        paths = Paths(n + 1, p, common(x.denominator for x in self.truth))
        paths.weights = histograms(n, share, max(needs.last, 1), runs, key, shard)
        states = np.zeros((n + 1, s))
        states[:, min(self.tokens)] = np.arange(n + 1) / n
        rest = [i for i in range(s) if i not in self.tokens]
        if rest:
            states[:, rest[0]] = np.arange(n, -1, -1) / n
        for name in needs.keys:
            paths.vectors[name], paths.lattice[name] = states, common([n])
        return paths


@dataclass(frozen=True)
class Distribution:
    """Empirical distribution functions, by ranks: n data of the model before, mixed with `real`
    fresh ones of weight `share` (none where it is 0).  alone: the first model has no others.
    """

    n: int
    real: int
    share: Fraction
    alone: bool

    def sample(self, needs: Needs, key: Key, shard: int, runs: int) -> Paths:
        """One shard: squared errors, integrated against the truth."""
        replicates = np.arange(shard * runs, (shard + 1) * runs, dtype=np.uint64)
        words, last = (key[0] & 0xFFFFFFFF, key[0] >> 32), max(needs.last, 1)
        paths = Paths(runs, np.zeros(1), None)
        if self.real:
            paths.norms = ranks.mixed(
                self.n, self.real, self.share, last, replicates, words, self.alone
            )
        else:
            paths.norms = ranks.synthetic(self.n, last, replicates, words)
        return paths


@dataclass(frozen=True)
class KnownDesigns:
    """Least squares on copies[g - 1] copies of one design that is known by eigenvalues of X'X."""

    eigenvalues: tuple[float, ...]
    sigma: float
    copies: tuple[int, ...]
    accumulate: bool

    def sample(self, needs: Needs, key: Key, shard: int, runs: int) -> Paths:
        """One shard: squared lengths of the errors."""
        paths = Paths(runs, np.zeros(len(self.eigenvalues)), None)
        words = (key[0] & 0xFFFFFFFF, key[0] >> 32)
        copies = self.copies[: needs.last] or self.copies
        squares = regression.fixed(
            self.eigenvalues, self.sigma, copies, shard * runs, runs, words, self.accumulate
        )
        paths.norms = np.ascontiguousarray(squares.T)
        return paths


@dataclass(frozen=True)
class FreshDesigns:
    """Least squares on the newest labels, a fresh Gaussian design of rows[g - 1] rows each time."""

    d: int
    rows: tuple[int, ...]
    sigma: float

    def sample(self, needs: Needs, key: Key, shard: int, runs: int) -> Paths:
        """One shard: squared lengths of the errors."""
        return _squares(regression.fresh, self, needs, key, shard, runs)


@dataclass(frozen=True)
class Gaussians:
    """Means and covariances of batches from the truth or the latest model, never their data."""

    spread: Spread
    schedule: tuple[tuple[bartlett.Batch, ...], ...]

    def sample(self, needs: Needs, key: Key, shard: int, runs: int) -> Paths:
        """One shard of replicates; each is the same whatever the shard size."""
        d = len(self.spread.eigenvalues)
        paths = Paths(runs, np.zeros(d), None)
        paths.true_covariance = np.diag(self.spread.eigenvalues).ravel()
        keep = sorted({k[-1] for k in needs.keys} - {0})
        words = (key[0] & 0xFFFFFFFF, key[0] >> 32)
        mean, cov = bartlett.models(
            self.spread.eigenvalues, self.schedule[: needs.last], keep, shard * runs, runs, words,
            self.spread.unbiased,
        )  # fmt: skip
        cov += np.tril(np.ones((d, d)), -1).T[:, :, None] * np.swapaxes(cov, 1, 2)
        for k, g in enumerate(keep):
            for name, v in (("model", mean[k].T), ("cov", cov[k].reshape(d * d, runs).T)):
                if (name, g) in needs.keys:
                    paths.vectors[name, g] = np.ascontiguousarray(v)
                    paths.lattice[name, g] = None
        return paths


@dataclass(frozen=True)
class Mixtures:
    """Batches from mixtures of truth and latest model, which replace or join what came before."""

    truth: tuple[Fraction, ...]
    sizes: tuple[int, ...]
    shares: tuple[Fraction, ...]
    accumulate: bool

    def sample(self, needs: Needs, key: Key, shard: int, runs: int) -> Paths:
        """One shard of replicates; each is the same whatever the shard size."""
        p = np.array([float(x) for x in self.truth])
        paths = Paths(runs, p, common(x.denominator for x in self.truth))
        keep = sorted({k[-1] for k in needs.keys})
        words = (key[0] & 0xFFFFFFFF, key[0] >> 32)
        sizes, shares = self.sizes[: needs.last], self.shares[: needs.last]
        out = mixture.chains(
            self.truth, sizes, shares, shard * runs, runs, words, self.accumulate, keep
        )
        for k, g in enumerate(keep):
            total = sum(sizes[:g]) if self.accumulate else sizes[g - 1]
            paths.vectors["model", g] = np.ascontiguousarray(out.models[k].T)
            paths.lattice["model", g] = common([total])
        return paths


@dataclass(frozen=True)
class FreshAccumulated:
    """Least squares on all labels so far, a fresh Gaussian design of rows[g - 1] rows each time."""

    d: int
    rows: tuple[int, ...]
    sigma: float

    def sample(self, needs: Needs, key: Key, shard: int, runs: int) -> Paths:
        """One shard: squared lengths of the errors."""
        return _squares(regression.accumulated, self, needs, key, shard, runs)


def _squares(of, designs, needs: Needs, key: Key, shard: int, runs: int) -> Paths:  # type: ignore[no-untyped-def]
    paths = Paths(runs, np.zeros(designs.d), None)
    words = (key[0] & 0xFFFFFFFF, key[0] >> 32)
    rows = designs.rows[: needs.last] or designs.rows
    squares = of(designs.d, rows, designs.sigma, shard * runs, runs, words)
    paths.norms = np.ascontiguousarray(squares.T)
    return paths


Kernel = (
    Chain | Distribution | Filtered | FreshAccumulated | FreshDesigns | Gaussians | KnownDesigns
    | Mixtures | Population
)  # fmt: skip
