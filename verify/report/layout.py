"""The frame of every page: head, skip link, navigation, main, footer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from refutable.derivations.claim import Claim

from ..appendix.document import HEADING
from ..show import title_of
from .entry import Entry
from .formulas import Formulas
from .markup import Html, el, join

__all__ = ["SYMBOL", "anchor", "badge", "breakable", "by_paper", "file_names", "page", "paper_title", "table"]

#: A sign beside each word, so that colour alone says nothing.
SYMBOL = {
    "proved": "✓",
    "refuted": "✗",
    "supported": "≈",
    "undecided": "?",
    "out of scope": "–",
}


def page(title: str, body: object, formulas: Formulas, *, up: str = "", footer: str = "") -> str:
    """A whole page; `up` leads from it to the top folder ("" or "../")."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", f"{title} · refutable"),
        el("link", rel="icon", href="data:,"),
        el("link", rel="stylesheet", href=f"{up}report.css"),
        el("script", src=f"{up}report.js", defer=True),
    )
    nav = el(
        "nav",
        el("a", "All claims", href=f"{up}index.html"),
        el("a", "Errata", href=f"{up}errata.html"),
        el("a", "Verdict file", href=f"{up}verdicts.json"),
        aria_label="Report",
    )
    whole = el(
        "html",
        head,
        el(
            "body",
            el("a", "Skip to the content", href="#main", class_="skip"),
            formulas.defs(),
            el("header", nav),
            el("main", body, id="main", tabindex="-1"),
            el("footer", el("p", footer)),
        ),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{whole}\n"


def paper_title(c: Claim) -> str:
    """What the claim's paper is called, else what its file says that it is."""
    known = HEADING.get(c.paper)
    return known.replace("\\ ", " ") if known else title_of(c) or "Claims of your own"


def by_paper(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    """(paper, its entries), papers in the order of their first claim."""
    out: dict[str, list[Entry]] = {}
    for e in entries:
        out.setdefault(e.claim.paper or "", []).append(e)
    return list(out.items())


def badge(word: str) -> Html:
    """A verdict with its sign."""
    sign = el("span", SYMBOL.get(word, ""), aria_hidden="true")
    return el("span", sign, f" {word}", class_=f"badge {word.replace(' ', '-')}")


def table(caption: str, head: Sequence[str], rows: Iterable[object], **attributes: object) -> Html:
    """A table that scrolls by itself, by keyboard too, where it is too wide."""
    columns = el("tr", join(el("th", h, scope="col") for h in head))
    whole = el(
        "table", el("caption", caption), el("thead", columns), el("tbody", join(rows)), **attributes
    )
    return el("div", whole, class_="wide", tabindex="0", role="region", aria_label=caption)


def anchor(text: str) -> str:
    """The text as an id within a page."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-") or "x"


def breakable(id: str) -> Html:
    """An id that may be broken after its dots, where a column is narrow."""
    return join(id.split("."), join((".", el("wbr"))))


def file_names(ids: Iterable[str]) -> dict[str, str]:
    """Claim id -> name of its page, distinct even where capitals make no difference.

    >>> file_names(["t.S", "t.s"])
    {'t.S': 't.S.html', 't.s': 't.s-2.html'}
    """
    out: dict[str, str] = {}
    taken: set[str] = set()
    for id in ids:
        stem = quote(id, safe="").replace("%", "_")
        name, k = stem, 1
        while name.lower() in taken:
            k += 1
            name = f"{stem}-{k}"
        taken.add(name.lower())
        out[id] = f"{name}.html"
    return out
