"""The ancestral dual against the chains it stands for; balls and floats against its rationals."""

from fractions import Fraction
from itertools import product

import flint
import pytest
import sympy as sp
from flint import arb, fmpq, fmpq_mat

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Mix, Model, Pool, Process, Truth
from refutable.verify.exact import dual, dual_numeric, hitting, multinomial, value
from refutable.verify.exact.chain import Budget, Chain
from refutable.verify.exact.instance import Instance

m, n = sp.symbols("m n")
p = sp.Symbol("p")
R = sp.Rational
STEP = Pool([Draw(Model(), n)])
FS = Process("FS", Categorical("p"), STEP, index=m)
#: The same chain, declared so that its structure does not show: no dual is used for it.
HIDDEN = Process("HIDDEN", Categorical("p"), STEP, first=STEP, index=m)
LAWS = [
    (R(1, 2), R(1, 2)),
    (R(9, 10), R(1, 10)),
    (R(1, 2), R(1, 3), R(1, 6)),
    (R(1, 2), R(0), R(1, 2)),
    (R(1), R(0)),
]


def as_fmpq(law):
    return [fmpq(int(x.p), int(x.q)) for x in law]


def two_type(p, size):
    """E[T] = 1 + sum_i E h(X_i), X_i ~ Bin(n, p_i), (I - P) h = x/n on 0 < x < n.

    Before T every count x_i is below n and sum_i x_i / n = 1: each generation waited is shared out
    among the tokens, and each token waits by itself.
    """
    inner = range(1, size)
    steps = fmpq_mat(size - 1, size - 1)
    for x in inner:
        steps[x - 1, x - 1] += 1
        for (y, _), w in multinomial._multinomial(size, (size, x, size - x)):
            if 0 < y < size:
                steps[x - 1, y - 1] -= w
    right = fmpq_mat(size - 1, 1, [fmpq(x, size) for x in inner])
    waits = steps.solve(right) if size > 1 else None
    total = fmpq(1)
    for q in p:
        den = int(q.q)
        for (y, _), w in multinomial._multinomial(size, (den, int(q.p), den - int(q.p))):
            total += w * waits[y - 1, 0] if 0 < y < size else 0
    return total


@pytest.mark.parametrize("law", LAWS, ids=str)
@pytest.mark.parametrize("size", range(1, 6))
def test_the_dual_equals_the_absorbing_chain(law, size):
    assert dual.fully_synthetic(FS)
    assert not dual.fully_synthetic(HIDDEN)
    at = {p: law, n: size}
    assert value(Q.Mean(FS.collapse_time), at) == value(Q.Mean(HIDDEN.collapse_time), at)
    for g in range(1, 4):
        direct = value(Q.Prob(Q.IsDirac(HIDDEN.model(g))), at)
        assert value(Q.Prob(Q.IsDirac(FS.model(g))), at) == direct


@pytest.mark.parametrize("law", LAWS, ids=str)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 20])
def test_the_dual_equals_the_two_type_chain(law, size):
    assert dual.collapse_time(as_fmpq(law), size) == two_type(as_fmpq(law), size)


def test_occupancy_counts_maps():
    """Row j counts the maps of j balls into n boxes by the number of boxes hit."""
    size = 4
    for j, row in enumerate(dual.occupancy(size), start=1):
        counts = [0] * (j + 1)
        for image in product(range(size), repeat=j):
            counts[len(set(image))] += 1
        assert row == counts


@pytest.mark.parametrize("op", list(S.OPS))
@pytest.mark.parametrize("limit", [0, 1, 2, R(5, 2)])
def test_relations_with_the_collapse_time(op, limit):
    """Both sides of the relation, both routes."""
    at = {p: LAWS[2], n: 3}
    found = {
        value(Q.Prob(S.Rel(op, FS.collapse_time, limit)), at),
        value(Q.Prob(S.Rel(S.FLIP[op], limit, FS.collapse_time)), at),
        value(Q.Prob(S.Rel(op, HIDDEN.collapse_time, limit)), at),
        value(Q.Prob(S.Rel(S.FLIP[op], limit, HIDDEN.collapse_time)), at),
    }
    assert len(found) == 1


def test_the_collapse_time_is_finite():
    at = {p: LAWS[2], n: 3}
    chances = {op: value(Q.Prob(S.Rel(op, FS.collapse_time, sp.oo)), at) for op in S.OPS}
    assert chances == {"=": 0, "!=": 1, "<=": 1, "<": 1, ">=": 0, ">": 0}


def test_the_paper_index_of_the_first_fit_counts():
    late = Process("L", Categorical("p"), STEP, index=m, origin=0)
    at = {p: LAWS[0], n: 4}
    assert value(Q.Mean(late.collapse_time), at) == value(Q.Mean(FS.collapse_time), at) - 1
    early = value(Q.Prob(S.le(FS.collapse_time, 2)), at)
    assert value(Q.Prob(S.le(late.collapse_time, 1)), at) == early


def test_the_mean_is_the_sum_of_the_tail():
    """Two routes of the dual that share no recursion."""
    law = as_fmpq(LAWS[2])
    tail = sum((1 - x for x in dual.collapsed_by(law, 4, 200)), fmpq(0))
    gap = dual.collapse_time(law, 4) - tail
    assert 0 < gap < fmpq(1, 10**20)


