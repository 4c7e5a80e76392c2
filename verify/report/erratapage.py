"""What a paper's author can act on: printed, true, how to see it, what rests on it."""

from __future__ import annotations

from collections.abc import Sequence

from ..errata import dependents, errata, label, provenance, scan_like
from ..exacttext import instance_text
from ..show import REFUTES
from .claimpage import Site
from .entry import Entry
from .formulas import Formulas
from .found import correction_section, counterexample_section
from .layout import anchor, breakable, by_paper, page, paper_title, table
from .markup import Html, el, join
from .statement import definition_lists, stated

__all__ = ["errata_page"]

INTRODUCTION = (
    "A statement is listed when it is false somewhere on its printed domain. “The formula” means"
    " that it differs from what the process gives; “only its domain”, that it holds once the missing"
    " hypothesis is added; “a line of the proof”, that this line is wrong, whatever becomes of the"
    " theorem. Every value here is computed from the process; nothing was typed in."
)


def errata_page(site: Site) -> str:
    """The page of everything that was refuted."""
    formulas = Formulas()
    known = {e.id: e for e in site.entries}
    found = [known[v.claim.id] for v in errata(e.verdict for e in site.entries)]
    papers = by_paper(found)
    body: list[object] = [el("h1", "Errata"), el("p", INTRODUCTION)]
    if not found:
        body.append(el("p", "No statement of this report was refuted."))
    for name, entries in papers:
        title = paper_title(entries[0].claim)
        body.append(el("h2", title, id=f"paper-{anchor(name or 'own')}"))
        body.append(_overview(title, entries, site))
        body += [_entry(e, site, formulas) for e in entries]
    return page("Errata", join(body), formulas, footer=site.footer)


def _id(e: Entry, site: Site) -> str:
    return f"erratum-{anchor(site.files[e.id].removesuffix('.html'))}"


def _overview(title: str, entries: Sequence[Entry], site: Site) -> Html:
    rows = []
    for e in entries:
        x = e.verdict.counterexample
        rows.append(
            el(
                "tr",
                el("th", el("a", e.claim.locator or e.id, href=f"#{_id(e, site)}"), scope="row"),
                el("td", breakable(e.id)),
                el("td", REFUTES.get(e.verdict.refutes or "", "")),
                el("td", (instance_text(x.at) or "everywhere") if x else ""),
            )
        )
    return table(f"Errata of {title}", ("where", "claim", "what is wrong", "smallest instance"), rows)


def _entry(e: Entry, site: Site, formulas: Formulas) -> Html:
    c, v = e.claim, e.verdict
    scan = None
    if scan_like(v):
        scan = el(
            "p",
            el("strong", "Look at the printed page first: "),
            "the difference is one that a scan or a reconstruction can make.",
            class_="note",
        )
    link = el("a", f"Everything about {c.id}", href=f"claims/{site.files[c.id]}")
    return el(
        "article",
        el("h3", c.locator or c.id),
        el("p", f"{c.kind}; {REFUTES.get(v.refutes or '', 'false')}; {provenance(c)}."),
        scan,
        el("h4", label(c)),
        stated(e, formulas),
        definition_lists(c, formulas, "h5"),
        counterexample_section(e, "h4"),
        correction_section(e, formulas, "h4") or el("p", "No correction was found and proved."),
        _consequences(e, site),
        el("p", link, ", derivation included."),
        id=_id(e, site),
        class_="erratum",
    )


def _consequences(e: Entry, site: Site) -> Html:
    leaning, safe = dependents(e.verdict, [x.verdict for x in site.entries])
    out = [el("h4", "Consequences")]
    if leaning:
        out.append(el("p", "Rests on it: ", _links(leaning, site), "."))
    else:
        out.append(el("p", "No other statement of this report rests on it."))
    if safe:
        out.append(el("p", "Not touched, proved on their own: ", _links(safe, site), "."))
    return join(out)


def _links(ids: Sequence[str], site: Site) -> Html:
    return join([el("a", i, href=f"claims/{site.files[i]}") for i in ids], ", ")
