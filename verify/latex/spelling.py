"""What is one name in a formula: where it begins, where it ends, what its parts are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .lexer import Token
from .vocabulary import ACCENTS, CLOSERS, FONTS, GREEK

__all__ = ["BARS", "ENDS", "OPENERS", "Atom", "atom_at", "matching"]

BARS = ("|", r"\|")
OPENERS = frozenset(CLOSERS)
ENDS = frozenset(CLOSERS.values())
_DECORATIONS = {("*",), (r"\star",), (r"\dagger",), ("'",)}


def matching(tokens: Sequence[Token], start: int, end: int | None = None) -> int | None:
    """The place just after the bracket (or bar) that closes the one at `start`, or None.

    >>> from .canon import canonical
    >>> matching(canonical("(a(b)) c"), 0)
    6
    """
    end = len(tokens) if end is None else end
    opener = tokens[start]
    if opener.text in BARS:
        return _matching_bar(tokens, start, end)
    stack: list[str] = []
    for i in range(start, end):
        text = tokens[i].text
        if text in OPENERS:
            stack.append(CLOSERS[text])
        elif text in ENDS:
            if stack.pop() != text:
                return None
            if not stack:
                return i + 1
    return None


def _matching_bar(tokens: Sequence[Token], start: int, end: int) -> int | None:
    opener, depth, i = tokens[start], 0, start + 1
    while i < end:
        t = tokens[i]
        if t.text == opener.text:
            if t.side == "open" and opener.side == "open":
                depth += 1
            elif depth:
                depth -= 1
            else:
                return i + 1
        elif t.text in OPENERS:
            after = matching(tokens, i, end)
            if after is None:
                return None
            i = after
            continue
        elif t.text in ENDS:
            return None
        i += 1
    return None


@dataclass(frozen=True)
class Atom:
    """One name: [start, stop) in the tokens, and the places of its parts (None: absent).

    head: the letter, greek letter, accented letter or word; sub: the inside of the subscript;
    sup: the inside of a superscript that belongs to the name; bracket: from the opening bracket
    of a quantity such as \\mathbb{E}[T] to the closing one.
    """

    start: int
    stop: int
    head: tuple[int, int]
    sub: tuple[int, int] | None = None
    sup: tuple[int, int] | None = None
    primes: int = 0
    bracket: tuple[int, int] | None = None


def atom_at(tokens: Sequence[Token], at: int, end: int, *, key: bool = False) -> Atom | None:
    """The name that begins at this place, or None.

    A superscript belongs to a name if it is a decoration (`*`, a prime) or stands in parentheses,
    as in p^{(m)}; in a `key`, any superscript and one bracket do.
    """
    head = _head(tokens, at, end, key)
    if head is None:
        return None
    stop, calls = head
    sub, primes, sup, i = _scripts(tokens, stop, end, key)
    bracket = None
    if calls != "never" and i < end and tokens[i].text in ("(", "[", r"\{"):
        after = matching(tokens, i, end)
        if after is None:
            return None
        if key or calls != "in keys":
            bracket, i = (i, after), after
            if key:
                i = _scripts(tokens, i, end, key)[3]
    if calls == "needed" and bracket is None:
        return None
    return Atom(at, i, (at, stop), sub, sup, primes, bracket)


def _head(tokens: Sequence[Token], at: int, end: int, key: bool) -> tuple[int, str] | None:
    """(place after the head, does a bracket belong to the name: never, in keys, may, needed)."""
    if at >= end:
        return None
    t = tokens[at]
    name = t.text[1:]
    if t.text == r"\|" or (t.text == "|" and key):
        after = matching(tokens, at, end)
        return None if after is None else (after, "never")
    if t.is_letter or name in GREEK:
        return at + 1, "in keys"
    if t.text == r"\Pr":
        return at + 1, "needed"
    if t.text.startswith(r"\mathrm{"):
        return at + 1, "may"
    if name in ACCENTS | FONTS:
        after = matching(tokens, at + 1, end)
        calls = "needed" if name == "mathbb" else "in keys"
        return None if after is None else (after, calls)
    return None


def _scripts(tokens: Sequence[Token], i: int, end: int, key: bool):  # type: ignore[no-untyped-def]
    sub = sup = None
    primes = 0
    if i < end and tokens[i].text == "_":
        after = matching(tokens, i + 1, end) or end
        sub, i = (i + 2, after - 1), after
    while i < end and tokens[i].text == "'":
        primes, i = primes + 1, i + 1
    if i < end and tokens[i].text == "^":
        after = matching(tokens, i + 1, end) or end
        if key or is_decoration(tokens, i + 2, after - 1):
            sup, i = (i + 2, after - 1), after
    return sub, primes, sup, i


def is_decoration(tokens: Sequence[Token], start: int, stop: int) -> bool:
    """Does this superscript belong to a name: a star, or something in parentheses?"""
    inside = tuple(t.text for t in tokens[start:stop])
    return inside in _DECORATIONS or (
        inside[:1] == ("(",) and matching(tokens, start, stop) == stop
    )
