"""Theorems outside the catalogue, judged through the loader as a user's file would be."""

from pathlib import Path

import pytest

from refutable.verify.judge import Options, judge_one
from refutable.verify.loader import load

HERE = Path(__file__).parent
WORDS = {
    "mixture.first": "proved",
    "mixture.limit": "proved",
    "mixture.limit_as_if_fresh": "refuted",
}


@pytest.fixture(scope="module")
def claims():
    return {c.id: c for c in load([HERE / "claim_mixture.py"])}


@pytest.mark.slow
@pytest.mark.parametrize("id", list(WORDS))
def test_the_mixture_of_a_corpus_and_a_contaminated_source(claims, id):
    v = judge_one(claims[id], Options(fast=True, mutants=False))
    assert v.verdict == WORDS[id]
    if v.verdict == "refuted":
        assert v.counterexample.engine != v.counterexample.confirmed_by
        assert v.repair is not None
