"""The lower half of a claim's page: engines, boundary, slack, wrong versions, trust."""

from __future__ import annotations

from typing import Any

from ..evidence import detail_text, not_checked
from ..exacttext import instance_text
from ..verdict import Verdict
from .layout import table
from .markup import Html, el, join

__all__ = ["evidence_sections"]


def evidence_sections(v: Verdict) -> Html:
    """All of it, for one verdict."""
    return join((_engines(v), _boundary(v), _slack(v), _mutants(v), _trusted(v), _open(v)))


def _row(first: object, *cells: object) -> Html:
    return el("tr", el("th", first, scope="row"), join(el("td", c) for c in cells))


def _engines(v: Verdict) -> Html | None:
    if not v.evidence:
        return None
    rows = [_row(e.engine, e.outcome, detail_text(e)) for e in v.evidence]
    body = table("What each engine found", ("engine", "outcome", "detail"), rows)
    return el("section", el("h2", "Evidence"), body)


def _boundary(v: Verdict) -> Html | None:
    if not v.boundary:
        return None
    rows = [
        _row(
            r["corner"],
            r["outcome"],
            instance_text(r.get("instance") or {}),
            f"{r['lhs']} against {r['rhs']}" if r.get("lhs") else "",
        )
        for r in v.boundary
    ]
    head = ("corner", "outcome", "instance", "sides")
    body = table("The statement at the boundary of its domain", head, rows)
    return el("section", el("h2", "Boundary"), body)


def _slack(v: Verdict) -> Html | None:
    if not v.slack:
        return None
    rows = [_slack_row(row) for row in v.slack.get("links", [v.slack])]
    head = ("bound", "smallest ratio", "largest ratio", "instances", "says nothing at")
    body = table("The true side as a share of the other one", head, rows)
    return el("section", el("h2", "Slack: how far the bound is from the truth"), body)


def _slack_row(row: dict[str, Any]) -> Html:
    def ratio(which: str) -> str:
        if f"{which} ratio" not in row:
            return ""
        return f"{row[f'{which} ratio']} at {instance_text(row[f'{which} at'])}"

    empty = "all: it is vacuous" if row.get("vacuous") else row.get("says nothing at") or "none"
    return _row(row["bound"], ratio("smallest"), ratio("largest"), row["instances"], empty)


def _mutants(v: Verdict) -> Html | None:
    m = v.mutants
    if m is None or not m.total:
        return None
    what = "correction" if v.repair else "statement"
    counts = [f"{getattr(m, w)} {w}" for w in ("killed", "equivalent", "implied", "true")]
    shown = [c for c in counts if not c.startswith("0 ")]
    shown += [f"{len(m.undetected)} undetected"] if m.undetected else []
    rows = [_row(r["change"], r["fate"], r.get("why", "")) for r in m.rows]
    details = None
    if rows:
        body = table("Wrong versions and their fate", ("change", "fate", "why"), rows)
        details = el("details", el("summary", "All of them"), body)
    missed = el("ul", join(el("li", f"undetected: {u}") for u in m.undetected))
    return el(
        "section",
        el("h2", f"Wrong versions of the {what}"),
        el("p", f"{m.total} tried: {', '.join(shown)}."),
        missed if m.undetected else None,
        details,
    )


def _trusted(v: Verdict) -> Html | None:
    if not v.trusted:
        return None
    items = el("ul", join(el("li", t) for t in v.trusted))
    return el("section", el("h2", "Rests on lemmas that were not derived here"), items)


def _open(v: Verdict) -> Html | None:
    missing = not_checked(v)
    if not missing:
        return None
    items = el("ul", join(el("li", t) for t in missing))
    return el("section", el("h2", "Not checked"), items)
