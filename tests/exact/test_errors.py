"""Outside its fragment the exact engine refuses, with the right class and the part it means."""

import pytest
import sympy as sp
from sympy.core.symbol import Str

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.errors import (
    BudgetExceeded,
    DomainError,
    OutsideFragment,
    ProcessError,
)
from refutable.derivations.families import Categorical
from refutable.derivations.process import (
    Accumulate,
    Average,
    Draw,
    Filter,
    Mix,
    Model,
    Once,
    Past,
    Pool,
    Process,
    Truth,
)
from refutable.verify.exact import Undefined, atoms, value

m, n, N, i, k = sp.symbols("m n N i k")
p, q, A = sp.symbols("p q A")
R = sp.Rational
HALF = (R(1, 2), R(1, 2))
FS = Process("FS", Categorical("p"), Pool([Draw(Model(), n)]), index=m)
REAL = Once(Truth(), N, "real")
PS = Process("PS", Categorical("p"), Pool([REAL, Draw(Model(), n)]), first=Pool([REAL]), index=m)
SIGMA = Q.SqNorm(FS.model(m))
AT = {p: HALF, n: 2, N: 2, m: 2}


def made(step, **fields):
    return Process("X", Categorical("p"), step, index=m, **fields)


@pytest.mark.parametrize(
    "law",
    [(R(1, 2), R(1, 3)), (R(3, 2), R(-1, 2)), (), R(1, 2), (sp.Symbol("x"), R(1, 2)), None],
    ids=str,
)
def test_p_must_be_a_probability_vector(law):
    with pytest.raises(DomainError, match="p"):
        value(Q.Mean(SIGMA), {**AT, p: law})


def test_an_irrational_law_is_refused():
    with pytest.raises(OutsideFragment, match="rational"):
        value(Q.Mean(SIGMA), {**AT, p: (sp.sqrt(2) / 2, 1 - sp.sqrt(2) / 2)})


@pytest.mark.parametrize("size", [0, -1, R(1, 2)])
def test_sizes_must_be_positive_integers(size):
    with pytest.raises(Undefined):
        value(Q.Mean(SIGMA), {**AT, n: size})


@pytest.mark.parametrize("missing", [p, n, m])
def test_a_missing_value_is_named(missing):
    with pytest.raises(DomainError, match=str(missing)):
        value(Q.Mean(SIGMA), {s: v for s, v in AT.items() if s != missing})


def test_a_missing_value_outside_the_mean_is_named():
    with pytest.raises(DomainError, match="k has no value"):
        value(k * Q.Mean(SIGMA), AT)
    with pytest.raises(DomainError, match="f has no value"):
        value(sp.Function("f")(m) * Q.Mean(SIGMA), AT)


@pytest.mark.parametrize(
    ("expr", "part"),
    [
        (S.Lim(Q.Mean(SIGMA), m), "limit"),
        (S.LimSup(Q.Mean(SIGMA), m), "limit"),
        (sp.Limit(1 / m, m, sp.oo), "limit"),
        (sp.Sum(Q.Prob(S.gt(FS.collapse_time, k)), (k, 0, sp.oo)), "infinite sum"),
        (sp.Derivative(n**2, n), "derivative"),
        (sp.Integral(n, (n, 0, 1)), "integral"),
        (SIGMA, "random number"),
        (Q.Mean(SIGMA, FS.model(1)), "random number"),
        (Q.Mean(SIGMA * FS.collapse_time), "CollapseTime"),
        (Q.Mean(SIGMA * Q.SqNorm(PS.model(m))), "joint law of two processes"),
        (Q.Prob(S.And(FS.fixation(1), Q.IsDirac(FS.model(1)))), "fixation"),
    ],
    ids=str,
)
def test_what_is_outside_is_named(expr, part):
    with pytest.raises(OutsideFragment) as error:
        value(expr, AT)
    assert error.value.part == part


def test_growing_data_have_no_finite_state():
    for step in (Accumulate(Draw(Model(), n)), Pool([Draw(Average(), n)])):
        with pytest.raises(OutsideFragment) as error:
            value(Q.Mean(made(step).collapse_time), AT)
        assert error.value.part == "unbounded state"
        with pytest.raises(OutsideFragment):
            value(Q.Prob(made(step).fixation(1)), AT)


def test_growing_sizes_are_no_homogeneous_chain():
    with pytest.raises(OutsideFragment) as error:
        value(Q.Mean(made(Pool([Draw(Model(), m + 1)])).collapse_time), AT)
    assert error.value.part == "sizes that change with the generation"


def test_a_retained_sample_may_never_collapse():
    assert value(Q.Mean(PS.collapse_time), AT) is sp.oo
    assert value(Q.Mean(PS.collapse_time), {**AT, p: (R(1), R(0))}) == 1


def test_a_condition_of_probability_zero():
    with pytest.raises(Undefined, match="probability zero"):
        value(Q.Mean(SIGMA, S.gt(FS.model(1)[1], 1)), AT)


