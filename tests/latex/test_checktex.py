"""Equations of a paper against claims: same, differs (shown), not decided, not found, not read."""

from __future__ import annotations

import pytest
import sympy as sp

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals, Simplex
from refutable.derivations.errors import StatementError
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Model, Pool, Process
from refutable.derivations.quantity import Mean, SqNorm
from refutable.derivations.statement import Implies, Lim, Prose, chain, eq, ge, gt, le, lt
from refutable.verify.latex.checktex import check

m, n, N, k, x, y, w, S_0, ET = sp.symbols("m n N k x y w S_0 ET")
p, S = sp.Symbol("p"), sp.Function("S")
FS = Process("FS", Categorical("p"), Pool([Draw(Model(), n)]), index=m)
LOOP = {m: Integers(1), n: Integers(1), p: Simplex()}
SIZES = {n: Integers(1), N: Integers(1), x: Reals(0, 1), y: Reals()}
QUANTITIES = {S: sp.Lambda(m, Mean(SqNorm(FS.model(m)))), S_0: SqNorm(FS.truth)}

CLAIMS = [
    *claim("Sm", eq(S(m), 1 - (1 - 1 / n) ** m * (1 - S_0)), "closed form", domain=LOOP,
           quantities=QUANTITIES),
    *claim("rec", eq(S(m + 1), S(m) + (1 - S(m)) / n), "recurrence", domain=LOOP,
           quantities=QUANTITIES),
    *claim("ET", chain(n - 1, "<=", ET, "<=", n**2), "bound", domain=LOOP,
           quantities={ET: Mean(FS.collapse_time)}),
    *claim("where", le(w * x, 1), "bound", domain=SIZES, where={w: n / (n + N)}),
    *claim("sum", eq(sp.Sum(1 / k, (k, 1, n)), sp.Sum(1 / k, (k, 1, n - 1)) + 1 / n), "identity",
           domain=SIZES),
    *claim("lim", eq(Lim((1 - 1 / n) ** m, m, sp.oo), 0), "limit", domain=SIZES),
    *claim("diverges", eq(Lim(sp.Sum(1 / k, (k, 1, n)), n, sp.oo), sp.oo), "limit", domain=SIZES),
    *claim("strict", lt(x, 1 + 1 / n), "bound", domain=SIZES),
    *claim("false", eq(1 / n, 2 / n), "identity", domain=SIZES),
    *claim("true", eq(1 - 1 / n, (n - 1) / n), "identity", domain=SIZES),
    *claim("zeta", eq(sp.Sum(1 / k**2, (k, 1, sp.oo)), sp.pi**2 / 6), "identity", domain=SIZES),
    *claim("implies", Implies(gt(x, y), ge(x, y)), "bound", domain=SIZES),
    *claim("hyp", le(x, y), "bound", domain=SIZES, hypotheses=[le(x, 0)]),
    *claim("prose", Prose("It collapses."), "prose"),
]  # fmt: skip


@pytest.fixture
def findings(tmp_path):
    """Findings of one paper, given as LaTeX."""

    def found(text):
        (tmp_path / "paper.tex").write_text(text)
        return check(tmp_path / "paper.tex", CLAIMS)

    return found


@pytest.fixture
def finding(findings):
    """The finding of one equation, displayed for one claim."""

    def found(id, tex, before=""):
        (one,) = findings(f"{before}\n% claim: {id}\n\\[ {tex} \\]\n")
        return one

    return found


SAME = [
    ("Sm", r"S_m = 1 - \Bigl(\frac{n-1}{n}\Bigr)^{m} (1 - S_0)"),
    ("Sm", r"1 - S_m = (1-S_0) \left(1-\tfrac1n\right)^m"),
    ("Sm", r"\mathbb{E}\left[\|p^{(m)}\|_2^2\right] = 1 - (1 - 1/n)^m (1 - \|p\|_2^2)"),
    ("rec", r"S_{m+1} = \frac1n + \Bigl(1-\frac1n\Bigr) S_m"),
    ("rec", r"n S_{m+1} = n S_m + (1 - S_m)"),
    ("ET", r"n-1 \le \mathbb{E}[T] \le n^2"),
    ("ET", r"n^2 \ge \mathbb{E}[T] \ge n - 1"),
    ("ET", r"\mathrm{ET} \le n^2 \text{ and } n \le 1 + \mathrm{ET}"),
    ("where", r"w x \le 1"),
    ("where", r"1 \ge \frac{n x}{n+N}"),
    ("where", r"n x \le n + N"),
    ("sum", r"\sum_{i=1}^{n} \frac1i = \frac1n + \sum_{j=1}^{n-1} \frac1j"),
    ("lim", r"\lim_{m\to\infty} \left(\frac{n-1}{n}\right)^m = 0"),
    ("diverges", r"\lim_{n\to\infty} \sum_{i=1}^{n} \frac1i = \infty"),
    ("strict", r"x - 1 < \frac1n"),
    ("strict", r"1 + \frac1n > x"),
    ("zeta", r"\frac{\pi^2}{6} = \sum_{i \ge 1} \frac{1}{i^2}"),
    ("true", r"\frac{n-1}{n} = 1 - \frac1n"),
    ("implies", r"x > y \Rightarrow x \ge y"),
    ("implies", r"y < x \implies y \le x"),
]


@pytest.mark.parametrize(("id", "tex"), SAME)
def test_same(finding, id, tex):
    found = finding(id, tex)
    assert (found.outcome, found.detail) == ("same", "")


