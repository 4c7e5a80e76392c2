"""Ratios of the sampling engine to named baselines, measured in one run on the process CPU clock.

    python benchmarks/montecarlo.py [--rounds 5] [--json FILE]

Baselines and kernels take turns; a ratio is the median over rounds of baseline / ours. Compiling
is not counted. A ratio above one means that the kernel is faster.
"""

# ruff: noqa: E402 - the threads are set before NumPy is imported

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"  # before NumPy: one thread for baselines and kernels alike

import numpy as np
from scipy.stats import norm

from refutable.montecarlo import urn
from refutable.montecarlo.betting import BINS, lower_limit, rounded
from refutable.montecarlo.kernels import FreshDesigns
from refutable.montecarlo.paths import Needs
from refutable.montecarlo.two_types import histograms

KEY = (1, 2)


@dataclass(frozen=True)
class Case:
    """ours and base return how many units (replicate-generations, replicates) they did."""

    name: str
    unit: str
    against: str
    ours: Callable[[], int]
    base: Callable[[], int]


def uniform(s: int) -> list[Fraction]:
    return [Fraction(1, s)] * s


def reps(runs: int) -> np.ndarray:
    return np.arange(runs, dtype=np.uint64)


def vectorised(n: int, s: int, last: int, runs: int) -> int:
    """NumPy: one multinomial per generation for all replicates, and their squared norms."""
    rng = np.random.default_rng(0)
    p = np.full((runs, s), 1 / s)
    for _ in range(last):
        p = rng.multinomial(n, p) / n
        (p * p).sum(axis=1)
    return runs * last


def loop(n: int, s: int, last: int, runs: int) -> int:
    """As papers' code does it: a choice and a bincount per replicate and generation."""
    rng = np.random.default_rng(0)
    for _ in range(runs):
        p = np.full(s, 1 / s)
        for _ in range(last):
            p = np.bincount(rng.choice(s, size=n, p=p), minlength=s) / n
            (p * p).sum()
    return runs * last


def dropping(n: int, s: int, runs: int) -> int:
    """NumPy multinomials until absorption; absorbed replicates and dead classes are dropped."""
    rng = np.random.default_rng(0)
    p = np.full((runs, s), 1 / s)
    while len(p):
        c = rng.multinomial(n, p)
        c = c[c.max(axis=1) < n]
        p = c[:, c.any(axis=0)] / n
    return runs


