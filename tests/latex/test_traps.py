"""Formulas with two readings, or none: each is refused by class and with a hint; its neighbours
that have one reading are read."""

from __future__ import annotations

import pytest
import sympy as sp

from refutable.verify.latex import (
    AmbiguousLatex,
    LatexError,
    MalformedLatex,
    UnknownName,
    UnsupportedLatex,
    read,
)

a, b, c, k, m, n, x, y, N = sp.symbols("a b c k m n x y N")
S, f = sp.Function("S"), sp.Function("f")
NAMES = {**{str(s): s for s in (a, b, c, m, n, x, y, N)}, "S": S, "f": f}

AMBIGUOUS = {
    # scripts of more than one sign
    "x^10": r"write \^\{10\}",
    "x_10": r"write _\{10\}",
    "x^23": r"write \^\{23\}",
    # a slash and what is multiplied after it
    "1/2n": r"write \\frac\{1\}\{2\} n or 1/\(2n\)",
    r"1/2 \, n": "two readings",
    r"1/n(n-1)": "two readings",
    "a/b/c": "a/b/c has two readings",
    r"a/b \cdot c": "two readings",
    # functions without parentheses
    r"\log n^2": "argument of .log or to its value",
    r"\log n m": "reach beyond",
    r"\log n / m": "reach beyond",
    r"\log n \cdot m": "reach beyond",
    r"\ln 2n": "reach beyond",
    r"\log n!": "argument of .log",
    r"\log(n)(m+1)": "part of the argument",
    r"\sin^{-1}(x)": "an inverse",
    r"\log^{k} x": "an inverse",
    "f^2(x)": "a power, an inverse",
    "f'(x)": "derivative",
    # numbers beside numbers
    r"2\frac13": "mixed number",
    r"\frac12 3": "a number after a factor",
    "x2": "a number after a factor",
    "2{3}": "a number after a factor",
    r"1\,000": "two numbers in a row",
    "1 2": "two numbers in a row",
    # bars, braces and powers
    "|x|y|a|": "which bars open",
    "{1+x}^2": "braces do not show",
    "{x^a}^b": "a power of a power",
    "x^n!": "two readings",
    "n!=m": "a factorial or a relation",
    r"\frac{a}{b}^2": "belong to the fraction",
    r"\frac12^n": "belong to the fraction",
    "1e5 x": "a number after a factor",
    r"\sqrt 12": "a number after a factor",
    r"\exp{-x}": "braces do not show",
    "n!!": "double factorial",
    r"\{x\}": "a set or a bracket",
    "x^{(m)}": "part of a name, or a power",
    "x^{*}": "part of a name, or a power",
    "S_{mn}": "a product or two indices",
    "e(x)": "a number times a bracket",
    # how far an operator reaches
    r"\prod_{i=1}^n i x": "no i",
    r"\prod_{i=1}^n i / n": "no i",
    r"\frac{d}{dx} x^2 + x": "reach as far as x",
    r"\sum_{n=1}^m n + n": "stands outside it too",
    r"\sum_{n=1}^{n} n": "stands in its own limits",
    r"\sum_{i=1}^{n} \sum_{i=1}^{m} i": "already the index",
    r"x / \sum_{i=1}^{n} i": "after /",
    r"a < b \text{ and } b < c \text{ or } c < a": "and beside or",
}

UNKNOWN = {
    "z": r"z is not declared; declare it in names; declared: N",
    "x_i": r"x_\{i\} is not declared; .* declared: x",
    "x'": "x' is not declared",
    r"\gamma": "is not declared",
    "i": "not declared",
    "E[x]": "E is not declared",
    r"\mathbb{E}[x]": r"\\mathbb\{E\}\[x\] is not declared",
    r"\Pr[x = 0]": "is not declared",
    r"\|x\|": "is not declared",
    r"\operatorname{Var}(x)": "is not declared",
    r"\E x": r"unknown macro \\E",
    r"\R": "unknown macro",
    "S": "without index or argument",
    "S + 1": "without index or argument",
    r"\sum_{i=1}^n i + i": "ends before",
    r"\text{foo} x": "is not declared",
    "e_1": "is not declared",
    r"\theta^*": "is not declared",
}

