"""How much faster two processes are than one, and what memory more replicates take.

    python benchmarks/workers.py [--jobs 2] [--rounds 3] [--json FILE]

Speed: wall clock of the same shards of the urn kernel, serial and on a pool that is up; the best of
the rounds. Memory: peak of a process of its own that simulates R and then 64 R replicates.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import Executor
from fractions import Fraction

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np

from refutable.montecarlo import urn
from refutable.montecarlo.executors import executor, run_sharded

MEMORY = """
import resource, sympy as sp
from refutable.montecarlo.presets import preset
from refutable.montecarlo.simulate import run
process, s = preset("fully-synthetic").make(0), sp.Rational(1, 52)
for runs in ({runs}, 64 * {runs}):
    run(process, {{"n": sp.Integer(100), "p": (s,) * 52}}, 10, runs)
    print(runs, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def shard(k: int) -> int:
    """About a tenth of a second of work."""
    replicates = np.arange(20_000 * k, 20_000 * (k + 1), dtype=np.uint64)
    return int(urn.squares([Fraction(1, 52)] * 52, 100, 40, replicates, (1, 2)).sum())


def seconds(pool: Executor | None, shards: int) -> tuple[float, int]:
    start = time.perf_counter()
    total = sum(run_sharded(shard, range(shards), pool))
    return time.perf_counter() - start, total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--shards", type=int, default=60)
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    ratios = []
    with executor("processes", options.jobs) as pool:
        list(run_sharded(shard, range(4 * options.jobs), pool))
        shard(0)
        for _ in range(options.rounds):
            (one, a), (many, b) = seconds(None, options.shards), seconds(pool, options.shards)
            if a != b:
                raise SystemExit("the sums differ")
            ratios.append(one / many)
    load = os.getloadavg()[0]
    print(f"{options.jobs} processes: {max(ratios):.2f}x one (all {ratios}); load {load:.1f}")
    out = subprocess.run([sys.executable, "-c", MEMORY.format(runs=4096)], capture_output=True, text=True,
                         check=True)  # fmt: skip
    (few, before), (many, after) = (map(int, line.split()) for line in out.stdout.splitlines())
    print(f"memory: {before / 1024:.0f} MiB at {few} replicates, {after / 1024:.0f} MiB at {many}")
    if options.json:
        row = {"jobs": options.jobs, "speed": max(ratios), "load": load,
               "memory": [[few, before / 1024], [many, after / 1024]]}  # fmt: skip
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"workers": [row]}, file)


if __name__ == "__main__":
    main()