def binomials(n: int, last: int, runs: int) -> int:
    """NumPy: one binomial per replicate and generation."""
    rng = np.random.default_rng(0)
    x = np.full(runs, n // 2)
    for _ in range(last):
        x = rng.binomial(n, x / n)
    return runs * last


def least_squares(d: int, rows: int, last: int, runs: int) -> int:
    """NumPy: designs and noise drawn, normal equations solved in a batch."""
    rng = np.random.default_rng(0)
    e = np.zeros((runs, d))
    for _ in range(last):
        x = rng.standard_normal((runs, rows, d))
        y = np.einsum("rtd,rt->rd", x, rng.standard_normal((runs, rows)))
        e = e + np.linalg.solve(np.swapaxes(x, 1, 2) @ x, y[..., None])[..., 0]
        (e * e).sum(axis=1)
    return runs * last


def regression(d: int, rows: int, last: int, runs: int) -> int:
    FreshDesigns(d, (rows,) * last, 1.0).sample(Needs(), KEY, 0, runs)
    return runs * last


def kernel(n: int, s: int, last: int, runs: int) -> int:
    urn.squares(uniform(s), n, last, reps(runs), KEY)
    return runs * last


def absorption(n: int, s: int, runs: int) -> int:
    assert (urn.absorbed(uniform(s), n, 200 * n, reps(runs), KEY) > 0).all()
    return runs


def histogram(n: int, last: int, runs: int) -> int:
    histograms(n, Fraction(1, 2), last, runs, KEY)
    return runs * last


def squares_case(n: int, s: int, last: int, ours: int, base: int) -> Case:
    return Case(
        f"S_m n={n} s={s} M={last}", "ns per replicate-generation", "NumPy vectorised multinomial",
        lambda: kernel(n, s, last, ours), lambda: vectorised(n, s, last, base),
    )  # fmt: skip


CASES = [
    squares_case(10, 52, 50, 20_000, 2_000),
    squares_case(100, 52, 50, 8_000, 800),
    squares_case(400, 52, 50, 2_000, 400),
    squares_case(400, 600, 50, 1_500, 150),
    squares_case(100, 52, 400, 1_500, 150),
    Case("S_m n=100 s=52 M=50", "ns per replicate-generation", "Python loop, choice and bincount",
         lambda: kernel(100, 52, 50, 8_000), lambda: loop(100, 52, 50, 40)),
    *[Case(f"absorption n={n} s={s}", "ns per replicate", "NumPy, dropping absorbed and dead",
           lambda n=n, s=s, r=r: absorption(n, s, r), lambda n=n, s=s, b=b: dropping(n, s, b))
      for n, s, r, b in ((10, 52, 20_000, 4_000), (100, 52, 2_000, 400), (400, 52, 100, 60))],
    *[Case(f"two types n={n} R=10^6 M=100", "ns per replicate-generation", "rng.binomial",
           lambda n=n: histogram(n, 100, 10**6), lambda n=n: binomials(n, 20, 50_000))
      for n in (50, 100, 400)],
    Case("regression T=200 d=100, fresh", "ns per replicate-generation", "NumPy batched solve",
         lambda: regression(100, 200, 20, 4096), lambda: least_squares(100, 200, 2, 40)),
]  # fmt: skip


def nanoseconds(task: Callable[[], int]) -> float:
    start = time.process_time()
    units = task()
    return (time.process_time() - start) / units * 1e9


def measure(case: Case, rounds: int) -> dict[str, object]:
    case.ours()
    pairs = [(nanoseconds(case.ours), nanoseconds(case.base)) for _ in range(rounds)]
    return {
        "case": case.name,
        "unit": case.unit,
        "against": case.against,
        "ours": statistics.median(a for a, _ in pairs),
        "baseline": statistics.median(b for _, b in pairs),
        "ratio": statistics.median(b / a for a, b in pairs),
    }


def verdicts(runs: int = 20) -> list[dict[str, object]]:
    """Observations a verdict takes, against a fixed-size normal test with the same error rates.

    100 claims share 1e-9, power 1 - 1e-6, a margin of 1 % on S_20 with n = 100.
    """
    values = urn.squares(uniform(52), 100, 20, reps(200_000), KEY)[:, 19] / 100**2
    mean, margin, alpha, beta = values.mean(), 0.01 * values.mean(), 1e-11, 1e-6
    fixed = (norm.isf(alpha / 2) + norm.isf(beta)) ** 2 * (values.std() / margin) ** 2
    out = []
    for off in (0, 0.5, 1, 2, 4):
        answers = [_verdict(values, mean + off * margin, margin, alpha, beta, fixed, k)
                   for k in range(runs)]  # fmt: skip
        words = {w: sum(a == w for a, _ in answers) for w in ("verified", "refuted", "open")}
        share = float(statistics.mean(n for _, n in answers) / fixed)
        out.append({"off by margins": off, **words, "mean N / fixed N": share})
    return out


def _verdict(values, claim, margin, alpha, beta, fixed, seed):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(seed)
    h, n = np.zeros(BINS + 1, np.int64), 0
    while n < 10 * fixed:
        y = values[rng.integers(0, len(values), 2048)]
        h += np.bincount(rounded(y, rng), minlength=BINS + 1)
        n += len(y)
        if not lower_limit(h, alpha / 2) <= claim <= 1 - lower_limit(h[::-1], alpha / 2):
            return "refuted", n
        low, high = lower_limit(h, beta), 1 - lower_limit(h[::-1], beta)
        if claim - margin < low and high < claim + margin:
            return "verified", n
    return "open", n


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    rows = []
    for case in CASES:
        row = measure(case, options.rounds)
        rows.append(row)
        print(f"{row['case']:<30} {row['ours']:>12.4g} {row['unit']:<28} "
              f"{row['baseline']:>12.4g} {row['against']:<34} x{row['ratio']:.3g}")  # fmt: skip
        sys.stdout.flush()
    sequential = verdicts()
    for row in sequential:
        print("verdict", row)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"kernels": rows, "verdicts": sequential}, file, indent=1)


if __name__ == "__main__":
    main()
