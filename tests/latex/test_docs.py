"""What docs/latex.md says is so."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
import sympy as sp

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.statement import chain, eq
from refutable.verify.latex import LatexError, read
from refutable.verify.latex.checktex import check
from refutable.verify.latex.cli import run_scaffold

PAGE = (Path(__file__).parents[2] / "docs" / "latex.md").read_text()
REFUSED = PAGE.partition("## What is refused")[2].partition("## A paper")[0]
ROWS = [row.split(" | ") for row in REFUSED.splitlines() if row.startswith("| `")]
NAMES = {c: sp.Symbol(c) for c in "abcdkmnxA"} | {"f": sp.Function("f"), "p_k": sp.Symbol("p_k")}
NAMES |= {"S": sp.Function("S"), "a_k": sp.Symbol("a_k")}


def test_the_examples_run():
    found = doctest.testfile(str(Path(__file__).parents[2] / "docs" / "latex.md"), False)
    assert found.attempted >= 5
    assert found.failed == 0


@pytest.mark.parametrize(
    "tex", [t for cells in ROWS for t in re.findall(r"`([^`]+)`", cells[0]) if t not in "xdk"]
)
def test_what_is_refused(tex):
    tex = tex.replace("(...)", "(n)").replace(r"\|", "|")  # escaped in a table
    tex = {"p_k": r"\sum_{k=1}^n p_k", r"\frac{d}{dx}": r"\frac{d}{dx} x"}.get(tex, tex)
    bare = tex in (r"\approx", r"\sim", r"\pm", r"\in", r"\dots")
    with pytest.raises(LatexError):
        read(f"x {tex} y" if bare else tex, NAMES)


def test_the_printed_error(capsys):
    assert run_scaffold("1/2n = x") == 2
    assert capsys.readouterr().err in PAGE


def test_the_paper_of_the_page(tmp_path):
    paper = tmp_path / "paper.tex"
    paper.write_text(PAGE.partition("```latex\n")[2].partition("```")[0])
    m, n, s0, et = sp.symbols("m n S_0 ET")
    s, domain = sp.Function("S"), {m: Integers(1), n: Integers(1), sp.Symbol("p"): Simplex()}
    given = {"domain": domain | {s0: Integers(0), et: Integers(0), s: Integers(0)}}
    claims = [
        *claim("mine.thm1", eq(s(m), 1 - (1 - 1 / n) ** m * (1 - s0)), "closed form", **given),
        *claim("mine.rec", eq(s(m + 1), s(m) + (1 - s(m)) / n), "recurrence", **given),
        *claim("mine.time", chain(n - 1, "<=", et, "<=", n**2), "bound", **given),
    ]
    assert [f.outcome for f in check(paper, claims)] == ["same"] * 3
