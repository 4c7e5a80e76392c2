"""Paired intervals over repeats.

Settings share a repeat's data order, initial weights and sampling numbers, so the difference of two
settings within a repeat varies far less than either. An interval is Student's t on those
differences: exact for normal differences, and honest about two repeats (it is 12.7 standard errors
wide). Nothing is resampled from a handful of numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import atan2, cos, inf, pi, sin, sqrt

import numpy as np

__all__ = ["Interval", "interval", "one_sided", "quantile"]


@dataclass(frozen=True)
class Interval:
    """mean of `repeats` numbers, with a two-sided interval at `level`; infinite for one repeat."""

    mean: float
    low: float
    high: float
    repeats: int
    level: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        return f"{self.mean:.4f} [{self.low:.4f}, {self.high:.4f}]"


@cache
def quantile(freedom: int, tail: float) -> float:
    """The t that Student's law with whole degrees of freedom exceeds with chance `tail` < 1/2.

    By bisection of the finite sums for whole degrees of freedom (Abramowitz & Stegun, 26.7.3 and
    26.7.4), so that a run does not import scipy for one number.

    >>> round(quantile(2, 0.025), 6)
    4.302653
    """
    low, high = 0.0, 1.0
    while _beyond(high, freedom) > tail:
        low, high = high, 2 * high
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _beyond(middle, freedom) > tail else (low, middle)
    return (low + high) / 2


def _beyond(t: float, freedom: int) -> float:
    """The chance that Student's t exceeds t >= 0."""
    angle = atan2(t, sqrt(freedom))
    c, odd = cos(angle), freedom % 2
    term = total = (c if odd else 1.0) if freedom > 1 else 0.0
    for k in range(2 + odd, freedom - 1, 2):
        term *= c * c * (k - 1) / k
        total += term
    inside = sin(angle) * total
    return (1 - (2 / pi * (angle + inside) if odd else inside)) / 2


def interval(values: Sequence[float], level: float = 0.95) -> Interval:
    """Student's interval of the mean.

    >>> str(interval([1.0, 2.0, 3.0]))
    '2.0000 [-0.4841, 4.4841]'
    """
    x = np.asarray(values, dtype=float)
    mean = float(x.mean())
    if len(x) < 2:
        return Interval(mean, -inf, inf, len(x), level)
    half = quantile(len(x) - 1, (1 - level) / 2) * float(x.std(ddof=1)) / sqrt(len(x))
    return Interval(mean, mean - half, mean + half, len(x), level)


def one_sided(
    values: Sequence[float], false_alarm: float, false_pass: float
) -> tuple[float, float]:
    """(lower confidence limit of the mean at 1 - false_alarm, smallest mean that would be seen).

    A mean of the second size is missed (its lower limit is not above 0) with probability at most
    `false_pass`, for the standard deviation observed. Both are infinite for fewer than two values.
    """
    x = np.asarray(values, dtype=float)
    if len(x) < 2:
        return -inf, inf
    error = float(x.std(ddof=1)) / sqrt(len(x))
    alarm = quantile(len(x) - 1, false_alarm)
    missed = quantile(len(x) - 1, false_pass)
    return float(x.mean()) - alarm * error, (alarm + missed) * error
