"""Everything about a claim on one page of plain text, fit to be pasted into a mail.

What the paper states, the process it is about, the verdict, a counterexample that a reader can
check by hand, the correction, the derivation step by step, and what was not checked.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

import sympy as sp
from rich.console import Console

import refutable
from refutable.derivations.claim import Claim
from refutable.derivations.quantity import processes_of
from refutable.derivations.statement import Parts, Prose

from .derived import print_derived
from .empirical import told_directions
from .evidence import print_evidence
from .findings import print_counterexample, print_derivation, print_repair
from .finite import finite_optima
from .loader import LEMMAS_FILE, PAPERS, paper_files
from .page import Page
from .table import STYLE
from .typeset import sequences_of
from .verdict import Verdict
from .words import domain_lines, formula, process_lines

__all__ = [
    "REFUTES",
    "is_ours",
    "meaning_lines",
    "print_statement",
    "print_verdicts",
    "title_of",
    "used_names",
]

#: What a refutation hits, in words.
REFUTES = {
    "formula": "the formula",
    "domain": "only its domain",
    "proof line": "a line of the proof",
    "prose": "the prose",
}


def print_verdicts(verdicts: Sequence[Verdict], out: Console) -> None:
    """A page per claim; the parts of a claim that is shown too come as lines on its page."""
    page = Page(out)
    parts: dict[str, list[Verdict]] = {}
    for v in verdicts:
        parts.setdefault(v.claim.parent or "", []).append(v)
    shown = {v.claim.id for v in verdicts}
    for v in verdicts:
        if v.claim.parent in shown and len(shown) > 1 and _short(v):
            continue
        if v is not verdicts[0]:
            page.line()
            page.line("─" * min(page.width, 72), "dim")
        _one(v, parts.get(v.claim.id, []), page)


def _short(v: Verdict) -> bool:
    """A part that its parent's list of parts tells enough about."""
    return v.verdict in ("proved", "out of scope") and v.counterexample is None


def _one(v: Verdict, parts: Sequence[Verdict], page: Page) -> None:
    c = v.claim
    what = f" ({REFUTES[v.refutes]})" if v.refutes in REFUTES else ""
    page.line(f"{c.id}: {v.verdict}{what}", STYLE[v.verdict])
    title = title_of(c)
    page.text(heading(title, c.locator, c.kind), indent=0)
    if c.provenance != "printed":
        page.text(f"The formula is {c.provenance}, confidence {c.confidence}.", indent=0)
    print_statement(v, page)
    _processes(c, page)
    _verdict(v, page)
    if c.derive:
        print_derived(c, page)
    lines = finite_optima(c)
    if lines:
        page.heading("At finite sizes the optimum is")
        for line in lines:
            page.text(line)
    print_counterexample(v, page)
    print_repair(v, page)
    print_derivation(v, page)
    print_evidence(v, page)
    if parts:
        page.heading("Parts")
        rows = [(p.claim.id.removeprefix(f"{c.id}."), p.verdict, _stated(p.claim)) for p in parts]
        page.rows(rows)
    again = f"refutable show {c.id}" + ("" if is_ours(c) else f" --file {c.file}")
    page.line()
    page.line(f"Computed by refutable {refutable.__version__}: {again}", "dim")


def heading(*parts: str) -> str:
    """The parts in one line, what a later one says again left out.

    >>> heading("Smith 2020, Theorem 2", "Theorem 2, eq. (9)", "bound")
    'Smith 2020, Theorem 2, eq. (9), bound'
    """
    return ", ".join(dict.fromkeys(x for part in parts if part for x in part.split(", ")))


def is_ours(c: Claim) -> bool:
    """Is it a claim of the built-in papers, or one of the lemmas?"""
    return bool(c.file and c.file.startswith((PAPERS, LEMMAS_FILE)))


def title_of(c: Claim) -> str:
    """The first line of the claim file's docstring up to its colon, else the paper's key."""
    path = Path(c.file or "")
    if is_ours(c):
        path = next((p for p in paper_files() if p.name == path.name), path)
    try:
        doc = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    except (OSError, SyntaxError, ValueError):
        doc = ""
    title = doc.split("\n\n")[0].replace("\n", " ").partition(": ")[0].rstrip(".")
    return title if c.paper and len(title) < 120 and title else c.paper


def _stated(c: Claim) -> str:
    if isinstance(c.statement, Prose):
        return c.statement.text
    return formula(c.statement, sequences_of(c))


def print_statement(v: Verdict, page: Page) -> None:
    """What is stated, what its names stand for, and where."""
    c = v.claim
    page.heading("Stated")
    if isinstance(c.statement, Prose):
        page.text(c.statement.text)
    elif isinstance(c.statement, Parts):
        page.line("    all of its parts")
    else:
        page.formula(_stated(c))
    if c.empirical is not None:
        page.line("  of which training transformers tests (--full)")
        for text in told_directions(c):
            page.text(text, hang=4)
    rows = meaning_lines(c)
    if rows:
        page.line("  where")
        for r in rows:
            page.formula(r)
    for h in c.hypotheses:
        page.line("  under")
        page.formula(formula(h, sequences_of(c)))
    if c.domain:
        page.line("  for")
        for text in domain_lines(c.domain):
            page.text(text, hang=4)
    for label, more in (("mode", c.mode), ("convention", c.convention), ("note", c.note)):
        if more:
            page.text(f"{label}: {more}", indent=2, hang=4)


def meaning_lines(c: Claim) -> list[str]:
    """What the names in the statement stand for, a line each."""
    used = used_names(c)
    named = {**c.where, **c.quantities}
    rows = [(_name(s, value, c), _value(value, c)) for s, value in named.items() if s in used]
    return [f"{name} = {value}" for name, value in rows if name != value]


def used_names(c: Claim) -> set:
    """The names of `where` and `quantities` that the statement needs, directly or not."""
    table = {**c.where, **c.quantities}
    todo: list[sp.Basic] = [c.statement, *c.hypotheses]
    todo += [] if c.empirical is None else [c.empirical]
    used: set = set()
    while todo:
        e = todo.pop()
        found = e.free_symbols | {f.func for f in e.atoms(sp.core.function.AppliedUndef)}
        for s in (found & set(table)) - used:
            used.add(s)
            todo.append(table[s])
    return used


def _name(s: sp.Basic, value: sp.Basic, c: Claim) -> str:
    if not isinstance(value, sp.Lambda):
        return formula(s)
    return formula(s(*value.variables), sequences_of(c))


def _value(value: sp.Basic, c: Claim) -> str:
    return formula(value.expr if isinstance(value, sp.Lambda) else value, sequences_of(c))


def _processes(c: Claim, page: Page) -> None:
    for k, process in enumerate(processes_of(c.bound() if c.direction is None else c.direction)):
        if k == 0:
            page.heading("Process")
        first, *rest = process_lines(process)
        page.text(first, hang=4)
        for text in rest:
            page.text(text, indent=6, hang=4)


def _verdict(v: Verdict, page: Page) -> None:
    if v.counterexample is not None and not v.readings:
        return  # it says more than the line does
    page.heading("Verdict")
    page.text(f"{v.verdict}: {v.reason}")
    for r in v.readings:
        mark = " (the primary reading)" if r.primary else ""
        page.text(f"read as “{r.name}”{mark}: {r.verdict}: {r.reason}", hang=4)
