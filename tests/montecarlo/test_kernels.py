"""The compiled kernels against their NumPy twins, and both against exact laws.

False alarms: chi-square tests at 1e-9, means within 6.5 standard errors (1e-10); 8 in all.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, factorial, prod

import numpy as np
import pytest
import sympy as sp
from scipy.stats import binom, chisquare, f, ks_2samp, kstest

from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.families import Categorical, FirstOrder, Linear
from refutable.derivations.process import Draw, Filter, Model, Pool, Process, Truth
from refutable.derivations.quantity import IsDirac, Mean, NormInf, Prob, SqNorm
from refutable.derivations.statement import gt
from refutable.montecarlo import urn, urn_twin
from refutable.montecarlo.alias import binomial, binomial_tables, pair_tables, table
from refutable.montecarlo.engine import Job
from refutable.montecarlo.kernels import Chain, Filtered, FreshDesigns
from refutable.montecarlo.two_types import histograms

KEY = (0x12345678, 0x9ABCDEF0)


def uniform(s):
    return [Fraction(1, s)] * s


def replicates(runs, first=0):
    return np.arange(first, first + runs, dtype=np.uint64)


@pytest.mark.parametrize(
    ("law", "n", "last"),
    [
        (uniform(5), 1, 2),
        ([Fraction(9, 10), Fraction(1, 10)], 7, 40),
        (uniform(52), 100, 40),  # balls, borders, alias table
        (uniform(60), 401, 12),  # rejected indices
        (uniform(40), 1500, 6),  # several chunks of words, no table
        ([Fraction(1, 2), Fraction(0), Fraction(1, 2)], 3, 9),
    ],
    ids=["one ball", "two types", "100 of 52", "401 of 60", "1500 of 40", "empty class"],
)
def test_twins_agree_bit_by_bit(law, n, last):
    reps = replicates(60, first=2**33)
    sums, times = urn_twin.chains(n, last, table(law), pair_tables(n), reps, KEY, True)
    assert np.array_equal(urn.squares(law, n, last, reps, KEY), sums)
    assert np.array_equal(urn.absorbed(law, n, last, reps, KEY), times)


def test_replicates_do_not_depend_on_their_company():
    whole = urn.squares(uniform(6), 20, 10, replicates(50), KEY)
    assert np.array_equal(whole[30:], urn.squares(uniform(6), 20, 10, replicates(20, 30), KEY))
    assert not np.array_equal(whole, urn.squares(uniform(6), 20, 10, replicates(50), (1, 2)))


def absorption_law(p, n, last):
    """P(T = 1), ..., P(T = last), P(T > last), over all states, in floats."""
    s = len(p)
    states = [c for c in product(range(n + 1), repeat=s) if sum(c) == n]

    def row(q):
        many = [factorial(n) / prod(map(factorial, c)) for c in states]
        return np.array([w * prod(x**k for x, k in zip(q, c, strict=True))
                         for w, c in zip(many, states, strict=True)])  # fmt: skip

    step = np.array([row([k / n for k in c]) for c in states])
    law, done = row([float(x) for x in p]), [0.0]
    single = np.array([max(c) == n for c in states])
    for _ in range(last):
        done.append(law[single].sum())
        law = law @ step
    return np.append(np.diff(done), 1 - done[-1])


@pytest.mark.parametrize(
    ("p", "n"),
    [(uniform(3), 5), ([Fraction(5, 8), Fraction(1, 8), Fraction(1, 4)], 6)],
    ids=["uniform", "skewed"],
)
def test_absorption_times_have_their_law(p, n):
    last, runs = 12, 60_000
    law = absorption_law(p, n, last)
    times = urn.absorbed(p, n, last, replicates(runs), KEY)
    seen = np.bincount(np.where(times == 0, last + 1, times), minlength=last + 2)[1:]
    assert chisquare(seen, runs * law).pvalue > 1e-9
    off = [x + d for x, d in zip(p, (Fraction(1, 8), Fraction(-1, 8), 0), strict=True)]
    moved = absorption_law(off, n, last)
    assert chisquare(seen, runs * moved).pvalue < 1e-9


@pytest.mark.parametrize(("s", "n", "last", "runs"), [(52, 100, 30, 4000), (300, 400, 12, 1500)])
def test_squared_norms_follow_the_recurrence(s, n, last, runs):
    sums = urn.squares(uniform(s), n, last, replicates(runs), KEY) / n**2
    expected = 1 / s
    for g in range(last):
        expected = 1 / n + (1 - 1 / n) * expected
        error = sums[:, g].std() / np.sqrt(runs)
        assert abs(sums[:, g].mean() - expected) < 6.5 * error


def test_histograms_have_the_law_of_single_replicates():
    n, runs = 8, 200_000
    h = histograms(n, Fraction(3, 10), 4, runs, (1, 2))
    step = np.array([[comb(n, y) * (x / n) ** y * (1 - x / n) ** (n - y) for y in range(n + 1)]
                     for x in range(n + 1)])  # fmt: skip
    law = np.array([comb(n, y) * 0.3**y * 0.7 ** (n - y) for y in range(n + 1)])
    for row in h:
        assert chisquare(row, runs * law).pvalue > 1e-9
        law = law @ step
    assert chisquare(h[3], runs * (law @ step)).pvalue < 1e-9


def test_alias_tables_are_exact():
    law = [Fraction(1, 3), Fraction(0), Fraction(1, 7), Fraction(11, 21)]
    threshold, alias = table(law)
    mass = [Fraction(0)] * 4
    for j in range(4):
        own = Fraction(int(threshold[j]), 2**64)
        mass[j] += own / 4
        mass[int(alias[j])] += (1 - own) / 4
    assert mass[1] == 0
    assert all(abs(a - b) < Fraction(1, 2**62) for a, b in zip(mass, law, strict=True))


@pytest.mark.parametrize("n", [1, 2, 7, 200])
def test_binomial_tables(n):
    threshold, alias = binomial_tables(n)
    for x in range(n + 1):
        own = threshold[x].astype(float) / 2.0**64
        mass = own / (n + 1)
        np.add.at(mass, alias[x], (1 - own) / (n + 1))
        assert np.allclose(mass, binom.pmf(np.arange(n + 1), n, x / n), rtol=1e-10, atol=1e-15)
    assert binomial(n, Fraction(1, 3)).sum() == pytest.approx(1, abs=1e-12)


def test_kernels_refuse_what_does_not_fit():
    for wrong in (0, 70_000):
        with pytest.raises(OutsideFragment):
            urn.squares(uniform(2), wrong, 2, replicates(1), KEY)
    with pytest.raises(OutsideFragment):
        urn.absorbed(uniform(2), 2, 0, replicates(1), KEY)
    with pytest.raises(OutsideFragment):
        histograms(5000, Fraction(1, 2), 2, 10, KEY)
    with pytest.raises(DomainError):
        histograms(5, Fraction(3, 2), 2, 10, KEY)


def test_questions_that_suit_the_kernel(processes, at):
    fs, ps = processes["FS"], processes["PS"]
    good = [Mean(SqNorm(fs.model(3))), Prob(IsDirac(fs.model(2))), Prob(gt(fs.collapse_time, 4))]
    good += [Prob(IsDirac(fs.model(0)))]
    jobs = Job.together(good, at, 0, "x", kernels=True)
    truth = (Fraction(2, 3), Fraction(1, 3))
    assert {j.model.kernel for j in jobs} == {Chain(2, truth)}
    assert jobs[3].tally(0).yes == 0
    for other in ([*good, Mean(NormInf(fs.model(1)))], [Mean(SqNorm(ps.model(2)))]):
        assert Job.together(other, at, 0, "x", kernels=True)[0].model.kernel is None


def test_kernel_and_plain_sampler_have_one_law(processes, at):
    """Intervals at level 1e-9 of either sampler hold the other's mean, and the exact one."""
    fs = processes["FS"]
    where = {**at, sp.Symbol("n"): sp.Integer(5)}
    for node in (Mean(SqNorm(fs.model(4)) ** 2), Prob(IsDirac(fs.model(4))),
                 Mean(sp.Min(fs.collapse_time, 6))):  # fmt: skip
        spans = []
        for kernels in (True, False):
            job = Job.together([node], where, 1, "law", kernels=kernels)[0]
            assert (job.model.kernel is not None) == kernels
            spans.append(job.summary(job.tally(k) for k in range(8)).interval(1e-9))
        (a, b), (c, d) = spans
        assert max(a, c) < min(b, d)
        assert b - a < 0.25 * max(1, b)


