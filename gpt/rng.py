"""Random numbers that depend on what is drawn, never on who draws it or when.

Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) maps a
128-bit counter and a 64-bit key to 128 random bits. The key is a hash of (root, replicate,
generation, stage); the counter says which number of that stream is wanted. So no state is saved,
a resumed run draws the same numbers, and streams of different stages never overlap.

The arithmetic is written once, on signed 64-bit integers, for NumPy arrays and torch tensors
alike: products wrap, and masks recover the unsigned halves. CPU and GPU agree bit for bit.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

__all__ = ["key", "normals", "permutation", "philox", "uniforms", "words"]

_M0, _M1 = 0xD2511F53, 0xCD9E8D57
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_MASK = 0xFFFFFFFF


def key(root: int, *parts: object) -> tuple[int, int]:
    """The two key words of a stream; `parts` are usually replicate, generation, stage.

    >>> key(0, 1, 2, "order") == key(0, 1, 2, "order")
    True
    >>> key(0, 1, 2, "order") == key(0, 2, 1, "order")
    False
    """
    text = repr((int(root), *parts)).encode()
    digest = hashlib.blake2b(text, digest_size=8).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")


def philox(counter: tuple[Any, Any, Any, Any], k0: Any, k1: Any) -> tuple[Any, Any, Any, Any]:
    """Ten rounds; all arguments are int64 arrays or tensors (or ints) below 2**32, broadcast.

    >>> [f"{int(w):08x}" for w in philox((np.int64(0),) * 4, 0, 0)]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    c0, c1, c2, c3 = counter
    with np.errstate(over="ignore"):
        for _ in range(10):
            p0, p1 = c0 * _M0, c2 * _M1
            c0, c1, c2, c3 = (
                ((p1 >> 32) & _MASK) ^ c1 ^ k0,
                p1 & _MASK,
                ((p0 >> 32) & _MASK) ^ c3 ^ k1,
                p0 & _MASK,
            )
            k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
    return c0, c1, c2, c3


def words(stream: tuple[int, int], step: int, count: int, row: int = 0) -> np.ndarray:
    """(count,) 32-bit words at (row, step) of a stream, as int64; more extend fewer."""
    blocks = np.arange(-(-count // 4), dtype=np.int64)
    zero = np.zeros_like(blocks)
    out = philox((blocks, zero + row, zero + step, zero), stream[0], stream[1])
    return np.stack(out, axis=1).reshape(-1)[:count]


def uniforms(stream: tuple[int, int], step: int, count: int, row: int = 0) -> np.ndarray:
    """(count,) doubles in (0, 1) with 53 random bits, never 0 or 1."""
    w = words(stream, step, 2 * count, row).reshape(count, 2)
    return to_unit(w[:, 0], w[:, 1])


def to_unit(high: Any, low: Any) -> Any:
    """Two 32-bit words as one double in (0, 1): the middle of one of 2**52 equal cells."""
    odd = ((high << 20) | (low >> 12)) * 2 + 1  # 52 bits and the middle of the cell
    if hasattr(odd, "double"):  # torch would make float32 of a whole number times a float
        odd = odd.double()
    return odd * 2.0**-53


def normals(stream: tuple[int, int], step: int, count: int) -> np.ndarray:
    """(count,) standard normals in double precision (Box-Muller)."""
    u = uniforms(stream, step, 2 * -(-count // 2)).reshape(-1, 2)
    radius, angle = np.sqrt(-2 * np.log(u[:, 0])), 2 * np.pi * u[:, 1]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).reshape(-1)[:count]


def permutation(stream: tuple[int, int], step: int, size: int) -> np.ndarray:
    """(size,) a uniformly random order of 0 ... size - 1."""
    return np.argsort(uniforms(stream, step, size), kind="stable")
