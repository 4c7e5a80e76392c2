"""E[T] against pydtmc and Storm, each in a Python of its own, in turns with ours.

    python benchmarks/peers.py [--pydtmc PYTHON] [--storm PYTHON] [--rounds 3] [--json FILE]

`pip install pydtmc` needs numpy < 2 and `pip install stormpy` is GPL-3: give each its environment.
Baselines are CPU seconds of building the model from its probabilities, and of the solve; ours is
the whole computation. Values are compared before times are.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

from flint import fmpq

from refutable.verify.exact.dual import collapse_time
from refutable.verify.exact.dual_numeric import collapse_time_float

HALF = [fmpq(1, 2)] * 2
HERE = Path(__file__).parent


def ours(task: Callable[[], object], count: int) -> float:
    """CPU seconds of one computation, over `count` of them."""
    start = time.process_time()
    for _ in range(count):
        task()
    return (time.process_time() - start) / count


def peer(python: str, script: str, *arguments: str) -> dict:
    command = [python, str(HERE / script), *arguments]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    return json.loads(out.stdout.splitlines()[-1])


def compare(name: str, target: float, task: Callable[[], object], count: int, rounds: int,
            run: Callable[[], dict]) -> dict:  # fmt: skip
    task()
    pairs = []
    for _ in range(rounds):
        mine, theirs = ours(task, count), run()
        pairs.append((mine, theirs["build"] + theirs["solve"]))
    return {
        "case": name[0], "against": f"{name[1]} {theirs['version']}", "target": target,
        "ours": statistics.median(a for a, _ in pairs),
        "baseline": statistics.median(b for _, b in pairs),
        "ratio": statistics.median(b / a for a, b in pairs), "least": min(b / a for a, b in pairs),
        "value": theirs.get("value", theirs["float"]),
    }  # fmt: skip


def near(row: dict, exact: float, tolerance: float) -> None:
    if abs(float(Fraction(str(row["value"]))) / exact - 1) > tolerance:
        raise SystemExit(f"{row['against']} says {row['value']}, not {exact}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pydtmc", metavar="PYTHON")
    parser.add_argument("--storm", metavar="PYTHON")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    floats, rows = lambda: collapse_time_float(HALF, 800), []
    exact = floats()[0]
    if options.pydtmc:
        run = lambda: peer(options.pydtmc, "peer_pydtmc.py", "800")  # noqa: E731
        rows.append(compare(("E[T] n=800", "pydtmc"), 1000, floats, 200, options.rounds, run))
        near(rows[-1], exact, 1e-8)
    if options.storm:
        run = lambda: peer(options.storm, "peer_storm.py", "800", "float")  # noqa: E731
        rows.append(compare(("E[T] n=800", "Storm float, stormpy"), 1000, floats, 200, options.rounds, run))
        near(rows[-1], exact, 2e-6)  # its default precision is 1e-6
        run = lambda: peer(options.storm, "peer_storm.py", "800", "direct")  # noqa: E731
        rows.append(compare(("E[T] n=800", "Storm float, direct, stormpy"), 0, floats, 200, options.rounds, run))
        near(rows[-1], exact, 1e-8)
        run = lambda: peer(options.storm, "peer_storm.py", "50", "exact")  # noqa: E731
        whole = lambda: collapse_time(HALF, 50)  # noqa: E731
        rows.append(compare(("E[T] rational n=50", "Storm exact, stormpy"), 200, whole, 50,
                            options.rounds, run))  # fmt: skip
        same = str(whole())
        if rows[-1]["value"] != same:
            raise SystemExit(f"Storm says {rows[-1]['value']}, not {same}")
    for row in rows:
        print(f"{row['case']:<20} {row['against']:<28} ours {row['ours']:.3g} s, {row['baseline']:.3g} s,"
              f" x{row['ratio']:.4g} (least {row['least']:.4g})", file=sys.stderr)  # fmt: skip
    found = {"peers": rows, "load": os.getloadavg()[0]}
    print(json.dumps(found))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(found, file, indent=1)


if __name__ == "__main__":
    main()