def test_estimates_to_first_order_are_means():
    """Two rounds of 4 labels: variance 3/4 each, whatever the number of rows; no design is drawn."""
    loop = Process("GLM", FirstOrder(3), Pool([Draw(Model(), 4)]))
    node = Mean(SqNorm(loop.model(2) - loop.truth))
    for kernels in (True, False):
        job = Job.together([node], {}, 0, "first order", kernels=kernels)[0]
        assert job.model.kernel is None
        errors = np.concatenate([job.paths(k).vectors["model", 2] for k in range(5)])[:, 0]
        assert kstest(errors / 1.5**0.5, "norm").pvalue > 1e-9


def test_fresh_designs_have_the_law_of_drawn_data():
    """Squared errors of the kernel and of least squares on drawn data: two-sample tests."""
    step = Pool([Draw(Model(), sp.Symbol("m") * 6)])
    lr = Process("LR", Linear(3, None, 2), step, index=sp.Symbol("m"))
    node = Prob(gt(SqNorm(lr.model(2) - lr.truth), 1))
    fast = Job.together([node], {}, 0, "fresh", kernels=True)[0]
    plain = Job.together([node], {}, 0, "fresh")[0]
    assert fast.model.kernel == FreshDesigns(3, (6, 12), 2**0.5)
    kept = np.concatenate([fast.paths(k).norms for k in range(5)])
    drawn = [plain.paths(k).vectors["model", 2] for k in range(5)]
    errors = np.concatenate([(x**2).sum(axis=1) for x in drawn])
    assert ks_2samp(kept[:, 1], errors).pvalue > 1e-9
    assert ks_2samp(kept[:, 0], errors).pvalue < 1e-9
    (a, b), (c, d) = (j.summary(j.tally(k) for k in range(5)).interval(1e-9) for j in (fast, plain))
    assert max(a, c) < min(b, d)
    one = Process("ONE", Linear(1, None, 1), Pool([Draw(Model(), 4)]))
    job = Job.together([Mean(SqNorm(one.truth - one.model(1)))], {}, 0, "x", kernels=True)[0]
    # d = 1: the squared error is F(1, 4) / 4
    assert kstest(4 * job.paths(0).norms[:, 0], f(1, 4).cdf).pvalue > 1e-9


