"""The scaffold of a formula loads as it is, and states what was read."""

from __future__ import annotations

import pytest
import sympy as sp

from refutable.derivations.statement import Statement, eq
from refutable.verify.latex import LatexError, UnknownName, understand
from refutable.verify.latex.canon import canonical
from refutable.verify.latex.scaffold import scaffold, sequences_in
from refutable.verify.loader import load_file

from .test_facts import FACTS, REJECTED

MORE = [
    r"S_{m+1} = S_m + \frac{1-S_m}{n} + e^{-x}",
    r"S_m = \sum_{i=1}^s (p_i^{(m)} - p_i)^2",
    r"\lim_{m\to\infty} \lambda^m \le \frac12 \pi \text{ and } \mathbb{E}[T] \le n^2",
    r"E + I + S + N + \beta + \gamma + \zeta + Q = O \Rightarrow C > 0",
    r"\text{eq} + \text{claim} + \text{sp} \ge \frac{1}{2}",
    r"\rho_{m,1} \neq \rho_{m+1,2}",
    r"x = y \iff x - 1 = y - 1",
    r"\int_0^1 \sin(t x) \, dt < \infty",
    r"f(x) = \begin{cases} x & 0<x\le 1 \\ \frac12 & x = 2 \text{ or } x<0 \\ 0 & x>2 \end{cases}",
    r"\limsup_{n \to \infty} \frac{a_n}{n} \le |x - 1|",
    r"T \ge 0 \text{ or } T = -1",
]


def _load(tex, tmp_path):
    file = tmp_path / "claim_scaffold.py"
    file.write_text(scaffold(tex))
    (made,) = load_file(file)
    return made


@pytest.mark.parametrize("tex", [*FACTS, *MORE])
def test_it_loads_and_states_what_was_read(tex, tmp_path):
    made = _load(tex, tmp_path)
    expected = understand(tex, sequences=sequences_in(canonical(tex))).statement
    if not isinstance(expected, Statement):
        expected = eq(sp.Symbol("value"), expected)
    assert _spread(made.statement) == _spread(expected)


def _spread(statement):
    """Products of sums multiplied out: SymPy keeps -(a - b) c as it was typed."""
    parts = statement.atoms(sp.Mul, sp.Add)
    return statement.xreplace({p: sp.expand(p, power_base=False) for p in parts})


@pytest.mark.parametrize("tex", REJECTED)
def test_what_is_not_read_has_no_scaffold(tex):
    with pytest.raises(LatexError):
        scaffold(tex)


def test_an_index_that_moves_makes_a_function(tmp_path):
    made = _load(r"S_{m+1} = S_m + S_0", tmp_path)
    m, s = sp.Symbol("m"), sp.Function("S")
    assert made.statement.lhs == s(m + 1)
    assert made.statement.rhs == s(m) + s(0)
    assert made.kind == "recurrence"


def test_a_label_stays_a_label():
    assert sequences_in(canonical(r"x_{\max} + y_{ij} + z_0 + w_k")) == set()


def test_an_index_beside_its_own_letter_makes_a_function():
    assert sequences_in(canonical("a_n = 1/n")) == {("a",)}


def test_everything_that_was_understood_is_told():
    text = scaffold(r"e^{-x} \le \pi \mathbb{E}[T]")
    for remark in ("e: the number 2.718", r"\pi: the number 3.14", r"\mathbb{E}[T]: a quantity"):
        assert remark in text


def test_words_cannot_leave_their_string(tmp_path):
    made = _load(r"""\text{"); raise SystemExit #} = 1""", tmp_path)
    assert made.statement.lhs.name == r"""\mathrm{"); raise SystemExit #}"""


def test_a_letter_before_a_bracket_is_not_guessed():
    with pytest.raises(LatexError, match="product or a call"):
        scaffold(r"a(1-b) = c")
    assert scaffold(r"a \cdot (1-b) = c")
    with pytest.raises(UnknownName, match="unknown macro"):
        scaffold(r"\foo = c")
