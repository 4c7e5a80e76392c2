"""The sampling engine by itself: a table of quantities over generations, with intervals.

All quantities of a row of generations are measured on the same paths. A run is cut into shards,
can stop after any of them, and goes on from its checkpoint to the same numbers.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from functools import lru_cache, partial
from hashlib import blake2b
from pathlib import Path

import sympy as sp

from refutable.derivations.errors import DomainError, UsageError
from refutable.derivations.process import Process

from .engine import Job, Model
from .estimate import shards_for, truncated
from .executors import run_sharded
from .quantities import QUANTITIES
from .store import Checkpoint
from .table import Row, Table
from .tally import Tally
from .theory import theory

__all__ = ["QUANTITIES", "run"]

def run(
    process: Process,
    at: Mapping[object, object],
    generations: int | Sequence[int],
    runs: int,
    quantities: Sequence[str] | Mapping[str, sp.Expr] = ("sqnorm",),
    seed: int = 0,
    executor: Executor | None = None,
    *,
    alpha: float = 1e-3,
    checkpoint: str | Path | None = None,
    max_seconds: float | None = None,
    progress: Callable[[int, int], None] | None = None,
    kernels: bool = True,
) -> Table:
    """Simulate `runs` replicates and estimate every quantity at every generation.

    generations: how many fits, or the paper indices wanted.  quantities: names of QUANTITIES, or
    name -> Mean or Prob in which the process's index symbol stands for the generation.
    alpha: level of each interval by itself.  checkpoint: a file to resume from and to save to.
    progress: called with (shards done, shards in all).  kernels: let a compiled kernel sample where
    one suits (see `kernels`).
    Ctrl-C and `max_seconds` end the run early, with the table of the shards done so far.

    >>> from refutable.derivations.families import Categorical
    >>> from refutable.derivations.process import Draw, Model, Pool
    >>> fs = Process("FS", Categorical("p"), Pool([Draw(Model(), 2)]), index=sp.Symbol("m"))
    >>> table = run(fs, {"p": (sp.Rational(1, 2),) * 2}, 2, runs=4096)
    >>> [(row.generation, row.quantity, row.lo < row.mean < row.hi) for row in table.rows]
    [(1, 'sqnorm', True), (2, 'sqnorm', True)]
    """
    wanted = _indices(process, generations)
    nodes = {
        (index, name): node.xreplace({process.index: sp.Integer(index)})
        for index in wanted
        for name, node in _named(process, quantities).items()
    }
    key = f"simulate/{process.name}"
    jobs = truncated(Job.together(list(nodes.values()), at, seed, key, kernels), seed, key)
    shards = shards_for(jobs[0], runs, 0)
    digest = _digest(process, at, nodes, seed, jobs[0].model)
    done, tallies = 0, [Tally()] * len(jobs)
    file = Checkpoint(checkpoint, digest)
    if saved := file.read():
        done, tallies = saved["shards"], [Tally.read(t) for t in saved["tallies"]]
    start = time.monotonic()
    ended = "complete"

    def state() -> Mapping:
        return {"shards": done, "tallies": [t.words() for t in tallies]}

    results = run_sharded(partial(_shard, pickle.dumps(jobs)), range(done, shards), executor)
    try:
        for part in results:
            done, tallies = done + 1, [a + b for a, b in zip(tallies, part, strict=True)]
            file.save(state)
            if progress is not None:
                progress(done, shards)
            if max_seconds is not None and time.monotonic() - start > max_seconds and done < shards:
                ended = "time"
                break
    except KeyboardInterrupt:
        ended = "interrupted" if done < shards else ended
    finally:
        results.close()
        file.save(state, now=True)
    known = _theory(process, at, quantities, wanted)
    rows = []
    for (index, name), job, tally in zip(nodes, jobs, tallies, strict=True):
        summary = job.summary([tally])
        lo, hi = summary.interval(alpha)
        rows.append(Row(index, name, summary.mean, lo, hi, summary.n, known.get((index, name))))
    replicates = done * jobs[0].model.shard_runs
    return Table(process.name, tuple(rows), replicates, alpha, seed, ended)


def _theory(
    process: Process, at: Mapping, quantities: Sequence[str] | Mapping, wanted: list[int]
) -> dict[tuple[int, str], float]:
    """What theory says, where it says anything about a named quantity."""
    out = {}
    for name in () if isinstance(quantities, Mapping) else quantities:
        found = theory(process, at, name, wanted)
        out.update({(g, name): x for g, x in zip(wanted, found or [], strict=bool(found))})
    return out


@lru_cache(maxsize=2)
def _unpickled(blob: bytes) -> list[Job]:
    return pickle.loads(blob)


def _shard(blob: bytes, shard: int) -> list[Tally]:
    """One shard of paths, reduced for every quantity."""
    jobs = _unpickled(blob)
    paths = jobs[0].paths(shard)
    return [job.reduce(paths, shard) for job in jobs]


def _indices(process: Process, generations: int | Sequence[int]) -> list[int]:
    if isinstance(generations, int):
        if generations < 1:
            raise DomainError(f"generations must be at least 1 (got {generations})")
        return [process.origin + k for k in range(generations)]
    out = sorted(set(generations))
    if not out or out[0] < process.origin - 1:
        raise DomainError(f"generations start at {process.origin - 1} (got {generations!r})")
    return out


def _named(process: Process, quantities: Sequence[str] | Mapping) -> dict[str, sp.Expr]:
    if isinstance(quantities, Mapping):
        return dict(quantities)
    unknown = [q for q in quantities if q not in QUANTITIES]
    if unknown or not quantities:
        known = ", ".join(QUANTITIES)
        raise UsageError(f"unknown quantity {unknown[0]!r}; use {known}" if unknown
                         else f"name at least one quantity of {known}")  # fmt: skip
    return {q: QUANTITIES[q](process, process.index) for q in quantities}


def _digest(process: Process, at: Mapping, nodes: Mapping, seed: int, model: Model) -> str:
    values = sorted((str(k), str(v)) for k, v in at.items())
    named = [(k, name, str(node)) for (k, name), node in nodes.items()]
    text = repr((process, values, named, seed, model.shard_runs, model.kernel))
    return blake2b(text.encode(), digest_size=16).hexdigest()
