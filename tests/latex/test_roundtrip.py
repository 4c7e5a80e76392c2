"""What SymPy prints is read back as the same number: nothing is dropped, moved or guessed."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from refutable.derivations.statement import Rel
from refutable.verify.latex import LatexError, read

RUN = settings(derandomize=True, database=None, deadline=None, max_examples=150)
#: Names that SymPy uses itself stand here on purpose.
SYMBOLS = sp.symbols("n m x S_0 E I S N beta gamma zeta pi lambda sigma_0 alpha_t")
f, g = sp.Function("f"), sp.Function("Q")
k = sp.Symbol("k")
NAMES = {**{sp.latex(s): s for s in SYMBOLS}, "f": f, "Q": g}


def _power(base, exponent):
    return sp.Pow(base, exponent)


def _sum(body, last):
    return sp.Sum(body * k, (k, 1, last))


def _product(body, first):
    return sp.Product(body + k, (k, first, first + 2))


def _largest(a):
    return a if a.has(sp.Sum, sp.Product, sp.I, sp.zoo, sp.nan) else sp.Max(a, sp.Symbol("x"))


LEAVES = st.one_of(
    st.sampled_from(SYMBOLS),
    st.sampled_from([sp.Integer(i) for i in range(-3, 4)]),
    st.sampled_from([sp.Rational(1, 2), sp.Rational(-2, 3), sp.Rational(7, 4)]),
)


def _grow(inner):
    one = st.builds
    return st.one_of(
        one(lambda a, b: a + b, inner, inner),
        one(lambda a, b: a - b, inner, inner),
        one(lambda a, b: a * b, inner, inner),
        one(lambda a, b: a / b if b != 0 else a, inner, inner),
        one(_power, inner, st.sampled_from([2, 3, -1, -2, sp.Rational(1, 2), *SYMBOLS[:3]])),
        one(sp.exp, inner),
        one(lambda a: sp.log(a) if a != 0 else a, inner),
        one(sp.Abs, inner),
        one(sp.floor, inner),
        one(f, inner),
        one(g, inner, inner),
        one(_largest, inner),
        one(lambda a: sp.factorial(sp.Symbol("n") + 1) * a, inner),
        one(lambda a: sp.binomial(sp.Symbol("n"), a), st.sampled_from(SYMBOLS)),
        one(_sum, inner, st.sampled_from([*SYMBOLS[:2], sp.Integer(3)])),
        one(_product, inner, st.sampled_from([sp.Integer(0), SYMBOLS[1]])),
    )


EXPRESSIONS = st.recursive(LEAVES, _grow, max_leaves=7)


def _same(a, b):
    return a == b or sp.expand(a - b, func=True) == 0 or sp.simplify(a - b) == 0


#: Refused with reason, though SymPy prints it.
REFUSED = ("not real", "already the index", "part of the argument", "a number times a bracket",
           "an inverse or a derivative")  # fmt: skip


def _read(tex):
    """The formula as it is read; None where it is refused for one of the reasons above."""
    try:
        return read(tex, NAMES)
    except LatexError as err:
        if any(reason in str(err) for reason in REFUSED):
            return None
        raise


def _readable(e):
    return e.is_extended_real is not False and not e.has(
        sp.nan, sp.zoo, sp.oo, sp.I, sp.re, sp.im, sp.pi
    )


@RUN
@given(EXPRESSIONS)
def test_what_sympy_prints_is_read_back(e):
    if not _readable(e):
        return
    tex = sp.latex(e)
    back = _read(tex)
    assert back is None or _same(back, e), tex


@RUN
@given(EXPRESSIONS, EXPRESSIONS, st.sampled_from(["=", "<=", "<", ">=", ">", "!="]))
def test_relations_are_read_back(a, b, op):
    if not (_readable(a) and _readable(b)):
        return
    tex = sp.latex(Rel(op, a, b))
    back = _read(tex)
    if back is not None:
        assert back.op == op
        assert _same(back.lhs, a), tex
        assert _same(back.rhs, b), tex


@RUN
@given(EXPRESSIONS)
def test_blanks_and_sizes_mean_nothing(e):
    if not _readable(e):
        return
    tex = sp.latex(e)
    plain = tex.replace(r"\left", "").replace(r"\right", "")
    wide = tex.replace(" ", r" \, ").replace(r"\left(", r"\Bigl(").replace(r"\right)", r"\Bigr)")
    if "|" in tex or r"\lfloor" in tex:
        plain = tex
    results = []
    for text in (tex, plain, wide):
        try:
            results.append(read(text, NAMES))
        except LatexError as err:
            results.append(type(err))
    assert results[0] == results[1] == results[2], tex


@pytest.mark.parametrize("name", SYMBOLS, ids=str)
def test_names_of_sympy_are_ordinary_names(name):
    tex = sp.latex(name)
    assert read(tex + "+1", {tex: name}) == name + 1
