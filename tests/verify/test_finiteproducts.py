"""Finite products with a symbolic end: one spelling, and signs only where every factor has one."""

import sympy as sp

from refutable.derivations.normal import is_zero
from refutable.verify.finiteproducts import name_products
from refutable.verify.region import Region, Variable

n, t, k = sp.symbols("n t k")


def _region(least_t=0):
    return Region(
        {
            n: Variable(n, sp.Integer(2), sp.oo, integer=True),
            t: Variable(t, sp.Integer(least_t), sp.oo, integer=True),
        }
    )


def _product(f, last):
    return sp.Product(f, (k, 2, last))


def test_ends_are_aligned_and_a_positive_product_has_a_variable():
    region = _region()
    f = n - 1 / k**2
    short, long = name_products([_product(f, t + 1), _product(f, t + 3)], region)
    assert region.variables[short].lo == 0
    assert region.variables[short].lo_open
    ratio = sp.simplify(long / short)
    assert sp.simplify(ratio - f.subs(k, t + 2) * f.subs(k, t + 3)) == 0


def test_a_product_with_a_factor_of_either_sign_has_no_sign():
    region = _region()
    name_products([_product(k - n, t + 1)], region)
    assert not region.names


def test_an_index_below_one_keeps_its_sign():
    """|k| is not k there: the product over -2, -1 of |k|/4 is 1/8."""
    region = _region()
    e = sp.Product(sp.Abs(k) / 4, (k, -2, t - 1))
    (got,) = name_products([e], region)
    back = {v: node for node, v in region.names.items()}
    assert got.xreplace(back).subs(t, 0).doit() == sp.Rational(1, 8)


def test_a_range_that_may_be_turned_round_is_left():
    region = _region(least_t=-5)
    e = _product(n - 1 / k**2, t + 3)
    assert name_products([e], region) == [e]


def test_products_of_sums_have_one_normal_form():
    f, g, j = sp.Function("f"), sp.Symbol("g", integer=True), sp.Symbol("_k")

    def factor(u):
        return 1 - f(u) / sp.Sum(f(j), (j, 0, u)) ** 2

    def product(last):
        return sp.Product(factor(k), (k, 1, last))

    assert is_zero(product(g) - product(g - 1) * factor(g), [g])
    assert not is_zero(product(g) - product(g - 1) * factor(g - 1), [g])
