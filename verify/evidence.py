"""The lower half of a page: evidence, boundary, slack, mutants, trust, and what was not checked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .exacttext import instance_text
from .lemmas import said
from .page import Page
from .verdict import Verdict

__all__ = ["detail_text", "not_checked", "print_evidence"]

LONG = 30  # characters of an exact number; longer ones are rounded on the page
#: Engines that a full run may use.
ENGINES = ("symbolic", "exact", "certificate", "montecarlo", "transformer")


def print_evidence(v: Verdict, page: Page) -> None:
    """All of it, for one verdict."""
    if v.evidence:
        page.heading("Evidence")
        page.rows([(e.engine, e.outcome, detail_text(e)) for e in v.evidence])
    _boundary(v, page)
    _slack(v, page)
    _mutants(v, page)
    if v.trusted:
        page.heading("Rests on lemmas that were not derived here")
        for id in v.trusted:
            page.text(f"{id}: {said(id)}" if said(id) else id, hang=4)
    missing = not_checked(v)
    if missing:
        page.heading("Not checked")
        for text in missing:
            page.text(text, hang=2)


def detail_text(e: Any) -> str:
    """What an engine says, with its interval and its power."""
    text = e.detail
    if e.interval is not None:
        text += f"; interval [{e.interval[0]}, {e.interval[1]}]"
    if e.visible is not None:
        text += f"; would have seen a deviation of {e.visible}"
    return text


def _boundary(v: Verdict, page: Page) -> None:
    if not v.boundary:
        return
    page.heading("At the boundary of the domain")
    rows = []
    for row in v.boundary:
        sides = f"{_short(row['lhs'])} against {_short(row['rhs'])}" if row.get("lhs") else ""
        rows.append((row["corner"], row["outcome"], instance_text(row.get("instance", {})), sides))
    page.rows(rows)


def _short(number: str) -> str:
    """The number as it is, or rounded where it is long: the verdict file has all of it."""
    if len(number) <= LONG:
        return number
    num, _, den = number.partition("/")
    try:
        return f"≈ {Decimal(num) / Decimal(den or 1):.6g}"
    except ArithmeticError:  # no quotient of whole numbers
        return f"{number[:LONG]}…"


def _slack(v: Verdict, page: Page) -> None:
    if not v.slack:
        return
    page.heading("Slack: how far the bound is from the truth")
    for row in v.slack.get("links", [v.slack]):
        if "smallest ratio" in row:
            page.text(
                f"{row['bound']} bound: between {row['smallest ratio']} ({instance_text(row['smallest at'])})"
                f" and {row['largest ratio']} ({instance_text(row['largest at'])}) of the other side,"
                f" over {row['instances']} instances",
                hang=4,
            )
        empty = row.get("says nothing at")
        if row.get("vacuous"):
            page.text(f"{row['bound']} bound: vacuous: it says nothing at any instance", hang=4)
        elif empty:
            where = row.get("says nothing where")
            told = f"for {where} ({empty}" if where else f"at {empty}"
            page.text(
                f"it says nothing {told} of {row['instances']} instances{')' * bool(where)}", hang=4
            )


def _mutants(v: Verdict, page: Page) -> None:
    m = v.mutants
    if m is None or not m.total:
        return
    page.heading("Wrong versions of the " + ("correction" if v.repair else "statement"))
    counts = [f"{getattr(m, w)} {w}" for w in ("killed", "equivalent", "implied", "true")]
    shown = ", ".join(c for c in counts if not c.startswith("0 "))
    page.text(f"{m.total} tried: {shown}{f', {len(m.undetected)} undetected' * bool(m.undetected)}")
    for row in m.rows:
        if row["fate"] != "killed":
            why = f" ({row['why']})" if row.get("why") else ""
            page.text(f"{row['fate']}: {row['change']}{why}", indent=6, hang=4)


def not_checked(v: Verdict) -> list[str]:
    """What no engine looked at, and why."""
    if v.verdict == "out of scope":
        return []
    seen = {e.engine for e in v.evidence if e.outcome != "skipped"}
    if v.counterexample is not None:
        seen |= {v.counterexample.engine, v.counterexample.confirmed_by}
        return []
    out = [f"{e.engine}: {e.detail}" for e in v.evidence if e.outcome == "skipped"]
    silent = [e for e in ENGINES if e not in seen and not any(t.startswith(e) for t in out)]
    if silent and v.evidence:
        out.append(f"no evidence from: {', '.join(silent)}")
    return out
