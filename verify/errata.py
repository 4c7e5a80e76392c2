"""The errata page: for every refuted claim what is printed, what is true, and how one can see it.

Written for the papers' authors. The texts are scans or reconstructions: where the difference is one
that reading a page can make (a letter, a sign, an index), the page says that the printed page must
be looked at first.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from refutable.derivations.claim import Claim
from refutable.derivations.statement import Prose

from .exacttext import exact_text, instance_text, side_text
from .findings import adds_hypothesis, finders, has_truth
from .judged import add_options
from .mathwords import in_letters
from .typeset import sequences_of
from .untex import untex
from .verdict import Verdict
from .words import domain_lines, formula

if TYPE_CHECKING:
    from .report.entry import Entry

__all__ = ["COMMAND", "SCAN", "add_parser", "dependents", "errata", "label", "markdown", "provenance", "scan_like"]

COMMAND = "refutable errata"
#: Rules of change that reading a page can make.
SCAN = ("sign", "off by one", "exponent", "swapped", "becomes", "index", "strict", "rounded", "missing")
#: What a refutation hits.
WHAT = {
    "formula": "the formula",
    "domain": "only the range",
    "proof line": "a line of the proof",
    "prose": "the prose, as it was made precise",
}
INTRODUCTION = """\
A statement is listed when it is false somewhere on the domain that the paper gives it. What is
wrong is one of these:

- *the formula*: it differs from what the process gives;
- *only the range*: it holds once the hypothesis named under “missing” is added, which the paper may
  well have meant: often a sample of size one, or noise of size zero;
- *a line of the proof*: this line is wrong, whatever becomes of the theorem;
- *the prose*: a sentence, in the precise form shown, has a counterexample.

“True value” and “stated” are the two sides of the relation at the instance. What one engine found was
confirmed by another, or by another method; `refutable show ID` prints the derivation. Nothing here was
typed in, but each statement was encoded by hand: compare the formula shown with the printed one."""
RECONSTRUCTED = """\
**The text of this paper reached us without its formulas.** They were reconstructed from what is left;
how sure each reconstruction is stands beside it. Compare with the printed page before anything else:
an entry may be a slip of the reconstruction."""
LONGEST_ACCOUNT = 14
#: The beginning of ids that are about one theorem: `seddik.thm4.`.
_THEOREM = re.compile(r"[^.]+\.(?:thm|prop|lem|cor|rem)[^.]*\.")


def errata(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Refuted claims that say something themselves (not only through a part), in order."""
    verdicts = list(verdicts)
    return [v for v in verdicts if v.verdict == "refuted" and v.counterexample is not None]


def scan_like(v: Verdict) -> bool:
    """Could reading the page have made this difference?"""
    if v.refutes not in ("formula", "proof line") or v.repair is None:
        return False
    return any(word in v.repair.why for word in SCAN)


def dependents(v: Verdict, verdicts: Sequence[Verdict]) -> tuple[list[str], list[str]]:
    """(claims that assume this one, claims of the same entry that are proved all the same).

    Of the same entry are its parts, and what is said of the same theorem.
    """
    leaning = [w.claim.id for w in verdicts if v.claim.id in w.claim.assumes]
    root = v.claim.parent or v.claim.id
    family = root.removesuffix(".proof")
    theorem = _THEOREM.match(root)
    safe = [
        w.claim.id
        for w in verdicts
        if w.verdict == "proved" and w.claim.id != v.claim.id
        and (w.claim.id == family or w.claim.parent in (root, family)
             or (theorem and not w.claim.parent and w.claim.id.startswith(theorem[0])))
    ]  # fmt: skip
    return leaning, safe


def provenance(c: Claim) -> str:
    """Where the formula was taken from, and how sure that is."""
    if c.provenance == "printed":
        return "printed formula, read from a scan"
    sure = f", confidence {c.confidence}" if c.confidence is not None else ""
    return f"reconstructed: the text lost its formulas{sure}"


def markdown(entries: Sequence[Entry], command: str = COMMAND) -> str:
    """The whole page. command: what writes it, as a reader would type it."""
    from .report.layout import by_paper, paper_title

    refuted = [e for e in entries if e.verdict.verdict == "refuted"]
    lines = ["# Errata found", "", f"Written by `{command}`.", "", INTRODUCTION, ""]
    for _, mine in by_paper(refuted):
        lines += [f"## {paper_title(mine[0].claim)}", ""]
        if any(e.claim.provenance != "printed" for e in mine):
            lines += [RECONSTRUCTED, ""]
        lines += _overview(mine)
        for e in mine:
            if e.verdict.counterexample is not None:
                lines += ["", *_entry(e, entries)]
        lines.append("")
    if not refuted:
        lines.append("No statement was refuted.")
    return "\n".join(lines).rstrip() + "\n"


def _overview(entries: Sequence[Entry]) -> list[str]:
    known = {e.id for e in entries}
    rows = ["| claim | where | what is wrong | smallest instance |", "|---|---|---|---|"]
    for e in entries:
        v = e.verdict
        parts = [x.id for x in entries if x.claim.parent == e.id and x.id in known]
        if v.counterexample is None:
            what = "its part " if len(parts) == 1 else "its parts "
            what += ", ".join(f"`{p.removeprefix(e.id + '.')}`" for p in parts)
            rows.append(f"| `{e.id}` | {_where(e.claim)} | {what} | |")
            continue
        what = WHAT.get(v.refutes or "", v.refutes or "")
        name = f"[`{e.id}`](#{_anchor(e.id)})"
        at = instance_text(v.counterexample.at) or "everywhere"
        rows.append(f"| {name} | {_where(e.claim)} | {what} | {_cell(at)} |")
    return rows


