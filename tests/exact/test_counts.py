"""The table of draws and the coefficients of a moment, each from the process alone."""

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.counts import draw_count
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Categorical
from refutable.derivations.process import Average, Draw, Model, Once, Past, Pool, Process, Truth
from refutable.verify.exact import value

m, n, N, t, p, i = sp.symbols("m n N t p i")
FULL = Process("full", Categorical(p), Pool([Draw(Model(), n)]), index=m)
_REAL = Once(Truth(), N, "real")
PARTIAL = Process(
    "partial", Categorical(p), Pool([_REAL, Draw(Model(), n)]), first=Pool([_REAL]), index=m
)
WINDOW = Process(
    "window", Categorical(p), Pool([Draw(Model(), n, "y"), Past("y", 1)]), index=m, origin=0
)
HALF = sp.Rational(1, 2)
SIZES = {n: sp.Integer(2), N: sp.Integer(3), p: (HALF, HALF)}


@pytest.mark.parametrize(
    ("process", "rows"),
    [
        (FULL, [[2], [0, 2], [0, 0, 2]]),
        (PARTIAL, [[3], [3, 2], [3, 0, 2], [3, 0, 0, 2]]),
        (WINDOW, [[2], [2, 2], [0, 2, 2]]),
    ],
    ids=lambda x: getattr(x, "name", ""),
)
def test_both_engines_write_the_same_table(process, rows):
    """Batch by batch at concrete sizes, and the symbolic Piecewise, agree with the table."""
    for g, row in enumerate(rows, start=1):
        for source, expected in enumerate(row):
            node = process.draws_from(process.paper(source), process.paper(g))
            assert value(node, SIZES) == expected
            symbolic = draw_count(process.draws_from(t, m))
            at = {t: process.paper(source), m: process.paper(g)}
            assert symbolic.subs({**at, n: 2, N: 3}) == expected


def test_a_random_number_of_data_is_refused():
    """Data from a random earlier model have no fixed table."""
    mixed = Process("mixed", Categorical(p), Pool([Draw(Average(), n)]), index=m)
    with pytest.raises(OutsideFragment):
        value(mixed.draws_from(0, 2), SIZES)
    with pytest.raises(OutsideFragment):
        draw_count(mixed.draws_from(t, m))


def test_coefficients_are_those_of_the_polynomial():
    """The second moment of one step is q/n + (1 - 1/n) q^2."""
    mean = Q.Mean(FULL.model(1)[i] ** 2)
    got = [
        value(Q.Coefficient(mean, FULL.truth[i], k), {**SIZES, i: sp.Integer(1)}) for k in range(4)
    ]
    assert got == [0, HALF, HALF, 0]


def test_coefficient_of_what_is_no_polynomial():
    """The largest coordinate is no polynomial in one coordinate."""
    mean = Q.Mean(Q.NormInf(FULL.model(1)))
    with pytest.raises(OutsideFragment):
        value(Q.Coefficient(mean, FULL.truth[i], 1), {**SIZES, i: sp.Integer(1)})
