"""`refutable simulate`: sample a process, print a table, resume a run.

The main command adds it with `add_parser(subparsers)`; the table goes to stdout (CSV) or to the
file named, messages and progress to stderr.
"""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from pathlib import Path

__all__ = ["add_parser", "simulate"]

INTERRUPTED = 130
DEFAULT = "fully-synthetic"


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add `simulate`; its default `run` is `simulate`."""
    text = "the sampling engine by itself"
    parser = subparsers.add_parser("simulate", help=text, description=__doc__, allow_abbrev=False)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--preset", metavar="NAME", help="a process by name; see --list")
    what.add_argument(
        "--process", metavar="FILE:NAME", help="a Process that a Python file declares"
    )
    what.add_argument(
        "--list", action="store_true", help="the presets, their sizes, the quantities"
    )
    sizes = "a size or share, such as n=100 or alpha=1/10 (repeatable)"
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=sizes)
    truth = parser.add_mutually_exclusive_group()
    truth.add_argument("--classes", type=int, metavar="S", help="uniform truth on S classes (10)")
    truth.add_argument(
        "--truth",
        metavar="P1,P2,...",
        help="the true probabilities (or eigenvalues), exact: 1/2,1/2",
    )
    parser.add_argument("--window", type=int, metavar="K", help="models that most-recent looks at")
    parser.add_argument(
        "--generations", type=int, metavar="G", help="how many fits (the preset's, else 20)"
    )
    parser.add_argument(
        "--runs", type=int, default=20_000, metavar="R", help="rounded up to shards"
    )
    parser.add_argument("--quantity", action="append", metavar="NAME", help="what (repeatable)")
    parser.add_argument("--level", type=float, default=1e-3, help="of each interval by itself")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--executor", default=None, metavar="NAME",
                        help="serial, processes, dask[:ADDRESS], ray[:ADDRESS], mpi")  # fmt: skip
    parser.add_argument("--jobs", type=int, metavar="N", help="worker processes")
    parser.add_argument("--max-seconds", type=float, metavar="S", help="stop after S seconds")
    parser.add_argument("--resume", metavar="FILE", help="go on from this checkpoint, and keep it")
    parser.add_argument("-o", "--output", metavar="FILE", help=".json, else CSV; default stdout")
    parser.add_argument("--plot", metavar="FILE", help="a figure: .svg, .png or .pdf")
    parser.add_argument("--no-progress", action="store_true", help="no count on stderr")
    parser.set_defaults(run=simulate)
    return parser


def simulate(args: argparse.Namespace) -> int:
    """Run the command; 0, or 130 where Ctrl-C ended it early (with the table of what was done)."""
    from .executors import executor
    from .plot import plot
    from .presets import preset
    from .simulate import run

    if args.list:
        return _list()
    process, at, quantities = _question(args)
    generations = args.generations
    if generations is None:
        generations = 20 if args.process else preset(args.preset or DEFAULT).generations
    show = not args.no_progress and sys.stderr.isatty()

    def tick(done: int, total: int) -> None:
        if show:
            print(f"\rshard {done} of {total}", end="", file=sys.stderr, flush=True)

    name = args.executor or ("processes" if args.jobs and args.jobs > 1 else "serial")
    with executor(name, args.jobs) as pool:
        table = run(process, at, generations, args.runs, quantities, args.seed, pool,
                    alpha=args.level, checkpoint=args.resume, max_seconds=args.max_seconds,
                    progress=tick)  # fmt: skip
    if show:
        print(file=sys.stderr)
    if args.output:
        table.write(args.output)
    else:
        sys.stdout.write(table.csv())
    if args.plot:
        plot(table, args.plot)
    if table.ended != "complete":
        hint = (
            "the same command goes on"
            if args.resume
            else "name a checkpoint with --resume to go on"
        )
        print(f"refutable: ended early ({table.ended}) after {table.runs} runs; {hint}",
              file=sys.stderr)  # fmt: skip
    return INTERRUPTED if table.ended == "interrupted" else 0


def _question(args: argparse.Namespace):  # type: ignore[no-untyped-def]
    """(process, values, quantities) of the command line."""
    import sympy as sp

    from refutable.derivations.errors import UsageError
    from refutable.derivations.families import Categorical, Gaussian

    from .presets import preset

    if args.process:
        process, sizes, quantities = _declared(args.process), {}, args.quantity or ["sqnorm"]
        law, classes = args.truth, args.classes
    else:
        chosen = preset(args.preset or DEFAULT)
        window = args.window if args.window is not None else chosen.window
        if (args.window is not None and not chosen.window) or window < 0:
            raise UsageError(f"--window {args.window} does not fit; only most-recent takes one")
        process, sizes = chosen.make(window), dict(chosen.sizes)
        quantities = args.quantity or list(chosen.quantities)
        asked = args.truth is not None or args.classes is not None
        law, classes = (args.truth, args.classes) if asked else (chosen.truth, chosen.classes)
    for text in args.set:
        name, equals, value = text.partition("=")
        if not equals or (not args.process and name not in sizes):
            known = ", ".join(sizes) or "NAME=VALUE"
            raise UsageError(f"--set {text!r} does not fit; this process takes {known}")
        sizes[name] = value
    at: dict[object, object] = {}
    for name, value in sizes.items():
        at[sp.Symbol(name)] = _number(str(value), f"--set {name}")
    if isinstance(process.family, Categorical):
        if law:
            truth = tuple(_number(x, "--truth") for x in law.split(","))
        else:
            s = 10 if classes is None else classes
            if s < 1:
                raise UsageError(f"--classes must be at least 1 (got {s})")
            truth = (sp.Rational(1, s),) * s
        at[process.family.truth] = truth
    elif isinstance(process.family, Gaussian):
        spectrum = (law or ",".join(["1"] * (classes or 2))).split(",")
        at[process.family.truth] = tuple(_number(x, "--truth") for x in spectrum)
    elif law or classes:
        raise UsageError(f"{process.name} has no probabilities: leave --truth and --classes out")
    return process, at, quantities


def _number(text: str, what: str):  # type: ignore[no-untyped-def]
    import sympy as sp

    from refutable.derivations.errors import UsageError

    try:
        return sp.Rational(text.strip())
    except (TypeError, ValueError, ZeroDivisionError) as err:
        raise UsageError(f"{what} must be a number such as 100, 1/3 or 0.1 (got {text!r})") from err


def _declared(place: str):  # type: ignore[no-untyped-def]
    """The Process that a Python file declares under a variable or process name."""
    from refutable.derivations.errors import LoadError, PathNotFound, UsageError
    from refutable.derivations.process import Process

    file, _, name = place.rpartition(":")
    if not file:
        raise UsageError(f"--process wants FILE:NAME (got {place!r})")
    if not Path(file).is_file():
        raise PathNotFound(f"{file} does not exist")
    try:
        values = runpy.run_path(file)
    except Exception as err:
        raise LoadError(f"{os.path.basename(file)} does not load: {type(err).__name__}: {err}",
                        where=(file, None, None)) from err  # fmt: skip
    found = {k: v for k, v in values.items() if isinstance(v, Process)}
    for key, process in found.items():
        if name in (key, process.name):
            return process
    raise UsageError(f"{file} declares no process {name!r}; it has {', '.join(found) or 'none'}")


def _list() -> int:
    from .presets import every
    from .simulate import QUANTITIES

    for name, p in every().items():
        sizes = ", ".join(f"{k}={v}" for k, v in p.sizes.items())
        print(f"{name:<30}{p.text} ({sizes})")
    print(f"quantities: {', '.join(QUANTITIES)}")
    return 0
