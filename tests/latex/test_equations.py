"""A paper's source taken apart: files, comments, macros, environments, rows, ids."""

from __future__ import annotations

import pytest

from refutable.derivations.errors import LoadError, PathNotFound
from refutable.verify.latex import LatexError
from refutable.verify.latex.equations import equations
from refutable.verify.latex.macros import Macro, definitions, expand
from refutable.verify.latex.texsource import read_source


@pytest.fixture
def paper(tmp_path):
    """Writes files (text, or name -> text) and gives id -> formulas."""

    def found(files):
        files = {"paper.tex": files} if isinstance(files, str) else files
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return list(equations(read_source(tmp_path / "paper.tex")))

    return found


def formulas(found):
    return {e.id: list(e.formulas) for e in found}


DISPLAYS = [
    (r"\begin{equation}", r"\end{equation}"),
    (r"\begin{equation*}", r"\end{equation*}"),
    (r"\begin{displaymath}", r"\end{displaymath}"),
    (r"\begin{align}", r"\end{align}"),
    (r"\begin{align*}", r"\end{align*}"),
    (r"\begin{gather}", r"\end{gather}"),
    (r"\begin{multline}", r"\end{multline}"),
    (r"\begin{eqnarray}", r"\end{eqnarray}"),
    (r"\begin{flalign}", r"\end{flalign}"),
    (r"\begin{alignat}{2}", r"\end{alignat}"),
    (r"\begin{equation}\begin{split}", r"\end{split}\end{equation}"),
    (r"\begin{equation}\begin{aligned}[t]", r"\end{aligned}\end{equation}"),
    (r"\[", r"\]"),
    ("$$", "$$"),
]


@pytest.mark.parametrize(("begin", "end"), DISPLAYS, ids=lambda x: x)
def test_every_display(paper, begin, end):
    assert formulas(paper(f"% claim: a\n{begin} x &= y \\label{{eq:1}}, {end}")) == {"a": ["x = y"]}
    assert formulas(paper(f"{begin} x = y. % claim: a, b.c\n{end}")) == {
        "a": ["x = y"],
        "b.c": ["x = y"],
    }
    assert formulas(paper(f"{begin} x = y \\label{{claim:a}} {end}")) == {"a": ["x = y"]}


ROWS = {
    "one id, the whole chain": (
        r"S &= a \label{claim:one} \\ &= b \\ &\le c",
        {"one": [r"S = a = b \le c"]},
    ),
    "two ids, each its link": (
        r"S &= a \label{claim:one} \\ &= b \label{claim:two}",
        {"one": ["S = a"], "two": ["a = b"]},
    ),
    "unnumbered rows go with the next number": (
        r"S &= a \nonumber \\ &= b \label{claim:one} \\ &= c \nonumber \\ &= d \label{claim:two}",
        {"one": ["S = a = b"], "two": ["b = c = d"]},
    ),
    "a new equation": (
        r"S &= a \label{claim:one} \\ T &= b + c \label{claim:two} \\ &\quad + d",
        {"one": ["S = a"], "two": [r"T = b + c \quad + d"]},
    ),
    "equations without id": (r"S &= a \\ T &= b \label{claim:two} \\ U &= c", {"two": ["T = b"]}),
    "breaks inside cases": (
        r"f &= \begin{cases} 1 & x \\ 2 & y \end{cases} \\[2pt] &= g \label{claim:one}",
        {"one": [r"f = \begin{cases} 1 & x \\ 2 & y \end{cases} = g"]},
    ),
    "a comment with the id in the row": (
        "S &= a \\\\\n% claim: two\nT &= b",
        {"two": ["T = b"]},
    ),
    "an operator at the end of a row": (
        r"S &= a + \\ & b \label{claim:one}",
        {"one": ["S = a + b"]},
    ),
}


@pytest.mark.parametrize("case", ROWS)
def test_rows(paper, case):
    text, expected = ROWS[case]
    assert formulas(paper(rf"\begin{{align}} {text} \end{{align}}")) == expected


def test_an_id_before_an_environment_means_all_of_it(paper):
    found = paper("% claim: both\n\\begin{gather} a = b \\\\ c = d \\end{gather}")
    assert formulas(found) == {"both": ["a = b", "c = d"]}


def test_the_rows_of_multline_are_one_formula(paper):
    text = r"\begin{multline} \label{claim:a} x = y \\ z \end{multline}"
    assert formulas(paper(text)) == {"a": ["x = y z"]}


def test_what_latex_does_not_read(paper):
    text = r"""
% claim: after
 % \[ commented = out \]
\begin{verbatim}
% claim: verbatim
\[ x = 1 \]
\end{verbatim}
\verb|% claim: verb| costs 5\% \iffalse % claim: hidden
\ifx \[ y = 1 \] \label{claim:hidden} \fi \fi
\begin{comment} \begin{equation} \label{claim:comment} \end{equation} \end{comment} here:
\[ z = 1 \]
\end{document}
\begin{equation} \label{claim:late} x = 1 \end{equation}
"""
    assert formulas(paper(text)) == {"after": ["z = 1"]}


def test_comments_are_no_blank_lines(paper):
    assert formulas(paper("% claim: a\n% b\n%\n\\[ x = 1 \\]")) == {"a": ["x = 1"]}


def test_a_comment_after_a_row_means_that_row(paper):
    text = "\\begin{align}\na &= b \\\\ % claim: one\nc &= d\n\\end{align}"
    assert formulas(paper(text)) == {"one": ["a = b"]}


