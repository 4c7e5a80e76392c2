"""Gaussian means and covariances without the data, compiled: lanes are replicates.

A batch of m data from N(mu, F F') has mean mu + F z / sqrt(m) and covariance F A A' F' / (m - 1)
(or / m), where z is standard normal and A, independent of it, is lower triangular: normals below a
diagonal of chi variables with m - 1, m - 2, ... degrees of freedom (Bartlett, 1933). A model is a
weighted sum of batches from the truth or from the latest model. `bartlett_twin` does the same in
NumPy, bit for bit.

A generation's tag is its number; batch b has blocks b * per .. (b + 1) * per - 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from refutable.derivations.errors import DomainError, OutsideFragment

from . import bartlett_twin
from .compiled import HAVE_NUMBA, jit
from .variates import RETRY, chi_square, normals

__all__ = ["Batch", "draw", "models"]

LARGEST = 64


@dataclass(frozen=True)
class Batch:
    """size data from the latest model, or from the truth; its share in the new model."""

    weight: float
    latest: bool
    size: int


@jit
def _copy(d, x, scale, out):  # type: ignore[no-untyped-def]
    """out = scale x, lower halves (array assignment takes seconds to compile)."""
    for i in range(d):
        for j in range(i + 1):
            for lane in range(out.shape[2]):
                out[i, j, lane] = scale * x[i, j, lane]


@jit
def draw(d, dof, block, tag, first, k0, k1, z, a, scratch):  # type: ignore[no-untyped-def]
    """z: (rows, lanes), the mean's d normals first; a: (d, d, lanes), Bartlett's factor."""
    lanes = a.shape[2]
    rows = d + d * (d - 1) // 2
    normals(rows, block, tag, first, k0, k1, z)
    block += (rows + 1) // 2
    row = d
    for i in range(d):
        for j in range(i):
            below = 1.0 if j < dof else 0.0
            for x in range(lanes):
                a[i, j, x] = below * z[row, x]
            row += 1
        if i < dof:
            chi_square(dof - i, block + i, tag, first, k0, k1, a[i, i], scratch)
            for x in range(lanes):
                a[i, i, x] = np.sqrt(a[i, i, x])
        else:
            for x in range(lanes):
                a[i, i, x] = 0.0


@jit
def _times(d, f, a, scale, out):  # type: ignore[no-untyped-def]
    """out = f a scale, all lower triangular."""
    lanes = out.shape[2]
    for i in range(d):
        for j in range(i + 1):
            for x in range(lanes):
                out[i, j, x] = f[i, j, x] * a[j, j, x]
            for k in range(j + 1, i + 1):
                for x in range(lanes):
                    out[i, j, x] += f[i, k, x] * a[k, j, x]
            for x in range(lanes):
                out[i, j, x] *= scale


@jit
def _square(d, f, weight, out):  # type: ignore[no-untyped-def]
    """out += weight f f' (its lower half)."""
    lanes = out.shape[2]
    for i in range(d):
        for j in range(i + 1):
            for k in range(j + 1):
                for x in range(lanes):
                    out[i, j, x] += weight * (f[i, k, x] * f[j, k, x])


@jit
def _root(d, s, f):  # type: ignore[no-untyped-def]
    """Cholesky's factor f of s, which is used up; a column without variance becomes zero."""
    lanes = s.shape[2]
    for j in range(d):
        for k in range(j):
            for i in range(j, d):
                for x in range(lanes):
                    s[i, j, x] -= f[i, k, x] * f[j, k, x]
        for x in range(lanes):
            v = s[j, j, x]
            f[j, j, x] = np.sqrt(v) if v > 0.0 else 0.0
            s[j, j, x] = 1.0 / f[j, j, x] if v > 0.0 else 0.0
        for i in range(j + 1, d):
            for x in range(lanes):
                f[i, j, x] = s[i, j, x] * s[j, j, x]


@jit
def _tile(d, roots, count, weight, latest, size, less, slot, first, lanes, k0, k1, mean, cov):  # type: ignore[no-untyped-def]
    """All generations of some replicates, into mean (kept, d, lanes) and cov (kept, d, d, lanes).

    less: what the divisor of a covariance lacks to the size of its batch.
    """
    rows = d + d * (d - 1) // 2
    per = (rows + 1) // 2 + d
    z, scratch = np.empty((rows + 1, lanes)), np.empty((2, lanes))
    m, old = np.zeros((d, lanes)), np.empty((d, lanes))
    f, truth = np.zeros((d, d, lanes)), np.zeros((d, d, lanes))
    a, s, product = np.zeros((d, d, lanes)), np.empty((d, d, lanes)), np.zeros((d, d, lanes))
    for i in range(d):
        for x in range(lanes):
            truth[i, i, x] = roots[i]
    _copy(d, truth, 1.0, f)
    for g in range(len(count)):
        for i in range(d):
            for x in range(lanes):
                old[i, x] = m[i, x]
                m[i, x] = 0.0
        _copy(d, f, 0.0, s)
        for b in range(count[g]):
            n, w = size[g, b], weight[g, b]
            draw(d, n - 1, b * per, g + 1, first, k0, k1, z, a, scratch)
            here = f if latest[g, b] else truth
            shrink = 1.0 / np.sqrt(np.float64(n))
            kept = 1.0 if latest[g, b] else 0.0
            for i in range(d):
                for k in range(i + 1):
                    for x in range(lanes):
                        m[i, x] += w * (here[i, k, x] * z[k, x] * shrink)
                for x in range(lanes):
                    m[i, x] += w * (kept * old[i, x])
            _times(d, here, a, 1.0 / np.sqrt(np.float64(n - less)), product)
            _square(d, product, w if count[g] > 1 else 1.0, s)
        k = slot[g]
        if k >= 0:
            _copy(d, s, 1.0, cov[k])
            for i in range(d):
                for x in range(lanes):
                    mean[k, i, x] = m[i, x]
        if count[g] > 1:
            _root(d, s, f)
        else:
            _copy(d, product, 1.0, f)


