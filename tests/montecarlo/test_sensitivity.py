"""A planted bias of 1 % is refuted, for every sampler: its mean against an exact number.

The others have this beside their laws: `filtered`, `mixture`, `bartlett`, `ranks`, `regression.fixed`
and `.fresh`, populations of two types (`test_choice`), fits (`test_glm_and_mixtures`), the plain
categorical sampler (`test_sampler`); distribution functions that are drawn see 3 % (`test_empirical`).
False alarms: means within 6.5 standard errors (1e-10 each; 6); a bias of 1 % is 13 of them or more, so
that it is missed with a chance below 1e-9.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import fmpq

from refutable.derivations.families import Gaussian
from refutable.derivations.process import Draw, Model, Pool, Process
from refutable.derivations.quantity import Mean, SqNorm, Trace
from refutable.montecarlo import urn
from refutable.montecarlo.compiled import HAVE_NUMBA
from refutable.montecarlo.engine import Job
from refutable.montecarlo.fitted import KnownDesign
from refutable.montecarlo.observe import sampled
from refutable.montecarlo.regression import accumulated
from refutable.verify.exact.dual import collapse_time

KEY = (3, 4)
#: The twins have the same bits, and would take minutes.
compiles = pytest.mark.skipif(not HAVE_NUMBA, reason="needs the extra refutable[fast]")


def sees_one_per_cent(x: np.ndarray, exact: float) -> None:
    """The mean is the exact number, and 1 % more or less than it is told from it."""
    error = x.std() / np.sqrt(len(x))
    assert abs(x.mean() - exact) < 6.5 * error
    assert 0.01 * exact > 13 * error
    for bias in (0.99, 1.01):
        assert abs(bias * x.mean() - exact) > 6.5 * error


@compiles
@pytest.mark.parametrize(("s", "n", "last", "runs"), [(52, 100, 8, 100_000), (2, 50, 3, 60_000)])
def test_urns_of_many_and_of_two_types(s, n, last, runs):
    law = [Fraction(1, s)] * s
    x = urn.squares(law, n, last, np.arange(runs, dtype=np.uint64), KEY)[:, -1] / n**2
    sees_one_per_cent(x, 1 - (1 - 1 / n) ** last * (1 - 1 / s))


@compiles
def test_absorption_times():
    law = [Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)]
    times = urn.absorbed(law, 6, 400, np.arange(900_000, dtype=np.uint64), KEY)
    assert (times > 0).all()
    exact = collapse_time([fmpq(1, 2), fmpq(1, 4), fmpq(1, 4)], 6)
    sees_one_per_cent(times.astype(float), int(exact.p) / int(exact.q))


def test_least_squares_on_all_labels():
    """E|e|^2 = d / (T - d - 1) after one fit, and d / (2 (2 T - d - 1)) more after two."""
    d, rows, runs = 20, 200, 220_000
    out = accumulated(d, [rows] * 2, 1.0, 0, runs, KEY)
    first = d / (rows - d - 1)
    sees_one_per_cent(out[0], first)
    sees_one_per_cent(out[1], first + d / (2 * (2 * rows - d - 1)))


def plain(family, step, quantity, at, runs):
    """A quantity of the second model, by the plain sampler."""
    loop = Process("plain", family, step)
    job = Job.of(Mean(quantity(loop)), at, 3, "sensitivity")
    whole = -(-runs // job.model.shard_runs)
    paths = (job.model.sample(job.key, k) for k in range(whole))
    return np.concatenate([sampled(job.observable, job.model.scope, p) for p in paths])


def test_least_squares_that_are_drawn():
    """E|e|^2 = 2 d sigma^2 after two fits on one design with X'X = I."""
    spectrum = {sp.Symbol("Lambda"): (sp.Integer(1),) * 20}
    loop = KnownDesign(24, 3), Pool([Draw(Model(), 24)])
    x = plain(*loop, lambda p: SqNorm(p.model(2) - p.truth), spectrum, 200_000)
    sees_one_per_cent(x, 2 * 20 * 3)


def test_covariances_that_are_drawn():
    """The mean of an unbiased covariance is the truth, whatever came before."""
    spectrum = {sp.Symbol("Sigma"): (sp.Integer(2),) * 20}
    x = plain(Gaussian("Sigma"), Pool([Draw(Model(), 11)]), lambda p: Trace(p.covariance(2)), spectrum, 80_000)
    sees_one_per_cent(x, 40)
