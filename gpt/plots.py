"""Figures of a run: every curve with its band over repeats, the floors, the theory beside it."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from .chain import FLOORS
from .results import METRICS, Results
from .stats import interval

__all__ = ["COLOURS", "draw_curves", "save"]

# Okabe & Ito: told apart with any colour vision; markers say it again.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
MARKERS = "osD^v*PX"


def draw_curves(results: Results, metric: str) -> Figure:
    """One metric against the generation, a line per setting, 95% bands over repeats."""
    figure = Figure(figsize=(7.2, 4.4), layout="constrained")
    axes = figure.add_subplot()
    known = results.excess()[1]
    predicted = results.predicted(metric)
    for i, setting in enumerate(results.config.settings):
        curve = results.curve(setting.name, metric)
        if not curve:
            continue
        colour = COLOURS[i % len(COLOURS)]
        ms = [m for m, _ in curve]
        stamp = "" if setting.sampler == "unbiased sampler" else f" [{setting.sampler}]"
        mean = [v.mean for _, v in curve]
        marker = MARKERS[i % len(MARKERS)]
        axes.plot(ms, mean, color=colour, marker=marker, ms=5, label=setting.name + stamp)
        spread = [_band(results.values(setting.name, metric, m)) for m in ms]
        axes.fill_between(
            ms, [a for a, _ in spread], [b for _, b in spread], color=colour, alpha=0.15, lw=0
        )
        if setting.name in predicted:
            line = predicted[setting.name][: max(ms)]
            axes.plot(range(1, len(line) + 1), line, color=colour, ls=":", lw=1.3)
    if metric == "deviation":
        for which, style in zip(FLOORS, ("--", "-."), strict=True):
            values = results.floor(which, metric)
            if values:
                axes.axhline(
                    interval(values).mean,
                    color="0.4",
                    ls=style,
                    lw=1,
                    label=f"floor: refit, {which}",
                )
    if predicted:
        how = "no free parameter" if known else "one scale, from the first curve's first step"
        axes.plot([], [], color="0.3", ls=":", lw=1.3, label=f"first-order theory ({how})")
    axes.set_xlabel("generation m (1: fitted to real data)")
    axes.set_ylabel(METRICS[metric])
    axes.set_xticks(range(1, results.config.generations + 1))
    axes.grid(alpha=0.25, lw=0.5)
    axes.legend(fontsize=8, framealpha=0.9)
    axes.set_title(f"{results.config.name}: {results.config.repeats} repeats", fontsize=10)
    return figure


def _band(values: list[float]) -> tuple[float, float]:
    """Mean and 95% interval, or the range of two repeats, whose interval says nothing in a plot."""
    found = interval(values)
    if len(values) > 2 and isfinite(found.low):
        return found.low, found.high
    return min(values), max(values)


def save(figure: Figure, path: Path) -> None:
    """SVG with the same bytes for the same numbers, or PNG."""
    if path.suffix == ".svg":
        with mpl.rc_context({"svg.hashsalt": "refutable", "svg.fonttype": "path"}):
            figure.savefig(path, metadata={"Date": None})
    else:
        figure.savefig(path, dpi=130)
