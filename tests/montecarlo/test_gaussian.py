"""The Gaussian sampler against chi-square laws and against other descriptions of the same data.

False alarms: at most 1e-9 for each of 13 intervals.
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad
from scipy.stats import chi2

from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.families import Gaussian
from refutable.derivations.process import (
    Accumulate,
    Average,
    Draw,
    Exact,
    Mix,
    Model,
    Once,
    Past,
    Pool,
    Process,
    Truth,
)
from refutable.derivations.quantity import Coord, Mean, Prob, SqNorm, Trace
from refutable.derivations.statement import gt, lt
from refutable.montecarlo import check, estimate, gaussian
from refutable.montecarlo.engine import Job

n, Sigma = sp.symbols("n Sigma")
AT = {n: sp.Integer(5), Sigma: (sp.Integer(2), sp.Integer(1))}
ONE = {n: sp.Integer(5), Sigma: (sp.Integer(3),)}
HALF = sp.Rational(1, 2)


def process(step, divisor="n-1", first=None):
    return Process("G", Gaussian("Sigma", divisor), step, first=first)


LOOP = process(Pool([Draw(Model(), n)]))


def chance(p, event, at=ONE):
    return estimate(Prob(event), at, seed=0, key="gaussian", runs=40_000)


@pytest.mark.parametrize(("divisor", "factor"), [("n-1", 4), ("n", 5)])
def test_variances_are_chi_square(divisor, factor):
    """(n - 1) B / sigma^2 has n - 1 degrees of freedom; B divides by n - 1 or by n."""
    p = process(Pool([Draw(Model(), n)]), divisor)
    e = chance(p, gt(Trace(p.covariance(1)), 4))
    assert e.lo < chi2.sf(4 * factor / 3, 4) < e.hi
    assert e.visible < 0.03
    second, _ = quad(lambda x: chi2.pdf(x, 4) * chi2.sf(4 * factor**2 / (3 * x), 4), 0, np.inf)
    e = chance(p, gt(Trace(p.covariance(2)), 4))
    assert e.lo < second < e.hi


@pytest.mark.parametrize(("divisor", "factor"), [("n", 10), ("n-1", 9)])
@pytest.mark.parametrize("how", ["pooled", "accumulated"])
def test_variances_about_a_common_mean_are_chi_square(divisor, factor, how):
    """Ten draws of the truth in two batches, about the mean of all: 9 degrees of freedom."""
    family, (a, b) = Gaussian("Sigma", divisor, "pool"), (Draw(Truth(), n, x) for x in "ab")
    p = Process("G", family, Pool([a, b]) if how == "pooled" else Accumulate(a))
    e = chance(p, gt(Trace(p.covariance(1 if how == "pooled" else 2)), 4))
    assert e.lo < chi2.sf(4 * factor / 3, 9) < e.hi
    assert e.visible < 0.03


def test_means_are_normal():
    e = chance(LOOP, gt(SqNorm(LOOP.model(1) - LOOP.truth), 2))
    assert e.lo < chi2.sf(2 * 5 / 3, 1) < e.hi


def test_pooled_and_accumulated_variances():
    """Two batches from the truth, pooled: (4 B_1 + 4 B_2) / sigma^2 is chi-square with 8."""
    both = process(Pool([Draw(Truth(), n, "a"), Draw(Truth(), n, "b")]))
    e = chance(both, gt(Trace(both.covariance(1)), 4))
    assert e.lo < chi2.sf(4 * 8 / 3, 8) < e.hi
    pile = process(Accumulate(Draw(Truth(), n, "a")))
    e = chance(pile, gt(Trace(pile.covariance(3)), 4))
    assert e.lo < chi2.sf(4 * 12 / 3, 12) < e.hi


def test_retained_and_used_again_batches():
    real = Once(Truth(), n, "real")
    kept = process(Pool([real]))
    e = chance(kept, gt(SqNorm(kept.covariance(3) - kept.covariance(1)), sp.Rational(1, 10**6)))
    assert e.mean == 0
    again = process(Pool([Draw(Truth(), n, "a"), Past("a", 1)], [HALF, HALF]))
    e = chance(again, gt(Trace(again.covariance(2)), 4))
    assert e.lo < chi2.sf(4 * 8 / 3, 8) < e.hi


def test_exact_share_of_the_truth():
    p = process(Pool([Exact(Truth()), Draw(Truth(), n)], [HALF, HALF]))
    e = chance(p, gt(Trace(p.covariance(1)), 4))
    assert e.lo < chi2.sf((8 - 3) * 4 / 3, 4) < e.hi


def test_second_moments_get_lower_limits():
    """E|B|^2 = |C|^2 (1 + 1/4) + (tr C)^2 / 4 = 8.5 after one generation."""
    e = estimate(Mean(SqNorm(LOOP.covariance(1))), AT, seed=0, key="second", runs=60_000)
    assert 8 < e.lo < 8.5
    assert e.hi == float("inf")
    relation = lt(Mean(SqNorm(LOOP.covariance(2))), SqNorm(LOOP.true_covariance))
    assert check(relation, AT, seed=0, key="growth").outcome == "refuted"


def test_factors_keep_their_covariance():
    f = np.random.default_rng(0).standard_normal((3, 2, 7))
    short = gaussian._short(f)
    assert short.shape == (3, 2, 2)
    assert np.allclose(short @ np.swapaxes(short, 1, 2), f @ np.swapaxes(f, 1, 2))


def test_wrong_noise_is_seen(monkeypatch):
    """Noise 10 % too wide changes the chi-square law that the first test checks."""
    true = gaussian._normals
    monkeypatch.setattr(gaussian, "_normals", lambda rng, shape: 1.1 * true(rng, shape))
    e = chance(LOOP, gt(Trace(LOOP.covariance(1)), 4))
    assert not e.lo < chi2.sf(4 * 4 / 3, 4) < e.hi


@pytest.mark.parametrize(
    ("step", "part"),
    [
        (Pool([Draw(Mix(HALF, Truth(), Model()), n)]), "Mix"),
        (Pool([Draw(Average(), n)]), "Mix"),
        (Pool([Exact(Truth()), Draw(Model(), n)], [2, -1]), "negative weight"),
    ],
)
def test_refusals_name_the_part(step, part):
    p = process(step)
    with pytest.raises(OutsideFragment) as caught:
        estimate(Prob(gt(Trace(p.covariance(2)), 1)), AT, seed=0, key="x", runs=10)
    assert caught.value.part == part


def test_other_refusals():
    with pytest.raises(OutsideFragment, match="no side"):
        estimate(Mean(Coord(LOOP.model(1) - LOOP.truth, 1)), AT, seed=0, key="x", runs=10)
    with pytest.raises(OutsideFragment, match="true weights"):
        estimate(Mean(SqNorm(LOOP.model(1))), AT, seed=0, key="x", runs=10)
    with pytest.raises(OutsideFragment, match="added to a covariance"):
        Job.of(Mean(SqNorm(LOOP.model(1) - LOOP.covariance(1))), AT, 0, "x")
    with pytest.raises(DomainError, match="1 datum"):
        estimate(Mean(Trace(LOOP.covariance(1))), {**AT, n: sp.Integer(1)}, seed=0, key="x")
    for wrong in ((sp.Integer(-1),), sp.Integer(2)):
        with pytest.raises(DomainError):
            estimate(Mean(Trace(LOOP.covariance(1))), {**AT, Sigma: wrong}, seed=0, key="x")
