"""Two factors side by side, or with a sign between them: refused where two readings are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from .spelling import atom_at

if TYPE_CHECKING:
    from .parser import Factor, Parser

__all__ = ["explicit", "juxtaposed"]

_BEYOND = ("does what stands before this reach beyond it", "put its argument in parentheses")


def explicit(p: Parser, sign: str, last: Factor, divided: bool, at: int) -> None:
    """A sign (a dot or a slash, just taken) after `last`; divided: the term has a slash already."""
    if divided:
        shape = "a/b/c" if sign == "/" else r"a/b \cdot c"
        raise p.ambiguous(f"{shape} has two readings", r"write \frac{a}{b} or a/(b c)", at)
    if last.kind in ("bare", "operator"):
        raise p.ambiguous(*_BEYOND, at)


def juxtaposed(p: Parser, last: Factor, divided: bool) -> Factor:
    """The factor that follows `last` without a sign."""
    at = p.at
    if divided:
        raise p.ambiguous("1/2n has two readings", r"write \frac{1}{2} n or 1/(2n)", at)
    if last.kind in ("bare", "operator"):
        raise p.ambiguous(*_BEYOND, at)
    if last.kind == "call" and p.text in ("(", "[", r"\{"):
        found = "is this bracket a part of the argument of the function"
        raise p.ambiguous(found, r"write \cdot, or one bracket around the whole argument", at)
    if last.kind == "name" and p.text == "(" and _one_name(p):
        found = "a name before one name in brackets: a product or a call of a function"
        raise p.ambiguous(found, r"write \cdot for a product, or declare the function", at)
    if _begins_with_digit(p) and not _after_braced_power(p, last):
        raise p.ambiguous("a number after a factor", r"write the number first, or \cdot", at)
    factor = p.factor()
    if last.kind == "number" and factor.kind == "fraction":
        found = "a number before a fraction of numbers: a product or a mixed number"
        raise p.ambiguous(found, r"write \cdot or +", at)
    if p.in_index and isinstance(last.value, sp.Symbol) and isinstance(factor.value, sp.Symbol):
        found = "two letters in an index: a product or two indices"
        raise p.ambiguous(found, r"write a comma or \cdot between them", at)
    return factor


def _one_name(p: Parser) -> bool:
    """Is there nothing but one name or number in the brackets here, as in n(m)?"""
    stop = p.closing(p.at) - 1
    atom = atom_at(p.tokens, p.at + 1, stop)
    digits = all(t.is_digit or t.text == "." for t in p.tokens[p.at + 1 : stop])
    return digits or (atom is not None and atom.stop == stop)


def _begins_with_digit(p: Parser) -> bool:
    """Is the next thing on the page a digit? Braces do not show."""
    k = 0
    while p.ahead(k) == "{":
        k += 1
    return p.ahead(k).isdigit()


def _after_braced_power(p: Parser, last: Factor) -> bool:
    """x^{n} 3, as SymPy prints it; not x^2 3, which may be meant as x^{23}."""
    brace = p.tokens[p.at - 1]
    return last.kind == "power" and brace.text == "}" and brace.end > brace.pos
