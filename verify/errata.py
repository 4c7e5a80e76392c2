"""The errata page: for every refuted claim what is printed, what is true, and how one can see it.

Written for the papers' authors. The texts are scans or reconstructions: where the difference is one
that reading a page can make (a letter, a sign, an index), the page says that the printed page must
be looked at first.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

from refutable.derivations.claim import Claim

from .judged import add_options, judged
from .tex import formula, meanings
from .vectortext import value_text
from .verdict import Verdict

__all__ = ["SCAN", "add_parser", "errata", "markdown", "scan_like"]

#: Rules of change that reading a page can make.
SCAN = ("sign", "off by one", "exponent", "swapped", "becomes", "index", "strict")


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
    """(claims that assume this one, claims of the same entry that are proved all the same)."""
    leaning = [w.claim.id for w in verdicts if v.claim.id in w.claim.assumes]
    root = v.claim.parent or v.claim.id
    family = root.removesuffix(".proof")
    safe = [
        w.claim.id
        for w in verdicts
        if w.verdict == "proved" and w.claim.id != v.claim.id
        and (w.claim.id == family or w.claim.parent in (root, family))
    ]  # fmt: skip
    return leaning, safe


def markdown(verdicts: Sequence[Verdict]) -> str:
    """The whole page."""
    found = errata(verdicts)
    papers: dict[str, list[Verdict]] = {}
    for v in found:
        papers.setdefault(v.claim.paper or "own claims", []).append(v)
    lines = [
        "# Errata found",
        "",
        "Written by `refutable errata`; every line is computed. A statement is listed when it is"
        " false somewhere on its printed domain. *Formula* means that the formula differs from what"
        " the process gives; *domain* that it holds after the hypothesis named under *repair*;"
        " *proof line* that one line of a printed proof is wrong, whatever becomes of the theorem.",
        "",
    ]
    for paper, mine in papers.items():
        lines += [f"## {paper}", ""]
        lines += ["| claim | where | what | smallest counterexample |", "|---|---|---|---|"]
        lines += [
            f"| [`{v.claim.id}`](#{_anchor(v.claim.id)}) | {v.claim.locator} | {v.refutes} |"
            f" {_instance(v)} |"
            for v in mine
        ]
        lines.append("")
        for v in mine:
            lines += [*_entry(v, verdicts), ""]
    if not found:
        lines.append("No statement was refuted.")
    return "\n".join(lines).rstrip() + "\n"


def _anchor(id: str) -> str:
    return id.lower().replace(".", "")


def _instance(v: Verdict) -> str:
    at = v.counterexample.at  # type: ignore[union-attr]
    return ", ".join(f"{k} = {value_text(x)}" for k, x in at.items())


def _entry(v: Verdict, verdicts: Sequence[Verdict]) -> list[str]:
    c, x = v.claim, v.counterexample
    assert x is not None
    lines = [f"### {c.id}", "", f"{c.locator or c.id} ({c.kind}; {_provenance(c)}).", ""]
    lines += ["*Printed:*", "", f"$${formula(c.statement)}$$", ""]
    rows = meanings(c)
    if rows:
        lines += ["where " + ", ".join(f"${k} = {e}$" for k, e in rows) + ".", ""]
    lines += [
        f"*False at* {_instance(v)}: the true value is {x.lhs}, the statement makes it {x.rhs}"
        f" (stated relation: `{x.relation}`). Found by the {x.engine} engine, confirmed by the"
        f" {x.confirmed_by} engine.",
        "",
    ]
    if x.account:
        lines += ["By hand:", "", "```", *x.account, "```", ""]
    lines += _repair(v)
    if scan_like(v):
        lines += [
            "*Look at the printed page first:* the difference is one that a scan or a"
            " reconstruction can make.",
            "",
        ]
    leaning, safe = dependents(v, verdicts)
    if leaning:
        lines += [f"*Rests on it:* {', '.join(f'`{i}`' for i in leaning)}.", ""]
    if safe:
        lines += [f"*Not touched (proved on their own):* {', '.join(f'`{i}`' for i in safe)}.", ""]
    if not leaning and not safe:
        lines += ["*Rests on it:* no other statement of the catalogue.", ""]
    return lines


def _repair(v: Verdict) -> list[str]:
    r = v.repair
    if r is None:
        return ["*Repair:* none was found that could be proved.", ""]
    if r.difference is None and v.refutes == "domain":
        return [f"*Repair:* the statement {r.why}; with it, {r.verdict}.", ""]
    lines = [f"*True instead ({r.verdict}):* {r.why}.", "", f"$${formula(r.statement)}$$", ""]
    if r.difference is not None and r.difference != 0:
        lines += [f"Printed minus true: ${formula(r.difference)}$.", ""]
    return lines


def _provenance(c: Claim) -> str:
    if c.provenance == "printed":
        return "printed formula, read from a scan"
    sure = f", confidence {c.confidence}" if c.confidence is not None else ""
    return f"reconstructed: the text lost its formulas{sure}"


def add_parser(subparsers) -> None:  # type: ignore[no-untyped-def]
    """`refutable errata [ID ...] [-o FILE]`."""
    text = "the errata page: printed, true, witness, repair, consequences"
    p = subparsers.add_parser("errata", help=text, description=text, allow_abbrev=False)
    add_options(p)
    p.add_argument(
        "-o", "--output", default="-", metavar="FILE", help="Markdown file (default: stdout)"
    )
    p.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from .outfile import write_text

    write_text(args.output, markdown(judged(args)))
    return 0