@pytest.mark.parametrize("empty", ["redraw", "keep"])
def test_filtered_chains_have_the_law_of_the_plain_sampler(empty):
    """Intervals at level 1e-9 of either sampler hold the other's mean; another filter's do not."""

    def loop(chance):
        batch = Draw(Model(), 6, keep=Filter(chance, chance, empty=empty))
        first = Pool([Draw(Truth(), 6)])
        return Process("FILTERED", Categorical("p"), Pool([batch]), first=first)

    at = {sp.Symbol("p"): (sp.Rational(2, 3), sp.Rational(1, 3))}
    spans = []
    for chance, kernels in ((sp.Rational(1, 3), True), (sp.Rational(1, 3), False),
                            (sp.Rational(2, 3), True)):  # fmt: skip
        node = Mean(SqNorm(loop(chance).model(3)))
        job = Job.together([node], at, 3, "filtered", kernels=kernels)[0]
        assert isinstance(job.model.kernel, Filtered) == kernels
        spans.append(job.summary(job.tally(k) for k in range(8)).interval(1e-9))
    (a, b), (c, d), (_, other) = spans
    assert max(a, c) < min(b, d)
    assert other < a
    assert b - a < 0.1
    late = Prob(gt(loop(sp.Rational(1, 3)).collapse_time, 2))
    assert isinstance(Job.together([late], at, 3, "T", kernels=True)[0].model.kernel, Filtered)
