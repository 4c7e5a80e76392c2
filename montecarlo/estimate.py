"""Estimates of expectations and probabilities, with both error rates.

The limits hold with probability at least 1 - alpha at any sample size, for the observable's own
bounds; `visible` is the smallest deviation that a comparison with this estimate misses with
probability at most beta.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

import numpy as np
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import DomainError, OutsideFragment

from .confidence import Bounded, Counted, visible
from .engine import Job
from .executors import run_sharded
from .observe import value
from .paths import Paths
from .streams import stream_key

__all__ = ["Estimate", "estimate", "prepared", "shards_for", "truncated"]

#: Steps (replicates x generations x classes) of an estimate when nobody asks for runs.
BUDGET = 20_000_000


@dataclass(frozen=True)
class Estimate:
    """mean, [lo, hi] at level alpha, and what it would have seen; seconds are no part of it."""

    mean: float
    lo: float
    hi: float
    alpha: float
    visible: float
    beta: float
    runs: int
    method: str
    seconds: float = field(default=0.0, compare=False)

    def __contains__(self, x: object) -> bool:
        return bool(self.lo <= float(sp.sympify(x)) <= self.hi)


def estimate(
    node: sp.Basic,
    at: Mapping[object, object],
    *,
    seed: int,
    key: str,
    runs: int | None = None,
    alpha: float = 1e-9,
    beta: float = 1e-6,
    cap: int | None = None,
    executor: Executor | None = None,
) -> Estimate:
    """Sample a Mean or Prob at an instance.

    runs: replicates, rounded up to whole shards.  cap: where Mean(T) is truncated (a lower limit).
    An observable that is bounded on one side only gets a limit on that side only.
    Raises OutsideFragment for what sampling cannot answer, DomainError for values out of range.

    >>> import sympy as sp
    >>> from refutable.derivations.families import Categorical
    >>> from refutable.derivations.process import Draw, Model, Pool, Process
    >>> fs = Process("FS", Categorical("p"), Pool([Draw(Model(), 2)]))
    >>> node = Q.Mean(Q.SqNorm(fs.model(1)))
    >>> half = sp.Rational(1, 2)
    >>> e = estimate(node, {"p": (half, half)}, seed=0, key="doc", runs=4096)
    >>> sp.Rational(3, 4) in e, e.lo > 0.6
    (True, True)
    """
    for name, x in (("alpha", alpha), ("beta", beta)):
        if not 0 < x < 1:
            raise DomainError(f"{name} must be in (0, 1) (got {x!r})")
    start = time.perf_counter()
    job = prepared(node, at, seed, key, cap)
    shards = shards_for(job, runs, BUDGET)
    summary = job.summary(run_sharded(job.tally, range(shards), executor))
    lo, hi = summary.interval(alpha)
    return Estimate(
        summary.mean, lo, hi, alpha, visible(summary, alpha, beta), beta,
        shards * job.model.shard_runs, method_of(summary), time.perf_counter() - start,
    )  # fmt: skip


def method_of(summary: Bounded | Counted) -> str:
    """In words, for a report."""
    if isinstance(summary, Counted):
        return "exact binomial (Clopper-Pearson)"
    return "betting" + (", lower limit of a truncated mean" if summary.open_above else "")


def shards_for(job: Job, runs: int | None, budget: int) -> int:
    """Whole shards for `runs` replicates, or as many as the budget of steps allows."""
    if runs is not None and (isinstance(runs, bool) or not isinstance(runs, int) or runs < 1):
        raise DomainError(f"runs must be an integer >= 1 (got {runs!r})")
    wanted = runs if runs is not None else max(1, budget // job.model.cost)
    size = job.model.shard_runs
    return max(1, -(-wanted // size) if runs is not None else wanted // size)


def prepared(
    node: sp.Basic, at: Mapping[object, object], seed: int, key: str, cap: int | None = None
) -> Job:
    """The job of a node, its observable truncated where it has no upper bound."""
    bare = isinstance(node, Q.Mean) and isinstance(node.args[0], Q.CollapseTime)
    if bare:
        node = Q.Mean(sp.Min(node.args[0], _cap(node, at, cap)), *node.args[1:])
    job = Job.of(node, at, seed, key)
    return replace(job, cut=True) if bare else truncated([job], seed, key)[0]


def truncated(jobs: Sequence[Job], seed: int, key: str) -> list[Job]:
    """Jobs whose observables have finite bounds: where there is no upper one, the observable is
    truncated where a separate, discarded pilot shard suggests.

    Raises OutsideFragment for observables without a lower bound.
    """
    out = list(jobs)
    paths: Paths | None = None
    for k, job in enumerate(jobs):
        if not math.isfinite(job.low):
            raise OutsideFragment(
                f"{job.observable} is bounded on no side: sampling cannot show where its mean is,"
                " or that it is finite",
                part="unbounded observable",
            )
        if not math.isfinite(job.high):
            if paths is None:
                paths = replace(job, key=stream_key(seed, key + "\0pilot")).paths(0)
            x = value(job.observable, job.model.scope, paths)
            high = job.low + 2 * float(np.quantile(x - job.low, 0.999))
            out[k] = replace(job, high=high, cut=True)
    return out


def _cap(node: sp.Basic, at: Mapping[object, object], cap: int | None) -> int:
    if cap is not None:
        return cap
    process = Q.processes_of(node)[0]
    job = Job.of(
        Q.Prob(sp.Gt(process.collapse_time, process.origin + 1, evaluate=False)), at, 0, ""
    )
    size = max(i.size for s in job.model.steps for i in s.items)
    return process.origin + min(4096, 8 * size)
