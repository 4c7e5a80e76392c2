"""The exact engine against numbers and identities that follow from elsewhere."""

from fractions import Fraction
from math import lcm

import pytest
import sympy as sp
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.families import Categorical
from refutable.derivations.process import (
    Accumulate,
    Average,
    Draw,
    Model,
    Once,
    Pool,
    Process,
    Truth,
)
from refutable.verify.exact import multinomial, value

m, n, N, i, j = sp.symbols("m n N i j")
p, A = sp.symbols("p A")
R = sp.Rational
HALF = (R(1, 2), R(1, 2))
THIRDS = (R(1, 2), R(1, 3), R(1, 6))
FS = Process("FS", Categorical("p"), Pool([Draw(Model(), n)]), index=m)
REAL = Once(Truth(), N, "real")
STEP = Pool([REAL, Draw(Model(), n, name="y")])
PS = Process("PS", Categorical("p"), STEP, first=Pool([REAL]), index=m)
RS = Process("RS", Categorical("p"), Pool([Draw(Average(), n)]), index=m)
ACC = Process("ACC", Categorical("p"), Accumulate(Draw(Model(), n)), index=m)
MR = Process("MR", Categorical("p"), Pool([Draw(Model(1), n), Draw(Model(2), n)]), index=m)


@st.composite
def laws(draw, most=3):
    parts = draw(st.lists(st.integers(0, 5), min_size=1, max_size=most).filter(any))
    return tuple(R(x, sum(parts)) for x in parts)


def test_the_smallest_partially_synthetic_instance():
    """By hand: p(2) is a point mass, (3, 1)/4 or (1, 1)/2 with probability 1/2, 1/4, 1/4."""
    assert value(Q.Mean(Q.SqNorm(PS.model(m))), {p: HALF, N: 2, n: 2, m: 2}) == R(25, 32)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(law=laws(), sizes=st.tuples(st.integers(1, 3), st.integers(1, 3)), g=st.integers(1, 3))
@pytest.mark.parametrize("process", [FS, PS, RS, ACC, MR], ids=lambda x: x.name)
def test_a_model_is_a_martingale_and_a_probability_vector(process, law, sizes, g):
    at = {p: law, N: sizes[0], n: sizes[1], m: g}
    model = process.model(m)
    for token, chance in enumerate(law, start=1):
        assert value(Q.Mean(model[token]), at) == chance
    everything = sp.Sum(model[i], (i, 1, len(law)))
    assert value(Q.Prob(S.eq(everything, 1)), at) == 1
    assert value(Q.Prob(S.And(S.ge(Q.NormInf(model), 0), S.le(Q.NormInf(model), 1))), at) == 1


@settings(derandomize=True, max_examples=40, deadline=None)
@given(law=laws(4), size=st.integers(0, 6))
def test_multinomial_weights_sum_to_one(law, size):
    vector = (common := lcm(*(x.q for x in law)), *(int(x * common) for x in law))
    found = list(multinomial._multinomial(size, vector))
    assert sum(w for _, w in found) == 1
    assert len(found) == multinomial.outcomes(size, vector)
    assert all(sum(c) == size for c, _ in found)


def test_one_token_is_always_the_same():
    at = {p: (R(1),), n: 2, N: 3, m: 2}
    for process in (FS, PS, RS, ACC, MR):
        assert value(Q.Mean(Q.SqNorm(process.model(m))), at) == 1
        assert value(Q.Prob(Q.IsDirac(process.model(m))), at) == 1
    assert value(Q.Mean(FS.collapse_time), at) == 1


def test_a_sample_of_size_one_collapses_at_once():
    assert value(Q.Mean(FS.collapse_time), {p: THIRDS, n: 1}) == 1
    assert value(Q.Prob(Q.IsDirac(FS.model(1))), {p: THIRDS, n: 1}) == 1


