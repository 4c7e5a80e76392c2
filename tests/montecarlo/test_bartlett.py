"""Gaussian kernel: against its twin bit by bit, derived moments, and data that are drawn.

False alarms: 27 means within 6.5 standard errors (1e-10 each), three KS tests at 1e-9.
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from scipy.stats import chi2, ks_2samp, kstest

from refutable.derivations.derive import derive
from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.families import Gaussian
from refutable.derivations.process import Draw, Model, Pool, Process, Truth
from refutable.derivations.quantity import Mean, SqNorm, Trace
from refutable.montecarlo import bartlett, floats
from refutable.montecarlo.bartlett import Batch, models
from refutable.montecarlo.engine import Job

KEY = (0, 0)
n, N, w, m = sp.symbols("n N w m")
SPECTRUM = (2.0, 0.5)
WEIGHTED = Process(
    "W",
    Gaussian("Sigma"),
    Pool([Draw(Truth(), N, "real"), Draw(Model(), n, "synthetic")], [w, 1 - w]),
    index=m,
)
ALONE = Process("A", Gaussian("Sigma"), Pool([Draw(Model(), n)]), index=m)
AT = {n: sp.Integer(12), N: sp.Integer(20), w: sp.Rational(3, 8)}


def schedule(first_latest, last):
    """The batches of WEIGHTED at AT; generation 0 is the truth itself."""
    return [[Batch(3 / 8, False, 20), Batch(5 / 8, first_latest or g > 0, 12)] for g in range(last)]


@pytest.mark.parametrize(
    ("eigenvalues", "steps", "unbiased"),
    [
        ([1.0], [[Batch(1.0, True, 2)]] * 4, True),
        (SPECTRUM, schedule(False, 4), True),
        ((1.0, 0.0, 3.0, 1.0), [[Batch(1.0, True, 3)]] * 3, False),  # singular
        ((1.0, 2.0, 3.0), [[Batch(0.2, True, 2), Batch(0.7, False, 3), Batch(0.0, True, 9)]] * 3, True),
    ],
    ids=["pairs", "weighted", "singular", "three batches"],
)
def test_twins_agree_bit_by_bit(eigenvalues, steps, unbiased, monkeypatch):
    keep, first = [1, len(steps)], 2**32 - 70
    fast = models(eigenvalues, steps, keep, first, 300, KEY, unbiased)
    monkeypatch.setattr(bartlett, "HAVE_NUMBA", False)
    plain = models(eigenvalues, steps, keep, first, 300, KEY, unbiased)
    assert all(np.array_equal(a, b) for a, b in zip(fast, plain, strict=True))
    assert np.isfinite(fast[1]).all()


def test_replicates_do_not_depend_on_their_company():
    steps = schedule(True, 3)
    whole = models(SPECTRUM, steps, [3], 0, 300, KEY)
    part = models(SPECTRUM, steps, [3], 133, 9, KEY)
    assert all(np.array_equal(a[..., 133:142], b) for a, b in zip(whole, part, strict=True))
    other = models(SPECTRUM, steps, [3], 133, 9, (0, 1))
    assert not np.array_equal(part[0], other[0])


def derived(node, generation):
    """The moment engine's number: trace 2.5 and squared norm 4.25 of the truth."""
    formula = derive(node).formula.subs(m, generation)
    values = {Trace(p.true_covariance): sp.Rational(5, 2) for p in (WEIGHTED, ALONE)}
    values |= {SqNorm(p.true_covariance): sp.Rational(17, 4) for p in (WEIGHTED, ALONE)}
    return float(formula.xreplace(values).subs(AT))


@pytest.mark.parametrize("process", [WEIGHTED, ALONE], ids=["weighted", "alone"])
def test_moments_are_the_derived_ones(process):
    last, runs = 4, 250_000
    steps = schedule(True, last) if process is WEIGHTED else [[Batch(1.0, True, 12)]] * last
    mean, cov = models(SPECTRUM, steps, range(1, last + 1), 0, runs, KEY)
    for k in range(last):
        seen = {
            Mean(SqNorm(process.model(m) - process.truth)): (mean[k] ** 2).sum(axis=0),
            Mean(Trace(process.covariance(m))): cov[k, 0, 0] + cov[k, 1, 1],
            Mean(SqNorm(process.covariance(m))): cov[k, 0, 0] ** 2
            + cov[k, 1, 1] ** 2
            + 2 * cov[k, 1, 0] ** 2,
        }
        for node, x in seen.items():
            expected, error = derived(node, k + 1), x.std() / np.sqrt(runs)
            assert abs(x.mean() - expected) < 6.5 * error
        # a bias of 1 % of the trace is seen
        trace = cov[0, 0, 0] + cov[0, 1, 1]
        assert abs(1.01 * trace.mean() - 2.5) > 6.5 * trace.std() / np.sqrt(runs)


