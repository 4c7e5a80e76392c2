"""Limits with partial sums: equivalents of power sums, and where they may not be used."""

import pytest
import sympy as sp

from refutable.derivations import statement as S
from refutable.derivations.claim import claim
from refutable.derivations.errors import NoLimit, OutsideFragment
from refutable.verify.judge import Options, judge_one
from refutable.verify.limits import limit
from refutable.verify.region import Region, Variable
from refutable.verify.squeeze import squeezed_limit
from refutable.verify.sumlimits import UnknownSign, settle_sums

x, k, c, s = sp.symbols("x k c s")
REGION = Region(
    {
        x: Variable(x, sp.Integer(1), integer=True),
        c: Variable(c, -sp.oo, sp.Integer(1), False, True),
        s: Variable(s, sp.Integer(0)),
    }
)


def partial(f):
    return sp.Sum(f, (k, 1, x))


@pytest.mark.parametrize(
    ("e", "value"),
    [
        (partial(1 / k) / sp.log(x), 1),
        (partial(k**-c) / (x ** (1 - c) / (1 - c)), 1),
        (partial(1 / k**2), sp.pi**2 / 6),
        (1 + 2 * sp.Sum(1 / k**2, (k, 2, x)), sp.pi**2 / 3 - 1),
        (sp.harmonic(x), sp.oo),
        (partial(1 / (3 * k - 2)) / sp.log(x), sp.Rational(1, 3)),
        ((2 + partial(1 / k)) * 3, sp.oo),
    ],
)
def test_partial_sums(e, value):
    found, lemmas = limit(e, x, sp.oo, REGION)
    assert sp.simplify(found - value) == 0 or found == value
    assert "lemma.integral" in lemmas
    assert "lemma.gruntz" not in lemmas


def test_an_equivalent_replaces_a_factor_only():
    """sum 1/k - log x tends to Euler's constant, not to zero."""
    with pytest.raises(OutsideFragment):
        settle_sums(partial(1 / k) - sp.log(x), x, REGION)


def test_a_convergent_sum_without_a_name_is_refused():
    with pytest.raises(OutsideFragment):
        settle_sums(partial(1 / (k**2 + 1)), x, REGION)


def test_an_infinite_limit_needs_a_sign():
    with pytest.raises(UnknownSign):
        limit(s * partial(1 / k), x, sp.oo, REGION)


def test_powers_that_tend_to_one_are_squeezed():
    """The error of n T^2 synthetic data at weight log(T)/T: half a log(T)/T; not where w = 1/T."""
    x = sp.Symbol("x")
    power = (1 - sp.log(x) / x) ** (2 * x)
    assert squeezed_limit(3 + x * power, x, Region()) == 3
    with pytest.raises(OutsideFragment):
        squeezed_limit(3 + x**2 * power, x, Region())  # the bound x^-2 does not tell
    with pytest.raises(OutsideFragment):
        squeezed_limit((1 - 1 / x) ** x, x, Region())


def test_a_whole_series_is_a_value_and_a_divergent_one_is_refused():
    whole = sp.Sum(1 / (x * (k + 1) ** 2), (k, 1, sp.oo))
    assert settle_sums(whole, x, REGION)[0] == (sp.pi**2 / 6 - 1) / x
    assert limit(whole * x, x, sp.oo, REGION)[0] == sp.pi**2 / 6 - 1
    with pytest.raises(NoLimit, match="divides by zero at k = 2"):
        settle_sums(sp.Sum(1 / (x * (k - 2) ** 2), (k, 1, sp.oo)), x, REGION)
    for f in (1 / (x * (k + 1)), 1 / x):
        assert limit(sp.Sum(f, (k, 1, sp.oo)), x, sp.oo, REGION)[0] == sp.oo
        assert limit(sp.Sum(-f, (k, 1, sp.oo)), x, sp.oo, REGION)[0] == -sp.oo
    for f in (sp.exp(-k) / x, s / (x * k)):
        with pytest.raises(OutsideFragment) as refused:
            settle_sums(sp.Sum(f, (k, 1, sp.oo)), x, REGION)
        assert not isinstance(refused.value, NoLimit)


def test_a_divergent_series_is_no_error_and_no_number():
    """Every member of the sequence is infinite, and so is its limit."""
    series = S.Lim(sp.Sum(1 / x, (k, 1, sp.oo)), x)
    words = {}
    for value in (sp.oo, sp.Integer(0)):
        c = claim("a.b", S.eq(series, value), "limit")[0]
        words[value] = judge_one(c, Options(mutants=False)).verdict
    assert words == {sp.oo: "proved", sp.Integer(0): "refuted"}
