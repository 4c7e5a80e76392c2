"""Distribution functions drawn datum by datum, against second moments that they did not supply.

False alarms: means within 6.5 standard errors (1e-10 each; 20), checks at 1e-9 (2). A bias of 3 % is
13 standard errors or more: it is missed with a chance below 1e-9.
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Cdf
from refutable.derivations.process import (
    Accumulate,
    Average,
    Draw,
    Exact,
    Filter,
    Mix,
    Model,
    Once,
    Past,
    Pool,
    Process,
    Truth,
)
from refutable.derivations.quantity import Mean, Norm1, Prob, SqNorm
from refutable.derivations.statement import eq, gt, le
from refutable.montecarlo import check
from refutable.montecarlo.engine import Job
from refutable.montecarlo.observe import value
from refutable.montecarlo.paths import Curve
from refutable.montecarlo.second import second_moments

m = sp.Symbol("m")
THIRD = sp.Rational(1, 3)
REAL, NEW = Draw(Truth(), 3, "real"), Draw(Model(), 4, "new")
#: One process for every part of the vocabulary: step, and the first one where it differs.
LOOPS = {
    "synthetic": (Pool([NEW]), None),
    "weights": (Pool([REAL, NEW], [THIRD, 1 - THIRD]), Pool([REAL])),
    "merged": (Pool([REAL, NEW]), Pool([REAL])),
    "mixture": (Pool([Draw(Mix(THIRD, Truth(), Model()), 4)]), None),
    "accumulate": (Accumulate(NEW), None),
    "window": (Pool([Draw(Model(1), 2, "a"), Draw(Model(2), 3, "b")]), Pool([REAL])),
    "retained": (Pool([Once(Truth(), 3, "kept"), NEW]), Pool([Once(Truth(), 3, "kept")])),
    "reused": (Pool([NEW, Past("new", 1)]), Pool([NEW])),
    "all models": (Pool([Draw(Average(), 4)]), None),
    "exact": (Pool([Exact(Truth()), NEW], [THIRD, 1 - THIRD]), None),
}


def loop(name):
    step, first = LOOPS[name]
    return Process(name, Cdf(), step, first=first, index=m)


@pytest.mark.parametrize("name", LOOPS)
def test_errors_are_the_second_moments(name):
    process, last = loop(name), 3
    nodes = [Mean(SqNorm(process.model(g) - process.truth)) for g in range(1, last + 1)]
    jobs = Job.together(nodes, {}, 5, name)
    shards = [jobs[0].model.sample(jobs[0].key, k) for k in range(60)]
    exact = second_moments(process, {}, last)[1]
    for job, g in zip(jobs, range(1, last + 1), strict=True):
        x = np.concatenate([value(job.observable, job.model.scope, p) for p in shards])
        error = x.std() / np.sqrt(len(x))
        assert (x >= 0).all()
        assert (x <= 1 / 3).all()
        assert abs(x.mean() - exact[g]) < 6.5 * error
        assert 0.03 * exact[g] > 13 * error


def test_the_integral_is_that_of_a_fine_grid():
    """Signed weights, ties, and a slope; the grid's own error is below 1e-4."""
    rng = np.random.default_rng(0)
    atoms = rng.random((5, 7))
    atoms[:, 3] = atoms[:, 4]
    curve = Curve(atoms, rng.standard_normal(7), -0.7)
    u = (np.arange(200_000) + 0.5) / 200_000
    for row, square in zip(atoms, curve.square(), strict=True):
        steps = ((row[:, None] <= u) * curve.weights[:, None]).sum(axis=0)
        assert abs(((steps - 0.7 * u) ** 2).mean() - square) < 1e-4


def test_a_step_between_two_models():
    """E |C_2 - C_1|^2 = E C_1 (1 - C_1) / n integrated = (1 - 1/n) / (6 n), n = 4."""
    process = loop("synthetic")
    node = Mean(SqNorm(process.model(2) - process.model(1)))
    for factor, word in ((1, "verified"), (sp.Rational(11, 10), "refuted")):
        right = factor * sp.Rational(1, 32)
        outcome = check(eq(node, right), {}, seed=0, key="step", budget=10_000_000, delta=0.05)
        assert outcome.outcome == word


def test_almost_sure_bounds_and_events():
    """No error exceeds 1/3, and one exceeds 1/1000 on some path."""
    process = loop("weights")
    error = SqNorm(process.model(2) - process.truth)
    for bound, word in ((THIRD, "verified"), (sp.Rational(1, 1000), "refuted")):
        assert check(le(error, bound), {}, seed=0, key="as", budget=100_000).outcome == word
    job = Job.of(Prob(gt(error, 0)), {}, 0, "event")
    assert job.summary([job.tally(0)]).mean == 1


def test_bounds_are_those_of_the_structure():
    process = loop("synthetic")
    one, two = process.model(1), process.model(2)
    for v, high in ((two - process.truth, 1 / 3), (two - one, 1), (two, 1), (2 * two - 2 * one, 4)):
        assert Job.of(Mean(SqNorm(v)), {}, 0, "bounds").high == pytest.approx(high)


@pytest.mark.parametrize(
    ("step", "part"),
    [
        (Pool([Draw(Mix(THIRD, Truth(), Model()), 4, keep=Filter(1, THIRD))]), "Filter"),
        (Pool([REAL, NEW], [1 + THIRD, -THIRD]), "negative weight"),
    ],
)
def test_what_it_cannot_draw_is_named(step, part):
    process = Process("refused", Cdf(), step, first=Pool([REAL]), index=m)
    job = Job.of(Mean(SqNorm(process.model(3) - process.truth)), {}, 0, "x")
    with pytest.raises(OutsideFragment) as found:
        job.tally(0)
    assert found.value.part == part


def test_other_norms_are_refused():
    process = loop("synthetic")
    with pytest.raises(OutsideFragment, match="SqNorm") as found:
        Job.of(Mean(Norm1(process.model(1) - process.truth)), {}, 0, "x")
    assert found.value.part == "Norm1"


def test_shards_of_large_models_are_small():
    """2000 generations of 100 data, all kept: 200 000 atoms; a shard of one replicate fits."""
    process = Process("large", Cdf(), Accumulate(Draw(Model(), 100)), index=m)
    node = Mean(SqNorm(process.model(2000) - process.truth))
    model = Job.of(node, {}, 0, "large").model
    assert model.design.rows == 200_000
    assert model.shard_runs == 1
