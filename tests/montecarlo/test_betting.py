"""The betting limits: calibrated at levels that can be seen, and as narrow as promised.

False alarms of this file: at most 1e-9 for the calibration, 1e-6 for the power.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, norm

from refutable.montecarlo.betting import BINS, lower_limit, rounded
from refutable.montecarlo.confidence import Bounded, Counted

RUNS = 1000
COARSE = 32  # fewer bins than the engine has, for speed


def looks(sample, runs, shards=6, size=512, seed=0):
    """(run, histogram) after every shard of every run."""
    rng = np.random.default_rng(seed)
    for run in range(runs):
        h = np.zeros(COARSE + 1, np.int64)
        for _ in range(shards):
            k = np.floor(sample(rng, size) * COARSE + rng.random(size)).astype(int)
            h += np.bincount(k, minlength=COARSE + 1)
            yield run, h


SKEWED = {
    "beta": (lambda rng, k: rng.beta(0.3, 3.0, k), 0.3 / 3.3),
    "rare": (lambda rng, k: (rng.random(k) < 0.01).astype(float), 0.01),
}


@pytest.mark.parametrize("name", SKEWED)
def test_limits_are_exceeded_as_seldom_as_stated(name):
    """Level 5 %, 1000 runs of 6 looks each: more alarms than this have chance below 1e-9."""
    sample, mean = SKEWED[name]
    wrong = {run for run, h in looks(sample, RUNS) if lower_limit(h, 0.05) > mean}
    assert len(wrong) <= binom.isf(0.5e-9, RUNS, 0.05)


@pytest.mark.parametrize("name", SKEWED)
def test_a_limit_that_cheats_is_caught(name):
    """The normal approximation, looked at 60 times, breaks the bound of the test above."""
    sample, mean = SKEWED[name]

    def naive(h: np.ndarray) -> float:
        n, y = h.sum(), np.arange(COARSE + 1) / COARSE
        m = h @ y / n
        return m - norm.isf(0.05) * np.sqrt(h @ (y - m) ** 2 / n**2)

    few = 250
    wrong = {run for run, h in looks(sample, few, shards=60) if naive(h) > mean}
    assert len(wrong) > binom.isf(0.5e-9, few, 0.05)


def test_width_is_close_to_the_normal_one():
    rng = np.random.default_rng(1)
    y = np.clip(0.3 + 0.05 * rng.standard_normal(50_000), 0, 1)
    h = np.bincount(rounded(y, rng), minlength=BINS + 1)
    normal = norm.isf(0.5e-9) * y.std() / np.sqrt(len(y))
    assert normal < y.mean() - lower_limit(h, 0.5e-9) < 1.3 * normal


def test_one_percent_off_is_seen_where_promised():
    """A mean 1 % above the claim, at the number of observations a fixed normal test needs."""
    rng = np.random.default_rng(2)
    need = int((norm.isf(0.5e-9) + norm.isf(1e-6)) ** 2 * (0.1 / 0.003) ** 2)
    y = np.clip(0.303 + 0.1 * rng.standard_normal(need), 0, 1)
    assert lower_limit(np.bincount(rounded(y, rng), minlength=BINS + 1), 0.5e-9) > 0.3


def test_rounding_keeps_the_mean():
    rng = np.random.default_rng(3)
    k = rounded(np.full(200_000, 0.3 / BINS), rng)
    assert set(k.tolist()) == {0, 1}
    assert abs(k.mean() - 0.3) < 6.5 * np.sqrt(0.21 / 200_000)


@pytest.mark.parametrize("n", [1, 5, 40])
def test_exact_binomial_covers(n):
    """Clopper-Pearson at level 10 %, over all outcomes and a grid of true values."""
    for q in np.linspace(0.01, 0.99, 25):
        k = np.arange(n + 1)
        inside = [lo <= q <= hi for lo, hi in (Counted(n, x, x).interval(0.1) for x in k)]
        assert binom.pmf(k, n, q)[np.array(inside)].sum() >= 0.9 - 1e-9


def test_nothing_seen_says_nothing():
    empty = Bounded(0, 0, np.zeros(BINS + 1, int), -1.0, 3.0)
    assert empty.interval(1e-3) == (-1.0, 3.0)
    assert Counted(0, 0, 0).interval(1e-3) == (0.0, 1.0)
    assert lower_limit(np.array([7, 0, 0]), 1e-3) == 0.0