def test_division_by_zero_is_undefined_not_infinite():
    with pytest.raises(Undefined):
        value(1 / (n - 2) + Q.Mean(SIGMA), AT)
    with pytest.raises(Undefined, match="zero"):
        value(Q.Mean(1 / FS.model(1)[1]), AT)
    with pytest.raises(Undefined):
        value(Q.Mean(sp.log(FS.model(1)[1])), AT)


def test_no_model_is_older_than_the_truth():
    with pytest.raises(Undefined, match="before the truth"):
        value(Q.Mean(SIGMA), {**AT, m: -1})
    with pytest.raises(Undefined, match="integer"):
        value(Q.Mean(SIGMA), {**AT, m: R(1, 2)})


def test_tokens_and_sets_must_exist():
    with pytest.raises(OutsideFragment, match="2 tokens"):
        value(Q.Mean(FS.model(1)[3]), AT)
    with pytest.raises(OutsideFragment, match="2 tokens"):
        value(Q.Mean(Q.Mass(FS.model(1), A)), {**AT, A: sp.FiniteSet(0)})
    with pytest.raises(DomainError, match="A has no value"):
        value(Q.Mean(Q.Mass(FS.model(1), A)), AT)


def test_vectors_of_different_length():
    with pytest.raises(DomainError, match="3 classes, not 2"):
        value(Q.Mean(Q.NormInf(FS.model(1) - Q.AnyVec(q))), {**AT, q: (R(1), R(0), R(0))})


def test_the_budget_counts_before_it_computes():
    big = {**AT, p: (R(1, 4),) * 4, n: 40, m: 3}
    with pytest.raises(BudgetExceeded, match="transitions"):
        value(Q.Mean(Q.NormInf(FS.model(m))), big)
    with pytest.raises(BudgetExceeded):
        value(Q.Mean(Q.NormInf(FS.model(m))), AT, budget=5)
    with pytest.raises(BudgetExceeded, match="dual"):
        value(Q.Mean(FS.collapse_time), {**AT, n: 5000})
    with pytest.raises(BudgetExceeded):
        atoms(S.le(Q.NormInf(FS.model(m)), 1), big)
    assert value(Q.Mean(Q.NormInf(FS.model(m))), AT, budget=100) == R(7, 8)


def test_the_first_window_reaches_back_to_the_truth_only():
    far = made(Pool([Draw(Model(3), n)]))
    with pytest.raises(Undefined, match="no batch exists"):
        value(Q.Mean(Q.SqNorm(far.model(1))), AT)
    mixed = made(Pool([Draw(Mix(R(1, 2), Model(1), Model(2)), n)]))
    with pytest.raises(OutsideFragment, match="before the truth"):
        value(Q.Mean(Q.SqNorm(mixed.model(1))), AT)
    never = made(Pool([Draw(Mix(1, Model(1), Model(2)), n)]))
    assert value(Q.Mean(Q.SqNorm(never.model(1))), AT) == R(3, 4)


def test_a_name_stands_for_one_batch():
    two = [Draw(Model(), 1, name="y"), Draw(Model(), 1, name="y")]
    again = made(Pool([*two, Past("y", 1)]))
    with pytest.raises(ProcessError, match="two batches are named 'y'"):
        value(Q.Mean(Q.SqNorm(again.model(2))), AT)
    other = made(Pool([Once(Truth(), 3, "real")]), first=Pool([Once(Truth(), 2, "real")]))
    with pytest.raises(ProcessError, match="two ways"):
        value(Q.Mean(Q.SqNorm(other.model(1))), AT)


def test_two_equal_draws_are_independent():
    pair = made(Pool([Draw(Truth(), 1), Draw(Truth(), 1)]))
    one = made(Pool([Draw(Truth(), 2)]))
    spread = lambda x: value(Q.Mean(Q.SqNorm(x.model(1))), AT)  # noqa: E731
    assert spread(pair) == spread(one) == R(3, 4)


def test_filters_that_keep_nothing():
    nothing = Draw(Model(), n, keep=Filter(0, 0))
    with pytest.raises(Undefined, match="keeps nothing"):
        value(Q.Mean(Q.SqNorm(made(Pool([nothing])).model(1))), AT)
    old = Draw(Model(), n, keep=Filter(0, 0, empty="keep"))
    assert value(Q.Mean(Q.SqNorm(made(Pool([old])).model(1))), AT) == R(1, 2)
    wild = Draw(Model(), n, keep=Filter(2, 2))
    with pytest.raises(Undefined, match="chance"):
        value(Q.Mean(Q.SqNorm(made(Pool([wild])).model(1))), AT)


def test_a_share_outside_zero_one_gives_no_law():
    outside = made(Pool([Draw(Mix(k, Truth(), Model()), n)]))
    with pytest.raises(Undefined, match="negative"):
        value(Q.Mean(Q.SqNorm(outside.model(2))), {**AT, k: 3})


def test_vectors_have_to_be_drawn_somewhere():
    with pytest.raises(OutsideFragment, match="no batch of this name"):
        value(Q.Mean(Q.SqNorm(Q.BatchVec(Q.Tag(PS), Str("x"), sp.Integer(2)))), AT)
    with pytest.raises(OutsideFragment, match="before the first fit"):
        value(Q.Mean(Q.SqNorm(FS.noise(0))), AT)
