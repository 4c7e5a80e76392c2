"""The middle of a page: a counterexample to check by hand, the correction, the derivation."""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType

import sympy as sp

from refutable.derivations.claim import Claim
from refutable.derivations.quantity import CollapseTime, Mean, ModelVec, Prob
from refutable.derivations.statement import Parts, Prose
from refutable.derivations.story import Line

from .abbreviate import changed, with_letters
from .derivation import PROOF_LINE, derivation_lines, plain
from .exacttext import exact_text, instance_text, side_text
from .glyphs import raised
from .mathwords import in_letters
from .page import Page
from .readable import readable
from .typeset import sequences_of
from .verdict import Counterexample, Verdict
from .words import formula

__all__ = [
    "account_lines",
    "adds_hypothesis",
    "correction",
    "derived_claim",
    "finders",
    "has_truth",
    "of_process",
    "print_counterexample",
    "print_derivation",
    "print_repair",
    "telling_lines",
]

def print_counterexample(v: Verdict, page: Page) -> None:
    """The instance, the two values, and how to get the true one by hand."""
    x = v.counterexample
    if x is None:
        return
    page.heading("Counterexample")
    page.text(instance_text(x.at) or "everywhere")
    first, second = ("true value", "stated") if has_truth(v.claim) else ("left side", "stated")
    page.rows([(first, exact_text(x.lhs)), (second, side_text(x.rhs, x.relation))])
    page.text(f"found by {finders(x)}")
    lines = account_lines(v)
    if lines:
        page.line("  By hand")
        for text in lines:
            page.text(text, hang=4)


def account_lines(v: Verdict) -> list[str]:
    """How to get the true value of the counterexample by hand, line by line."""
    x = v.counterexample
    if x is None:
        return []
    given = {name.partition("(")[0] for name in x.at}  # told above, a schedule as `n(t)`
    return [_readable(a, v) for a in x.account if a.partition(" = ")[0] not in given]


def _readable(text: str, v: Verdict) -> str:
    """A line of an account in our notation: `p(2)` is p⁽²⁾, a quantity is as it was stated."""
    x = v.counterexample
    at = {k: e for k, e in (x.values if x else {}).items() if isinstance(e, sp.Expr)}
    text = readable(text, v.claim, at)
    if "**" in text or "Sum(" in text or "Product(" in text:
        text = in_letters(text, {}, sequences_of(v.claim))
    text = re.sub(r"\b([a-z])\((\d+)\) = ", lambda m: f"{m[1]}{raised(f'({m[2]})')} = ", text)
    return re.sub(r"(?<=[\w)])\*(?=[\w(])", "·", text)


def print_repair(v: Verdict, page: Page) -> None:
    """What is true instead, what was changed, and the difference in factored form."""
    r, c = v.repair, v.claim
    if r is None:
        return
    names = sequences_of(c)
    if adds_hypothesis(v):
        page.heading(f"What is missing ({r.verdict} with it)")
        page.formula(formula(r.statement, names))
        return
    page.heading(f"Correction ({r.verdict})")
    repaired, parts = correction(v)
    page.formula(formula(repaired, names))
    if parts is not None:
        old, new = (formula(p, names) for p in parts)
        page.text(f"printed: {old}", indent=2, hang=4)
        page.text(f"correct: {new}", indent=2, hang=4)
    else:
        page.text(r.why, indent=2, hang=4)
    if r.difference is not None:
        page.line("  printed minus true")
        page.formula(formula(r.difference, names))


def has_truth(c: Claim) -> bool:
    """Does the statement set a quantity of a process against what it is stated to be?"""
    return bool(c.bound().atoms(Mean, Prob, ModelVec, CollapseTime))


def finders(x: Counterexample) -> str:
    """Which engine found a counterexample, and which one confirmed it.

    The exact engine has two methods, forwards through the laws and backwards through ancestors.
    """
    again = "its other method" if x.engine == x.confirmed_by else f"the {x.confirmed_by} engine"
    return f"the {x.engine} engine, confirmed by {again}"


def adds_hypothesis(v: Verdict) -> bool:
    """Is the repair a missing hypothesis, not another formula?"""
    return v.repair is not None and v.refutes == "domain"


def correction(v: Verdict) -> tuple[sp.Basic, tuple[sp.Basic, sp.Basic] | None]:
    """The repaired statement in the paper's letters; (printed, correct), if only a part differs."""
    assert v.repair is not None
    printed = v.claim.statement
    repaired = with_letters(v.repair.statement, v.claim)
    parts = changed(printed, repaired)
    if parts is None or parts == (printed, repaired) or not _smaller(parts, printed):
        return repaired, None
    return repaired, parts


def _smaller(parts: tuple[sp.Basic, sp.Basic], whole: sp.Basic) -> bool:
    return max(sp.count_ops(p) for p in parts) * 2 <= max(sp.count_ops(whole), 1)


def print_derivation(v: Verdict, page: Page) -> None:
    """Line by line, of the correction where there is one."""
    c = derived_claim(v)
    lines = [] if c is None else telling_lines(c)
    if not lines:
        return
    page.heading("Derivation, from the process alone")
    if any(r"\overline{x}" in x.latex for x in lines):
        page.text("x̄^name is the mean of the batch “name”.", indent=2)
    for k, x in enumerate(lines, 1):
        page.line(f"  {k}. {of_process(x, lines)}")
        page.formula(plain(x.latex), indent=6)
        if x.checked and x.checked != PROOF_LINE:
            page.text(f"checked: {x.checked}", indent=6, hang=4)


def derived_claim(v: Verdict) -> Claim | None:
    """The claim whose derivation is told: corrected where a correction is known."""
    c = v.claim
    if isinstance(c.statement, (Parts, Prose)) or v.verdict == "out of scope":
        return None
    if v.repair is not None and v.repair.difference is not None:
        return replace(c, statement=v.repair.statement, where=MappingProxyType({}), readings=())
    if v.repair is not None:
        return replace(c, hypotheses=(*c.hypotheses, v.repair.statement))
    return c


def telling_lines(c: Claim) -> list[Line]:
    """The lines of a claim's derivation that are no mere `x = x`."""
    return [x for x in derivation_lines(c) if not _trivial(x.latex)]


def of_process(line: Line, lines: list[Line]) -> str:
    """The rule, and of which process, where there are several."""
    several = len({x.process for x in lines if x.process}) > 1
    if not (several and line.process):
        return line.rule
    return f"{line.rule}, {line.process}"


def _trivial(latex: str) -> bool:
    left, equals, right = latex.partition(" = ")
    return bool(equals) and left == right
