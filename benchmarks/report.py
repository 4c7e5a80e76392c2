"""The table of targets in Markdown, from what was measured.

    python benchmarks/report.py FILE.json ... > benchmarks/RESULTS.md

The files are those that `montecarlo.py`, `executors.py`, `workers.py`, `peers.py` and `scaling.py` write
with --json; of a file of `scaling.py` alone only its own section is made.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import sys
from importlib.metadata import version
from typing import Any

__all__ = ["markdown", "merged"]

#: Asked for, and measured with libraries that are no part of the project.
OPTIONAL = {
    "pydtmc": ("E[T] n=800", "pydtmc", "1000x"),
    "Storm float": ("E[T] n=800", "Storm float", "1000x"),
    "Storm exact": ("E[T] rational n=50", "Storm exact", "200x"),
    "dask": ("1000 tasks of 0.1 s, dask", "ideal", "<= 6 %"),
    "ray": ("1000 tasks of 0.1 s, ray", "ideal", "<= 6 %"),
    "mpi": ("1000 tasks of 0.1 s, mpi", "ideal", "<= 6 %"),
}


def machine() -> str:
    """The machine in words: kind and number of processors, vector unit."""
    words = "x86" if platform.machine() in ("x86_64", "AMD64") else platform.machine()
    flags = ""
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            text = file.read()
        flags = next((f", {name}" for key, name in (("avx512f", "AVX-512"), ("avx2", "AVX2"))
                      if f" {key}" in text), "")  # fmt: skip
    return f"{os.cpu_count()} {words} cores{flags}"


def _ratio(x: float) -> str:
    """Three digits."""
    return f"{x:.1f}x" if x < 20 else f"{float(f'{x:.3g}'):,.0f}x"


def _rows(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    out = []
    for r in [*found["kernels"], *found.get("peers", ())]:
        verdict = "" if r["ratio"] >= r["target"] else ", **missed**"
        verdict += f", load {r['load']:.1f}" if "load" in r else ""
        text = f"{_ratio(r['ratio'])} (least {_ratio(r['least'])}){verdict}"
        out.append((r["case"], r["against"], f"{r['target']:g}x" if r["target"] else "", text))
    for r in found.get("seconds", ()):
        verdict = "" if r["seconds"] <= r["target"] else ", **missed**"
        text = f"{r['seconds']:.2g} s{verdict}"
        out.append((r["case"], "CPU seconds", f"<= {r['target']:g} s", text))
    for r in found.get("verdicts", ()):
        target = {0: 0.40, 2: 0.20}.get(r["off by margins"])
        if target is not None:
            share, name = (
                r["mean N / fixed N"],
                "true claim" if target == 0.40 else "claim off by 2 margins",
            )
            verdict = "" if share <= target else ", **missed**"
            answers = ", ".join(f"{r[w]} {w}" for w in ("verified", "refuted", "open") if r[w])
            out.append((name, "N of the fixed-size normal test", f"<= {target:.2f}",
                        f"{share:.2f} ({answers}){verdict}"))  # fmt: skip
    done = {r["against"] for r in found.get("peers", ())} | {r["executor"] for r in found["executors"]}
    bits = {r["bits"] for r in found["executors"]}
    for r in found["executors"]:
        if "overhead" in r:
            share, most = 100 * r["overhead"], 2 if r["executor"] == "processes" else 6
            verdict = "" if share <= most else ", **missed**"
            same = "digests equal" if len(bits) == 1 else "**digests differ**"
            name = r["executor"] + ("" if most == 2 else f" ({r['version']})")
            out.append((f"1000 tasks of 0.1 s, {name}", "ideal, wall clock, 2 workers", f"<= {most} %",
                        f"{share:.2f} %{verdict}, {same}, load {r['load']:.1f}"))  # fmt: skip
    for r in found.get("workers", ()):
        verdict = "" if r["speed"] >= 1.9 else ", **missed**"
        (few, before), (many, after) = r["memory"]
        out.append((f"{r['jobs']} processes", "one, wall clock", "1.9x",
                    f"{r['speed']:.2f}x{verdict}, load {r['load']:.1f}"))  # fmt: skip
        out.append(("memory of more replicates", f"{before:.0f} MiB at {few:,}", "the same",
                    f"{after:.0f} MiB at {many:,}"))  # fmt: skip
    missing = [v for k, v in OPTIONAL.items() if not any(k in d for d in done)]
    return out + [(*v, "not measured here") for v in missing]


def scaling(found: dict[str, Any]) -> list[str]:
    """The section of exponents, where they were measured."""
    if "scaling" not in found:
        return []
    return [
        "",
        "## Scaling",
        "",
        f"{datetime.date.today().isoformat()}. CPU time against each size alone, one thread, the least of the",
        f"rounds at each size; load {found['scaling load'][0]:.1f} at the start. Made by",
        "`python benchmarks/scaling.py`. `plain` are samplers without a kernel.",
        "",
        "| sampler | grows | from | to | exponent |",
        "|---|---|---|---|---|",
        *(f"| {r['sampler']} | {r['grows']} | {r['sizes'][0]:,} | {r['sizes'][-1]:,} | {r['exponent']:.2f} |"
          for r in found["scaling"]),
    ]  # fmt: skip


def markdown(found: dict[str, Any]) -> str:
    """The whole file."""
    if not found["kernels"]:
        return "\n".join(scaling(found)[1:]) + "\n"
    libraries = ", ".join(f"{x} {version(x)}" for x in ("numpy", "scipy", "numba", "python-flint"))
    shared = max(found["load"])
    lines = [
        "# Measured speed of the sampling and exact engines",
        "",
        f"{datetime.date.today().isoformat()}. {machine()}; Python {platform.python_version()}, {libraries}.",
        "One thread. Ratios are baseline / ours on the process CPU clock, medians over interleaved",
        "rounds of one run (least of them in brackets); compiling is not counted. For rows that name no",
        "load of their own the machine was",
        f"{'shared with other work' if shared > 1.5 else 'quiet'}: load {found['load'][0]:.1f} at the start, {found['load'][-1]:.1f} at the end.",
        "Made by `python benchmarks/report.py` from what `montecarlo.py`, `executors.py` and `peers.py`",
        "measured; baselines are in `baselines.py`, and pydtmc and Storm run in environments of their own.",
        "",
        "| case | baseline | target | measured |",
        "|---|---|---|---|",
        *("| " + " | ".join(row) + " |" for row in _rows(found)),
        *scaling(found),
    ]
    return "\n".join(lines) + "\n"


def merged(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """One set of findings; an executor's file is told by its name."""
    out: dict[str, Any] = {"kernels": [], "executors": [], "load": []}
    for part in parts:
        if "executor" in part:
            out["executors"].append(part)
            continue
        if "peers" in part:  # measured apart, under its own load
            part = {"peers": [{**row, "load": part["load"]} for row in part["peers"]]}
        for key, value in part.items():
            values = value if isinstance(value, list) else [value]
            out.setdefault(key, []).extend(values)
    return out


def main() -> None:
    parts = []
    for name in sys.argv[1:]:
        with open(name, encoding="utf-8") as file:
            parts.append(json.load(file))
    sys.stdout.write(markdown(merged(parts)))


if __name__ == "__main__":
    main()
