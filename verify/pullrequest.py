"""What a GitHub workflow shows: an annotation per failing claim, and a summary of the job.

Annotations are workflow commands, one line each; the summary is Markdown that is appended to the
file which GITHUB_STEP_SUMMARY names.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence

from .jsonout import tally
from .verdict import Verdict

__all__ = ["lines", "summary", "wanted", "write_summary"]


def wanted() -> bool:
    """Whether this runs inside a GitHub workflow."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def lines(failing: Collection[Verdict]) -> list[str]:
    """A `::error` (undecided: `::warning`) line for each, at the line of the claim."""
    return [_line(v) for v in failing]


def write_summary(verdicts: Sequence[Verdict], failing: Collection[Verdict]) -> None:
    """Append the summary where the workflow asks for it."""
    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if target:
        with open(target, "a", encoding="utf-8") as file:
            file.write(summary(verdicts, failing))


def summary(verdicts: Sequence[Verdict], failing: Collection[Verdict]) -> str:
    """How many claims came out as what, and a table of those that fail."""
    counts = ", ".join(f"{n} {word}" for word, n in tally(verdicts).items() if n)
    text = f"### refutable: {counts or 'no claim'}\n\n"
    if failing:
        text += "| claim | verdict | why |\n|---|---|---|\n"
        for v in failing:
            cells = (f"`{v.claim.id}`", v.verdict, _cell(v.reason))
            text += f"| {' | '.join(cells)} |\n"
        text += "\n"
    return text


def _cell(text: str) -> str:
    """Text in a table of Markdown: on one line, its signs for what they are."""
    one = " ".join(text.split()).replace("\\", "\\\\")
    for sign in "|<*_`[":
        one = one.replace(sign, f"\\{sign}")
    return one


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
