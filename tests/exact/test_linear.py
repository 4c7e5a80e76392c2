"""Linear models: coefficients of the noise and the exact test error."""

from fractions import Fraction

import pytest
import sympy as sp
from scipy import integrate, special, stats

from refutable.derivations import quantity as Q
from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.families import Linear
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
from refutable.verify.exact import Undefined, coefficients, value, vector_coefficients
from refutable.verify.exact.linear import inverse_chi_square, inverse_gram_trace

n, T, d, sigma, i, j = sp.symbols("n T d sigma i j")
R = sp.Rational
FAMILY = Linear(d, T, sigma**2)
FRESH = Linear(d, None, sigma**2)
AT = {n: 3, T: 6, d: 2, sigma: 3}
ACC = Process("acc", FAMILY, Accumulate(Draw(Model(), T)), index=n)
REPLACE = Process("rep", FAMILY, Pool([Draw(Model(), T)]), index=n)
MULTIPLE = Process("mul", FAMILY, Pool([Draw(Model(), n * T)]), index=n)
REAL = Once(Truth(), T, "real")
HALF_REAL = Process("half", FAMILY, Pool([REAL, Draw(Model(), T, "y")]), Pool([REAL]), index=n)


def scalar_runs(last, step):
    """d = 1 by the definition: w_g from earlier w's and one number of noise per generation."""
    basis = [[Fraction(int(k == g)) for k in range(last + 1)] for g in range(last + 1)]
    models = [basis[0]]
    for g in range(1, last + 1):
        models.append(step(models, basis, g))
    return models


def mean(*vectors):
    return [sum(x) / len(vectors) for x in zip(*vectors, strict=True)]


def plus(a, b):
    return [x + y for x, y in zip(a, b, strict=True)]


def accumulate(models, noise, g):
    return mean(*(plus(models[h - 1], noise[h]) for h in range(1, g + 1)))


def half_real(models, noise, g):
    real = plus(models[0], noise[1])
    return real if g == 1 else mean(real, plus(models[g - 1], noise[g]))


@pytest.mark.parametrize(("process", "step"), [(ACC, accumulate), (HALF_REAL, half_real)])
def test_stacked_least_squares_gives_the_scalar_recursion(process, step):
    models = scalar_runs(8, step)
    for g in range(1, 9):
        assert (
            coefficients(process, g, AT)
            == [R(x.numerator, x.denominator) for x in models[g]][1 : g + 1]
        )
        assert models[g][0] == 1


def test_replaced_data_keep_all_noise():
    for process in (REPLACE, MULTIPLE):
        assert coefficients(process, 4, AT) == [1, 1, 1, 1]


def test_batches_used_again_keep_their_noise():
    step = Pool([Draw(Model(), T, name="y"), Past("y", 1)])
    process = Process("again", FAMILY, step, index=n)
    # w1 = w* + e1, w2 = (w1 + e2 + w* + e1)/2 = w* + e1 + e2/2, w3 = (w2 + e3 + w1 + e2)/2
    assert coefficients(process, 3, AT) == [1, R(3, 4), R(1, 2)]


def test_weights_and_exact_sources():
    step = Pool([Exact(Truth()), Draw(Model(), T)], weights=[R(1, 3), R(2, 3)])
    for family in (FAMILY, FRESH):
        process = Process("w", family, step, index=n)
        assert coefficients(process, 3, AT) == [R(8, 27), R(4, 9), R(2, 3)]


def test_sums_of_vectors_and_formal_vectors():
    claimed = ACC.truth + Q.VecSum(ACC.noise(i) / i, i, 1, n)
    assert vector_coefficients(ACC.model(n) - claimed, AT) == {}
    inner = Q.VecSum(Q.VecSum(ACC.noise(j) / j, j, 1, i), i, 1, n)
    found = vector_coefficients(inner + Q.VecSum(ACC.noise(i), i, 1, n + 1), {**AT, n: 1})
    assert found == {ACC.noise(1): 2, ACC.noise(2): 1}
    v, w = Q.AnyVec(sp.Symbol("v")), Q.AnyVec(sp.Symbol("w"))
    assert vector_coefficients(3 * (v - w) + w * n, AT) == {v: 3}
    assert vector_coefficients(Q.VecSum(v, i, 2, 1), AT) == {}


def test_a_batch_is_its_law_and_its_noise():
    batch = HALF_REAL.batch("y", 3)
    assert vector_coefficients(batch - HALF_REAL.model(2), AT) == {HALF_REAL.noise(3): 1}
    assert vector_coefficients(HALF_REAL.batch("real", 3), AT) == {
        HALF_REAL.truth: 1,
        HALF_REAL.noise(1): 1,
    }


