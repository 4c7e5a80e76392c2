"""Ratios of the sampling and exact engines to named baselines, in one run on the CPU clock.

    python benchmarks/montecarlo.py [--rounds 5] [--only PATTERN] [--json FILE] [--results FILE]

Baselines (`baselines.py`) and kernels take turns; a ratio is the median over rounds of
baseline / ours. Compiling is not counted. A ratio above one means that the kernel is faster.
--results writes the table of targets in Markdown; `report.py` joins it with what `executors.py` and
`peers.py` measured.
"""

# ruff: noqa: E402 - the threads are set before NumPy is imported

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"  # before NumPy: one thread for baselines and kernels alike

import baselines
import numpy as np
from flint import fmpq
from report import markdown, merged
from verdicts import verdicts

from refutable.montecarlo import bartlett, mixture, ranks, regression, urn
from refutable.montecarlo import filtered as filters
from refutable.montecarlo.kernels import FreshDesigns
from refutable.montecarlo.paths import Needs
from refutable.montecarlo.two_types import histograms
from refutable.verify.exact.dual import collapse_time
from refutable.verify.exact.dual_numeric import collapse_time_ball, collapse_time_float

KEY = (1, 2)
HALF = [fmpq(1, 2)] * 2


@dataclass(frozen=True)
class Case:
    """ours and base return how many units (replicate-generations, replicates) they did.

    target: the least ratio asked for.  rounds: fewer where the baseline is slow.
    """

    name: str
    unit: str
    against: str
    target: float
    ours: Callable[[], int]
    base: Callable[[], int]
    rounds: int | None = None


def uniform(s: int) -> list[Fraction]:
    return [Fraction(1, s)] * s


def reps(runs: int) -> np.ndarray:
    return np.arange(runs, dtype=np.uint64)


def times(count: int, task: Callable[[], object]) -> int:
    for _ in range(count):
        task()
    return count


def gaussian(n: int, real: int, d: int, weight: float, last: int, runs: int) -> int:
    step = [bartlett.Batch(1 - weight, True, n)]
    if weight:
        step.append(bartlett.Batch(weight, False, real))
    bartlett.models([1.0] * d, [step] * last, range(1, last + 1), 0, runs, KEY)
    return runs * last


def fresh_designs(d: int, rows: int, last: int, runs: int) -> int:
    FreshDesigns(d, (rows,) * last, 1.0).sample(Needs(), KEY, 0, runs)
    return runs * last


def fixed_design(d: int, rows: int, last: int, runs: int) -> int:
    x = np.random.default_rng(0).standard_normal((rows, d))
    regression.fixed(np.linalg.eigvalsh(x.T @ x).tolist(), 1.0, [1] * last, 0, runs, KEY)
    return runs * last


def accumulated(d: int, rows: int, last: int, runs: int) -> int:
    regression.accumulated(d, [rows] * last, 1.0, 0, runs, KEY)
    return runs * last


def squares(n: int, s: int, last: int, runs: int) -> int:
    urn.squares(uniform(s), n, last, reps(runs), KEY)
    return runs * last


def filtered(n: int, s: int, last: int, runs: int) -> int:
    filters.norms(uniform(s), n, Fraction(1, 2), last, reps(runs), KEY)
    return runs * last


def mixtures(s: int, sizes: list[int], runs: int) -> int:
    mixture.chains(uniform(s), sizes, [Fraction(1, 10)] * len(sizes), 0, runs, KEY)
    return runs * s * len(sizes)


def distribution(n: int, last: int, runs: int) -> int:
    ranks.synthetic(n, last, reps(runs), KEY)
    return runs * last


def fresh_distribution(n: int, last: int, runs: int) -> int:
    ranks.mixed(n, n, Fraction(1, 2), last, reps(runs), KEY)
    return runs * last


def absorption(n: int, s: int, runs: int) -> int:
    assert (urn.absorbed(uniform(s), n, 200 * n, reps(runs), KEY) > 0).all()
    return runs


def histogram(n: int, last: int, runs: int) -> int:
    histograms(n, Fraction(1, 2), last, runs, KEY)
    return runs * last


PER_GENERATION = "ns per replicate-generation"
#: Sizes that grow to a million in twenty generations.
GROWING = [int(x) for x in np.geomspace(1000, 10**6, 20)]


def squares_case(n: int, s: int, last: int, target: float, ours: int, base: int) -> Case:
    return Case(
        f"S_m n={n} s={s} M={last}", PER_GENERATION, "NumPy vectorised multinomial", target,
        lambda: squares(n, s, last, ours), lambda: baselines.vectorised(n, s, last, base),
    )  # fmt: skip


def rational_case(n: int, count: int, rounds: int) -> Case:
    chain = baselines.rational_chain(n)
    assert baselines.dixon_time(chain) == collapse_time(HALF, n)
    return Case(
        f"E[T] rational n={n}", "ns", "FLINT Dixon solve (matrix ready)", 2.5,
        lambda: times(count, lambda: collapse_time(HALF, n)),
        lambda: times(1, lambda: baselines.dixon_time(chain)), rounds,
    )  # fmt: skip


