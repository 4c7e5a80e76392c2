"""One token against the rest, at scale: additive means and collapse times from one matrix.

In a fully synthetic chain of n draws a token's count is a binomial chain by itself, whatever the
other tokens are. One matrix of its transitions serves every additive functional, any number of
tokens and any start. The collapse time is additive, too: where (I - P) h = x/n between 0 and n and
h is 0 at both, E[T | counts c] is the sum of h(c_i), since the shares of all tokens sum to one.
The oracle is the ancestral dual, and for means the enumeration of all states.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import comb

import numpy as np
from flint import fmpq, fmpq_mat

from refutable.derivations.errors import DomainError

from .dual import check

__all__ = ["additive", "of_token", "remaining_time", "remaining_time_float", "time_from"]

UNIT = 2.0**-52


def remaining_time(n: int) -> list[fmpq]:
    """h(0), ..., h(n) in rationals.

    >>> remaining_time(2)
    [0, 1, 0]
    """
    _size(n)
    if n == 1:
        return [fmpq(0)] * 2
    inner = range(1, n)
    rows = [
        [
            (1 if x == y else 0) - fmpq(comb(n, y) * x**y * (n - x) ** (n - y), n**n)
            for y in inner
        ]
        for x in inner
    ]
    h = fmpq_mat(rows).solve(fmpq_mat(n - 1, 1, [fmpq(x, n) for x in inner]))
    return [fmpq(0), *(h[k, 0] for k in range(n - 1)), fmpq(0)]


def remaining_time_float(n: int) -> tuple[np.ndarray, float]:
    """h in float64, and a bound on every absolute error.

    I - P has a positive inverse whose rows sum to the mean times t until absorption, so a residual r
    moves h by at most max|r| max t; so does an error of the matrix, by its size times max h.
    """
    _size(n)
    h = np.zeros(n + 1)
    if n == 1:
        return h, 0.0
    left = np.eye(n - 1) - _matrix(n)[1:n, 1:n]
    share = np.arange(1, n) / n
    both = np.linalg.solve(left, np.stack([share, np.ones(n - 1)], axis=1))
    h[1:n] = both[:, 0]
    longest, largest = 1.01 * float(both[:, 1].max()), float(h.max())
    residual = float(np.abs(left @ both[:, 0] - share).max()) + 2 * n * UNIT * largest
    return h, longest * (residual + (4 * n + 8) * UNIT * largest)


def time_from(counts: Sequence[int], h: Sequence) -> object:
    """E[T | counts]: generations until one token has them all, from this start.

    >>> time_from([1, 1], remaining_time(2)), time_from([2, 0, 0], remaining_time(2))
    (2, 0)
    """
    if min(counts) < 0 or sum(counts) != len(h) - 1:
        raise DomainError(f"counts must be >= 0 and sum to {len(h) - 1} (got {list(counts)})")
    return sum((h[c] for c in counts[1:]), h[counts[0]])


def additive(
    f: Callable[[np.ndarray], np.ndarray], p: Sequence[fmpq], n: int, last: int
) -> np.ndarray:
    """E of the sum over tokens of f(share) at generations 1..last, for all of them one matrix.

    >>> additive(lambda x: x * x, [fmpq(1, 2)] * 2, 2, 2).tolist()
    [0.75, 0.875]
    """
    live, dead = check(p, n), sum(1 for x in p if not x)
    values = _values(f, n, last)
    kinds = Counter((int(x.p), int(x.q)) for x in live)
    first = np.sum([many * _binomial(n, a / b) for (a, b), many in kinds.items()], axis=0)
    return values @ first + dead * values[:, 0]


def of_token(f: Callable[[np.ndarray], np.ndarray], share: float, n: int, last: int) -> np.ndarray:
    """E f(share) of one token at generations 0..last, where its true share is `share`.

    >>> of_token(lambda x: (x == 0) * 1.0, 0.5, 2, 2).tolist()
    [0.0, 0.25, 0.375]
    """
    _size(n)
    if not 0 <= share <= 1:
        raise DomainError(f"a share is {share}, outside [0, 1]")
    now = np.asarray(f(np.array([share])), float)
    return np.concatenate([now, _values(f, n, last) @ _binomial(n, share)])


def _values(f: Callable[[np.ndarray], np.ndarray], n: int, last: int) -> np.ndarray:
    """E f(share after g generations) by g < last and by counts now, (last, n + 1)."""
    step, values = _matrix(n), np.empty((last, n + 1))
    here = np.asarray(f(np.arange(n + 1) / n), float)
    for g in range(last):
        values[g] = here
        here = step @ here
    return values


@lru_cache(maxsize=1)
def _matrix(n: int) -> np.ndarray:
    return np.array([_binomial(n, x / n) for x in range(n + 1)])


def _binomial(n: int, share: float) -> np.ndarray:
    """Probabilities from ratios, outward from the mode, normalised: no logarithms."""
    out = np.zeros(n + 1)
    if share in (0.0, 1.0):
        out[int(share) * n] = 1.0
        return out
    mode, k = min(int((n + 1) * share), n), np.arange(1.0, n + 1)
    ratio = (n - k + 1) * share / (k * (1 - share))
    out[mode:] = np.cumprod(np.concatenate([[1.0], ratio[mode:]]))
    out[: mode + 1] = np.cumprod(np.concatenate([[1.0], 1 / ratio[:mode][::-1]]))[::-1]
    return out / out.sum()


def _size(n: int) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise DomainError(f"n must be an integer >= 1 (got {n!r})")
