"""Empirical distribution functions by ranks, compiled: errors integrated exactly.

For a continuous truth F the data are u = F(x), uniform on [0, 1], and the squared error of a step
function C that jumps at x_1 < x_2 < ... is the Cramer-von Mises integral

    integral of (C(u) - u)^2 du = sum over j of ((x_j - C_{j-1})^3 - (x_j - C_j)^3) / 3.

Order statistics of fresh data are partial sums of exponentials, so that nothing is sorted. A batch
from an empirical law is an urn (see `urn`) whose types are the data of the generation before.
`ranks_twin` does the same in NumPy, bit for bit.

Words of replicate r: purpose 0 indices, 1 how many data are real, 2 fresh data, 3 the first batch,
and from 2**31 on what replaces rejected words.
"""

# mypy: disable-error-code="assignment"

from __future__ import annotations

from fractions import Fraction

import numpy as np

from refutable.derivations.errors import DomainError, OutsideFragment

from . import ranks_twin
from .compiled import HAVE_NUMBA, jit
from .filtered import SIZES, kept_size, size_table
from .floats import log, uniform
from .philox import fill
from .urn import FEW, compare, count, indices

__all__ = ["mixed", "synthetic"]

#: Added to the generation where rejected indices of synthetic data are drawn again.
SYNTHETIC = 1 << 30
THIRD = 1.0 / 3.0


@jit
def _exponentials(words, half, out, m):  # type: ignore[no-untyped-def]
    for i in range(m):
        out[i] = -log(uniform(words[i], words[half + i]))


@jit
def _fresh(n, x, words, blocks, block, purpose, replicate, k0, k1):  # type: ignore[no-untyped-def]
    """Order statistics of n uniforms into x[:n]; x has n + 1 places."""
    fill(words, blocks, block, purpose, replicate, k0, k1)
    _exponentials(words, 2 * blocks, x, n + 1)
    total = 0.0
    for i in range(n + 1):
        total += x[i]
        x[i] = total
    for i in range(n):
        x[i] = x[i] / total


@jit
def _integral(x, border, k, n):  # type: ignore[no-untyped-def]
    """The squared error of the step function that reaches border[j] / n at x[j]."""
    inverse, before, total = 1.0 / n, 0.0, 0.0
    for j in range(k):
        now = border[j] * inverse
        a, b = x[j] - before, x[j] - now
        total += (now - before) * (a * a + a * b + b * b)
        before = now
    return total * THIRD


