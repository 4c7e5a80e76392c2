"""Fully synthetic chains, compiled: relative frequencies refitted to n draws of themselves.

A generation is n draws with replacement from an urn of n balls: integers only. A 16-bit index
(Lemire's multiply and reject, ACM TOMACS 29, 2019) names a ball; balls lie sorted by type, so
that the number of indices below each border between types is the next state. With many types
draws per ball are counted, with few the borders are compared (in SIMD lanes), with two types the
next state is one draw from an alias table. `urn_twin` does the same in NumPy, bit for bit.

Words of replicate r: purpose 0 the urn, 1 two types, 2 the first generation, and from 2**31 on
what replaces rejected words, by generation.
"""

# mypy: disable-error-code="assignment"

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from refutable.derivations.errors import OutsideFragment

from . import urn_twin
from .alias import pair_tables, table
from .compiled import HAVE_NUMBA, inline, jit
from .philox import fill, philox

__all__ = ["FEW", "absorbed", "again", "compare", "count", "first_counts", "indices", "squares"]

#: Up to this many types, borders are compared instead of balls counted.
FEW = 28
#: Draws of two types (three words each) in a chunk of 64 blocks.
PAIRS = 85
REJECTED = np.uint32(1 << 31)
_32 = np.uint64(32)
_16 = np.uint32(16)


@inline
def again(bound, attempt_tag, slot, low, high, k0, k1):  # type: ignore[no-untyped-def]
    """An index below `bound` (at most 2**16) from words of its own: attempts 0, 1, ..."""
    limit = np.uint32((1 << 32) % bound)
    attempt = np.uint32(0)
    while True:
        a, _, _, _ = philox(
            np.uint32((slot << np.uint32(8)) + attempt), attempt_tag, low, high, k0, k1
        )
        m = np.uint64(a) * np.uint64(bound)
        if np.uint32(m) >= limit:
            return m >> _32
        attempt = np.uint32(attempt + np.uint32(1))


@jit
def first_counts(n, s, threshold, alias, buffer, blocks, counts, replicate, k0, k1):  # type: ignore[no-untyped-def]
    """Counts of n draws from the truth's alias table."""
    fill(buffer, blocks, 0, 2, replicate, k0, k1)
    low, high = np.uint32(replicate), np.uint32(np.uint64(replicate) >> _32)
    limit = np.uint32((1 << 32) % s)
    counts[:s] = 0
    for i in range(n):
        m = np.uint64(buffer[i]) * np.uint64(s)
        j = m >> _32
        if np.uint32(m) < limit:
            j = again(s, REJECTED, np.uint32(i), low, high, k0, k1)
        u = (np.uint64(buffer[n + i]) << _32) | np.uint64(buffer[2 * n + i])
        counts[j if u < threshold[j] else alias[j]] += 1


@jit
def indices(half, n, draws, out, t, replicate, k0, k1):  # type: ignore[no-untyped-def]
    """Indices below n from 16-bit words, one per draw; rejected ones are drawn again."""
    limit = np.uint16((1 << 16) % n)
    rejected = np.uint16(0)
    for i in range(draws):
        m = np.uint32(half[i]) * np.uint32(n)
        out[i] = np.uint16(m >> _16)
        rejected = np.uint16(rejected + np.uint16(np.uint16(m) < limit))
    if rejected:
        low, high = np.uint32(replicate), np.uint32(np.uint64(replicate) >> _32)
        for i in range(draws):
            if np.uint16(np.uint32(half[i]) * np.uint32(n)) < limit:
                out[i] = again(
                    n, np.uint32(REJECTED + np.uint32(t)), np.uint32(i), low, high, k0, k1
                )


@jit
def compare(index, width, border, label, k, draws):  # type: ignore[no-untyped-def]
    """New borders by counting indices below each old one; returns (types, sum of squares).

    index: width entries, 65535 after the draws.  label: of each type; dead ones are left out.
    """
    view = index[:width]
    types, squares, before = 0, 0, 0
    for j in range(k):
        if j == k - 1:
            below = draws
        else:
            t = border[j]
            a = np.uint16(0)
            for i in range(width):
                a = np.uint16(a + np.uint16(view[i] < t))
            below = np.int64(a)
        if below > before:
            border[types] = below
            label[types] = label[j]
            types += 1
            squares += (below - before) * (below - before)
            before = below
    return types, squares


@jit
def count(index, n, draws, border, label, k, times):  # type: ignore[no-untyped-def]
    """New borders by counting how often each ball was drawn; returns (types, sum of squares)."""
    for i in range(n):
        times[i] = 0
    for i in range(draws):
        times[index[i]] += np.uint16(1)
    below = np.uint16(0)
    for i in range(n):
        below = np.uint16(below + times[i])
        times[i] = below
    types, squares, before = 0, 0, 0
    for j in range(k):
        now = np.int64(times[border[j] - 1])
        if now > before:
            border[types] = now
            label[types] = label[j]
            types += 1
            squares += (now - before) * (now - before)
            before = now
    return types, squares


