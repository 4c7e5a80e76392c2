"""Slack: bounds whose ratio to the truth is known, bounds that say nothing, and where."""

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Model, Pool, Process
from refutable.verify.slack import slack_of
from refutable.verify.values import Exact

m, n, p = sp.symbols("m n p")
LOOP = Process("loop", Categorical(p), Pool([Draw(Model(), n, "y")]), index=m)
DOMAIN = {m: Integers(1), n: Integers(1), p: Simplex()}
square = Q.Mean(Q.SqNorm(LOOP.model(m)))
exactly = 1 - (1 - 1 / n) ** m * (1 - Q.SqNorm(LOOP.truth))
settled = Q.Prob(Q.IsDirac(LOOP.model(m)))


def slack(statement, **domain):
    found = {**DOMAIN, **{sp.Symbol(k): d for k, d in domain.items()}}
    return slack_of(claim("a.b", statement, "bound", domain=found)[0], Exact())


def test_an_upper_bound_twice_as_large_has_ratio_one_half():
    got = slack(S.le(square, 2 * exactly))
    assert (got["bound"], got["smallest ratio"], got["largest ratio"]) == ("upper", "1/2", "1/2")


def test_a_lower_bound_a_third_as_large_has_ratio_one_third():
    for statement in (S.ge(square, exactly / 3), S.le(exactly / 3, square)):
        got = slack(statement)
        assert (got["bound"], got["smallest ratio"], got["largest ratio"]) == (
            "lower",
            "1/3",
            "1/3",
        )
        assert got["says nothing at"] == 0
        assert not got["vacuous"]


def test_a_ratio_that_falls_with_the_size_is_followed_far_out():
    """The bound is n times the truth, and sizes beyond the smallest ones are looked at."""
    got = slack(S.le(square, n * exactly))
    assert got["largest ratio"] == "1"
    assert sp.Rational(got["smallest ratio"]) <= sp.Rational(1, 33)
    assert int(got["smallest at"]["n"]) >= 33


def test_a_vacuous_bound_is_called_so():
    for statement in (S.le(square, 1 + 1 / n), S.ge(settled, -n), S.le(settled, n)):
        got = slack(statement)
        assert got["vacuous"]
        assert got["says nothing at"] == got["instances"] > 20
        assert got["says nothing where"] is None


def test_where_it_says_nothing_is_told_in_words():
    assert slack(S.ge(settled, 1 - n / sp.Integer(9)))["says nothing where"] == "n >= 9"
    assert slack(S.le(settled, (4 + n) / (2 * n)))["says nothing where"] == "n <= 4"
    pair = slack(S.ge(settled, 1 - n * (m - 1) / sp.Integer(5)))
    assert pair["says nothing where"] == "n >= 3 at m = 3"


def test_a_norm_has_no_upper_limit_by_itself():
    assert slack(S.le(Q.Mean(Q.Norm1(3 * LOOP.model(m))), 5))["says nothing at"] == 0
    apart = Q.Mean(Q.Norm1(LOOP.model(m) - LOOP.truth))
    assert slack(S.le(apart, 2))["vacuous"]
    assert not slack(S.le(apart, sp.Rational(19, 10)))["vacuous"]


def test_two_numbers_and_two_quantities_are_compared_as_written():
    assert slack(S.eq(square, exactly)) is None
    got = slack(S.le(m * n, (m + n) ** 2 / sp.Integer(2)))
    assert (got["bound"], got["largest ratio"]) == ("upper", "1/2")
    got = slack(S.le(square, 2 * Q.Mean(Q.NormInf(LOOP.model(m)))))
    assert (got["bound"], got["largest ratio"]) == ("upper", "1/2")
    assert slack(S.ge(n - m, n - m)) is not None
    assert slack(S.ge(n, 0)) is None  # no ratio, and nothing that n could not be


def test_a_conclusion_is_looked_at_where_its_premise_holds():
    got = slack(S.Implies(S.ge(n, 5), S.le(5, n)))
    assert (got["largest ratio"], got["largest at"]["n"]) == ("1", "5")


def test_a_limit_has_its_certified_value():
    end = S.Lim(square, m, sp.oo)
    assert slack(S.le(end, 2)) is None
    c = claim("a.b", S.le(end, 2), "bound", domain={n: Integers(1), p: Simplex()})[0]
    got = slack_of(c, Exact(), {end: sp.Integer(1)})
    assert got["largest ratio"] == "1/2"


def test_the_links_of_a_chain_have_a_row_each():
    got = slack(S.chain(exactly / 2, "<=", square, "<=", 1 + 1 / n))
    assert [x["vacuous"] for x in got["links"]] == [False, True]
