"""Confidence intervals that hold at every sample size, without a central limit theorem.

Guarantee: an interval at level `error` misses the true value with probability at most `error`.
Bounded means: betting (see `betting`), valid at all sample sizes at once. Probabilities: Clopper
and Pearson (Biometrika 26, 1934), exact at one sample size; `looks` pays for several.
`visible` says which deviations cannot hide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import betainccinv, betaincinv

from .betting import lower_limit

__all__ = ["GRID", "Bounded", "Counted", "Interval", "Summary", "visible"]

Interval = tuple[float, float]

#: Sums of observables are kept as integers in these fractions of their range.
GRID = 1 << 24


class Summary(Protocol):
    """What is kept of the observations."""

    @property
    def n(self) -> int: ...

    @property
    def mean(self) -> float: ...

    def interval(self, error: float, looks: int = 1) -> Interval: ...


@dataclass(frozen=True, eq=False)
class Bounded:
    """n observations in [low, high]: their sum over the grid 0..GRID and their histogram.

    `open_above`: the observations are truncated at `high`, so that only the lower limit says
    something about the untruncated mean.
    """

    n: int
    total: int
    histogram: np.ndarray
    low: float
    high: float
    open_above: bool = False

    @property
    def mean(self) -> float:
        width = self.high - self.low
        return self.low + width * (self.total / (self.n * GRID)) if self.n else math.nan

    def interval(self, error: float, looks: int = 1) -> Interval:
        """Limits with error/2 each, at any number of looks; also where there is a lower one alone,
        so that who needs one limit of any kind may double the error."""
        width = self.high - self.low
        if width == 0:
            return self.low, math.inf if self.open_above else self.high
        low = self.low + width * lower_limit(self.histogram, error / 2)
        low = max(self.low, math.nextafter(low, -math.inf))
        if self.open_above:
            return low, math.inf
        high = self.high - width * lower_limit(self.histogram[::-1], error / 2)
        return low, min(self.high, math.nextafter(high, math.inf))


@dataclass(frozen=True)
class Counted:
    """`yes` certain and `maybe` possible successes among n."""

    n: int
    yes: int
    maybe: int

    @property
    def mean(self) -> float:
        return (self.yes + self.maybe) / (2 * self.n) if self.n else math.nan

    def interval(self, error: float, looks: int = 1) -> Interval:
        """Clopper-Pearson limits, each with error/2, shared among the looks.

        >>> Counted(10, 0, 0).interval(0.05)[0]
        0.0
        """
        if not self.n:
            return 0.0, 1.0
        share = error / (2 * looks)
        low, high = 0.0, 1.0
        if self.yes:
            low = float(betaincinv(self.yes, self.n - self.yes + 1, share))
        if self.maybe < self.n:
            high = float(betainccinv(self.maybe + 1, self.n - self.maybe, share))
        return max(low * (1 - 1e-9), 0.0), min(high * (1 + 1e-9), 1.0)


def visible(summary: Summary, alpha: float, beta: float, looks: int = 1) -> float:
    """The smallest deviation that goes unrefuted with probability at most beta.

    The interval at level beta holds the truth but for probability beta; a stated value inside the
    interval at level alpha is then at most this far from it.
    """
    (a, b), (c, d) = summary.interval(alpha, looks), summary.interval(beta, looks)
    return max(b - c, d - a)
