"""Verdicts read back from a verdict file (`--json`), about the claims as they are loaded now.

A file holds formulas as text: a repair's statement comes back as that text. How to get the true
value of a counterexample by hand is told again by the exact engine. Nothing is judged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sympy as sp

from refutable.derivations.claim import Claim
from refutable.derivations.errors import PathNotFound, UsageError
from refutable.derivations.statement import Prose

from .confirm import account_of
from .instances import candidates, named
from .jsonout import SCHEMA, WORDS
from .typeset import sequences_of, tex
from .verdict import (
    Counterexample,
    Evidence,
    MutantTally,
    ReadingVerdict,
    Repair,
    Verdict,
)

__all__ = ["read", "restore"]


def read(path: str) -> dict[str, Any]:
    """The document; raises PathNotFound, or UsageError for what is no verdict file."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as err:
        raise PathNotFound(
            f"read the verdict file {path}; there is no such file; check it"
        ) from err
    except (OSError, ValueError) as err:
        raise UsageError(
            f"read the verdict file {path}; it is no JSON: {err}; write one with --json"
        ) from err
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA or not isinstance(data.get("claims"), list):
        raise UsageError(
            f"read the verdict file {path}; its schema is {schema!r}, not {SCHEMA!r};"
            " write one with `refutable verify --json FILE`"
        )
    return data


def restore(record: Mapping[str, Any], claim: Claim) -> Verdict:
    """The verdict of a record about this claim.

    Raises UsageError where the record is about another statement or is not as the schema says.
    """
    if record.get("statement") != tex(claim.statement, sequences_of(claim)):
        raise UsageError(
            f"use the verdict on {claim.id}; its statement is not the one that is loaded now;"
            " judge again with `refutable verify --json FILE`"
        )
    try:
        return _restored(record, claim)
    except (KeyError, TypeError, ValueError) as err:
        raise UsageError(
            f"use the verdict on {claim.id}; a field is missing or of another kind ({err});"
            " judge again with `refutable verify --json FILE`"
        ) from err


def _restored(r: Mapping[str, Any], claim: Claim) -> Verdict:
    if r["verdict"] not in WORDS:
        raise ValueError(f"{r['verdict']!r} is no verdict")
    x, repair, m = r["counterexample"], r["repair"], r["mutants"]
    return Verdict(
        claim,
        r["verdict"],
        r["reason"],
        r["refutes"],
        readings=[ReadingVerdict(**g, reason="") for g in r["readings"]],
        evidence=[_evidence(e) for e in r["evidence"]],
        counterexample=None if x is None else _counterexample(x, claim),
        repair=None if repair is None else _repair(repair),
        slack=r["slack"],
        trusted=list(r["trusted"]),
        boundary=list(r["boundary"]),
        mutants=None if m is None else MutantTally(**m),
    )


def _counterexample(x: Mapping[str, Any], claim: Claim) -> Counterexample:
    out = Counterexample(**x)
    primary = claim.read(claim.readings[0]) if claim.readings else claim
    at = next((at for at in candidates(primary)[0] if named(at) == out.at), None)
    if at is not None:
        out.values, out.account = at, account_of(primary.bound(), at)
    return out


def _evidence(e: Mapping[str, Any]) -> Evidence:
    interval = e["interval"]
    return Evidence(**{**e, "interval": None if interval is None else tuple(interval)})


def _repair(r: Mapping[str, Any]) -> Repair:
    difference = None if r["difference"] is None else sp.Symbol(r["difference"])
    return Repair(Prose(r["sympy"]), r["why"], difference, r["verdict"])
