"""Directions of experiments: who may carry one, who tests it, and what word comes of it."""

from dataclasses import replace
from io import StringIO

import pytest
import sympy as sp
from rich.console import Console

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.errors import ClaimError, StatementError
from refutable.gpt import evidence as engine
from refutable.gpt.direction import directions
from refutable.gpt.errors import TorchMissing
from refutable.gpt.evidence import SIZES, settings_of
from refutable.gpt.planner import plan_of
from refutable.verify import baseline
from refutable.verify.judge import Options, combine, judge, judge_one
from refutable.verify.loader import load_papers
from refutable.verify.show import print_verdicts
from tests.processes import FS, m, n, p

ERROR = Q.Mean(Q.SqNorm(FS.model(m) - FS.truth))
GROWS = S.Monotone(ERROR, m, "increasing")
DOMAIN = {m: Integers(1), n: Integers(1), p: Simplex()}
FULL = Options(full=True, fast=True, mutants=False, instances=20)
QUICK = replace(FULL, full=False)


def told(empirical=GROWS, statement=None, kind="experiment", domain=DOMAIN, **fields):
    statement = statement or S.Prose("the error grows")
    return claim("t.exp", statement, kind, domain=domain, empirical=empirical, **fields)[0]


@pytest.fixture
def found(monkeypatch):
    """Sets what the engine finds; collects what it was asked."""
    asked = []

    def finds(outcome, detail="seen", interval=(0.1, 0.2)):
        def stub(c, **options):
            asked.append((c.id, options))
            return engine.Evidence(outcome, detail, interval, (0.01, 0.03))

        monkeypatch.setattr(engine, "evidence", stub)
        return asked

    return finds


def test_prose_with_a_direction_is_out_of_scope_until_it_is_asked_for(found):
    asked = found("holds")
    v = judge_one(told(), QUICK)
    assert (v.verdict, v.reason, v.evidence) == (
        "out of scope",
        "no formal reading: the error grows",
        [],
    )
    assert judge_one(told(), replace(FULL, engines=frozenset({"exact"}))).verdict == "out of scope"
    assert not asked


def test_seen_directions_support(found):
    asked = found("holds")
    v = judge_one(told(), replace(FULL, seed=7))
    assert v.verdict == "supported"
    assert asked == [("t.exp", {"root": 7, "max_seconds": float("inf")})]
    (e,) = v.evidence
    assert (e.engine, e.outcome, e.interval, e.visible) == (
        "transformer",
        "holds",
        ("0.1", "inf"),
        "0.03",
    )


@pytest.mark.parametrize(
    ("outcome", "word"),
    [("undecided", "undecided"), ("skipped", "out of scope"), ("out of scope", "out of scope")],
)
def test_nothing_else_supports_and_nothing_refutes(found, outcome, word):
    found(outcome, "why it is so", ())
    v = judge_one(told(), FULL)
    assert v.verdict == word
    assert "why it is so" in v.reason
    assert v.evidence[0].outcome == outcome


def test_without_torch_the_evidence_is_skipped_with_its_reason(monkeypatch):
    def missing(*_):
        raise TorchMissing("torch is not installed; install it")

    monkeypatch.setattr(engine, "_run", missing)
    v = judge_one(told(), FULL)
    assert (v.verdict, v.evidence[0].outcome) == ("out of scope", "skipped")
    assert "torch is not installed" in v.reason


def test_a_statement_that_is_no_direction_is_told_and_not_run(found):
    asked = found("holds")
    v = judge_one(told(S.eq(ERROR, 1)), FULL)
    assert (v.verdict, v.evidence[0].outcome) == ("out of scope", "out of scope")
    assert "a relation = is no direction" in v.reason
    assert not asked


def test_beside_a_formal_statement_it_changes_no_word(found):
    formal = claim("t.formal", GROWS, "monotonicity", domain={**DOMAIN, n: Integers(2)})[0]
    for outcome in ("holds", "undecided"):
        asked = found(outcome)
        v = judge_one(formal, FULL)
        assert v.verdict == judge_one(formal, QUICK).verdict == "proved"
        assert v.evidence[-1].engine == "transformer"
    no_direction = claim("t.eq", S.eq(ERROR, ERROR), "identity", domain=DOMAIN)[0]
    assert all(e.engine != "transformer" for e in judge_one(no_direction, FULL).evidence)
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"kind": "bound", "statement": GROWS}, "has a formal statement"),
        ({"statement": GROWS}, "has a formal statement"),
        ({"empirical": S.lt(n, n + 1)}, "speaks of no process"),
        ({"domain": {m: Integers(1), n: Integers(1)}}, "symbol p has no domain"),
        ({"domain": {}}, "has no domain"),
        ({"empirical": S.lt(ERROR, sp.nan)}, "nan"),
    ],
)
def test_a_direction_that_cannot_be_one_is_refused(fields, part):
    with pytest.raises((ClaimError, StatementError), match=part):
        told(**fields)


def test_the_page_shows_the_direction_and_its_process():
    out = Console(width=100, file=StringIO())
    print_verdicts([judge_one(told(), QUICK)], out)
    text = out.file.getvalue()
    assert "training transformers tests (--full)" in text
    assert "error of FS at generation 1 < error of FS at the last generation" in text
    assert "n fresh draws from the latest model" in text


def test_the_page_says_what_cannot_be_tested():
    out = Console(width=200, file=StringIO())
    print_verdicts([judge_one(told(S.eq(ERROR, 1)), QUICK)], out)
    assert "cannot be tested: a relation = is no direction" in out.file.getvalue()


def test_a_baseline_knows_nothing_of_transformers(found):
    found("holds")
    c = told()
    known = {"t.exp": "out of scope"}
    (v,) = judge([c], FULL)
    assert baseline.compare([v], known, transformers=True) == []
    assert [str(d) for d in baseline.compare([v], known)] == [
        "t.exp was out of scope and is supported"
    ]
    v.verdict = "proved"
    assert len(baseline.compare([v], known, transformers=True)) == 1


def test_the_directions_of_the_papers_can_be_read_and_run(found):
    """Every one becomes data plans; a parent is the weakest of its parts."""
    claims = load_papers()
    carriers = [c for c in claims if c.direction is not None]
    assert {"gerst.exp.lm.s1", "gerst.exp.lm.s2", "seddik.exp.fig3"} <= {c.id for c in carriers}
    for c in carriers:
        for s in settings_of(directions(c), {}):
            assert set(s.values) <= set(SIZES)
            assert plan_of(s, 4).documents(4) > 0
    found("holds")
    lm = [c for c in claims if c.id.startswith("gerst.exp.lm")]
    words = {v.claim.id: v.verdict for v in combine(judge(lm, FULL))}
    assert words["gerst.exp.lm.s1"] == "supported"
    assert words["gerst.exp.lm.s3"] == words["gerst.exp.lm"] == "out of scope"
