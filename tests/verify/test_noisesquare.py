"""Mean squares of combinations of noises, and sums up to infinity as zeta values."""

import pytest
import sympy as sp

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals
from refutable.derivations.families import Linear
from refutable.derivations.normal import power_series
from refutable.derivations.process import Accumulate, Draw, Model, Pool, Process
from refutable.derivations.quantity import Mean, SqNorm, VecSum
from refutable.derivations.statement import eq, lt
from refutable.verify.deduce import deduce
from refutable.verify.instances import check_at, instances
from refutable.verify.values import Exact

n, d, T, s, i = sp.symbols("n d T s i")
ACC = Process("acc", Linear(d, T, s), Accumulate(Draw(Model(), T, "y")), index=n)
MORE = Process("more", Linear(d, T, s), Pool([Draw(Model(), T * n, "y")]), index=n)
DOMAIN = {n: Integers(1), d: Integers(1), T: Integers(d + 2), s: Reals(0)}
UNIT = s * d / (T - d - 1)


def _holds(statement):
    c = claim("demo", statement, "identity", domain=DOMAIN)[0]
    proved = deduce(c).proved
    found = {check_at(c.bound(), at, Exact()).truth for at in instances(c, 24)}
    assert proved == (found == {True})
    return proved


@pytest.mark.parametrize(
    ("vector", "value", "true"),
    [
        (VecSum(ACC.noise(i) / i, i, 1, n), UNIT * sp.Sum(1 / i**2, (i, 1, n)), True),
        (VecSum(ACC.noise(i) / i, i, 1, n), UNIT * sp.Sum(1 / i, (i, 1, n)), False),
        (ACC.noise(n + 1) - 2 * ACC.noise(n), 5 * UNIT, True),
        (MORE.noise(n), UNIT / n, True),
        (VecSum(MORE.noise(i), i, 1, n), UNIT * sp.Sum(1 / i, (i, 1, n)), True),
    ],
    ids=str,
)
def test_mean_squares(vector, value, true):
    assert _holds(eq(Mean(SqNorm(vector)), value)) is true


def test_power_series():
    k = sp.Symbol("k")
    assert power_series(3 / k**4, k, sp.Integer(1)) == sp.pi**4 / 30
    assert power_series(1 / k, k, sp.Integer(1)) is None
    assert power_series(1 / (k + 1) ** 2, k, sp.Integer(1)) is None
    assert _holds(eq(sp.Sum(1 / i**2, (i, 1, sp.oo)), sp.pi**2 / 6))
    assert not _holds(eq(sp.Sum(1 / i**3, (i, 1, sp.oo)), sp.pi**2 / 6))


def test_a_factor_under_a_sum_does_not_hide_its_bound():
    total = sp.Sum(s**2 * d / i**2, (i, 1, n))
    assert deduce(claim("demo", lt(total, 2 * s**2 * d + 1), "bound", domain=DOMAIN)[0]).proved
