"""The law of the counts of independent draws: the only source of randomness of the exact engine.

Every probability that the enumeration uses comes out of `_multinomial` or `_kept`; a test that
wants to corrupt the engine replaces one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import comb

from flint import fmpq

from .vectors import IntVec

__all__ = ["outcomes"]


def _multinomial(n: int, q: IntVec) -> Iterator[tuple[tuple[int, ...], fmpq]]:
    """(counts, probability) of n independent draws from q, outcomes of probability zero left out.

    P(c) = n! / (c_1! ... c_s!) * q_1^c_1 ... q_s^c_s, written as a product of binomials.

    >>> [(c, str(w)) for c, w in _multinomial(2, (2, 1, 1))]
    [((2, 0), '1/4'), ((1, 1), '1/2'), ((0, 2), '1/4')]
    """
    den, nums = q[0] ** n, q[1:]
    last = max(i for i, x in enumerate(nums) if x)

    def rest(i: int, left: int, weight: int) -> Iterator[tuple[tuple[int, ...], int]]:
        if i == last:
            yield (left, *(0,) * (len(nums) - 1 - i)), weight * nums[i] ** left
            return
        for c in range(left, -1, -1) if nums[i] else (0,):
            for tail, w in rest(i + 1, left - c, weight * comb(left, c) * nums[i] ** c):
                yield (c, *tail), w

    for counts, weight in rest(0, n, 1):
        yield counts, fmpq(weight, den)


def _kept(n: int, chance: fmpq) -> Iterator[tuple[int, fmpq]]:
    """(kept, probability): how many of n data pass a filter that keeps each with this chance."""
    for z in range(n + 1):
        weight = comb(n, z) * chance**z * (1 - chance) ** (n - z)
        if weight:
            yield z, weight


def outcomes(n: int, q: IntVec) -> int:
    """How many outcomes `_multinomial(n, q)` has: the compositions of n over the positive classes.

    >>> outcomes(3, (2, 1, 1, 0))
    4
    """
    classes = sum(1 for x in q[1:] if x)
    return comb(n + classes - 1, classes - 1)