def test_an_id_without_equation_is_kept(paper):
    assert formulas(paper("% claim: lost\n\n\\[ x = 1 \\]")) == {"lost": []}
    assert formulas(paper("% claim: lost\n")) == {"lost": []}
    assert formulas(paper("% claim: lost\n\n\\[ x = 1 \\]")) == {"lost": []}
    assert formulas(paper("% claim: this is no id but a sentence\n\\[ x = 1 \\]")) == {}


def test_inline_formulas_are_stepped_over(paper):
    text = "It costs \\$5 or $x$ or \\(y\\).\n% claim: a\nSo $z = 1$ and \\[ x = 1 \\]"
    assert formulas(paper(text)) == {"a": ["x = 1"]}


def test_included_files_and_places(paper, tmp_path):
    found = paper(
        {
            "paper.tex": "\\newcommand{\\E}{\\mathbb{E}}\n\\input{sec/one}\n\\include{two}\n",
            "sec/one.tex": "text\n\\[ \\E x = 1 \\label{claim:one} \\]\\input three ",
            "three.tex": "\\[ y = 1 \\label{claim:three} \\]",
            "two.tex": "\n\n% claim: two\n$$ z = 1 $$",
        }
    )
    assert formulas(found) == {"one": [r"\mathbb{E}x = 1"], "three": ["y = 1"], "two": ["z = 1"]}
    places = [(e.file.removeprefix(f"{tmp_path}/"), e.line) for e in found]
    assert places == [("sec/one.tex", 2), ("three.tex", 1), ("two.tex", 4)]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"paper.tex": r"\input{a}", "a.tex": r"\input{paper}"}, "paper.tex -> a.tex -> paper.tex"),
        ({"paper.tex": r"\input{nowhere}"}, "no such file"),
        ({"paper.tex": "\\input{/etc/hosts}"}, "absolute"),
        ({"paper.tex": r"\input{\jobname}"}, "is a macro"),
    ],
)
def test_files_that_cannot_be_included(paper, files, words):
    with pytest.raises(LoadError, match=words) as caught:
        paper(files)
    assert caught.value.where[1] == 1


def test_files_that_are_no_text(tmp_path):
    with pytest.raises(PathNotFound):
        read_source(tmp_path / "none.tex")
    (tmp_path / "bytes.tex").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LoadError, match="UTF-8"):
        read_source(tmp_path / "bytes.tex")


MACROS = r"""
\newcommand{\E}{\mathbb{E}}
\newcommand\half{\frac12}
\newcommand*{\norm}[1]{\left\|#1\right\|}
\newcommand{\pow}[2][2]{#2^{#1}}
\renewcommand{\epsilon}{\varepsilon}
\DeclareMathOperator{\Var}{Var}
\DeclarePairedDelimiter{\abs}{\lvert}{\rvert}
\def\R{x}
\def\two#1#2{#1 + #2}
\def\until#1;{#1}
\let\eps=\epsilon
\newcommand{\loop}{\loop}
\newcommand{\aa}{}\newcommand{\ab}{\aa\aa\aa\aa\aa\aa\aa\aa\aa\aa}
\newcommand{\ac}{\ab\ab\ab\ab\ab\ab\ab\ab\ab\ab}\newcommand{\ad}{\ac\ac\ac\ac\ac\ac\ac\ac\ac\ac}
\newcommand{\ae}{\ad\ad\ad\ad\ad\ad\ad\ad\ad\ad}
"""
TABLE: dict[str, Macro] = {m.name: m for _, m in definitions(MACROS)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\E[T]", r"\mathbb{E}[T]"),
        (r"\half n", r"\frac12n"),
        (r"\norm{x+\R}^2", r"\left\|x+x\right\|^2"),
        (r"\norm x", r"\left\|x\right\|"),
        (r"\pow{a} + \pow[3]{b}", "a^{2} + b^{3}"),
        (r"\Var(X)", r"\operatorname{Var}(X)"),
        (r"\abs{x} \abs*{y}", r"\lvert x \rvert \lvert y \rvert"),
        (r"\two{a}{b}", "a + b"),
        (r"\eps x", r"\varepsilon x"),
        (r"\\ \{ x \}", r"\\ \{ x \}"),
        (r"\Rest", r"\Rest"),
    ],
)
def test_macros_are_written_out(text, expected):
    assert expand(text, TABLE) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"\loop", "without end"),
        (r"\ae", "without end"),
        (r"\until x;", "delimited"),
        (r"\norm", "lacks an argument"),
        ("x\\", "backslash"),
    ],
)
def test_macros_that_cannot_be_written_out(text, words):
    with pytest.raises(LatexError, match=words):
        expand(text, TABLE)


def test_the_last_definition_before_an_equation_counts(paper):
    one = r"\[ \x = 1 \label{claim:%s} \]"
    text = r"\newcommand{\x}{a}" + one % "a" + r"\renewcommand{\x}{b}" + one % "b"
    assert formulas(paper(text)) == {"a": ["a= 1"], "b": ["b= 1"]}


def test_an_error_keeps_the_other_equations(paper):
    text = r"\newcommand{\x}{\x} \[ \x = 1 \label{claim:a} \] \[ y = 1 \label{claim:b} \]"
    bad, good = paper(text)
    assert isinstance(bad.error, LatexError)
    assert good.formulas == ("y = 1",)
