"""The simulation figures of the papers by name: `refutable simulate --preset he-fig8`, or `all`.

A figure is a function of `full` (the papers' replicates and lengths, where these take long) and
gives a `Figure`; what a text leaves out is a stand-in, and the note says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

from . import figures_bakshi, figures_gerstgrasser, figures_he, figures_seddik
from .figure import Figure, draw
from .figure_plot import plot_figure
from .store import write_atomic
from .table import csv_text

__all__ = ["FIGURES", "make"]

FIGURES: dict[str, Callable[..., Figure]] = {
    **figures_seddik.FIGURES,
    **figures_gerstgrasser.FIGURES,
    **figures_he.FIGURES,
    **figures_bakshi.FIGURES,
}
ADULT = "he-fig10"


def make(
    names: Sequence[str],
    folder: str | Path,
    say: Callable[[str], None],
    *,
    full: bool = False,
    adult: str = "",
    seed: int = 0,
    runs: int | None = None,
    pool: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
    max_seconds: float | None = None,
    ending: str = "svg",
) -> str:
    """Simulate figures and write NAME.csv and NAME.svg (or another ending) into a folder.

    say: told one line for each figure: what was made, or why it was left out.
    Returns "", or why it ended early: "time" or "interrupted"; files are whole or absent.
    Raises UsageError for an unknown ending, and for the Adult figure alone without its file.
    """
    folder, start = Path(folder), time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name == ADULT and not adult and len(names) > 1:
            say(f"{name}: left out, it needs the UCI Adult data: --adult FILE")
            continue
        if max_seconds is not None and time.monotonic() - start > max_seconds:
            return "time"
        extra = {"adult": adult} if name == ADULT else {}
        figure = partial(FIGURES[name], full=full, **extra)
        made = figure()
        try:
            points = draw(name, figure, seed, runs, pool, progress)
        except KeyboardInterrupt:
            return "interrupted"
        table, picture = folder / f"{name}.csv", folder / f"{name}.{ending}"
        write_atomic(table, csv_text(points))
        plot_figure(made, points, picture)
        reduced = f"; reduced: {made.reduced} (--full: all of it)" if made.reduced else ""
        asked = "" if runs is None else f"; {runs} runs as asked"
        say(f"{name}: {picture} and {table.name}, {len(made.curves)} curves{reduced}{asked}")
    return ""
