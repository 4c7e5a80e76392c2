"""What a factor begins with: a name, a number, a bracket, a fraction, a root, a binomial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from . import calculus, calls, environments, lookup, operators
from .build import apply, number, power
from .spelling import matching
from .vocabulary import BIG_OPERATORS, CLOSERS, FUNCTIONS

if TYPE_CHECKING:
    from .parser import Parser

__all__ = ["read", "unknown"]

unknown = lookup.unknown
_CONSTANTS = {"e": sp.E, r"\mathrm{e}": sp.E, r"\pi": sp.pi}


def read(p: Parser) -> tuple[sp.Basic, str]:
    """(value, kind of factor)."""
    t = p.peek
    if t is None:
        raise p.unexpected()
    if (named := lookup.read(p)) is not None:
        return named
    text = t.text
    if t.is_digit:
        return _number(p), "number"
    if text in ("(", "[", r"\{"):
        return _bracket(p)
    if text == "{":
        return _braces(p)
    if text in ("|", r"\lfloor", r"\lceil"):
        return (_bars(p) if text == "|" else _floor(p)), "plain"
    if text == r"\frac":
        return calculus.derivative(p) or _fraction(p)
    if text in (r"\sqrt", r"\binom"):
        return (_root(p) if text == r"\sqrt" else _binomial(p)), "plain"
    if text in FUNCTIONS:
        return calls.builtin(p)
    if text in BIG_OPERATORS:
        return operators.read(p), "operator"
    if text.startswith(r"\begin{"):
        return environments.read(p)
    if text in _CONSTANTS:
        return _constant(p)
    if p.starts_factor():
        raise lookup.unknown(p, p.at)
    raise p.unexpected()


def _number(p: Parser) -> sp.Expr:
    at = p.at
    token = p.take()
    digits, end = token.text, token.end
    while (t := p.peek) is not None and t.pos == end:
        point = t.text == "." and "." not in digits and p.ahead(1).isdigit()
        if not (t.is_digit or point):
            break
        digits, end = digits + t.text, t.end
        p.take()
    if p.peek is not None and p.peek.is_digit:
        raise p.ambiguous("two numbers in a row", r"write one number, or \cdot between them")
    with p.building(at):
        return number(digits)


def _bracket(p: Parser) -> tuple[sp.Basic, str]:
    start = p.at
    opener = p.take().text
    bars, p.bars = p.bars, 0
    index, p.in_index = p.in_index, False
    value = p.expression()
    p.bars, p.in_index = bars, index
    if p.text == ",":
        raise p.malformed("a list in brackets", "only a declared function takes several arguments")
    p.expect(CLOSERS[opener], f"for the {opener} before")
    if opener == r"\{" and value.is_Atom:
        raise p.ambiguous("a name in braces: a set or a bracket", "use parentheses", start)
    return value, "plain"


def _braces(p: Parser) -> tuple[sp.Basic, str]:
    """Braces do not show on the page, so they may hold one factor only, or all of a bracket."""
    start = p.at
    after = p.closing(start)
    whole = start > 0 and p.tokens[start - 1].text in (*CLOSERS, "|", r"\|")
    whole = (
        whole and after < len(p.tokens) and p.tokens[after].text in (*CLOSERS.values(), "|", r"\|")
    )
    with p.window(start + 1, after - 1):
        if whole:
            value, kind = p.expression(), "plain"
        else:
            factor = p.factor() if p.starts_factor() else None
            if factor is None or p.at < p.end:
                raise p.ambiguous(
                    "braces do not show on the page", "write parentheses where they matter", start
                )
            value, kind = factor.value, factor.kind
    p.at = after
    return value, kind


def _bars(p: Parser) -> sp.Expr:
    """|x|; bare bars do not say which of them open, so only what has one reading is read."""
    start = p.at
    side = p.take().side
    if side == "close":
        raise p.malformed("a closing bar without its opening one", "", start)
    outer, p.bars = p.bars, 1
    value = p.expression()
    p.bars = outer
    t = p.peek
    if t is None or t.text != "|" or (side == "open") != (t.side == "close"):
        raise p.malformed("the bar is never closed", r"write \left| ... \right|", start)
    p.take()
    if (
        side == ""
        and p.starts_factor()
        and any(t.text == "|" and not t.side for t in p.tokens[p.at : p.end])
    ):
        raise p.ambiguous("which bars open and which close", r"write \left| ... \right|", start)
    p.scalars(value, at=start)
    return apply(sp.Abs, value)


def _floor(p: Parser) -> sp.Expr:
    start = p.at
    opener = p.take().text
    bars, p.bars = p.bars, 0
    value = p.expression()
    p.bars = bars
    p.expect(CLOSERS[opener], f"for the {opener} before")
    p.scalars(value, at=start)
    with p.building(start):
        return apply(sp.floor if opener == r"\lfloor" else sp.ceiling, value)


def argument(p: Parser) -> sp.Expr:
    """The expression in the braces that come next."""
    start = p.at
    after = p.closing(start)
    bars, p.bars = p.bars, 0
    index, p.in_index = p.in_index, False
    with p.window(start + 1, after - 1):
        value = p.expression()
    p.bars, p.in_index = bars, index
    p.at = after
    p.scalars(value, at=start)
    return value


def _fraction(p: Parser) -> tuple[sp.Expr, str]:
    at = p.at
    p.take()
    above, below = argument(p), argument(p)
    kind = "fraction" if above.is_Rational and below.is_Rational else "quotient"
    with p.building(at):
        return apply(sp.Mul, above, power(below, sp.Integer(-1))), kind


def _root(p: Parser) -> sp.Expr:
    at = p.at
    p.take()
    degree: sp.Expr = sp.Integer(2)
    if p.text == "[":
        after = matching(p.tokens, p.at, p.end)
        if after is None:
            raise p.malformed("[ is never closed")
        with p.window(p.at + 1, after - 1):
            degree = p.expression()
        p.at = after
    value = argument(p)
    with p.building(at):
        return power(value, apply(sp.Pow, degree, sp.Integer(-1)))


def _binomial(p: Parser) -> sp.Expr:
    at = p.at
    p.take()
    above, below = argument(p), argument(p)
    with p.building(at):
        return apply(sp.binomial, above, below)


def _constant(p: Parser) -> tuple[sp.Expr, str]:
    """Euler's number and 3.14..., where no such letter is declared."""
    text = p.text
    if p.ahead(1) in ("_", "'"):
        raise lookup.unknown(p, p.at)
    if p.ahead(1) == "(":
        found = f"{text}(...) is a number times a bracket or a call of a function"
        raise p.ambiguous(found, rf"write {text} \cdot (...) for a product, or declare {text}")
    p.take()
    p.constant(text, _CONSTANTS[text])
    return _CONSTANTS[text], "plain" if text == r"\pi" else "e"
