"""Observables and events on sampled paths, against their definitions; and their bounds."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.families import Categorical, Linear
from refutable.derivations.process import Draw, Model, Pool, Process
from refutable.derivations.statement import Implies, Not, eq, ge, gt, le, lt, ne
from refutable.montecarlo.bounds import bounds
from refutable.montecarlo.engine import model_of
from refutable.montecarlo.observe import holds, value
from refutable.montecarlo.streams import stream_key

n, p, A = sp.symbols("n p A")
FS = Process("FS", Categorical("p"), Pool([Draw(Model(), n, "data")]), index=sp.Symbol("m"))
AT = {n: sp.Integer(6), p: tuple(sp.Rational(k, 10) for k in (4, 3, 2, 1)), A: sp.FiniteSet(1, 3)}
X, Y = FS.model(2), FS.model(1)


def sampled(e, at=AT):
    e, model = model_of(e, at)
    paths = model.sample(stream_key(0, "observe"), 0)
    return e, model.scope, paths


def vectors():
    """Models 1 and 2 of the shard that `sampled` draws."""
    _, _, paths = sampled(Q.SqNorm(X) + Q.SqNorm(Y))
    return paths.vectors["model", 1], paths.vectors["model", 2]


def subsets(x):
    return [x @ np.array(mask) for mask in product((0, 1), repeat=4)]


DEFINITIONS = {
    Q.Coord(X, 2): lambda y, x: x[1],
    Q.SqNorm(X - Y): lambda y, x: ((x - y) ** 2).sum(),
    Q.Norm1(X - FS.truth): lambda y, x: np.abs(x - [0.4, 0.3, 0.2, 0.1]).sum(),
    Q.NormInf(X): lambda y, x: x.max(),
    Q.TotalVariation(X, Y): lambda y, x: max(subsets(x - y)),
    Q.Mass(X, A): lambda y, x: x[0] + x[2],
    Q.PiMax(X): lambda y, x: max(min(v, 1 - v) for v in subsets(x)),
    Q.LambdaMax(X): lambda y, x: max(v * (1 - v) for v in subsets(x)),
    Q.Support(X): lambda y, x: (x > 0).sum(),
    Q.SqNorm(FS.noise(2)): lambda y, x: ((x - y) ** 2).sum(),
    Q.Coord(FS.batch("data", 2), 1): lambda y, x: x[0],
    sp.Max(X[1], X[2]) ** 2 * sp.exp(-Y[1]): lambda y, x: max(x[0], x[1]) ** 2 * np.exp(-y[0]),
}


@pytest.mark.parametrize("e", DEFINITIONS, ids=str)
def test_value_is_its_definition_and_within_its_bounds(e):
    node, scope, paths = sampled(e + Q.SqNorm(X) + Q.SqNorm(Y))
    node = node - sampled(Q.SqNorm(X) + Q.SqNorm(Y))[0]
    got = value(node, scope, paths)
    y, x = vectors()
    want = [DEFINITIONS[e](y[k], x[k]) for k in range(300)]
    assert np.allclose(got[:300], want, atol=1e-12)
    lo, hi = bounds(node, scope)
    assert lo - 1e-12 <= got.min() <= got.max() <= hi + 1e-12


def test_large_supports_use_reachable_sums():
    at = {n: sp.Integer(9), p: tuple([sp.Rational(1, 16)] * 16)}
    node, scope, paths = sampled(Q.PiMax(Y), at)
    x = np.rint(paths.vectors["model", 1][:40] * 9).astype(int)
    for row, got in zip(x, value(node, scope, paths), strict=False):
        sums = {0}
        for c in row:
            sums |= {t + c for t in sums}
        assert got == pytest.approx(max(min(t, 9 - t) for t in sums) / 9)


@pytest.mark.parametrize(
    ("event", "truth"),
    [
        (eq(X[1], sp.Rational(1, 2)), lambda y, x: round(6 * x[0]) == 3),
        (ne(X[1], Y[1]), lambda y, x: round(6 * x[0]) != round(6 * y[0])),
        (le(Q.SqNorm(X), sp.Rational(1, 3)), lambda y, x: round(36 * (x @ x)) <= 12),
        (lt(Q.SqNorm(X), sp.Rational(1, 3)), lambda y, x: round(36 * (x @ x)) < 12),
        (Q.IsDirac(X), lambda y, x: x.max() > 0.99),
        (le(FS.collapse_time, 2), lambda y, x: x.max() > 0.99),
        (gt(FS.collapse_time, 1), lambda y, x: y.max() < 0.99),
        (Implies(gt(X[1], Y[1]), Not(eq(X[2], 0))), lambda y, x: x[0] <= y[0] + 1e-9 or x[1] > 0),
        (eq(X, Y), lambda y, x: np.allclose(x, y)),
        (eq(3 * X[1] * Y[1], sp.Rational(1, 3)), lambda y, x: round(36 * x[0] * y[0]) == 4),
    ],
    ids=lambda x: "" if callable(x) else str(x),
)
def test_events_are_decided_exactly(event, truth):
    node, scope, paths = sampled(sp.Tuple(event, Q.SqNorm(X), Q.SqNorm(Y)))
    yes, maybe = holds(node[0], scope, paths)
    y, x = vectors()
    if paths.vectors["model", 2] is not x:
        assert np.array_equal(paths.vectors["model", 2], x)
    assert (yes == maybe).all()
    assert yes[:500].tolist() == [bool(truth(y[k], x[k])) for k in range(500)]
    assert 0 < yes.sum() < len(yes)


def test_ties_off_the_lattice_count_either_way():
    node, scope, paths = sampled(sp.Tuple(ge(sp.sqrt(Q.SqNorm(X)), Q.NormInf(X)), Q.SqNorm(X)))
    yes, maybe = holds(node[0], scope, paths)
    ties = paths.vectors["model", 2].max(axis=1) == 1
    assert ties.any()
    assert not yes[ties].any()
    assert maybe.all()


@pytest.mark.parametrize(
    ("e", "part"),
    [
        (FS.collapse_time, "CollapseTime"),
        (Q.Mean(Q.Mean(X[1])), "nested Mean"),
        (Q.SqNorm(FS.batch("data", 2)) + Q.Support(X - Y), "Support"),
        (sp.sin(X[1]), "sin"),
        (1 / X[1], "unbounded observable"),
        (Q.Mass(X, sp.Symbol("B")), None),
    ],
)
def test_what_has_no_value_is_refused(e, part):
    def evaluate():
        node, scope, paths = sampled(e)
        return bounds(node, scope), value(node, scope, paths)

    with pytest.raises((OutsideFragment, DomainError)) as caught:
        evaluate()
    assert getattr(caught.value, "part", None) == part


def test_weights_need_a_difference():
    lr = Process("LR", Linear(2, 6, 1), Pool([Draw(Model(), 6)]))
    with pytest.raises(OutsideFragment, match="ask for model - truth"):
        bounds(Q.SqNorm(lr.model(1)), model_of(Q.SqNorm(lr.model(1)), {})[1].scope)


def test_two_processes_have_no_joint_law():
    other = Process("RS", Categorical("p"), Pool([Draw(Model(), 3)]))
    with pytest.raises(OutsideFragment, match="joint law"):
        model_of(Q.SqNorm(other.model(1)) - Q.SqNorm(X), AT)


@pytest.mark.parametrize(
    "change",
    [
        {n: sp.Integer(0)},
        {n: sp.Rational(1, 2)},
        {n: sp.oo},
        {n: sp.Integer(2) ** 60},
        {p: (sp.Rational(1, 2), sp.Rational(1, 3))},
        {p: (sp.Rational(3, 2), -sp.Rational(1, 2))},
        {p: (sp.nan, sp.Integer(1))},
        {p: sp.Integer(1)},
    ],
    ids=lambda x: "" if callable(x) else str(x),
)
def test_impossible_values_are_errors(change):
    with pytest.raises((DomainError, OutsideFragment)):
        model_of(Q.SqNorm(X), {**AT, **change})


def test_missing_value_is_named():
    with pytest.raises(DomainError, match="no value was given for n"):
        model_of(Q.SqNorm(X), {p: AT[p]})
