"""Judges many claims: one after the other or in parallel, within a time if one is given.

The words do not depend on the number of workers. What is not reached before the time is over, or
before an interrupt, comes out as `undecided` with that reason: it is never counted as passed.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from refutable.derivations.claim import Claim
from refutable.derivations.errors import Contradiction

from .loadfault import one_line
from .readable import make_readable
from .selection import groups, with_assumed
from .timelimit import TimeUp, time_limit
from .transport import pack, unpack
from .tuning import FILES, PAPERS, tune
from .verdict import Verdict

__all__ = ["Run", "Source", "built_in", "judge_claim", "run"]

#: Where claims come from: None for the papers, or paths of files and folders.
Source = tuple[str, ...] | None
#: Judges one claim, given the verdicts on earlier ones.
Judge = Callable[[Claim, Any, dict[str, Verdict]], Verdict]


@dataclass
class Run:
    """What a run came to: the verdicts asked for, in order, and what went wrong inside."""

    verdicts: list[Verdict]
    errors: list[str] = field(default_factory=list)
    interrupted: bool = False
    out_of_time: bool = False


def run(
    chosen: Sequence[Claim],
    claims: Sequence[Claim],
    options: Any,
    *,
    source: Source = None,
    executor: str | None = None,
    judge: Judge | None = None,
    tick: Callable[[str], None] = lambda id: None,
) -> Run:
    """Judge the chosen claims (out of all `claims`, whose links they may assume).

    options: `judge.Options`.  judge: another judge, for tests; then nothing runs in parallel.
    tick: called with the id of every claim that is done.
    """
    work = groups(with_assumed(chosen, claims))
    options = replace(options, claims=len(chosen))
    end = None if options.max_seconds is None else time.monotonic() + options.max_seconds
    parallel = judge is None and len(work) > 1 and (executor or "processes") != "serial"
    done: dict[str, Verdict] = {}
    out = Run([])
    try:
        if parallel and (options.jobs > 1 or executor):
            results = _pooled(work, options, source, executor or "processes", end)
        else:
            results = _serial(work, options, judge, end)
        for verdict, error in results:
            done[verdict.claim.id] = verdict
            out.errors += [error] if error else []
            tick(verdict.claim.id)
    except KeyboardInterrupt:
        out.interrupted = True
    except TimeUp:
        out.out_of_time = True
    except BrokenExecutor as err:
        out.errors.append(f"internal error: a worker process died: {one_line(err)}; try --jobs 1")
    out.verdicts = _in_order(chosen, done, out, options)
    return out


def _in_order(
    chosen: Sequence[Claim], done: dict[str, Verdict], out: Run, options: Any
) -> list[Verdict]:
    from .judge import combine

    reason = "not judged: a worker process died"
    if out.interrupted:
        reason = "not judged: the run was interrupted"
    elif out.out_of_time:
        reason = f"not judged: the time of {options.max_seconds:g} s was over (--max-seconds)"
    return combine([done.get(c.id) or Verdict(c, "undecided", reason) for c in chosen])


def judge_claim(
    claim: Claim, options: Any, done: dict[str, Verdict], judge: Judge | None
) -> tuple[Verdict, str | None]:
    """A verdict, or, where an engine breaks, `undecided` and what to report."""
    from .judge import judge_one

    try:
        return make_readable((judge or judge_one)(claim, options, done)), None
    except Contradiction as err:
        what = f"engines contradict each other: {one_line(err).removeprefix(f'{claim.id}: ')}"
    except Exception as err:
        what = f"{type(err).__name__}: {one_line(err)}"
    text = f"{claim.file}:{claim.line}: claim {claim.id}: internal error: {what}"
    return Verdict(claim, "undecided", f"internal error: {what}"), text


def _serial(
    work: list[list[Claim]], options: Any, judge: Judge | None, end: float | None
) -> Iterator[tuple[Verdict, str | None]]:
    for group in work:
        done: dict[str, Verdict] = {}
        for claim in group:
            left = None if end is None else max(0.001, end - time.monotonic())
            with time_limit(left):
                verdict, error = judge_claim(claim, options, done, judge)
            done[claim.id] = verdict
            yield verdict, error


def _pooled(
    work: list[list[Claim]], options: Any, source: Source, name: str, end: float | None
) -> Iterator[tuple[Verdict, str | None]]:
    from concurrent.futures import TimeoutError as Late
    from concurrent.futures import as_completed

    from refutable.montecarlo.executors import executor

    known = {c.id: c for group in work for c in group}
    preload = PAPERS if source is None else FILES
    pool = executor(name, min(options.jobs, len(work)), preload)
    # The largest groups first: a short one fills a gap at the end, a long one makes it.
    order = sorted(work, key=len, reverse=True)
    futures = [pool.submit(_task, source, tuple(c.id for c in g), options) for g in order]
    try:
        left = None if end is None else max(0.0, end - time.monotonic())
        for future in as_completed(futures, timeout=left):
            data, errors = future.result()
            for verdict in unpack(data, known):
                yield verdict, errors.get(verdict.claim.id)
        pool.shutdown()
    except Late:
        raise TimeUp from None
    finally:
        _stop(pool)


def _stop(pool: Any) -> None:
    """Let nothing run on after an interrupt: pending tasks are cancelled, our workers ended."""
    workers = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        with suppress(OSError, ValueError, AttributeError):
            worker.terminate()


def _task(source: Source, ids: tuple[str, ...], options: Any) -> tuple[bytes, dict[str, str]]:
    """In a worker: judge these claims, loaded there."""
    with suppress(ValueError):  # an interrupt is the business of the process that asked
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    tune()
    known = built_in() if source is None else _claims(source)
    done: dict[str, Verdict] = {}
    errors = {}
    for id in ids:
        done[id], error = judge_claim(known[id], options, done, None)
        if error:
            errors[id] = error
    return pack(list(done.values())), errors


@lru_cache(maxsize=1)
def built_in() -> dict[str, Claim]:
    """The claims of the papers and the lemmas, by id."""
    from .loader import load_built_in

    return {c.id: c for c in load_built_in()}


@lru_cache(maxsize=4)
def _claims(source: tuple[str, ...]) -> dict[str, Claim]:
    from .loader import load

    return {c.id: c for c in load(source)}
