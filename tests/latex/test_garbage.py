"""Whatever is typed: an answer or the documented error with its place, and never anything else."""

from __future__ import annotations

import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from refutable.verify.latex import LatexError, read

from .test_facts import FACTS, NAMES, REJECTED

RUN = settings(derandomize=True, database=None, deadline=None, max_examples=200)

COMMANDS = r"""
    \frac \sqrt \sum \prod \lim \int \binom \log \ln \exp \max \min \left \right \bigl \big \cdot
    \times \le \ge \neq \to \infty \pi \alpha \hat \bar \mathbb \mathrm \text \begin \end \\ \, \|
    \{ \} \lfloor \rfloor \mathbb{E} \Pr \operatorname{Var} \text{if} \text{and} \approx \E \prime
    \begin{cases} \end{cases} \begin{pmatrix} \end{pmatrix} \lvert \rvert \Rightarrow \iff \partial
    \frac{d}{dx} dx _{k=1} ^{n} _{n\to\infty} \text{otherwise} \sum_{k=1}^{n} e^ \middle \mathbf
    \limsup x^{ S_{ {( )} (1-x) 2^{9^9}
"""
PIECES = [*"abcdefgnmxSENI0123456789+-*/=<>()[]{}|!,.;:'^_&~%$#@\"\\ \n\té≤", *COMMANDS.split()]
SOUP = st.lists(st.sampled_from(PIECES), max_size=14)
VALID = st.sampled_from([*FACTS, *REJECTED])


def _answers(tex):
    for names, declare in ((NAMES, False), ({}, True)):
        error, result = None, None
        try:
            result = read(tex, names, declare=declare)
        except LatexError as err:
            error = err
        if error is None:
            assert isinstance(result, sp.Basic)
        else:
            assert "\n" not in str(error)
            assert error.picture.endswith("^")
            assert 0 <= error.pos <= len(tex)


@RUN
@given(SOUP)
def test_soup(pieces):
    _answers("".join(pieces))


@RUN
@given(SOUP)
def test_soup_with_blanks(pieces):
    _answers(" ".join(pieces))


@RUN
@given(VALID, st.integers(0, 60), st.integers(0, 6), st.lists(st.sampled_from(PIECES), max_size=2))
def test_damaged_formulas(tex, at, cut, pieces):
    at %= len(tex)
    _answers(tex[:at] + " ".join(pieces) + tex[at + cut :])


@RUN
@given(st.text(max_size=30))
def test_any_text(text):
    _answers(text)
