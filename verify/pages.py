"""The pages of the documentation that are results: errata and mutants, written by one run."""

from __future__ import annotations

import argparse
from pathlib import Path

__all__ = ["COMMAND", "PAGES", "add_parser", "write"]

COMMAND = "python3 run.py pages"
PAGES = ("errata.md", "mutants.md")


def add_parser(subparsers) -> None:  # type: ignore[no-untyped-def]
    """`refutable pages [ID ...] [-o DIR]`."""
    from .judged import add_options

    text = "errata.md and mutants.md of the documentation, from one run"
    p = subparsers.add_parser("pages", help=text, description=text, allow_abbrev=False)
    add_options(p)
    p.add_argument("-o", "--output", default="docs", metavar="DIR", help="folder (default: docs)")
    p.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from refutable.derivations.errors import PathNotFound, UsageError

    from .report.entry import gather

    if args.fast:
        raise UsageError("write the pages; --fast tries no mutants; leave it out")
    if not Path(args.output).is_dir():
        raise PathNotFound(f"write -o {args.output}; there is no such folder; create it first")
    args.verdicts = None
    for path in write(args.output, gather(args).entries):
        print(path)
    return 0


def write(folder: str, entries) -> list[str]:  # type: ignore[no-untyped-def]
    """Write both pages; their paths."""
    from . import errata, mutantpage
    from .outfile import write_text

    texts = (
        errata.markdown(entries, COMMAND),
        mutantpage.markdown([e.verdict for e in entries], COMMAND),
    )
    paths = [str(Path(folder) / name) for name in PAGES]
    for path, text in zip(paths, texts, strict=True):
        write_text(path, text)
    return paths
