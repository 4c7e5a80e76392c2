"""The upper half of a claim's page: what is stated, about which process."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from refutable.derivations.claim import Claim
from refutable.derivations.quantity import processes_of
from refutable.derivations.statement import Parts, Prose

from ..show import used_names
from ..typeset import sequences_of, tex
from ..words import domain_lines, process_lines
from .entry import Entry
from .formulas import Formulas
from .markup import Html, el, join

__all__ = ["definition_lists", "process_section", "stated", "statement_section"]


def statement_section(e: Entry, formulas: Formulas) -> Html:
    """The statement, the meaning of its letters, its hypotheses and domain."""
    return el(
        "section",
        el("h2", "Stated"),
        stated(e, formulas),
        _source(e),
        definition_lists(e.claim, formulas),
        class_="stated",
    )


def stated(e: Entry, formulas: Formulas) -> Html:
    """The statement alone."""
    statement = e.claim.statement
    if isinstance(statement, Prose):
        return el("p", statement.text)
    if isinstance(statement, Parts):
        return el("p", "All of its parts.")
    return formulas.display(e.record["statement"], "The statement")


def _source(e: Entry) -> Html | None:
    if isinstance(e.claim.statement, (Parts, Prose)):
        return None
    code = el("code", e.record["statement"])
    return el("details", el("summary", "LaTeX"), el("pre", code, tabindex="0"))


def definition_lists(c: Claim, formulas: Formulas, level: str = "h3") -> Html:
    """`where`, `under`, `for` and what else the claim says of its statement."""
    rows = list(_meanings(c))
    out: list[object] = []
    if rows:
        out += [el(level, "where"), el("ul", join(el("li", formulas.inline(r)) for r in rows))]
    if c.hypotheses:
        names = sequences_of(c)
        items = join(el("li", formulas.inline(tex(h, names))) for h in c.hypotheses)
        out += [el(level, "under"), el("ul", items)]
    if c.domain:
        items = join(el("li", text) for text in domain_lines(c.domain))
        out += [el(level, "for"), el("ul", items)]
    more = [("mode", c.mode), ("convention", c.convention), ("note", c.note)]
    out += [el("p", el("strong", label), f": {text}") for label, text in more if text]
    return join(out)


def _meanings(c: Claim) -> Iterator[str]:
    """`letter = what it stands for` as LaTeX, for the letters that the statement needs."""
    used, names = used_names(c), sequences_of(c)
    for s, value in {**c.where, **c.quantities}.items():
        if s not in used:
            continue
        if isinstance(value, sp.Lambda):
            yield f"{tex(s(*value.variables), names)} = {tex(value.expr)}"  # type: ignore[operator]
        else:
            yield f"{tex(s)} = {tex(value)}"


def process_section(c: Claim) -> Html | None:
    """The processes of the statement in words."""
    blocks = []
    for process in processes_of(c.bound()):
        first, *rest = process_lines(process)
        blocks.append(el("p", first))
        blocks.append(el("ul", join(el("li", text) for text in rest)))
    return el("section", el("h2", "Process"), join(blocks)) if blocks else None
