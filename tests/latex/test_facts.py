"""Facts about LaTeX formulas and what each means: what authors write, read with names declared.

Every fact is read twice: with its names declared, and with `declare=True`, where each name becomes
a symbol as it is spelled.
"""

from __future__ import annotations

import pytest
import sympy as sp

from refutable.derivations.statement import And, Lim, Rel, chain, eq, le
from refutable.verify.latex import LatexError, read, understand

a, b, c, d, k, m, n, q, r, s, x, i, C, N = sp.symbols("a b c d k m n q r s x i C N")
sigma, S0, Sm, Snext = sp.symbols("sigma S_0 S_m S_{m+1}")
ET, Var, Prob, norm = sp.symbols(
    [r"\mathbb{E}[T]", r"\mathrm{Var}(X_{m})", r"\Pr[X_{m}=0]", r"\|\hat{\theta}_{m}-\theta^{*}\|"]
)
xi, mun, sigma0 = sp.symbols("x_i mu_n sigma_0")
xmax, xnew = sp.symbols([r"x_{\max}", r"x_{\mathrm{new}}"])
mu_hat, p_im = sp.symbols([r"\hat{\mu}_{m}", "p_{i}^{(m)}"])
f, order = sp.Function("f"), sp.Function("O")
S_law = 1 - (1 - 1 / n) ** m * (1 - S0)


def rows(*pairs):
    return sp.Piecewise(*pairs, evaluate=False)


FACTS = {
    # equations, fractions and powers
    r"S_m = 1 - \left(1-\frac1n\right)^m (1-S_0)": eq(Sm, S_law),
    r"S_m = 1 - \left(1-\frac{1}{n}\right)^m (1-S_0)": eq(Sm, S_law),
    r"1 - \left(1-\frac1n\right)^m (1-S_0)": S_law,
    r"S_{m+1} = S_m + \frac{1-S_m}{n}": eq(Snext, Sm + (1 - Sm) / n),
    r"x^{2n+1}": x ** (2 * n + 1),
    r"\tfrac12 + \dfrac{1}{3}": sp.Rational(5, 6),
    r"\bigl(1-\tfrac{1}{n}\bigr)^{m}": (1 - 1 / n) ** m,
    r"\sqrt{1 + \frac{2}{n}}": sp.sqrt(1 + 2 / n),
    r"\sqrt[3]{x+1}": (x + 1) ** sp.Rational(1, 3),
    # products without a sign
    r"2mn(n-1)": 2 * m * n * (n - 1),
    r"n(n-1)/2": n * (n - 1) / 2,
    r"\frac{1}{2} \cdot n \cdot m": m * n / 2,
    r"a\,b \;+\; \quad c": a * b + c,
    # sums and products reach to the end of their term
    r"\sum_{i=1}^n 1/i^2": sp.Sum(1 / i**2, (i, 1, n)),
    r"\sum_{i=1}^{n} \frac{1}{i^2}": sp.Sum(1 / i**2, (i, 1, n)),
    r"\sum_{i=1}^{n} \frac{1}{i} + 1": 1 + sp.Sum(1 / i, (i, 1, n)),
    r"\sum_{k=0}^{\infty} q^k": sp.Sum(q**k, (k, 0, sp.oo)),
    r"\prod_{k=1}^{m} \left(1-\frac{1}{k}\right)": sp.Product(1 - 1 / k, (k, 1, m)),
    r"\frac{\sigma^2}{n} \sum_{k=1}^{m} \frac{1}{k}": sigma**2 / n * sp.Sum(1 / k, (k, 1, m)),
    r"\sum_{i=1}^{n}\sum_{k=1}^{m} \frac{1}{i k}": sp.Sum(1 / (i * k), (k, 1, m), (i, 1, n)),
    r"\sum_{k=1}^{m} q^{k} (1-q)^{m-k}": sp.Sum(q**k * (1 - q) ** (m - k), (k, 1, m)),
    # functions
    r"\log(1+x) + e^{-x}": sp.log(1 + x) + sp.exp(-x),
    r"\exp\left(-\frac{m}{n}\right)": sp.exp(-m / n),
    r"\ln n": sp.log(n),
    r"\binom{n}{k} q^k (1-q)^{n-k}": sp.binomial(n, k) * q**k * (1 - q) ** (n - k),
    r"\frac{n!}{k!(n-k)!}": sp.factorial(n) / (sp.factorial(k) * sp.factorial(n - k)),
    r"\left|x - 1\right|": sp.Abs(x - 1),
    r"\lfloor n/2 \rfloor": sp.floor(n / 2),
    r"\max(a, b)": sp.Max(a, b),
    r"f(n+1) - f(n)": f(n + 1) - f(n),
    # limits, integrals, derivatives
    r"\lim_{n \to \infty} \left(1-\frac{1}{n}\right)^n": Lim((1 - 1 / n) ** n, n, sp.oo),
    r"\lim_{m \to \infty} \frac{m}{m+1}": Lim(m / (m + 1), m, sp.oo),
    r"\int_0^1 x^2 dx": sp.Integral(x**2, (x, 0, 1)),
    r"\frac{d}{dx} x^2": sp.Derivative(x**2, x),
    # relations and chains
    r"x \le 1": le(x, 1),
    r"\frac{1}{n} \leq \frac{1}{k}": le(1 / n, 1 / k),
    r"a \le x \le b": chain(a, "<=", x, "<=", b),
    r"n - 1 \le \mathbb{E}[T] \le n^2": chain(n - 1, "<=", ET, "<=", n**2),
    # quantities and names with scripts
    r"\mathbb{E}[T]": ET,
    r"\operatorname{Var}(X_m) = \sigma^2 \left(1-\frac{1}{n}\right)^m": eq(
        Var, sigma**2 * (1 - 1 / n) ** m
    ),
    r"\Pr[X_m = 0] = \left(1-\frac{1}{n}\right)^m": eq(Prob, (1 - 1 / n) ** m),
    r"\|\hat\theta_m - \theta^*\|^2 \le \frac{C}{n}": le(norm**2, C / n),
    r"p^{(m)}_i": p_im,
    r"p_i^{(m)}": p_im,
    r"x_i^2": xi**2,
    r"x_{\max} + x_{\text{new}}": xmax + xnew,
    r"\mu_{n} + \sigma_0^2": mun + sigma0**2,
    r"\hat{\mu}_m": mu_hat,
    # cases and matrices
    r"\begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}": rows((1, x > 0), (0, True)),
    r"f(x) = \begin{cases} x^2 & \text{if } x \ge 1 \\ 0 & x < 1 \end{cases}": eq(
        f(x), rows((x**2, x >= 1), (0, x < 1))
    ),
    r"\begin{pmatrix} 1-q & q \\ r & 1-r \end{pmatrix}": sp.ImmutableMatrix(
        [[1 - q, q], [r, 1 - r]]
    ),
}

