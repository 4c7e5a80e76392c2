"""The first page: how many claims got which word, and a table per paper."""

from __future__ import annotations

from collections.abc import Sequence

from ..show import REFUTES
from .claimpage import Site
from .entry import Entry
from .formulas import Formulas
from .layout import anchor, badge, breakable, by_paper, page, paper_title, table
from .markup import Html, el, join

__all__ = ["index_page"]

WORDS = {
    "proved": "holds on the whole printed domain: derived from the process, or certified",
    "refuted": "false somewhere on the printed domain, with an exact counterexample",
    "supported": "no proof; exact instances and sampling agree, within stated error rates",
    "undecided": "no engine could tell; never counted as passed",
    "out of scope": "no formal reading, or a part that no engine can express",
}
HEAD = ("claim", "verdict", "where", "kind", "what was found")


def index_page(site: Site, summary: dict[str, int]) -> str:
    """The tables of all claims."""
    papers = by_paper(site.entries)
    body = join(
        (
            el("h1", "Verdicts"),
            _summary(summary),
            _contents(papers),
            _filters(site.entries, papers),
            join(_paper(name, entries, site) for name, entries in papers),
        )
    )
    return page("Verdicts", body, Formulas(), footer=site.footer)


def _summary(summary: dict[str, int]) -> Html:
    rows = [
        el(
            "tr",
            el("th", badge(word), scope="row"),
            el("td", summary.get(word, 0), class_="number"),
            el("td", meaning),
        )
        for word, meaning in WORDS.items()
    ]
    return table("How the claims came out", ("verdict", "claims", "meaning"), rows)


def _contents(papers: Sequence[tuple[str, list[Entry]]]) -> Html | None:
    if len(papers) < 2:
        return None
    items = join(
        el("li", el("a", paper_title(entries[0].claim), href=f"#{_id(name)}")) for name, entries in papers
    )
    return el("nav", el("ul", items), aria_label="Papers")


def _id(name: str) -> str:
    return f"paper-{anchor(name or 'own')}"


def _filters(entries: Sequence[Entry], papers: Sequence[tuple[str, list[Entry]]]) -> Html:
    """Shown by the script only: without it, it could do nothing."""
    kinds = sorted({e.claim.kind for e in entries})
    return el(
        "form",
        el("p", el("label", "Text ", el("input", type="search", id="f-text", name="text"))),
        _choice("verdict", "Verdict", list(WORDS)),
        _choice("kind", "Kind", kinds),
        el(
            "p",
            el("label", el("input", type="checkbox", id="f-parts", checked=True), " with parts"),
        ),
        el("p", "", role="status", id="f-status"),
        id="filters",
        hidden=True,
        role="search",
        aria_label="Filter the claims",
    )


def _choice(name: str, label: str, values: Sequence[str]) -> Html:
    options = [el("option", "any", value=""), *(el("option", v, value=v) for v in values)]
    return el("p", el("label", f"{label} ", el("select", join(options), id=f"f-{name}", name=name)))


def _paper(name: str, entries: Sequence[Entry], site: Site) -> Html:
    title = paper_title(entries[0].claim)
    body = table(f"Claims of {title}", HEAD, [_row(e, site) for e in entries], class_="claims")
    return el("section", el("h2", title), body, id=_id(name))


def _row(e: Entry, site: Site) -> Html:
    v, c = e.verdict, e.claim
    part = c.parent in site.files
    link = el("a", breakable(c.id), href=f"claims/{site.files[c.id]}")
    what = f" ({REFUTES[v.refutes]})" if v.refutes in REFUTES else ""
    return el(
        "tr",
        el("th", link, scope="row"),
        el("td", badge(v.verdict), what),
        el("td", c.locator),
        el("td", c.kind),
        el("td", v.reason, class_="reason"),
        data_verdict=v.verdict,
        data_kind=c.kind,
        class_="part" if part else None,
    )
