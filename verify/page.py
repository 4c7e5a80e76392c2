"""Lays out plain text: headings, indented blocks, formulas folded at their loosest operators."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from .glyphs import ascii_text

__all__ = ["Page", "fold", "only_ascii"]

#: The widest a line gets, however wide the terminal is; what a mail still shows well.
WIDEST = 96
_OPERATOR = re.compile(r" (?:=|≤|≥|<|>|≠|\+|−|and|or|⇒|\|) ")
_AFTER = set("=≤≥<>≠+−|,⇒")


def fold(formula: str, width: int) -> list[str]:
    """The formula in lines of at most `width`, broken where it holds together least.

    Before an operator rather than between factors, in few brackets rather than in many.

    >>> fold("a = (b + c) + (d + e)", 14)
    ['a = (b + c)', '    + (d + e)']
    """
    lines = []
    while len(formula) > width:
        depth, places = 0, []
        for k, c in enumerate(formula[:width]):
            depth += (c in "([{") - (c in ")]}")
            if k <= 8 or c != " ":
                continue
            if _OPERATOR.match(formula, k):
                places.append((2 * depth, -k))
            elif formula[k - 1] not in _AFTER:
                places.append((2 * depth + 1, -k))
        if not places:
            break
        at = -min(places)[1]  # the loosest place; among equals the last one
        lines.append(formula[:at])
        formula = "    " + formula[at + 1 :]
    return [*lines, formula]


def only_ascii(out: Console) -> bool:
    """Whether the encoding of the console lacks our signs."""
    try:
        "‖ᵐₙ≤−√".encode(out.encoding)
    except (UnicodeEncodeError, LookupError):
        return True
    return False


class Page:
    """Prints blocks of text on a console, in ASCII where its encoding knows no more."""

    def __init__(self, out: Console):
        self.out = out
        self.width = min(out.width, WIDEST)
        self.plain = only_ascii(out)

    def line(self, text: str = "", style: str = "") -> None:
        """A line as it is."""
        self.out.print(Text(ascii_text(text) if self.plain else text, style), soft_wrap=True)

    def heading(self, text: str) -> None:
        """A blank line and a heading."""
        self.line()
        self.line(text, "bold")

    def formula(self, text: str, indent: int = 4) -> None:
        """A formula, folded."""
        for part in fold(text, max(self.width - indent, 24)):
            self.line(" " * indent + part)

    def text(self, text: str, indent: int = 4, hang: int = 0) -> None:
        """A paragraph, wrapped; `hang`: further lines are indented by so much more."""
        wrapped = textwrap.wrap(
            " ".join(text.split()),
            max(self.width, indent + hang + 24),
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + hang),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for part in wrapped or [""]:
            self.line(part)

    def rows(self, rows: Sequence[tuple[str, ...]], indent: int = 4) -> None:
        """Rows with aligned columns; the last one is wrapped under itself."""
        if not rows:
            return
        wide = [max(len(r[k]) for r in rows) for k in range(len(rows[0]) - 1)]
        for r in rows:
            lead = "".join(f"{cell:{w}}  " for cell, w in zip(r, wide, strict=False))
            room = max(self.width - indent - len(lead), 24)
            last = textwrap.wrap(r[-1], room, break_long_words=False, break_on_hyphens=False)
            for k, part in enumerate(last or [""]):
                self.line(" " * indent + (lead if k == 0 else " " * len(lead)) + part)
