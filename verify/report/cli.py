"""The command line of `refutable report`."""

from __future__ import annotations

import argparse

__all__ = ["add_parser"]

DEFAULT = "report"


def add_parser(subparsers) -> None:  # type: ignore[no-untyped-def]
    """`refutable report [ID ...] [-o DIR]`."""
    from ..judged import add_options

    text = "a static HTML report: verdicts, formulas, derivations, plots, errata"
    p = subparsers.add_parser("report", help=text, description=text, allow_abbrev=False)
    add_options(p)
    p.add_argument(
        "-o", "--output", default=DEFAULT, metavar="DIR", help=f"folder (default: {DEFAULT})"
    )
    p.add_argument(
        "--from",
        dest="verdicts",
        metavar="FILE",
        help="judge nothing: take the verdicts from this file (`verify --json FILE`)",
    )
    p.add_argument("--no-plots", action="store_true", help="leave the plots out")
    p.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from ..outfolder import check_folder, write_folder
    from ..table import progress
    from .entry import gather
    from .site import site_files

    check_folder(args.output, "-o")
    material = gather(args)
    with progress(len(material.entries), not args.no_progress) as tick:
        files = site_files(material, plots=not args.no_plots, sampling=not args.fast, tick=tick)
    write_folder(args.output, files)
    print(f"{args.output}/index.html")
    return 0
