"""Environments inside a formula: cases and matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from .build import apply
from .spelling import OPENERS, matching
from .vocabulary import RELATIONS

if TYPE_CHECKING:
    from .parser import Parser

__all__ = ["read", "rows"]

_MATRICES = {r"\begin{matrix}", r"\begin{pmatrix}", r"\begin{bmatrix}", r"\begin{smallmatrix}"}
_IF = {r"\mathrm{if}", r"\mathrm{for}", r"\mathrm{when}", r"\mathrm{where}"}
_ELSE = {r"\mathrm{otherwise}", r"\mathrm{else}"}
_SYMPY = {"=": sp.Eq, "!=": sp.Ne, "<=": sp.Le, "<": sp.Lt, ">=": sp.Ge, ">": sp.Gt}


def read(p: Parser) -> tuple[sp.Basic, str]:
    """The environment that begins here."""
    start = p.at
    name = p.text
    stop = _end(p, start)
    cells = rows(p.tokens, start + 1, stop)
    if name not in _MATRICES | {r"\begin{cases}"}:
        raise p.unsupported(f"{name} is not read", "cases and matrices are", start)
    saved = p.bars, p.in_index
    p.bars, p.in_index = 0, False
    with p.deeper():
        value = _cases(p, cells, start) if "cases" in name else _matrix(p, cells, start)
    p.bars, p.in_index = saved
    p.at = stop + 1
    return value, "plain" if "cases" in name else "matrix"


def _end(p: Parser, start: int) -> int:
    stack = []
    for i in range(start, p.end):
        text = p.tokens[i].text
        if text.startswith(r"\begin{"):
            stack.append(text[7:-1])
        elif text.startswith(r"\end{"):
            if stack.pop() != text[5:-1]:
                raise p.malformed(f"{text} closes another environment", "", i)
            if not stack:
                return i
    raise p.malformed(f"{p.tokens[start].text} is never closed", "", start)


def rows(tokens, start: int, stop: int) -> list[list[tuple[int, int]]]:  # type: ignore[no-untyped-def]
    """Rows of cells (places in the tokens), at this level; an empty last row is left out."""
    out: list[list[tuple[int, int]]] = [[]]
    begin, i, depth = start, start, 0
    while i < stop:
        text = tokens[i].text
        if text in OPENERS and depth == 0:
            i = matching(tokens, i, stop) or stop
            continue
        depth += text.startswith(r"\begin{")
        depth -= text.startswith(r"\end{")
        if depth == 0 and text in ("&", r"\\"):
            out[-1].append((begin, i))
            begin = i + 1
            if text == r"\\":
                out.append([])
        i += 1
    out[-1].append((begin, stop))
    return out[:-1] if out[-1] == [(stop, stop)] and len(out) > 1 else out


def _cases(p: Parser, cells: list[list[tuple[int, int]]], start: int) -> sp.Expr:
    pairs = []
    for row in cells:
        if len(row) != 2:
            raise p.malformed("a row of cases is value & condition", "", row[0][0])
        with p.window(*_unpunctuated(p, *row[0])):
            value = p.expression()
        p.scalars(value, at=row[0][0])
        with p.window(*_unpunctuated(p, *row[1])):
            pairs.append((value, _condition(p)))
    if any(c is sp.true for _, c in pairs[:-1]):
        raise p.malformed("a row of cases after `otherwise`", "", start)
    return sp.Piecewise(*pairs, evaluate=False)


def _unpunctuated(p: Parser, start: int, stop: int) -> tuple[int, int]:
    return start, stop - (stop > start and p.tokens[stop - 1].text in (",", ";", "."))


def _condition(p: Parser) -> sp.Basic:
    if p.text in _ELSE:
        p.take()
        return sp.true
    if p.text in _IF:
        p.take()
    parts = _links(p)
    join = p.text
    while p.text == join and join in (r"\wedge", r"\vee", r"\mathrm{and}", r"\mathrm{or}"):
        if join in (r"\vee", r"\mathrm{or}") and len(parts) > 1 and parts[-1] is not parts[-2]:
            parts = [sp.And(*parts, evaluate=False)] if len(parts) > 1 else parts
        p.take()
        more = _links(p)
        if join in (r"\vee", r"\mathrm{or}") and len(more) > 1:
            more = [sp.And(*more, evaluate=False)]
        parts = [*parts, *more]
    if len(parts) == 1:
        return parts[0]
    return (sp.Or if join in (r"\vee", r"\mathrm{or}") else sp.And)(*parts, evaluate=False)


def _links(p: Parser) -> list[sp.Basic]:
    """The relations of a chain, as SymPy has them inside a Piecewise, not evaluated."""
    left, at = p.expression(), p.at
    out = []
    while p.text in RELATIONS:
        op = RELATIONS[p.take().text]
        right = p.expression()
        p.scalars(left, right, at=at)
        out.append(_SYMPY[op](left, right, evaluate=False))
        left = right
    if not out:
        raise p.malformed("a condition needs a relation, such as x > 0")
    return out


def _matrix(p: Parser, cells: list[list[tuple[int, int]]], start: int) -> sp.Basic:
    table: list[list[sp.Expr]] = []
    for row in cells:
        table.append([])
        for cell in row:
            with p.window(*cell):
                value = p.expression()
            p.scalars(value, at=cell[0])
            table[-1].append(value)
    if len({len(row) for row in table}) > 1:
        raise p.malformed("the rows of the matrix differ in length", "", start)
    with p.building(start):
        return apply(sp.ImmutableMatrix, table)
