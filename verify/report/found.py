"""The middle of a claim's page: counterexample, correction, derivation."""

from __future__ import annotations

from ..derivation import PROOF_LINE, segments
from ..exacttext import exact_text, instance_text, side_text
from ..findings import adds_hypothesis, finders, has_truth, of_process, telling_lines
from .entry import Entry
from .formulas import Formulas
from .markup import Html, el, join

__all__ = ["correction_section", "counterexample_section", "derivation_section"]


def counterexample_section(e: Entry, level: str = "h2") -> Html | None:
    """The instance, the two values, and the account to check by hand."""
    x = e.verdict.counterexample
    if x is None:
        return None
    first, second = ("true value", "stated") if has_truth(e.claim) else ("left side", "stated")
    rows = (
        ("at", instance_text(x.at) or "everywhere"),
        (first, exact_text(x.lhs)),
        (second, side_text(x.rhs, x.relation)),
        ("found by", finders(x)),
    )
    values = el("dl", join(join((el("dt", k), el("dd", v))) for k, v in rows))
    by_hand = None
    if e.account:
        lines = el("ul", join(el("li", line) for line in e.account), class_="account")
        by_hand = join((el("p", "By hand:"), lines))
    return el("section", el(level, "Counterexample"), values, by_hand, class_="counterexample")


def correction_section(e: Entry, formulas: Formulas, level: str = "h2") -> Html | None:
    """What is true instead, or the hypothesis that is missing."""
    r = e.verdict.repair
    if r is None or e.correct is None:
        return None
    if adds_hypothesis(e.verdict):
        return el(
            "section",
            el(level, f"What is missing ({r.verdict} with it)"),
            formulas.display(e.correct, "The missing hypothesis"),
            el("p", r.why),
        )
    parts: list[object] = [el(level, f"Correction ({r.verdict})")]
    parts.append(formulas.display(e.correct, "The corrected statement"))
    if e.changed is None:
        parts.append(el("p", r.why))
    else:
        old, new = (formulas.inline(x) for x in e.changed)
        parts.append(
            el("dl", el("dt", "printed"), el("dd", old), el("dt", "correct"), el("dd", new))
        )
    difference = e.record["repair"]["difference"]
    if difference is not None:
        parts += [el("p", "Printed minus true:"), formulas.display(difference, "The difference")]
    latex = el("pre", el("code", e.correct), tabindex="0")
    parts.append(el("details", el("summary", "LaTeX of the correction"), latex))
    return el("section", join(parts), class_="correction")


def derivation_section(e: Entry, formulas: Formulas) -> Html | None:
    """The derivation of the claim, or of its correction, line by line."""
    lines = [] if e.derived is None else telling_lines(e.derived)
    if not lines:
        return None
    note = None
    if any(r"\overline{x}" in x.latex for x in lines):
        note = el("p", "x̄ with a name above is the mean of the batch of that name.")
    items = []
    for line in lines:
        checked = line.checked and line.checked != PROOF_LINE
        items.append(
            el(
                "li",
                el("p", of_process(line, lines)),
                _formula(line.latex, formulas),
                el("p", f"checked: {line.checked}", class_="checked") if checked else None,
            )
        )
    return el(
        "section",
        el("h2", "Derivation, from the process alone"),
        note,
        el("ol", join(items), class_="derivation"),
    )


def _formula(latex: str, formulas: Formulas) -> Html:
    """A formula of its own, or words with formulas between them."""
    if latex.startswith(r"\text{"):
        return el("p", *(formulas.inline(x) if math else x for math, x in segments(latex)))
    return formulas.display(latex, "A line of the derivation")
