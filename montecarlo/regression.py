"""Least squares without designs or labels: squared errors of the weights.

Fixed design: in the eigenbasis of X'X the noise of a fit has independent coordinates of variance
sigma^2 / lambda_i, so that a generation takes d normals. Lanes are replicates; compiled and NumPy
agree bit by bit.

Fresh Gaussian designs, all data kept: with G = X'X = A A' (A Bartlett's factor) and M the sum of
all G so far, e grows by M^-1 A z with z standard normal. The rank-d update and the solve are BLAS
and LAPACK, replicate by replicate: the same numbers for any shard, up to the library.

Fresh designs, the newest labels alone: X^+ noise is multivariate t, a normal vector over the root of
an independent chi-square with rows - d + 1 degrees of freedom. Only its part along the old error and
the length of the rest matter for the length of the new error: three draws, compiled in lanes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.linalg import blas, lapack

from refutable.derivations.errors import DomainError, OutsideFragment

from . import bartlett_twin, variates_twin
from .bartlett import draw
from .compiled import HAVE_NUMBA, jit
from .variates import RETRY, chi_square, normals

__all__ = ["accumulated", "fixed", "fresh"]

LANES = 128
#: Replicates whose factors are held at a time.
TILE = 16


@jit
def _tile(scale, metric, copies, accumulate, first, k0, k1, e, sums, z, out):  # type: ignore[no-untyped-def]
    """Squared errors (generations, lanes); e, sums (d, lanes) start at zero; z: (2, lanes)."""
    d, lanes = e.shape
    for g in range(len(copies)):
        shrink, age = 1.0 / np.sqrt(np.float64(copies[g])), 1.0 / np.float64(g + 1)
        for i in range(lanes):
            out[g, i] = 0.0
        for j in range(d):
            if j % 2 == 0:
                normals(2, j // 2, g + 1, first, k0, k1, z)
            width, weight, row = scale[j] * shrink, metric[j], j % 2
            if accumulate:
                for i in range(lanes):
                    sums[j, i] += e[j, i] + width * z[row, i]
                for i in range(lanes):
                    e[j, i] = sums[j, i] * age
            else:
                for i in range(lanes):
                    e[j, i] += width * z[row, i]
            for i in range(lanes):
                out[g, i] += weight * (e[j, i] * e[j, i])


def fixed(
    eigenvalues: Sequence[float],
    sigma: float,
    copies: Sequence[int],
    first: int,
    runs: int,
    key: tuple[int, int],
    accumulate: bool = False,
    metric: Sequence[float] | None = None,
) -> np.ndarray:
    """Squared errors of generations 1, 2, ..., (generations, runs), one design for all.

    eigenvalues: of X'X.  copies: how many times the design is labelled at each generation.
    accumulate: fit the labels of all generations (then copies are 1).  metric: weights of the
    squared coordinates, 1 each (eigenvalues / rows give the error on the design).
    Replicates are first .. first + runs - 1; each is the same in any company.
    Raises DomainError for eigenvalues that are not positive and finite, a negative or infinite
    sigma or metric, and generations without data; OutsideFragment above 2**20 dimensions.

    >>> fixed([1.0, 2.0], 1.0, [1, 1], 0, 3, (0, 0)).shape
    (2, 3)
    """
    weights = [1.0] * len(eigenvalues) if metric is None else list(metric)
    if not 1 <= len(eigenvalues) < RETRY:
        raise OutsideFragment(f"{len(eigenvalues)} dimensions", part="d")
    if not all(math.isfinite(x) and x > 0 for x in eigenvalues):
        raise DomainError("the eigenvalues of X'X must be positive and finite: full column rank")
    if len(weights) != len(eigenvalues) or not all(math.isfinite(x) and x >= 0 for x in weights):
        raise DomainError("the metric has one finite weight >= 0 for each eigenvalue")
    _check(sigma, copies, first, runs)
    if accumulate and set(copies) != {1}:
        raise DomainError("accumulation takes one copy of the design at each generation")
    scale, weight = sigma / np.sqrt(np.array(eigenvalues, float)), np.array(weights, float)
    out, number = np.empty((len(copies), runs)), np.array(copies, np.int64)
    d = len(scale)
    if not HAVE_NUMBA:
        _fixed_twin(scale, weight, number, accumulate, first, key, out)
        return out
    k0, k1 = (np.uint32(k & 0xFFFFFFFF) for k in key)
    for start in range(0, runs, LANES):
        here = slice(start, min(start + LANES, runs))
        lanes = here.stop - start
        part = np.empty((len(copies), lanes))
        _tile(scale, weight, number, accumulate, np.uint64(first + start), k0, k1,
              np.zeros((d, lanes)), np.zeros((d, lanes)), np.empty((2, lanes)), part)  # fmt: skip
        out[:, here] = part
    return out


def _fixed_twin(scale, metric, copies, accumulate, first, key, out) -> None:  # type: ignore[no-untyped-def]
    replicates = np.arange(first, first + out.shape[1], dtype=np.uint64)
    e = np.zeros((len(scale), out.shape[1]))
    sums = e.copy()
    for g, number in enumerate(copies):
        z = variates_twin.normals(len(scale), 0, g + 1, replicates, key)
        width = (scale * (1.0 / np.sqrt(float(number))))[:, None] * z
        if accumulate:
            sums += e + width
            e = sums * (1.0 / (g + 1))
        else:
            e += width
        out[g] = np.cumsum(metric[:, None] * (e * e), axis=0)[-1]


def accumulated(
    d: int, rows: Sequence[int], sigma: float, first: int, runs: int, key: tuple[int, int]
) -> np.ndarray:
    """Squared errors of generations 1, 2, ..., (generations, runs): fresh Gaussian designs of
    rows[g - 1] rows with identity covariance, every fit on all data so far.

    Raises DomainError for a negative or infinite sigma and generations without data, and
    OutsideFragment where the first design has fewer rows than columns or d is above 512.
    """
    _check(sigma, rows, first, runs)
    if not 1 <= d <= 512:
        raise OutsideFragment(f"d is {d}; this kernel takes 1 to 512", part="d")
    if rows[0] < d:
        raise OutsideFragment(f"{rows[0]} rows in {d} dimensions", part="rows < d")
    out = np.empty((len(rows), runs))
    for start in range(0, runs, TILE):
        lanes = min(TILE, runs - start)
        e, total = np.zeros((lanes, d)), np.zeros((lanes, d, d))
        for g, number in enumerate(rows):
            z, factor = _factors(d, number, g + 1, first + start, lanes, key)
            for r in range(lanes):
                a = factor[r].T  # Fortran order for BLAS; total is symmetric
                m = blas.dsyrk(1.0, a, beta=1.0, c=total[r].T, trans=1, overwrite_c=1)
                noise = blas.dtrmv(a, z[r], trans=1)
                _, step, info = lapack.dposv(m, noise)
                if info:
                    raise OutsideFragment("a design is singular to working precision", part="rows")
                e[r] += sigma * step
            out[g, start : start + lanes] = (e * e).sum(axis=1)
    return out


@jit
def _fresh_tile(d, rows, sigma, first, k0, k1, below, across, z, out):  # type: ignore[no-untyped-def]
    """Squared errors (generations, lanes); below, across (lanes,) and z (2, lanes) are scratch."""
    lanes = len(below)
    for i in range(lanes):
        across[i] = 0.0
    for g in range(len(rows)):
        chi_square(rows[g] - d + 1, 0, g + 1, first, k0, k1, below, z)
        if d > 1:
            chi_square(d - 1, 1, g + 1, first, k0, k1, across, z)
        normals(1, 2, g + 1, first, k0, k1, z)
        for i in range(lanes):
            scale = sigma / np.sqrt(below[i])
            old = out[g - 1, i] if g > 0 else 0.0
            along = np.sqrt(old) + scale * z[0, i]
            out[g, i] = along * along + scale * scale * across[i]


def fresh(
    d: int, rows: Sequence[int], sigma: float, first: int, runs: int, key: tuple[int, int]
) -> np.ndarray:
    """As `accumulated`, but every fit is on its own data alone; bit by bit the same anywhere."""
    _check(sigma, rows, first, runs)
    if d < 1 or min(rows) < d:
        raise OutsideFragment(f"{min(rows)} rows in {d} dimensions", part="rows < d")
    out, number = np.empty((len(rows), runs)), np.array(rows, np.int64)
    if not HAVE_NUMBA:
        _fresh_twin(d, number, float(sigma), first, key, out)
        return out
    k0, k1 = (np.uint32(k & 0xFFFFFFFF) for k in key)
    for start in range(0, runs, LANES):
        here = slice(start, min(start + LANES, runs))
        lanes = here.stop - start
        part = np.empty((len(rows), lanes))
        _fresh_tile(d, number, float(sigma), np.uint64(first + start), k0, k1, np.empty(lanes),
                    np.empty(lanes), np.empty((2, lanes)), part)  # fmt: skip
        out[:, here] = part
    return out


def _fresh_twin(d, rows, sigma, first, key, out) -> None:  # type: ignore[no-untyped-def]
    replicates = np.arange(first, first + out.shape[1], dtype=np.uint64)
    old = np.zeros(out.shape[1])
    for g, number in enumerate(rows):
        below = variates_twin.chi_square(int(number) - d + 1, 0, g + 1, replicates, key)
        across = variates_twin.chi_square(d - 1, 1, g + 1, replicates, key) if d > 1 else 0.0 * old
        scale = sigma / np.sqrt(below)
        along = np.sqrt(old) + scale * variates_twin.normals(1, 2, g + 1, replicates, key)[0]
        old = out[g] = along * along + scale * scale * across


def _factors(d, rows, tag, first, lanes, key):  # type: ignore[no-untyped-def]
    """(normals (lanes, d), Bartlett's lower factors (lanes, d, d)) of designs of some rows."""
    if not HAVE_NUMBA:
        replicates = np.arange(first, first + lanes, dtype=np.uint64)
        z, a = bartlett_twin.draw(d, rows, 0, tag, replicates, key)
    else:
        z, a = np.empty((d + d * (d - 1) // 2 + 1, lanes)), np.zeros((d, d, lanes))
        k0, k1 = (np.uint32(k & 0xFFFFFFFF) for k in key)
        draw(d, rows, 0, tag, np.uint64(first), k0, k1, z, a, np.empty((2, lanes)))
    return np.ascontiguousarray(z[:d].T), np.ascontiguousarray(np.moveaxis(a, 2, 0))


def _check(sigma: float, sizes: Sequence[int], first: int, runs: int) -> None:
    if not (math.isfinite(sigma) and sigma >= 0):
        raise DomainError(f"sigma is {sigma}; it must be finite and >= 0")
    if not sizes:
        raise DomainError("no generations")
    for g, n in enumerate(sizes, 1):
        if isinstance(n, bool) or not math.isfinite(n) or n != int(n) or n < 1:
            raise DomainError(f"generation {g} has {n} data; it needs an integer >= 1")
    if first < 0 or runs < 0 or first + runs > 1 << 64:
        raise DomainError(f"replicates {first} to {first + runs} are outside [0, 2**64)")
