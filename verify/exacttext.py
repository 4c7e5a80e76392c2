"""Exact values as a reader writes them: `216*exp(-73/8)*...` becomes a formula and its size."""

from __future__ import annotations

import re

import sympy as sp

from .mathwords import in_letters
from .words import formula

__all__ = ["exact_text", "instance_text", "side_text"]

#: What SymPy prints of a value without unknowns, or with the index of a schedule.
_VALUE = re.compile(r"[\d\s+\-*/().,]|\b(?:exp|log|sqrt|sin|gamma|pi|oo|E|t|Abs)\b")
LONG = 40


def exact_text(text: object) -> str:
    """A value in the page's notation; with four digits where it is no fraction.

    >>> exact_text("25/32"), exact_text("oo"), exact_text("2*(t + 1)**2")
    ('25/32', '∞', '2(t + 1)²')
    >>> exact_text("exp(3)/(2*pi)")
    'e³/(2π) ≈ 3.197'
    >>> exact_text("not defined"), exact_text("exp(w_1)/2")
    ('not defined', 'e^w₁/2')
    """
    said = str(text)
    if re.fullmatch(r"-?\d+(/\d+)?", said):
        whole = len(said) <= LONG
        return said.replace("-", "−") if whole else _digits(sp.Rational(said))
    if _VALUE.sub("", said).strip():
        return in_letters(said)
    try:
        value = sp.sympify(said, locals={"t": sp.Symbol("t")})
        shown = formula(value).replace(" π", "π")
    except (sp.SympifyError, SyntaxError, TypeError, ValueError):
        return said
    shown = re.sub(r"(?<=\d) (?=\()", "", shown)
    return f"{shown} ≈ {_digits(value)}" if value.is_number and value.is_finite and not value.is_Rational else shown


def _digits(value: sp.Expr) -> str:
    return str(value.evalf(4)).replace("-", "−")


def instance_text(at: dict[str, object]) -> str:
    """The values of an instance on one line.

    >>> instance_text({"theta_star": ["1/2", "1/2"], "alpha(t)": "(t + 1)**2"})
    'θ* = (1/2, 1/2), α(t) = (t + 1)²'
    """
    from .vectortext import value_text

    return ", ".join(
        f"{_name(k)} = {value_text(x) if isinstance(x, (list, tuple)) else exact_text(x)}"
        for k, x in at.items()
    )


def _name(said: str) -> str:
    """A symbol; a schedule keeps its index as it is."""
    stem, opening, index = said.partition("(")
    return formula(sp.Symbol(stem)) + opening + index


def side_text(x: object, relation: str) -> str:
    """What is stated of the true value: `at most 3`, `7/8`.

    >>> side_text("7/8", "="), side_text("1/8", "<=")
    ('7/8', '≤ 1/8')
    """
    sign = {"<=": "≤ ", ">=": "≥ ", "!=": "≠ ", "=": ""}.get(relation, f"{relation} ")
    return sign + exact_text(x)