def models(
    eigenvalues: Sequence[float],
    schedule: Sequence[Sequence[Batch]],
    keep: Sequence[int],
    first: int,
    runs: int,
    key: tuple[int, int],
    unbiased: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """(means (kept, d, runs), covariances (kept, d, d, runs), their lower halves).

    Means are errors against the true mean, in coordinates in which the true covariance is
    diagonal.  schedule: batches by generation.  keep: which generations, from 1.
    Replicates are first .. first + runs - 1; each is the same in any company.
    Raises DomainError for a batch of fewer than two data, and for weights or eigenvalues that are
    negative or not finite; OutsideFragment above 64 dimensions, and where several batches together
    leave a covariance singular. A variance that shrinks below 1e-308 is zero.

    >>> means, _ = models([1.0], [[Batch(1.0, True, 9)]], [1], 0, 4, (0, 0))
    >>> means.shape
    (1, 1, 4)
    """
    _check(eigenvalues, schedule, keep, first, runs)
    d, last = len(eigenvalues), len(schedule)
    roots = np.sqrt(np.array(eigenvalues, float))
    slot = np.full(last, -1, np.int64)
    for place, g in enumerate(keep):
        slot[g - 1] = place
    less = 1 if unbiased else 0
    mean, cov = np.zeros((len(keep), d, runs)), np.zeros((len(keep), d, d, runs))
    if not HAVE_NUMBA:
        bartlett_twin.fill(roots, schedule, slot, less, first, key, mean, cov)
        return mean, cov
    count = np.array([len(step) for step in schedule], np.int64)
    weight, size = np.zeros((last, max(count))), np.zeros((last, max(count)), np.int64)
    latest = np.zeros((last, max(count)), np.bool_)
    for g, step in enumerate(schedule):
        for b, batch in enumerate(step):
            weight[g, b], latest[g, b], size[g, b] = batch.weight, batch.latest, batch.size
    k0, k1 = (np.uint32(k & 0xFFFFFFFF) for k in key)
    width = 128 if d <= 6 else 32
    for start in range(0, runs, width):
        here = slice(start, min(start + width, runs))
        lanes = here.stop - start
        part = np.zeros((len(keep), d, lanes)), np.zeros((len(keep), d, d, lanes))
        _tile(d, roots, count, weight, latest, size, less, slot,
              np.uint64(first + start), lanes, k0, k1, *part)  # fmt: skip
        mean[..., here], cov[..., here] = part
    return mean, cov


def _check(eigenvalues, schedule, keep, first, runs) -> None:  # type: ignore[no-untyped-def]
    d = len(eigenvalues)
    if not 1 <= d <= LARGEST:
        raise OutsideFragment(f"d is {d}; this kernel takes 1 to {LARGEST}", part="d")
    if not all(math.isfinite(x) and x >= 0 for x in eigenvalues):
        raise DomainError(f"eigenvalues must be finite and >= 0 (got {list(eigenvalues)})")
    if not all(schedule) or not schedule:
        raise DomainError("every generation needs a batch")
    if first < 0 or runs < 0 or first + runs > 1 << 64:
        raise DomainError(f"replicates {first} to {first + runs} are outside [0, 2**64)")
    if not all(1 <= g <= len(schedule) for g in keep) or len(set(keep)) < len(keep):
        raise DomainError(f"generations {list(keep)} of {len(schedule)}")
    for g, step in enumerate(schedule, 1):
        for batch in step:
            if isinstance(batch.size, bool) or batch.size != int(batch.size) or batch.size < 2:
                raise DomainError(f"generation {g}: a batch of {batch.size} has no covariance")
            if not (math.isfinite(batch.weight) and batch.weight >= 0):
                raise DomainError(f"generation {g}: a batch has weight {batch.weight}")
        if len(step) > 1 and sum(b.size - 1 for b in step if b.weight > 0) < d:
            raise OutsideFragment(f"generation {g}: too few data for {d} dimensions", part="size")
        per = (d + d * (d - 1) // 2 + 1) // 2 + d
        if per * len(step) >= RETRY:
            raise OutsideFragment(f"generation {g} has {len(step)} batches", part="batches")
