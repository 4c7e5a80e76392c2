"""Fully synthetic chains whose data are kept by chance, compiled: integers only.

Of n draws from the latest model each is kept with probability q, independently, so that a
generation is N ~ Binomial(n, q) draws from an urn of the N' balls that were kept before. Where none
is kept, the batch is drawn again until one is (N given N >= 1), or the old model stays. The urn is
that of `urn`, N comes from an alias table; `filtered_twin` does the same in NumPy, bit by bit.

Words of replicate r: purpose 0 the urn, 1 the sizes, 2 the first generation, and from 2**31 on what
replaces rejected words, by generation.
"""

# mypy: disable-error-code="assignment"

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from refutable.derivations.errors import DomainError, OutsideFragment

from . import filtered_twin
from .alias import FULL, binomial, float_table, table
from .compiled import HAVE_NUMBA, jit
from .philox import fill
from .urn import FEW, REJECTED, again, compare, count, first_counts, indices

__all__ = ["SIZES", "kept_size", "norms", "size_table"]

#: Sizes (three words each) in a chunk of 64 blocks.
SIZES = 85
#: The slot of a size among rejected words: no index has it.
SIZE_SLOT = 1 << 17
_32 = np.uint64(32)


@jit
def kept_size(words, p, n, threshold, alias, t, low, high, k0, k1):  # type: ignore[no-untyped-def]
    """How many of n data are kept, from three words."""
    m = np.uint64(words[p]) * np.uint64(n + 1)
    j = m >> _32
    if np.uint32(m) < np.uint32((1 << 32) % (n + 1)):
        j = again(
            n + 1, np.uint32(REJECTED + np.uint32(t)), np.uint32(SIZE_SLOT), low, high, k0, k1
        )
    u = (np.uint64(words[p + 1]) << _32) | np.uint64(words[p + 2])
    return np.int64(j) if u < threshold[j] else np.int64(alias[j])


@jit
def _chains(n, s, last, filter_first, law_t, law_a, size_t, size_a, replicates, k0, k1, out):  # type: ignore[no-untyped-def]
    """Squared norms of all replicates into out (replicates, last)."""
    blocks = 64 if n <= 512 else 16 * ((n + 127) // 128)
    together = (8 * blocks) // n
    buffer = np.empty(4 * blocks, np.uint32)
    half = buffer.view(np.uint16)
    sizes = np.empty(256, np.uint32)
    start = np.empty(64 * ((3 * n + 63) // 64), np.uint32)
    index = np.empty(32 * ((n + 31) // 32), np.uint16)
    border, small = np.empty(s, np.int64), np.empty(s, np.uint16)
    counts, drawn = np.empty(s, np.int64), np.empty(n, np.uint16)
    label = np.zeros(s)
    for r in range(len(replicates)):
        replicate = replicates[r]
        low, high = np.uint32(replicate), np.uint32(np.uint64(replicate) >> _32)
        chunk, size_chunk, k, balls, square = -1, -1, 0, 0, 0
        for t in range(1, last + 1):
            kept = n
            if t > 1 or filter_first:
                if (t - 1) // SIZES != size_chunk:
                    size_chunk = (t - 1) // SIZES
                    fill(sizes, 64, 64 * size_chunk, 1, replicate, k0, k1)
                kept = kept_size(sizes, 3 * ((t - 1) % SIZES), n, size_t, size_a, t, low, high, k0, k1)
            if kept == 0 and t > 1:
                out[r, t - 1] = out[r, t - 2]
                continue
            if t == 1:
                first_counts(
                    kept, s, law_t, law_a, start, 16 * ((3 * kept + 63) // 64), counts, replicate,
                    k0, k1,
                )
                below = 0
                for j in range(s):
                    c = counts[j]
                    if c:
                        below += c
                        border[k] = below
                        k += 1
                        square += c * c
            else:
                if (t - 2) // together != chunk:
                    chunk = (t - 2) // together
                    fill(buffer, blocks, blocks * chunk, 0, replicate, k0, k1)
                begin = ((t - 2) % together) * n
                indices(half[begin : begin + n], balls, kept, index, t, replicate, k0, k1)
                if k <= FEW:
                    width = 32 * ((kept + 31) // 32)
                    for i in range(kept, width):
                        index[i] = 65535
                    for j in range(k):
                        small[j] = np.uint16(border[j])
                    k, square = compare(index, width, small, label, k, kept)
                    for j in range(k):
                        border[j] = small[j]
                else:
                    k, square = count(index, balls, kept, border, label, k, drawn)
            balls = kept
            out[r, t - 1] = np.float64(square) / (np.float64(balls) * np.float64(balls))
            if k == 1:
                out[r, t:last] = 1.0
                break


def norms(
    law: Sequence[Fraction],
    n: int,
    keep: Fraction,
    last: int,
    replicates: np.ndarray,
    key: tuple[int, int],
    empty: str = "redraw",
    filter_first: bool = False,
) -> np.ndarray:
    """Squared norms of the models of generations 1..last, (replicates, last).

    keep: chance of keeping a datum.  empty: "redraw" batches of which nothing is kept, or "keep"
    the old model.  filter_first: whether the first batch, drawn from the truth, is filtered too.
    Raises DomainError for a chance outside [0, 1], for a law that does not sum to one, where a
    batch can never be kept, and for filter_first with "keep" (there is no old model); and
    OutsideFragment for n or a number of classes above 65535.

    >>> half = [Fraction(1, 2)] * 2
    >>> norms(half, 1, Fraction(1, 2), 3, np.arange(2, dtype=np.uint64), (0, 0)).tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    """
    for name, x in (("n", n), ("the number of classes", len(law))):
        if not 1 <= x <= 65535:
            raise OutsideFragment(f"{name} is {x}; this kernel takes 1 to 65535", part=name)
    if last < 1:
        raise OutsideFragment(f"generation {last}; the first one is 1", part="generation")
    if min(law) < 0 or sum(law) != 1:
        raise DomainError(f"the probabilities sum to {sum(law)}; they must be >= 0 and sum to 1")
    if not 0 <= keep <= 1:
        raise DomainError(f"the chance of keeping is {keep}, outside [0, 1]")
    if empty not in ("redraw", "keep"):
        raise DomainError(f"empty must be 'redraw' or 'keep' (got {empty!r})")
    if keep == 0 and (empty == "redraw" or filter_first):
        raise DomainError("a filter that keeps nothing, ever")
    if filter_first and empty == "keep":
        raise DomainError("nothing kept of the first batch leaves no model to stay with")
    replicates = np.ascontiguousarray(replicates, np.uint64)
    sizes = size_table(n, keep, empty == "redraw")
    if not HAVE_NUMBA:
        return filtered_twin.norms(n, last, filter_first, table(law), sizes, replicates, key)
    out = np.empty((len(replicates), last))
    k0, k1 = (np.uint32(k & 0xFFFFFFFF) for k in key)
    _chains(n, len(law), last, filter_first, *table(law), *sizes, replicates, k0, k1, out)
    return out


def size_table(n: int, keep: Fraction, positive: bool) -> tuple[np.ndarray, np.ndarray]:
    """Alias table of Binomial(n, keep), given that it is positive where asked for."""
    pmf = np.zeros(n + 1)
    if keep in (0, 1):
        pmf[n * int(keep)] = 1.0
    else:
        pmf = binomial(n, keep)
    if positive:
        pmf[0] = 0.0
        pmf /= np.sum(pmf)
    threshold, alias = np.full(n + 1, FULL, np.uint64), np.arange(n + 1, dtype=np.uint16)
    float_table(pmf, threshold, alias)
    return threshold, alias