NAMES = {
    **{str(v): v for v in (a, b, c, k, m, n, q, r, s, x, i, C, N)},
    **{"S_0": S0, "S_m": Sm, "S_{m+1}": Snext, r"\sigma": sigma, r"\sigma_0": sigma0},
    **{r"\mathbb{E}[T]": ET, r"\operatorname{Var}(X_m)": Var, r"\Pr[X_m = 0]": Prob},
    **{r"\|\hat\theta_m - \theta^*\|": norm, "p_i^{(m)}": p_im, "x_i": xi, r"\mu_n": mun},
    **{r"x_{\max}": xmax, r"x_{\mathrm{new}}": xnew, r"\hat\mu_m": mu_hat, "f": f, "O": order},
}

#: What nobody can take exactly, or what is no formula.
REJECTED = {
    r"H_n \approx \ln n + \gamma": "not declared|approx",
    r"x + 1) + 7": r"\) has no place here",
    r"\E[T] = \R n": "unknown macro",
    r"\sum_{i \in A} p_i": "limits of .sum are not read",
}


@pytest.mark.parametrize("tex", FACTS)
def test_declared(tex):
    assert read(tex, NAMES) == FACTS[tex]


@pytest.mark.parametrize("tex", FACTS)
def test_undeclared(tex):
    assert read(tex, declare=True) == FACTS[tex]


@pytest.mark.parametrize("tex", FACTS)
def test_what_was_declared_reads_the_same(tex):
    understood = understand(tex)
    assert read(tex, understood.names) == understood.statement


@pytest.mark.parametrize("tex", REJECTED)
def test_rejected(tex):
    for names, declare in ((NAMES, False), ({}, True)):
        with pytest.raises(LatexError, match=REJECTED[tex] + "|approx") as caught:
            read(tex, names, declare=declare)
        assert caught.value.picture.endswith("^")


def test_order_of_growth():
    """A refusal, unless the letter is declared: O(...) says how something grows, not what it is."""
    with pytest.raises(LatexError, match="says how something grows"):
        read(r"O(\log n / n)", declare=True)
    assert read(r"O((\log n) / n)", NAMES) == order(sp.log(n) / n)


def test_relations_are_ours():
    """SymPy's relations evaluate themselves; with a positive symbol 0 < n is no relation at all."""
    positive = sp.Symbol("n", positive=True)
    assert read("0 < n", {"n": positive}) == Rel("<", 0, positive)
    assert isinstance(read(r"0 \le 1 \le 2"), And)
