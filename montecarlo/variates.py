"""Normals and chi-squares in lanes: one lane per replicate, so that loops run in SIMD registers.

A number is a function of (key, replicate, tag, block): block names the draw, tag the generation.
Rejected candidates are drawn again from blocks of their own, `RETRY` further on for every attempt.
Lanes are consecutive replicates: as loaded arrays their number would keep loops out of SIMD.
"""

from __future__ import annotations

import numpy as np

from .compiled import inline, jit
from .floats import gamma_accepts, pair, uniform
from .philox import philox

__all__ = ["RETRY", "block_of", "chi_square", "normals", "uniforms"]

#: A generation has fewer blocks than this; attempt k of a draw is k * RETRY blocks further on.
RETRY = 1 << 20
_RETRY = np.uint32(RETRY)
_32 = np.uint64(32)
_NONE = np.uint32(0)
THIRD = 1.0 / 3.0


@inline
def block_of(block, tag, replicate, k0, k1):  # type: ignore[no-untyped-def]
    """Four words of one replicate."""
    r = np.uint64(replicate)
    return philox(np.uint32(block), np.uint32(tag), np.uint32(r), np.uint32(r >> _32), k0, k1)


@jit
def normals(rows, block, tag, first, k0, k1, out):  # type: ignore[no-untyped-def]
    """Standard normals into out[:rows], (at least rows rounded up to even, lanes)."""
    for j in range((rows + 1) // 2):
        even, odd = out[2 * j], out[2 * j + 1]
        here = np.uint32(block + j)
        for i in range(out.shape[1]):
            a, b, c, d = block_of(here, tag, np.uint64(first) + np.uint64(i), k0, k1)
            even[i], odd[i] = pair(a, b, c, d)


@jit
def uniforms(rows, block, tag, first, k0, k1, out):  # type: ignore[no-untyped-def]
    """Uniforms in (0, 1] into out[:rows], (at least rows rounded up to even, lanes)."""
    for j in range((rows + 1) // 2):
        even, odd = out[2 * j], out[2 * j + 1]
        here = np.uint32(block + j)
        for i in range(out.shape[1]):
            a, b, c, d = block_of(here, tag, np.uint64(first) + np.uint64(i), k0, k1)
            even[i] = uniform(a, b)
            odd[i] = uniform(c, d)


@jit
def _candidates(shape, scale, block, tag, first, k0, k1, out):  # type: ignore[no-untyped-def]
    """Gamma candidates; -1 where one is refused."""
    for i in range(len(out)):
        a, b, c, d = block_of(block, tag, np.uint64(first) + np.uint64(i), k0, k1)
        x, _ = pair(a, b, c, _NONE)
        g, kept = gamma_accepts(x, d, shape, scale)
        out[i] = 2.0 * g if kept else -1.0


@jit
def chi_square(dof, block, tag, first, k0, k1, out, scratch):  # type: ignore[no-untyped-def]
    """Chi-squares with dof >= 1 degrees of freedom into out (lanes,); scratch: (2, lanes)."""
    if dof == 1:
        normals(1, block, tag, first, k0, k1, scratch)
        for i in range(len(out)):
            out[i] = scratch[0, i] * scratch[0, i]
        return
    shape = 0.5 * dof - THIRD
    scale = THIRD / np.sqrt(shape)
    _candidates(shape, scale, block, tag, first, k0, k1, out)
    for i in range(len(out)):
        attempt = block
        while out[i] < 0.0:
            attempt += RETRY
            _candidates(
                shape, scale, attempt, tag, np.uint64(first) + np.uint64(i), k0, k1, out[i : i + 1]
            )
