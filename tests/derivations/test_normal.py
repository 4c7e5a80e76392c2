"""The normal form: what it must see as equal, and what it must not."""

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from refutable.derivations.normal import flint_is_zero, geometric_sum, is_zero

m, n, k, i, N, a, w = sp.symbols("m n k i N alpha w")
beta = n / (N + n) * ((1 + 1 / N) * n / (N + n) - 1 / N)

SAME = [
    ((1 - 1 / n) ** (m + 1), (n - 1) / n * ((n - 1) / n) ** m),
    (beta, n * (n - 1) / (N + n) ** 2),
    (beta ** (m + 2), beta**m * beta**2),
    ((1 - w) ** (2 * m), ((1 - w) ** 2) ** m),
    (4**m, 2 ** (2 * m)),
    ((-1) ** (2 * m), sp.Integer(1)),
    (sp.Sum(1 / i**2, (i, 1, n + 1)), sp.Sum(1 / i**2, (i, 1, n)) + 1 / (n + 1) ** 2),
    (sp.harmonic(n + 1), sp.harmonic(n) + 1 / (n + 1)),
    (sp.Sum(a ** (k - i), (i, 1, k)), (1 - a**k) / (1 - a)),
    (sp.factorial(n + 2), (n + 2) * (n + 1) * sp.factorial(n)),
    (sp.sqrt(8) * sp.sqrt(2), sp.Integer(4)),
    (sp.Sum(sp.Sum(1 / k, (k, 1, i)), (i, 1, n)), (n + 1) * sp.harmonic(n) - n),
    (
        sp.Product(1 - 1 / (N * i**2), (i, 1, n + 1)),
        (1 - 1 / (N * (n + 1) ** 2)) * sp.Product(1 - 1 / (N * i**2), (i, 1, n)),
    ),
]
DIFFERENT = [
    ((1 - 1 / n) ** (m + 1), ((n - 1) / n) ** m),
    (beta, n**2 / (N + n) ** 2),
    (sp.harmonic(n + 1), sp.harmonic(n) + 1 / n),
    (sp.sqrt(k**2), -k),
    ((-1) ** m, sp.Integer(1)),
    (sp.exp(k) * sp.exp(-k), sp.Integer(0)),
]


@pytest.mark.parametrize(("x", "y"), SAME)
def test_sees_equality(x, y):
    assert is_zero(x - y, [m, n, k, i])


@pytest.mark.parametrize(("x", "y"), DIFFERENT)
def test_never_equates_what_differs(x, y):
    assert not is_zero(x - y, [m, n, k, i])


@given(st.integers(-3, 3), st.integers(-3, 3), st.integers(1, 3), st.integers(0, 2))
def test_geometric_sum_is_an_antidifference(r, s, power, first):
    """The closed form equals the sum written out."""
    base = sp.Rational(r * 4 + 1, 5)
    body = (k**power + s) * base**k
    closed = geometric_sum(body, k, sp.Integer(first), n)
    for last in range(first, first + 4):
        want = sum(body.subs(k, j) for j in range(first, last + 1))
        assert sp.simplify(closed.subs(n, last) - want) == 0


def test_flint_reads_the_same_expression():
    assert flint_is_zero((n + 1) ** 2 - n**2 - 2 * n - 1)
    assert not flint_is_zero((n + 1) ** 2 - n**2 - 2 * n)
