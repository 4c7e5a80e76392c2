"""Every lemma that an engine names is a claim, judged at exact instances, and not by itself."""

import re
from dataclasses import replace
from fractions import Fraction
from math import comb, log
from pathlib import Path

import pytest
import sympy as sp

import refutable.derivations
import refutable.verify
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.verify.cli import main
from refutable.verify.deduce import Deduction
from refutable.verify.instances import check_at, instances
from refutable.verify.judge import Options, judge_one
from refutable.verify.lemmas import circular, known, said
from refutable.verify.loader import load_built_in, load_lemmas, load_papers
from refutable.verify.selection import select

SOURCES = [Path(p.__path__[0]) for p in (refutable.derivations, refutable.verify)]
CLAIMS = {c.id: c for c in load_lemmas()}


def emitted():
    """The ids in the sources of the engines, whatever the way they get into a verdict."""
    found = set()
    for home in SOURCES:
        for file in home.rglob("*.py"):
            if file.name != "lemmas.py" or file.parent.name != "derivations":
                found |= set(re.findall(r'"(lemma\.[\w-]+)"', file.read_text()))
    return found


def test_every_lemma_that_an_engine_names_is_a_claim_and_no_other():
    assert emitted() == set(known())
    assert all(said(id).endswith(".") and c.locator for id, c in known().items())


@pytest.mark.parametrize("id", CLAIMS)
def test_a_lemma_holds_at_many_instances_and_wrong_versions_do_not(id):
    v = judge_one(CLAIMS[id], Options(fast=True, instances=40, wrong_versions=8))
    assert v.verdict in ("proved", "supported"), v.reason
    exact = next(e for e in v.evidence if e.engine == "exact")
    assert int(re.search(r"holds at (\d+) instances", exact.detail)[1]) >= 10
    assert v.mutants.killed >= 3
    assert not v.mutants.undetected
    assert not circular(CLAIMS[id], v.trusted)


@pytest.mark.parametrize("id", CLAIMS)
def test_the_opposite_of_a_lemma_is_false(id):
    wrong = S.Not(CLAIMS[id].bound())
    assert all(check_at(wrong, at).truth is False for at in instances(CLAIMS[id], 6))


def test_a_lemma_is_not_proved_by_itself_nor_by_a_later_one():
    *first, last = known().values()
    assert circular(last, [last.id])
    assert circular(first[0], [last.id])
    assert circular(CLAIMS["lemma.coalescence.time"], ["lemma.coalescence"])
    assert not circular(last, [first[0].id])
    assert not circular(replace(last, id="paper.thm1"), [last.id])


def test_a_proof_by_the_lemma_itself_is_thrown_away(monkeypatch):
    import refutable.verify.deduce as engine

    def proves(body, d: Deduction, region, facts):
        d.lemmas.append("lemma.jordan")
        return True

    monkeypatch.setattr(engine, "_prove", proves)
    jordan = CLAIMS["lemma.jordan"]
    assert not engine.deduce(jordan).proved
    assert engine.deduce(jordan).missing == "the proof rests on lemma.jordan, lemma.jordan"
    assert engine.deduce(replace(jordan, id="paper.thm1")).proved


def test_without_being_asked_only_the_papers_are_judged():
    claims = load_built_in()
    papers = [c.id for c in load_papers()]
    assert [c.id for c in select(claims)] == papers
    assert [c.id for c in select(claims, ["lemmas"])] == list(CLAIMS)
    assert [c.id for c in select(claims, (), ["lemma.split"])] == ["lemma.split"]
    assert len(select(load_lemmas())) == len(CLAIMS)


def test_the_commands_know_the_lemmas(capsys):
    assert main(["list", "--paper", "lemmas"]) == 0
    assert [x.split("\t")[0] for x in capsys.readouterr().out.splitlines()] == list(CLAIMS)
    assert main(["show", "lemma.tailsum", "--fast", "--jobs", "1"]) == 0
    assert "lemma.tailsum: supported" in capsys.readouterr().out
    assert main(["verify", "--claim", "lemma.toeplitz", "--fast", "--jobs", "1"]) == 0
    assert "1 supported" in capsys.readouterr().out


def test_a_page_says_what_is_trusted(capsys):
    assert main(["show", "seddik.prop1.proof.s6", "--fast", "--jobs", "1"]) == 0
    page = " ".join(capsys.readouterr().out.split())
    assert "lemma.split: " + said("lemma.split") in page


def test_the_ids_that_claims_trust_are_lemmas():
    assert {x for c in load_papers() for x in c.trusted} <= set(known())


def test_the_tail_of_a_proportion_follows_the_rate():
    """What lemma.kearns-saul is used for, at exact binomial tails; twice the rate is too much."""
    tight = 0
    for n in range(1, 9):
        for x in (Fraction(1, 100), Fraction(1, 10), Fraction(1, 4), Fraction(2, 5)):
            for c in range(1, n + 1):
                d = Fraction(c, n) - x
                if d <= 0:
                    continue
                tail = sum(comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(c, n + 1))
                exponent = n * d**2 * log((1 - x) / x) / (1 - 2 * x)
                assert log(tail) <= -exponent
                tight += log(tail) > -2 * exponent
    assert tight


def test_the_common_ancestor_bounds_the_collapse_time():
    """Three times n - 1 is above the sum of the waiting times, as the prover uses it."""
    W = next(iter(CLAIMS["lemma.coalescence.time"].quantities.values()))
    n = next(iter(W.free_symbols))
    for size in range(1, 12):
        total = W.xreplace({n: sp.Integer(size)}).doit()
        assert total <= 3 * (size - 1)


def test_claims_are_claims():
    assert all(isinstance(c, Claim) and c.paper == "lemmas" for c in CLAIMS.values())
