"""Declared names: atoms, functions, templates, and what is no name."""

from __future__ import annotations

import pytest
import sympy as sp

from refutable.derivations.errors import StatementError
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Model, Pool, Process
from refutable.derivations.quantity import Mean, SqNorm
from refutable.derivations.statement import eq, le
from refutable.verify.latex import Names, UnknownName, UnsupportedLatex, read

m, i, n, x = sp.symbols("m i n x")
P, EX, S = sp.Function("P"), sp.Function("EX"), sp.Function("S")
TEMPLATES = {
    "p_i^{(m)}": sp.Lambda((m, i), P(m, i)),
    r"\mathbb{E}[X_m]": sp.Lambda(m, EX(m)),
    "m": m,
    "n": n,
}


def test_a_template_takes_any_expression_in_its_places():
    assert read("p_n^{(m-1)} + p^{(0)}_1", TEMPLATES) == P(m - 1, n) + P(0, 1)
    assert read(r"\mathbb{E}\left[X_{m+1}\right]^2", TEMPLATES) == EX(m + 1) ** 2
    k = sp.Symbol("k")
    assert read(r"\sum_{k=1}^{n} p_k^{(m)}", TEMPLATES) == sp.Sum(P(m, k), (k, 1, n))


def test_what_does_not_fit_a_template_is_unknown():
    with pytest.raises(UnknownName):
        read("p_m", TEMPLATES)
    with pytest.raises(UnknownName):
        read(r"\mathbb{E}[Y_m]", TEMPLATES)


def test_the_fixed_part_of_a_template_may_not_move():
    names = {"p_i^{(m)}": sp.Lambda(m, EX(m)), "n": n, "m": m}
    with pytest.raises(UnsupportedLatex, match="mentions the index"):
        read(r"\sum_{i=1}^{n} p_i^{(m)}", names)


@pytest.mark.parametrize(
    ("key", "spelling"),
    [
        ("p_i^{(m)}", r"p^{(m)}_i"),
        (r"\hat\mu_m", r"\hat{\mu}_{m}"),
        ("x_1", "x_{1}"),
        (r"\mathbb{E}[T]", r"\mathbb E \bigl[ T \bigr]"),
        (r"\operatorname{Var}(X)", r"\mathrm{Var}\left( X \right)"),
        (r"x_{\text{new}}", r"x_{\mathrm{new}}"),
        (r"\|x\|", r"\lVert x \rVert"),
        (r"\|x\|", r"\left\| x \right\|"),
        ("x'", r"x^\prime"),
        ("x'", r"x^{\prime}"),
        (r"\theta^*", r"\theta^{\ast}"),
        (r"\mathcal{C}", r"\mathcal C"),
    ],
)
def test_spellings_that_look_the_same_are_the_same(key, spelling):
    assert read(spelling, {key: x}) == x


def test_the_longest_name_is_taken():
    names = {"S": S, "S_0": n, r"\|x\|^2": x, r"\|x\|": i, r"\theta": m, r"\theta^*": n}
    assert read("S_0 + S_1", names) == n + S(1)
    assert read(r"\|x\|^2 + \|x\|^3", names) == x + i**3
    assert read(r"\theta^* + \theta^2", names) == n + m**2


def test_a_function_may_have_a_label():
    names = {r"E_{\mathrm{dev}}": EX, "S": S, "S_2": P, "m": m}
    assert read(r"E_{\text{dev}}(m+1) + S_2(m) + S_m", names) == EX(m + 1) + P(m) + S(m)
    with pytest.raises(UnknownName, match="without index or argument"):
        read("S_2 + 1", names)


def test_functions_of_sympy_may_be_declared():
    assert read("H_n", {"H": sp.harmonic, "n": n}) == sp.harmonic(n)
    assert read(r"\Gamma(n+1)", {r"\Gamma": sp.gamma, "n": n}) == sp.gamma(n + 1)
    with pytest.raises(UnsupportedLatex, match="too large"):
        read("H_{99999999}", {"H": sp.harmonic})


def test_a_lambda_without_places_is_a_function():
    assert read("S_{n+1}", {"S": sp.Lambda(m, m**2), "n": n}) == (n + 1) ** 2
    with pytest.raises(UnsupportedLatex, match="takes 1 arguments"):
        read("S_{1,2}", {"S": sp.Lambda(m, m**2)})


def test_quantities_of_a_process():
    fs = Process("FS", Categorical("p"), Pool([Draw(Model(), n)]), index=m)
    law = sp.Lambda(m, Mean(SqNorm(fs.model(m))))
    names = {"S": law, "m": m, "n": n, "p": fs.truth, "q": fs.model(m)}
    assert read(r"S_{m+1} \le 1", names) == le(Mean(SqNorm(fs.model(m + 1))), 1)
    assert read("p = q", names) == eq(fs.truth, fs.model(m))
    with pytest.raises(UnsupportedLatex, match="vector"):
        read("p + q", names)
    with pytest.raises(UnsupportedLatex, match="order"):
        read("p < q", names)


@pytest.mark.parametrize(
    "key", ["", "ET", "2", "x y", "x+1", r"\mathbb{E} T", "(x)", r"\frac12", "x^10"]
)
def test_what_is_no_name(key):
    with pytest.raises(StatementError, match="names: the key"):
        Names({key: x})


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("x", 3, "must stand for a SymPy symbol"),
        ("x", "y", "must stand for a SymPy symbol"),
        (r"\mathbb{E}[T]", S, "without arguments"),
        ("x_m^{(m-1)}", sp.Lambda(m, EX(m)), "nowhere else"),
        ("p_i^{(m)}", sp.Lambda((m, i, n), P(m, i, n)), "must stand once in the key"),
        ("p_{m,m}", sp.Lambda(m, EX(m)), "must stand once in the key"),
    ],
)
def test_what_a_name_cannot_mean(key, value, words):
    with pytest.raises(StatementError, match=words):
        Names({key: value})


def test_one_name_twice():
    with pytest.raises(StatementError, match="are the same name"):
        Names({"x_1": x, "x_{1}": n})
