"""Infinite products of explicit factors, against partial products and known values."""

import pytest
import sympy as sp

from refutable.derivations.errors import NoLimit, OutsideFragment
from refutable.verify.endless import endless

k = sp.Symbol("k")


def whole(body, first=1):
    return endless(sp.Product(sp.sympify(body), (k, first, sp.oo)))


@pytest.mark.parametrize(
    ("body", "first", "value"),
    [
        (sp.Rational(1, 2), 1, 0),
        (1 - 1 / k, 2, 0),
        (1 - 1 / k**2, 2, sp.Rational(1, 2)),
        (1 - 1 / k**2, 1, 0),
        (1 - 1 / (k + 1) ** 2, 1, sp.Rational(1, 2)),
        (1 + 1 / k, 1, sp.oo),
        (2 - 1 / k, 1, sp.oo),
        (-sp.Rational(1, 3) + 1 / (9 * k), 1, 0),
    ],
)
def test_values(body, first, value):
    assert whole(body, first) == value


def test_a_quadratic_that_is_shifted_and_has_no_rational_root():
    value = whole(1 - 1 / (3 * (k + 1) ** 2))
    partial = sp.prod([1 - 1 / (3 * sp.Float(j + 1) ** 2) for j in range(1, 2000)])
    assert abs(sp.N(value) - partial) < sp.Float("3e-4")


@pytest.mark.parametrize("body", [-2, -1 - 1 / k, sp.Rational(-3, 2)])
def test_a_sign_that_changes_for_ever(body):
    with pytest.raises(NoLimit):
        whole(body)


@pytest.mark.parametrize("body", [sp.exp(-k), 1 - sp.Rational(1, 2) ** k, 1 - 1 / (k**2 + k + 5)])
def test_what_is_not_told_is_refused(body):
    with pytest.raises(OutsideFragment):
        whole(body)
