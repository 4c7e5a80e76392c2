"""`refutable simulate`: sample a process, print a table, resume a run.

The main command adds it with `add_parser(subparsers)`; the table goes to stdout (CSV) or to the
file named, messages and progress to stderr.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import Executor

from .progress import Progress

__all__ = ["add_parser", "simulate"]

INTERRUPTED = 130
RUNS = 20_000
#: Replicates times generations that are worth starting processes for.
WORTH = 20_000_000


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add `simulate`; its default `run` is `simulate`."""
    text = "the sampling engine by itself"
    parser = subparsers.add_parser("simulate", help=text, description=__doc__, allow_abbrev=False)
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--preset", metavar="NAME", help="a process or a paper's figure by name, or all figures: all"
    )
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
        "--runs", type=int, metavar="R", help=f"replicates (the figure's, else {RUNS}); up to shards"
    )
    parser.add_argument("--quantity", action="append", metavar="NAME", help="what (repeatable)")
    parser.add_argument("--level", type=float, default=1e-3, help="of each interval by itself")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--executor", default=None, metavar="NAME",
                        help="serial, processes, dask[:ADDRESS], ray[:ADDRESS], mpi")  # fmt: skip
    parser.add_argument("--jobs", type=int, metavar="N", help="worker processes")
    parser.add_argument("--max-seconds", type=float, metavar="S", help="stop after S seconds")
    parser.add_argument("--resume", metavar="FILE", help="go on from this checkpoint, and keep it")
    parser.add_argument("-o", "--output", metavar="FILE", help=".json, .parquet (with pyarrow), else"
                        " CSV; default stdout; for figures a folder (figures)")  # fmt: skip
    parser.add_argument("--full", action="store_true", help="figures at the papers' sizes: hours")
    parser.add_argument("--adult", metavar="FILE", help="the UCI Adult data, for he-fig10")
    parser.add_argument("--config", metavar="FILE", help="a TOML file with these options by name")
    parser.add_argument("--plot", metavar="FILE", help="a figure: .svg, .png or .pdf")
    parser.add_argument("--no-progress", action="store_true", help="no count on stderr")
    defaults = {a.dest: a.default for a in parser._actions if a.dest != "help"}
    parser.set_defaults(run=simulate, defaults=defaults)
    return parser


def simulate(args: argparse.Namespace) -> int:
    """Run the command; 0, or 130 where Ctrl-C ended it early (with the table of what was done)."""
    from .plot import plot
    from .presets import DEFAULT, preset
    from .question import configured, question
    from .simulate import run

    args = configured(args, args.defaults)
    if args.list:
        return _list()
    if figures := _figures(args):
        return _draw(args, figures)
    process, at, quantities = question(args)
    generations = args.generations
    if generations is None:
        generations = 20 if args.process else preset(args.preset or DEFAULT).generations
    runs = RUNS if args.runs is None else args.runs
    tick = _progress(args)
    with _pool(args, runs * generations > WORTH) as pool:
        table = run(process, at, generations, runs, quantities, args.seed, pool,
                    alpha=args.level, checkpoint=args.resume, max_seconds=args.max_seconds,
                    progress=tick)  # fmt: skip
    if tick:
        tick.close()
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


def _pool(args: argparse.Namespace, large: bool) -> Executor:
    """The executor asked for; else processes on all cores, where that saves time."""
    from .executors import executor

    spread = args.jobs > 1 if args.jobs else large
    return executor(args.executor or ("processes" if spread else "serial"), args.jobs)


def _progress(args: argparse.Namespace) -> Progress | None:
    return None if args.no_progress or not sys.stderr.isatty() else Progress(sys.stderr)


def _figures(args: argparse.Namespace) -> list[str]:
    """The figures that are asked for; UsageError for options that they do not take."""
    from refutable.derivations.errors import UsageError

    from .figures import FIGURES

    names = list(FIGURES) if args.preset == "all" else [args.preset]
    if args.preset != "all" and args.preset not in FIGURES:
        for option in ("full", "adult"):
            if getattr(args, option):
                raise UsageError(f"--{option} is for figures; see --list")
        return []
    if args.resume:
        raise UsageError("a figure goes on from its NAME.part by itself: leave --resume out")
    for option in ("set", "truth", "classes", "window", "generations", "quantity", "plot"):
        if getattr(args, option):
            raise UsageError(f"a figure has its own settings: leave --{option} out")
    return names


def _draw(args: argparse.Namespace, names: list[str]) -> int:
    from .figures import make

    if args.runs is not None and args.runs < 2:
        from refutable.derivations.errors import UsageError

        raise UsageError(f"--runs must be at least 2 for a figure (got {args.runs})")
    tick = _progress(args)
    with _pool(args, args.runs is None or args.runs > 64) as pool:
        ended = make(names, args.output or "figures", print, full=args.full, adult=args.adult or "",
                     seed=args.seed, runs=args.runs, pool=pool, progress=tick,
                     max_seconds=args.max_seconds)  # fmt: skip
    if tick:
        tick.close()
    if ended:
        print(f"refutable: ended early ({ended}); the same command goes on", file=sys.stderr)
    return INTERRUPTED if ended == "interrupted" else 0


def _list() -> int:
    from .figures import FIGURES
    from .presets import PRESETS
    from .quantities import QUANTITIES

    for name, p in PRESETS.items():
        sizes = ", ".join(f"{k}={v}" for k, v in p.sizes.items())
        print(f"{name:<24}{p.text} ({sizes})")
    print("figures of the papers, or `all`:")
    for name, make in FIGURES.items():
        print(f"{name:<24}{(make.__doc__ or '').strip()}")
    print(f"quantities: {', '.join(QUANTITIES)}")
    return 0
