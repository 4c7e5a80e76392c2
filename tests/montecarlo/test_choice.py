"""Kernels that `simulate` reaches from a Process: the right one is chosen, with the right law.

False alarms: intervals at level 1e-9 (8), means within 6.5 standard errors (1e-10; 9); a bias of 1 % is
13 of them or more.
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from refutable.derivations.errors import DomainError
from refutable.derivations.families import Categorical, Cdf
from refutable.derivations.process import Accumulate, Draw, Model, Pool, Process, Truth
from refutable.derivations.quantity import Mass, Mean, Prob, SqNorm
from refutable.derivations.statement import eq, gt
from refutable.montecarlo.engine import Job
from refutable.montecarlo.estimate import estimate
from refutable.montecarlo.fitted import KnownDesign
from refutable.montecarlo.kernels import Chain, Distribution, KnownDesigns, Mixtures, Population
from refutable.montecarlo.second import second_moments
from refutable.montecarlo.simulate import run
from refutable.montecarlo.tally import Tally
from tests.montecarlo.test_sensitivity import sees_one_per_cent

m, n, N, w, T, p = sp.symbols("m n N w T p")
HALF = sp.Rational(1, 2)
FS = Process("FS", Categorical("p"), Pool([Draw(Model(), n)]), index=m)
FOUR = {n: sp.Integer(10), p: (HALF, sp.Rational(1, 4), sp.Rational(1, 8), sp.Rational(1, 8))}


def jobs(nodes, at, kernels=True, key="choice"):
    return Job.together(nodes, at, 3, key, kernels=kernels)


def test_masses_of_tokens_are_sampled_as_a_population():
    first, pair = FS.model(3)[1], Mass(FS.model(2), sp.FiniteSet(1))
    (job, other) = jobs([Mean(first**2), Mean(pair)], FOUR)
    assert job.model.kernel == Population(10, (HALF**2 * 2, *FOUR[p][1:]), frozenset({0}))
    assert job.model.shard_runs == 4096
    assert other.summary([other.tally(0)]).n == 4096
    for apart in ([Mean(first), Mean(FS.model(2)[2])], [Mean(first * pair)]):
        assert not isinstance(jobs(apart, FOUR)[0].model.kernel, Population)
    two = {n: sp.Integer(10), p: (sp.Rational(1, 3), sp.Rational(2, 3))}
    assert isinstance(jobs([Mean(SqNorm(FS.model(3)))], two)[0].model.kernel, Population)
    late = jobs([Prob(gt(FS.collapse_time, 3))], two)[0]
    assert isinstance(late.model.kernel, Chain)
    large = {**two, n: sp.Integer(5000)}
    assert isinstance(jobs([Mean(SqNorm(FS.model(3)))], large)[0].model.kernel, Chain)


def moments(at, size, last):
    """E x^2 and P(x = 0) of the first token's share, by its binomial chain."""
    from scipy.stats import binom

    states = np.arange(size + 1)
    step = np.array([binom.pmf(states, size, x / size) for x in states])
    law = binom.pmf(states, size, float(at))
    for _ in range(last - 1):
        law = law @ step
    return float(law @ (states / size) ** 2), float(law[0])


def test_populations_have_the_law_of_the_chain():
    """Exact moments lie in the intervals, those of a share that is 1 % off do not."""
    nodes = [Mean(FS.model(4)[1] ** 2), Prob(eq(FS.model(4)[1], 0))]
    found = jobs(nodes, FOUR)
    assert isinstance(found[0].model.kernel, Population)
    tallies = [sum((j.tally(k) for k in range(150)), Tally()) for j in found]
    spans = [j.summary([t]).interval(1e-9) for j, t in zip(found, tallies, strict=True)]
    assert tallies[0].n == 150 * 4096
    for (lo, hi), right, wrong in zip(spans, moments(HALF, 10, 4), moments(HALF * 1.01, 10, 4), strict=True):
        assert lo < right < hi
        assert not lo < wrong < hi
    plain = jobs(nodes, FOUR, kernels=False)
    for job, (lo, hi) in zip(plain, spans, strict=True):
        a, b = job.summary(job.tally(k) for k in range(8)).interval(1e-9)
        assert max(a, lo) < min(b, hi)


