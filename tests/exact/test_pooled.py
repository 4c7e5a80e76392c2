"""Covariances centred at the mean of all data of a fit: closure of moments against raw draws."""

import pytest
import sympy as sp

from refutable import Accumulate, Draw, Gaussian, Mean, Model, Pool, Process, SqNorm, Trace, Truth
from refutable.derivations.derive import derive
from refutable.derivations.errors import BudgetExceeded, DomainError, OutsideFragment
from refutable.verify import exact

t, n, N, Sigma = sp.symbols("t n N Sigma")
R = sp.Rational


def fits():
    fresh = Draw(Model(), n, "x")
    return {
        "accumulate": (Accumulate(fresh), None),
        "replace": (Pool([fresh]), None),
        "growing": (Accumulate(Draw(Model(), n * t, "x")), None),
        "both": (Pool([Draw(Truth(), N, "real"), fresh]), Pool([Draw(Truth(), N, "real")])),
        "older": (Pool([fresh, Draw(Model(2), n, "old")]), Pool([fresh])),
    }


def process(name, divisor):
    step, first = fits()[name]
    return Process(name, Gaussian(Sigma, divisor, "pool"), step, first, index=t)


@pytest.mark.parametrize("name", fits())
@pytest.mark.parametrize("divisor", ["n", "n-1"])
def test_raw_draws_agree_with_the_closure(name, divisor):
    p = process(name, divisor)
    at = {n: sp.Integer(2), N: sp.Integer(3), Sigma: (sp.Integer(1), R(1, 2))}
    for x in (Trace(p.covariance(t)), SqNorm(p.model(t) - p.truth)):
        for generation in (1, 2, 3):
            here = Mean(x.subs(t, generation))
            formula = derive(here).formula
            trace = Trace(p.true_covariance)
            assert exact.value(here, at) == formula.xreplace({trace: R(3, 2)}).subs(at)


def test_two_draws_by_hand():
    """Half the squared difference of two draws, about their mean: a quarter of 2 sigma^2."""
    at = {n: sp.Integer(2), Sigma: (sp.Integer(1),)}
    assert exact.value(Mean(Trace(process("replace", "n").covariance(1))), at) == R(1, 2)
    assert exact.value(Mean(Trace(process("replace", "n-1").covariance(1))), at) == 1


def test_centring_matters():
    """Batches centred by themselves lose the scatter of their means; a single batch has none."""
    at = {n: sp.Integer(2), N: sp.Integer(2), Sigma: (sp.Integer(1),)}
    apart = Process("apart", Gaussian(Sigma, "n"), *fits()["both"], index=t)
    first, second = (
        [exact.value(Mean(Trace(p.covariance(g))), at) for p in (apart, process("both", "n"))]
        for g in (1, 2)
    )
    assert first[0] == first[1] == R(1, 2)
    assert second[0] < second[1]
    p = process("accumulate", "n")
    assert exact.value(Mean(Trace(p.covariance(2))), at) == (1 - R(1, 2)) * (1 - R(1, 8))


def test_what_does_not_close_is_refused():
    p = process("accumulate", "n")
    at = {n: sp.Integer(2), Sigma: (sp.Integer(1),)}
    for x in (SqNorm(p.covariance(1)), Trace(p.covariance(1)) ** 2):
        with pytest.raises(OutsideFragment):
            exact.value(Mean(x), at)
        with pytest.raises(OutsideFragment):
            derive(Mean(x))
    with pytest.raises(BudgetExceeded):
        exact.value(Mean(Trace(p.covariance(5))), {**at, n: sp.Integer(100)})
    with pytest.raises(DomainError, match="one datum"):
        exact.value(Mean(Trace(process("replace", "n-1").covariance(1))), {**at, n: sp.Integer(1)})
