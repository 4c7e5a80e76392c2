"""Sums, products and limits: what binds a letter, and how far it reaches.

Each of them reaches to the end of its term (a `+` or `-` ends it). A sum of k-free factors is the
same either way; a product is not, and is then refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from ...derivations.statement import Lim, LimInf, LimSup
from . import calculus
from .build import apply
from .limits import Place, bind, letter_at, range_of, reach, scripts, side_at

if TYPE_CHECKING:
    from .parser import Factor, Parser

__all__ = ["read"]

_LIMITS = {r"\lim": Lim, r"\limsup": LimSup, r"\liminf": LimInf}


def read(p: Parser) -> sp.Expr:
    """The big operator that stands here, with what it reaches over."""
    start = p.at
    name = p.take().text
    below, above = scripts(p)
    if below is None:
        hint = f"write {name}_{{k=1}}^{{n}} and the like"
        raise p.unsupported(f"{name} without limits", hint, start)
    if name == r"\int":
        return calculus.integral(p, below, above, start)
    if name in _LIMITS:
        return _limit(p, name, below, above, start)
    return _series(p, name, below, above, start)


def _series(p: Parser, name: str, below: Place, above: Place | None, start: int) -> sp.Expr:
    letter, first, last = range_of(p, name, below, above)
    spelling, index = bind(p, letter, first, last)
    factors: list[Factor] = []
    with p.binding(spelling, index, start):
        body = reach(p, name, factors)
    for f in factors[1:] if name == r"\prod" else ():
        if index not in f.value.free_symbols:
            found = rf"does \prod reach as far as this factor, which has no {index}"
            hint = "put the product, or all that it is taken of, in parentheses"
            raise p.ambiguous(found, hint, f.at)
    with p.building(start):
        return apply(sp.Sum if name == r"\sum" else sp.Product, body, (index, first, last))


def _limit(p: Parser, name: str, below: Place, above: Place | None, start: int) -> sp.Expr:
    hint = rf"write {name}_{{n \to \infty}}"
    arrows = [i for i in range(*below) if p.tokens[i].text == r"\to"]
    if len(arrows) != 1 or above is not None:
        raise p.unsupported(f"the limit under {name} is not read", hint, start)
    if [t.text for t in p.tokens[below[1] - 2 : below[1]]] in (["+", "}"], ["-", "}"]):
        raise p.unsupported("a one-sided limit is not read", "state it as a two-sided one", start)
    letter = letter_at(p, (below[0], arrows[0]), hint)
    target = side_at(p, (arrows[0] + 1, below[1]))
    spelling, index = bind(p, letter, target)
    with p.binding(spelling, index, start):
        body = reach(p, name)
    with p.building(start):
        return apply(_LIMITS[name], body, index, target)
