"""Does one relation between expectations hold at one instance? Three answers.

"refuted": the sides differ, a false alarm has probability at most alpha.
"verified": they differ by at most `delta`; if they differed by more, this would be said with
probability at most beta.
"open": the budget ended first.

Sampling looks at fixed shares of the budget, in shard order. Intervals of means hold at all looks
at once; those of probabilities pay for each look.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.errors import DomainError, OutsideFragment

from .confidence import Interval, visible
from .engine import Job
from .estimate import prepared, shards_for
from .executors import run_sharded
from .fixed import settled
from .instance import instance, put
from .sides import enclose, expectations, merged
from .tally import Tally

__all__ = ["LOOKS", "Outcome", "check"]

#: Shares of the budget after which the intervals are looked at.
LOOKS = tuple(2.0**k for k in range(-7, 1))
#: Margins below this are not asked for: a side may be zero.
FLOOR = 1e-4


@dataclass(frozen=True)
class Outcome:
    """What sampling says; gap encloses lhs - rhs at level alpha; seconds are no part of it."""

    outcome: str
    delta: float | None
    gap: Interval
    lhs: Interval
    rhs: Interval
    visible: float
    runs: int
    alpha: float
    beta: float
    detail: str
    seconds: float = field(default=0.0, compare=False)

    def __str__(self) -> str:
        if self.outcome == "verified":
            return f"verified to +-{self.delta:.3g}" if self.delta else "verified"
        return self.outcome


def check(
    relation: S.Rel,
    at: Mapping[object, object],
    *,
    seed: int,
    key: str,
    alpha: float = 1e-9,
    beta: float = 1e-6,
    budget: int = 20_000_000,
    delta: float = 0.01,
    executor: Executor | None = None,
) -> Outcome:
    """Judge `lhs op rhs` at an instance; the sides are expressions of Mean, Prob and numbers.

    budget: steps (replicates x generations x classes) in all.  delta: how close, relative to the
    larger side (and never closer than FLOOR), the sides must be shown to be to count as verified.
    Raises OutsideFragment for sides that sampling cannot compare, DomainError for bad values.

    >>> import sympy as sp
    >>> from refutable.derivations.families import Categorical
    >>> from refutable.derivations.process import Draw, Model, Pool, Process
    >>> fs = Process("FS", Categorical("p"), Pool([Draw(Model(), 2)]))
    >>> half = sp.Rational(1, 2)
    >>> claim = S.eq(Q.Mean(Q.SqNorm(fs.model(1))), sp.Rational(4, 5))
    >>> str(check(claim, {"p": (half, half)}, seed=0, key="doc", budget=400_000))
    'refuted'
    """
    if not isinstance(relation, S.Rel) or isinstance(relation.lhs, Q.Vec):
        raise OutsideFragment(
            f"sampling checks relations of numbers (got {relation})", part="relation"
        )
    for name, x in (("alpha", alpha), ("beta", beta), ("delta", delta)):
        if not 0 < x < 1:
            raise DomainError(f"{name} must be in (0, 1) (got {x!r})")
    start = time.perf_counter()
    values = instance(at)
    lhs, rhs = (settled(put(side, values), values) for side in (relation.lhs, relation.rhs))
    if not expectations(lhs - rhs) and (lhs - rhs).has(Q.Functional):
        return _almost_surely(relation, at, seed, key, alpha, beta, budget, start, executor)
    difference = merged(lhs - rhs)
    sides = [x for x in (lhs, rhs) if x != difference]
    nodes = expectations(difference)
    extra = [n for s in sides for n in expectations(s) if n not in nodes]
    jobs = {n: prepared(n, at, seed, f"{key}/{k}") for k, n in enumerate([*nodes, *extra])}
    refute, verify = alpha / max(1, len(nodes)), beta / max(1, len(nodes))
    if _is_linear(difference, nodes):  # then one limit of each interval matters on either side
        refute *= 2 if relation.op not in ("=", "!=") else 1
        verify *= 2 if relation.op != "!=" else 1
    tallies = {n: Tally() for n in jobs}
    done = dict.fromkeys(jobs, 0)
    outcome = None
    for look in LOOKS:
        for n, job in jobs.items():
            part = look / len(nodes) if n in nodes else LOOKS[0]  # the others only set the scale
            upto = shards_for(job, None, int(budget * part))
            tallies[n] = sum(run_sharded(job.tally, range(done[n], upto), executor), tallies[n])
            done[n] = max(done[n], upto)
        summaries = {n: jobs[n].summary([t]) for n, t in tallies.items()}
        wide = {n: s.interval(refute, len(LOOKS)) for n, s in summaries.items()}
        close = {n: s.interval(verify, len(LOOKS)) for n, s in summaries.items()}
        gap, near = enclose(difference, wide), enclose(difference, close)
        left, right = enclose(lhs, {**wide}), enclose(rhs, {**wide})
        middle = {n: (s.mean, s.mean) for n, s in summaries.items()}
        size = _size(enclose(lhs, middle), enclose(rhs, middle))
        outcome, reach = _decide(relation.op, gap, near, max(FLOOR, delta * size))
        if outcome != "open" or not jobs:
            break
    seen = sum(
        (visible(s, refute, verify, len(LOOKS)) for n, s in summaries.items() if n in nodes), 0.0
    )
    runs = sum(done[n] * jobs[n].model.shard_runs for n in jobs)
    words = f"lhs - rhs in [{gap[0]:.6g}, {gap[1]:.6g}]; {runs} runs"
    return Outcome(outcome or "open", reach, gap, left, right, seen, runs, alpha, beta, words,
                   time.perf_counter() - start)  # fmt: skip


def _is_linear(difference: sp.Expr, nodes: Sequence[sp.Basic]) -> bool:
    names = {n: sp.Dummy() for n in nodes}
    plain = difference.xreplace(names)
    return all(not plain.diff(x).free_symbols & set(names.values()) for x in names.values())


def _size(left: Interval, right: Interval) -> float:
    sizes = [abs(x) for side in (left, right) for x in side if math.isfinite(x)]
    return max(sizes, default=1.0)


def _decide(op: str, gap: Interval, near: Interval, margin: float) -> tuple[str, float | None]:
    """("refuted" | "verified" | "open", how far the sides may still differ)."""
    (lo, hi), (a, b) = gap, near
    if op in (">", ">="):
        flipped = {">": "<", ">=": "<="}[op]
        return _decide(flipped, (-hi, -lo), (-b, -a), margin)
    if op == "!=":
        return ("verified", 0.0) if a > 0 or b < 0 else ("open", None)
    if op == "=":
        if lo > 0 or hi < 0:
            return "refuted", None
        reach = max(abs(a), abs(b))
        return ("verified", reach) if reach <= margin else ("open", None)
    if lo > 0 or (op == "<" and lo >= 0):
        return "refuted", None
    if b < 0 or (op == "<=" and b <= 0):
        return "verified", 0.0
    return ("verified", b) if b <= margin else ("open", None)


def _almost_surely(relation, at, seed, key, alpha, beta, budget, start, executor) -> Outcome:  # type: ignore[no-untyped-def]
    """A relation of random numbers under no expectation: it must hold on every path."""
    node = Q.Prob(S.Not(relation))
    job = Job.of(node, at, seed, key)
    shards = range(shards_for(job, None, budget))
    summary = job.summary(run_sharded(job.tally, shards, executor))
    low, high = summary.interval(beta)
    outcome = "refuted" if summary.yes else "verified" if summary.maybe == 0 else "open"  # type: ignore[union-attr]
    words = f"violated on {summary.yes} of {summary.n} paths"  # type: ignore[union-attr]
    reach = high if outcome == "verified" else None
    return Outcome(outcome, reach, (low, high), (low, high), (0.0, 0.0),
                   visible(summary, alpha, beta), summary.n, alpha, beta, words,
                   time.perf_counter() - start)  # fmt: skip
