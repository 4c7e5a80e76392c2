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
`hitting`; `dual_numeric` has the same in balls and in float64.
Here T counts generations: the first fit is generation 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import lcm

import sympy as sp
from flint import fmpq, fmpz

from refutable.derivations.process import Draw, Model, Pool, Process

__all__ = ["check", "collapse_time", "collapsed_by", "fully_synthetic", "occupancy"]


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


def check(p: Sequence[fmpq], n: int) -> list[fmpq]:
    """The positive coordinates of p; ValueError where p is no probability vector or n < 1."""
    if n < 1 or sum(p, fmpq(0)) != 1 or min(p) < 0:
        raise ValueError(f"a probability vector and n >= 1 are needed (got {p}, {n})")
    return [x for x in p if x]


def collapse_time(p: Sequence[fmpq], n: int) -> fmpq:
    """E[T] as an exact rational; n = 50 takes milliseconds, n = 200 tenths of a second.

    Everything is an integer over the known denominators q^j D_j, with q the common denominator of p
    and D_j the product of 1 - occ(i, i) over i <= j, so that no fraction is reduced before the end.

    >>> str(collapse_time([fmpq(1, 2), fmpq(1, 2)], 2))
    '2'
    """
    p = check(p, n)
    q = fmpz(lcm(*(int(x.q) for x in p)))
    base = [x.p * (q / x.q) for x in p]
    powers, whole = base, q  # q^j times p_i^j, and q^j
    steps, shared = [fmpz(1), q], fmpz(1)  # what each denominator adds to the last; D_(j-1)
    times = [fmpz(0), fmpz(0)]  # numerators of v_j
    row, balls = [fmpz(0), fmpz(1)], fmpz(1)  # occ(j, .) times n^(j-1), and n^(j-1)
    for j in range(2, n + 1):
        inner = [row[k] * k + row[k - 1] * (n - k + 1) for k in range(1, j)]
        row, balls = [fmpz(0), *inner, row[-1] * (n - j + 1)], balls * n
        powers, whole = [x * y for x, y in zip(powers, base, strict=True)], whole * q
        gain = fmpz(0)
        for k in range(1, j):
            gain = gain * steps[k] + row[k] * times[k]
        times.append(gain * q + (whole - sum(powers, fmpz(0))) * balls * shared)
        lost = balls - row[j]
        shared *= lost
        steps.append(lost * q)
    return 1 + fmpq(times[n], whole * shared)


def collapsed_by(p: Sequence[fmpq], n: int, m: int) -> list[fmpq]:
    """P(T <= g) for the generations g = 0, ..., m, as exact rationals.

    >>> [str(x) for x in collapsed_by([fmpq(1, 2), fmpq(1, 2)], 2, 3)]
    ['0', '1/2', '3/4', '7/8']
    """
    p = check(p, n)
    steps = [[w * n ** (n - j) for w in row] for j, row in enumerate(occupancy(n), start=1)]
    same = [sum((x**j for x in p), fmpq(0)) for j in range(n + 1)]
    ancestors, total = [0] * n + [1], 1  # probabilities times total: no fraction is ever reduced
    out = [fmpq(0)]
    for _ in range(m):
        together = sum((w * same[j] for j, w in enumerate(ancestors) if w), fmpq(0))
        out.append(together / total)
        fewer = [0] * (n + 1)
        for j, w in enumerate(ancestors):
            if w:
                for k in range(1, j + 1):
                    fewer[k] += w * steps[j - 1][k]
        ancestors, total = fewer, total * n**n
    return out