@jit
def _chains(n, s, last, threshold, alias, pair_t, pair_a, replicates, k0, k1, out, times):  # type: ignore[no-untyped-def]
    """All replicates: sums of squared counts into out[:, t] (where it has rows), the first
    generation with one type into times (0: none up to `last`)."""
    tabled = pair_t.shape[0] == n + 1
    blocks = 64 if n <= 512 else 16 * ((n + 127) // 128)
    together = (8 * blocks) // n
    first_blocks = 16 * ((3 * n + 63) // 64)
    width = 32 * ((n + 31) // 32)
    buffer = np.empty(4 * blocks, np.uint32)
    half = buffer.view(np.uint16)
    pairs = np.empty(256, np.uint32)
    start = np.empty(4 * first_blocks, np.uint32)
    index = np.full(width, 65535, np.uint16)
    border, small = np.empty(s, np.int64), np.empty(s, np.uint16)
    counts, drawn = np.empty(s, np.int64), np.empty(n, np.uint16)
    label = np.zeros(s)  # nobody asks which types live
    keep = out.shape[0] > 0
    for r in range(len(replicates)):
        replicate = replicates[r]
        low, high = np.uint32(replicate), np.uint32(np.uint64(replicate) >> _32)
        first_counts(n, s, threshold, alias, start, first_blocks, counts, replicate, k0, k1)
        k, square, below = 0, 0, 0
        for j in range(s):
            c = np.int64(counts[j])
            if c:
                below += c
                border[k] = below
                k += 1
                square += c * c
        times[r] = 0
        chunk, pair_chunk = -1, -1
        t = 1
        while True:
            if keep:
                out[r, t - 1] = square
            if k == 1:
                times[r] = t
                if keep:
                    out[r, t:last] = square
                break
            if t == last:
                break
            t += 1
            if k == 2 and tabled:
                if (t - 2) // PAIRS != pair_chunk:
                    pair_chunk = (t - 2) // PAIRS
                    fill(pairs, 64, 64 * pair_chunk, 1, replicate, k0, k1)
                p = 3 * ((t - 2) % PAIRS)
                m = np.uint64(pairs[p]) * np.uint64(n + 1)
                j = m >> _32
                if np.uint32(m) < np.uint32((1 << 32) % (n + 1)):
                    j = again(
                        n + 1, np.uint32(REJECTED + np.uint32(t)), np.uint32(0), low, high, k0, k1
                    )
                u = (np.uint64(pairs[p + 1]) << _32) | np.uint64(pairs[p + 2])
                x = border[0]
                y = np.int64(j) if u < pair_t[x, j] else np.int64(pair_a[x, j])
                square = y * y + (n - y) * (n - y)
                border[0] = y
                if y == 0 or y == n:
                    k = 1
                continue
            if (t - 2) // together != chunk:
                chunk = (t - 2) // together
                fill(buffer, blocks, blocks * chunk, 0, replicate, k0, k1)
            begin = ((t - 2) % together) * n
            indices(half[begin : begin + n], n, n, index, t, replicate, k0, k1)
            if k <= FEW:
                for j in range(k):
                    small[j] = np.uint16(border[j])
                k, square = compare(index, width, small, label, k, n)
                for j in range(k):
                    border[j] = small[j]
            else:
                k, square = count(index, n, n, border, label, k, drawn)


def squares(
    law: Sequence[Fraction], n: int, last: int, replicates: np.ndarray, key: tuple[int, int]
) -> np.ndarray:
    """Sums of squared counts at generations 1..last, int64 (replicates, last).

    Divided by n**2 they are the squared norms of the models. Without numba the NumPy twin runs.
    Raises OutsideFragment for n or a number of classes above 65535.

    >>> half = [Fraction(1, 2)] * 2
    >>> squares(half, 1, 3, np.arange(2, dtype=np.uint64), (0, 0)).tolist()
    [[1, 1, 1], [1, 1, 1]]
    """
    return _run(law, n, last, replicates, key, True)[0]


def absorbed(
    law: Sequence[Fraction], n: int, last: int, replicates: np.ndarray, key: tuple[int, int]
) -> np.ndarray:
    """The first generation with a single type, int64 (replicates,); 0 where it is after `last`."""
    return _run(law, n, last, replicates, key, False)[1]


def _run(law, n, last, replicates, key, keep):  # type: ignore[no-untyped-def]
    for name, x in (("n", n), ("the number of classes", len(law))):
        if not 1 <= x <= 65535:
            raise OutsideFragment(f"{name} is {x}; this kernel takes 1 to 65535", part=name)
    if last < 1:
        raise OutsideFragment(f"generation {last}; the first one is 1", part="generation")
    replicates = np.ascontiguousarray(replicates, np.uint64)
    threshold, alias = table(law)
    tables = pair_tables(n)
    if not HAVE_NUMBA:
        return urn_twin.chains(n, last, (threshold, alias), tables, replicates, key, keep)
    out = np.zeros((len(replicates) if keep else 0, last), np.int64)
    times = np.zeros(len(replicates), np.int64)
    k0, k1 = (np.uint32(k & 0xFFFFFFFF) for k in key)
    _chains(n, len(law), last, threshold, alias, *tables, replicates, k0, k1, out, times)
    return out, times
