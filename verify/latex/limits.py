"""What stands under and over a big operator: its letter, where it starts, where it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from .declare import symbol_name
from .spelling import OPENERS, atom_at
from .vocabulary import RELATIONS

if TYPE_CHECKING:
    from .parser import Factor, Parser

__all__ = ["Place", "bind", "is_letter", "letter_at", "range_of", "reach", "scripts", "side",
           "side_at"]  # fmt: skip

#: [start, stop) in the tokens of the formula.
Place = tuple[int, int]

_AFTER_INFINITY = {"", ",", "&", r"\\", r"\Rightarrow", r"\iff", r"\wedge", r"\vee",
                   r"\mathrm{and}", r"\mathrm{or}", *RELATIONS}  # fmt: skip


def scripts(p: Parser) -> tuple[Place | None, Place | None]:
    """The insides of the subscript and the superscript that come next."""
    found: dict[str, Place] = {}
    for mark in ("_", "^"):
        if p.text == mark:
            after = p.closing(p.at + 1)
            found[mark] = (p.at + 2, after - 1)
            p.at = after
    return found.get("_"), found.get("^")


def range_of(
    p: Parser, name: str, below: Place, above: Place | None
) -> tuple[Place, sp.Expr, sp.Expr]:
    """(letter, first, last): k=a with a superscript, a <= k <= b, or k >= a."""
    pieces, signs = _split(p, *below)
    hint = f"write {name}_{{k=1}}^{{n}}, with k = 0 or any other first index"
    if signs == ["="] and above is not None:
        return letter_at(p, pieces[0], hint), side_at(p, pieces[1]), side_at(p, above)
    if above is None and signs == [r"\le", r"\le"]:
        return letter_at(p, pieces[1], hint), side_at(p, pieces[0]), side_at(p, pieces[2])
    if above is None and signs == [r"\ge"]:
        return letter_at(p, pieces[0], hint), side_at(p, pieces[1]), sp.oo
    raise p.unsupported(f"the limits of {name} are not read", hint, below[0])


def _split(p: Parser, start: int, stop: int) -> tuple[list[Place], list[str]]:
    """The places between relation signs, and the signs."""
    pieces: list[Place] = []
    signs: list[str] = []
    i, begin = start, start
    while i < stop:
        text = p.tokens[i].text
        if text in OPENERS:
            i = p.closing(i)
            continue
        if text in RELATIONS:
            pieces.append((begin, i))
            signs.append(text)
            begin = i + 1
        i += 1
    return [*pieces, (begin, stop)], signs


def is_letter(p: Parser, place: Place) -> bool:
    """Is this one letter (greek, or with an accent), without scripts?"""
    atom = atom_at(p.tokens, *place)
    if atom is None or atom.stop != place[1]:
        return False
    return not (atom.sub or atom.sup or atom.primes or atom.bracket)


def letter_at(p: Parser, place: Place, hint: str) -> Place:
    """The place, if it holds one letter."""
    if not is_letter(p, place):
        found = "the index of a sum, product or limit must be one letter"
        raise p.unsupported(found, hint, place[0])
    return place


def side_at(p: Parser, place: Place) -> sp.Expr:
    """The value of a limit."""
    bars, p.bars = p.bars, 0
    with p.window(*place):
        value = side(p)
    p.bars = bars
    p.scalars(value, at=place[0])
    return value


def side(p: Parser) -> sp.Basic:
    """An expression, or infinity by itself."""
    k = 1 if p.text in ("+", "-") else 0
    if p.ahead(k) == r"\infty" and p.ahead(k + 1) in _AFTER_INFINITY:
        sign = p.text
        p.at += k + 1
        return -sp.oo if sign == "-" else sp.oo
    return p.expression()


def bind(p: Parser, place: Place, *limits: sp.Expr) -> tuple[tuple[str, ...], sp.Symbol]:
    """(spelling, symbol) of an index: the declared symbol, or a new one that captures nothing."""
    spelling = tuple(t.text for t in p.tokens[slice(*place)])
    symbol = _symbol(p, spelling, place)
    for limit in limits:
        if symbol in limit.free_symbols:
            raise p.ambiguous(
                f"{symbol} is the index and stands in its own limits", "rename one", place[0]
            )
    return spelling, symbol


def _symbol(p: Parser, spelling: tuple[str, ...], place: Place) -> sp.Symbol:
    for entry in p.names.entries:
        if entry.texts == spelling:
            if not isinstance(entry.value, sp.Symbol):
                found = f"the index {entry.key} is declared as something else than a symbol"
                raise p.ambiguous(found, "use another letter", place[0])
            return entry.value
    symbol = sp.Symbol(symbol_name(p.tokens[slice(*place)]))
    for entry in p.names.entries:
        value = entry.value if isinstance(entry.value, sp.Expr) else sp.Integer(0)
        if symbol.name in {str(s) for s in value.free_symbols}:
            found = f"the index {symbol} has the name of a symbol that {entry.key} stands for"
            raise p.ambiguous(found, "use another letter", place[0])
    return symbol


def reach(p: Parser, name: str, factors: list[Factor] | None = None) -> sp.Expr:
    """What the operator is taken of: the rest of the term, with its minus sign."""
    at = p.at
    minus = p.text == "-"
    if minus:
        p.take()
    if p.text in ("+", "-"):
        raise p.malformed(f"a sign after {name}", "put what it is taken of in parentheses")
    value = p.term(factors)
    p.scalars(value, at=at)
    return -value if minus else value
