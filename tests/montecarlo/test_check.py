"""Relations judged by sampling: each answer occurs, for the right reason.

False alarms: at most 1e-9 per check, false passes at most 1e-6; 12 checks of each kind.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp

from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.quantity import IsDirac, Mean, NormInf, Prob, SqNorm
from refutable.derivations.statement import eq, ge, gt, le, lt, ne
from refutable.montecarlo import check, estimate
from refutable.montecarlo.betting import BINS
from refutable.montecarlo.confidence import GRID, Bounded, Counted
from refutable.montecarlo.sides import enclose, expectations, merged
from refutable.verify.cli import main

n, m = sp.symbols("n m")
OFF = sp.Rational(51, 50)


def s(process, k):
    return Mean(SqNorm(process.model(k)))


CASES = {
    "closed form": (lambda f: eq(s(f, m), 1 - (1 - 1 / n) ** m * (1 - s(f, 0))), "verified"),
    "true norm": (lambda f: eq(s(f, 1), 1 - (1 - 1 / n) * (1 - SqNorm(f.truth))), "verified"),
    "off by one": (lambda f: eq(s(f, m), 1 - (1 - 1 / n) ** (m + 1) * (1 - s(f, 0))), "refuted"),
    "recurrence": (lambda f: eq(s(f, m + 1), 1 / n + (1 - 1 / n) * s(f, m)), "verified"),
    "2 % off": (lambda f: eq(s(f, m + 1), (1 / n + (1 - 1 / n) * s(f, m)) * OFF), "refuted"),
    "growth": (lambda f: lt(s(f, m), s(f, m + 1)), "verified"),
    "decay": (lambda f: ge(s(f, m), s(f, m + 1)), "refuted"),
    "norms": (lambda f: le(s(f, m), Mean(NormInf(f.model(m)))), "verified"),
    "root": (lambda f: ge(s(f, m), sp.sqrt(s(f, m + 1))), "refuted"),
    "differs": (lambda f: ne(s(f, m), sp.Rational(1, 100)), "verified"),
    "event": (lambda f: eq(Prob(IsDirac(f.model(m))), Prob(le(f.collapse_time, m))), "verified"),
    "surely": (lambda f: le(SqNorm(f.model(m)), NormInf(f.model(m))), "verified"),
    "not surely": (lambda f: lt(SqNorm(f.model(m)), NormInf(f.model(m))), "refuted"),
    "numbers": (lambda f: eq(n, 4), "verified"),
    "wrong numbers": (lambda f: gt(sp.pi, sp.Rational(22, 7)), "refuted"),
    "unbounded": (lambda f: eq(Mean(f.collapse_time), 100), "open"),
    "too early": (lambda f: lt(Mean(f.collapse_time), 3), "refuted"),
}


@pytest.mark.parametrize("name", CASES)
def test_outcomes(name, fs, at):
    build, want = CASES[name]
    where = {**at, n: sp.Integer(4), m: sp.Integer(3)}
    got = check(build(fs), where, seed=0, key=name, budget=4_000_000)
    assert got.outcome == want, got
    assert (got.delta is not None) == (want == "verified")


def test_small_budget_stays_open(fs, at):
    relation = eq(s(fs, 3), 1 - sp.Rational(1, 2) ** 3 * sp.Rational(4, 9))
    got = check(relation, at, seed=0, key="open", budget=1000, delta=0.001)
    assert (got.outcome, got.delta) == ("open", None)
    assert got.gap[0] < 0 < got.gap[1]


def test_difference_of_means_is_one_mean(fs):
    e = merged(s(fs, 3) - sp.Rational(1, 2) * s(fs, 2) - 1)
    assert len(expectations(e)) == 1
    assert expectations(merged(s(fs, 3) ** 2 - s(fs, 2))) == expectations(s(fs, 3) + s(fs, 2))


def test_enclosures_hold_their_corners():
    x, y = sp.symbols("x y")
    spans = {x: (-0.5, 2.0), y: (0.25, 0.5)}
    for e in (
        x * y,
        x**2,
        x**3 - y,
        x / y,
        sp.sqrt(y) * x,
        sp.Abs(x) + sp.Max(x, y),
        sp.exp(x * y),
    ):
        lo, hi = enclose(e, spans)
        for a in (-0.5, 0.0, 0.7, 2.0):
            for b in (0.25, 0.3, 0.5):
                assert lo <= float(e.subs({x: a, y: b})) <= hi
    assert enclose(1 / x, spans) == (-math.inf, math.inf)
    with pytest.raises(OutsideFragment):
        enclose(sp.sin(x), spans)


def test_pieces_apply_where_they_may():
    x = sp.Symbol("x")
    e = sp.Piecewise((10, x < 0), (x + 1, x <= 1), (-5, True))
    assert enclose(e, {x: (0.25, 0.5)}) == pytest.approx((1.25, 1.5))
    assert enclose(e, {x: (-2.0, -1.0)}) == (10, 10)
    assert enclose(e, {x: (0.5, 1.5)}) == pytest.approx((-5, 2.5))
    both = sp.Piecewise((1, sp.And(x > 0, x < 1)), (2, sp.Or(x < -3, x > 5)), evaluate=False)
    assert enclose(both, {x: (6.0, 7.0)}) == (2, 2)
    with pytest.raises(OutsideFragment):
        enclose(both, {x: (2.0, 3.0)})


def test_defined_functions_are_opened():
    from refutable.derivations.functions import defined

    x, y = sp.symbols("x y")
    f = defined("f", sp.Lambda(x, sp.Piecewise((sp.log(x), x > 1), (0, True))))
    lo, hi = enclose(1 + f(y), {y: (2.0, 4.0)})
    assert lo <= 1 + math.log(2) < 1 + math.log(4) <= hi < 2.5


def test_intervals_get_narrower_and_hold():
    wide, narrow = Counted(100, 30, 30).interval(1e-9), Counted(100, 30, 30).interval(0.1)
    assert wide[0] < narrow[0] < 0.3 < narrow[1] < wide[1]
    assert Counted(100, 30, 40).interval(0.1)[1] > narrow[1]
    zero = Counted(1000, 0, 0).interval(2e-3)
    assert zero == (0.0, pytest.approx(1 - 1e-3 ** (1 / 1000), rel=1e-6))
    h = np.zeros(BINS + 1, int)
    h[[0, BINS]] = 5000
    lo, hi = Bounded(10_000, 5_000 * GRID, h, 0.0, 2.0).interval(1e-6)
    assert 0.93 < lo < 1 < hi < 1.07
    low, hi = Bounded(10_000, 5_000 * GRID, h, 0.0, 2.0, open_above=True).interval(1e-6)
    assert low == lo  # a check of one side doubles the error, whatever the kind of the limits
    assert hi == math.inf
    one = np.bincount([BINS], minlength=BINS + 1)
    assert Bounded(1, GRID, one, 0.0, 2.0).interval(1e-3) == (0.0, 2.0)


def test_equal_arguments_equal_answers(fs, at):
    a = estimate(s(fs, 2), at, seed=3, key="twice", runs=5000)
    b = estimate(s(fs, 2), at, seed=3, key="twice", runs=5000)
    assert a == b


@pytest.mark.parametrize("bad", [{"alpha": 0.0}, {"beta": 1.5}, {"seed": -1}, {"runs": 0}])
def test_bad_arguments_are_errors(bad, fs, at):
    with pytest.raises(DomainError):
        estimate(s(fs, 2), at, **{"seed": 0, "key": "x", "runs": 10, **bad})


def test_sampling_alone_says_that_it_says_nothing(capsys):
    """A statement without an expectation has no evidence at all from this engine."""
    assert main(["verify", "--claim", "he.thm3.stages.s1", "--engine", "montecarlo", "--jobs", "1"]) == 0
    out = capsys.readouterr()
    assert "undecided" in out.out
    assert "internal error" not in out.out + out.err
