"""GLM fits and Gaussian mixtures: closed forms, other optimisers, and what must be refused.

False alarms: means within 6.5 standard errors (1e-10 each; 9), one difference of 13 or more.
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from scipy.optimize import minimize
from scipy.stats import norm, wasserstein_distance

from refutable.derivations import quantity as Q
from refutable.derivations.errors import DomainError, OutsideFragment, ProcessError
from refutable.derivations.process import Draw, Filter, Mix, Model, Pool, Process, Truth
from refutable.montecarlo import glm
from refutable.montecarlo.engine import Job
from refutable.montecarlo.fitted import Glm, NormalMixture
from refutable.montecarlo.gaussmix import Mixture, em, wasserstein
from refutable.montecarlo.information import trace
from refutable.montecarlo.observe import sampled

m, n, N, a = sp.symbols("m n N a")
ALONE = Pool([Draw(Model(), n)])
HALF = sp.Rational(1, 2)


def errors(family, step, at, last, runs, first=None, power=2):
    """|model - truth|^2 (or W1) by replicate and generation; NaN: no fit."""
    loop = Process("LOOP", family, step, first=first, index=m)
    of = Q.SqNorm if isinstance(family, Glm) else Q.Norm1
    nodes = [Q.Mean(of(loop.model(g) - loop.truth)) for g in range(1, last + 1)]
    jobs = Job.together(nodes, at, 1, "fits", kernels=True)
    paths = jobs[0].model.sample(jobs[0].key, 0, runs)
    return np.array([sampled(j.observable, j.model.scope, paths) for j in jobs]).T


def data(kind, runs, n, d, rng):
    x = rng.standard_normal((runs, n, d))
    mu = glm._mean(kind, x @ np.linspace(0.5, -0.5, d))
    return x, (rng.random(mu.shape) < mu) * 1.0 if kind == "logistic" else rng.poisson(mu) * 1.0


@pytest.mark.parametrize("kind", glm.KINDS)
def test_fits_are_those_of_another_optimiser(kind):
    rng = np.random.default_rng(0)
    x, y = data(kind, 5, 60, 3, rng)
    w = rng.random((5, 60))
    w /= w.sum(axis=1, keepdims=True)
    beta, good = glm.fit(kind, x, y, w)
    assert good.all()
    for r in range(5):
        def loss(b, r=r):
            return -glm._likelihood(kind, x[r : r + 1], y[r : r + 1], w[r : r + 1], b[None])[0]

        other = minimize(loss, np.zeros(3), tol=1e-12)
        assert np.allclose(beta[r], other.x, atol=1e-4)
        assert loss(beta[r]) <= other.fun + 1e-12
        assert loss(1.01 * beta[r]) > loss(beta[r])


def test_intercepts_are_closed_forms():
    rng = np.random.default_rng(0)
    ones = np.ones((50, 30, 1))
    y = (rng.random((50, 30)) < 0.4) * 1.0
    beta, good = glm.fit("logistic", ones, y)
    mean = y.mean(axis=1)
    assert good.all()
    assert np.allclose(beta[:, 0], np.log(mean / (1 - mean)), atol=1e-7)
    y = rng.poisson(3.0, (50, 30)) * 1.0
    assert np.allclose(glm.fit("poisson", ones, y)[0][:, 0], np.log(y.mean(axis=1)), atol=1e-7)


def test_separated_labels_have_no_maximum():
    x = np.array([[[-2.0], [-1.0], [1.0], [2.0]]] * 2)
    y = np.array([[0.0, 0, 1, 1], [0, 1, 0, 1]])
    beta, good = glm.fit("logistic", x, y)
    assert good.tolist() == [False, True]
    assert np.isnan(beta[0]).all()
    out = errors(Glm("logistic", (1, 1), spread=HALF), ALONE, {n: 8}, 6, 50)
    dead = np.isnan(out)
    assert dead[:, -1].any()
    assert (dead[:, 1:] >= dead[:, :-1]).all()


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("kind", glm.KINDS)
def test_information_is_that_of_drawn_covariates(kind, intercept):
    family = Glm(kind, (HALF, -HALF, 1), intercept, 2)
    x = 2**0.5 * np.random.default_rng(1).standard_normal((400_000, 3))
    x[:, 0] = 1.0 if intercept else x[:, 0]
    mu = glm._mean(kind, x @ np.array([0.5, -0.5, 1.0]))
    curvature = mu * (1 - mu) if kind == "logistic" else mu
    drawn = np.trace(np.linalg.inv((x * curvature[:, None]).T @ x / len(x)))
    assert trace(family) == pytest.approx(drawn, rel=0.05)


@pytest.mark.parametrize("kind", glm.KINDS)
def test_errors_are_near_the_inverse_information(kind):
    """With n large, n E|e|^2 is tr M^-1 more in every generation; real data with all the weight
    keep it there."""
    family, size, runs = Glm(kind, (HALF, HALF), spread=HALF), 400, 400
    bound = trace(family)
    out = size * errors(family, ALONE, {n: size}, 3, runs)
    for g in range(3):
        error = out[:, g].std() / np.sqrt(runs)
        assert abs(out[:, g].mean() - (g + 1) * bound) < 6.5 * error + 0.05 * bound
    both = Pool([Draw(Truth(), N, "real"), Draw(Model(), n, "synthetic")], [1, 0])
    kept = size * errors(family, both, {n: 1, N: size}, 3, runs)
    assert np.isfinite(kept).all()
    error = kept[:, 2].std() / np.sqrt(runs)
    assert abs(kept[:, 2].mean() - bound) < 6.5 * error + 0.05 * bound


def test_a_bias_of_one_per_cent_is_seen():
    """Poisson with an intercept alone: exp(fit) is the mean of n labels, which has mean 1; a mean
    of 1.01 is told from it. Likewise the mean of normal data."""
    runs, size = 40_000, 50
    loop = Process("ONE", Glm("poisson", (0,), intercept=True), ALONE, index=m)
    job = Job.together([Q.Mean(Q.SqNorm(loop.model(1) - loop.truth))], {n: size}, 1, "x", kernels=True)[0]
    rate = np.exp(job.model.sample(job.key, 0, runs).vectors["model", 1][:, 0])
    error = rate.std() / np.sqrt(runs)
    assert abs(rate.mean() - 1) < 6.5 * error < abs(1.01 * rate.mean() - 1)
    # E|mean| of 4 standard normals is sqrt(2 / pi) / 2
    out = errors(NormalMixture((1,), (0,), (1,)), ALONE, {n: 4}, 1, 1_000_000)[:, 0]
    expected, error = np.sqrt(2 / np.pi) / 2, out.std() / np.sqrt(len(out))
    assert abs(out.mean() - expected) < 6.5 * error < abs(1.01 * out.mean() - expected)


def test_single_components_are_sample_moments():
    x = np.random.default_rng(0).standard_normal((20, 15))
    one = em(x, Mixture.of([1], [0], [1], 20))
    assert np.allclose(one.means[:, 0], x.mean(axis=1))
    assert np.allclose(one.deviations[:, 0], x.std(axis=1))


def test_em_never_lowers_the_likelihood_and_finds_the_truth():
    truth = Mixture.of([0.5, 0.5], [-2, 2], [1, 1], 5)
    x = truth.draw(np.random.default_rng(0), 1500)
    start = Mixture.of([0.3, 0.7], [-1, 1], [2, 2], 5)
    levels = [em(x, start, steps=k).likelihood(x) for k in (1, 2, 5, 20, 100)]
    assert (np.diff(levels, axis=0) > -1e-12).all()
    found = em(x, start)
    assert np.allclose(found.means, [-2, 2], atol=0.4)
    assert np.allclose(found.likelihood(x), em(x, truth).likelihood(x), atol=1e-5)
    density = np.exp(truth.densities(np.array([[0.3]] * 5))).sum(axis=2)[0, 0]
    assert density == pytest.approx(0.5 * norm.pdf(0.3, -2) + 0.5 * norm.pdf(0.3, 2))


def test_distances_are_those_of_another_library():
    rng = np.random.default_rng(0)
    for _ in range(20):
        w, v = rng.dirichlet([1] * 3), rng.dirichlet([1] * 3)
        a, b = rng.standard_normal(3), rng.standard_normal(3)
        ours = wasserstein(Mixture.of(w, a, [1] * 3), Mixture.of(v, b, [1] * 3))[0]
        assert ours == pytest.approx(wasserstein_distance(a, b, w, v))


def test_real_data_keep_a_mixture_near_the_truth():
    """The error is less than 0.8 of that without, by more than 6.5 standard errors of 800 runs."""
    two, half = NormalMixture((HALF, HALF), (-2, 2), (1, 1)), Pool([Draw(Mix(HALF, Truth(), Model()), n)])
    alone, helped = (errors(two, step, {n: 60}, 6, 800)[:, -1] for step in (ALONE, half))
    error = np.hypot(0.8 * alone.std(), helped.std()) / np.sqrt(800)
    assert 0.8 * alone.mean() - helped.mean() > 6.5 * error


def test_what_does_not_fit_is_refused():
    with pytest.raises(OutsideFragment):
        glm.fit("probit", np.ones((1, 2, 1)), np.ones((1, 2)))
    with pytest.raises(DomainError):
        glm.fit("poisson", np.full((1, 2, 1), np.nan), np.ones((1, 2)))
    two = NormalMixture((HALF, HALF), (-2, 2), (1, 1))
    weighted = Pool([Draw(Truth(), 5, "real"), Draw(Model(), 5, "synthetic")], [HALF, HALF])
    kept = Pool([Draw(Model(), 5, keep=Filter(1, HALF))])
    for family, step in ((two, weighted), (two, kept), (Glm("poisson", (0,)), kept)):
        with pytest.raises(OutsideFragment):
            errors(family, step, {}, 2, 3)
    with pytest.raises(DomainError):
        errors(two, ALONE, {n: 0}, 2, 3)
    for bad in (lambda: Glm("probit", (1,)), lambda: Glm("poisson", ()), lambda: Glm("poisson", (sp.oo,)),
                lambda: Glm("poisson", (1,), spread=0), lambda: NormalMixture((1,), (0, 1), (1,)),
                lambda: NormalMixture((HALF,), (0,), (1,)), lambda: NormalMixture((1,), (0,), (0,))):  # fmt: skip
        with pytest.raises(ProcessError):
            bad()
    for wrong in (([0.5, 0.6], [0, 1], [1, 1]), ([1], [np.nan], [1]), ([1], [0], [0]), ([], [], [])):
        with pytest.raises(DomainError):
            Mixture.of(*wrong)
