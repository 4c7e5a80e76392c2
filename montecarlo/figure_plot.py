"""A figure as a picture: means with bands in colour, theory dashed in black on top."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .figure import Figure, Point
from .plot import saved

__all__ = ["plot_figure"]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#666666")


def plot_figure(figure: Figure, points: Sequence[Point], path: str | Path) -> None:
    """Write the picture; the ending says the format. Raises as `plot.plot`."""

    def panels() -> Any:
        from matplotlib.figure import Figure as Canvas

        names = list(dict.fromkeys(c.panel for c in figure.curves))
        trails = {c.panel for c in figure.curves if c.trail}
        labels = list(dict.fromkeys(c.label for c in figure.curves if not c.trail))
        columns = len(names) if len(names) < 4 else 4 if len(names) != 6 else 3
        rows = -(-len(names) // columns)
        canvas = Canvas(figsize=(max(3.3 * columns, 5.5), 2.9 * rows + 1.3), layout="constrained")
        keys: dict[str, Any] = {}
        for k, name in enumerate(names, 1):
            axes = canvas.add_subplot(rows, columns, k)
            here = [p for p in points if p.panel == name]
            axes.set_title(name, fontsize=9)
            axes.tick_params(labelsize=8)
            if name in trails:
                _triangle(axes, here)
                continue
            _curves(axes, here, labels, keys, name in figure.log)
            for i, (label, (panel, x, y)) in enumerate(figure.lines.items()):
                if panel == name:
                    (keys[label],) = axes.plot(x, y, ":", color=COLOURS[i % 8], linewidth=1)
            axes.set_xlabel(figure.x, fontsize=8)
            if name in figure.log:
                axes.set_yscale("log")
            if figure.log_x:
                axes.set_xscale("log")
        canvas.suptitle(figure.title, fontsize=10)
        note = figure.note + (f". Reduced: {figure.reduced}" if figure.reduced else "")
        width = int(26 * max(columns, 2))
        canvas.supxlabel(textwrap.fill(note, width), fontsize=6.5, color="#444444")
        if keys:
            canvas.legend(keys.values(), keys, loc="outside right center", fontsize=7, frameon=False)
        return canvas

    saved(panels, path)


def _curves(
    axes: Any, points: Sequence[Point], labels: list[str], keys: dict[str, Any], log: bool
) -> None:
    for label in dict.fromkeys(p.curve for p in points):
        mine = [p for p in points if p.curve == label]
        colour = COLOURS[labels.index(label) % len(COLOURS)]
        x, y = [p.x for p in mine], [p.mean for p in mine]
        low = [max(p.lo, p.mean / 30) if log else p.lo for p in mine]
        axes.fill_between(x, low, [p.hi for p in mine], color=colour, alpha=0.25,
                          linewidth=0)  # fmt: skip
        mark: Any = {"marker": "o", "markersize": 3} if len(mine) < 16 else {}
        (keys[label],) = axes.plot(x, y, color=colour, linewidth=1.2, **mark)
    for label in dict.fromkeys(p.curve for p in points):
        known = [p for p in points if p.curve == label and math.isfinite(p.theory)]
        if known:
            (keys["theory"],) = axes.plot(
                [p.x for p in known], [p.theory for p in known], "--", color="black", linewidth=0.8
            )


def _triangle(axes: Any, points: Sequence[Point]) -> None:
    axes.plot([0, 1, 0.5, 0], [0, 0, 1, 0], color="black", linewidth=0.8)
    for k, label in enumerate(dict.fromkeys(p.curve for p in points)):
        mine = [p for p in points if p.curve == label]
        colour = COLOURS[k % len(COLOURS)]
        axes.plot([p.x for p in mine], [p.mean for p in mine], color=colour, linewidth=0.4, alpha=0.6)
        axes.plot(mine[-1].x, mine[-1].mean, "o", color=colour, markersize=3)
    axes.set_xlim(-0.05, 1.05)
    axes.set_ylim(-0.05, 1.05)
    axes.set_axis_off()
