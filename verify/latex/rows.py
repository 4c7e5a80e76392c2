"""The rows of a displayed formula: taken apart, cleaned of layout, and joined again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from .errors import MalformedLatex
from .lexer import tokenize
from .macros import group
from .spelling import OPENERS, matching
from .vocabulary import RELATIONS

__all__ = ["Row", "clean", "join", "rows_of"]

_WRAPPERS = "split|aligned|alignedat|gathered|multlined"
_WRAPPER = re.compile(rf"\\(?:begin|end)\{{(?:{_WRAPPERS})\}}(?:\[[tbc]\])?")
_STEP = re.compile(r"\\(begin|end)\{[^{}]*\}|\\[A-Za-z]+\*?|\\.|[{}&]|[^\\{}&]+", re.DOTALL)
_AFTER_BREAK = re.compile(r"\*?(?:\s*(\[[^\]]*\]))?")
_LAYOUT = re.compile(
    r"\\(nonumber|notag|allowbreak|displaybreak|qedhere|hfill|noindent)(?![A-Za-z])(\[\d\])?"
)
_TAIL = re.compile(r"(\\[,;:! ]|\\q?quad(?![A-Za-z])|[\s.,;~])+\Z")
_GOES_ON = re.compile(
    r"(\\[,;:! ]|\\q?quad(?![A-Za-z])|\\(h|m)space\*?\{[^{}]*\}|[\s~]|\{\})*"
    r"(=|<|>|\+|-|\\(le|leq|leqslant|ge|geq|geqslant|ne|neq|lt|gt|approx|sim|cdot|times)(?![A-Za-z]))"
)


#: A row that ends so goes on in the next one.
_OPEN = re.compile(r"([=<>+\-*/(\[]|\\(le|leq|ge|geq|neq|ne|cdot|times|left.|\{)\s*)\Z")


@dataclass
class Row:
    """A row: its LaTeX without layout, its place in the display, its claim ids.

    unnumbered: it has \\nonumber; joined: it continues the row before.
    """

    text: str
    start: int
    stop: int
    unnumbered: bool = False
    joined: bool = False
    ids: list[tuple[str, int]] = field(default_factory=list)

    @property
    def goes_on(self) -> bool:
        """Does it begin with a relation or an operation, so that it continues the row before?"""
        return _GOES_ON.match(self.text) is not None


def rows_of(text: str) -> list[Row]:
    r"""The rows of a display, each cleaned; inner split and aligned are looked through.

    >>> [r.text for r in rows_of(r"a &= b \\ &\le c \label{x} \nonumber")]
    ['a = b', '\\le c']
    """
    plain = _WRAPPER.sub(lambda m: " " * len(m[0]), text)
    plain = re.sub(r"\A\s*\{\d+\}", lambda m: " " * len(m[0]), plain)  # alignat{2}
    rows = [Row(clean(plain[a:b]), a, b, _unnumbered(plain[a:b])) for a, b in _split(plain)]
    rows = [r for r in rows if r.text or "label" in text[r.start : r.stop]]
    for before, row in pairwise(rows):
        row.joined = _continues(before.text, row)
    return rows


def _unnumbered(text: str) -> bool:
    return re.search(r"\\(nonumber|notag)(?![A-Za-z])", text) is not None


def _split(text: str) -> list[tuple[int, int]]:
    """Places of the rows: line breaks outside braces and inner environments."""
    out, begin, depth = [], 0, 0
    for match in _STEP.finditer(text):
        step = match[0]
        if match[1] or step in "{}":
            depth += 1 if match[1] == "begin" or step == "{" else -1
        elif step in (r"\\", r"\cr") and depth == 0 and match.start() >= begin:
            out.append((begin, match.start()))
            end = _AFTER_BREAK.match(text, match.end())
            begin = (
                end.end() if end and (end[1] is None or re.search(r"\d", end[1])) else match.end()
            )
    return [*out, (begin, len(text))]


def clean(text: str) -> str:
    r"""A row without labels, tags, alignment marks and closing punctuation.

    >>> print(clean(r"x &= \begin{cases} 1 & y \end{cases}, \label{a}"))
    x = \begin{cases} 1 & y \end{cases}
    """
    for name in ("label", "tag", "intertext", "shortintertext"):
        text = _without(text, name)
    text = _LAYOUT.sub("", text)
    out, depth = "", 0
    for match in _STEP.finditer(text):
        step = match[0]
        if match[1] or step in "{}":
            depth += 1 if match[1] == "begin" or step == "{" else -1
        out += "" if step == "&" and depth == 0 else step
    return re.sub(r"\s+", " ", _TAIL.sub("", out)).strip()


def _without(text: str, name: str) -> str:
    """Without \\name{...}."""
    pattern = re.compile(rf"\\{name}\*?(?![A-Za-z])")
    while (match := pattern.search(text)) is not None:
        inside = group(text, match.end())
        text = text[: match.start()] + text[inside[1] if inside else match.end() :]
    return text


def join(rows: list[Row], first: int, *, always: bool = False) -> list[str]:
    """The formulas of rows[first:], each continuation joined to its row (`always`: every row).

    A first row that begins with a relation gets the last side of the rows before it.
    """
    before = ""
    for row in rows[:first]:
        before = f"{before} {row.text}" if before and _continues(before, row) else row.text
    formulas: list[str] = []
    for row in rows[first:]:
        if formulas and (always or _continues(formulas[-1], row)):
            formulas[-1] += f" {row.text}"
        elif not formulas and row.goes_on and before:
            formulas.append(f"{last_side(before)} {row.text}")
        else:
            formulas.append(row.text)
    return [f for f in formulas if f]


def _continues(before: str, row: Row) -> bool:
    return row.goes_on or _OPEN.search(before) is not None


def last_side(formula: str) -> str:
    r"""What stands after the last relation sign outside brackets.

    >>> last_side(r"a = b + (c = d) \le e + f")
    'e + f'
    """
    tokens = tokenize(formula)
    at, start, depth = 0, None, 0
    while at < len(tokens):
        text = tokens[at].text
        depth += text.startswith(r"\begin{") - text.startswith(r"\end{")
        if text in OPENERS:
            after = matching(tokens, at)
            if after is None:
                raise MalformedLatex(f"{text} is never closed", "", formula, tokens[at].pos)
            at = after
            continue
        if text in RELATIONS and depth == 0:
            start = tokens[at].end
        at += 1
    if start is None:
        return formula
    return formula[start:].strip()
