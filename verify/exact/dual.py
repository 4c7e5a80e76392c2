r"""The fully synthetic chain read backwards: how many ancestors do the samples have?

Each of the n samples of a generation is a copy of a uniformly chosen sample of the generation
before; the samples of generation 1 are drawn from p. Followed back in time, the ancestors of the n
samples of generation m are an occupancy chain: from j ancestors, throw j balls into n boxes, and
the boxes hit are the ancestors one generation earlier. With A_0 = n and A_r their number after r
steps,

    P(model m is a point mass) = P(T <= m) = E sum_i p_i^A,   A = A_{m-1},

because model m is a point mass exactly when all A_{m-1} ancestors among the samples of generation 1
got the same token. Summing P(T > m) over m gives E[T] = 1 + v_n with

    v_j (1 - occ(j, j)) = (1 - sum_i p_i^j) + sum_{k<j} occ(j, k) v_k.

All terms are nonnegative, so no ring loses digits by cancellation, and only one row of occ is
needed at a time: O(n^2) operations for any number of tokens. Its oracle is the absorbing solve of
`hitting`. Here T counts generations: the first fit is generation 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import flint
import numpy as np
import sympy as sp
from flint import arb, fmpq

from refutable.derivations.process import Draw, Model, Pool, Process

__all__ = [
    "collapse_time",
    "collapse_time_ball",
    "collapse_time_float",
    "collapsed_by",
    "fully_synthetic",
    "occupancy",
]


def fully_synthetic(process: Process) -> bool:
    """Whether this is exactly the chain above: one batch, drawn from the latest model, no more."""
    fit = process.step
    return (
        process.first is None
        and isinstance(fit, Pool)
        and len(fit.batches) == 1
        and isinstance(b := fit.batches[0], Draw)
        and b.source == Model(1)
        and b.keep is None
        and process.index not in sp.sympify(b.size).free_symbols
    )


def occupancy(n: int) -> Iterator[list[int]]:
    """Rows j = 1..n of n^j * P(j balls in n boxes hit exactly k boxes), k = 0..j, as integers.

    >>> list(occupancy(2))
    [[0, 2], [0, 2, 2]]
    """
    row = [0, n]
    for _ in range(n):
        yield row
        size = len(row)
        row = [
            0,
            *(row[k] * k + row[k - 1] * (n - k + 1) for k in range(1, size)),
            row[-1] * (n - size + 1),
        ]


def _check(p: Sequence[fmpq], n: int) -> list[fmpq]:
    if n < 1 or sum(p, fmpq(0)) != 1 or min(p) < 0:
        raise ValueError(f"a probability vector and n >= 1 are needed (got {p}, {n})")
    return [x for x in p if x]


def collapse_time(p: Sequence[fmpq], n: int) -> fmpq:
    """E[T] as an exact rational; n = 50 takes hundredths of a second, n = 200 seconds.

    >>> str(collapse_time([fmpq(1, 2), fmpq(1, 2)], 2))
    '2'
    """
    p = _check(p, n)
    times: list[fmpq] = [fmpq(0)]
    powers = list(p)
    for j, row in enumerate(occupancy(n), start=1):
        total = fmpq(n) ** j
        gain = (1 - sum(powers, fmpq(0))) * total
        for k in range(1, j):
            gain += row[k] * times[k]
        times.append(gain / (total - row[j]) if j > 1 else fmpq(0))
        powers = [x * y for x, y in zip(powers, p, strict=True)]
    return 1 + times[n]


def collapsed_by(p: Sequence[fmpq], n: int, m: int) -> list[fmpq]:
    """P(T <= g) for the generations g = 0, ..., m, as exact rationals.

    >>> [str(x) for x in collapsed_by([fmpq(1, 2), fmpq(1, 2)], 2, 3)]
    ['0', '1/2', '3/4', '7/8']
    """
    p = _check(p, n)
    rows = list(occupancy(n))
    same = [sum((x**j for x in p), fmpq(0)) for j in range(n + 1)]
    ancestors = {n: fmpq(1)}
    out = [fmpq(0)]
    for _ in range(m):
        out.append(sum((w * same[j] for j, w in ancestors.items()), fmpq(0)))
        fewer: dict[int, fmpq] = {}
        for j, w in ancestors.items():
            share = w / fmpq(n) ** j
            for k in range(1, j + 1):
                if rows[j - 1][k]:
                    fewer[k] = fewer.get(k, fmpq(0)) + share * rows[j - 1][k]
        ancestors = fewer
    return out


def collapse_time_ball(p: Sequence[fmpq], n: int, bits: int = 128) -> arb:
    """E[T] as an Arb ball that contains it; n = 2000 takes seconds.

    1 - occ(j, j) is formed from the product of 1 - i/n, i < j, once per row: the update
    d <- d + (1 - d) w would let the radius grow exponentially.
    """
    p = _check(p, n)
    with flint.ctx.workprec(bits):
        up = [arb(k) / n for k in range(n + 2)]
        times = [arb(0), arb(0)]
        balls = [arb(x) for x in p]
        powers = list(balls)
        row = [arb(0), arb(1)]
        for _ in range(2, n + 1):
            size = len(row)
            new = [row[k] * up[k] + row[k - 1] * up[n - k + 1] for k in range(1, size)]
            row = [row[0], *new, row[-1] * up[n - size + 1]]
            powers = [x * y for x, y in zip(powers, balls, strict=True)]
            gain = 1 - sum(powers, arb(0))
            for w, v in zip(row[1:size], times[1:], strict=True):
                gain += w * v
            times.append(gain / (1 - row[-1]))
        return 1 + times[n]


def collapse_time_float(p: Sequence[fmpq], n: int) -> tuple[float, float]:
    """E[T] in float64, and a bound on its absolute error.

    Every operation is on nonnegative numbers, so relative errors add up: a row of occ has at most
    3j roundings per entry, 1 - occ(j, j) at most 4j + 3, the sum at most j, and v_j inherits the
    error of v_{j-1}; together less than 4 n^2 + 12 n + s units of 2^-53. The true error is much
    smaller (about n units).
    """
    p = _check(p, n)
    unit, size = 2.0**-53, n + 2
    up = np.arange(size) / n
    times = np.zeros(size)
    mass, rest = (np.array([float(x.p) / float(x.q) for x in v]) for v in (p, [1 - x for x in p]))
    power, spread = mass.copy(), rest.copy()  # p^(j-1) and 1 - p^(j-1), for j = 2
    row = np.zeros(size)
    row[1] = 1.0
    missing = 0.0  # 1 - occ(j, j)
    for j in range(2, n + 1):
        missing += row[j - 1] * up[j - 1]
        row[1 : j + 1] = row[1 : j + 1] * up[1 : j + 1] + row[:j] * up[n : n - j : -1]
        times[j] = (float(mass @ spread) + float(row[1:j] @ times[1:j])) / missing
        spread = spread + power * rest
        power = power * mass
    total = 1.0 + float(times[n])
    return total, total * (4 * n * n + 12 * n + len(p) + 8) * unit * 1.01
