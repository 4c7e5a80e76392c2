"""Logarithms, sines and products beside sums: what is true is proved, what is false is not."""

import pytest
import sympy as sp

from refutable import claim
from refutable.derivations import statement as S
from refutable.derivations.domain import Integers, Reals, Schedule
from refutable.verify.deduce import deduce
from refutable.verify.positivity import prove
from refutable.verify.region import Region, Variable

x, n, b = sp.Symbol("x"), sp.Symbol("n"), sp.Function("b")
k = sp.Symbol("k")
REGION = Region(
    {
        x: Variable(x, sp.Integer(0), sp.oo, lo_open=True),
        n: Variable(n, sp.Integer(1), sp.oo, integer=True),
    }
)
wave = sp.sin(sp.pi / sp.sqrt(n)) * sp.sqrt(n) / sp.pi
zeta = sp.pi**2 / 6


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (S.le(sp.log(x), x - 1), S.le(sp.log(x), x - 2)),
        (S.ge(x * sp.log(x), x - 1), S.gt(x * sp.log(x), x - 1)),
        (
            S.le((x + 1) * sp.log(x), (x - 1) * (x + 3) / 2),
            S.le((x + 1) * sp.log(x), (x - 1) * (x + 2) / 2),
        ),
        (S.ge(sp.log(x + n), sp.log(x + 1)), S.ge(sp.log(x + n), sp.log(2 * x + 1))),
        (S.ge(wave, 1 - zeta / n), S.ge(wave, 1 - zeta / (2 * n))),
        (S.le(wave, sp.exp(-zeta / n)), S.le(wave, sp.exp(-2 * zeta / n))),
        (S.le(zeta / n * (1 - (zeta - 1) / n), 1 - wave), S.le(zeta / n, 1 - wave)),
    ],
)
def test_bounds_of_a_logarithm_and_a_sine(true, false):
    assert prove(true, REGION) is not None
    assert prove(false, REGION) is None


def test_a_certificate_names_the_lemma_that_it_rests_on():
    assert prove(S.le(sp.log(x), x - 1), REGION).lemmas == ("lemma.logarithm",)
    assert prove(S.ge(wave, 1 - zeta / n), REGION).lemmas == ("lemma.sine",)


UNIT = Reals(0, 1)


def products(st, values=UNIT):
    return claim("a.b", st, "bound", domain={b: Schedule(values)})[0]


GAPS = sp.Sum(b(k), (k, 1, sp.oo))
WHOLE = sp.Product(1 - b(k), (k, 1, sp.oo))


@pytest.mark.parametrize(
    ("statement", "ok"),
    [
        (S.le(1 - WHOLE, GAPS), True),
        (S.le(1 - WHOLE, GAPS / 2), False),
        (S.le(WHOLE, 1 - b(1)), True),
        (S.le(WHOLE, 1 - 2 * b(1)), False),
        (S.le(WHOLE, 1 - b(2)), False),  # true, but no rule looks at a later factor
    ],
)
def test_a_product_beside_the_sum_of_its_gaps(statement, ok):
    d = deduce(products(statement))
    assert d.proved is ok
    assert ("lemma.weierstrass" in d.lemmas) == statement.has(sp.Sum)


def test_factors_outside_of_the_unit_interval_have_no_such_bound():
    assert not deduce(products(S.le(1 - WHOLE, GAPS), Reals(0, 3))).proved
    assert not deduce(products(S.le(WHOLE, 1 - b(1)), Reals(-1, 1))).proved


def test_integers_are_no_gaps():
    m = sp.Function("m")
    st = S.le(1 - sp.Product(1 - 1 / m(k), (k, 1, sp.oo)), sp.Sum(1 / m(k), (k, 1, sp.oo)))
    for least, ok in ((1, True), (0, False)):
        c = claim("a.b", st, "bound", domain={m: Schedule(Integers(least))})[0]
        assert deduce(c).proved is ok


@pytest.mark.parametrize("c", [1, 2, sp.Rational(2, 3)])
def test_an_exponential_lies_above_its_tangent_through_the_origin(c):
    """y exp(-y) is largest at y = 1: e^y >= e y, whatever multiple of x stands in the exponent."""
    u, most = sp.Symbol("u"), sp.exp(-1) / c
    region = Region({u: Variable(u, sp.Integer(0))})
    assert prove(S.le(u * sp.exp(-c * u), most), region) is not None
    assert prove(S.le(u * sp.exp(-c * u), most * sp.Rational(99, 100)), region) is None
    assert prove(S.ge(sp.exp(c * u), sp.E * c * u), region) is not None


def test_exponentials_of_ordered_exponents_are_ordered():
    u = sp.Symbol("u")
    region = Region({u: Variable(u, sp.Integer(1))})
    small, large = sp.exp(-1 / (6 * u)), sp.exp(-(sp.pi**2) / (6 * u))
    assert prove(S.ge(small, large), region) is not None
    assert prove(S.le(small, large), region) is None
    assert prove(S.le(u * (1 - sp.exp(-1 / u**2)), u * (1 - sp.exp(-1 / u))), region) is not None
