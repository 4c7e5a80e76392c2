"""The commands that judge: verify, list, show, audit, mutants. Each returns an exit code."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from refutable.derivations.claim import Claim
from refutable.derivations.errors import NoClaim, PathNotFound, UsageError

from . import baseline, jsonout, junit, pullrequest, sarif
from .arguments import ENGINES, processors
from .loader import LEMMAS, load, load_built_in
from .outfile import check_target, write_text
from .running import Run, run
from .selection import select
from .table import console, print_tables, progress, summary_line
from .verdict import Verdict

__all__ = ["audit", "list_claims", "mutants", "show", "verify"]


def verify(args: Namespace, judge=None) -> int:  # type: ignore[no-untyped-def]
    """Judge, print the tables, write the files, compare with the baseline."""
    _check_results(args)
    claims = _load(args.path, args.load_seconds)
    chosen = select(claims, args.paper, args.claim)
    done = _judge(args, chosen, claims, args.path, judge)
    return _conclude(args, done, whole=len(chosen) == len(select(claims)), papers=not args.path)


def audit(args: Namespace, judge=None) -> int:  # type: ignore[no-untyped-def]
    """Judge the claims of files and tell everything about each."""
    if args.latex is not None:
        return _scaffold(args.latex)
    if not args.path:
        raise UsageError("audit a file; none was named; write `refutable audit FILE`")
    _check_results(args)
    claims = _load(args.path, args.load_seconds)
    chosen = select(claims, args.paper, args.claim)
    done = _judge(args, chosen, claims, args.path, judge)
    return _conclude(
        args, done, whole=len(chosen) == len(select(claims)), papers=False, everything=True
    )


def show(args: Namespace, judge=None) -> int:  # type: ignore[no-untyped-def]
    """Everything about the claims named: 0, whatever they came out as."""
    claims = _load(args.file, args.load_seconds)
    chosen = select(claims, args.paper, args.id)
    done = _judge(args, chosen, claims, args.file, judge)
    _print_everything(done.verdicts)
    return _internal(done) or (130 if done.interrupted else 0)


def mutants(args: Namespace, judge=None) -> int:  # type: ignore[no-untyped-def]
    """The fate of every mutant; 1 where one is undetected."""
    if args.output is not None:
        check_target(args.output, "-o")
    claims = _load(args.file, args.load_seconds)
    chosen = select(claims, args.paper, args.claim)
    done = _judge(args, chosen, claims, args.file, judge)
    if args.output is not None:
        from .mutantpage import markdown

        write_text(args.output, markdown(done.verdicts))
    else:
        from .mutanttable import print_mutants

        print_mutants(done.verdicts, console())
    undetected = any(v.mutants and v.mutants.undetected for v in done.verdicts)
    return _internal(done) or (130 if done.interrupted else int(undetected))


def list_claims(args: Namespace) -> int:
    """Id, locator, kind and statement of every claim."""
    from .listing import print_claims

    print_claims(select(_load(args.path, args.load_seconds), args.paper, args.claim), console())
    return 0


def _load(paths: Sequence[str], seconds: float) -> Sequence[Claim]:
    claims = load(paths, seconds) if paths else load_built_in(seconds)
    if not claims:
        where = ", ".join(paths) if paths else "the papers"
        raise NoClaim(
            f"load claims from {where}; there is none; a claim file is called claim_*.py and"
            " makes claims with claim(...)"
        )
    return claims


def _judge(args: Namespace, chosen, claims, paths, judge) -> Run:  # type: ignore[no-untyped-def]
    from .judge import FEW_INSTANCES, INSTANCES, SOME_MUTANTS, Options
    from .mutants import MAX_MUTANTS

    engines = args.engine or [e for e in ENGINES if e != "transformer" or args.full]
    jobs = args.jobs or min(processors(), 1 + len(chosen) // 4)
    options = Options(
        seed=args.seed,
        engines=frozenset(engines),
        fast=args.fast,
        full=args.full or "transformer" in args.engine,
        jobs=jobs,
        instances=FEW_INSTANCES if args.fast else INSTANCES,
        mutants=not args.fast and getattr(args, "write_baseline", None) is None,  # it holds words only
        wrong_versions=MAX_MUTANTS if args.full or args.command != "verify" else SOME_MUTANTS,
        claims=len(chosen),
        max_seconds=args.max_seconds,
        check_seconds=args.check_seconds,
        mutant_seconds=args.mutant_seconds,
    )
    source = tuple(str(Path(p).resolve()) for p in paths) or None
    with progress(len(chosen), not args.no_progress) as tick:
        return run(
            chosen,
            claims,
            options,
            source=source,
            executor=args.executor,
            judge=judge,
            tick=tick,
        )


def _check_results(args: Namespace) -> None:
    """What would go wrong after judging goes wrong before it."""
    targets = [(getattr(args, n), f"--{n}") for n in ("json", "junit", "sarif")]
    targets = [(t, option) for t, option in targets if t is not None]
    for target, option in targets:
        check_target(target, option)
    if sum(t == "-" for t, _ in targets) > 1:
        raise UsageError("write two files to stdout; they would mix; name a file for one of them")
    if args.write_baseline is not None:
        if args.fast or args.engine:
            raise UsageError(
                "write a baseline; with engines switched off its words would be too weak;"
                " leave out --fast and --engine"
            )
        if args.full:
            raise UsageError(
                "write a baseline; with transformers its words would be too strong for a run"
                " without; leave out --full"
            )
        if args.path and not (args.write_baseline or args.baseline):
            raise UsageError(
                "write a baseline of files of your own; the built-in one is of the papers;"
                " name a file: --write-baseline FILE"
            )
        check_target(args.write_baseline or str(baseline.DEFAULT), "--write-baseline")
    elif args.baseline and not Path(args.baseline).exists():
        raise PathNotFound(f"read the baseline {args.baseline}; there is no such file; check it")


def _conclude(
    args: Namespace, done: Run, *, whole: bool, papers: bool, everything: bool = False
) -> int:
    """Print, write and compare; the exit code."""
    verdicts = done.verdicts
    complete = not (done.errors or done.interrupted or done.out_of_time)
    if args.write_baseline is not None and complete:
        target = args.write_baseline or args.baseline or str(baseline.DEFAULT)
        keep = {} if whole or not Path(target).exists() else baseline.read(Path(target))
        baseline.write(target, _of_papers(verdicts), keep)
    elif args.write_baseline is not None:
        print("refutable: the baseline was not written: the run is incomplete", file=sys.stderr)
    known = _baseline(args, papers)
    differences = None
    if known is not None:
        off = bool(args.fast or args.engine)
        full = args.full or "transformer" in args.engine
        differences = baseline.compare(
            _of_papers(verdicts), known, engines_off=off, transformers=full, whole=whole
        )
    failing = baseline.failing(verdicts, differences, args.fail_on)
    if differences is not None:  # the baseline is one of papers
        lemmas = [v for v in verdicts if v.claim.paper == LEMMAS]
        failing += baseline.failing(lemmas, None, args.fail_on)
    expected = _expected(verdicts, known, differences)
    taken = _write_files(args, verdicts, failing, known is not None)
    out = console(sys.stderr if taken else sys.stdout)
    if everything and not taken:
        _print_everything(verdicts)
    elif not taken:
        print_tables(verdicts, out, expected)
    out.print(summary_line(verdicts))
    for d in differences or ():
        out.print(f"not as in the baseline: {d}")
    if pullrequest.wanted():
        print(*pullrequest.lines(failing), sep="\n", file=sys.stderr)
        pullrequest.write_summary(verdicts, failing)
    return _internal(done) or (130 if done.interrupted else int(bool(failing or differences)))


def _of_papers(verdicts: Sequence[Verdict]) -> list[Verdict]:
    return [v for v in verdicts if v.claim.paper != LEMMAS]


def _baseline(args: Namespace, papers: bool) -> dict[str, str] | None:
    if args.baseline:
        return baseline.read(Path(args.baseline))
    if args.write_baseline:
        return baseline.read(Path(args.write_baseline))
    return baseline.read(baseline.DEFAULT) if papers and baseline.DEFAULT.exists() else None


def _expected(
    verdicts: Sequence[Verdict],
    known: dict[str, str] | None,
    differences: Sequence[baseline.Difference] | None,
) -> set[str]:
    changed = {d.id for d in differences or ()}
    return {v.claim.id for v in verdicts if v.claim.id in (known or {})} - changed


def _write_files(
    args: Namespace, verdicts: Sequence[Verdict], failing: Sequence[Verdict], compared: bool
) -> bool:
    """Write what was asked for; whether stdout was taken by it."""
    for target, text in (
        (args.json, lambda: jsonout.dumps(verdicts, args.seed)),
        (args.junit, lambda: junit.dumps(verdicts, failing)),
        (args.sarif, lambda: sarif.dumps(verdicts, failing, compared)),
    ):
        if target is not None:
            write_text(target, text())
    return "-" in (args.json, args.junit, args.sarif)


def _internal(done: Run) -> int:
    """3, told on stderr, where an engine broke."""
    for text in done.errors:
        print(text, file=sys.stderr)
    return 3 if done.errors else 0


def _print_everything(verdicts: Sequence[Verdict]) -> None:
    from .show import print_verdicts

    print_verdicts(verdicts, console())


def _scaffold(text: str) -> int:
    from .latex.cli import run_scaffold

    return run_scaffold(text)
