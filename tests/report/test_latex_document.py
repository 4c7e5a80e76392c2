"""The LaTeX document: formulas are broken, not shrunk; a line is printed once; it compiles."""

import shutil
import subprocess
from collections import Counter

import pytest

from refutable.verify.appendix.displays import broken, display, inline
from refutable.verify.appendix.document import document
from refutable.verify.appendix.words import escape, set_words
from refutable.verify.judge import Options, judge_one
from refutable.verify.loader import load_built_in

LONG = (
    r"\mathbb{E}\left[\left\|x\right\|^{2}\right] = \frac{w^{2} \left(m - 1\right)"
    r" \left(m n w^{2} - 4 m n w + 4 m n - 2 m w^{2} + 6 m w\right)}{\left(n - 1\right)"
    r" \left(m w^{2} - 2 m w - 2 w^{2}\right)} - \frac{1}{n}"
)


def test_a_long_formula_can_be_broken_and_keeps_its_brackets():
    text = broken(LONG)
    assert r"\left" not in text
    assert r"\right" not in text
    assert r"6 m w)/((n - 1) \penalty1500 (m w^{2} - 2 m w - 2 w^{2}))" in text
    assert r"\penalty0 - \frac{1}{n}" in text
    assert Counter(text)["("] == Counter(text)[")"]
    assert display(LONG).startswith(r"\fit{")
    assert display("a = b") == r"\[a = b\]"
    assert inline("a + - b") == "$a - b$"


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("n ≥ 2", r"$n$ $\geq$ 2"),
        ("a class of p", r"a class of $p$"),
        ("2n of p⁽²⁾", r"2$n$ of $p ^{(2)}$"),
        ("μ̂ₜ₋₁", r"$\hat{\mu} _{t-1}$"),
        ("50% of #1_x", r"50\% of \#1\_x"),
        ("Lévy", r"L\'evy"),
        ("x <= 1", r"$x$ $\leq$ 1"),
    ],
)
def test_words_with_signs(text, latex):
    assert set_words(text) == latex


def test_an_unknown_character_is_an_error_and_no_question_mark():
    with pytest.raises(ValueError, match=r"U\+4E2D"):
        escape("中")


@pytest.fixture(scope="module")
def verdicts():
    claims = {c.id: c for c in load_built_in()}
    ids = ["seddik.thm2.eq9", "seddik.eq5.unbiased.s1", "he.thm1.mean.s1", "he.def.est.s1", "seddik.lem1.s1"]
    return [judge_one(claims[i], Options(fast=True, mutants=False), {}) for i in ids]


def test_a_line_is_printed_once_and_named_again(verdicts):
    text = document(verdicts)
    lines = [x for x in text.splitlines() if x.startswith(r"\step{")]
    assert lines
    assert max(Counter(lines).values()) == 1
    assert r"\hyperlink{line." in text
    assert r"\mathbb{P}\left(" in text
    assert "Model(" not in text
    assert r"p_{i}^{(m),\mathrm{RS}}" in text  # several processes in one statement
    assert r"\emph{Correction} (proved):" in text


def test_every_formula_of_the_document_compiles(verdicts, tmp_path):
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    (tmp_path / "a.tex").write_text(document(verdicts))
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"],
        cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull \\hbox" not in done.stdout
