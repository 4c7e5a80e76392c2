"""Philox4x32-10 against the known answers of its authors' library, Random123 (kat_vectors)."""

from __future__ import annotations

import numpy as np
import pytest

from refutable.montecarlo.compiled import HAVE_NUMBA
from refutable.montecarlo.philox import fill, words
from refutable.montecarlo.streams import generator

ONES = 0xFFFFFFFF
#: (counter, key) -> four words
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


compiles = pytest.mark.skipif(not HAVE_NUMBA, reason="needs the extra refutable[fast]")


def compiled(blocks, first, purpose, replicate, key):
    out = np.zeros(4 * blocks, np.uint32)
    fill(out, blocks, first, purpose, np.uint64(replicate), *(np.uint32(k) for k in key))
    return out


@pytest.mark.parametrize(("counter", "key", "want"), KNOWN)
def test_known_answers(counter, key, want):
    c0, c1, c2, c3 = counter
    replicate = c2 + (c3 << 32)
    assert words(1, c0, c1, np.array([replicate], np.uint64), key)[0].tolist() == list(want)
    if HAVE_NUMBA:
        assert compiled(1, c0, c1, replicate, key).tolist() == list(want)


@compiles
@pytest.mark.parametrize("blocks", [1, 7, 16, 64])
def test_twins_agree(blocks):
    reps = np.array([0, 5, 2**40 + 3], np.uint64)
    twin = words(blocks, 11, 2, reps, (7, 8))
    for row, rep in zip(twin, reps, strict=True):
        assert np.array_equal(row, compiled(blocks, 11, 2, rep, (7, 8)))


def test_numpy_philox_keeps_its_bits():
    """The plain sampler's streams: Philox4x64-10 as NumPy has it, by the same authors' vectors."""
    # NumPy increments before it draws; counter 2**256 - 1 is followed by 0.
    bits = np.random.Philox(counter=[2**64 - 1] * 4, key=[0, 0])
    want = [0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B]
    assert [int(x) for x in bits.random_raw(4)] == want


def test_streams_do_not_share_numbers():
    seen = set()
    for shard in range(3):
        for generation in range(3):
            for slot in range(3):
                g = generator((1, 2), shard, generation, slot)
                seen |= set(g.integers(2**63, size=50).tolist())
    assert len(seen) == 27 * 50