@pytest.mark.parametrize("size", [2, 3, 30])
def test_variances_are_chi_square(size):
    _, cov = models([3.0], [[Batch(1.0, True, size)]], [1], 0, 100_000, KEY)
    x = (size - 1) * cov[0, 0, 0] / 3
    assert kstest(x, chi2(size - 1).cdf).pvalue > 1e-9
    assert kstest(x, chi2(size - 1, scale=1.05).cdf).pvalue < 1e-9


def test_kernel_and_plain_sampler_have_one_law():
    nodes = [Mean(SqNorm(WEIGHTED.covariance(3))), Mean(SqNorm(WEIGHTED.model(3) - WEIGHTED.truth))]
    at = {**AT, sp.Symbol("Sigma"): (sp.Integer(2), sp.Rational(1, 2))}
    fast, plain = (Job.together(nodes, at, 0, "law", kernels=k)[0].model for k in (True, False))
    assert fast.kernel is not None
    assert plain.kernel is None
    for key in (("cov", 3), ("model", 3)):
        a, b = (
            np.concatenate([(x.sample((5, 6), k).vectors[key] ** 2).sum(axis=1) for k in range(3)])
            for x in (fast, plain)
        )
        assert ks_2samp(a, b).pvalue > 1e-9
        assert ks_2samp(a, 1.15 * b).pvalue < 1e-9


def test_long_chains_shrink_to_nothing_and_stay_finite():
    steps = [[Batch(1.0, True, 2)]] * 400
    mean, cov = models([1.0, 1.0], steps, [400], 0, 64, KEY)
    assert np.isfinite(mean).all()
    assert (cov[0, 0, 0] < 1e-9).mean() > 0.9


@pytest.mark.parametrize(
    ("eigenvalues", "steps", "error"),
    [
        ((1.0,), [[Batch(1.0, True, 1)]], DomainError),
        ((1.0,), [[Batch(1.0, True, 2.5)]], DomainError),
        ((1.0,), [[Batch(float("nan"), True, 5)]], DomainError),
        ((1.0,), [[Batch(-0.1, True, 5), Batch(1.1, True, 5)]], DomainError),
        ((float("inf"),), [[Batch(1.0, True, 5)]], DomainError),
        ((-1.0,), [[Batch(1.0, True, 5)]], DomainError),
        ((1.0,), [[]], DomainError),
        ((), [[Batch(1.0, True, 5)]], OutsideFragment),
        ((1.0,) * 65, [[Batch(1.0, True, 5)]], OutsideFragment),
        ((1.0,) * 4, [[Batch(0.5, True, 2), Batch(0.5, False, 2)]], OutsideFragment),
    ],
)
def test_what_does_not_fit_is_refused(eigenvalues, steps, error):
    with pytest.raises(error):
        models(eigenvalues, steps, [1], 0, 2, KEY)


def test_elementary_functions():
    """Within two units in the last place, at the ends of their ranges too."""
    x = np.concatenate([2.0 ** np.arange(-1000, 1001, 7), np.linspace(0.5, 2, 4001)[1:]])
    assert np.allclose(floats.plain.log(x), np.log(x), rtol=4.5e-16, atol=0)
    x = np.concatenate([np.linspace(-700, 700, 5001), np.linspace(-1e-3, 1e-3, 101)])
    assert np.allclose(floats.plain.exponential(x), np.exp(x), rtol=1e-15, atol=0)
    words = np.random.default_rng(0).integers(2**32, size=(4, 10_000), dtype=np.uint32)
    u = floats.plain.uniform(words[0], words[1])
    assert u.min() > 0
    assert u.max() <= 1
    assert floats.plain.uniform(*np.array([[0], [0]], np.uint32)) == 1
    x, y = floats.plain.pair(*words)
    assert np.allclose(x * x + y * y, -2 * np.log(u), rtol=1e-14)
    top = (words[2].astype(np.uint64) << np.uint64(32) | words[3]).astype(float) / 2.0**64
    turn = np.arctan2(y, x) / (2 * np.pi) + 1 / 8
    assert np.allclose((turn - top + 0.5) % 1, 0.5, atol=1e-12)
