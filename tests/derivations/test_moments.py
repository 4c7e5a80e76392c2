"""The moment engine against the exact law: same processes, no shared code."""

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.derive import derive
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Filter, Mix, Model, Pool, Process, Truth
from refutable.derivations.statement import Rel
from refutable.verify import exact
from tests.processes import CATEGORICAL, FS, LINEAR, PS, REPLACE, N, T, alpha, d, m, n, p, sigma2

R = sp.Rational
HALF = (R(1, 2), R(1, 2))
SKEW = (R(1, 4), R(3, 4))


def instance(process, vector):
    sizes = {n: sp.Integer(2), N: sp.Integer(3), alpha: R(1, 3)}
    known = {s: v for s, v in sizes.items() if s in process.parameters}
    return {p: vector, **known}


@pytest.mark.parametrize("process", CATEGORICAL, ids=lambda q: q.name)
@pytest.mark.parametrize("vector", [HALF, SKEW], ids=["half", "skew"])
@pytest.mark.parametrize("generation", [1, 2, 3])
def test_second_moment_equals_the_exact_law(process, vector, generation):
    """At concrete generations the pulled-back moment equals the enumerated one."""
    at = instance(process, vector)
    node = Q.Mean(Q.SqNorm(process.model(generation)))
    symbolic = exact.value(derive(node).formula, at)
    assert symbolic == exact.value(node, at)


@pytest.mark.parametrize(
    "process", [q for q in CATEGORICAL if q.name not in ("RECENT", "REUSED")], ids=lambda q: q.name
)
@pytest.mark.parametrize("generation", [2, 3, 4])
def test_closed_form_equals_the_exact_law(process, generation):
    """The formula for all generations, at one of them."""
    at = instance(process, SKEW) | {m: sp.Integer(generation)}
    node = Q.Mean(Q.SqNorm(process.model(m)))
    got = derive(node)
    assert got.valid_from <= 2
    assert exact.value(got.formula.subs(m, generation).doit(), at) == exact.value(node, at)


def test_cross_moment_with_the_retained_batch():
    """E[x_i p_i] of a retained batch is its own second moment: known by exchangeability."""
    i = sp.Symbol("i")
    node = Q.Mean(PS.batch("real", m)[i] * PS.model(m)[i])
    c = PS.truth[i]
    assert sp.simplify(derive(node).formula - (c / N + (1 - 1 / N) * c**2)) == 0


def test_third_moment_by_falling_factorials():
    at = {p: SKEW, n: sp.Integer(3), m: sp.Integer(2)}
    node = Q.Mean(FS.model(m)[1] ** 3)
    assert exact.value(derive(node).formula.subs(m, 2), at) == exact.value(node, at)


def test_linear_model_has_the_inverse_wishart_mean():
    error = Q.Mean(Q.SqNorm(REPLACE.model(n) - REPLACE.truth))
    assert sp.simplify(derive(error).formula - sigma2 * d * n / (T - d - 1)) == 0
    late = derive(Q.Mean(Q.SqNorm(LINEAR.model(n) - LINEAR.truth))).formula
    partial = sum(R(1, k * k) for k in range(1, 6))
    assert sp.simplify(late.subs(n, 5).doit() - sigma2 * d / (T - d - 1) * partial) == 0


@pytest.mark.parametrize(
    ("x", "part"),
    [
        (Q.NormInf(FS.model(m)), "NormInf"),
        (Q.SqNorm(FS.model(m)) ** 2, "square norms"),
        (FS.model(m)[1] * FS.model(m)[2], "product of coordinates"),
    ],
)
def test_refuses_what_does_not_close(x, part):
    with pytest.raises(OutsideFragment, match=part):
        derive(Q.Mean(x))


def filtered(empty="redraw"):
    source = Mix(R(1, 3), Truth(), Model())
    keep = Filter(R(3, 4), R(1, 2), empty)
    return Process("K", Categorical("p"), Pool([Draw(source, n, keep=keep)]), index=m)


@pytest.mark.parametrize("size", [1, 2, 4])
@pytest.mark.parametrize("generation", [1, 3])
def test_a_random_size_is_averaged(size, generation):
    node = Q.Mean(Q.SqNorm(filtered().model(generation)))
    at = {p: HALF, n: sp.Integer(size)}
    assert exact.value(derive(node).formula.xreplace({n: at[n]}), at) == exact.value(node, at)


def test_refuses_an_old_model_that_stays():
    with pytest.raises(OutsideFragment, match="stays"):
        derive(Q.Mean(Q.SqNorm(filtered("keep").model(2))))


def test_the_kept_data_are_counted_by_both_engines():
    kept, at = filtered().kept(2), {p: HALF, n: sp.Integer(3)}
    nodes = [Q.Mean(kept), *(Q.Prob(Rel("=", kept, j)) for j in range(5))]
    for node in nodes:
        assert derive(node).formula.xreplace({n: at[n]}).doit() == exact.value(node, at)
    assert exact.value(nodes[0], at) == 3 * R(7, 12)


def test_a_wrong_batch_moment_is_noticed(monkeypatch):
    """Corrupting the moment engine makes it differ from the exact engine."""
    true = Categorical.batch_moment

    def wrong(self, power, law, size):
        return true(self, power, law, size) + (law / size if power == 2 else 0)

    monkeypatch.setattr(Categorical, "batch_moment", wrong)
    chain = Process("C", Categorical("p"), Pool([Draw(Truth(), n)]), index=m)
    node = Q.Mean(Q.SqNorm(chain.model(1)))
    at = {p: HALF, n: sp.Integer(2)}
    assert exact.value(derive(node).formula, at) != exact.value(node, at)


def test_a_factor_that_vanishes_early_begins_the_closed_form_anew():
    """A share of 1/t^2 is one at t = 1: nothing earlier counts, and no product is zero."""
    t, theta = sp.symbols("t theta")
    first = Pool([Draw(Truth(), n, "x")])
    later = Pool([Draw(Mix(1 / t**2, Truth(), Model()), n, "y")])
    process = Process("decays", Categorical(theta), later, first=first, index=t, origin=0)
    def mean(k):
        return derive(Q.Mean(Q.Coord(process.model(k), sp.Symbol("i")) ** 2))

    for k in (1, 2, 3, 4):
        there = mean(sp.Integer(k)).formula
        assert sp.simplify(mean(t).formula.subs(t, k).doit() - there) == 0
