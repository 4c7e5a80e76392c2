"""The table of targets in Markdown, from what `montecarlo.py` measured."""

from __future__ import annotations

import datetime
import os
import platform
from importlib.metadata import version
from typing import Any

__all__ = ["markdown"]

#: Asked for, and why there is no number.
NOT_MEASURED = [
    ("E[T] n=800", "pydtmc / Storm", "1000x", "not measured: neither is installed"),
    ("E[T] rational n=50", "Storm exact", "200x", "not measured: not installed"),
    ("1000 tasks of 0.1 s: Dask, Ray, MPI", "ideal", "<= 6 %", "not measured: none is installed"),
]


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
    for r in found["kernels"]:
        verdict = "" if r["ratio"] >= r["target"] else ", **missed**"
        text = f"{_ratio(r['ratio'])} (least {_ratio(r['least'])}){verdict}"
        out.append((r["case"], r["against"], f"{r['target']:g}x", text))
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
    if "overhead" in found:
        share = 100 * found["overhead"]
        verdict = "" if share <= 2 else ", **missed**"
        shared = " on a shared machine" if max(found["load"]) > 1.5 else ""
        out.append(("1000 tasks of 0.1 s, 2 processes", "ideal, wall clock", "<= 2 %",
                    f"{share:.2f} %{verdict}{shared}"))  # fmt: skip
    return out + NOT_MEASURED


def markdown(found: dict[str, Any]) -> str:
    """The whole file."""
    libraries = ", ".join(f"{x} {version(x)}" for x in ("numpy", "scipy", "numba", "python-flint"))
    shared = max(found["load"])
    lines = [
        "# Measured speed of the sampling and exact engines",
        "",
        f"{datetime.date.today().isoformat()}. {machine()}; Python {platform.python_version()}, {libraries}.",
        "One thread. Ratios are baseline / ours on the process CPU clock, medians over interleaved",
        "rounds of one run (least of them in brackets); compiling is not counted. The machine was",
        f"{'shared with other work' if shared > 1.5 else 'quiet'}: load {found['load'][0]:.1f} at the start, {found['load'][-1]:.1f} at the end.",
        "Made by `python benchmarks/montecarlo.py --results benchmarks/RESULTS.md`; baselines are in",
        "`benchmarks/baselines.py`.",
        "",
        "| case | baseline | target | measured |",
        "|---|---|---|---|",
        *("| " + " | ".join(row) + " |" for row in _rows(found)),
    ]
    return "\n".join(lines) + "\n"