def _where(c: Claim) -> str:
    sure = f" (reconstructed, confidence {c.confidence})" if c.provenance != "printed" else ""
    return _cell((c.locator or c.id) + sure)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _anchor(id: str) -> str:
    return id.lower().replace(".", "")


def _entry(e: Entry, entries: Sequence[Entry]) -> list[str]:
    v, c = e.verdict, e.claim
    x = v.counterexample
    assert x is not None
    what = WHAT.get(v.refutes or "", "")
    lines = [f"### {e.id}", "", f"{c.locator or c.id} ({c.kind}; {provenance(c)}).", ""]
    if scan_like(v):
        lines += [
            "**Look at the printed page first:** the difference is one that a scan or a"
            " reconstruction can make.",
            "",
        ]
    if c.quoted:
        lines += [
            f"**Look at the source first:** the paper quotes this from {c.quoted}. What is judged"
            " is the quotation; the slip may be the quotation's, or a condition of the source that"
            " is not repeated.",
            "",
        ]
    lines += [f"What is wrong: {what}. {label(c)}:", "", "```", *_stated(c), "```", ""]
    lines += [f"Note: {c.note}", ""] if c.note else []
    lines += _readings(v)
    at = instance_text(x.at)
    value, stated = exact_text(x.lhs), side_text(x.rhs, x.relation)
    if has_truth(c):
        values = f"the true value is {value}, stated to be {stated}"
    else:
        values = f"the left side is {value}, stated to be {stated}"
    lines += [f"False at {at}: {values}." if at else f"False everywhere: {values}."]
    lines += [f"Found by {finders(x)}.", ""]
    if e.account:
        lines += ["By hand:", "", "```", *_account(e.account), "```", ""]
    return [*lines, *_repair(e), *_consequences(e, entries)]


def _readings(v: Verdict) -> list[str]:
    if not v.readings:
        return []
    told = (f"“{r.name}” ({r.verdict}{', shown here' if r.primary else ''})" for r in v.readings)
    return [f"The statement can be read in several ways: {', '.join(told)}.", ""]


def label(c: Claim) -> str:
    """What stands over the statement."""
    if isinstance(c.statement, Prose) or c.kind in ("prose", "definition"):
        return "Made precise as"
    return "Printed" if c.provenance == "printed" else "Reconstructed as"


def _stated(c: Claim) -> list[str]:
    """The statement, what its names stand for, and the domain."""
    from .show import meaning_lines

    sequences = sequences_of(c)
    lines = [formula(c.statement, sequences)]
    if meanings := meaning_lines(c):
        lines += ["where", *(f"  {x}" for x in meanings)]
    if c.hypotheses:
        lines += ["under", *(f"  {formula(h, sequences)}" for h in c.hypotheses)]
    if c.domain:
        lines += ["for", *(f"  {x}" for x in domain_lines(c.domain))]
    return lines


def _account(account: Sequence[str]) -> list[str]:
    left = len(account) - LONGEST_ACCOUNT
    return [*account[:LONGEST_ACCOUNT], *([f"… and {left} lines more"] if left > 0 else [])]


def _repair(e: Entry) -> list[str]:
    r = e.verdict.repair
    if r is None or e.correct is None:
        return ["What is true instead: nothing was found that could be proved.", ""]
    if adds_hypothesis(e.verdict):
        return [f"Missing: `{untex(e.correct)}`. With this hypothesis the statement is {r.verdict}.", ""]
    lines = [f"True instead ({r.verdict}): {_change(e)}.", "", "```", untex(e.correct), "```", ""]
    difference = e.record["repair"]["difference"]
    if difference not in (None, "0"):
        lines += ["Printed minus true:", "", "```", untex(difference), "```", ""]
    return lines


def _change(e: Entry) -> str:
    assert e.verdict.repair is not None
    if e.changed is not None:
        old, new = (untex(x) for x in e.changed)
        return f"`{old}` becomes `{new}`"
    return in_letters(e.verdict.repair.why, {}, sequences_of(e.claim))


def _consequences(e: Entry, entries: Sequence[Entry]) -> list[str]:
    verdicts = {x.id: x.verdict for x in entries}
    leaning, safe = dependents(e.verdict, list(verdicts.values()))
    if leaning:
        told = ", ".join(f"`{i}` ({verdicts[i].verdict})" for i in leaning)
        lines = [f"Rests on it: {told}. The word in brackets is what it is worth by itself."]
    else:
        lines = ["No other statement was judged with the help of it."]
    if safe:
        lines.append(f"Not touched, proved on their own: {', '.join(f'`{i}`' for i in safe)}.")
    return lines


def add_parser(subparsers) -> None:  # type: ignore[no-untyped-def]
    """`refutable errata [ID ...] [-o FILE]`."""
    text = "the errata page: printed, true, witness, repair, consequences"
    p = subparsers.add_parser("errata", help=text, description=text, allow_abbrev=False)
    add_options(p)
    p.add_argument(
        "-o", "--output", default="-", metavar="FILE", help="Markdown file (default: stdout)"
    )
    add_source(p)
    p.set_defaults(run=_run)


def add_source(p: argparse.ArgumentParser) -> None:
    """`--from FILE`, for documents that can be made from a verdict file."""
    p.add_argument(
        "--from",
        dest="verdicts",
        metavar="FILE",
        help="judge nothing: take the verdicts from this file (`verify --json FILE`)",
    )


def _run(args: argparse.Namespace) -> int:
    from .outfile import check_target, write_text
    from .report.entry import gather

    check_target(args.output, "-o")
    write_text(args.output, markdown(gather(args).entries))
    return 0
