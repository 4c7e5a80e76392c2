"""The NumPy twin of `bartlett`: the same numbers from the same words, without numba.

Every replicate is one entry of an array, and sums are taken in the order of the compiled loops.
"""

from __future__ import annotations

import numpy as np

from .variates_twin import chi_square, normals

__all__ = ["draw", "fill"]


def fill(roots, schedule, slot, less, first, key, mean, cov) -> None:  # type: ignore[no-untyped-def]
    """As the compiled kernel fills mean (kept, d, runs) and cov (kept, d, d, runs)."""
    d, runs = mean.shape[1:]
    per = (d + d * (d - 1) // 2 + 1) // 2 + d
    replicates = np.arange(first, first + runs, dtype=np.uint64)
    m, f = np.zeros((d, runs)), np.zeros((d, d, runs))
    f[np.arange(d), np.arange(d)] = roots[:, None]
    truth = f.copy()
    for g, step in enumerate(schedule):
        old, m = m, np.zeros((d, runs))
        s = np.zeros((d, d, runs))
        for b, batch in enumerate(step):
            z, a = draw(d, batch.size - 1, b * per, g + 1, replicates, key)
            here = f if batch.latest else truth
            shrink = 1.0 / np.sqrt(float(batch.size))
            for i in range(d):
                for k in range(i + 1):
                    m[i] += batch.weight * (here[i, k] * z[k] * shrink)
                if batch.latest:
                    m[i] += batch.weight * old[i]
            product = _times(d, here, a, 1.0 / np.sqrt(float(batch.size - less)))
            _square(d, product, batch.weight if len(step) > 1 else 1.0, s)
        if slot[g] >= 0:
            mean[slot[g]], cov[slot[g]] = m, s
        f = _root(d, s) if len(step) > 1 else product


def draw(d, dof, block, tag, replicates, key):  # type: ignore[no-untyped-def]
    """(normals (rows, runs), the mean's first; Bartlett's factor (d, d, runs))."""
    rows = d + d * (d - 1) // 2
    z = normals(rows, block, tag, replicates, key)
    block += (rows + 1) // 2
    a = np.zeros((d, d, len(replicates)))
    row = d
    for i in range(d):
        for j in range(i):
            if j < dof:
                a[i, j] = z[row]
            row += 1
        if i < dof:
            a[i, i] = np.sqrt(chi_square(dof - i, block + i, tag, replicates, key))
    return z, a


def _times(d, f, a, scale):  # type: ignore[no-untyped-def]
    out = np.zeros_like(f)
    for i in range(d):
        for j in range(i + 1):
            for k in range(j, i + 1):
                out[i, j] += f[i, k] * a[k, j]
            out[i, j] *= scale
    return out


def _square(d, f, weight, out) -> None:  # type: ignore[no-untyped-def]
    for i in range(d):
        for j in range(i + 1):
            for k in range(j + 1):
                out[i, j] += weight * (f[i, k] * f[j, k])


def _root(d, s):  # type: ignore[no-untyped-def]
    s, f = s.copy(), np.zeros_like(s)
    for j in range(d):
        for k in range(j):
            for i in range(j, d):
                s[i, j] -= f[i, k] * f[j, k]
        positive = s[j, j] > 0
        f[j, j] = np.sqrt(np.where(positive, s[j, j], 0))
        inverse = np.divide(1.0, f[j, j], out=np.zeros_like(f[j, j]), where=positive)
        for i in range(j + 1, d):
            f[i, j] = s[i, j] * inverse
    return f
