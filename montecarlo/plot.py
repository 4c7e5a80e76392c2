"""A table as a figure: one panel per quantity, means over generations with their intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from .store import write_atomic
from .table import Table

__all__ = ["plot", "saved"]


def saved(draw: Callable[[], Any], path: str | Path) -> None:
    """Write what `draw` makes, a Figure of matplotlib; the ending says the format (svg, png, pdf).
    SVGs are byte-identical.

    Raises UsageError for an ending that matplotlib does not know, PathNotFound for the folder.
    """
    import matplotlib

    from refutable.derivations.errors import UsageError

    ending = Path(path).suffix.lstrip(".").lower() or "svg"
    settings: Any = {"svg.hashsalt": "refutable", "svg.fonttype": "path", "savefig.dpi": 150}
    with matplotlib.rc_context(settings):
        figure = draw()
        if ending not in figure.canvas.get_supported_filetypes():
            raise UsageError(f"cannot plot to {path}: {ending!r} is no format; use .svg or .png")
        out = BytesIO()
        figure.savefig(out, format=ending, metadata={"Date": None} if ending == "svg" else None)
    write_atomic(path, out.getvalue())


def plot(table: Table, path: str | Path) -> None:
    """Write a table as a figure, the theory dashed in black on top; raises as `saved`."""

    def panels() -> Any:
        from matplotlib.figure import Figure
        from matplotlib.ticker import MaxNLocator

        names = list(dict.fromkeys(r.quantity for r in table.rows))
        figure = Figure(figsize=(6.0, 2.6 * len(names)), layout="constrained")
        for k, name in enumerate(names):
            axes = figure.add_subplot(len(names), 1, k + 1)
            rows = [r for r in table.rows if r.quantity == name]
            x, y = [r.generation for r in rows], [r.mean for r in rows]
            top = max(r.hi if math.isfinite(r.hi) else r.mean for r in rows)
            axes.fill_between(x, [r.lo for r in rows], [min(r.hi, top) for r in rows],
                              color="#56B4E9", alpha=0.4, linewidth=0)  # fmt: skip
            axes.plot(x, y, color="#0072B2", marker="o", markersize=3, linewidth=1)
            known = [(r.generation, r.theory) for r in rows if r.theory is not None]
            if known:
                axes.plot([g for g, _ in known], [x for _, x in known], "--",
                          color="black", linewidth=1, label="theory")  # fmt: skip
                axes.legend(frameon=False, fontsize=8)
            axes.set_ylabel(name)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("generation")
        figure.suptitle(f"{table.process}: {table.runs} runs, intervals at level {table.alpha:g}")
        return figure

    saved(panels, path)