def test_a_condition_counts_replicates_by_state():
    (job,) = jobs([Mean(FS.model(2)[1], gt(FS.model(2)[1], 0))], FOUR)
    t = job.tally(0)
    assert 0 < t.n < 4096
    assert int(t.histogram.sum()) == t.n


def he(first=True):
    """He et al.: real data of weight w beside synthetic ones."""
    real = Draw(Truth(), N, "real")
    step = Pool([real, Draw(Model(), n, "synthetic")], [w, 1 - w])
    return Process("HE", Cdf(), step, first=Pool([real]) if first else None, index=m)


@pytest.mark.parametrize("name", ["alone", "first", "mixed"])
def test_distribution_functions_are_sampled_by_ranks(name):
    """Errors are those of the second moments, which 1 % more are not."""
    loop = he(name == "first")
    if name == "alone":
        loop = Process("A", Cdf(), Pool([Draw(Model(), n)]), index=m)
    at = {n: sp.Integer(6), N: sp.Integer(4), w: sp.Rational(2, 5)}
    last, nodes = 3, [Mean(SqNorm(loop.model(g) - loop.truth)) for g in (1, 2, 3)]
    found = jobs(nodes, at)
    kernel = found[0].model.kernel
    assert kernel == Distribution(6, 0 if name == "alone" else 4, kernel.share, name == "first")
    exact = second_moments(loop, at, last)[1]
    norms = np.concatenate([found[0].paths(k).norms for k in range(330)])
    for g in range(last):
        sees_one_per_cent(norms[:, g], exact[g + 1])
    table = run(loop, at, 3, 4096, ["risk"])
    assert all(r.lo < r.theory < r.hi <= 1 / 3 for r in table.rows)


def test_other_processes_of_distribution_functions_have_the_plain_sampler():
    """All data so far, and a step between two models; `estimate` never takes a kernel."""
    loop = Process("ACC", Cdf(), Accumulate(Draw(Model(), n)), index=m)
    at = {n: sp.Integer(5)}
    assert jobs([Mean(SqNorm(loop.model(2) - loop.truth))], at)[0].model.kernel is None
    assert jobs([Mean(SqNorm(he().model(2) - he().model(1)))], {**at, N: 3, w: HALF})[0].model.kernel is None
    row = run(loop, at, [2], 4096, ["risk"]).rows[0]
    assert row.lo < row.theory < row.hi
    node = Mean(SqNorm(he().model(1) - he().truth))
    assert sp.Rational(1, 18) in estimate(node, {n: 3, N: 3, w: HALF}, seed=0, key="x", runs=4096)


@pytest.mark.parametrize(("accumulate", "size"), [(False, m * T), (False, T), (True, T)])
def test_known_designs_reach_their_kernel(accumulate, size):
    batch = Draw(Model(), size, "labels")
    step = Accumulate(batch) if accumulate else Pool([batch])
    loop = Process("KNOWN", KnownDesign(T, 2), step, index=m)
    at = {T: sp.Integer(5), sp.Symbol("Lambda"): (sp.Integer(3), sp.Integer(8))}
    node = Mean(SqNorm(loop.model(3) - loop.truth))
    fast, plain = (jobs([node], at, kernels=k)[0].model for k in (True, False))
    assert isinstance(fast.kernel, KnownDesigns)
    exact = second_moments(loop, at, 3)[1][3]
    sees_one_per_cent(fast.kernel.sample(fast.needs, (1, 2), 0, 2_300_000).norms[:, 2], exact)
    x = (plain.sample((1, 2), 0, 20_000).vectors["model", 3] ** 2).sum(axis=1)
    assert abs(x.mean() - exact) < 6.5 * x.std() / np.sqrt(len(x))
    with pytest.raises(DomainError):
        jobs([node], {**at, sp.Symbol("Lambda"): (sp.Integer(3), sp.Integer(0))})


def test_mixtures_and_chains_are_chosen_as_before():
    node = Mean(SqNorm(FS.model(3)))
    assert isinstance(jobs([node], FOUR)[0].model.kernel, Chain)
    assert isinstance(jobs([Mean(SqNorm(FS.model(3) - FS.model(1)))], FOUR)[0].model.kernel, Mixtures)
