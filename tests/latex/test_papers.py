"""The claims of the built-in papers, printed and read back: each is itself, none differs."""

from __future__ import annotations

import pytest
import sympy as sp

from refutable.verify.latex.checktex import check
from refutable.verify.loader import load_papers


@pytest.fixture(scope="module")
def claims():
    """Every second claim: enough for every kind of statement; the rest differ in letters."""
    return load_papers()[::2]


@pytest.fixture(scope="module")
def findings(claims, tmp_path_factory):
    lines = [f"% claim: {c.id}\n\\[ {sp.latex(c.statement)} \\]" for c in claims]
    paper = tmp_path_factory.mktemp("papers") / "paper.tex"
    paper.write_text("\n".join(lines))
    return check(paper, claims)


def test_every_claim_is_found(findings, claims):
    assert [f.id for f in findings] == [c.id for c in claims]


def test_no_claim_differs_from_itself(findings):
    assert [str(f) for f in findings if f.outcome in ("differs", "not found")] == []


def test_what_is_read_is_the_claim(findings):
    """What is not read has a part that LaTeX does not say: a vector, a domain, prose."""
    same = [f for f in findings if f.outcome == "same"]
    undecided = [f for f in findings if f.outcome == "not decided" and "no formula" not in f.detail]
    assert len(same) > len(findings) / 3
    assert len(undecided) <= len(findings) / 20
