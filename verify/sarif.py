"""SARIF 2.1.0 (`--sarif`): what code-scanning pages show beside the line of a claim.

Every refuted or undecided claim is a result. One that the baseline expects is `unchanged` and
suppressed; one that makes the run fail is an error (undecided: a warning).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import refutable

from .verdict import Verdict

__all__ = ["document", "dumps"]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RULES = {
    "refuted": "A claim is false somewhere on its printed domain.",
    "undecided": "No engine could tell whether a claim holds.",
    "changed": "The verdict on a claim is not the one the baseline records.",
}


def dumps(
    verdicts: Sequence[Verdict], failing: Collection[Verdict], has_baseline: bool = False
) -> str:
    """The log as text."""
    return (
        json.dumps(document(verdicts, failing, has_baseline), indent=1, ensure_ascii=False) + "\n"
    )


def document(
    verdicts: Sequence[Verdict], failing: Collection[Verdict], has_baseline: bool = False
) -> dict[str, Any]:
    """The log as plain dicts and lists."""
    failed = {v.claim.id for v in failing}
    shown = [v for v in verdicts if v.verdict in RULES or v.claim.id in failed]
    driver = {
        "name": "refutable",
        "semanticVersion": refutable.__version__,
        "rules": [{"id": id, "shortDescription": {"text": text}} for id, text in RULES.items()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(v, v.claim.id in failed, has_baseline) for v in shown],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(v: Verdict, failed: bool, has_baseline: bool) -> dict[str, Any]:
    c = v.claim
    rule = v.verdict if v.verdict in RULES else "changed"
    where = f" ({c.locator})" if c.locator else ""
    out: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": list(RULES).index(rule),
        "level": ("warning" if v.verdict == "undecided" else "error") if failed else "note",
        "message": {"text": f"{c.id}{where} is {v.verdict}: {' '.join(v.reason.split())}"},
        "partialFingerprints": {"claim/v1": sha256(c.id.encode()).hexdigest()},
    }
    if c.file:
        location: dict[str, Any] = {"artifactLocation": {"uri": quote(c.file)}}
        if c.line:
            location["region"] = {"startLine": c.line}
        out["locations"] = [{"physicalLocation": location}]
    if has_baseline:
        out["baselineState"] = "new" if failed else "unchanged"
        if not failed:
            out["suppressions"] = [{"kind": "external", "justification": "in the baseline"}]
    return out
