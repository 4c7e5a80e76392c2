"""The simulation figures of the papers by name: `refutable simulate --preset he-fig8`, or `all`.

A figure is a function of `full` (the papers' replicates and lengths, where these take long) and
gives a `Figure`; what a text leaves out is a stand-in, and the note says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from pathlib import Path

from . import figures_bakshi, figures_gerstgrasser, figures_he, figures_seddik
from .drawing import Drawn, draw, points
from .figure import Figure
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
    Returns "", or why it ended early: "time" or "interrupted".  Then NAME.part keeps what was
    simulated, the same call goes on from it, and NAME.partial.csv and .svg show it; NAME.csv and
    NAME.svg are of whole figures only.
    Raises UsageError for an unknown ending, for the Adult figure alone without its file, and where
    NAME.part is of another run.
    """
    folder, start = Path(folder), time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    begun = False
    for name in names:
        if name == ADULT and not adult and len(names) > 1:
            say(f"{name}: left out, it needs the UCI Adult data: --adult FILE")
            continue
        left = None if max_seconds is None else max_seconds - (time.monotonic() - start)
        if left is not None and left <= 0 and begun:
            return "time"
        begun = True
        extra = {"adult": adult} if name == ADULT else {}
        figure = partial(FIGURES[name], full=full, **extra)
        try:
            made = figure()
            drawn = draw(name, figure, seed, runs, pool, progress,
                         checkpoint=folder / f"{name}.part", max_seconds=left)  # fmt: skip
            say(_written(name, made, drawn, folder, ending, runs))
        except KeyboardInterrupt:
            return "interrupted"
        if drawn.ended != "complete":
            return drawn.ended
    for name in names:  # until here, a run that is stopped has them to go on from
        (folder / f"{name}.part").unlink(missing_ok=True)
    return ""


def _written(name: str, made: Figure, drawn: Drawn, folder: Path, ending: str, runs: int | None) -> str:
    """Write what is there of a figure; a line that says so."""
    found, whole = points(made, drawn), drawn.ended == "complete"
    asked = "" if runs is None else f"; {runs} runs as asked"
    reduced = f"; reduced: {made.reduced} (--full: all of it)" if made.reduced else ""
    shown = replace(made, note=made.note + asked, title=made.title + ("" if whole else " (partial)"))
    table, picture = (folder / f"{name}.partial.{e}" for e in ("csv", ending))
    some = sum(c.done == c.many for c in drawn.curves)
    many = f"{some} of {len(made.curves)} curves are whole"
    if not whole and not found:
        return f"{name}: nothing was simulated yet"
    if whole:
        for file in (table, picture):
            file.unlink(missing_ok=True)
        table, picture = (folder / f"{name}.{e}" for e in ("csv", ending))
        many = f"{len(made.curves)} curves"
    write_atomic(table, csv_text(found))
    plot_figure(shown, found, picture)
    return f"{name}: {picture} and {table.name}, {many}{reduced}{asked}"
