"""The judge: words, witnesses, repairs, and that a corrupted engine does not go unnoticed."""

from types import SimpleNamespace

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Reading, claim
from refutable.derivations.derive import derive
from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.errors import Contradiction
from refutable.derivations.families import Categorical
from refutable.verify import confirm
from refutable.verify import judge as judge_module
from refutable.verify.judge import Options, combine, judge, judge_one
from refutable.verify.sampling import FALSE_ALARM
from tests.processes import FS, m, n, p

Sm, S0 = sp.Function("S"), sp.Symbol("S_0")
DOMAIN = {m: Integers(1), n: Integers(1), p: Simplex()}
QUANTITIES = {Sm: sp.Lambda(m, Q.Mean(Q.SqNorm(FS.model(m)))), S0: Q.SqNorm(FS.truth)}
QUICK = Options(fast=True, mutants=False, instances=40)


def one(statement, kind="closed form", **fields):
    return claim("t.c", statement, kind, domain=DOMAIN, quantities=QUANTITIES, **fields)[0]


def verdict(statement, kind="closed form", options=QUICK, **fields):
    return judge_one(one(statement, kind, **fields), options)


@pytest.fixture(autouse=True)
def fresh_derivations():
    derive.cache_clear()
    yield
    derive.cache_clear()


def test_true_formula_is_proved_and_every_mutant_dies():
    options = Options(fast=True, wrong_versions=24)
    v = verdict(S.eq(Sm(m), 1 - (1 - 1 / n) ** m * (1 - S0)), options=options)
    assert v.verdict == "proved"
    assert v.mutants.total > 10
    assert v.mutants.undetected == []


def test_wrong_sign_is_refuted_at_the_smallest_instance_and_repaired():
    v = verdict(S.eq(Sm(m), 1 - (1 - 1 / n) ** m * (1 + S0)))
    assert (v.verdict, v.refutes) == ("refuted", "formula")
    assert v.counterexample.at == {"m": "1", "n": "2", "p": ["1/2", "1/2"]}
    assert (v.counterexample.lhs, v.counterexample.rhs) == ("3/4", "1/4")
    assert v.counterexample.engine != v.counterexample.confirmed_by
    assert "sign" in v.repair.why
    assert v.repair.verdict == "proved"


def test_every_reading_pays_for_its_own_false_alarm(monkeypatch):
    """Two readings of one of five claims: a tenth of the run's budget each."""
    asked = []
    monkeypatch.setattr(judge_module, "sample", lambda *a: asked.append(a[-1]))
    readings = (Reading("one"), Reading("two", quantities={}))
    options = Options(mutants=False, instances=10, claims=5)
    verdict(S.eq(Sm(m), 1 - (1 - 1 / n) ** m * (1 - S0)), options=options, readings=readings)
    assert asked == [10, 10]


def test_a_confirmation_is_sampled_once_with_its_false_alarm(monkeypatch):
    paid = []

    def check(*_, alpha, **__):
        paid.append(alpha)
        return SimpleNamespace(outcome="open")

    monkeypatch.setattr("refutable.montecarlo.check", check)
    c = one(S.eq(Sm(m), 1))
    assert confirm._sampling(c, SimpleNamespace(rel=c.statement), {}, 0, [], None) is None
    assert paid == [FALSE_ALARM]


def test_a_corner_that_fails_is_a_missing_hypothesis():
    v = verdict(S.lt(Sm(m), Sm(m + 1)), "bound")
    assert (v.verdict, v.refutes) == ("refuted", "domain")
    assert v.repair.statement == S.ge(n, 2)


def test_empty_hypotheses_prove_nothing():
    v = verdict(S.eq(Sm(m), 7), hypotheses=[S.lt(n, 0)])
    assert v.verdict == "undecided"
    assert "hypotheses" in v.reason


def test_what_no_engine_expresses_is_out_of_scope():
    skewness = Q.Mean(sp.log(Q.NormInf(FS.model(m)) + 1))
    v = verdict(S.eq(S.Lim(skewness, m), 0), "limit")
    assert v.verdict in ("out of scope", "undecided")


def test_prose_is_out_of_scope():
    assert verdict(S.Prose("models get worse"), "prose").verdict == "out of scope"


def test_a_parent_takes_the_word_of_its_weakest_part():
    claims = claim(
        "t.parent",
        S.Parts(),
        "identity",
        domain=DOMAIN,
        quantities=QUANTITIES,
        parts={"s1": S.eq(Sm(m), Sm(m)), "s2": S.eq(Sm(m), Sm(m) + 1 / n)},
    )
    words = {v.claim.id: v.verdict for v in combine(judge(claims, QUICK))}
    assert words == {"t.parent": "refuted", "t.parent.s1": "proved", "t.parent.s2": "refuted"}


def test_corrupting_the_moment_engine_is_a_contradiction(monkeypatch):
    true = Categorical.batch_moment
    monkeypatch.setattr(
        Categorical,
        "batch_moment",
        lambda self, k, law, size: true(self, k, law, size) * (1 if k < 2 else -1),
    )
    with pytest.raises(Contradiction):
        verdict(S.eq(Sm(m), 1 - (1 - 1 / n) ** m * (1 - S0)))


def test_corrupting_the_exact_engine_is_a_contradiction(monkeypatch):
    from refutable.verify.exact import multinomial

    true = multinomial._multinomial
    monkeypatch.setattr(
        multinomial, "_multinomial", lambda n, q: true(n, (q[0], q[0], *(0 for _ in q[2:])))
    )
    with pytest.raises(Contradiction):
        verdict(S.eq(Sm(m), 1 - (1 - 1 / n) ** m * (1 - S0)))


def test_corrupting_the_sampler_is_a_contradiction(monkeypatch):
    from refutable.montecarlo import categorical

    true = categorical._counts

    def wrong(rng, size, law, runs):
        counts = true(rng, size, law, runs)
        counts[..., 0] += counts[..., 1]
        counts[..., 1] = 0
        return counts

    monkeypatch.setattr(categorical, "_counts", wrong)
    with pytest.raises(Contradiction):
        verdict(S.eq(Sm(m), 1 - (1 - 1 / n) ** m * (1 - S0)), options=Options(mutants=False))
