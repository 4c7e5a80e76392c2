"""Almost-sure statements, atom by atom."""

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Categorical, Linear
from refutable.derivations.process import Accumulate, Draw, Model, Once, Pool, Process, Truth
from refutable.verify.exact import atoms, outcomes, same_vectors, value, vector_coefficients

m, n, N, i = sp.symbols("m n N i")
p, v = sp.symbols("p v")
R = sp.Rational
THIRDS = (R(1, 2), R(1, 3), R(1, 6))
FS = Process("FS", Categorical("p"), Pool([Draw(Model(), n)]), index=m)
REAL = Once(Truth(), N, "real")
STEP = Pool([REAL, Draw(Model(), n, name="y")])
PS = Process("PS", Categorical("p"), STEP, first=Pool([REAL]), index=m)
AT = {p: THIRDS, n: 2, N: 2, m: 2, i: 1}


def test_probabilities_sum_to_one_and_give_the_mean():
    found = atoms(Q.SqNorm(PS.model(m)), AT)
    assert sum(w for w, _ in found) == 1
    assert all(w > 0 for w, _ in found)
    node = Q.SqNorm(PS.model(m))
    assert sum(w * d[node] for w, d in found) == value(Q.Mean(node), AT)


def test_keys_are_the_nodes_as_written_and_as_they_become():
    statement = S.le(FS.model(m)[i], FS.model(m - 1)[i] + n)
    for _, values in atoms(statement, AT):
        assert values[FS.model(m)[i]] == values[FS.model(2)[1]]
        assert values[FS.model(m - 1)[i]] == values[FS.model(1)[1]]
        assert statement.xreplace(values).xreplace({n: sp.Integer(2)}).lhs.is_Rational


def test_a_conditional_mean_is_a_function_of_its_condition():
    last = FS.model(m - 1)[i]
    square = Q.Mean(FS.model(m)[i] ** 2, FS.model(m - 1))
    true = S.eq(square, last / n + (1 - 1 / n) * last**2)
    false = S.eq(square, last / n + (1 + 1 / n) * last**2)
    assert all(ok for _, _, ok in outcomes(true, AT))
    assert [ok for _, d, ok in outcomes(false, AT)] == [
        d[FS.model(1)[1]] == 0 for _, d, _ in outcomes(false, AT)
    ]


def test_a_conditional_probability_too():
    chance = Q.Prob(Q.IsDirac(FS.model(m)), FS.model(m - 1))
    total = sp.Sum(FS.model(m - 1)[i] ** n, (i, 1, 3))
    assert all(ok for _, _, ok in outcomes(S.eq(chance, total), AT))


def test_vectors_are_compared_coordinate_by_coordinate():
    share = n / (N + n)
    mixed = (1 - share) * PS.model(1) + share * PS.batch("y", m + 1)
    good = S.eq(PS.model(m + 1), mixed)
    assert all(ok for _, _, ok in outcomes(good, AT))
    bad = S.eq(PS.model(m + 1), PS.batch("y", m + 1))
    assert {ok for _, _, ok in outcomes(bad, AT)} == {True, False}
    _, values = atoms(good, AT)[0]
    assert values[PS.model(m + 1)] == values[mixed]
    assert values[mixed].shape == (3, 1)
    assert sum(values[mixed]) == 1


def test_a_retained_batch_is_the_same_at_every_index():
    same = S.eq(PS.batch("real", 1), PS.batch("real", 3))
    assert all(ok for _, _, ok in outcomes(same, AT))
    assert all(ok for _, _, ok in outcomes(S.eq(PS.batch("real", 3), PS.model(1)), AT))
    fresh = S.eq(PS.batch("y", 2), PS.batch("y", 3))
    assert {ok for _, _, ok in outcomes(fresh, AT)} == {True, False}


def test_noise_is_batch_mean_minus_law():
    noise = S.eq(FS.noise(m), FS.model(m) - FS.model(m - 1))
    assert all(ok for _, _, ok in outcomes(noise, AT))
    batch = S.eq(PS.noise(m), PS.batch("y", m) - PS.model(m - 1))
    assert all(ok for _, _, ok in outcomes(batch, AT))
    assert all(ok for _, _, ok in outcomes(S.eq(PS.noise(1), PS.model(1) - PS.truth), AT))


def test_logic_and_membership():
    model = FS.model(m)
    dirac = S.Iff(Q.IsDirac(model), S.eq(Q.SqNorm(model), 1))
    assert all(ok for _, _, ok in outcomes(dirac, AT))
    lattice = S.Member(n * model[i], 0, n)
    assert all(ok for _, _, ok in outcomes(lattice, AT))
    assert not all(ok for _, _, ok in outcomes(S.Member(model[i], 0, n), AT))
    stays = S.Implies(Q.IsDirac(FS.model(1)), S.eq(FS.model(2), FS.model(1)))
    assert all(ok for _, _, ok in outcomes(stays, AT))
    assert {d[Q.IsDirac(FS.model(1))] for _, d in atoms(stays, AT)} == {sp.true, sp.false}


def test_a_statement_about_nothing_random_has_one_atom():
    assert atoms(S.le(Q.SqNorm(FS.truth), 1), AT) == [(1, {Q.SqNorm(FS.truth): R(7, 18)})]
    other = Q.AnyVec(v)
    ((w, values, ok),) = outcomes(S.lt(Q.PiMax(other), R(1, 2)), {v: (R(3, 4), R(1, 4))})
    assert (w, ok, values[Q.PiMax(other)]) == (1, True, R(1, 4))


def test_quantifiers_belong_to_the_judge():
    with pytest.raises(OutsideFragment, match="quantified"):
        atoms(S.Exists(i, S.gt(FS.model(m)[i], 0)), AT)


def test_the_order_of_atoms_does_not_depend_on_the_run():
    statement = S.le(Q.Norm1(PS.model(m) - PS.model(1)), 2)
    assert atoms(statement, AT) == atoms(statement, AT)


def test_vectors_that_are_the_same_with_probability_one():
    """Also where no algebra shows it: a sample of one is copied for ever."""
    assert same_vectors(FS.model(2), FS.model(1), {**AT, n: 1})
    assert not same_vectors(FS.model(2), FS.model(1), AT)
    share = n / (N + n)
    gap = PS.model(m + 1) - PS.model(1)
    assert same_vectors(gap, share * (PS.batch("y", m + 1) - PS.model(1)), AT)
    assert not same_vectors(gap, (1 - share) * (PS.batch("y", m + 1) - PS.model(1)), {**AT, N: 3})
    linear = Process("acc", Linear(1, N, 1), Accumulate(Draw(Model(), N)), index=m)
    claimed = linear.truth + Q.VecSum(linear.noise(i) / i, i, 1, m)
    assert same_vectors(linear.model(m), claimed, {m: 4, N: 3})
    assert not same_vectors(linear.model(m), claimed + linear.noise(4), {m: 4, N: 3})


def test_coefficients_do_not_decide_about_counts():
    with pytest.raises(OutsideFragment, match="no linear expansion"):
        vector_coefficients(FS.model(2) - FS.model(1), AT)
    assert vector_coefficients(FS.model(2) - FS.model(2), AT) == {}
