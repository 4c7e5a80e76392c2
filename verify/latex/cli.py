"""The command `refutable check-tex PAPER.tex`: its options, its tables and its exit code.

0: every equation with a claim id states its claim; 1: one differs, is not decided, not found or
not read; 2: wrong usage; 4: no such file; 5: the paper carries no claim id.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from ...derivations.claim import Claim
from ...derivations.errors import NoClaim, PathNotFound
from ..outfile import check_target, write_text
from .checktex import OUTCOMES, Finding, check
from .errors import LatexError

__all__ = ["add_parser_check_tex", "run_check_tex", "run_scaffold"]

#: Finds the claims of these files and folders; of the built-in papers where none is named.
Load = Callable[[Sequence[str]], Sequence[Claim]]


def add_parser_check_tex(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command; its default `run` takes the parsed arguments and gives the exit code."""
    p = subparsers.add_parser(
        "check-tex",
        help="compare the equations of a paper with the claims",
        description="Compares each equation of PAPER that carries a claim id (a comment"
        r" `% claim: ID` or `\label{claim:ID}`) with that claim.",
        allow_abbrev=False,
    )
    p.add_argument("paper", metavar="PAPER", help="the paper's main file; \\input is followed")
    p.add_argument(
        "--file",
        action="append",
        default=[],
        metavar="PATH",
        help="claim_*.py files, or folders of them (the built-in papers)",
    )
    p.add_argument("--json", metavar="FILE", help="write the findings (- for stdout)")
    p.add_argument("--traceback", action="store_true", help="show where an error comes from")
    p.set_defaults(run=run_check_tex)
    return p


def run_check_tex(args: argparse.Namespace, load: Load | None = None) -> int:
    """Compare, print what came out, and say with the exit code whether all is the same."""
    if not Path(args.paper).is_file():
        raise PathNotFound(f"check {args.paper}; there is no such file; check the path")
    if args.json is not None:
        check_target(args.json, "--json")
    claims = (load or _load)(args.file)
    findings = check(args.paper, claims)
    if not findings:
        raise NoClaim(
            f"check {args.paper}; no equation carries a claim id; write `% claim: ID` before one,"
            r" or \label{claim:ID} in it"
        )
    if args.json is not None:
        _write(args.json, findings)
    if args.json != "-":
        print("\n".join(_lines(findings)))
    return int(any(f.outcome != "same" for f in findings))


def run_scaffold(latex: str) -> int:
    """Print the claim file of a formula (`refutable audit --latex`); an error with its caret."""
    from .scaffold import scaffold

    try:
        sys.stdout.write(scaffold(latex))
    except LatexError as err:
        print(f"refutable: read the formula; {err}", *err.picture.splitlines(),
              sep="\n    ", file=sys.stderr)  # fmt: skip
        return 2
    return 0


def _load(paths: Sequence[str]) -> Sequence[Claim]:
    from ..loader import load, load_papers

    return load(paths) if paths else load_papers()


def _write(target: str, findings: Sequence[Finding]) -> None:
    document = {"schema": "refutable.checktex/1", "findings": [asdict(f) for f in findings]}
    write_text(target, json.dumps(document, indent=1, ensure_ascii=False))


def _lines(findings: Sequence[Finding]) -> list[str]:
    """Each finding on a line; below it, where it is not `same`, both sides."""
    out = []
    for f in findings:
        out.append(str(f))
        if f.outcome == "same":
            continue
        told = (("paper", f.paper), ("claim", f.claim), ("paper - claim", f.difference))
        out += [f"    {name + ':':<15}{text}" for name, text in told if text]
        out += [f"    {line}" for line in f.picture.splitlines()]
    counts = {o: sum(f.outcome == o for f in findings) for o in OUTCOMES}
    out.append(", ".join(f"{n} {o}" for o, n in counts.items() if n))
    return out
