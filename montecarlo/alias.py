"""Walker's alias method with integer thresholds: a table draw without floating point.

A draw takes a uniform column j and a uniform 64-bit word u: j if u < threshold[j], else alias[j].
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np

__all__ = ["binomial", "binomial_tables", "float_table", "pair_tables", "table"]

#: Up to this size there are tables for two types.
TABLED = 1024

FULL = (1 << 64) - 1


def table(law: Sequence[Fraction]) -> tuple[np.ndarray, np.ndarray]:
    """(thresholds uint64, aliases uint16) of an exact law; each chance is off by less than 2**-63.

    A class of probability zero is never drawn.

    >>> thresholds, aliases = table([Fraction(3, 4), Fraction(1, 4)])
    >>> int(thresholds[1]) == 1 << 63, int(aliases[1])
    (True, 0)
    """
    s = len(law)
    mass = [p * s for p in law]
    threshold, alias = np.full(s, FULL, np.uint64), np.arange(s, dtype=np.uint16)
    small = [j for j, x in enumerate(mass) if x < 1]
    large = [j for j, x in enumerate(mass) if x >= 1]
    while small and large:
        j, k = small.pop(), large[-1]
        threshold[j] = min(int(mass[j] * (FULL + 1)), FULL)
        alias[j] = k
        mass[k] -= 1 - mass[j]
        if mass[k] < 1:
            small.append(large.pop())
    return threshold, alias


def binomial_tables(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Tables (n + 1, n + 1) of Binomial(n, x/n) for x = 0..n: rows are x.

    Probabilities come from ratios, outward from the mode, and are normalised: their relative
    error is a few times n * 2**-53, and only the four operations are used, so that the bits are
    the same on every machine.
    """
    pmf = np.zeros((n + 1, n + 1))
    for x in range(1, n):
        pmf[x] = binomial(n, Fraction(x, n))
    pmf[0, 0] = pmf[n, n] = 1.0
    threshold = np.full((n + 1, n + 1), FULL, np.uint64)
    alias = np.tile(np.arange(n + 1, dtype=np.uint16), (n + 1, 1))
    for x in range(n + 1):
        float_table(pmf[x], threshold[x], alias[x])
    return threshold, alias


def binomial(n: int, share: Fraction) -> np.ndarray:
    """The probabilities of Binomial(n, share), 0 < share < 1, from ratios outward from the mode.

    Far tails underflow to zero; the rest has a relative error of a few times n * 2**-53.
    """
    a, b = float(share.numerator), float(share.denominator - share.numerator)
    mode = min(int(n * share + share), n)
    k = np.arange(1.0, n + 1)
    ratio = (n - k + 1) * a / (k * b)  # of the probabilities of k and k - 1
    out = np.zeros(n + 1)
    out[mode:] = np.cumprod(np.concatenate([[1.0], ratio[mode:]]))
    out[: mode + 1] = np.cumprod(np.concatenate([[1.0], 1 / ratio[:mode][::-1]]))[::-1]
    return out / np.sum(out)


def float_table(pmf: np.ndarray, threshold: np.ndarray, alias: np.ndarray) -> None:
    """Fill the table of a law in floating point; a class of probability zero is never drawn."""
    mass = (pmf * len(pmf)).tolist()
    small = [j for j, x in enumerate(mass) if x < 1]
    large = [j for j, x in enumerate(mass) if x >= 1]
    while small and large:
        j, k = small.pop(), large[-1]
        threshold[j] = min(int(mass[j] * 2.0**64), FULL)
        alias[j] = k
        mass[k] -= 1 - mass[j]
        if mass[k] < 1:
            small.append(large.pop())
    for j in small:  # rounding left these a little below one, or they are impossible
        if pmf[j] == 0:
            threshold[j], alias[j] = 0, int(np.argmax(pmf))


@lru_cache(maxsize=4)
def pair_tables(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Alias tables of two types; empty where n is too large for them."""
    if n > TABLED:
        return np.zeros((0, 0), np.uint64), np.zeros((0, 0), np.uint16)
    return binomial_tables(n)
