"""`check`: the equations of a paper that carry a claim id, compared with the claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import sympy as sp

from ...derivations.claim import Claim
from ...derivations.errors import StatementError
from ...derivations.statement import And, Parts, Prose, Statement
from .claimnames import names_of
from .compare import compare
from .equations import Equation, equations
from .errors import LatexError
from .names import Names
from .read import read
from .texsource import read_source

__all__ = ["OUTCOMES", "Finding", "check"]

OUTCOMES = ("same", "differs", "not decided", "not found", "not read")


@dataclass(frozen=True)
class Finding:
    """One claim id in a paper. outcome: "same"; "differs" (shown by numbers); "not decided";
    "not found" (no such claim, or no equation after the comment); "not read" (with the reason).

    paper, claim: the two statements as LaTeX; difference: paper minus claim; picture: the place of
    a reading error, with a caret.
    """

    file: str
    line: int
    id: str
    outcome: str
    detail: str = ""
    paper: str = ""
    claim: str = ""
    difference: str = ""
    picture: str = ""

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}: claim {self.id}: {self.outcome}"
        return f"{text}: {self.detail}" if self.detail else text


def check(path: str | Path, claims: Iterable[Claim]) -> list[Finding]:
    """What each claim id in the paper comes to, in the paper's order.

    Raises PathNotFound for the paper, LoadError for a file that it includes, StatementError for a
    malformed `% names:` remark.
    """
    known = {c.id: c for c in claims}
    return [_finding(e, known) for e in equations(read_source(path))]


def _finding(e: Equation, known: Mapping[str, Claim]) -> Finding:
    claim = known.get(e.id)
    if claim is None:
        detail = "there is no such claim; correct the id, or load the file that makes it"
        return Finding(e.file, e.line, e.id, "not found", detail)
    stated = sp.latex(claim.statement)
    if isinstance(claim.statement, (Prose, Parts)):
        detail = "the claim is no formula of its own; give the ids of its parts"
        shown = r" \\ ".join(e.formulas)
        return Finding(e.file, e.line, e.id, "not decided", detail, shown, stated)
    if e.error is not None:
        detail, picture = str(e.error), e.error.picture
        return Finding(e.file, e.line, e.id, "not read", detail, "", stated, "", picture)
    if not e.formulas:
        detail = "no displayed equation follows this comment; put it right before or inside one"
        return Finding(e.file, e.line, e.id, "not found", detail, "", stated)
    shown = r" \\ ".join(e.formulas)
    try:
        statement = _read(e, names_of(claim, e.names))
    except LatexError as err:
        return Finding(e.file, e.line, e.id, "not read", str(err), shown, stated, "", err.picture)
    except StatementError as err:
        err.where = (e.file, e.line, e.id)
        raise
    if statement is None:
        detail = "an expression without a relation is no statement"
        return Finding(e.file, e.line, e.id, "not read", detail, shown, stated)
    found = compare(statement, claim)
    difference = "" if found.difference is None else sp.latex(found.difference)
    return Finding(e.file, e.line, e.id, found.outcome, found.detail, shown, stated, difference)


def _read(e: Equation, names: Names) -> Statement | None:
    parts = [read(f, names) for f in e.formulas]
    if not all(isinstance(p, Statement) for p in parts):
        return None
    return parts[0] if len(parts) == 1 else And(*parts)
