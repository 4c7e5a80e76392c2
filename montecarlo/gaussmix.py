"""One-dimensional Gaussian mixtures in NumPy: EM, all replicates at once; `fits` draws the data.

Errors are W1 distances between mixing measures: of sum_k w_k delta(mean_k) on the line.

Where it fails: EM finds a local maximum, near where it starts (here: the model that the data came
from), and the likelihood has no largest value, so that standard deviations are kept above `FLOOR`.
A chain is therefore one of this algorithm, not of the maximum likelihood estimator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from refutable.derivations.errors import DomainError

__all__ = ["Mixture", "em", "wasserstein"]

FLOOR = 1e-3


@dataclass(frozen=True)
class Mixture:
    """weights, means, deviations: (runs, components); weights sum to one."""

    weights: np.ndarray
    means: np.ndarray
    deviations: np.ndarray

    @classmethod
    def of(cls, weights: Sequence[float], means: Sequence[float], deviations: Sequence[float],
           runs: int = 1) -> Mixture:  # fmt: skip
        """The same mixture in every replicate.

        Raises DomainError for weights that are negative or do not sum to one (to 1e-12), deviations
        that are not positive, and numbers that are not finite.
        """
        parts = [np.array(v, float) for v in (weights, means, deviations)]
        if len({len(v) for v in parts}) != 1 or not len(parts[0]):
            raise DomainError("one weight, mean and deviation for each component")
        if not all(np.isfinite(v).all() for v in parts):
            raise DomainError("weights, means and deviations must be finite")
        if (parts[0] < 0).any() or abs(parts[0].sum() - 1) > 1e-12 or (parts[2] <= 0).any():
            raise DomainError("weights must be >= 0 and sum to 1, deviations be positive")
        return cls(*(np.tile(v, (runs, 1)) for v in parts))

    def draw(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """Data (runs, size)."""
        ends = np.cumsum(self.weights, axis=1)
        ends[:, -1] = 1.0
        which = (rng.random((len(ends), size))[:, :, None] >= ends[:, None, :]).sum(axis=2)
        means, spread = (np.take_along_axis(v, which, axis=1) for v in (self.means, self.deviations))
        return means + spread * rng.standard_normal(which.shape)

    def densities(self, x: np.ndarray) -> np.ndarray:
        """log of weight times density, (runs, n, components)."""
        z = (x[:, :, None] - self.means[:, None, :]) / self.deviations[:, None, :]
        with np.errstate(divide="ignore"):
            scale = np.log(self.weights) - np.log(self.deviations) - 0.5 * np.log(2 * np.pi)
        return scale[:, None, :] - 0.5 * z * z

    def likelihood(self, x: np.ndarray) -> np.ndarray:
        """Mean log-likelihood of x, (runs,)."""
        return np.logaddexp.reduce(self.densities(x), axis=2).mean(axis=1)


def em(x: np.ndarray, start: Mixture, steps: int = 200, tolerance: float = 1e-7) -> Mixture:
    """EM from `start` on data (runs, n), until a replicate's mean log-likelihood gains less than
    tolerance.

    >>> one = em(np.array([[1.0, 3.0]]), Mixture.of([1], [0], [1]))
    >>> one.means.tolist(), one.deviations.tolist()
    ([[2.0]], [[1.0]])
    """
    if x.ndim != 2 or x.shape[1] < 1 or not np.isfinite(x).all():
        raise DomainError("data must be finite, (runs, n) with n >= 1")
    out = Mixture(start.weights.copy(), start.means.copy(), start.deviations.copy())
    level, todo = np.full(len(x), -np.inf), np.arange(len(x))
    for _ in range(steps):
        model, data = Mixture(out.weights[todo], out.means[todo], out.deviations[todo]), x[todo]
        log = model.densities(data)
        top = log.max(axis=2)
        share = np.exp(log - top[:, :, None])
        total = share.sum(axis=2)
        now = (top + np.log(total)).mean(axis=1)
        on = ~(now - level[todo] < tolerance)
        level[todo] = now
        todo = todo[on]
        if not len(todo):
            break
        data, share = data[on], share[on] / total[on][:, :, None]
        mass = share.sum(axis=1)
        safe = np.where(mass > 0, mass, 1.0)
        sums = (data[:, None, :] @ share)[:, 0]
        means = np.where(mass > 0, sums / safe, model.means[on])
        off = data[:, :, None] - means[:, None, :]
        off *= off
        deviations = np.sqrt(np.einsum("rnk,rnk->rk", off, share) / safe)
        out.weights[todo], out.means[todo] = mass / x.shape[1], means
        out.deviations[todo] = np.maximum(deviations, FLOOR)
    return out


def wasserstein(a: Mixture, b: Mixture) -> np.ndarray:
    """W1 between the mixing measures, (runs,): the integral of |F - G| over the line."""
    places = np.concatenate([a.means, b.means], axis=1)
    jumps = np.concatenate([a.weights, -b.weights], axis=1)
    order = np.argsort(places, axis=1)
    places = np.take_along_axis(places, order, axis=1)
    gap = np.cumsum(np.take_along_axis(jumps, order, axis=1), axis=1)[:, :-1]
    return (np.abs(gap) * np.diff(places, axis=1)).sum(axis=1)
