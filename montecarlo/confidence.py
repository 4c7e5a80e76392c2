"""Confidence intervals that hold at every sample size, without a central limit theorem.

Guarantee: an interval at level `error` misses the true value with probability at most `error`.
Bounded means: empirical Bernstein (Maurer and Pontil, 2009, Theorem 4). Probabilities:
Clopper and Pearson (1934), exact. `visible` says which deviations cannot hide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from scipy.stats import beta as _beta

__all__ = ["Bounded", "Counted", "Interval", "Summary", "visible"]

Interval = tuple[float, float]

#: Observables are rounded to this fraction of their range, so that sums are integers.
GRID = 1 << 24


class Summary(Protocol):
    """What is kept of the observations."""

    @property
    def n(self) -> int: ...

    @property
    def mean(self) -> float: ...

    def interval(self, error: float) -> Interval: ...


@dataclass(frozen=True)
class Bounded:
    """n observations in [low, high]; total and squares are sums over the grid 0..GRID.

    `open_above`: the observations are truncated at `high`, so that only the lower limit says
    something about the untruncated mean.
    """

    n: int
    total: int
    squares: int
    low: float
    high: float
    open_above: bool = False

    @property
    def mean(self) -> float:
        width = self.high - self.low
        return self.low + width * (self.total / (self.n * GRID)) if self.n else math.nan

    def interval(self, error: float) -> Interval:
        """Empirical Bernstein limits, each with error/2 (the lower one alone: with error)."""
        top = math.inf if self.open_above else self.high
        if self.n < 2:
            return self.low, top
        n, y = self.n, self.total / GRID
        spread = (self.squares * n - self.total**2) / (n * (n - 1) * GRID**2)
        log_term = math.log((2 if self.open_above else 4) / error)
        r = math.sqrt(2 * max(spread, 0.0) * log_term / n) + 7 * log_term / (3 * (n - 1))
        r += 1 / GRID
        width = self.high - self.low
        low = max(self.low, self.low + width * (y / n - r))
        return low, top if self.open_above else min(top, self.low + width * (y / n + r))


@dataclass(frozen=True)
class Counted:
    """`yes` certain and `maybe` possible successes among n."""

    n: int
    yes: int
    maybe: int

    @property
    def mean(self) -> float:
        return (self.yes + self.maybe) / (2 * self.n) if self.n else math.nan

    def interval(self, error: float) -> Interval:
        """Clopper-Pearson limits, each with error/2.

        >>> Counted(10, 0, 0).interval(0.05)[0]
        0.0
        """
        if not self.n:
            return 0.0, 1.0
        low = 0.0 if self.yes == 0 else float(_beta.ppf(error / 2, self.yes, self.n - self.yes + 1))
        high = 1.0 if self.maybe == self.n else float(
            _beta.isf(error / 2, self.maybe + 1, self.n - self.maybe))  # fmt: skip
        return max(low * (1 - 1e-9), 0.0), min(high * (1 + 1e-9), 1.0)


def visible(summary: Summary, alpha: float, beta: float) -> float:
    """The smallest deviation that goes unrefuted with probability at most beta.

    The interval at level beta holds the truth but for probability beta; a stated value inside the
    interval at level alpha is then at most this far from it.
    """
    (a, b), (c, d) = summary.interval(alpha), summary.interval(beta)
    return max(b - c, d - a)
