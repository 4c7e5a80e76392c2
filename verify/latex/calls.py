"""Calls: S_{m+1}, f(x, y) of declared functions; \\log, \\exp, \\max and the like."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import sympy as sp

from .build import Refused, apply
from .errors import UnknownName
from .spelling import matching
from .vocabulary import CLOSERS, FUNCTIONS

if TYPE_CHECKING:
    from .names import Entry
    from .parser import Parser

__all__ = ["builtin", "call"]


def call(p: Parser, entry: Entry, start: int) -> sp.Expr:
    """A declared function with its index, or its arguments in parentheses."""
    if p.text == "_":
        after = p.closing(p.at + 1)
        args = _arguments(p, p.at + 2, after - 1, index=True)
    elif (inside := _parentheses(p, ("(",))) is not None:
        args, after = _arguments(p, *inside[:2], index=False), inside[2]
    elif p.text in ("^", "'"):
        raise p.ambiguous(
            f"{entry.key}{p.text} before an argument: a power, an inverse or a derivative",
            "write (f(x))^2 for a power",
        )
    else:
        raise UnknownName(
            f"{entry.key} is a function, but stands without index or argument",
            f"write {entry.key}(...)" + ("" if "_" in entry.texts else f" or {entry.key}_{{...}}"),
            p.source,
            p.tokens[start].pos,
        )
    p.at = after
    with p.building(start):
        function = entry.value
        if isinstance(function, sp.Lambda) and len(args) != len(function.variables):
            raise Refused(f"{entry.key} takes {len(function.variables)} arguments", "add them")
        return apply(cast(Callable, function), *args)


def _parentheses(p: Parser, openers: tuple[str, ...]) -> tuple[int, int, int] | None:
    """(start, stop, place after) of the inside of (...), or of the {(...)} that SymPy prints."""
    if p.text in openers:
        after = p.closing(p.at)
        return p.at + 1, after - 1, after
    if p.text == "{" and p.ahead(1) in openers:
        after = p.closing(p.at)
        if matching(p.tokens, p.at + 1, p.end) == after - 1:
            return p.at + 2, after - 2, after
    return None


def _arguments(p: Parser, start: int, stop: int, *, index: bool) -> list[sp.Expr]:
    """Expressions between commas."""
    saved = p.bars, p.in_index
    p.bars, p.in_index = 0, index
    args: list[sp.Expr] = []
    with p.window(start, stop):
        args.append(p.expression())
        while p.text == ",":
            p.take()
            args.append(p.expression())
    p.bars, p.in_index = saved
    p.scalars(*args, at=start)
    return args


def builtin(p: Parser) -> tuple[sp.Expr, str]:
    """\\log(x), \\log x, \\sin^2(x), \\max(a, b)."""
    start = p.at
    name = p.take().text
    function = FUNCTIONS[name]
    several = function in (sp.Max, sp.Min)
    if p.text in ("_", "'"):
        hint = r"write \frac{\log n}{\log 2} for a logarithm to base 2"
        hint = hint if function is sp.log else "write it out"
        raise p.unsupported(f"{name}{p.text}: a base or index is not read", hint, p.at)
    exponent = _exponent(p, name) if p.text == "^" else None
    inside = _parentheses(p, ("(", "[", r"\{"))
    if inside is not None:
        args, kind = _arguments(p, *inside[:2], index=False), "call"
        p.at = inside[2]
    elif several:
        raise p.malformed(f"{name} needs its arguments in parentheses", f"write {name}(a, b)")
    else:
        args, kind = [_bare(p, name)], "bare"
    if several != (len(args) > 1):
        raise p.malformed(
            f"{name} takes {'several arguments' if several else 'one argument'}", "", start
        )
    with p.building(start):
        value = apply(function, *args)
        return (value if exponent is None else value**exponent), kind


def _exponent(p: Parser, name: str) -> int:
    at = p.at
    after = p.closing(at + 1)
    digits = "".join(t.text for t in p.tokens[at + 2 : after - 1])
    if not digits.isdigit() or not 2 <= int(digits[:4]) <= 100:
        raise p.ambiguous(
            f"{name}^{{{digits}}}: an inverse, an iterate or a power",
            f"write ({name}(x))^{{{digits}}}",
            at,
        )
    p.at = after
    return int(digits)


def _bare(p: Parser, name: str) -> sp.Expr:
    """The argument of \\log n: one name, number, fraction or root, or another such function."""
    start = p.at
    if not p.starts_factor() or p.text in (r"\sum", r"\prod", r"\int", r"\lim"):
        raise p.malformed(f"{name} lacks its argument", f"write {name}(x)")
    if p.text in CLOSERS and p.text != "{":
        raise p.unexpected()
    from .primary import read

    value, kind = read(p)
    if p.text in ("^", "!"):
        raise p.ambiguous(
            f"does {p.text} belong to the argument of {name} or to its value",
            f"write {name}(x^2) or ({name} x)^2",
        )
    if kind == "call" or (kind == "power"):
        raise p.ambiguous(f"how far does the argument of {name} reach", "add parentheses", start)
    p.scalars(value, at=start)
    return value
