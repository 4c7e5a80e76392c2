"""GLM fits and Gaussian mixtures: closed forms, other optimisers, and what must be refused.

False alarms: means within 6.5 standard errors (1e-10 each; 9).
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm, wasserstein_distance

from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.montecarlo import gaussmix, glm
from refutable.montecarlo.gaussmix import Mixture, em, wasserstein

KEY = (1, 2)


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
    out = glm.chain("logistic", [1.0, 1.0], 8, 6, 50, KEY)
    dead = np.isnan(out)
    assert dead[:, -1].any()
    assert (dead[:, 1:] >= dead[:, :-1]).all()


@pytest.mark.parametrize("kind", glm.KINDS)
def test_errors_are_near_the_inverse_information(kind):
    """With n large, n E|e|^2 is tr I^-1; real data with all the weight keep it there."""
    n, runs, beta = 400, 400, [0.5, 0.5]
    x = np.random.default_rng(1).standard_normal((50_000, 2)) / np.sqrt(2)
    mu = glm._mean(kind, x @ np.array(beta))
    curvature = mu * (1 - mu) if kind == "logistic" else mu
    bound = np.trace(np.linalg.inv((x * curvature[:, None]).T @ x / len(x)))
    out = n * glm.chain(kind, beta, n, 3, runs, KEY)
    for g in range(3):
        error = out[:, g].std() / np.sqrt(runs)
        assert abs(out[:, g].mean() - (g + 1) * bound) < 6.5 * error + 0.05 * bound
    kept = n * glm.chain(kind, beta, 1, 3, runs, KEY, real=n, weight=1.0)
    assert np.isfinite(kept).all()
    error = kept[:, 2].std() / np.sqrt(runs)
    assert abs(kept[:, 2].mean() - bound) < 6.5 * error + 0.05 * bound


def test_single_components_are_sample_moments():
    x = np.random.default_rng(0).standard_normal((20, 15))
    one = em(x, Mixture.of([1], [0], [1], 20))
    assert np.allclose(one.means[:, 0], x.mean(axis=1))
    assert np.allclose(one.deviations[:, 0], x.std(axis=1))
    out = gaussmix.chain(Mixture.of([1], [0], [1], 4000), [25, 25], KEY)
    # |mean| of 25 standard normals is half-normal with scale 1/5
    expected, error = np.sqrt(2 / np.pi) / 5, out[:, 0].std() / np.sqrt(4000)
    assert abs(out[:, 0].mean() - expected) < 6.5 * error
    assert abs(1.1 * out[:, 0].mean() - expected) > 6.5 * error


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
    truth = Mixture.of([0.5, 0.5], [-2, 2], [1, 1], 40)
    alone = gaussmix.chain(truth, [60] * 6, KEY)[:, -1].mean()
    helped = gaussmix.chain(truth, [60] * 6, KEY, [0.5] * 6)[:, -1].mean()
    assert helped < 0.8 * alone


def test_what_does_not_fit_is_refused():
    with pytest.raises(OutsideFragment):
        glm.fit("probit", np.ones((1, 2, 1)), np.ones((1, 2)))
    with pytest.raises(DomainError):
        glm.fit("poisson", np.full((1, 2, 1), np.nan), np.ones((1, 2)))
    for wrong in ({"size": 0}, {"coefficients": []}, {"coefficients": [np.inf]}, {"weight": 0.5},
                  {"real": 3, "weight": 2.0}):  # fmt: skip
        good = {"kind": "poisson", "coefficients": [1.0], "size": 5, "last": 1, "runs": 2, "key": KEY}
        with pytest.raises(DomainError):
            glm.chain(**{**good, **wrong})
    for wrong in (([0.5, 0.6], [0, 1], [1, 1]), ([1], [np.nan], [1]), ([1], [0], [0]), ([], [], [])):
        with pytest.raises(DomainError):
            Mixture.of(*wrong)
    truth = Mixture.of([1], [0], [1])
    for sizes, shares in (([], []), ([0], []), ([5], [2.0]), ([5], [0.1, 0.2])):
        with pytest.raises(DomainError):
            gaussmix.chain(truth, sizes, KEY, shares)
