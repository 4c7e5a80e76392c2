"""One claim in the document: statement, process, verdict, derivation, counterexample, repair.

A line of a derivation is printed once and numbered; where another claim needs it again, its number
is named. What is said of a process is said once, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import sympy as sp

from refutable.derivations.claim import Claim
from refutable.derivations.quantity import processes_of
from refutable.derivations.statement import Prose
from refutable.derivations.story import Line

from ..derivation import PROOF_LINE, segments
from ..errata import scan_like
from ..exacttext import exact_text, instance_text, side_text
from ..findings import (
    account_lines,
    adds_hypothesis,
    correction,
    derived_claim,
    finders,
    has_truth,
    of_process,
    telling_lines,
)
from ..show import REFUTES, used_names
from ..typeset import sequences_of, tex
from ..verdict import Verdict
from ..words import domain_lines, process_lines
from .displays import display, inline
from .words import escape, set_words

__all__ = ["Numbers", "entry", "parent_entry"]

LONGEST_ACCOUNT = 14
FEW_STEPS = 2  # of a proof, that are told in one sentence


@dataclass
class Numbers:
    """What was printed before, and under which number."""

    lines: dict[tuple[str, ...], int] = field(default_factory=dict)
    processes: dict[tuple[str, ...], tuple[int, str]] = field(default_factory=dict)

    def number(self, key: tuple[str, ...]) -> tuple[int, bool]:
        """(the number of a line, is it new?)."""
        new = key not in self.lines
        return self.lines.setdefault(key, len(self.lines) + 1), new


def parent_entry(v: Verdict, parts: Iterable[Verdict]) -> Iterator[str]:
    """What is said above the parts of an entry that states nothing but them."""
    c = v.claim
    yield from _head(v)
    rows = ", ".join(rf"{_short(p.claim)} {p.verdict}" for p in parts)
    yield rf"\emph{{Verdict:}} {v.verdict}" + (f"; {rows}." if rows else ".")
    if c.note:
        yield rf"\emph{{Note.}} {set_words(c.note)}"


def entry(v: Verdict, numbers: Numbers) -> Iterator[str]:
    """The whole of a claim that states something itself."""
    c = v.claim
    yield from _head(v)
    if isinstance(c.statement, Prose):
        yield set_words(f"{c.statement.text}") + rf" \emph{{Verdict:}} {v.verdict}; {set_words(v.reason)}."
        return
    yield from _stated(c)
    yield from _processes(c, numbers)
    yield from _verdict(v)
    yield from _witness(v)
    yield from _repair(v)
    yield from _derivation(v, numbers)
    if v.trusted:
        yield rf"\emph{{Rests on:}} {escape(', '.join(v.trusted))}."


def _short(c: Claim) -> str:
    return escape(c.id.removeprefix(f"{c.parent}."))


def _head(v: Verdict) -> Iterator[str]:
    c = v.claim
    facts = ", ".join(x for x in (c.locator, c.kind) if x)
    sure = ""
    if c.provenance != "printed":
        sure = f"{c.provenance} formula".capitalize()
        sure += f", confidence {c.confidence}." if c.confidence is not None else "."
        sure = rf" \emph{{{set_words(sure)}}}"
    yield rf"\claimid{{{escape(c.id)}}}. {set_words(facts)}.{sure}"


# -- what is stated ----------------------------------------------------------------------


def _stated(c: Claim) -> Iterator[str]:
    names, several = sequences_of(c), _several(c)
    yield display(tex(c.statement, names, several))
    rows = [inline(r) for r in _meanings(c)]
    if rows:
        yield f"where {'; '.join(rows)}."
    for h in c.hypotheses:
        yield f"Under {inline(tex(h, names, several))}."
    if c.domain:
        yield f"For {'; '.join(set_words(x) for x in domain_lines(c.domain))}."
    for label, text in (("Mode", c.mode), ("Convention", c.convention), ("Note", c.note)):
        if text:
            yield rf"\emph{{{label}.}} {set_words(text.rstrip('.'))}."


def _several(c: Claim) -> bool:
    """Does the statement speak of more than one process?"""
    return len(processes_of(c.bound())) > 1


def _meanings(c: Claim) -> Iterator[str]:
    used, names = used_names(c), sequences_of(c)
    for s, value in {**c.where, **c.quantities}.items():
        if s in used:
            call = isinstance(value, sp.Lambda)
            left = tex(s(*value.variables), names) if call else tex(s)  # type: ignore[operator]
            right = tex(value.expr if call else value, names, _several(c))
            if left != right:
                yield f"{left} = {right}"


def _processes(c: Claim, numbers: Numbers) -> Iterator[str]:
    for process in processes_of(c.bound()):
        lines = tuple(process_lines(process))
        k, known = numbers.processes.setdefault(lines, (len(numbers.processes) + 1, c.id))
        name = escape(lines[0].partition(":")[0])
        if known != c.id:
            link = rf"\hyperlink{{process.{k}}}{{{escape(known)}}}"
            yield rf"\emph{{Process:}} {name}, as in {link}."
            continue
        first = f"{name}:{set_words(lines[0].partition(':')[2])}"
        body = r" \\ ".join([first, *(set_words(x) for x in lines[1:])])
        yield rf"\hypertarget{{process.{k}}}{{}}\emph{{Process.}} \process{{{body}}}"


# -- what was found ----------------------------------------------------------------------


def _verdict(v: Verdict) -> Iterator[str]:
    what = f" ({REFUTES[v.refutes]})" if v.refutes in REFUTES else ""
    why = "" if v.counterexample is not None else f": {set_words(v.reason)}"
    yield rf"\emph{{Verdict:}} \textbf{{{v.verdict}}}{what}{why}."
    for r in v.readings:
        mark = " (the primary reading)" if r.primary else ""
        yield rf"Read as ``{set_words(r.name)}''{mark}: {r.verdict}: {set_words(r.reason)}."


def _witness(v: Verdict) -> Iterator[str]:
    x = v.counterexample
    if x is None:
        return
    first = "true value" if has_truth(v.claim) else "left side"
    rows = (
        ("at", instance_text(x.at) or "everywhere"),
        (first, exact_text(x.lhs)),
        ("stated", side_text(x.rhs, x.relation)),
        ("found by", finders(x)),
    )
    body = r" \\ ".join(rf"{name} & {set_words(text)}" for name, text in rows)
    yield rf"\witness{{{body}}}"
    account = account_lines(v)
    if account:
        shown = [set_words(a) for a in account[:LONGEST_ACCOUNT]]
        if len(account) > LONGEST_ACCOUNT:
            more = len(account) - LONGEST_ACCOUNT
            shown.append(f"and {more} lines more: \\texttt{{refutable show {escape(v.claim.id)}}}")
        yield r"By hand: \process{" + r" \\ ".join(shown) + "}"


def _repair(v: Verdict) -> Iterator[str]:
    r, names = v.repair, sequences_of(v.claim)
    if r is None:
        return
    if adds_hypothesis(v):
        yield rf"\emph{{What is missing}} ({r.verdict} with it): {inline(tex(r.statement, names))}."
    else:
        repaired, parts = correction(v)
        yield rf"\emph{{Correction}} ({r.verdict}):"
        yield display(tex(repaired, names))
        if parts is not None:
            old, new = (inline(tex(p, names)) for p in parts)
            yield f"Printed: {old}; correct: {new}."
        if r.difference is not None and r.difference != 0:
            yield f"Printed minus true: {inline(tex(r.difference, names))}."
    if scan_like(v):
        yield r"\emph{The difference is one that a scan can make: see the printed page first.}"


# -- the derivation ----------------------------------------------------------------------


def _derivation(v: Verdict, numbers: Numbers) -> Iterator[str]:
    claim = derived_claim(v)
    lines = [] if claim is None or v.verdict not in ("proved", "refuted") else telling_lines(claim)
    if not lines:
        return
    derived = [x for x in lines if x.checked != PROOF_LINE]
    proof = [x for x in lines if x.checked == PROOF_LINE]
    found = [(x, *numbers.number((x.process, x.rule, x.latex))) for x in derived]
    if derived:
        yield r"\emph{Derivation.}"
    again = [k for _, k, new in found if not new]
    if again:
        yield f"By {_references(again)}" + (", and" if len(again) < len(found) else ".")
    for line, k, new in found:
        if new:
            yield from _numbered(line, k, of_process(line, derived))
    if len(proof) > FEW_STEPS:
        yield r"\emph{Proof.} \process{" + r" \\ ".join(f"{_said(x)}." for x in proof) + "}"
    elif proof:
        yield r"\emph{Proof.} " + "; ".join(_said(x) for x in proof) + "."


def _numbered(line: Line, k: int, rule: str) -> Iterator[str]:
    checked = rf" \emph{{Check:}} {set_words(line.checked)}." if line.checked else ""
    head = rf"\hypertarget{{line.{k}}}{{({k})}} {escape(rule[:1].upper() + rule[1:])}.{checked}"
    yield rf"\step{{{head}}}"
    if line.latex.startswith(r"\text{"):
        yield f"{_words(line.latex)}."
    else:
        yield display(line.latex)


def _said(line: Line) -> str:
    return f"{set_words(line.rule)}: {_words(line.latex)}"


def _words(latex: str) -> str:
    return "".join(inline(x) if math else set_words(x) for math, x in segments(latex))


def _references(numbers: list[int]) -> str:
    """(1)--(3), (7), each a link."""
    runs: list[list[int]] = []
    for k in sorted(set(numbers)):
        if runs and runs[-1][-1] == k - 1:
            runs[-1].append(k)
        else:
            runs.append([k])

    def link(k: int) -> str:
        return rf"\hyperlink{{line.{k}}}{{({k})}}"

    return ", ".join(link(r[0]) if len(r) == 1 else f"{link(r[0])}--{link(r[-1])}" for r in runs)