DIFFERS = [
    ("Sm", r"S_m = 1 - \left(1-\frac1n\right)^{m-1} (1 - S_0)"),
    ("Sm", r"S_m = 1 + \left(1-\frac1n\right)^{m} (1 - S_0)"),
    ("Sm", r"S_m \le 1 - \left(1-\frac1n\right)^{m} (1 - S_0)"),
    ("rec", r"S_{m} = S_{m+1} + \frac{1-S_m}{n}"),
    ("ET", r"n - 1 \le \mathbb{E}[T] < n^2"),
    ("ET", r"n + 1 \le \mathbb{E}[T] \le n^2"),
    ("where", r"w x \ge 1"),
    ("where", r"\frac{2 n x}{n+N} \le 1"),
    ("sum", r"\sum_{i=1}^{n} \frac1i = \frac2n + \sum_{j=1}^{n-1} \frac1j"),
    ("lim", r"\lim_{m\to\infty} \left(1-\frac1n\right)^m = 1"),
    ("strict", r"x < 1 - \frac1n"),
    ("strict", r"x \le 1 + \frac1n"),  # another statement, though both hold on the whole domain
    ("zeta", r"\sum_{k \ge 1} \frac{1}{k^2} = \frac{\pi^2}{7}"),
    ("implies", r"x > 2 y \Rightarrow x \ge y"),
]


@pytest.mark.parametrize(("id", "tex"), DIFFERS)
def test_differs(finding, id, tex):
    found = finding(id, tex)
    assert found.outcome == "differs", found.detail
    assert any(w in found.detail for w in ("only the", "another value", "the sign is"))
    assert found.paper
    assert found.claim


UNDECIDED = [
    # both false, and both true: that does not make them the same, nor tell them apart
    ("false", r"\frac{n}{n+N} = \frac{2n}{n+N}", "neither shown equal nor told apart"),
    ("true", r"1 - \frac{1}{n^2} = \frac{n^2-1}{n^2}", "neither shown equal nor told apart"),
    # the two limits are equal, though their bodies are not: nothing is shown
    (
        "lim",
        r"\lim_{m\to\infty} \left(\frac{n-1}{n+1}\right)^m = 0",
        "neither shown equal nor told apart",
    ),
    ("ET", r"\mathbb{E}[T] \le n^2", "those of the paper are among them"),
    ("rec", r"S_{m+1} = S_m + \frac{1-S_m}{n} = \frac1n + (1-\frac1n) S_m", "give the row an id"),
    ("implies", r"x > y", "built differently"),
    ("hyp", r"x \le 0 \Rightarrow x \le y", "built differently"),
    ("prose", "1 = 1", "no formula of its own"),
    ("diverges", r"\lim_{n\to\infty} \sum_{i=1}^{n} \frac{2}{i} = \infty", "infinite sides"),
]


@pytest.mark.parametrize(("id", "tex", "words"), UNDECIDED)
def test_not_decided(finding, id, tex, words):
    found = finding(id, tex)
    assert found.outcome == "not decided", found
    assert words in found.detail


def test_numbers_respect_the_hypotheses(finding):
    """x = 1/2 would separate the two, but x <= 0 is assumed, so x = 0."""
    found = finding("hyp", r"x + x^2 \le y")
    assert found.outcome == "not decided"
    found = finding("hyp", r"x + 1 \le y")
    assert found.outcome == "differs"
    assert "x = 0" in found.detail


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"S_m \approx 1", "exact relation"),
        (r"R_m = 1", "R_{m} is not declared"),
        (r"S_m = 1/2n", "two readings"),
        (r"S_m + 1", "without a relation"),
        (r"\norm{x} = 1", "unknown macro"),
        (r"S_m = 1 \quad \text{for all } m", "not declared"),
    ],
)
def test_not_read(finding, tex, words):
    found = finding("Sm", tex)
    assert found.outcome == "not read"
    assert words in found.detail


def test_not_found(findings):
    unknown, lost = findings("% claim: nobody\n\\[ x = 1 \\]\n% claim: Sm\n\n")
    assert unknown.outcome == lost.outcome == "not found"
    assert "there is no such claim" in unknown.detail
    assert "no displayed equation" in lost.detail


def test_the_papers_own_spelling(finding):
    remark = "% names: S(m) = \\sigma_m\n% names: ET = \\mathbb{E}\\tau\\relax\n"
    with pytest.raises(StatementError, match="is not one name"):
        finding("ET", r"n - 1 \le \mathrm{ET} \le n^2", remark)
    remark = "% names: S(m) = \\sigma_m\n% names: nobody = q"
    assert (
        finding("rec", r"\sigma_{m+1} = \sigma_m + \frac{1-\sigma_m}{n}", remark).outcome == "same"
    )
    remark = "% names: S(t) = \\mathbb{E}[X_t^2]"
    tex = r"\mathbb{E}[X_{m+1}^2] = \mathbb{E}[X_m^2] + (1 - \mathbb{E}[X_m^2])/n"
    assert finding("rec", tex, remark).outcome == "same"
    with pytest.raises(StatementError, match="no `SYMBOL = LATEX`"):
        finding("Sm", "x = 1", "% names: what")


def test_rows_and_macros_together(findings):
    found = findings(
        r"""\newcommand{\E}[1]{\mathbb{E}\left[#1\right]}
\begin{align}
S_{m+1} &= S_m + \frac{1-S_m}{n} \label{claim:rec} \\
n - 1 &\le \E{T} \nonumber \\ &\le n^2 \label{claim:ET}
\end{align}"""
    )
    assert [(f.id, f.outcome, f.line) for f in found] == [("rec", "same", 3), ("ET", "same", 4)]
