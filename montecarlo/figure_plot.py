"""A figure as a picture: means with bands in colour, theory dashed in a darker shade on top."""

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
        from matplotlib.ticker import MaxNLocator

        names = list(dict.fromkeys(c.panel for c in figure.curves))
        trails = {c.panel for c in figure.curves if c.trail}
        bins = {c.panel: c.bins for c in figure.curves if c.bins}
        whole = {c.panel for c in figure.curves if c.x is None and not c.bins}
        labels = list(dict.fromkeys(c.label for c in figure.curves if not c.trail))
        columns = len(names) if len(names) < 4 else 4 if len(names) != 6 else 3
        rows = -(-len(names) // columns)
        wide = max(3.3 * columns, 5.5)
        canvas = Canvas(figsize=(wide, 2.9 * rows + 1.3), layout="constrained")
        keys: dict[str, Any] = {}
        for k, name in enumerate(names, 1):
            axes = canvas.add_subplot(rows, columns, k)
            here = [p for p in points if p.panel == name]
            axes.set_title(name, fontsize=9)
            axes.tick_params(labelsize=8)
            if name in trails:
                _triangle(axes, here)
                continue
            if name in bins:
                _histogram(axes, here, labels, keys, bins[name])
            else:
                _curves(axes, here, labels, keys, name in figure.log)
            for i, (label, (panel, x, y)) in enumerate(figure.lines.items()):
                if panel == name:
                    of = [k for k, curve in enumerate(labels) if label.startswith(curve)]
                    colour = COLOURS[max(of, default=i) % len(COLOURS)]
                    (keys[label],) = axes.plot(x, y, ":", color=colour, linewidth=1)
            axes.set_xlabel("T" if name in bins else figure.x, fontsize=8)
            if name in figure.log:
                axes.set_yscale("log")
            if figure.log_x:
                axes.set_xscale("log")
            elif name in whole:
                axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 5, 10]))
        canvas.suptitle(figure.title, fontsize=10)
        note = figure.note + (f". Reduced: {figure.reduced}" if figure.reduced else "")
        canvas.supxlabel(textwrap.fill(note, int(17 * wide)), fontsize=6.5, color="#444444")
        if keys:
            canvas.legend(keys.values(), keys, loc="outside right center", fontsize=7, frameon=False)
        return canvas

    saved(panels, path)


def _by_curve(points: Sequence[Point], labels: list[str]) -> list[tuple[str, str, list[Point]]]:
    """(label, colour, points) of every curve of a panel."""
    return [
        (label, COLOURS[labels.index(label) % len(COLOURS)], [p for p in points if p.curve == label])
        for label in dict.fromkeys(p.curve for p in points)
    ]


def _darker(colour: str) -> tuple[float, ...]:
    from matplotlib.colors import to_rgb

    return tuple(0.55 * x for x in to_rgb(colour))


def _key(axes: Any, keys: dict[str, Any]) -> None:
    """Theory has the colour of its curve; its key is black."""
    (keys["theory"],) = axes.plot([], [], "--", color="black", linewidth=0.9)


def _curves(
    axes: Any, points: Sequence[Point], labels: list[str], keys: dict[str, Any], log: bool
) -> None:
    curves = _by_curve(points, labels)
    for label, colour, mine in curves:
        x, y = [p.x for p in mine], [p.mean for p in mine]
        low = [max(p.lo, p.mean / 30) if log else p.lo for p in mine]
        axes.fill_between(x, low, [p.hi for p in mine], color=colour, alpha=0.25,
                          linewidth=0)  # fmt: skip
        mark: Any = {"marker": "o", "markersize": 3} if len(mine) < 16 else {}
        (keys[label],) = axes.plot(x, y, color=colour, linewidth=1.2, **mark)
    for _, colour, mine in curves:
        known = [(p.x, p.theory) for p in mine if math.isfinite(p.theory)]
        if known:
            _key(axes, keys)
            axes.plot(*zip(*known, strict=True), "--", color=_darker(colour), linewidth=0.9)


def _histogram(
    axes: Any, points: Sequence[Point], labels: list[str], keys: dict[str, Any], edges: Sequence[int]
) -> None:
    for label, colour, mine in _by_curve(points, labels):
        shares = [p.mean for p in mine]
        axes.stairs(shares, edges, fill=True, color=colour, alpha=0.25)
        patch = axes.stairs(shares, edges, color=colour, linewidth=1.2)
        keys.setdefault(label, patch)
        known = [p.theory for p in mine]
        if all(map(math.isfinite, known)):
            _key(axes, keys)
            axes.stairs(known, edges, color=_darker(colour), linestyle="--", linewidth=0.9)


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
