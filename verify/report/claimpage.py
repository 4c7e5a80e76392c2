"""One page per claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..show import REFUTES, is_ours
from ..verdict import Verdict
from .entry import Entry
from .evidence import evidence_sections
from .figures import figure
from .formulas import Formulas
from .found import correction_section, counterexample_section, derivation_section
from .layout import badge, page, paper_title, table
from .markup import Html, el, join
from .series import plot_of
from .statement import process_section, stated, statement_section

__all__ = ["Site", "claim_page"]


@dataclass(frozen=True)
class Site:
    """What pages need to know of each other. files: claim id -> name of its page."""

    entries: Sequence[Entry]
    files: Mapping[str, str]
    footer: str
    seed: int = 0
    plots: bool = True
    sampling: bool = True


def claim_page(e: Entry, site: Site) -> str:
    """The page of one claim."""
    v, c = e.verdict, e.claim
    formulas = Formulas()
    body = join(
        (
            _heading(e, site),
            statement_section(e, formulas),
            process_section(c),
            _verdict(v),
            counterexample_section(e),
            correction_section(e, formulas),
            _plot(e, site),
            derivation_section(e, formulas),
            evidence_sections(v),
            _parts(e, site, formulas),
            _again(e),
        )
    )
    return page(c.id, body, formulas, up="../", footer=site.footer)


def _heading(e: Entry, site: Site) -> Html:
    v, c = e.verdict, e.claim
    what = f" ({REFUTES[v.refutes]})" if v.refutes in REFUTES else ""
    facts = ", ".join(x for x in (paper_title(c), c.locator, c.kind) if x)
    sure = None
    if c.provenance != "printed":
        sure = el("p", f"The formula is {c.provenance}, confidence {c.confidence}.")
    up = None
    if c.parent in site.files:
        up = el("p", "Part of ", el("a", c.parent, href=site.files[c.parent]), ".")
    return join((el("h1", c.id), el("p", badge(v.verdict), what), el("p", facts), sure, up))


def _verdict(v: Verdict) -> Html | None:
    if v.counterexample is not None and not v.readings:
        return None  # it says more than the line does
    items = []
    for r in v.readings:
        mark = " (the primary reading)" if r.primary else ""
        why = f": {r.reason}" if r.reason else ""
        items.append(el("li", f"read as “{r.name}”{mark}: {r.verdict}{why}"))
    readings = el("ul", join(items)) if items else None
    return el("section", el("h2", "Verdict"), el("p", f"{v.verdict}: {v.reason}"), readings)


def _plot(e: Entry, site: Site) -> Html | None:
    if not site.plots or e.derived is None:
        return None
    plot = plot_of(e.verdict, site.seed, site.sampling)
    if plot is None:
        return None
    title = "The bound and the truth" if plot.relation != "=" else "The statement and the truth"
    return el("section", el("h2", title), figure(plot, title))


def _parts(e: Entry, site: Site, formulas: Formulas) -> Html | None:
    parts = [p for p in site.entries if p.claim.parent == e.id]
    if not parts:
        return None
    rows = [
        el(
            "tr",
            el("th", el("a", p.id, href=site.files[p.id]), scope="row"),
            el("td", badge(p.verdict.verdict)),
            el("td", stated(p, formulas)),
        )
        for p in parts
    ]
    body = table(f"The parts of {e.id}", ("part", "verdict", "statement"), rows)
    return el("section", el("h2", "Parts"), body)


def _again(e: Entry) -> Html:
    c = e.claim
    command = f"refutable show {c.id}" + ("" if is_ours(c) else f" --file {c.file}")
    return el("section", el("h2", "Again"), el("p", "In a terminal: ", el("code", command)))
