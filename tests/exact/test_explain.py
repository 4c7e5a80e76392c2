"""The account of a number says the law and the sum, and ends in the value."""

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.families import Categorical, Linear
from refutable.derivations.process import Accumulate, Draw, Model, Once, Pool, Process, Truth
from refutable.verify.exact import explain, value

m, n, N, T = sp.symbols("m n N T")
p = sp.Symbol("p")
R = sp.Rational
HALF = (R(1, 2), R(1, 2))
FS = Process("FS", Categorical("p"), Pool([Draw(Model(), n)]), index=m)
REAL = Once(Truth(), N, "real")
PS = Process("PS", Categorical("p"), Pool([REAL, Draw(Model(), n)]), first=Pool([REAL]), index=m)
AT = {p: HALF, N: 2, n: 2, m: 2}


def test_the_smallest_partially_synthetic_instance():
    lines = explain(Q.Mean(Q.SqNorm(PS.model(m))), AT)
    assert lines[:4] == ["p = (1/2, 1/2)", "N = 2", "n = 2", "m = 2"]
    assert "PS: p(1) = (1/2, 1/2) with probability 1/2" in lines
    assert "PS: p(2) = (3/4, 1/4) with probability 1/8" in lines
    assert lines[-1].endswith("1/4*1 + 1/8*5/8 + 1/4*1/2 + 1/8*5/8 + 1/4*1 = 25/32")


def test_the_printed_sum_is_the_value():
    for question in (
        Q.Mean(Q.Norm1(PS.model(2) - PS.model(1))),
        Q.Prob(Q.IsDirac(FS.model(2))),
        Q.Mean(FS.model(2)[1], Q.IsDirac(FS.model(2))),
    ):
        _, total, result = explain(question, AT)[-1].rsplit(" = ", 2)
        assert sp.sympify(total) == sp.sympify(result) == value(question, AT)


def test_long_laws_are_cut_off_and_say_so():
    lines = explain(Q.Mean(Q.NormInf(FS.model(1))), {**AT, p: (R(1, 3),) * 3, n: 6})
    rearranged = "FS: p(1) = (5/6, 1/6, 0) and its 5 rearrangements with probability 4/81 in all"
    assert rearranged in lines
    assert "(16 more terms)" in lines[-1]


def test_a_question_too_large_to_write_out_has_its_value():
    at = {**AT, n: 60}
    line = explain(Q.Prob(Q.IsDirac(FS.model(1))), at, budget=40_000)[-1]
    assert line.endswith(f"= {R(1, 2) ** 59}")


def test_an_expression_around_means_ends_in_its_value():
    lines = explain(1 - Q.Mean(Q.SqNorm(FS.model(1))), AT)
    assert lines[-1].endswith("= 1/4")
    assert explain(Q.SqNorm(FS.truth), AT)[-1].endswith("= 1/2")


def test_collapse_times_are_told_by_ancestors():
    lines = explain(Q.Mean(FS.collapse_time), AT)
    assert "2 samples have a number of ancestors (with probability) 1: 1/2, 2: 1/2" in lines
    assert lines[-1].endswith("= 2")
    assert explain(Q.Prob(FS.fixation(1)), AT)[-1].endswith("= 1/2")


def test_linear_models_are_told_by_coefficients():
    process = Process("acc", Linear(2, T, 3), Accumulate(Draw(Model(), T)), index=m)
    lines = explain(Q.Mean(Q.SqNorm(process.model(2) - process.truth)), {T: 6, m: 2})
    assert "acc: w(2) = w* + 1*noise_1 + 1/2*noise_2" in lines
    assert lines[-1].endswith("= 5/2")
