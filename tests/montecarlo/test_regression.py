"""Regression kernels: against their twins, derived moments and least squares on drawn data.

False alarms: means within 6.5 standard errors (1e-10; 27), KS tests at 1e-9 (3).
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from scipy.stats import chi2, ks_2samp, kstest

from refutable.derivations.derive import derive
from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.families import Linear
from refutable.derivations.process import Accumulate, Draw, Model, Pool, Process
from refutable.derivations.quantity import Mean, SqNorm
from refutable.montecarlo import regression
from refutable.montecarlo.compiled import HAVE_NUMBA
from refutable.montecarlo.engine import Job
from refutable.montecarlo.kernels import FreshAccumulated
from refutable.montecarlo.regression import accumulated, fixed, fresh

KEY = (0, 0)
#: The twins have the same bits, and would take minutes.
compiles = pytest.mark.skipif(not HAVE_NUMBA, reason="needs the extra refutable[fast]")
m = sp.Symbol("m")
SPECTRUM = (3.0, 8.0, 20.0)


@pytest.mark.parametrize("accumulate", [False, True])
def test_twins_agree_bit_by_bit(accumulate, monkeypatch):
    copies = [1, 1, 1] if accumulate else [1, 5, 2]
    question = (SPECTRUM, 1.5, copies, 2**32 - 50, 200, KEY, accumulate, (1.0, 0.0, 2.0))
    fast = fixed(*question)
    monkeypatch.setattr(regression, "HAVE_NUMBA", False)
    assert np.array_equal(fast, fixed(*question))


def test_factors_of_the_twin_agree(monkeypatch):
    fast = regression._factors(6, 4, 1, 2**33, 9, KEY)
    monkeypatch.setattr(regression, "HAVE_NUMBA", False)
    plain = regression._factors(6, 4, 1, 2**33, 9, KEY)
    assert all(np.array_equal(a, b) for a, b in zip(fast, plain, strict=True))


def test_replicates_do_not_depend_on_their_company():
    whole = fixed(SPECTRUM, 1.0, [1, 2], 0, 300, KEY)
    assert np.array_equal(whole[:, 130:150], fixed(SPECTRUM, 1.0, [1, 2], 130, 20, KEY))
    whole = accumulated(4, [9, 3], 1.0, 0, 40, KEY)
    assert np.array_equal(whole[:, 13:31], accumulated(4, [9, 3], 1.0, 13, 18, KEY))


@pytest.mark.parametrize(("d", "rows"), [(1, [1, 4]), (2, [2, 9]), (20, [30, 21, 20])])
def test_fresh_twins_agree_bit_by_bit(d, rows, monkeypatch):
    fast = fresh(d, rows, 1.5, 2**32 - 50, 200, KEY)
    assert np.array_equal(fast[:, 40:90], fresh(d, rows, 1.5, 2**32 - 10, 50, KEY))
    monkeypatch.setattr(regression, "HAVE_NUMBA", False)
    assert np.array_equal(fast, fresh(d, rows, 1.5, 2**32 - 50, 200, KEY))


@compiles
def test_fresh_errors_are_the_inverse_wishart_ones():
    """E|e|^2 = g sigma^2 d / (T - d - 1), and a bias of 1 % is seen."""
    d, rows, runs = 10, 40, 600_000
    out = fresh(d, [rows] * 3, 2.0, 0, runs, KEY)
    for g in range(3):
        expected, error = (g + 1) * 4 * d / (rows - d - 1), out[g].std() / np.sqrt(runs)
        assert abs(out[g].mean() - expected) < 6.5 * error < abs(1.01 * out[g].mean() - expected)


def process(step, rows=None):
    return Process("LR", Linear(3, rows, 2), step, index=m)


@pytest.mark.parametrize(
    ("copies", "accumulate"), [([1, 1, 1, 1], False), ([1, 2, 3, 4], False), ([1, 1, 1, 1], True)]
)
def test_fixed_designs_have_chi_square_errors(copies, accumulate):
    """Per coordinate: variance sigma^2 / lambda times a sum of squares that the schedule fixes.

    Replacing adds 1/k_t, keeping everything 1/t^2, as the moment engine derives.
    """
    runs, factor = 100_000, 0.0
    for g in range(4):
        steps = {
            (False, 1): Pool([Draw(Model(), 12)]),
            (False, g + 1): Pool([Draw(Model(), 12 * m)]),
            (True, 1): Accumulate(Draw(Model(), 12)),
        }
        lr = process(steps[accumulate, copies[g]] if copies[g] == 1 else steps[False, g + 1], 12)
        if copies[g] in (1, g + 1):
            here = derive(Mean(SqNorm(lr.model(m) - lr.truth))).formula
            unit = here.subs(m, 1)
            derived = float(here.subs(m, g + 1).doit() / unit.doit())
        factor += 1 / copies[g] if not accumulate else 1 / (g + 1) ** 2
        assert derived == pytest.approx(factor)
        out = fixed(SPECTRUM, 2.0, copies[: g + 1], 0, runs, KEY, accumulate)[g]
        expected = factor * sum(4 / x for x in SPECTRUM)
        error = out.std() / np.sqrt(runs)
        assert abs(out.mean() - expected) < 6.5 * error
    one = fixed([4.0], 2.0, copies, 0, runs, KEY, accumulate)[-1]
    assert kstest(one / factor, chi2(1).cdf).pvalue > 1e-9
    assert kstest(one / factor, chi2(1, scale=1.1).cdf).pvalue < 1e-9


@compiles
def test_a_bias_of_one_per_cent_is_seen():
    runs = 1_500_000
    out = fixed(SPECTRUM * 4, 1.0, [1], 0, runs, KEY)[0]
    expected, error = 4 * sum(1 / x for x in SPECTRUM), out.std() / np.sqrt(runs)
    assert abs(out.mean() - expected) < 6.5 * error < abs(1.01 * out.mean() - expected)


def test_accumulated_errors_are_the_inverse_wishart_ones():
    """E tr(M^-1 G M^-1) = d / (t (t T - d - 1)), M the sum of t equal designs of T rows."""
    d, rows, sigma, runs = 3, 12, 2.0, 6000
    out = accumulated(d, [rows] * 4, sigma, 0, runs, KEY)
    expected = 0.0
    for t in range(1, 5):
        expected += sigma**2 * d / (t * (t * rows - d - 1))
        assert abs(out[t - 1].mean() - expected) < 6.5 * out[t - 1].std() / np.sqrt(runs)


def test_accumulated_errors_have_the_law_of_drawn_data():
    lr = process(Accumulate(Draw(Model(), 6 + m)))
    node = Mean(SqNorm(lr.model(3) - lr.truth))
    fast, plain = (Job.together([node], {}, 0, "law", kernels=k)[0] for k in (True, False))
    assert fast.model.kernel == FreshAccumulated(3, (7, 8, 9), 2**0.5)
    a = accumulated(3, [7, 8, 9], 2**0.5, 0, 8000, KEY)[-1]
    b = np.concatenate([(plain.paths(k).vectors["model", 3] ** 2).sum(axis=1) for k in range(2)])
    assert ks_2samp(a, b).pvalue > 1e-9
    assert ks_2samp(1.3 * a, b).pvalue < 1e-9
    assert np.array_equal(fast.paths(0).norms.shape, (fast.model.shard_runs, 3))


@pytest.mark.parametrize(
    ("eigenvalues", "sigma", "copies", "extra", "error"),
    [
        ([], 1.0, [1], {}, OutsideFragment),
        ([0.0], 1.0, [1], {}, DomainError),
        ([float("nan")], 1.0, [1], {}, DomainError),
        ([1.0], -1.0, [1], {}, DomainError),
        ([1.0], float("inf"), [1], {}, DomainError),
        ([1.0], 1.0, [], {}, DomainError),
        ([1.0], 1.0, [0], {}, DomainError),
        ([1.0], 1.0, [1.5], {}, DomainError),
        ([1.0], 1.0, [2], {"accumulate": True}, DomainError),
        ([1.0], 1.0, [1], {"metric": [-1.0]}, DomainError),
    ],
)
def test_what_does_not_fit_is_refused(eigenvalues, sigma, copies, extra, error):
    with pytest.raises(error):
        fixed(eigenvalues, sigma, copies, 0, 2, KEY, **extra)


def test_accumulation_refuses_singular_designs():
    for d, rows, error in ((3, [2], OutsideFragment), (3, [5, 0], DomainError), (0, [2], OutsideFragment)):
        with pytest.raises(error):
            accumulated(d, rows, 1.0, 0, 2, KEY)
    for d, rows in ((3, [5, 2]), (0, [1])):
        with pytest.raises(OutsideFragment):
            fresh(d, rows, 1.0, 0, 2, KEY)