def cases() -> list[Case]:
    b = baselines
    return [
        squares_case(100, 52, 50, 4.5, 8_000, 800),
        squares_case(400, 600, 50, 9, 1_500, 150),
        squares_case(100, 52, 400, 8, 1_500, 150),
        squares_case(10, 52, 50, 9, 20_000, 2_000),
        Case("S_m n=100 s=52 M=50", PER_GENERATION, "Python loop, choice and bincount", 50,
             lambda: squares(100, 52, 50, 8_000), lambda: b.loop(100, 52, 50, 40)),
        *[Case(f"absorption n={n} s={s}", "ns per replicate", "NumPy, dropping absorbed and dead", 8,
               lambda n=n, s=s, r=r: absorption(n, s, r),
               lambda n=n, s=s, k=k: b.dropping(n, s, k))
          for n, s, r, k in ((100, 52, 2_000, 400),)],
        Case("two types n=100 R=10^6 M=100", PER_GENERATION, "rng.binomial", 200,
             lambda: histogram(100, 100, 10**6), lambda: b.binomials(100, 20, 50_000)),
        Case("mixture K=100, n to 10^6", "ns per class update", "NumPy vectorised multinomial", 2,
             lambda: mixtures(100, GROWING, 1280), lambda: b.mixtures(100, GROWING, 0.1, 250)),
        Case("Gaussian n=m=100 d=2 w=.618", PER_GENERATION, "NumPy, data in a batch", 80,
             lambda: gaussian(100, 100, 2, 0.618, 50, 4096),
             lambda: b.gaussians(100, 100, 2, 0.618, 20, 500)),
        Case("Gaussian n=1000 d=4", PER_GENERATION, "NumPy, data in a batch", 500,
             lambda: gaussian(1000, 0, 4, 0.0, 50, 4096),
             lambda: b.gaussians(1000, 0, 4, 0.0, 5, 200)),
        Case("regression 200x100, fixed design", PER_GENERATION, "NumPy, stored pseudo-inverse", 9,
             lambda: fixed_design(100, 200, 20, 2048), lambda: b.fixed_design(100, 200, 5, 1000)),
        Case("regression 200x100, fresh designs", PER_GENERATION, "NumPy batched solve", 5000,
             lambda: fresh_designs(100, 200, 20, 4096), lambda: b.least_squares(100, 200, 2, 40)),
        Case("regression 200x100, accumulate", PER_GENERATION, "NumPy batched solve", 1.6,
             lambda: accumulated(100, 200, 5, 64),
             lambda: b.least_squares(100, 200, 5, 24, True)),
        Case("CDF synthetic n=100", PER_GENERATION, "NumPy exact integral", 30,
             lambda: distribution(100, 50, 4000), lambda: b.distribution(100, 50, 200)),
        Case("CDF fresh n=m=100", PER_GENERATION, "NumPy exact integral", 4.5,
             lambda: fresh_distribution(100, 50, 1000),
             lambda: b.fresh_distribution(100, 100, 0.5, 20, 200)),
        Case("filtered n=100 s=52 q=1/2", PER_GENERATION, "NumPy multinomial(N array)", 4.5,
             lambda: filtered(100, 52, 50, 4000), lambda: b.filtered(100, 52, 0.5, 50, 800)),
        Case("filtered n=400 s=600 q=1/2", PER_GENERATION, "NumPy multinomial(N array)", 12,
             lambda: filtered(400, 600, 50, 1500), lambda: b.filtered(400, 600, 0.5, 50, 150)),
        Case("E[T] n=800", "ns", "NumPy LU (matrix and solve)", 50,
             lambda: times(20, lambda: collapse_time_float(HALF, 800)),
             lambda: times(2, lambda: baselines.dense_time(800))),
        rational_case(50, 20, 5),
        rational_case(200, 3, 2),
    ]  # fmt: skip


def nanoseconds(task: Callable[[], int]) -> float:
    start = time.process_time()
    units = task()
    return (time.process_time() - start) / units * 1e9


def measure(case: Case, rounds: int) -> dict[str, object]:
    case.ours()
    rounds = case.rounds or rounds
    pairs = [(nanoseconds(case.ours), nanoseconds(case.base)) for _ in range(rounds)]
    return {
        "case": case.name,
        "unit": case.unit,
        "against": case.against,
        "ours": statistics.median(a for a, _ in pairs),
        "baseline": statistics.median(b for _, b in pairs),
        "ratio": statistics.median(b / a for a, b in pairs),
        "least": min(b / a for a, b in pairs),
        "target": case.target,
    }


def seconds() -> list[dict[str, object]]:
    """Exact times by themselves, in CPU seconds."""
    collapse_time_float(HALF, 600)
    out = []
    for name, task, target in (
        ("E[T] float64 n=10^5", lambda: collapse_time_float(HALF, 10**5), 1.0),
        ("E[T] Arb, 128 bits, n=6400", lambda: collapse_time_ball(HALF, 6400), 15.0),
    ):
        start = time.process_time()
        task()
        out.append({"case": name, "seconds": time.process_time() - start, "target": target})
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", metavar="PATTERN", help="cases whose name has this (re)")
    parser.add_argument("--part", choices=("kernels", "rest"), help="the ratios, or what follows them")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--results", metavar="FILE")
    options = parser.parse_args()
    loads = [os.getloadavg()[0]]
    rows = []
    for case in cases():
        if options.part == "rest" or (options.only and not re.search(options.only, case.name)):
            continue
        row = measure(case, options.rounds)
        rows.append(row)
        print(f"{row['case']:<34} {row['ours']:>12.4g} {row['unit']:<28} "
              f"{row['baseline']:>12.4g} {row['against']:<34} x{row['ratio']:.3g}")  # fmt: skip
        sys.stdout.flush()
    found: dict[str, object] = {"kernels": rows}
    if options.part != "kernels" and not options.only:
        found |= {"seconds": seconds(), "verdicts": verdicts()}
        for name in ("seconds", "verdicts"):
            for row in found[name]:  # type: ignore[attr-defined]
                print(name, row)
    found["load"] = [*loads, os.getloadavg()[0]]
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(found, file, indent=1)
    if options.results:
        with open(options.results, "w", encoding="utf-8") as file:
            file.write(markdown(merged([found])))


if __name__ == "__main__":
    main()