UNSUPPORTED = {
    r"x \approx y": "exact relation",
    r"x \sim y": "exact relation",
    r"x \propto y": "exact relation",
    r"x \in \{1, 2\}": "domain",
    r"a \pm b": "two statements in one",
    r"\log_2 n": r"\\frac\{\\log n\}\{\\log 2\}",
    r"\max_i a": "a base or index",
    r"\sum_i n": "limits",
    r"\sum_{i \in A} n": "limits",
    r"\sum_{i < n} i": "limits",
    r"\sum x": "without limits",
    r"\int x dx": "without limits",
    r"\lim_{x \to 0^{+}} x": "one-sided",
    r"x + \infty": "infinity is read only",
    r"n^{\infty}": "infinity is read only",
    r"\frac{n}{n} = 1": "n cancels",
    "x - x": "x cancels",
    "0 x": "x cancels",
    r"\frac{1}{0}": "division by zero",
    r"\sqrt{-1}": "not real",
    r"\sqrt[3]{-8}": "not real",
    r"\log(-1)": "not real",
    "9^{9^{9^9}}": "too large",
    "999999!": "too large",
    "((2x)^{9999})^{9999}": "too large",
    r"\begin{align} x \end{align}": "cases and matrices",
    r"x \\ y": "line break",
    "x & y": "alignment",
    "a, b": "one formula at a time",
    r"x + 1 + \dots + n": "write the sum",
    r"\begin{pmatrix} 1 & x \\ y & 2 \end{pmatrix} + 1": "matrix or vector inside arithmetic",
    "(" * 100 + "x" + ")" * 100: "levels",
}

MALFORMED = {
    "": "nothing to read",
    "% only a comment": "nothing to read",
    "x)": r"\) has no place here",
    "(x": r"\) is missing",
    r"\left(x": "never closed",
    r"\left(x\right]": "is missing",
    r"\left.x\right|": "hides a bracket|Unsupported",
    "x}": "closes nothing",
    "{x": "never closed",
    "x =": "ends too early",
    "= x": "no place",
    "x--y": "two signs",
    r"x \cdot -y": "no place",
    "x^a^b": "second superscript",
    "x_1_2": "second subscript",
    "x^-1": "lacks its script",
    r"x^\frac12": "without braces",
    "^2": "nothing to its left",
    r"\frac1": "lacks an argument",
    r"\int_0^1 x": "without its dx",
    r"\max(a)": "several arguments",
    r"\begin{cases} 1 & x \end{cases}": "needs a relation",
    r"\begin{cases} 1 & x > 0": "never closed",
    r"\begin{pmatrix} 1 & 2 \\ 3 \end{pmatrix}": "differ in length",
    "x ≤ y": r"write \\le",
    "$x$": r"without \$",
    "x\\": "backslash at the end",
    "1" * 600: "digits|Unsupported",
    "x" * 30000: "characters",
}


@pytest.mark.parametrize(
    ("tex", "kind", "words"),
    [
        (tex, kind, words)
        for kind, table in (
            (AmbiguousLatex, AMBIGUOUS),
            (UnknownName, UNKNOWN),
            (UnsupportedLatex, UNSUPPORTED),
            ((MalformedLatex, UnsupportedLatex), MALFORMED),
        )
        for tex, words in table.items()
    ],
    ids=lambda v: v[:30] if isinstance(v, str) else "",
)
def test_refused(tex, kind, words):
    with pytest.raises(kind, match=words) as caught:
        read(tex, NAMES)
    assert "\n" not in str(caught.value)
    assert caught.value.__notes__ == [caught.value.picture]


def test_the_caret_stands_under_the_place():
    with pytest.raises(LatexError) as caught:
        read("x + y\n + 1/2n", NAMES)
    assert str(caught.value).startswith("line 2, column 7: ")
    assert caught.value.picture == " + 1/2n\n      ^"
