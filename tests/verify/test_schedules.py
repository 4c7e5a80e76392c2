"""Arbitrary and explicit schedules: true statements are proved, false ones are not."""

import pytest
import sympy as sp

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals, Schedule, Simplex
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Categorical
from refutable.derivations.onestate import open_at
from refutable.derivations.process import Draw, Mix, Model, Pool, Process, Truth
from refutable.derivations.quantity import Mean, SqNorm
from refutable.derivations.statement import (
    Implies,
    Lim,
    LimInf,
    LimSup,
    Rel,
    eq,
    ge,
    gt,
    le,
    lt,
)
from refutable.verify.affine import affine_step
from refutable.verify.affinelimits import explicit_limit
from refutable.verify.deduce import deduce
from refutable.verify.growth import Growth, growth, limit_of_step
from refutable.verify.region import Region, Variable, region_of
from refutable.verify.sequences import spell

t, n, theta, k = sp.Symbol("t"), sp.Symbol("n"), sp.Symbol("p"), sp.Symbol("k")
al, ns = sp.Function("alpha"), sp.Function("n_")


def loop(share, size):
    step = Pool([Draw(Mix(share, Truth(), Model()), size)])
    return Process(
        f"loop {share} {size}",
        Categorical(theta),
        step,
        first=Pool([Draw(Truth(), size)]),
        index=t,
        origin=0,
    )


M = loop(al(t), ns(t))
DOMAIN = {theta: Simplex(nontrivial=False)}
ANY = {**DOMAIN, al: Schedule(Reals(0, 1)), ns: Schedule(Integers(1))}


def risk(process, index):
    return Mean(SqNorm(process.model(index) - process.truth))


def proved(statement, **domain):
    symbols = {al: Schedule(Reals(0, 1)), ns: Schedule(Integers(1))}
    given = {**DOMAIN, **symbols, **{{"al": al, "ns": ns}.get(s, t): d for s, d in domain.items()}}
    return deduce(claim("t.schedule", statement, "bound", domain=given)[0]).proved


def step(factor):
    return eq(
        risk(M, t),
        ns(0) / ns(t) * risk(M, 0) + (ns(t) - 1) / ns(t) * factor * risk(M, t - 1),
    )


def test_one_step_for_every_schedule():
    assert proved(step((1 - al(t)) ** 2), t=Integers(1))
    assert not proved(step(1 - al(t)), t=Integers(1))


def test_a_mean_opened_one_generation_earlier():
    opened = open_at(risk(M, t), t - 1)
    assert len(opened.moments) == 1
    assert opened.formula.has(al(t))
    assert opened.formula.has(ns(t))


def test_a_premise_about_the_sizes_is_used():
    enough = gt(ns(t), ns(t - 1) / (al(t) * (2 - al(t))))
    smaller = lt(risk(M, t), risk(M, t - 1))
    positive = {"al": Schedule(Reals(0, 1, lo_open=True)), "t": Integers(1)}
    true = Implies(enough, le(risk(M, t), risk(M, t - 1)))
    assert proved(true, **positive)
    assert not proved(smaller, **positive)


GROWS = {"ns": Schedule(Integers(1), to=sp.oo)}


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ({"al": Schedule(Reals(sp.Rational(1, 9), 1)), **GROWS}, True),
        ({"al": Schedule(Reals(0, 1)), **GROWS}, False),
        ({"al": Schedule(Reals(sp.Rational(1, 9), 1))}, False),
        (
            {
                "al": Schedule(Reals(0, 1), summable=False),
                "ns": Schedule(Integers(1), inverse_summable=True),
            },
            True,
        ),
        (
            {
                "al": Schedule(Reals(0, 1), summable=True),
                "ns": Schedule(Integers(1), inverse_summable=True),
            },
            False,
        ),
    ],
)
def test_consistency_needs_its_hypotheses(domain, expected):
    assert proved(eq(Lim(risk(M, t), t), 0), **domain) is expected


def test_upper_and_lower_limits_of_an_oscillating_schedule():
    share = (3 + sp.Integer(-1) ** t) / 4
    node = risk(loop(share, sp.Integer(2)), t)
    c = claim("t.osc", ge(node, 0), "bound", domain={**DOMAIN, t: Integers(0)})[0]
    region = region_of(c, [c.statement])
    up, down = (explicit_limit(kind(node, t), region) for kind in (LimSup, LimInf))
    assert sp.simplify(up / down) == sp.Rational(9, 8)
    with pytest.raises(OutsideFragment):
        explicit_limit(Lim(node, t), region)


def test_the_step_of_an_explicit_schedule():
    s = affine_step(risk(loop(1 / t, t + 1), t), t)
    assert sp.simplify(s.factor - (1 - 1 / (t + 1)) ** 2 * (t + 1) / (t + 2)) == 0


X = sp.Symbol("x")
HERE = Region({X: Variable(X, sp.Integer(1), sp.oo, integer=True)})


@pytest.mark.parametrize(
    ("e", "expected"),
    [
        (3 * X**2 - X, (3, 2, 0)),
        (1 / (X * sp.log(X + 1)), (1, -1, -1)),
        ((X + 1) ** 2 - X**2, (2, 1, 0)),
        (sp.sqrt(4 * X + 1), (2, sp.Rational(1, 2), 0)),
    ],
)
def test_growth(e, expected):
    assert growth(e, X, HERE) == Growth(*map(sp.sympify, expected))


def test_what_grows_in_an_unknown_way_is_refused():
    for e in (sp.sin(X), X - X * sp.exp(0) + sp.sin(X), 2**X):
        with pytest.raises(OutsideFragment):
            growth(e, X, HERE)


def test_a_past_that_is_forgotten_slowly():
    assert limit_of_step(1 / X, 1 - 2 / X, X, HERE) == sp.Rational(1, 2)
    assert limit_of_step(1 / X**2, 1 - 1 / (X * sp.log(X + 1)), X, HERE) == 0
    with pytest.raises(OutsideFragment):  # 1 - g has a finite sum: the first value is remembered
        limit_of_step(1 / X**2, 1 - 1 / X**2, X, HERE)


def test_sums_of_a_sequence_are_spelled_alike():
    domain = {ns: Schedule(Integers(1)), t: Integers(1)}
    region = Region({t: Variable(t, sp.Integer(1), sp.oo, integer=True)})
    a = sp.Sum(ns(k), (k, 0, t))
    b = ns(0) + sp.Sum(ns(k - 1), (k, 2, t + 1))
    left, right = spell(sp.Tuple(a, b), region, domain)
    assert sp.expand(left - right) == 0
    wrong = ns(0) + sp.Sum(ns(k), (k, 2, t))
    left, right = spell(sp.Tuple(a, wrong), region, domain)
    assert sp.expand(left - right) != 0
    assert Rel("=", left, right) is not None
