"""The NumPy twin of `ranks`: the same numbers from the same words, without numba."""

from __future__ import annotations

import numpy as np

from .filtered_twin import kept_sizes
from .floats import plain
from .philox import words
from .urn_twin import again, next_counts

__all__ = ["mixed", "synthetic"]

SYNTHETIC = 1 << 30
THIRD = 1.0 / 3.0


def synthetic(n, last, replicates, key):  # type: ignore[no-untyped-def]
    """Squared errors (replicates, last)."""
    blocks = 16 * ((n + 1 + 31) // 32)
    x = _fresh(n, blocks, 0, 3, replicates, key)
    counts = np.ones((len(replicates), n), np.int64)
    out = np.empty((len(replicates), last))
    for t in range(1, last + 1):
        if t > 1:
            counts = next_counts(n, counts, t, replicates, key)
        out[:, t - 1] = _integral(x, np.cumsum(counts, axis=1) * (1.0 / n))
    return out


def _fresh(n, blocks, block, purpose, replicates, key):  # type: ignore[no-untyped-def]
    """Order statistics of uniforms (replicates, n)."""
    w = words(blocks, block, purpose, replicates, key)
    sums = np.cumsum(-plain.log(plain.uniform(w[:, : n + 1], w[:, 2 * blocks :][:, : n + 1])), axis=1)
    return sums[:, :n] / sums[:, n:]


def _integral(x, now):  # type: ignore[no-untyped-def]
    """now: values after the jumps at x, (replicates, jumps); sums in order, as compiled."""
    before = np.concatenate([np.zeros((len(x), 1)), now[:, :-1]], axis=1)
    a, b = x - before, x - now
    return np.cumsum((now - before) * (a * a + a * b + b * b), axis=1)[:, -1] * THIRD


def mixed(n, m, share, last, table, replicates, key, alone=False):  # type: ignore[no-untyped-def]
    """Squared errors (replicates, last)."""
    blocks = 16 * ((max(m, n) + 1 + 31) // 32)
    fake = _fresh(n, blocks, 0, 3, replicates, key)
    out, real = np.empty((len(replicates), last)), np.empty((len(replicates), m))
    for t in range(1, last + 1):
        if t > 1:
            from_real = kept_sizes(n, table, t - 1, replicates, key, tag=t)
            if alone and t == 2:
                from_real = np.full(len(replicates), n)
            for r, size in enumerate(from_real):
                first, second = _indices(n, m, size, t, replicates[r], key)
                drawn = np.concatenate([real[r, first], fake[r, second]])
                fake[r] = np.sort(drawn)
        real = _fresh(m, blocks, blocks * (t - 1), 2, replicates, key)
        both = np.concatenate([real, fake], axis=1)
        order = np.argsort(both, axis=1, kind="stable")
        reals = np.cumsum(order < m, axis=1)
        w = 1.0 if alone and t == 1 else share
        now = reals * (w / m) + (np.arange(1, m + n + 1) - reals) * ((1.0 - w) / n)
        out[:, t - 1] = _integral(np.take_along_axis(both, order, axis=1), now)
    return out


def _indices(n, m, size, t, replicate, key):  # type: ignore[no-untyped-def]
    """Which of m real data are drawn (size of them), and which of n synthetic ones."""
    blocks = 64 if n <= 512 else 16 * ((n + 127) // 128)
    together = (8 * blocks) // n
    w = words(blocks, blocks * ((t - 2) // together), 0, np.array([replicate]), key)[0]
    begin = ((t - 2) % together) * n
    half = w.astype("<u4").view("<u2")[begin : begin + n].astype(np.uint32)
    out = []
    for part, bound, tag in ((half[:size], m, t), (half[size:], n, t + SYNTHETIC)):
        product = part * np.uint32(bound)
        index = (product >> 16).astype(np.int64)
        for i in np.flatnonzero((product & 0xFFFF) < (1 << 16) % bound):
            index[i] = again(bound, i, tag, replicate, key)
        out.append(index)
    return out