def test_deterministic_functionals():
    at = {p: (R(1, 2), R(1, 3), R(1, 6), R(0)), A: sp.FiniteSet(1, 3), i: 2}
    truth = FS.truth
    assert value(Q.SqNorm(truth) + truth[i], at) == R(14, 36) + R(1, 3)
    assert value(Q.Mass(truth, A), at) == R(2, 3)
    assert value(Q.Mass(truth, A), {**at, A: sp.FiniteSet()}) == 0
    assert value(Q.Support(truth), at) == 3
    assert value(Q.PiMax(truth), at) == R(1, 2)
    assert value(Q.LambdaMax(truth), at) == R(1, 4)
    assert value(Q.NormInf(FS.model(0)), at) == R(1, 2)
    v, w = Q.AnyVec(sp.Symbol("v")), Q.AnyVec(sp.Symbol("w"))
    pair = {sp.Symbol("v"): (R(1, 2), R(1, 2), R(0)), sp.Symbol("w"): (R(0), R(1, 3), R(2, 3))}
    assert value(Q.Norm1(v - w), pair) == 2 * value(Q.TotalVariation(v, w), pair) == R(4, 3)


def test_sums_schedules_and_masses_are_written_out():
    share = n / (N + n)
    at = {p: THIRDS, n: 2, N: 2, m: 2}
    noise = Q.Mean(Q.Norm1(PS.batch("y", j + 1) - PS.model(j)))
    whole = value(sp.Sum(share ** (m + 1 - j) * noise, (j, 1, m)), at)
    parts = [value(share ** (3 - k) * noise, {**at, j: k}) for k in (1, 2)]
    assert whole == sum(parts)
    size = sp.Function("size")
    grows = Process("G", Categorical("p"), Pool([Draw(Model(), size(m))]), index=m, origin=0)
    at = {p: HALF, size: sp.Lambda(i, i + 1)}
    assert value(Q.Prob(Q.IsDirac(grows.model(0))), at) == 1
    stays = Q.Mean(Q.Mass(grows.model(2), sp.FiniteSet(1)))
    assert value(stays, at) == R(1, 2)


def test_conditional_means_and_probabilities():
    at = {p: THIRDS, n: 3, m: 2}
    collapsed = Q.IsDirac(FS.model(m))
    chance = value(Q.Prob(collapsed), at)
    for token in (1, 2, 3):
        given = value(Q.Mean(FS.model(m)[token], collapsed), at)
        both = value(Q.Prob(S.And(collapsed, S.eq(FS.model(m)[token], 1))), at)
        assert given == value(Q.Prob(S.eq(FS.model(m)[token], 1), collapsed), at) == both / chance


def test_a_mean_of_a_conditional_mean_is_the_mean():
    at = {p: THIRDS, n: 2, N: 2, m: 2, i: 1}
    for process, past in ((FS, [1]), (PS, [1, 2]), (PS, [2])):
        x = Q.Norm1(process.model(3) - process.model(1))
        tower = Q.Mean(Q.Mean(x, sp.Tuple(*(process.model(t) for t in past))))
        assert value(tower, at) == value(Q.Mean(x), at)
    spread = Q.Mean(Q.Mean(FS.model(2)[i] ** 2, FS.model(1)) ** 2)
    inner = FS.model(1)[i] / n + (1 - 1 / n) * FS.model(1)[i] ** 2
    assert value(spread, at) == value(Q.Mean(inner**2), at)


def test_irrational_numbers_stay_exact():
    at = {p: HALF, n: 2}
    root = value(Q.Mean(sp.sqrt(Q.SqNorm(FS.model(1)))), at)
    assert root == R(1, 2) + sp.sqrt(2) / 4
    assert value(Q.Prob(S.gt(sp.sqrt(Q.SqNorm(FS.model(1))), sp.sqrt(2) / 2)), at) == R(1, 2)
    assert value(Q.Prob(S.eq(sp.sqrt(Q.SqNorm(FS.model(1))), sp.sqrt(2) / 2)), at) == R(1, 2)
    branch = sp.Piecewise((1, FS.model(1)[1] > R(1, 3)), (sp.log(2), True))
    assert value(Q.Mean(branch), at) == R(3, 4) + sp.log(2) / 4


def test_a_mean_is_linear_across_processes():
    at = {p: HALF, n: 2, N: 2}
    a, b = Q.SqNorm(FS.model(2)), Q.SqNorm(PS.model(2))
    assert value(Q.Mean(3 * a - b / 2 + n), at) == 3 * R(7, 8) - R(25, 64) + 2


def test_values_are_sympy_numbers():
    found = value(Q.Mean(Q.SqNorm(FS.model(1))), {p: HALF, n: 2})
    assert isinstance(found, sp.Rational)
    assert not isinstance(found, (Fraction, fmpq))
