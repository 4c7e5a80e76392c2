"""Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011): a counter in, four random words out.

One replicate's words are a function of (key, replicate, purpose, block): nothing is carried from
one call to the next. `fill` is the compiled version, `words` its NumPy twin.
"""

from __future__ import annotations

import numpy as np

from .compiled import inline, jit

__all__ = ["fill", "philox", "words"]

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint32(0x9E3779B9), np.uint32(0xBB67AE85)
_32 = np.uint64(32)


@inline
def philox(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """The four words of one counter under one key; all arguments are uint32."""
    for _ in range(10):
        p0, p1 = _M0 * np.uint64(c0), _M1 * np.uint64(c2)
        c0 = np.uint32(p1 >> _32) ^ c1 ^ k0
        c1 = np.uint32(p1)
        c2 = np.uint32(p0 >> _32) ^ c3 ^ k1
        c3 = np.uint32(p0)
        k0 = np.uint32(k0 + _W0)
        k1 = np.uint32(k1 + _W1)
    return c0, c1, c2, c3


@jit
def fill(out, blocks, first, purpose, replicate, k0, k1):  # type: ignore[no-untyped-def]
    """Write 4 * blocks words: first words of all blocks, then second words, and so on.

    A multiple of 16 blocks is fastest: the loop over blocks then runs in SIMD lanes throughout.
    """
    low, high = np.uint32(replicate), np.uint32(np.uint64(replicate) >> _32)
    tag = np.uint32(purpose)
    w0, w1 = out[:blocks], out[blocks : 2 * blocks]
    w2, w3 = out[2 * blocks : 3 * blocks], out[3 * blocks : 4 * blocks]
    start = np.uint32(first)
    for i in range(blocks):
        a, b, c, d = philox(np.uint32(start + np.uint32(i)), tag, low, high, k0, k1)
        w0[i] = a
        w1[i] = b
        w2[i] = c
        w3[i] = d


def words(
    blocks: int, first: int, purpose: np.ndarray | int, replicates: np.ndarray, key: tuple[int, int]
) -> np.ndarray:
    """What `fill` writes for each of the replicates, (replicates, 4 * blocks) uint32.

    >>> [hex(w) for w in words(1, 0, 0, np.zeros(1, np.uint64), (0, 0))[0]]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    rep = np.asarray(replicates, np.uint64)[:, None]
    shape = (len(rep), blocks)
    mask = np.uint64(0xFFFFFFFF)
    c0 = np.broadcast_to((np.uint64(first) + np.arange(blocks, dtype=np.uint64)) & mask, shape)
    c1 = np.broadcast_to(np.asarray(purpose, np.uint64).reshape(-1, 1), shape)
    c2, c3 = np.broadcast_to(rep & mask, shape), np.broadcast_to(rep >> _32, shape)
    k0, k1 = (np.uint64(k) for k in key)
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & mask, (p0 >> _32) ^ c3 ^ k1, p0 & mask
        k0, k1 = (k0 + np.uint64(_W0)) & mask, (k1 + np.uint64(_W1)) & mask
    return np.concatenate([c0, c1, c2, c3], axis=1).astype(np.uint32)
