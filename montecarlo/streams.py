"""Random streams keyed by what is computed, never by who computes it.

A stream is one Philox4x64 counter sequence. Its 128-bit key is a hash of the root seed and a
text (a claim id, a quantity); its counter starts at (0, slot, generation, shard). Two streams
with different coordinates never overlap, so results are the same for any number of workers.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from refutable.derivations.errors import DomainError

__all__ = ["generator", "stream_key"]

_WORD = 1 << 64


def stream_key(seed: int, key: str) -> tuple[int, int]:
    """The two 64-bit words of the Philox key of (root seed, text).

    Raises DomainError unless 0 <= seed < 2**64.

    >>> stream_key(0, "a") == stream_key(0, "a") != stream_key(1, "a")
    True
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < _WORD:
        raise DomainError(f"the root seed must be an integer in [0, 2**64) (got {seed!r})")
    text = b"refutable.montecarlo/1\0" + seed.to_bytes(8, "little") + key.encode()
    digest = blake2b(text, digest_size=16).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")


def generator(
    key: tuple[int, int], shard: int, generation: int = 0, slot: int = 0
) -> np.random.Generator:
    """The generator of one shard, generation and slot (the batch's place in its fit).

    >>> int(generator((1, 2), 0).integers(10**6)) == int(generator((1, 2), 0).integers(10**6))
    True
    """
    for name, x in (("shard", shard), ("generation", generation), ("slot", slot)):
        if not 0 <= x < _WORD:
            raise DomainError(f"{name} must be in [0, 2**64) (got {x!r})")
    return np.random.Generator(
        np.random.Philox(key=list(key), counter=[0, slot, generation, shard])
    )
