r"""The ancestral dual of `dual` for large n: certified balls, and float64 with an error bound.

Rows of occ are made one at a time, from j - 1 balls to j:

    occ(j, k) = occ(j - 1, k) k / n + occ(j - 1, k - 1) (n - k + 1) / n,

so memory is O(n). Everything added is nonnegative. 1 - occ(j, j) is formed from the product of
1 - i/n, i < j, once per row: in balls, the update d <- d + (1 - d) w would let the radius grow
exponentially with j.

Error of the float64 versions, in units u = 2^-53: an entry of row j carries at most 3 j relative
roundings, a sum over a row at most j more, 1 - occ(j, j) at most 4 j + 3, and each level of the
recursion (each j for E[T], each generation for P(T <= m)) inherits the error of the level before.
That gives the bounds returned: 4 n^2 + 12 n + s + 8 and m (4 n + 8) + 4 n + s + 8 units. True
errors are much smaller (about n units).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import flint
import numpy as np
from flint import arb, fmpq

from .dual import check

__all__ = [
    "collapse_time_ball",
    "collapse_time_float",
    "collapsed_by_ball",
    "collapsed_by_float",
]

UNIT = 2.0**-53 * 1.01
#: From this size on numba, where installed, is worth its import.
COMPILED = 512


def _ball_rows(n: int) -> Iterator[list[arb]]:
    up = [arb(k) / n for k in range(n + 2)]
    row = [arb(0), arb(1)]
    yield row
    for size in range(2, n + 1):
        new = [row[k] * up[k] + row[k - 1] * up[n - k + 1] for k in range(1, size)]
        row = [row[0], *new, row[-1] * up[n - size + 1]]
        yield row


def _ball_powers(p: Sequence[fmpq], n: int) -> list[arb]:
    """sum_i p_i^j for j = 0..n."""
    balls = [arb(x) for x in p]
    powers, out = list(balls), [arb(len(balls)), arb(1)]
    for _ in range(2, n + 1):
        powers = [x * y for x, y in zip(powers, balls, strict=True)]
        out.append(sum(powers, arb(0)))
    return out


def _dot(row: list[arb], values: list[arb]) -> arb:
    total = arb(0)
    for w, v in zip(row, values, strict=True):
        total += w * v
    return total


def collapse_time_ball(p: Sequence[fmpq], n: int, bits: int = 128) -> arb:
    """E[T] as an Arb ball that contains it; n = 2000 takes about a second.

    >>> collapse_time_ball([fmpq(1, 2), fmpq(1, 2)], 2).contains(2)
    True
    """
    p = check(p, n)
    with flint.ctx.workprec(bits):
        same = _ball_powers(p, n)
        times = [arb(0), arb(0)]
        for j, row in enumerate(_ball_rows(n), start=1):
            if j > 1:
                times.append((1 - same[j] + _dot(row[1:j], times[1:])) / (1 - row[j]))
        return 1 + times[n]


def collapsed_by_ball(p: Sequence[fmpq], n: int, m: int, bits: int = 128) -> list[arb]:
    """P(T <= g) for the generations g = 0, ..., m, as Arb balls that contain it."""
    p = check(p, n)
    with flint.ctx.workprec(bits):
        levels = [_ball_powers(p, n), *([arb(0)] for _ in range(m - 1))]
        for row in _ball_rows(n):
            for g in range(1, m):
                levels[g].append(_dot(row[1:], levels[g - 1][1 : len(row)]))
        return [arb(0), *(level[n] for level in levels[:m])]


def _float_rows(n: int) -> Iterator[np.ndarray]:
    """Views of one array: a row is overwritten by the next."""
    up = np.arange(n + 2) / n
    row = np.zeros(n + 2)
    row[1] = 1.0
    yield row[:2]
    for j in range(2, n + 1):
        row[1 : j + 1] = row[1 : j + 1] * up[1 : j + 1] + row[:j] * up[n : n - j : -1]
        yield row[: j + 1]


def _float(p: Sequence[fmpq]) -> np.ndarray:
    return np.array([float(x.p) / float(x.q) for x in p])


def collapse_time_float(p: Sequence[fmpq], n: int) -> tuple[float, float]:
    """E[T] in float64, and a bound on its absolute error.

    >>> time, error = collapse_time_float([fmpq(1, 2), fmpq(1, 2)], 2)
    >>> abs(time - 2) <= error < 1e-13
    True
    """
    p = check(p, n)
    mass, rest = _float(p), _float([1 - x for x in p])
    total = 1.0 + (_last_time(mass, rest, n) if n < COMPILED else _compiled(mass, rest, n))
    return total, total * (4 * n * n + 12 * n + len(p) + 8) * UNIT


def _compiled(mass: np.ndarray, rest: np.ndarray, n: int) -> float:
    from refutable.montecarlo.compiled import HAVE_NUMBA

    if not HAVE_NUMBA:
        return _last_time(mass, rest, n)
    from .dual_band import last_time

    return float(last_time(mass, rest, n))


def _last_time(mass: np.ndarray, rest: np.ndarray, n: int) -> float:
    """v_n of `dual`."""
    power, spread = np.ones(len(mass)), np.zeros(len(mass))  # p^(j-1) and 1 - p^(j-1)
    times, missing, last = np.zeros(n + 1), 0.0, 0.0  # 1 - occ(j, j), occ(j - 1, j - 1)
    for j, row in enumerate(_float_rows(n), start=1):
        missing += last * (j - 1) / n
        last = row[j]
        if j > 1:
            times[j] = (float(mass @ spread) + float(row[1:j] @ times[1:j])) / missing
        spread, power = spread + power * rest, power * mass
    return float(times[n])


def collapsed_by_float(p: Sequence[fmpq], n: int, m: int) -> tuple[list[float], float]:
    """P(T <= g) for g = 0, ..., m in float64, and a bound on every absolute error."""
    p = check(p, n)
    mass = _float(p)
    levels = np.zeros((max(m, 1), n + 1))
    power = np.ones(len(p))
    for j, row in enumerate(_float_rows(n), start=1):
        power = power * mass
        levels[0, j] = power.sum()
        for g in range(1, m):
            levels[g, j] = row[1:] @ levels[g - 1, 1 : j + 1]
    return [0.0, *map(float, levels[:m, n])], (m * (4 * n + 8) + 4 * n + len(p) + 8) * UNIT
