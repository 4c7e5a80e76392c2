"""Empirical distribution functions by ranks: against the twin, derived moments and small laws.

False alarms: means within 6.5 standard errors (1e-10; 17), KS tests at 1e-9 (4).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from scipy.stats import ks_2samp

from refutable.derivations.derive import derive
from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.families import Cdf
from refutable.derivations.process import Draw, Model, Pool, Process, Truth
from refutable.derivations.quantity import Mean, SqNorm
from refutable.montecarlo import ranks
from refutable.montecarlo.compiled import HAVE_NUMBA
from refutable.montecarlo.ranks import mixed, synthetic

KEY = (0, 0)
#: The twins have the same bits, and would take minutes.
compiles = pytest.mark.skipif(not HAVE_NUMBA, reason="needs the extra refutable[fast]")
m, n, N, w = sp.symbols("m n N w")
HALF = Fraction(1, 2)
MIXED = Process(
    "C",
    Cdf(),
    Pool([Draw(Truth(), N, "real"), Draw(Model(), n, "synthetic")], [w, 1 - w]),
    index=m,
)
ALONE = Process("A", Cdf(), Pool([Draw(Model(), n)]), index=m)


def replicates(runs, first=0):
    return np.arange(first, first + runs, dtype=np.uint64)


@pytest.mark.parametrize(("size", "last"), [(1, 3), (2, 5), (100, 12), (401, 6), (1500, 3)])
def test_twins_agree_alone(size, last, monkeypatch):
    fast = synthetic(size, last, replicates(30, 2**33), KEY)
    monkeypatch.setattr(ranks, "HAVE_NUMBA", False)
    assert np.array_equal(fast, synthetic(size, last, replicates(30, 2**33), KEY))


@pytest.mark.parametrize(
    ("size", "real", "share", "last"),
    [
        (1, 2, HALF, 3),
        (30, 100, Fraction(2, 5), 90),
        (401, 30, Fraction(0), 3),
        (60, 401, Fraction(1), 3),
        (1500, 700, Fraction(1, 3), 3),
    ],
)
def test_twins_agree_mixed(size, real, share, last, monkeypatch):
    fast = mixed(size, real, share, last, replicates(20, 2**33), KEY)
    monkeypatch.setattr(ranks, "HAVE_NUMBA", False)
    assert np.array_equal(fast, mixed(size, real, share, last, replicates(20, 2**33), KEY))


def test_replicates_do_not_depend_on_their_company():
    whole = mixed(20, 10, HALF, 5, replicates(50), KEY)
    assert np.array_equal(whole[30:], mixed(20, 10, HALF, 5, replicates(20, 30), KEY))
    whole = synthetic(20, 5, replicates(50), KEY)
    assert np.array_equal(whole[30:], synthetic(20, 5, replicates(20, 30), KEY))


def drawn(size, real, share, last, runs):
    """The same chain from data: uniforms, sorted, integrated piece by piece."""
    rng = np.random.default_rng(0)
    fake = rng.random((runs, size))
    for t in range(last):
        fresh = rng.random((runs, real))
        both = np.concatenate([fresh, fake], axis=1)
        weights = np.concatenate([np.full(real, share / real), np.full(size, (1 - share) / size)])
        if t < last - 1:
            pick = np.where(
                rng.random((runs, size)) < share,
                rng.integers(0, real, (runs, size)),
                real + rng.integers(0, size, (runs, size)),
            )
            fake = np.take_along_axis(both, pick, axis=1)
    order = np.argsort(both, axis=1)
    x = np.pad(np.take_along_axis(both, order, axis=1), ((0, 0), (1, 1)), constant_values=(0, 1))
    value = np.pad(np.cumsum(weights[order], axis=1), ((0, 0), (1, 0)))
    return (((x[:, 1:] - value) ** 3 - (x[:, :-1] - value) ** 3) / 3).sum(axis=1)


@compiles
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_laws_are_those_of_drawn_data(share):
    size, real, last, runs = 5, 4, 3, 40_000
    seen = mixed(size, real, Fraction(str(share)), last, replicates(runs), KEY)[:, -1]
    assert ks_2samp(seen, drawn(size, real, share, last, runs)).pvalue > 1e-9
    assert ks_2samp(seen, drawn(size, real, share + 0.1, last, runs)).pvalue < 1e-9
    if share == 0:
        alone = synthetic(size, last, replicates(runs), (0, 1))[:, -1]
        assert ks_2samp(alone, seen).pvalue > 1e-9


def derived(process, generation, at):
    """The moment engine's mean squared error, F continuous."""
    d = derive(Mean(SqNorm(process.model(m) - process.truth)))
    formula = d.formula if generation >= d.valid_from else d.early(generation)
    values = {f: sp.Rational(1, 3) for f in formula.atoms(SqNorm)}
    value = formula.xreplace(values).subs(m, generation).subs(at)
    return value


@compiles
@pytest.mark.parametrize("process", [MIXED, ALONE], ids=["mixed", "alone"])
def test_errors_are_the_derived_ones(process):
    size, real, share, last, runs = 30, 20, Fraction(3, 10), 8, 60_000
    if process is ALONE:
        out = synthetic(size, last, replicates(runs), KEY)
    else:
        out = mixed(size, real, share, last, replicates(runs), KEY)
    for k in range(last):
        expected = float(derived(process, k + 1, {n: size, N: real, w: sp.Rational(3, 10)}))
        error = out[:, k].std() / np.sqrt(runs)
        assert abs(out[:, k].mean() - expected) < 6.5 * error


@compiles
def test_a_bias_of_one_per_cent_is_seen():
    parts = [synthetic(5, 2, replicates(50_000, k * 50_000), KEY)[:, 1] for k in range(20)]
    x = np.concatenate(parts)
    expected, error = float(derived(ALONE, 2, {n: 5})), x.std() / np.sqrt(len(x))
    assert abs(x.mean() - expected) < 6.5 * error < abs(1.01 * x.mean() - expected)


def test_what_does_not_fit_is_refused():
    for wrong in (0, 70_000):
        with pytest.raises(OutsideFragment):
            synthetic(wrong, 2, replicates(1), KEY)
        with pytest.raises(OutsideFragment):
            mixed(2, wrong, HALF, 2, replicates(1), KEY)
    with pytest.raises(OutsideFragment):
        synthetic(2, 0, replicates(1), KEY)
    for wrong_share in (Fraction(3, 2), Fraction(-1, 2), float("nan")):
        with pytest.raises(DomainError):
            mixed(2, 2, wrong_share, 2, replicates(1), KEY)
