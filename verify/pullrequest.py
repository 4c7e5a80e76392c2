"""Annotations on a pull request: GitHub's workflow commands, one line per failing claim."""

from __future__ import annotations

import os
from collections.abc import Collection

from .verdict import Verdict

__all__ = ["lines", "wanted"]


def wanted() -> bool:
    """Whether this runs inside a GitHub workflow."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def lines(failing: Collection[Verdict]) -> list[str]:
    """A `::error` (undecided: `::warning`) line for each, at the line of the claim."""
    return [_line(v) for v in failing]


def _line(v: Verdict) -> str:
    c = v.claim
    level = "warning" if v.verdict == "undecided" else "error"
    fields = {"file": c.file, "line": c.line, "title": f"{c.id} is {v.verdict}"}
    given = ",".join(f"{k}={_property(x)}" for k, x in fields.items() if x is not None)
    return f"::{level} {given}::{_data(' '.join(v.reason.split()))}"


def _data(text: object) -> str:
    return str(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: object) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
