"""The mutation table as a page: per claim what became of its wrong versions, and why not caught."""

from __future__ import annotations

from collections.abc import Sequence

from refutable.derivations.statement import Parts, Prose

from .readable import spoken
from .report.layout import paper_title
from .verdict import Verdict

__all__ = ["COMMAND", "markdown"]

COMMAND = "refutable mutants"
FATES = ("killed", "equivalent", "implied", "true")
INTRODUCTION = """\
A mutant is a true statement with one thing changed: a sign, an index, an exponent, a constant, a
relation. The engines judge it as they judge a claim, so that a claim's word is worth something only if
its mutants do not get the same word. Of a refuted claim with a repair, the repaired form is changed.
Some mutants of each claim are tried, in turn from every rule; `refutable mutants ID` tries all.

- *detected*: shown to be false, at an instance or by a proof of its opposite; far out by sampling, which
  is wrong with probability at most 10⁻⁹;
- *equivalent*: says the same as the statement, after normalisation;
- *implied*: weaker than the statement, so that it is true whenever the statement is;
- *true*: another statement, proved for a reason of its own;
- *undetected*: nothing told it from a true one in its time (`--mutant-seconds`). This is what must not be."""


def markdown(verdicts: Sequence[Verdict], command: str = COMMAND) -> str:
    """The whole page. command: what writes it, as a reader would type it."""
    stated = [v for v in verdicts if not isinstance(v.claim.statement, (Parts, Prose))]
    told = [v.mutants for v in stated if v.mutants is not None]
    counts = {f: sum(getattr(m, f) for m in told) for f in ("total", *FATES)}
    missed = sum(len(m.undetected) for m in told)
    lines = [
        "# Mutants",
        "",
        f"Written by `{command}`.",
        "",
        INTRODUCTION,
        "",
        f"{counts['total']} mutants of {len(told)} claims: {counts['killed']} detected,"
        f" {counts['equivalent']} equivalent, {counts['implied']} implied, {counts['true']} true,"
        f" {missed} undetected. {len(stated) - len(told)} claims have none; the table says why.",
        "",
    ]
    papers: dict[str, list[Verdict]] = {}
    for v in stated:
        papers.setdefault(paper_title(v.claim), []).append(v)
    for title, mine in papers.items():
        lines += [f"## {title}", "", *_table(mine), ""]
        rest = [line for v in mine for line in _not_detected(v)]
        if rest:
            lines += [f"### {title}: not detected, and why", "", *rest, ""]
    return "\n".join(lines).rstrip() + "\n"


def _table(verdicts: Sequence[Verdict]) -> list[str]:
    rows = [
        "| claim | tried | detected | equivalent | implied | true | undetected |",
        "|---|---|---|---|---|---|---|",
    ]
    for v in verdicts:
        m = v.mutants
        if m is None:
            rows.append(f"| `{v.claim.id}` | none: {_without(v)} | | | | | |")
            continue
        numbers = [m.total, *(getattr(m, f) for f in FATES), len(m.undetected)]
        rows.append(f"| `{v.claim.id}` | {' | '.join(map(str, numbers))} |")
    return rows


def _without(v: Verdict) -> str:
    if v.verdict == "refuted":
        return "false, and no true form was found"
    if v.verdict in ("undecided", "out of scope"):
        return v.verdict
    return "not asked for"


def _not_detected(v: Verdict) -> list[str]:
    rows = [row for row in (v.mutants.rows if v.mutants else ()) if row["fate"] != "killed"]
    if not rows:
        return []
    said = spoken(v)
    return [
        f"- `{v.claim.id}`, {said(row['change'])}: **{row['fate']}**"
        + (f" ({said(row['why'])})" if row["why"] else "")
        for row in rows
    ]
