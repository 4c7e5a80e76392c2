"""Integrals, which reach to their dx, and derivatives, which reach to the end of their term."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from .build import apply
from .canon import spell
from .limits import Place, bind, is_letter, reach, side_at
from .spelling import ENDS, OPENERS, atom_at, matching

if TYPE_CHECKING:
    from .parser import Parser

__all__ = ["derivative", "integral"]

_MARKS = ("d", r"\mathrm{d}")


def integral(p: Parser, below: Place, above: Place | None, start: int) -> sp.Expr:
    r"""\int_a^b ... dx, after the limits."""
    hint = r"write \int_a^b ... \, dx"
    if above is None:
        raise p.unsupported(r"\int without two limits", hint, start)
    first, last = side_at(p, below), side_at(p, above)
    place = _differential(p)
    if place is None:
        raise p.malformed(r"\int without its dx", hint, start)
    stop, after = place
    _not_a_name(p, stop, "a factor or the differential", r"write \mathrm{d}x")
    spelling, index = bind(p, (stop + 1, after), first, last)
    bars, p.bars = p.bars, 0
    with p.binding(spelling, index, start), p.window(p.at, stop):
        body = p.expression()
    p.bars, p.at = bars, after
    p.scalars(body, at=start)
    with p.building(start):
        return apply(sp.Integral, body, (index, first, last))


def _not_a_name(p: Parser, at: int, readings: str, hint: str) -> None:
    """A plain d is a differential only where no d is declared."""
    if p.tokens[at].text == "d":
        p.plain_d = at
        if "d" in p.names:
            raise p.ambiguous(f"d is declared: {readings}", hint, at)


def _differential(p: Parser) -> Place | None:
    """(place of the d, place after the letter) of the dx that belongs to this integral."""
    i, depth = p.at, 1
    while i < p.end:
        text = p.tokens[i].text
        if text in ENDS:
            return None
        if text in OPENERS:
            i = matching(p.tokens, i, p.end) or p.end
            continue
        depth += text == r"\int"
        atom = atom_at(p.tokens, i + 1, p.end) if text in _MARKS and i > p.at else None
        if atom is not None and is_letter(p, (atom.start, atom.stop)):
            depth -= 1
            if depth == 0:
                return i, atom.stop
            i = atom.stop
        else:
            i += 1
    return None


def derivative(p: Parser) -> tuple[sp.Expr, str] | None:
    r"""\frac{d}{dx} or \frac{\partial^2}{\partial x^2} of the rest of the term, or None."""
    start = p.at
    above = p.closing(start + 1)
    below = p.closing(above)
    mark = p.tokens[start + 2].text
    if mark not in (*_MARKS, r"\partial") or p.tokens[above + 1].text != mark:
        return None
    order = spell(p.tokens[start + 3 : above - 1])
    atom = atom_at(p.tokens, above + 2, below - 1)
    if atom is None or not is_letter(p, (atom.start, atom.stop)):
        return None
    if spell(p.tokens[atom.stop : below - 1]) != order or not (order == "" or order[0] == "^"):
        hint = r"write \frac{d}{dx} before what it is taken of"
        raise p.unsupported("this derivative is not read", hint)
    hint = r"write \frac{\mathrm{d}}{\mathrm{d}x}"
    _not_a_name(p, start + 2, "a fraction or a derivative", hint)
    times = order[2:-1] if order else "1"
    if not times.isdigit() or not 1 <= int(times[:3]) <= 20:
        raise p.unsupported("the order of this derivative is not read", "write a number")
    p.at = below
    with p.window(atom.start, atom.stop):
        variable = p.expression()
    if not isinstance(variable, sp.Symbol):
        raise p.unsupported("a derivative is taken in a symbol", "declare it as one", atom.start)
    body = reach(p, "a derivative")
    p.derived.add(variable)
    with p.building(start):
        return apply(sp.Derivative, body, (variable, int(times))), "operator"
