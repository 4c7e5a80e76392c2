"""`refutable list`: id, locator, kind and statement of every claim; nothing is judged."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console

from refutable.derivations.claim import Claim
from refutable.derivations.statement import Parts, Prose

from .glyphs import ascii_text
from .page import Page
from .typeset import sequences_of
from .words import formula

__all__ = ["print_claims"]


def print_claims(claims: Sequence[Claim], out: Console) -> None:
    """On a terminal a block per claim; in a pipe one line each, columns apart by tabs."""
    page = Page(out)
    if not out.is_terminal:
        for c in claims:
            line = "\t".join((c.id, c.locator, c.kind, stated(c)))
            print(ascii_text(line) if page.plain else line, file=out.file)
        return
    for name, group in groupby(claims, lambda c: c.paper or c.file or ""):
        page.line(name, "bold")
        for c in group:
            page.text(f"{c.id}  [{', '.join(x for x in (c.locator, c.kind) if x)}]", 2, 4)
            page.formula(stated(c), 6)


def stated(c: Claim) -> str:
    """The statement on one line."""
    if isinstance(c.statement, Prose):
        return " ".join(c.statement.text.split())
    if isinstance(c.statement, Parts):
        return "all of its parts"
    return formula(c.statement, sequences_of(c))
