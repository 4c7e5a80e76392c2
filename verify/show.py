"""Everything about a claim on one page of plain text, fit to be pasted into a mail.

What the paper states, the process it is about, the verdict, a counterexample that a reader can
check by hand, the correction, the derivation step by step, and what was not checked.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import sympy as sp
from rich.console import Console

from refutable.derivations.claim import Claim
from refutable.derivations.quantity import Mean, Prob, processes_of
from refutable.derivations.statement import Parts, Prose

from .abbreviate import changed, with_letters
from .evidence import print_evidence
from .page import Page
from .table import STYLE
from .typeset import sequences_of
from .untex import untex
from .verdict import Verdict
from .words import domain_lines, formula, process_lines

__all__ = ["print_verdicts"]

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
    page.text(", ".join(x for x in (title, c.locator, c.kind) if x), indent=0)
    if c.provenance != "printed":
        page.text(f"The formula is {c.provenance}, confidence {c.confidence}.", indent=0)
    _statement(v, page)
    _processes(c, page)
    _verdict(v, page)
    _counterexample(v, page)
    _repair(v, page)
    _derivation(v, page)
    print_evidence(v, page)
    if parts:
        page.heading("Parts")
        rows = [(p.claim.id.removeprefix(f"{c.id}."), p.verdict, _stated(p.claim)) for p in parts]
        page.rows(rows)


def title_of(c: Claim) -> str:
    """The first line of the claim file's docstring up to its colon, else the paper's key."""
    from .loader import PAPERS, paper_files

    path = Path(c.file or "")
    if c.file and c.file.startswith(PAPERS):
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


def _statement(v: Verdict, page: Page) -> None:
    c = v.claim
    page.heading("Stated")
    if isinstance(c.statement, Prose):
        page.text(c.statement.text)
    elif isinstance(c.statement, Parts):
        page.line("    all of its parts")
    else:
        page.formula(_stated(c))
    used = _used(c)
    rows = []
    for s, value in {**c.where, **c.quantities}.items():
        if s in used:
            rows.append(f"{_name(s, value, c)} = {_value(value)}")
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


def _used(c: Claim) -> set:
    """The names of `where` and `quantities` that the statement needs, directly or not."""
    table = {**c.where, **c.quantities}
    todo: list[sp.Basic] = [c.statement, *c.hypotheses]
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


def _value(value: sp.Basic) -> str:
    return formula(value.expr if isinstance(value, sp.Lambda) else value)


def _processes(c: Claim, page: Page) -> None:
    for k, process in enumerate(processes_of(c.bound())):
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


def _counterexample(v: Verdict, page: Page) -> None:
    x = v.counterexample
    if x is None:
        return
    page.heading("Counterexample")
    page.text(", ".join(f"{formula(sp.Symbol(k))} = {_instance(val)}" for k, val in x.at.items()))
    relation = {"<=": "≤", ">=": "≥", "!=": "≠"}.get(x.relation, x.relation)
    stated = f"{relation} {x.rhs}".removeprefix("= ")
    page.rows([("true value", x.lhs), ("stated", stated)])
    page.text(f"found by the {x.engine} engine, confirmed by the {x.confirmed_by} engine")
    lines = [a for a in x.account if a.partition(" = ")[0] not in x.at]
    if lines:
        page.line("  By hand")
        for text in lines:
            page.text(_readable(text, v), hang=4)


def _instance(value: object) -> str:
    return f"({', '.join(map(str, value))})" if isinstance(value, (list, tuple)) else str(value)


def _readable(text: str, v: Verdict) -> str:
    """The line, with the claim's quantities (at the instance) in our notation."""
    x = v.counterexample
    at = {k: e for k, e in (x.values if x else {}).items() if isinstance(e, sp.Expr)}
    for node in v.claim.bound().atoms(Mean, Prob):
        here = node.xreplace(at)
        text = text.replace(str(here), formula(here))
    return text


def _repair(v: Verdict, page: Page) -> None:
    r, c = v.repair, v.claim
    if r is None:
        return
    names = sequences_of(c)
    if v.refutes == "domain" or r.difference is None:
        page.heading(f"What is missing ({r.verdict} with it)")
        page.formula(formula(r.statement, names))
        return
    page.heading(f"Correction ({r.verdict})")
    repaired = with_letters(r.statement, c)
    page.formula(formula(repaired, names))
    parts = changed(c.statement, repaired)
    if parts is not None and parts != (c.statement, repaired) and _smaller(parts, c.statement):
        old, new = (formula(p, names) for p in parts)
        page.text(f"printed: {old}", indent=2, hang=4)
        page.text(f"correct: {new}", indent=2, hang=4)
    else:
        page.text(r.why, indent=2, hang=4)
    page.line("  printed minus true")
    page.formula(formula(r.difference, names))


def _smaller(parts: tuple[sp.Basic, sp.Basic], whole: sp.Basic) -> bool:
    return max(sp.count_ops(p) for p in parts) * 2 <= max(sp.count_ops(whole), 1)


def _derivation(v: Verdict, page: Page) -> None:
    from .derivation import derivation_lines

    c = v.claim
    if isinstance(c.statement, (Parts, Prose)) or v.verdict == "out of scope":
        return
    if v.repair is not None and v.repair.difference is not None:
        c = replace(c, statement=v.repair.statement, where=MappingProxyType({}), readings=())
    elif v.repair is not None:
        c = replace(c, hypotheses=(*c.hypotheses, v.repair.statement))
    lines = [x for x in derivation_lines(c) if not _trivial(x.latex)]
    if not lines:
        return
    page.heading("Derivation, from the process alone")
    if any(r"\overline{x}" in x.latex for x in lines):
        page.text("x̄^name is the mean of the batch “name”.", indent=2)
    for k, x in enumerate(lines, 1):
        page.line(f"  {k}. {x.rule}")
        page.formula(untex(x.latex), indent=6)
        if x.checked and x.checked != "proof line":
            page.text(f"checked: {x.checked}", indent=6, hang=4)


def _trivial(latex: str) -> bool:
    left, equals, right = latex.partition(" = ")
    return bool(equals) and left == right
