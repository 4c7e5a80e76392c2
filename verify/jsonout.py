"""The verdict file (`--json`), schema `refutable.verdicts/1`.

The same inputs, version and seed give the same bytes, apart from `seconds`: no date, no host, no
order of completion enters. Fields that do not apply are null.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, ClassVar

import sympy as sp
from sympy.printing.str import StrPrinter

import refutable
from refutable.derivations.quantity import Tag
from refutable.derivations.statement import Rel

from .typeset import sequences_of, tex
from .verdict import Counterexample, Evidence, MutantTally, Repair, Verdict

__all__ = ["BUDGET", "SCHEMA", "WORDS", "document", "dumps", "record", "tally"]

SCHEMA = "refutable.verdicts/1"
#: The error rates of a whole run: every stochastic check has its share of these.
BUDGET = {"false_alarm": 1e-9, "false_pass": 1e-6}
#: The words in the order of the summary.
WORDS = ("proved", "refuted", "supported", "undecided", "out of scope")


def dumps(verdicts: Sequence[Verdict], seed: int) -> str:
    """The document as text."""
    return json.dumps(document(verdicts, seed), indent=1, ensure_ascii=False) + "\n"


def document(verdicts: Sequence[Verdict], seed: int) -> dict[str, Any]:
    """The document as plain dicts and lists, in the order of the verdicts."""
    return {
        "schema": SCHEMA,
        "version": refutable.__version__,
        "seed": seed,
        "budget": BUDGET,
        "claims": [record(v) for v in verdicts],
        "summary": tally(verdicts),
    }


def tally(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """How many claims got each word; all five words are there."""
    return {word: sum(v.verdict == word for v in verdicts) for word in WORDS}


def record(v: Verdict) -> dict[str, Any]:
    """One verdict as the schema has it."""
    c, names = v.claim, sequences_of(v.claim)
    return {
        "id": c.id,
        "parent": c.parent,
        "paper": c.paper or None,
        "locator": c.locator or None,
        "kind": c.kind,
        "file": c.file,
        "line": c.line,
        "provenance": c.provenance,
        "confidence": plain(c.confidence),
        "statement": tex(c.statement, names),
        "verdict": v.verdict,
        "refutes": v.refutes,
        "reason": " ".join(v.reason.split()),
        "readings": [
            {"name": r.name, "primary": r.primary, "verdict": r.verdict} for r in v.readings
        ],
        "evidence": [_evidence(e) for e in v.evidence],
        "counterexample": _counterexample(v.counterexample),
        "repair": _repair(v.repair, names),
        "slack": plain(v.slack),
        "trusted": list(v.trusted),
        "boundary": plain(v.boundary),
        "mutants": _mutants(v.mutants),
    }


def _evidence(e: Evidence) -> dict[str, Any]:
    return {
        "engine": e.engine,
        "outcome": e.outcome,
        "detail": " ".join(e.detail.split()),
        "interval": plain(e.interval),
        "visible": plain(e.visible),
        "seconds": round(e.seconds, 3),
    }


def _counterexample(x: Counterexample | None) -> dict[str, Any] | None:
    if x is None:
        return None
    return {
        "kind": x.kind,
        "at": plain(x.at),
        "lhs": x.lhs,
        "relation": x.relation,
        "rhs": x.rhs,
        "engine": x.engine,
        "confirmed_by": x.confirmed_by,
    }


def _repair(r: Repair | None, names: set[str]) -> dict[str, Any] | None:
    if r is None:
        return None
    return {
        "statement": tex(r.statement, names),
        "sympy": sympy_text(r.statement),
        "why": " ".join(r.why.split()),
        "difference": None if r.difference is None else tex(r.difference, names),
        "verdict": r.verdict,
    }


def _mutants(m: MutantTally | None) -> dict[str, Any] | None:
    if m is None:
        return None
    counts = {k: getattr(m, k) for k in ("total", "killed", "equivalent", "implied", "true")}
    return {**counts, "undetected": list(m.undetected)}


class _SympyText(StrPrinter):
    """Our relations in SymPy's words: Eq, Ne, Le, Lt, Ge, Gt."""

    printmethod = "_sympytext"
    names: ClassVar = {"=": "Eq", "!=": "Ne", "<=": "Le", "<": "Lt", ">=": "Ge", ">": "Gt"}

    def _print_Rel(self, e: Rel) -> str:
        return f"{self.names[e.op]}({self._print(e.lhs)}, {self._print(e.rhs)})"

    def _print_Tag(self, e: Tag) -> str:
        return e.process.name


def sympy_text(e: sp.Basic) -> str:
    """The expression or statement as text in SymPy's syntax."""
    return _SympyText().doprint(e)


def plain(x: object) -> Any:
    """The value in terms of JSON: exact numbers become texts, containers are gone through."""
    if x is None or isinstance(x, (bool, int, str)):
        return x
    if isinstance(x, float):
        return repr(x)
    if isinstance(x, dict):
        return {str(k): plain(v) for k, v in x.items()}
    if isinstance(x, (set, frozenset)):
        return sorted((plain(v) for v in x), key=str)
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    return str(x) if isinstance(x, Fraction) else sp.sstr(x)
