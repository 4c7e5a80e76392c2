"""Formulas, processes and domains as plain text: nothing regroups on the way."""

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals, Schedule, Simplex
from refutable.verify.abbreviate import changed, with_letters
from refutable.verify.glyphs import ascii_text, lower, raised
from refutable.verify.page import fold
from refutable.verify.typeset import tex
from refutable.verify.untex import untex
from refutable.verify.words import domain_lines, formula, process_lines
from tests.processes import ACCUMULATE, FS, LINEAR, MIXED, PS, REUSED, WEIGHTED

m, n, N, i, alpha, beta, x, y = sp.symbols("m n N i alpha beta x y")
f = sp.Function("f")


@pytest.mark.parametrize(
    ("e", "text"),
    [
        (1 - x, "1 − x"),
        (-x, "−x"),
        (2 * x * y, "2x y"),
        (x / y, "x/y"),
        (x / (y * n), "x/(n y)"),
        (x / (y + n), "x/(n + y)"),
        ((x + y) / n, "(x + y)/n"),
        (x / y * (1 + n), "x (n + 1)/y"),
        ((1 + 1 / N) * alpha, "α (1 + 1/N)"),
        (sp.Rational(2, 3) * x, "2x/3"),
        (2**n * 3, "3·2ⁿ"),
        (x ** (m + 1), "xᵐ⁺¹"),
        (x ** (m * n + 1), "xᵐⁿ⁺¹"),
        (x ** (m * n * y + 1), "x^(m n y + 1)"),
        ((x + y) ** 2, "(x + y)²"),
        ((x / y) ** m, "(x/y)ᵐ"),
        (x**alpha, "xᵅ"),
        (x ** (y / 2), "x^(y/2)"),
        (sp.sqrt(x + 1) / 2, "√(x + 1)/2"),
        (1 / sp.sqrt(x), "1/√x"),
        (sp.exp(-x), "e⁻ˣ"),
        (sp.log(x + 1) * y, "y log(x + 1)"),
        (f(x) * y, "y f(x)"),
        (sp.binomial(n, m), "C(n, m)"),
        (sp.Sum(1 / i**2, (i, 1, n)), "Σᵢ₌₁ⁿ 1/i²"),
        (x * sp.Sum(1 / i, (i, 1, n)) / y, "(x Σᵢ₌₁ⁿ 1/i)/y"),
        (sp.Symbol("S_0") + sp.Symbol("p_tail"), "S₀ + p_tail"),
        (sp.Symbol("s_tilde"), "s̃"),
        (sp.Symbol("theta_star"), "θ*"),
        (1 / sp.Symbol("kprime"), "1/k′"),
        (sp.pi * sp.oo, "∞"),
        (S.Lim(1 / n + x, n), "lim_{n → ∞} (x + 1/n)"),
        (Q.Mean(Q.SqNorm(FS.model(m + 1))), "E‖p⁽ᵐ⁺¹⁾‖²"),
        (Q.Mean(Q.SqNorm(FS.model(m)) ** 2), "E[(‖p⁽ᵐ⁾‖²)²]"),
        (Q.Mean(Q.SqNorm(FS.model(m)), FS.model(m - 1)), "E[‖p⁽ᵐ⁾‖² | p⁽ᵐ⁻¹⁾]"),
        (FS.model(m)[i] ** 2 + FS.truth[1] ** 2, "(pᵢ⁽ᵐ⁾)² + p₁²"),
        (Q.Prob(S.eq(Q.NormInf(FS.model(m)), 1)), "P(‖p⁽ᵐ⁾‖∞ = 1)"),
        (LINEAR.model(n) - LINEAR.truth, "ŵₙ − w*"),
        (Q.VecSum(LINEAR.noise(i) + LINEAR.model(i), i, 1, n), "Σᵢ₌₁ⁿ"),
        (S.Implies(S.lt(x, y), S.ge(y, x)), "x < y ⇒ y ≥ x"),
        (S.Member(x, 1, n), "x ∈ {1, …, n}"),
        (sp.Piecewise((1, x > 0), (2, True)), "{ 1 for x > 0; 2 otherwise }"),
    ],
)
def test_formulas(e, text):
    got = formula(e)
    assert got == text or (text.endswith("ⁿ") and got.startswith(f"{text} (") and got.endswith(")"))


