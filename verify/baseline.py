"""The baseline: what every claim of the papers came out as when somebody last looked.

It holds ids and words only. It is read after judging and changes no verdict; it decides whether a
known erratum fails a run (it does not) and whether a change does (it does).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import refutable
from refutable.derivations.errors import UsageError

from .outfile import write_text
from .verdict import WORDS, Verdict

__all__ = ["DEFAULT", "SCHEMA", "Difference", "compare", "failing", "read", "write"]

SCHEMA = "refutable.baseline/1"
#: The committed baseline of the papers.
DEFAULT = Path(refutable.__file__).parent / "baseline.json"

#: How much a word says. With engines switched off, a run may say less than the baseline.
_SAYS = {"proved": 2, "refuted": 2, "supported": 1, "undecided": 0, "out of scope": 0}


@dataclass(frozen=True)
class Difference:
    """A claim whose word is not the baseline's; None: not there."""

    id: str
    expected: str | None
    found: str | None

    def __str__(self) -> str:
        if self.expected is None:
            return f"{self.id} is {self.found} and not in the baseline"
        if self.found is None:
            return f"{self.id} was {self.expected} and is gone"
        return f"{self.id} was {self.expected} and is {self.found}"


def read(path: Path) -> dict[str, str]:
    """Id -> word. Raises UsageError for a file that is no baseline."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        words = data["claims"]
        good = data["schema"] == SCHEMA and all(w in WORDS for w in words.values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as err:
        raise UsageError(
            f"read the baseline {path}; {type(err).__name__}: {err};"
            " write it anew with --write-baseline"
        ) from err
    if not good:
        raise UsageError(
            f"read the baseline {path}; it is no {SCHEMA} file; write it anew with --write-baseline"
        )
    return dict(words)


def write(
    path: str | Path, verdicts: Sequence[Verdict], keep: Mapping[str, str] | None = None
) -> None:
    """Write the words of these verdicts; `keep` are the words of claims that were not judged."""
    words = {**(keep or {}), **{v.claim.id: v.verdict for v in verdicts}}
    text = json.dumps({"schema": SCHEMA, "claims": dict(sorted(words.items()))}, indent=1)
    write_text(path, text)


def compare(
    verdicts: Sequence[Verdict],
    baseline: Mapping[str, str],
    *,
    engines_off: bool = False,
    transformers: bool = False,
    whole: bool = False,
) -> list[Difference]:
    """Where the words differ from the baseline.

    engines_off: some engine was switched off, so a word that says less is no difference; one that
    says the contrary (proved, refuted) or more always is.
    transformers: they were trained too, which a baseline knows nothing of: `supported` or
    `undecided` where it has `out of scope` is no difference.
    whole: every claim was selected, so one that the baseline knows and the run does not is gone.
    """
    out = []
    for v in verdicts:
        expected = baseline.get(v.claim.id)
        if expected == v.verdict:
            continue
        weaker = expected is not None and _SAYS[v.verdict] < _SAYS[expected]
        trained = expected == "out of scope" and v.verdict in ("supported", "undecided")
        if not ((engines_off and weaker) or (transformers and trained)):
            out.append(Difference(v.claim.id, expected, v.verdict))
    if whole:
        judged = {v.claim.id for v in verdicts}
        out += [Difference(i, word, None) for i, word in baseline.items() if i not in judged]
    return out


def failing(
    verdicts: Sequence[Verdict],
    differences: Collection[Difference] | None,
    fail_on: str = "undecided",
) -> list[Verdict]:
    """The verdicts that make a run fail (exit code 1).

    With a baseline (`differences` is not None) those that differ from it; without one, those that
    are refuted or, unless `fail_on` is "refuted", undecided.
    """
    if differences is not None:
        changed = {d.id for d in differences}
        return [v for v in verdicts if v.claim.id in changed]
    bad = {"refuted"} if fail_on == "refuted" else {"refuted", "undecided"}
    return [v for v in verdicts if v.verdict in bad]
