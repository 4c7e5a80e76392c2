"""Formulas beside the traps: those that have one reading are read, in the obvious way."""

from __future__ import annotations

import pytest
import sympy as sp

from refutable.derivations.statement import Implies, Lim, Or, chain, eq, gt
from refutable.verify.latex import AmbiguousLatex, UnsupportedLatex, read

a, b, c, k, m, n, x, y, N = sp.symbols("a b c k m n x y N")
S, f = sp.Function("S"), sp.Function("f")
NAMES = {**{str(s): s for s in (a, b, c, m, n, x, y, N)}, "S": S, "f": f}

ONE_READING = {
    r"\frac12n": n / 2,
    r"\frac{1}{2}n": n / 2,
    "1/(2n)": 1 / (2 * n),
    "ab/c": a * b / c,
    "n/2 + x": n / 2 + x,
    r"\log(n)^2 m": m * sp.log(n) ** 2,
    r"\log^2 n": sp.log(n) ** 2,
    r"\log\log n": sp.log(sp.log(n)),
    r"m \log n + x": m * sp.log(n) + x,
    r"\frac{\log n}{\log 2}": sp.log(n) / sp.log(2),
    r"\ln\frac{1}{x}": sp.log(1 / x),
    "f(x)^2": f(x) ** 2,
    "f(x)(y+1)": f(x) * (y + 1),
    "n(n+1)": n * (n + 1),
    "S_{2m}": S(2 * m),
    "S_{m,n}": S(m, n),
    "S_{m+1}(1 - S_m)": S(m + 1) * (1 - S(m)),
    "n! = m": eq(sp.factorial(n), m),
    "n!^2": sp.factorial(n) ** 2,
    "2n!": 2 * sp.factorial(n),
    "2^{n} 3^{m}": 2**n * 3**m,
    "x^{2}y": x**2 * y,
    "|x|+|y|": sp.Abs(x) + sp.Abs(y),
    "||x|-|y||": sp.Abs(sp.Abs(x) - sp.Abs(y)),
    r"\left|\left|x\right|-y\right|": sp.Abs(sp.Abs(x) - y),
    r"\big|x\big|": sp.Abs(x),
    "0.25 x": x / 4,
    "e^{-x}": sp.exp(-x),
    "2e": 2 * sp.E,
    r"\pi x": sp.pi * x,
    r"\{x+y\}^2": (x + y) ** 2,
    r"\max\{a, b, c\}": sp.Max(a, b, c),
    r"\sqrt2x": sp.sqrt(2) * x,
    r"\prod_{i=1}^{n} x i": sp.Product(x * sp.Symbol("i"), (sp.Symbol("i"), 1, n)),
    r"\sum_{k \ge 0} 2^{-k}": sp.Sum(2**-k, (k, 0, sp.oo)),
    r"\sum_{1 \le k \le n} k": sp.Sum(k, (k, 1, n)),
    r"\sum_{k=1}^{n} -k x": sp.Sum(-k * x, (k, 1, n)),
    r"\sum\limits^{n}_{k=1} k": sp.Sum(k, (k, 1, n)),
    r"\int_0^1 x + 1 \, \mathrm{d}x": sp.Integral(x + 1, (x, 0, 1)),
    r"\int_0^1 \int_0^x y \,dy \,dx": sp.Integral(y, (y, 0, x), (x, 0, 1)),
    r"\frac{\partial^2}{\partial x^2} (x^3 + y)": sp.Derivative(x**3 + y, x, x),
    r"\lim_{n \to \infty} S_n = 0": eq(Lim(S(n), n, sp.oo), 0),
    r"x < y < \infty": chain(x, "<", y, "<", sp.oo),
    r"x > 0 \Rightarrow y > 0": Implies(gt(x, 0), gt(y, 0)),
    r"x > 0 \text{ or } y > 0": Or(gt(x, 0), gt(y, 0)),
    "x % a comment": x,
    "x\n+ y": x + y,
}


@pytest.mark.parametrize("tex", ONE_READING)
def test_read(tex):
    assert read(tex, NAMES) == ONE_READING[tex]


def test_declared_letters_come_before_numbers():
    """e, pi and i are what the claim declares; 2.718... and 3.14... only where it does not."""
    e, pi, i = sp.symbols("e pi i")
    names = {"e": e, r"\pi": pi, "i": i, "x": x}
    assert read(r"e^{x} + \pi i", names) == e**x + pi * i


def test_an_index_captures_nothing():
    """A name that stands for an expression in k, inside a sum over k."""
    with pytest.raises(AmbiguousLatex, match="has the name of a symbol"):
        read(r"\sum_{k=1}^{n} a", {"a": k**2, "n": n})
    with pytest.raises(UnsupportedLatex, match="the index of a sum around"):
        read(r"\sum_{k=1}^{n} a", {"a": k**2, "n": n, "k": k})
    with pytest.raises(UnsupportedLatex, match="mentions the index"):
        read(r"\sum_{k=1}^{n} p_k", {"p_k": x, "n": n})


def test_d_is_a_differential_only_where_no_d_is_declared():
    names = {"d": sp.Symbol("d"), "x": x}
    for tex in (r"\frac{d}{dx} x^2", r"\int_0^1 x dx"):
        with pytest.raises(AmbiguousLatex, match="d is declared"):
            read(tex, names)
        for both in (f"d^2 + {tex}", f"{tex} + d^2"):
            with pytest.raises(AmbiguousLatex, match=r"d is (declared|a name)"):
                read(both, declare=True)
        assert read(tex.replace("d", r"\mathrm{d}"), names)
