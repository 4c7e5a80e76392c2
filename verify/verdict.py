"""What the judge says of a claim: plain records, ready for JSON, a terminal or a page.

The words: `proved`, `refuted`, `supported`, `undecided`, `out of scope`. Nothing here computes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from refutable.derivations.claim import Claim

__all__ = [
    "WORDS",
    "Counterexample",
    "Evidence",
    "MutantTally",
    "ReadingVerdict",
    "Repair",
    "Verdict",
    "weakest",
]

#: From the weakest to the strongest, for a parent that has no refuted part.
WORDS = ("refuted", "undecided", "out of scope", "supported", "proved")


@dataclass
class Evidence:
    """What one engine found. outcome: holds, fails, undecided, out of scope or skipped.

    interval: (low, high) as strings; visible: smallest deviation that would have been seen.
    """

    engine: str
    outcome: str
    detail: str
    interval: tuple[str, str] | None = None
    visible: str | None = None
    seconds: float = 0.0


@dataclass
class Counterexample:
    """An exact instance where the statement fails; lhs is the true value, rhs the statement's.

    at: symbol name -> exact text, or list of texts.  account: lines a reader can check by hand.
    """

    kind: str
    at: dict[str, Any]
    lhs: str
    relation: str
    rhs: str
    engine: str
    confirmed_by: str
    account: list[str] = field(default_factory=list)
    values: dict[Any, Any] = field(default_factory=dict, repr=False)


@dataclass
class Repair:
    """What would be true instead, judged like any claim.

    statement: the repaired statement (SymPy tree), or the missing hypothesis.
    why: one line.  difference: printed minus true, factored (None for a domain repair).
    """

    statement: sp.Basic
    why: str
    difference: sp.Expr | None
    verdict: str


@dataclass
class MutantTally:
    """How the mutants of a statement fared; `undetected` must be empty."""

    total: int = 0
    killed: int = 0
    equivalent: int = 0
    implied: int = 0
    true: int = 0
    undetected: list[str] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)


@dataclass
class ReadingVerdict:
    """The word under one reading; the first reading is primary."""

    name: str
    primary: bool
    verdict: str
    reason: str


@dataclass
class Verdict:
    """All that is known about one claim after judging it."""

    claim: Claim
    verdict: str
    reason: str
    refutes: str | None = None  # "formula", "domain", "proof line" or "prose"
    readings: list[ReadingVerdict] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    counterexample: Counterexample | None = None
    repair: Repair | None = None
    slack: dict[str, Any] | None = None
    trusted: list[str] = field(default_factory=list)
    boundary: list[dict[str, Any]] = field(default_factory=list)
    mutants: MutantTally | None = None
    derivation: list[Any] = field(default_factory=list)
    derived: dict[str, sp.Expr] = field(default_factory=dict)
    seconds: float = 0.0
    letters: dict[str, str] = field(default_factory=dict, repr=False)  # of the proof, as one reads


def weakest(words: list[str]) -> str:
    """The word of a parent from those of its parts: refuted if one is, else the weakest."""
    return min(words, key=WORDS.index) if words else "undecided"