@pytest.mark.parametrize("k", [3, 4, 5, 8, 11])
def test_inverse_chi_square_against_quadrature(k):
    found, _ = integrate.quad(lambda x: stats.chi2.pdf(x, k) / x, 0, float("inf"), limit=200)
    assert abs(float(inverse_chi_square(k)) - found) < 1e-7


@pytest.mark.parametrize(("rows", "columns"), [(4, 2), (5, 2), (8, 3), (6, 4), (9, 5)])
def test_inverse_gram_trace_by_cofactors(rows, columns):
    """By symmetry d times one diagonal entry, the reciprocal of a squared residual norm."""
    expected = columns * inverse_chi_square(rows - columns + 1)
    assert inverse_gram_trace(rows, columns) == expected


def test_a_two_by_two_inverse_by_quadrature():
    """tr (L L')^-1 = (b^2 + c) / (a c) + 1 / c with a, c chi-square and b normal, for 5 rows."""
    x, wx = special.roots_genlaguerre(12, 0.5)  # a = 2 x has density ~ x^(3/2) e^-x
    y, wy = special.roots_genlaguerre(12, 0.0)  # c = 2 y has density ~ y e^-y
    b, wb = special.roots_hermitenorm(12)
    a, c, b = (2 * x)[:, None, None], (2 * y)[None, :, None], b[None, None, :]
    weights = (wx * x)[:, None, None] * (wy * y)[None, :, None] * wb[None, None, :]
    found = (weights * ((b**2 + c) / (a * c) + 1 / c)).sum() / weights.sum()
    assert abs(float(inverse_gram_trace(5, 2)) - found) < 1e-9


def test_the_test_error():
    error = lambda process: value(Q.Mean(Q.SqNorm(process.model(n) - process.truth)), AT)  # noqa: E731
    trace = inverse_gram_trace(6, 2)
    assert error(ACC) == 9 * trace * (1 + R(1, 4) + R(1, 9))
    assert error(REPLACE) == 9 * trace * 3
    assert error(MULTIPLE) == 9 * trace * (1 + R(1, 2) + R(1, 3))
    fresh = Process("f", FRESH, Pool([Draw(Model(), n * T)]), index=n)
    assert error(fresh) == 9 * sum(inverse_gram_trace(6 * k, 2) for k in (1, 2, 3))
    step = value(Q.Mean(2 * Q.SqNorm(ACC.model(n) - ACC.model(n - 1)) + 1), AT)
    assert step == 2 * 9 * trace * R(1, 9) + 1


def test_the_error_may_be_infinite():
    at = {n: 1, T: 3, d: 2, sigma: 1}
    error = Q.Mean(Q.SqNorm(ACC.model(n) - ACC.truth))
    assert value(error, at) is sp.oo
    assert value(error, {**at, sigma: 0}) == 0
    with pytest.raises(Undefined, match="fewer rows"):
        value(error, {**at, T: 1})


FIRST = Pool([Draw(Truth(), T)])
REFUSED = {
    "mixture": Pool([Draw(Mix(R(1, 2), Truth(), Model()), T)]),
    "average": Pool([Draw(Average(), T)]),
    "filter": Pool([Draw(Model(), T, keep=Filter(1, R(1, 2)))]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_linear_is_refused(name):
    process = Process("x", FAMILY, REFUSED[name], first=FIRST, index=n)
    with pytest.raises(OutsideFragment):
        coefficients(process, 2, AT)


def test_fresh_designs_cannot_be_pooled_by_size():
    process = Process("x", FRESH, Accumulate(Draw(Model(), T)), index=n)
    assert coefficients(process, 1, AT) == [1]
    with pytest.raises(OutsideFragment, match="fresh designs"):
        coefficients(process, 2, AT)


def test_true_weights_must_cancel():
    with pytest.raises(OutsideFragment, match="true weights"):
        value(Q.Mean(Q.SqNorm(ACC.model(n))), AT)
    with pytest.raises(OutsideFragment, match="no finite law"):
        value(Q.Mean(Q.NormInf(ACC.model(n) - ACC.truth)), AT)


def test_sizes_must_be_whole_copies_of_the_design():
    process = Process("x", FAMILY, Pool([Draw(Model(), T + 1)]), index=n)
    with pytest.raises(Undefined, match="does not fit a design"):
        coefficients(process, 1, AT)


def test_missing_values_are_named():
    with pytest.raises(DomainError, match="T has no value"):
        coefficients(ACC, 1, {d: 2})
    with pytest.raises(DomainError, match="sigma"):
        value(Q.Mean(Q.SqNorm(ACC.model(1) - ACC.truth)), {d: 2, T: 6})
