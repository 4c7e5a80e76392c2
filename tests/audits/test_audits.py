"""Theorems outside the catalogue, judged through the loader as a user's file would be.

The words are what we know of these statements; a false one has an exact counterexample.
"""

from pathlib import Path

import pytest

from refutable.verify.judge import Options, judge_one
from refutable.verify.loader import load

HERE = Path(__file__).parent
TRUE, FALSE = "proved", "refuted"
WORDS = {
    "mixture.first": TRUE,
    "mixture.limit": TRUE,
    "mixture.limit_as_if_fresh": FALSE,
    "shumailov.datum": TRUE,
    "shumailov.mean": FALSE,
    "shumailov.unbiased": TRUE,
    "shumailov.collapse_in_mean": FALSE,
    "shumailov.collapse": TRUE,
    "shumailov.stays": FALSE,
    "dohmatob.risk": TRUE,
    "dohmatob.growth": TRUE,
    "dohmatob.off": FALSE,
    "dohmatob.corner": FALSE,
    "kazdan.variance": TRUE,
    "kazdan.limit": TRUE,
    "kazdan.increment": TRUE,
    "kazdan.increment_index": FALSE,
    "kazdan.unbiased": TRUE,
    "kazdan.unbiased_limit": FALSE,
    "kazdan.family": "out of scope",
    "cat.step": TRUE,
    "cat.step_index": FALSE,
    "cat.sign": FALSE,
    "cat.half": FALSE,
    "cat.settles": TRUE,
    "cat.dies": FALSE,
    "cat.stays": FALSE,
    "mix.limit": TRUE,
    "mix.swapped": FALSE,
    "mix.bound": TRUE,
    "mix.all_as_real": FALSE,
    "turns.upper": TRUE,
    "turns.lower": TRUE,
    "turns.limit": FALSE,
}
#: A few take longer: their repair is searched for.
SLOW = {"mixture.limit_as_if_fresh", "turns.limit", "mix.swapped", "mix.all_as_real"}
#: The smallest exact instance at which a false statement fails.
FAILS_AT = {
    "shumailov.mean": ({"t": "1", "n": "2", "Sigma": ["1"]}, "1/2", "3/2"),
    "dohmatob.off": ({"t": "1", "d": "1", "T": "3", "sigma": "1"}, "1", "2"),
    "dohmatob.corner": ({"t": "1", "d": "1", "T": "1", "sigma": "1"}, "oo", "oo"),
    "kazdan.increment_index": ({"t": "1", "n": "2", "Sigma": ["1"]}, "1/16", "1/8"),
    "kazdan.unbiased_limit": ({"n": "2", "Sigma": ["1"]}, "2/3", "sqrt(2)*sin(sqrt(2)*pi/2)/pi"),
    "cat.half": ({"t": "1", "n": "3", "p": ["1/2", "1/2"]}, "1/6", "1/4"),
    "cat.dies": ({"n": "1", "p": ["1/2", "1/2"]}, "1/2", "0"),
    "turns.limit": ({"n": "2", "p": ["1/2", "1/2"]}, "1/4", "3/8"),
}


@pytest.fixture(scope="module")
def claims():
    return {c.id: c for c in load([HERE])}


@pytest.fixture(scope="module")
def verdict(claims):
    """Judges a claim, once."""
    known = {}

    def judged(id):
        if id not in known:
            known[id] = judge_one(claims[id], Options(fast=True, mutants=False))
        return known[id]

    return judged


def test_every_claim_here_is_judged(claims):
    assert set(claims) == set(WORDS)


@pytest.mark.parametrize(
    "id", [pytest.param(id, marks=[pytest.mark.slow] * (id in SLOW)) for id in WORDS]
)
def test_the_word(verdict, id):
    v = verdict(id)
    assert v.verdict == WORDS[id], v.reason
    if v.verdict == FALSE:
        assert v.counterexample.engine != v.counterexample.confirmed_by


@pytest.mark.parametrize("id", FAILS_AT)
def test_the_counterexample_is_exact_and_small(verdict, id):
    x = verdict(id).counterexample
    assert (x.at, x.lhs, x.rhs) == FAILS_AT[id]


def test_what_a_corpus_adds_is_corrected(verdict):
    assert verdict("mixture.limit_as_if_fresh").repair is not None


def test_a_risk_that_may_be_infinite_is_repaired_by_its_domain(verdict):
    v = verdict("dohmatob.corner")
    assert v.refutes == "domain"
    assert v.repair.verdict == "proved"


def test_what_has_no_formal_reading_says_so(verdict):
    assert verdict("kazdan.family").reason.startswith("no formal reading: there is a family")


def test_almost_sure_limits_rest_on_a_lemma_and_on_no_mean(verdict):
    assert verdict("shumailov.collapse").trusted == ["lemma.martingale_ratio"]
