"""Optima, growth and limits at one instance: what is certified, and that it can fail."""

import pytest
import sympy as sp

from refutable.derivations import statement as S
from refutable.derivations.claim import claim
from refutable.derivations.derive import derive
from refutable.derivations.domain import Integers, Reals, Spectrum
from refutable.derivations.families import Cdf
from refutable.derivations.papers.he2026_processes import cdf, distance, gauss, of_gauss, spread
from refutable.derivations.statement import Lim, Minimises
from refutable.verify import exact
from refutable.verify.deduce import deduce
from refutable.verify.divergence import diverges
from refutable.verify.region import Region, Variable
from refutable.verify.squares import over_square

x, k, n, m, w, t = sp.symbols("x k n m w t")


def test_a_double_root_is_divided_out():
    assert sp.simplify(over_square(x + k / x, x, sp.sqrt(k)) - 1 / x) == 0
    assert over_square(x + k / x, x, sp.sqrt(2 * k)) is None  # no stationary point
    assert over_square(x + 1 / x, x, sp.Integer(2)) is None


@pytest.mark.parametrize(("value", "ok"), [(sp.sqrt(k), True), (-sp.sqrt(k), False), (k, False)])
def test_minimum_of_a_rational_function(value, ok):
    over = Reals(0, lo_open=True)
    statement = Minimises(value, x + k / x, x, over)
    c = claim("t.min", statement, "optimum", domain={x: over, k: over})[0]
    assert deduce(c).proved is ok


def test_a_maximum_is_not_a_minimum():
    over = Reals(0, lo_open=True)
    c = claim(
        "t.max", Minimises(sp.sqrt(k), -x - k / x, x, over), "optimum", domain={x: over, k: over}
    )
    assert not deduce(c[0]).proved


def grows(weight, size):
    region = Region({s: Variable(s, sp.Integer(2), integer=True) for s in (n, m)})
    return diverges(derive(spread(gauss(weight, size))(t)), region)


def test_growth_needs_an_eigenvalue_of_at_least_one():
    assert grows(0, m)
    assert grows(sp.Rational(1, 3), 2)  # eigenvalue 4/3
    assert not grows(sp.Rational(1, 2), 2)  # eigenvalue 3/4


def test_an_inner_limit_may_use_that_the_outer_symbol_is_large():
    p = gauss(sp.Rational(1, 3), n)  # finite in t only where n > 3
    q = of_gauss(p)
    E = next(f for f in q if str(f) == "Err_Sigma")
    domain = {n: Integers(2), sp.Symbol("Sigma"): Spectrum()}
    once = Lim(E(t), t)
    outer = claim("t.out", S.eq(Lim(once, n), 0), "limit", domain=domain, quantities=q)[0]
    inner = claim("t.in", S.lt(once, sp.oo), "bound", domain=domain, quantities=q)[0]
    assert deduce(outer).proved
    assert not deduce(inner).proved


def test_distribution_functions_by_two_engines():
    at = {n: sp.Integer(2), m: sp.Integer(3), w: sp.Rational(1, 3)}
    for step in (1, 2):
        node = distance(cdf())(t)
        formula = derive(node).formula.xreplace({**at, t: sp.Integer(step)})
        assert exact.value(node.subs(t, step), at) == formula


def test_a_wrong_integral_does_not_go_unnoticed(monkeypatch):
    derive.cache_clear()
    monkeypatch.setattr(Cdf, "integral", lambda self, k: sp.Rational(1, k + 2))
    at = {n: sp.Integer(2), m: sp.Integer(2), w: sp.Rational(1, 2)}
    node = distance(cdf())(t)
    assert exact.value(node.subs(t, 1), at) != derive(node).formula.xreplace(
        {**at, t: sp.Integer(1)}
    )
    derive.cache_clear()
