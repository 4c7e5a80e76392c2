"""How the samplers' time grows: exponents by least squares in log-log, and a figure.

    python benchmarks/scaling.py [--rounds 3] [--plot FILE.svg] [--json FILE]

CPU clock, one thread, compiling not counted, the least of the rounds at each size.
"""

# ruff: noqa: E402 - the threads are set before NumPy is imported

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from fractions import Fraction

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np
import sympy as sp
from flint import fmpq

from refutable.montecarlo import bartlett, filtered, mixture, ranks, regression, urn
from refutable.montecarlo.engine import Job
from refutable.montecarlo.presets import PRESETS
from refutable.montecarlo.quantities import QUANTITIES
from refutable.verify.exact.dual_numeric import collapse_time_float

KEY = (1, 2)
HALF = Fraction(1, 2)


def uniform(s: int) -> list[Fraction]:
    return [Fraction(1, s)] * s


def reps(runs: int) -> np.ndarray:
    return np.arange(runs, dtype=np.uint64)


def gaussian(n: int, d: int, last: int, runs: int) -> object:
    step = [bartlett.Batch(1.0, True, n)]
    return bartlett.models([1.0] * d, [step] * last, [last], 0, runs, KEY)


def plain(name: str, last: int, runs: int, s: int = 10, **sizes: int) -> object:
    """`runs` replicates of a preset by its plain sampler."""
    made = PRESETS[name]
    values = {sp.Symbol(k): sp.Rational(str(v)) for k, v in {**made.sizes, **sizes}.items()}
    values[sp.Symbol("p")] = (sp.Rational(1, s),) * s
    values[sp.Symbol("Sigma")] = (sp.Integer(1),) * s
    process = made.make(made.window)
    job = Job.together([QUANTITIES["risk"](process, sp.Integer(last))], values, 1, "scaling")[0]
    return job.model.sample(job.key, 0, runs)


#: (sampler, what grows, sizes, task)
CURVES: list[tuple[str, str, Sequence[int], Callable[[int], object]]] = [
    ("urn", "n", (100, 200, 400, 800, 1600), lambda n: urn.squares(uniform(52), n, 50, reps(200), KEY)),
    ("urn", "s", (25, 50, 100, 200, 400), lambda s: urn.squares(uniform(s), 400, 50, reps(200), KEY)),
    ("urn", "replicates", (500, 1000, 2000, 4000), lambda r: urn.squares(uniform(52), 100, 50, reps(r), KEY)),
    ("urn", "generations", (50, 100, 200, 400, 800), lambda g: urn.squares(uniform(52), 400, g, reps(200), KEY)),
    ("filtered", "n", (100, 200, 400, 800, 1600), lambda n: filtered.norms(uniform(52), n, HALF, 50, reps(200), KEY)),
    ("mixture", "n", (10**3, 10**4, 10**5, 10**6), lambda n: mixture.chains(uniform(50), [n] * 10, [HALF] * 10, 0, 256, KEY)),
    ("mixture", "s", (25, 50, 100, 200), lambda s: mixture.chains(uniform(s), [10**5] * 10, [HALF] * 10, 0, 256, KEY)),
    ("bartlett", "n", (10, 100, 1000, 10**4), lambda n: gaussian(n, 3, 50, 2048)),
    ("bartlett", "d", (4, 8, 16, 32), lambda d: gaussian(1000, d, 5, 256)),
    ("ranks", "n", (100, 200, 400, 800, 1600), lambda n: ranks.synthetic(n, 50, reps(200), KEY)),
    ("ranks, fresh", "n", (100, 200, 400, 800), lambda n: ranks.mixed(n, n, HALF, 20, reps(100), KEY)),
    ("regression.fixed", "d", (25, 50, 100, 200), lambda d: regression.fixed([1.0] * d, 1.0, [1] * 20, 0, 512, KEY)),
    ("regression.fresh", "d", (25, 50, 100, 200), lambda d: regression.fresh(d, [2 * d] * 20, 1.0, 0, 8192, KEY)),
    ("regression.accumulated", "d", (25, 50, 100, 200), lambda d: regression.accumulated(d, [2 * d] * 3, 1.0, 0, 16, KEY)),
    ("plain: retained", "n", (100, 400, 1600), lambda n: plain("partially-synthetic", 20, 2048, n=n)),
    ("plain: retained", "s", (10, 40, 160), lambda s: plain("partially-synthetic", 20, 1024, s)),
    ("plain: retained", "replicates", (1024, 4096, 16384), lambda r: plain("partially-synthetic", 20, r)),
    ("plain: retained", "generations", (20, 80, 320), lambda g: plain("partially-synthetic", g, 1024)),
    ("plain: window", "s", (10, 40, 160), lambda s: plain("most-recent", 20, 1024, s)),
    ("plain: functions", "n", (50, 200, 800), lambda n: plain("cdf", 10, 512, n=n)),
    ("plain: Gaussian", "n", (50, 200, 800), lambda n: plain("gaussian-synthetic", 10, 512, 2, n=n)),
    ("plain: linear", "d", (5, 10, 20, 40), lambda d: plain("linear-accumulate", 10, 128, d=d, T=2 * d)),
    ("plain: logistic", "n", (250, 1000, 4000), lambda n: plain("logistic", 4, 64, n=n)),
    ("E[T] float64", "n", (2000, 8000, 32_000, 128_000), lambda n: collapse_time_float([fmpq(1, 2)] * 2, n)),
]  # fmt: skip


def seconds(task: Callable[[], object], rounds: int) -> float:
    task()
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        task()
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plot", metavar="FILE", help="a figure: .svg, .png or .pdf")
    parser.add_argument("--json", metavar="FILE", help="for benchmarks/report.py")
    options = parser.parse_args()
    found, load = [], os.getloadavg()[0]
    print("| sampler | grows | from | to | exponent |\n|---|---|---|---|---|")
    for name, what, sizes, task in CURVES:
        took = [seconds(lambda x=x, task=task: task(x), options.rounds) for x in sizes]
        slope = float(np.polyfit(np.log(sizes), np.log(took), 1)[0])
        found.append((name, what, sizes, took, slope))
        print(f"| {name} | {what} | {sizes[0]} | {sizes[-1]} | {slope:.2f} |", flush=True)
    if options.plot:
        draw(found, options.plot)
    if options.json:
        keys = ("sampler", "grows", "sizes", "seconds", "exponent")
        rows = [dict(zip(keys, row, strict=True)) for row in found]
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"scaling": rows, "scaling load": load}, file)


def draw(found: list, file: str) -> None:
    """Times relative to the smallest size, one panel for each thing that grows."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    kinds = list(dict.fromkeys(what for _, what, *_ in found))
    figure = Figure(figsize=(3.2 * len(kinds), 3.4), layout="constrained")
    for k, what in enumerate(kinds):
        axes = figure.add_subplot(1, len(kinds), k + 1)
        for name, kind, sizes, took, slope in found:
            if kind == what:
                axes.loglog(sizes, np.array(took) / took[0], marker="o", markersize=3,
                            label=f"{name}: {slope:.2f}")  # fmt: skip
        axes.set_xlabel(what)
        axes.legend(fontsize=6)
        if not k:
            axes.set_ylabel("CPU time, first size = 1")
    figure.savefig(file)


if __name__ == "__main__":
    main()