def test_three_tokens_and_thirty_samples():
    """Larger than any enumeration; the two-type chain confirms."""
    at = {p: LAWS[2], n: 30}
    found = value(Q.Mean(1 + FS.collapse_time), at)
    assert found - 1 == sp.Rational(
        *map(int, (lambda x: (x.p, x.q))(two_type(as_fmpq(LAWS[2]), 30)))
    )


@pytest.mark.parametrize("law", [LAWS[0], LAWS[2], (R(999, 1000), R(1, 1000))], ids=str)
@pytest.mark.parametrize("size", [1, 2, 9, 60])
def test_balls_and_floats_hold_the_rational(law, size):
    exact = dual.collapse_time(as_fmpq(law), size)
    early = dual.collapsed_by(as_fmpq(law), size, 5)
    with flint.ctx.workprec(600):
        ball = dual_numeric.collapse_time_ball(as_fmpq(law), size)
        assert ball.overlaps(arb(exact))
        assert ball.rad() < arb(10) ** -30
        for x, y in zip(dual_numeric.collapsed_by_ball(as_fmpq(law), size, 5), early, strict=True):
            assert x.overlaps(arb(y))
            assert x.rad() < arb(10) ** -30
    near, error = dual_numeric.collapse_time_float(as_fmpq(law), size)
    assert abs(Fraction(near) - Fraction(int(exact.p), int(exact.q))) <= error
    floats, error = dual_numeric.collapsed_by_float(as_fmpq(law), size, 5)
    for x, y in zip(floats, early, strict=True):
        assert abs(Fraction(x) - Fraction(int(y.p), int(y.q))) <= error


def test_a_ball_stays_narrow_where_the_naive_update_explodes():
    """n = 400: forming 1 - occ(j, j) by d + (1 - d) w leaves no digit at all."""
    ball = dual_numeric.collapse_time_ball([fmpq(1, 2)] * 2, 400)
    assert ball.rad() < arb(10) ** -30
    near, error = dual_numeric.collapse_time_float([fmpq(1, 2)] * 2, 400)
    assert abs(float(ball.mid()) - near) <= error < 1e-6


@pytest.mark.parametrize("law", [LAWS[0], LAWS[2], (R(999, 1000), R(1, 1000))], ids=str)
@pytest.mark.parametrize("size", [1, 2, 3, 60, 700])
def test_the_band_holds_the_rational_too(law, size):
    """Against the rational where that is quick, else against a ball and the full rows."""
    pytest.importorskip("numba")
    p = as_fmpq(law)
    mass, rest = dual_numeric._float(p), dual_numeric._float([1 - x for x in p])
    near = 1.0 + dual_numeric._compiled(mass, rest, size)
    full = 1.0 + dual_numeric._last_time(mass, rest, size)
    _, error = dual_numeric.collapse_time_float(p, size)
    with flint.ctx.workprec(200):
        ball = dual_numeric.collapse_time_ball(p, size)
    for x in (near, full):
        assert abs(x - float(ball.mid())) <= error
        assert abs(x - float(ball.mid())) <= 1e-12 * x
    assert abs(near * (1 + 1e-9) - float(ball.mid())) > 1e-12 * near


def test_the_dual_refuses_what_is_no_law():
    with pytest.raises(ValueError, match="probability vector"):
        dual.collapse_time([fmpq(1, 2)], 2)
    with pytest.raises(ValueError, match="n >= 1"):
        dual.collapse_time([fmpq(1)], 0)


@pytest.mark.parametrize("token", [1, 2, 3])
def test_fixation_adds_up_and_follows_symmetry(token):
    """By a linear solve: the chance of each token; the martingale says that it is p_i."""
    at = {p: LAWS[2], n: 4}
    assert value(Q.Prob(FS.fixation(token)), at) == LAWS[2][token - 1]


def test_fixation_where_real_data_keep_coming():
    """No model of a mixture with fresh real data stays a point mass, unless the truth is one."""
    mix = Pool([Draw(Mix(R(1, 2), Truth(), Model()), n)])
    process = Process("M", Categorical("p"), mix, index=m)
    assert value(Q.Prob(process.fixation(1)), {p: LAWS[0], n: 3}) == 0
    assert value(Q.Prob(process.fixation(1)), {p: LAWS[4], n: 3}) == 1


def test_a_solve_agrees_with_following_the_chain():
    """E[T] by the absorbing solve against the sum of P(T > g), for a chain that is not absorbed."""
    mix = Pool([Draw(Mix(R(1, 4), Truth(), Model()), n)])
    process = Process("M", Categorical("p"), mix, first=Pool([Draw(Truth(), n)]), index=m)
    at = {p: LAWS[1], n: 3}
    whole = value(Q.Mean(process.collapse_time), at)
    tail = [value(Q.Prob(S.gt(process.collapse_time, g)), at) for g in range(9)]
    assert tail[:2] == [1, 1 - R(9, 10) ** 3 - R(1, 10) ** 3]
    assert 0 < whole - sum(tail) < 4 * tail[-1] < R(1, 10)


def test_the_absorbing_chain_says_when_it_may_never_end():
    real = Pool([Draw(Truth(), n)])
    process = Process("P", Categorical("p"), real, index=m)
    assert value(Q.Mean(process.collapse_time), {p: LAWS[0], n: 2}) == 2
    never = Process("N", Categorical("p"), Pool([Draw(Truth(), 2), Draw(Model(), 1)]), index=m)
    chain = Chain(Instance(never, {p: LAWS[0]}), [(0,), (1,)], Budget(10**5))
    assert hitting.expected_time(chain) == 4