def test_an_indexed_quantity_has_its_index_below():
    assert untex(tex(f(m + 1) - f(m), {"f"})) == "fₘ₊₁ − fₘ"
    assert untex(tex(sp.Function("E_dev")(m + 1), {"E_dev"})) == "E_dev(m + 1)"


def test_scripts_only_where_every_letter_has_one():
    assert (raised("m+1"), raised("q"), raised("real")) == ("ᵐ⁺¹", None, None)
    assert (lower("i"), lower("b"), lower("tail")) == ("ᵢ", None, None)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Sₘ₊₁ = 2α βᵐ⁺¹ − √π/N", "S_(m+1) = 2 alpha beta^(m+1) - sqrt(pi)/N"),
        ("E‖p⁽ᵐ⁾‖² ≤ ∞", "E||p^(m)||^2 <= oo"),
        ("ŵ ≠ w", "w_hat != w"),
        ("Σᵢ₌₁ⁿ x̄ ∈ ℓ", "sum_(i=1)^n x_bar in l"),
    ],
)
def test_ascii_for_terminals_that_know_no_more(text, plain):
    assert ascii_text(text) == plain
    assert plain.isascii()


def test_a_long_formula_is_broken_at_its_loosest_operator():
    text = "S = (a + b) (c − d) + (e + f) (g − h)"
    assert fold(text, 30) == ["S = (a + b) (c − d)", "    + (e + f) (g − h)"]
    assert fold("x = y", 30) == ["x = y"]


@pytest.mark.parametrize(
    ("process", "lines"),
    [
        (FS, ["FS: relative frequencies; m = 1 is the first fit",
              "each m: n fresh draws from the latest model"]),
        (PS, ["PS: relative frequencies; m = 1 is the first fit",
              "m = 1: the same N draws from the truth (“real”)",
              "m > 1: the same N draws from the truth (“real”) and n fresh draws from the latest"
              " model, pooled"]),
        (MIXED, ["n fresh draws from a mixture (α of the truth, 1 − α of the latest model)"]),
        (ACCUMULATE, ["each m: n fresh draws from the latest model, pooled with all draws so far"]),
        (REUSED, ["the draws “y” of 1 generation ago, again, pooled"]),
        (WEIGHTED, ["with weights α, 1 − α"]),
        (LINEAR, ["LINEAR: least squares on one design of T rows"]),
    ],
)  # fmt: skip
def test_processes_in_words(process, lines):
    said = process_lines(process)
    assert all(any(line in s for s in said) for line in lines)


def test_domains_in_words():
    domain = {m: Integers(1), n: Integers(1), N: Integers(2, n), alpha: Reals(0, 1, hi_open=True),
              x: Simplex(), f: Schedule(Integers(1), to=sp.oo, monotone="increasing")}  # fmt: skip
    assert domain_lines(domain) == [
        "m, n ∈ {1, 2, …}",
        "N ∈ {2, …, n}",
        "α ∈ [0, 1)",
        "x a probability vector, no point mass",
        "f a sequence, each member ∈ {1, 2, …}, increasing, tending to ∞",
    ]


# -- repairs in the paper's own letters ------------------------------------------------------------

SHORT = {alpha: n / (N + n), beta: alpha * ((1 + 1 / N) * alpha - 1 / N)}


def stated(right):
    domain = {m: Integers(1), n: Integers(1), N: Integers(1), x: Integers(1)}
    return claim("t.c", S.eq(x, right), "identity", domain=domain, where=SHORT)[0]


def test_abbreviations_come_back():
    c = stated(1 + alpha - alpha * beta**m / N)
    assert with_letters(c.expanded(), c) == c.statement


def test_abbreviations_never_change_the_meaning():
    c = stated(alpha + beta)
    for e in (n / (N + n) ** 2, N / (N + n), n + N):
        back = with_letters(S.eq(x, e), c)
        again = S.Rel("=", back.lhs, back.rhs.subs(beta, SHORT[beta]).subs(alpha, SHORT[alpha]))
        assert sp.simplify(again.rhs - e) == 0


def test_what_was_changed_is_the_smallest_part():
    a = S.eq(x, 1 + alpha - alpha * beta**m / N)
    b = S.eq(x, 1 + alpha + alpha * beta**m / N)
    assert changed(a, b) == (-alpha * beta**m / N, alpha * beta**m / N)
    assert changed(a, a) is None
    assert changed(S.eq(x, y**m), S.eq(x, y ** (m + 1))) == (m, m + 1)
