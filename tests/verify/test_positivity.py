"""Certificates: what they prove, and that they never prove a false inequality."""

import pytest
import sympy as sp

from refutable.derivations.statement import Rel, ge, gt, le, lt
from refutable.verify.positivity import prove
from refutable.verify.region import Region, Variable

n, N, m, S0, s, w, k = sp.symbols("n N m S_0 s w k")
oo = sp.oo


def region(**lows):
    """Integers n, N, m from 1 on, S_0 in (0, 1), s from 2 on with S_0 s >= 1, w in [0, 1]."""
    low = {"n": 1, "N": 1, "m": 1, "s": 2, **lows}
    integers = [Variable(x, sp.Integer(low[str(x)]), oo, integer=True) for x in (n, N, m, s)]
    reals = [
        Variable(S0, sp.Integer(0), sp.Integer(1), True, True),
        Variable(w, sp.Integer(0), sp.Integer(1)),
    ]
    return Region({v.symbol: v for v in (*integers, *reals)}, [Rel(">=", S0 * s, 1)])


beta = n * (n - 1) / (N + n) ** 2
TRUE = [
    ge(beta, 0),
    lt(beta, n / (N + n)),
    le(1 - (1 - 1 / n) ** m * (1 - S0), 1),
    ge((1 - 1 / n) ** m, 1 - m / n),
    lt(sp.Sum(1 / k**2, (k, 1, n)), sp.pi**2 / 6),
    le(sp.sqrt(n**2 + 1), n + 1),
    ge(w * (1 - w), 0),
    le(w * (1 - w), sp.Rational(1, 4)),
    le((1 - 1 / n) ** (m + 1), (1 - 1 / n) ** m),
    ge(S0, 1 / s),
]
FALSE = [
    gt(beta, 0),
    lt(beta, n / (N + n) / 2),
    lt(1 - (1 - 1 / n) ** m * (1 - S0), 1),
    gt((1 - 1 / n) ** m, 1 - m / n),
    le(sp.Sum(1 / k**2, (k, 1, n)), sp.Rational(16449, 10000)),
    le(sp.Sum(1 / k, (k, 1, n)), 100),
    lt(w * (1 - w), sp.Rational(1, 4)),
    lt((1 - 1 / n) ** (m + 1), (1 - 1 / n) ** m),
    gt(S0, 1 / s),
    ge(n, N),
]


@pytest.mark.parametrize("rel", TRUE, ids=str)
def test_proves(rel):
    assert prove(rel, region()) is not None


@pytest.mark.parametrize("rel", FALSE, ids=str)
def test_never_proves_what_is_false_somewhere(rel):
    assert prove(rel, region()) is None


def test_a_corner_taken_out_makes_it_provable():
    assert prove(gt(beta, 0), region(n=2)) is not None


def test_the_closed_top_of_an_integer_range_counts():
    upto = Region({k: Variable(k, sp.Integer(1), sp.Integer(5), integer=True)})
    assert prove(le(k, 5), upto) is not None
    assert prove(lt(k, 5), upto) is None


def test_ranges_that_mention_each_other_are_followed():
    bounded = Region(
        {
            w: Variable(w, sp.Integer(0), sp.Integer(1), True),
            S0: Variable(S0, (1 - w) / 4, sp.Rational(1, 4)),
        }
    )
    assert prove(ge(S0, (1 - w) / 4), bounded) is not None
    assert prove(gt(S0, (1 - w) / 4), bounded) is None


def test_a_range_with_a_negative_denominator_is_not_misread():
    below = Region({n: Variable(n, sp.Integer(1), oo, integer=True), w: Variable(w, 1 / (-n), oo)})
    assert prove(ge(w, 0), below) is None
    assert prove(ge(w, -1), below) is not None


@pytest.mark.parametrize(
    ("rel", "true"),
    [
        (ge(sp.exp(n * sp.pi), 1 + n * sp.pi), True),
        (ge(sp.exp(n * sp.pi), 2 + n * sp.pi), False),
        (ge((sp.Rational(3, 2) * n) ** (s / 2), 1), True),
        (ge((n / sp.Integer(2)) ** (s / 2), 1), False),
        (le(sp.exp(n / 2) ** 2, sp.exp(n)), True),
    ],
)
def test_exponentials_and_powers(rel, true):
    assert (prove(rel, region()) is not None) is true


def test_affine_in_powers_is_looked_at_at_the_corners():
    """(1 - 1/n)^t against (1 - 1/(2 n))^t: ordered bases; false where the order is turned round."""
    n, t = sp.symbols("n t")
    region = Region({
        n: Variable(n, sp.Integer(2), sp.oo, integer=True),
        t: Variable(t, sp.Integer(1), sp.oo, integer=True),
    })  # fmt: skip
    small, large = (1 - 1 / n) ** t, (1 - 1 / (2 * n)) ** t
    goal = 2 - small - large + (large - small) / n
    assert prove(Rel(">", goal, 0), region)
    assert prove(Rel(">", 1 - small - large, 0), region) is None
