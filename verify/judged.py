"""Verdicts for commands that write documents: which claims, judged how."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from refutable.derivations.claim import Claim

from .verdict import Verdict

__all__ = ["add_options", "judged", "selected", "with_parts"]


def add_options(p: argparse.ArgumentParser) -> None:
    """Options of every command that judges claims in order to write about them."""
    p.add_argument(
        "ids", nargs="*", metavar="ID|PATH", help="these claims, or claim files (default: all)"
    )
    p.add_argument(
        "--claim", action="append", default=[], metavar="ID", help="this claim, as an option"
    )
    p.add_argument(
        "--file", action="append", default=[], metavar="PATH", help="claim files of your own"
    )
    p.add_argument("--paper", action="append", default=[], metavar="P", help="only this paper")
    p.add_argument("--fast", action="store_true", help="no sampling, no mutants")
    p.add_argument("--seed", type=int, default=0, help="root seed of the sampling")
    p.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="parallel processes")
    p.add_argument("--no-progress", action="store_true", help="no bar on stderr")
    p.add_argument("--traceback", action="store_true", help="show where an error comes from")


def selected(args: argparse.Namespace) -> tuple[list[Claim], list[Claim]]:
    """(all claims that were loaded, those asked for). Raises NoClaim where nothing fits."""
    from .loader import load, load_built_in
    from .selection import select

    files, ids = _files(args), [x for x in args.ids if not _is_path(x)]
    claims = load(files) if files else load_built_in()
    return claims, select(claims, args.paper, [*ids, *args.claim])


def _files(args: argparse.Namespace) -> list[str]:
    return [*args.file, *(x for x in args.ids if _is_path(x))]


def _is_path(word: str) -> bool:
    """A path as `verify` and `audit` take it; no claim id looks like one."""
    return word.endswith(".py") or "/" in word or os.sep in word


def judged(args: argparse.Namespace) -> list[Verdict]:
    """The verdicts asked for, parents folded, in catalogue order.

    Raises Contradiction where engines contradict each other, NoClaim where nothing fits.
    """
    from refutable.derivations.errors import Contradiction

    from .judge import Options, combine
    from .running import run
    from .table import progress

    claims, chosen = selected(args)
    options = Options(
        seed=args.seed,
        fast=args.fast,
        jobs=min(args.jobs, 1 + len(chosen) // 4),
        claims=len(chosen),
        mutants=not args.fast,
    )
    source = tuple(str(Path(p).resolve()) for p in _files(args)) or None
    with progress(len(chosen), not args.no_progress) as tick:
        done = run(chosen, claims, options, source=source, tick=tick)
    if done.interrupted:
        raise KeyboardInterrupt  # a document of half a run would look like one of a whole
    if done.errors:
        raise Contradiction(done.errors[0])
    return combine(done.verdicts)


def with_parts(verdicts: Sequence[Verdict]) -> list[tuple[Verdict, list[Verdict]]]:
    """(entry, its parts) pairs; a part without its parent among the verdicts stands alone."""
    known = {v.claim.id for v in verdicts}
    out: list[tuple[Verdict, list[Verdict]]] = []
    place: dict[str, list[Verdict]] = {}
    for v in verdicts:
        parent = v.claim.parent
        if parent and parent in known:
            place.setdefault(parent, []).append(v)
        else:
            out.append((v, place.setdefault(v.claim.id, [])))
    return out
