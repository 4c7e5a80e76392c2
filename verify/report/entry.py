"""What a page says of one claim: its verdict, its record, and formulas as LaTeX.

Made from verdicts that were just computed, or from a verdict file; nothing is judged here.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from refutable.derivations.claim import Claim
from refutable.derivations.errors import NoClaim

from .. import jsonout
from ..findings import account_lines, correction, derived_claim
from ..judged import judged, selected
from ..restored import read, restore
from ..typeset import sequences_of, tex
from ..verdict import Verdict

__all__ = ["Entry", "Material", "gather"]


@dataclass(frozen=True)
class Entry:
    """One claim. correct: the corrected formula; changed: the part (printed, correct) of it."""

    verdict: Verdict
    record: dict[str, Any]
    correct: str | None = None
    changed: tuple[str, str] | None = None
    account: Sequence[str] = ()
    derived: Claim | None = None

    @property
    def claim(self) -> Claim:
        """The claim itself."""
        return self.verdict.claim

    @property
    def id(self) -> str:
        """The claim's id."""
        return self.verdict.claim.id


@dataclass(frozen=True)
class Material:
    """Everything that a report is made of. document: the verdict file, as plain values."""

    entries: Sequence[Entry]
    document: dict[str, Any] = field(default_factory=dict)


def gather(args: argparse.Namespace) -> Material:
    """Judge what the options select, or read it from the verdict file they name."""
    return _from_file(args) if args.verdicts else _from_judge(args)


def _from_judge(args: argparse.Namespace) -> Material:
    verdicts = judged(args)
    document = jsonout.document(verdicts, args.seed)
    entries = [entry(v, r) for v, r in zip(verdicts, document["claims"], strict=True)]
    return Material(entries, document)


def entry(v: Verdict, record: dict[str, Any]) -> Entry:
    """The entry of a verdict that was just computed."""
    names = sequences_of(v.claim)
    correct, changed = None, None
    if v.repair is not None:
        repaired, parts = correction(v)
        correct = tex(repaired, names)
        changed = None if parts is None else (tex(parts[0], names), tex(parts[1], names))
    return Entry(v, record, correct, changed, account_lines(v), derived_claim(v))


def _from_file(args: argparse.Namespace) -> Material:
    data = read(args.verdicts)
    records = {r.get("id"): r for r in data["claims"] if isinstance(r, dict)}
    _, chosen = selected(args)
    asked = bool([*args.ids, *args.claim, *args.paper])
    missing = [c.id for c in chosen if c.id not in records]
    if missing and asked:
        raise NoClaim(
            f"report {missing[0]}; {args.verdicts} has no verdict on it; judge it or leave it out"
        )
    verdicts = [restore(records[c.id], c) for c in chosen if c.id in records]
    if not verdicts:
        raise NoClaim(
            f"report {args.verdicts}; none of its claims is loaded; name their files with --file"
        )
    kept = [records[v.claim.id] for v in verdicts]
    document = {**data, "claims": kept, "summary": jsonout.tally(verdicts)}
    return Material([_restored(v, r) for v, r in zip(verdicts, kept, strict=True)], document)


def _restored(v: Verdict, record: dict[str, Any]) -> Entry:
    """The derivation is then that of the statement as it was printed: the process is the same."""
    correct = None if record["repair"] is None else record["repair"]["statement"]
    derived = derived_claim(replace(v, repair=None))
    return Entry(v, record, correct, account=account_lines(v), derived=derived)
