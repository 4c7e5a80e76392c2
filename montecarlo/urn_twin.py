"""The NumPy twin of `urn`: the same draws from the same words, without numba.

It is the oracle of the compiled kernel, bit by bit, and its fallback. All replicates advance
together; a ball's type is looked up, whatever the number of types.
"""

from __future__ import annotations

import numpy as np

from .philox import words

__all__ = ["again", "below", "chains", "first_counts", "next_counts", "tally"]

PAIRS = 85
REJECTED = 1 << 31


def chains(n, last, truth, tables, replicates, key, keep):  # type: ignore[no-untyped-def]
    """(sums of squared counts (replicates, last) where kept, absorption times)."""
    runs = len(replicates)
    counts = first_counts(n, truth, replicates, key)
    out = np.zeros((runs if keep else 0, last), np.int64)
    times = np.zeros(runs, np.int64)
    alive = np.arange(runs)
    for t in range(1, last + 1):
        if t > 1 and len(alive):
            counts[alive] = _next(n, counts[alive], t, tables, replicates[alive], key)
        if keep:
            out[:, t - 1] = np.einsum("ij,ij->i", counts, counts)
        done = np.count_nonzero(counts[alive], axis=1) == 1
        times[alive[done]] = t
        alive = alive[~done]
        if not len(alive) and not keep:
            break
    return out, times


def first_counts(n, truth, replicates, key):  # type: ignore[no-untyped-def]
    threshold, alias = truth
    s = len(threshold)
    w = words(16 * ((3 * n + 63) // 64), 0, 2, replicates, key).astype(np.uint64)
    slots = np.broadcast_to(np.arange(n), (len(replicates), n))
    column = below(w[:, :n], s, slots, 0, replicates, key)
    u = (w[:, n : 2 * n] << np.uint64(32)) | w[:, 2 * n : 3 * n]
    kind = np.where(u < threshold[column], column, alias[column])
    return tally(kind, s)


def tally(kind: np.ndarray, s: int) -> np.ndarray:
    """Counts (rows, s) of the entries of each row."""
    flat = (kind + s * np.arange(len(kind))[:, None]).ravel()
    return np.bincount(flat, minlength=s * len(kind)).reshape(len(kind), s).astype(np.int64)


def _next(n, counts, t, tables, replicates, key):  # type: ignore[no-untyped-def]
    out = np.empty_like(counts)
    two = (np.count_nonzero(counts, axis=1) == 2) & (tables[0].shape[0] == n + 1)
    if two.any():
        out[two] = _pair(n, counts[two], t, tables, replicates[two], key)
    if not two.all():
        out[~two] = next_counts(n, counts[~two], t, replicates[~two], key)
    return out


def _pair(n, counts, t, tables, replicates, key):  # type: ignore[no-untyped-def]
    w = words(64, 64 * ((t - 2) // PAIRS), 1, replicates, key).astype(np.uint64)
    p = 3 * ((t - 2) % PAIRS)
    slot = np.zeros((len(replicates), 1), np.int64)
    j = below(w[:, p : p + 1], n + 1, slot, t, replicates, key)[:, 0]
    u = (w[:, p + 1] << np.uint64(32)) | w[:, p + 2]
    rows = np.arange(len(counts))
    first = np.argmax(counts > 0, axis=1)
    second = counts.shape[1] - 1 - np.argmax(counts[:, ::-1] > 0, axis=1)
    x = counts[rows, first]
    y = np.where(u < tables[0][x, j], j, tables[1][x, j]).astype(np.int64)
    out = np.zeros_like(counts)
    out[rows, first], out[rows, second] = y, n - y
    return out


def next_counts(n, counts, t, replicates, key):  # type: ignore[no-untyped-def]
    blocks = 64 if n <= 512 else 16 * ((n + 127) // 128)
    together = (8 * blocks) // n
    w = words(blocks, blocks * ((t - 2) // together), 0, replicates, key)
    begin = ((t - 2) % together) * n
    half = w.astype("<u4").view("<u2")[:, begin : begin + n].astype(np.uint32)
    m = half * np.uint32(n)
    index = (m >> 16).astype(np.int64)
    rejected = (m & 0xFFFF) < (1 << 16) % n
    for r, i in zip(*np.nonzero(rejected), strict=True):
        index[r, i] = again(n, i, t, replicates[r], key)
    s = counts.shape[1]
    ball = np.repeat(np.tile(np.arange(s), len(counts)), counts.ravel()).reshape(-1, n)
    return tally(np.take_along_axis(ball, index, axis=1), s)


def below(word, bound, slots, t, replicates, key):  # type: ignore[no-untyped-def]
    """Indices below `bound` from 32-bit words, rejected ones drawn again."""
    m = word * np.uint64(bound)
    out = (m >> np.uint64(32)).astype(np.int64)
    rejected = (m & np.uint64(0xFFFFFFFF)) < (1 << 32) % bound
    for r, i in zip(*np.nonzero(rejected), strict=True):
        out[r, i] = again(bound, slots[r, i], t, replicates[r], key)
    return out


def again(bound, slot, t, replicate, key):  # type: ignore[no-untyped-def]
    attempt = 0
    while True:
        block = (int(slot) << 8) + attempt
        m = int(words(1, block, REJECTED + t, np.array([replicate]), key)[0, 0]) * int(bound)
        if m & 0xFFFFFFFF >= (1 << 32) % bound:
            return m >> 32
        attempt += 1
