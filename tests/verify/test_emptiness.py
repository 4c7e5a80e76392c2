"""Statements that say nothing somewhere: divisions by zero, empty domains, far hypotheses."""

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals, Simplex
from refutable.derivations.errors import Contradiction, OutsideFragment
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Model, Pool, Process
from refutable.verify.judge import Options, judge_one
from refutable.verify.values import Exact

n, m, k, N, p, x = sp.symbols("n m k N p x")
LOOP = Process("loop", Categorical(p), Pool([Draw(Model(), n)]), index=m, origin=1)
SQUARES = Q.Mean(Q.SqNorm(LOOP.model(m)))
TRUE = 1 - (1 - Q.SqNorm(LOOP.truth)) * (1 - 1 / n) ** m
FAST = Options(fast=True, mutants=False)


def verdict(statement, kind="identity", hypotheses=(), **domain):
    names = {str(s): s for s in (n, m, k, N, p, x)}
    (made,) = claim(
        "t",
        statement,
        kind,
        domain={names[key]: d for key, d in domain.items()},
        hypotheses=hypotheses,
    )
    return judge_one(made, FAST)


@pytest.mark.parametrize(("c", "at"), [(1, "1"), (50, "50")])
def test_a_division_by_zero_is_no_identity(c, at):
    """At the corner of the domain, and far from every small instance."""
    v = verdict(S.eq(n / (n - c), 1 + c / (n - c)), n=Integers(1))
    assert (v.verdict, v.refutes, v.counterexample.at) == ("refuted", "domain", {"n": at})
    assert "divides by" in v.reason
    holds = verdict(S.eq(n / (n - c), 1 + c / (n - c)), n=Integers(c + 1))
    assert holds.verdict == "proved"


def test_the_exact_engine_must_find_the_divisor_to_be_zero_too(monkeypatch):
    """Corrupted, it contradicts; refusing, it leaves the claim undecided."""
    statement = S.eq(n / (n - 1), 1 + 1 / (n - 1))
    true = Exact.__call__

    def off(self, e, at):
        return true(self, e, at) + int(e == n - 1)

    monkeypatch.setattr(Exact, "__call__", off)
    with pytest.raises(Contradiction):
        verdict(statement, n=Integers(1))

    def refuses(self, e, at):
        if e == n - 1:
            raise OutsideFragment("the divisor")
        return true(self, e, at)

    monkeypatch.setattr(Exact, "__call__", refuses)
    assert verdict(statement, n=Integers(1)).verdict == "undecided"


def test_the_missing_hypothesis_is_found():
    v = verdict(S.eq(n / (n - 1), 1 + 1 / (n - 1)), n=Integers(1))
    assert v.repair.statement == S.ge(n, 2)


def test_a_division_by_zero_between_two_symbols():
    v = verdict(S.eq(n / (n - N), 1 + N / (n - N)), n=Integers(1), N=Integers(1))
    assert v.verdict == "refuted"
    assert v.counterexample.at == {"n": "1", "N": "1"}


def test_a_divisor_counts_only_where_the_premise_holds():
    apart = S.Implies(S.gt(n, N), S.eq(n / (n - N), 1 + N / (n - N)))
    assert verdict(apart, n=Integers(1), N=Integers(1)).verdict == "proved"
    near = S.Implies(S.ge(n, N), S.eq(n / (n - N), 1 + N / (n - N)))
    assert verdict(near, n=Integers(1), N=Integers(1)).verdict == "refuted"


def test_an_open_end_keeps_a_divisor_from_zero():
    statement = S.eq(x / (1 - x), 1 / (1 - x) - 1)
    assert verdict(statement, x=Reals(0, 1, hi_open=True)).verdict == "proved"
    assert verdict(statement, x=Reals(0, 1)).verdict == "refuted"


def test_an_empty_domain_proves_nothing_even_if_its_symbol_is_not_used():
    v = verdict(S.eq((n - 1) ** 2, n**2 - 2 * n + 1), n=Integers(1), N=Integers(n + 1, n))
    assert v.verdict == "undecided"
    assert "says nothing" in v.reason


def test_a_hypothesis_that_only_large_sizes_satisfy():
    far = (S.gt(n, 10**6),)
    wrong = verdict(S.eq((n - 1) ** 2, n**2 - 2 * n + 2), hypotheses=far, n=Integers(1))
    assert wrong.verdict == "refuted"
    right = verdict(S.eq((n - 1) ** 2, n**2 - 2 * n + 1), hypotheses=far, n=Integers(1))
    assert right.verdict == "proved"


def test_a_closed_form_that_cannot_be_read_is_undecided():
    v = verdict(
        S.eq(SQUARES.subs(m, m - 5), TRUE.subs(m, m - 5)),
        "closed form",
        **{"n": Integers(1), "m": Integers(1), "p": Simplex()},
    )
    assert v.verdict == "undecided"


def test_a_late_generation_is_judged_within_its_budget():
    v = verdict(
        S.eq(SQUARES, TRUE),
        "closed form",
        **{"n": Integers(1), "m": Integers(10**6), "p": Simplex()},
    )
    assert v.verdict == "proved"
