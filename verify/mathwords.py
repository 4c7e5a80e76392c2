"""SymPy's text within a sentence as formulas on one line: `r >= 0: -(x - 1)/n` is read and set.

A message of an engine is words with formulas between them, as SymPy prints them. What reads as a
formula with an operation in it is replaced; anything else stays letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

import sympy as sp
from sympy.core.alphabets import greeks

from .words import formula

__all__ = ["in_letters"]

_TOKEN = re.compile(r"[^\W\d]\w*|\d+(?:\.\d+)?(?:e[-+]\d+)?|\*\*|[-+*/(),]|\s+|.", re.UNICODE | re.DOTALL)
_NAME = re.compile(r"[A-Za-z_]\w*$")
_KNOWN = {
    name: getattr(sp, name)
    for name in ("exp", "log", "sqrt", "gamma", "sin", "cos", "tan", "Abs", "Min", "Max", "floor",
                 "Sum", "Product", "binomial", "harmonic", "zeta", "Derivative", "factorial")
} | {"pi": sp.pi, "oo": sp.oo, "E": sp.E}  # fmt: skip
#: Spells an expression; the second argument are the names that get their argument as an index.
Spell = Callable[[sp.Expr, Collection[str]], str]
_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠"}


def in_letters(
    text: str,
    known: Mapping[str, str] = {},
    sequences: Collection[str] = (),
    spell: Spell | None = None,
) -> str:
    """The text with its formulas set.

    known: pieces of the text -> how they are set; the longest are replaced first.
    spell: how else than on one line of plain text; what it gives stands between dollars.

    >>> in_letters("limit: t to oo: -(q - 1)/n**2; coefficients: 2, none negative")
    'limit: t to ∞: (1 − q)/n²; coefficients: 2, none negative'
    >>> in_letters("no certificate for Rel(<=, 1 - _x1, sqrt(n_k))", {"_x1": "‖p‖²"})
    'no certificate for 1 − ‖p‖² ≤ √nₖ'
    >>> in_letters("case by case: i = 0, ..., 29 (3 facts)")
    'case by case: i = 0, ..., 29 (3 facts)'
    >>> in_letters("at q**2 of _x1", {"_x1": r"\\tau"}, spell=lambda e, _: sp.latex(e))
    'at $q^{2}$ of $\\\\tau$'
    >>> in_letters("an excess of (w - a**2)^2 times 4.2e-15 at eta = -1/2")
    'an excess of (w − a²)^2 times 4.2e-15 at η = −1/2'
    """
    held: dict[str, str] = {}
    for old in sorted(known, key=len, reverse=True):
        pattern = re.escape(old)
        if _NAME.match(old):
            pattern = rf"\b{pattern}\b"
        letter = f"Zq{_letters(len(held))}z"
        text, count = re.subn(pattern, letter, text)
        if count:
            held[letter] = known[old]
    text = _formulas(_relations(text), _plain(sequences) if spell is None else _between(spell, sequences))
    return _released(text, held, spell is not None)


def _plain(sequences: Collection[str]) -> Callable[[sp.Expr], str]:
    return lambda e: formula(e, sequences)


def _between(spell: Spell, sequences: Collection[str]) -> Callable[[sp.Expr], str]:
    return lambda e: f"${spell(e, sequences)}$"


def _released(text: str, held: Mapping[str, str], dollars: bool) -> str:
    """The held pieces put in; within dollars as they are, between words with their own."""
    parts = text.split("$") if dollars else [text]
    for k, part in enumerate(parts):
        for letter, shown in held.items():
            inside = k % 2 or not dollars
            part = part.replace(letter, shown if inside else f"${shown}$")
        parts[k] = part
    return "$".join(parts)


def _letters(k: int) -> str:
    """A name of letters alone, which no printer takes for an index."""
    return "".join(chr(ord("a") + int(d)) for d in str(k))


def _relations(text: str) -> str:
    """`Rel(<=, a, b)` as `a <= b`."""
    while (start := text.find("Rel(")) >= 0:
        end, parts = _arguments(text, start + len("Rel("))
        if end is None or len(parts) != 3:
            break
        op, lhs, rhs = (p.strip() for p in parts)
        text = f"{text[:start]}{lhs} {_SIGNS.get(op, op)} {rhs}{text[end:]}"
    return text


def _arguments(text: str, start: int) -> tuple[int | None, list[str]]:
    """(where the bracket that was opened before `start` ends, what stands between its commas)."""
    depth, parts = 1, [""]
    for k in range(start, len(text)):
        depth += (text[k] == "(") - (text[k] == ")")
        if depth == 0:
            return k + 1, parts
        if text[k] == "," and depth == 1:
            parts.append("")
        else:
            parts[-1] += text[k]
    return None, []


def _formulas(text: str, show: Callable[[sp.Expr], str]) -> str:
    tokens = _TOKEN.findall(text)
    out, k = "", 0
    while k < len(tokens):
        end = _Span(tokens).expression(k) if not tokens[k].isspace() else None
        if end is None:
            out, k = out + tokens[k], k + 1
            continue
        out += _set("".join(tokens[k:end]), show)
        k = end
    return out


class _Span:
    """How far a formula goes: an end (a token's place) or None, for each part of the grammar."""

    def __init__(self, tokens: list[str]):
        self.tokens = tokens

    def at(self, k: int) -> str:
        return self.tokens[k] if k < len(self.tokens) else ""

    def expression(self, k: int) -> int | None:
        if self.at(k) == "-":
            k += 1
        end = self.atom(k)
        while end is not None:
            after = end
            spaced = self.at(after) == " "
            after += spaced
            sign = self.at(after)
            if sign not in ("+", "-", "*", "/", "**") or (sign in ("+", "-")) != spaced:
                return end
            after += 1
            if spaced:
                if self.at(after) != " ":
                    return end
                after += 1
            elif self.at(after) == "-":
                after += 1
            more = self.atom(after)
            if more is None:
                return end
            end = more
        return None

    def atom(self, k: int) -> int | None:
        token = self.at(k)
        if token == "(":
            return self.bracket(k)
        if re.match(r"\d", token):
            return k + 1
        if not _NAME.match(token):
            return None
        return self.bracket(k + 1) if self.at(k + 1) == "(" else k + 1

    def bracket(self, k: int) -> int | None:
        """From an opening bracket past its closing one, expressions and commas between."""
        end: int | None = k
        while end is not None:
            k = end + 1
            k += self.at(k) == " "
            end = self.expression(k)
            if end is not None and self.at(end) == ")":
                return end + 1
            if end is None or self.at(end) != ",":
                return None
        return None


def _set(span: str, show: Callable[[sp.Expr], str]) -> str:
    """The span as a formula; a lone word or number stays."""
    if re.fullmatch(r"[A-Za-z]+", span) and span not in ("oo", *greeks):
        return span
    if re.fullmatch(r"-?[\d.]+(e[-+]\d+)?", span):
        return span
    if span[0] == "(" and _Span(_TOKEN.findall(span)).bracket(0) == len(_TOKEN.findall(span)):
        return f"({_formulas(span[1:-1], show)})"  # what it is a factor of is not read
    names = {}
    for name, call in re.findall(r"([A-Za-z_]\w*)(\(?)", span):
        names[name] = _KNOWN.get(name) or (sp.Function if call else sp.Symbol)(name)
    try:
        return show(sp.sympify(span, locals=names))
    except (sp.SympifyError, SyntaxError, TypeError, ValueError, AttributeError):
        return span


