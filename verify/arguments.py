"""What the command line of `refutable` understands. Imports nothing heavy: `--help` is instant."""

from __future__ import annotations

import argparse
import os
from typing import NoReturn

from refutable.derivations.errors import UsageError

__all__ = ["EXTERNAL", "Parser", "build"]

ENGINES = ("symbolic", "exact", "certificate", "montecarlo", "transformer")

#: Commands of other modules: name -> (module, function that adds its parser, what it does).
EXTERNAL = {
    "check-tex": (
        "refutable.verify.latex.cli",
        "add_parser_check_tex",
        "compare the equations of a paper with the claims",
    ),
    "errata": ("refutable.verify.errata", "add_parser", "what was found to be wrong, as a page"),
    "latex": ("refutable.verify.latexout", "add_parser", "derivations and errata as LaTeX"),
    "pages": ("refutable.verify.pages", "add_parser", "errata and mutants, for the documentation"),
    "report": ("refutable.verify.report", "add_parser", "a static HTML report"),
    "simulate": ("refutable.verify.simulated", "add_parser", "the sampling engine by itself"),
    "gpt": ("refutable.gpt.cli", "add_parser", "the transformer engine by itself"),
}


class Parser(argparse.ArgumentParser):
    """Raises UsageError, so that wrong usage is told like any other error: on one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"run `{self.prog}`; {message}; see `{self.prog} --help`")


def build(external: str | None = None) -> argparse.ArgumentParser:
    """The parser; of the external commands only the one named is there in full."""
    parser = Parser(
        prog="refutable",
        description="Tries to refute the theory of recursive training (model collapse).",
        epilog="Exit codes: 0 all as expected; 1 refuted, undecided or not as the baseline says;"
        " 2 wrong usage or a file that does not load; 3 internal error; 4 path not found;"
        " 5 no claim found.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    _verify(commands)
    _list(commands)
    _show(commands)
    _audit(commands)
    _mutants(commands)
    for name, (_, _, text) in EXTERNAL.items():
        if name != external:
            commands.add_parser(name, help=text, add_help=False)
    parser.set_defaults(commands=commands)
    return parser


def _command(commands, name: str, text: str, more: str = "") -> argparse.ArgumentParser:  # type: ignore[no-untyped-def]
    p = commands.add_parser(name, help=text, description=f"{text}. {more}", allow_abbrev=False)
    p.add_argument("--traceback", action="store_true", help="show where an error comes from")
    p.set_defaults(run=name)
    return p


def _selecting(p: argparse.ArgumentParser) -> None:
    """Options that choose claims."""
    p.add_argument("--paper", action="append", default=[], metavar="P", help="only this paper")
    p.add_argument(
        "--load-seconds", type=_positive, default=60.0, metavar="S", help="limit to load one file"
    )


def _judging(p: argparse.ArgumentParser, *, jobs: bool = True) -> None:
    """Options of every command that judges."""
    p.add_argument(
        "--engine", action="append", default=[], choices=ENGINES, help="use only this engine"
    )
    much = p.add_mutually_exclusive_group()
    much.add_argument("--fast", action="store_true", help="no sampling, no mutants, fewer instances")
    much.add_argument("--full", action="store_true", help="everything, transformers too")
    p.add_argument("--seed", type=_seed, default=0, metavar="INT", help="root of all streams (0)")
    p.add_argument(
        "--max-seconds", type=_positive, metavar="S", help="what is not judged by then is undecided"
    )
    p.add_argument(
        "--check-seconds",
        type=_positive,
        default=60.0,
        metavar="S",
        help="limit for a claim's own check",
    )
    p.add_argument(
        "--mutant-seconds",
        type=_positive,
        default=180.0,
        metavar="S",
        help="processor time for one mutant; one that needs more is undetected",
    )
    p.add_argument("--no-progress", action="store_true", help="no bar on stderr")
    if jobs:
        p.add_argument("--jobs", type=_count, metavar="N", help="worker processes (all processors)")
        p.add_argument(
            "--executor",
            metavar="NAME",
            help="who computes: serial, processes, dask[:ADDRESS], ray, mpi",
        )


def _results(p: argparse.ArgumentParser) -> None:
    """Options for result files, the baseline and the exit code."""
    for name, what in (("json", "verdict file"), ("junit", "JUnit XML"), ("sarif", "SARIF 2.1.0")):
        p.add_argument(f"--{name}", metavar="FILE", help=f"write a {what} (- for stdout)")
    p.add_argument("--baseline", metavar="FILE", help="compare with this (the papers': built in)")
    p.add_argument(
        "--write-baseline",
        metavar="FILE",
        nargs="?",
        const="",
        help="record the words as the new baseline",
    )
    p.add_argument(
        "--fail-on",
        choices=("undecided", "refuted"),
        default="undecided",
        help="`refuted` lets undecided claims pass",
    )


def _verify(commands) -> None:  # type: ignore[no-untyped-def]
    p = _command(
        commands,
        "verify",
        "judge claims",
        "Without PATH: all claims of the built-in papers.",
    )
    p.add_argument("path", nargs="*", metavar="PATH", help="claim_*.py files, or folders of them")
    p.add_argument("--claim", action="append", default=[], metavar="ID", help="only this claim")
    _selecting(p)
    _judging(p)
    _results(p)


def _list(commands) -> None:  # type: ignore[no-untyped-def]
    p = _command(commands, "list", "list the claims", "Judges nothing.")
    p.set_defaults(run="list_claims")
    p.add_argument("path", nargs="*", metavar="PATH", help="claim_*.py files, or folders of them")
    p.add_argument("--claim", action="append", default=[], metavar="ID", help="only this claim")
    _selecting(p)


def _show(commands) -> None:  # type: ignore[no-untyped-def]
    p = _command(commands, "show", "judge one claim and tell everything about it")
    p.add_argument("id", metavar="ID", nargs="+", help="claim id, as `refutable list` shows it")
    p.add_argument(
        "--file", action="append", default=[], metavar="PATH", help="look here, not in the papers"
    )
    _selecting(p)
    _judging(p)


def _audit(commands) -> None:  # type: ignore[no-untyped-def]
    p = _command(commands, "audit", "judge the claims in a file of your own and tell everything")
    p.add_argument("path", nargs="*", metavar="FILE", help="claim files, or folders of them")
    p.add_argument("--claim", action="append", default=[], metavar="ID", help="only this claim")
    p.add_argument("--latex", metavar="TEXT", help="print a claim file for this formula instead")
    _selecting(p)
    _judging(p)
    _results(p)


def _mutants(commands) -> None:  # type: ignore[no-untyped-def]
    p = _command(commands, "mutants", "the table of automatic wrong versions of claims")
    p.add_argument("claim", nargs="*", metavar="ID", help="only these claims")
    p.add_argument(
        "--file", action="append", default=[], metavar="PATH", help="look here, not in the papers"
    )
    p.add_argument("-o", "--output", metavar="FILE", help="a Markdown page instead of a table")
    _selecting(p)
    _judging(p)


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"a number of seconds above 0 is needed (got {text!r})")
    return value


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"an integer above 0 is needed (got {text!r})")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**64:
        raise argparse.ArgumentTypeError(f"an integer from 0 to 2**64 - 1 is needed (got {text!r})")
    return int(text)


def processors() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