@jit
def _synthetic(n, last, replicates, k0, k1, out):  # type: ignore[no-untyped-def]
    blocks = 64 if n <= 512 else 16 * ((n + 127) // 128)
    together = (8 * blocks) // n
    fresh_blocks = 16 * ((n + 1 + 31) // 32)
    buffer = np.empty(4 * blocks, np.uint32)
    half = buffer.view(np.uint16)
    words = np.empty(4 * fresh_blocks, np.uint32)
    width = 32 * ((n + 31) // 32)
    index = np.full(width, 65535, np.uint16)
    border, small, drawn = np.empty(n, np.int64), np.empty(n, np.uint16), np.empty(n, np.uint16)
    x = np.empty(n + 1)
    for r in range(len(replicates)):
        replicate = replicates[r]
        _fresh(n, x, words, fresh_blocks, 0, 3, replicate, k0, k1)
        for j in range(n):
            border[j] = j + 1
        k, chunk = n, -1
        out[r, 0] = _integral(x, border, k, n)
        for t in range(2, last + 1):
            if k == 1:
                out[r, t - 1] = out[r, t - 2]
                continue
            if (t - 2) // together != chunk:
                chunk = (t - 2) // together
                fill(buffer, blocks, blocks * chunk, 0, replicate, k0, k1)
            begin = ((t - 2) % together) * n
            indices(half[begin : begin + n], n, n, index, t, replicate, k0, k1)
            if k <= FEW:
                for j in range(k):
                    small[j] = np.uint16(border[j])
                k, _ = compare(index, width, small, x, k, n)
                for j in range(k):
                    border[j] = small[j]
            else:
                k, _ = count(index, n, n, border, x, k, drawn)
            out[r, t - 1] = _integral(x, border, k, n)


@jit
def _merge(real, m, fake, n, share, z, take):  # type: ignore[no-untyped-def]
    """Both samples in one order into z; take: which are real. Returns the squared error.

    Both samples end with a sentinel above one.
    """
    one, other = share / m, (1.0 - share) / n
    i, j, before, total = 0, 0, 0.0, 0.0
    for p in range(m + n):
        a, b = real[i], fake[j]
        first = a <= b
        v = a if first else b
        z[p] = v
        take[p] = 1 if first else 0
        i += 1 if first else 0
        j += 0 if first else 1
        now = i * one + j * other
        c, d = v - before, v - now
        total += (now - before) * (c * c + c * d + d * d)
        before = now
    return total * THIRD


@jit
def _expand(z, take, size, real_times, fake_times, fake):  # type: ignore[no-untyped-def]
    """The drawn data in order into fake, which has four places more than data."""
    i, j, q = 0, 0, 0
    for p in range(size):
        times = np.int64(real_times[i] if take[p] else fake_times[j])
        i += np.int64(take[p])
        j += 1 - np.int64(take[p])
        fake[q] = z[p]
        fake[q + 1] = z[p]
        fake[q + 2] = z[p]
        for extra in range(3, times):
            fake[q + extra] = z[p]
        q += times


@jit
def _mixed(n, m, share, alone, last, size_t, size_a, replicates, k0, k1, out):  # type: ignore[no-untyped-def]
    blocks = 64 if n <= 512 else 16 * ((n + 127) // 128)
    together = (8 * blocks) // n
    most = max(m, n) + 1
    fresh_blocks = 16 * ((most + 31) // 32)
    buffer = np.empty(4 * blocks, np.uint32)
    half = buffer.view(np.uint16)
    words, sizes = np.empty(4 * fresh_blocks, np.uint32), np.empty(256, np.uint32)
    index = np.empty(n, np.uint16)
    real, fake = np.empty(m + 1), np.empty(n + 4)
    z, take = np.empty(m + n), np.empty(m + n, np.uint8)
    real_times, fake_times = np.empty(m + 1, np.uint16), np.empty(n + 1, np.uint16)
    for r in range(len(replicates)):
        replicate = replicates[r]
        low = np.uint32(replicate)
        high = np.uint32(np.uint64(replicate) >> np.uint64(32))
        chunk, size_chunk = -1, -1
        for t in range(1, last + 1):
            if t == 1:
                _fresh(n, fake, words, fresh_blocks, 0, 3, replicate, k0, k1)
            else:
                if (t - 2) // SIZES != size_chunk:
                    size_chunk = (t - 2) // SIZES
                    fill(sizes, 64, 64 * size_chunk, 1, replicate, k0, k1)
                if (t - 2) // together != chunk:
                    chunk = (t - 2) // together
                    fill(buffer, blocks, blocks * chunk, 0, replicate, k0, k1)
                p, begin = 3 * ((t - 2) % SIZES), ((t - 2) % together) * n
                from_real = kept_size(sizes, p, n, size_t, size_a, t, low, high, k0, k1)
                if alone and t == 2:
                    from_real = np.int64(n)  # the first model has no other data
                for i in range(m + 1):
                    real_times[i] = 0
                for i in range(n + 1):
                    fake_times[i] = 0
                indices(half[begin : begin + from_real], m, from_real, index, t, replicate, k0, k1)
                for i in range(from_real):
                    real_times[index[i]] += np.uint16(1)
                rest = n - from_real
                indices(half[begin + from_real : begin + n], n, rest, index, t + SYNTHETIC,
                        replicate, k0, k1)  # fmt: skip
                for i in range(rest):
                    fake_times[index[i]] += np.uint16(1)
                _expand(z, take, m + n, real_times, fake_times, fake)
            _fresh(m, real, words, fresh_blocks, fresh_blocks * (t - 1), 2, replicate, k0, k1)
            real[m] = 2.0
            fake[n] = 2.0
            weight = 1.0 if alone and t == 1 else share
            out[r, t - 1] = _merge(real, m, fake, n, weight, z, take)


def synthetic(n: int, last: int, replicates: np.ndarray, key: tuple[int, int]) -> np.ndarray:
    """Squared errors of generations 1..last, (replicates, last); each is n data of the one before.

    Raises OutsideFragment for n outside 1..65535 or last below 1.

    >>> out = synthetic(3, 2, np.arange(4, dtype=np.uint64), (0, 0))
    >>> out.shape, bool((out > 0).all())
    ((4, 2), True)
    """
    _check(n, last)
    replicates = np.ascontiguousarray(replicates, np.uint64)
    if not HAVE_NUMBA:
        return ranks_twin.synthetic(n, last, replicates, key)
    out = np.empty((len(replicates), last))
    k0, k1 = (np.uint32(k & 0xFFFFFFFF) for k in key)
    _synthetic(n, last, replicates, k0, k1, out)
    return out


def mixed(
    n: int,
    m: int,
    share: Fraction,
    last: int,
    replicates: np.ndarray,
    key: tuple[int, int],
    alone: bool = False,
) -> np.ndarray:
    """Squared errors of generations 1..last where a model is the mixture, with weight `share` on
    the first, of the empirical laws of m fresh real data and of n data from the model before.

    alone: the first model is that of its m real data, without the others.
    Raises as `synthetic`, for m too, and DomainError for a share outside [0, 1].
    """
    _check(n, last)
    _check(m, last, "m")
    if not 0 <= share <= 1:
        raise DomainError(f"the weight of real data is {share}, outside [0, 1]")
    replicates = np.ascontiguousarray(replicates, np.uint64)
    table = size_table(n, Fraction(share), False)
    if not HAVE_NUMBA:
        return ranks_twin.mixed(n, m, float(share), last, table, replicates, key, alone)
    out = np.empty((len(replicates), last))
    k0, k1 = (np.uint32(k & 0xFFFFFFFF) for k in key)
    _mixed(n, m, float(share), alone, last, *table, replicates, k0, k1, out)
    return out


def _check(n: int, last: int, name: str = "n") -> None:
    if not 1 <= n <= 65535:
        raise OutsideFragment(f"{name} is {n}; this kernel takes 1 to 65535", part=name)
    if last < 1:
        raise OutsideFragment(f"generation {last}; the first one is 1", part="generation")
