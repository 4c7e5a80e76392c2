"""What an executor adds to tasks of a tenth of a second, and whether its bits are the same.

    python benchmarks/executors.py NAME [--jobs 2] [--tasks 1000] [--json FILE]

NAME: serial, processes, dask, ray, mpi. For MPI:
    mpiexec -n 3 python -m mpi4py.futures benchmarks/executors.py mpi
The digest is of 200 shards of the urn kernel, merged in shard order: one for all executors.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from concurrent.futures import Executor
from fractions import Fraction
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np

from refutable.montecarlo.executors import NAMES, executor, run_sharded

#: The library that is measured, where it is another one.
LIBRARIES = {"dask": "distributed", "ray": "ray", "mpi": "mpi4py"}


def pause(_: int) -> None:
    """A task of 0.1 s."""
    time.sleep(0.1)


def shard(k: int) -> bytes:
    """64 replicates of a chain, by the kernel."""
    from refutable.montecarlo import urn

    replicates = np.arange(64 * k, 64 * (k + 1), dtype=np.uint64)
    return urn.squares([Fraction(1, 52)] * 52, 100, 20, replicates, (1, 2)).tobytes()


def overhead(pool: Executor, jobs: int, tasks: int) -> float:
    """Wall clock of the tasks beyond their share of it."""
    start = time.perf_counter()
    for _ in run_sharded(pause, range(tasks), pool):
        pass
    return (time.perf_counter() - start) / (tasks * 0.1 / jobs) - 1


def digest(pool: Executor) -> str:
    """Of 200 shards in order."""
    out = blake2b(digest_size=8)
    for part in run_sharded(shard, range(200), pool):
        out.update(part)
    return out.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    start = time.perf_counter()
    with executor(options.name, options.jobs) as pool:
        list(run_sharded(pause, range(2 * options.jobs), pool))  # workers are up
        first = time.perf_counter() - start
        found = {"executor": options.name, "bits": digest(pool), "started": first}
        if options.name != "serial":
            found["overhead"] = overhead(pool, options.jobs, options.tasks)
    try:
        found["version"] = version(LIBRARIES.get(options.name, "numpy"))
    except PackageNotFoundError:
        found["version"] = ""
    found["load"] = os.getloadavg()[0]
    print(json.dumps(found))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(found, file)


if __name__ == "__main__":
    main()
