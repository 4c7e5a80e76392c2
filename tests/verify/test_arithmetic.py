"""Rational arithmetic says what SymPy says, or nothing."""

from itertools import product

import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from refutable.derivations.quantity import Mean
from refutable.verify.arithmetic import rational
from refutable.verify.exact.ground import ground
from refutable.verify.instances import compare

x, y, n, k = sp.symbols("x y n k")
f = sp.Function("f")
numbers = st.builds(sp.Rational, st.integers(-6, 6), st.integers(1, 5))


def expressions():
    leaves = st.sampled_from([x, y, n, sp.Integer(2), sp.Rational(1, 3), f(x), f(n + 1)])

    def larger(of):
        pairs = st.tuples(of, of)
        return st.one_of(
            pairs.map(lambda p: p[0] + p[1]),
            pairs.map(lambda p: p[0] * p[1]),
            pairs.map(lambda p: sp.Max(*p)),
            of.map(sp.Abs),
            of.map(lambda e: 1 / (e**2 + 1)),
            of.map(lambda e: e**n),
            of.map(lambda e: sp.Sum(e + k, (k, 1, n))),
            of.map(lambda e: sp.Product(e + k**2, (k, 2, n + 1))),
        )

    return st.recursive(leaves, larger, max_leaves=6)


@settings(max_examples=150, deadline=None)
@given(expressions(), numbers, numbers, st.integers(0, 4))
def test_it_agrees_with_sympy(e, a, b, size):
    at = {x: a, y: b, n: sp.Integer(size), f: sp.Lambda(x, x**2 - 1)}
    got = rational(e, at)
    slow = e.replace(f, at[f]).xreplace({x: a, y: b, n: sp.Integer(size)}).doit()
    assert got is not None or slow.has(sp.zoo, sp.nan)
    assert got is None or slow == got


def test_what_is_not_arithmetic_is_left_to_others():
    at = {x: sp.Rational(1, 2), y: sp.Integer(0), n: sp.Integer(10**6)}
    for e in (sp.sqrt(x), sp.log(x), 1 / y, x**n, sp.Sum(k, (k, 1, n)), sp.Symbol("z"), x**x):
        assert rational(e, at) is None
    assert rational(x, {x: sp.sqrt(2)}) is None
    assert rational(sp.Sum(k, (k, 3, y)), at) is None  # an empty sum has two conventions


def test_a_quantity_is_a_number_that_was_found():
    q = Mean(x)
    assert rational(2 * q + 1, {q: sp.Rational(3, 4)}) == sp.Rational(5, 2)
    assert rational(2 * q + 1, {}) is None


def test_rational_numbers_are_compared_as_sympy_compares_them():
    some = [sp.Rational(p, q) for p in range(-3, 4) for q in (1, 2, 3)]
    ways = {"=": sp.Eq, "!=": sp.Ne, "<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge}
    for (op, way), a, b in product(ways.items(), some, some):
        assert compare(op, a, b) is bool(way(a, b))


def test_the_largest_and_smallest_of_rationals_are_those_of_sympy():
    for a, b in product((sp.Rational(1, 3), sp.Integer(0), sp.Rational(-7, 2)), repeat=2):
        for kind in (sp.Max, sp.Min):
            assert ground(kind(x, y, 2 * x), {x: a, y: b}) == kind(a, b, 2 * a)
    assert ground(sp.Max(x, y), {x: sp.sqrt(2), y: sp.Integer(1)}) == sp.sqrt(2)
