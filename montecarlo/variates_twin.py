"""The NumPy twin of `variates`: the same numbers from the same words, without numba."""

from __future__ import annotations

import numpy as np

from .floats import plain
from .philox import words

__all__ = ["chi_square", "normals", "uniforms"]

RETRY = 1 << 20
THIRD = 1.0 / 3.0


def normals(rows: int, block: int, tag: int, replicates: np.ndarray, key) -> np.ndarray:  # type: ignore[no-untyped-def]
    """Standard normals (rows, replicates)."""
    return _pairs(plain.pair, rows, block, tag, replicates, key)


def uniforms(rows: int, block: int, tag: int, replicates: np.ndarray, key) -> np.ndarray:  # type: ignore[no-untyped-def]
    """Uniforms in (0, 1], (rows, replicates)."""

    def both(a, b, c, d):  # type: ignore[no-untyped-def]
        return plain.uniform(a, b), plain.uniform(c, d)

    return _pairs(both, rows, block, tag, replicates, key)


def _pairs(of, rows, block, tag, replicates, key):  # type: ignore[no-untyped-def]
    half = (rows + 1) // 2
    w = words(half, block, tag, replicates, key).T
    out = np.empty((2 * half, len(replicates)))
    out[::2], out[1::2] = of(*(w[k * half : (k + 1) * half] for k in range(4)))
    return out[:rows]


def chi_square(dof: int, block: int, tag: int, replicates: np.ndarray, key) -> np.ndarray:  # type: ignore[no-untyped-def]
    """Chi-squares with dof >= 1 degrees of freedom, (replicates,)."""
    if dof == 1:
        x = normals(1, block, tag, replicates, key)[0]
        return x * x
    shape = 0.5 * dof - THIRD
    scale = THIRD / np.sqrt(shape)
    out = np.full(len(replicates), -1.0)
    while (todo := np.flatnonzero(out < 0)).size:
        a, b, c, d = words(1, block, tag, replicates[todo], key).T
        x, _ = plain.pair(a, b, c, np.zeros_like(c))
        g, kept = plain.gamma_accepts(x, d, shape, scale)
        out[todo] = np.where(kept, 2.0 * g, -1.0)
        block += RETRY
    return out
