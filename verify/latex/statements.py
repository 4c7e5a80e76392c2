"""Statements: chains of relations, joined by and, or, implies, iff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from ...derivations.errors import StatementError
from ...derivations.statement import And, Iff, Implies, Or, Rel, Statement
from .limits import side
from .vocabulary import RELATIONS

if TYPE_CHECKING:
    from .parser import Parser

__all__ = ["read"]

_JOINS = {r"\wedge": And, r"\mathrm{and}": And, r"\vee": Or, r"\mathrm{or}": Or}
_ARROWS = {r"\Rightarrow": Implies, r"\iff": Iff}


def read(p: Parser) -> Statement | sp.Basic:
    """A statement, or an expression where there is no relation."""
    left = _joined(p)
    if p.text in _ARROWS:
        at = p.at
        arrow = p.take().text
        right = _joined(p)
        _statements(p, at, left, right)
        left = _ARROWS[arrow](left, right)
        if p.text in _ARROWS:
            raise p.ambiguous("two arrows in a row", "make two statements of it")
    p.finished()
    return left


def _joined(p: Parser) -> Statement | sp.Basic:
    parts, word, at = [_chain(p)], "", p.at
    while p.text in _JOINS:
        if word and _JOINS[p.text] is not _JOINS[word]:
            raise p.ambiguous("and beside or", "make two statements of it")
        at, word = p.at, p.take().text
        parts.append(_chain(p))
    if not word:
        return parts[0]
    _statements(p, at, *parts)
    return _JOINS[word](*parts)


def _statements(p: Parser, at: int, *parts: object) -> None:
    if not all(isinstance(x, Statement) for x in parts):
        raise p.malformed("a side without a relation", "state a relation on both sides", at)


def _chain(p: Parser) -> Statement | sp.Basic:
    """a <= b = c: each link a relation of its own."""
    left = side(p)
    links: list[Rel] = []
    while p.text in RELATIONS:
        at = p.at
        op = RELATIONS[p.take().text]
        right = side(p)
        try:
            links.append(Rel(op, left, right))
        except StatementError as err:
            raise p.unsupported(str(err), "", at) from err
        left = right
    if not links:
        return left
    return links[0] if len(links) == 1 else And(*links)
