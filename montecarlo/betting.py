"""Confidence limits by betting: valid at every sample size at once, for bounded observations.

Who bets a share b of a growing stake on "the mean exceeds c" multiplies it by 1 + b (y - c) at
every observation y in [0, 1]. If the mean is at most c, the stake is a non-negative
supermartingale: it ever reaches 1/error with probability at most error (Ville, 1939). The lower
limit is the largest c at which it has; it may be looked at as often as one likes
(Waudby-Smith and Ramdas, JRSS B 86, 2024).

The bets are a fixed grid, so no pilot is needed and the stake depends on the histogram alone:
shards merge in any order.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

__all__ = ["BETS", "BINS", "lower_limit", "rounded", "spread"]

#: Observations are rounded to multiples of 1/BINS, at random and without bias.
BINS = 4096
#: Mixed with equal weights; a bet is cut at the largest one that cannot lose everything.
BETS = 2.0 ** np.arange(-13, 7)


def rounded(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Random rounding of y in [0, 1] to 0..BINS whose mean, given y, is BINS * y.

    >>> rounded(np.array([0.0, 0.5, 1.0]), np.random.default_rng(0)).tolist()
    [0, 2048, 4096]
    """
    return np.minimum(np.floor(y * BINS + rng.random(len(y))), BINS).astype(np.int64)


def spread(y: np.ndarray, many: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The histogram of `rounded` values, y[i] being seen many[i] times.

    >>> spread(np.array([0.0, 0.5]), np.array([7, 2]), np.random.default_rng(0))[[0, 2048]].tolist()
    [7, 2]
    """
    below = np.minimum(np.floor(y * BINS), BINS - 1).astype(np.int64)
    up = rng.binomial(many, np.clip(y * BINS - below, 0, 1))
    out = np.zeros(BINS + 1, np.int64)
    np.add.at(out, below, many - up)
    np.add.at(out, below + 1, up)
    return out


def log_stake(counts: np.ndarray, values: np.ndarray, c: float) -> float:
    """log of the mixed stake against "the mean is at most c".

    counts: how often each of `values` (in [0, 1]) was seen.
    """
    bets = np.minimum(BETS, 0.999 / c) if c > 0 else BETS
    gains = np.log1p(bets[:, None] * (values - c)) @ counts
    top = float(gains.max())
    return top + math.log(float(np.exp(gains - top).mean()))


def lower_limit(histogram: np.ndarray, error: float) -> float:
    """A number in [0, 1] that exceeds the mean, ever, with probability at most `error`.

    histogram: counts of the observations 0/b, 1/b, ..., b/b with b = len(histogram) - 1.
    Fails (returns 0) only by being wide: with less than about log(1/error) observations.

    >>> h = np.array([5000, 0, 5000])
    >>> 0.45 < lower_limit(h, 1e-9) < 0.5
    True
    """
    seen = np.flatnonzero(histogram)
    if not len(seen) or seen[-1] == 0:
        return 0.0
    counts = histogram[seen].astype(float)
    values = seen / (len(histogram) - 1)
    mean = float(values @ counts / counts.sum())
    goal = -math.log(error)

    def excess(c: float) -> float:
        return log_stake(counts, values, c) - goal

    if excess(0.0) < 0:
        return 0.0
    root = float(brentq(excess, 0.0, mean, xtol=1e-12, rtol=1e-9))
    return _backed_off(excess, root, 1e-6 + 1e-13 * float(counts.sum()))


def _backed_off(excess: Callable[[float], float], c: float, safe: float) -> float:
    """Where the excess is safely positive, whatever the rounding errors of the search."""
    step = 1e-12 + 1e-9 * c
    while excess(c) < safe:
        c -= step
        step *= 2
        if c <= 0:
            return 0.0
    return c
