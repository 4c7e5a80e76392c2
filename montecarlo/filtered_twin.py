"""The NumPy twin of `filtered`: the same draws from the same words, without numba."""

from __future__ import annotations

import numpy as np

from .philox import words
from .urn_twin import again, below, first_counts, tally

__all__ = ["kept_sizes", "norms"]

SIZES = 85
SIZE_SLOT = 1 << 17


def norms(n, last, filter_first, law, sizes, replicates, key):  # type: ignore[no-untyped-def]
    """Squared norms (replicates, last)."""
    runs, s = len(replicates), len(law[0])
    out = np.empty((runs, last))
    counts, balls = np.zeros((runs, s), np.int64), np.full(runs, n)
    for t in range(1, last + 1):
        kept = np.full(runs, n)
        if t > 1 or filter_first:
            kept = kept_sizes(n, sizes, t, replicates, key)
        if t == 1:
            for size in np.unique(kept):
                these = kept == size
                counts[these] = first_counts(size, law, replicates[these], key)
            balls = kept
        else:
            for r in np.flatnonzero(kept):
                index = _indices(n, balls[r], kept[r], t, replicates[r], key)
                ball = np.repeat(np.arange(s), counts[r])
                counts[r], balls[r] = tally(ball[index][None], s)[0], kept[r]
        out[:, t - 1] = np.einsum("ij,ij->i", counts, counts) / (balls.astype(float) * balls)
    return out


def kept_sizes(n, table, t, replicates, key, tag=None):  # type: ignore[no-untyped-def]
    """The t-th size of each replicate; rejected words are replaced from those of `tag`."""
    w = words(64, 64 * ((t - 1) // SIZES), 1, replicates, key).astype(np.uint64)
    p = 3 * ((t - 1) % SIZES)
    slot = np.full((len(replicates), 1), SIZE_SLOT)
    j = below(w[:, p : p + 1], n + 1, slot, tag or t, replicates, key)[:, 0]
    u = (w[:, p + 1] << np.uint64(32)) | w[:, p + 2]
    return np.where(u < table[0][j], j, table[1][j]).astype(np.int64)


def _indices(n, balls, kept, t, replicate, key):  # type: ignore[no-untyped-def]
    blocks = 64 if n <= 512 else 16 * ((n + 127) // 128)
    together = (8 * blocks) // n
    w = words(blocks, blocks * ((t - 2) // together), 0, np.array([replicate]), key)[0]
    begin = ((t - 2) % together) * n
    half = w.astype("<u4").view("<u2")[begin : begin + kept].astype(np.uint32)
    m = half * np.uint32(balls)
    index = (m >> 16).astype(np.int64)
    for i in np.flatnonzero((m & 0xFFFF) < (1 << 16) % balls):
        index[i] = again(balls, i, t, replicate, key)
    return index
