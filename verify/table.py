"""The verdicts in a terminal or a pipe: a table per paper and a line that sums up.

On a terminal the table fits its width: a narrow one loses the locator, then the seconds; a very
narrow one gets a block per claim. In a pipe each claim is one line of plain text, nothing cut.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .glyphs import ascii_text
from .jsonout import tally
from .junit import suite_name
from .page import only_ascii
from .verdict import Verdict

__all__ = ["console", "print_tables", "progress", "summary_line"]

STYLE = {
    "proved": "green",
    "refuted": "bold red",
    "supported": "cyan",
    "undecided": "yellow",
    "out of scope": "dim",
}
#: Below these widths a table has no locator, no seconds, is no table.
WIDE, MIDDLE, NARROW = 110, 80, 56


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError  # rich would end the program with 1, which means something else


def console(stream: object = None) -> Console:
    """A console that never cuts or wraps where its stream is no terminal, and knows no markup."""
    stream = stream or sys.stdout
    terminal = hasattr(stream, "isatty") and stream.isatty()
    return _Console(
        file=stream,  # type: ignore[arg-type]
        width=None if terminal else 10**6,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=not terminal,
        force_jupyter=False,  # a notebook shows what is printed
    )


def print_tables(
    verdicts: Sequence[Verdict], out: Console, expected: set[str] | None = None
) -> None:
    """One table per paper. `expected`: ids whose word is the baseline's (marked, if not proved)."""
    for name, group in groupby(verdicts, suite_name):
        rows = list(group)
        if not out.is_terminal:
            _plain(name, rows, out, expected or set())
        elif out.width < NARROW:
            _blocks(name, rows, out, expected or set())
        else:
            _table(name, rows, out, expected or set())


def _reason(v: Verdict, expected: set[str], plain: bool) -> str:
    known = v.verdict in ("refuted", "undecided") and v.claim.id in expected
    text = " ".join(v.reason.split()) + (" [as in the baseline]" if known else "")
    return ascii_text(text) if plain else text


def _table(name: str, rows: list[Verdict], out: Console, expected: set[str]) -> None:
    table = Table(
        title=name, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False
    )
    longest = max(len(v.claim.id) for v in rows)
    table.add_column("claim", no_wrap=longest * 3 < out.width, overflow="fold")
    if out.width >= WIDE:
        table.add_column("where", max_width=28)
    table.add_column("verdict", no_wrap=True)
    table.add_column("reason", ratio=1, overflow="fold")
    if out.width >= MIDDLE:
        table.add_column("s", justify="right", no_wrap=True)
    for v in rows:
        cells = [
            Text(v.claim.id),
            Text(v.verdict, STYLE[v.verdict]),
            Text(_reason(v, expected, only_ascii(out))),
        ]
        if out.width >= WIDE:
            cells.insert(1, Text(v.claim.locator))
        if out.width >= MIDDLE:
            cells.append(Text(f"{v.seconds:.1f}"))
        table.add_row(*cells)
    out.print(table)


def _blocks(name: str, rows: list[Verdict], out: Console, expected: set[str]) -> None:
    out.print(Text(name, "bold"), overflow="fold")
    for v in rows:
        out.print(Text(v.claim.id), Text(v.verdict, STYLE[v.verdict]), overflow="fold")
        out.print(
            Padding(Text(_reason(v, expected, only_ascii(out)), overflow="fold"), (0, 0, 0, 2))
        )


def _plain(name: str, rows: list[Verdict], out: Console, expected: set[str]) -> None:
    out.print(Text(name))
    wide = max(len(v.claim.id) for v in rows)
    for v in rows:
        why = _reason(v, expected, only_ascii(out))
        out.print(Text(f"  {v.claim.id:{wide}}  {v.verdict:12}  {v.seconds:6.1f}  {why}"))


def summary_line(verdicts: Sequence[Verdict]) -> str:
    """`12 claims: 9 proved, 2 refuted, 1 undecided; 1 mutant undetected`."""
    counts = ", ".join(f"{k} {word}" for word, k in tally(verdicts).items() if k)
    missed = sum(len(v.mutants.undetected) for v in verdicts if v.mutants is not None)
    total = f"{len(verdicts)} claim{'s' * (len(verdicts) != 1)}"
    tail = f"; {missed} mutant{'s' * (missed != 1)} undetected" if missed else ""
    return f"{total}: {counts}{tail}"


@contextmanager
def progress(total: int, wanted: bool) -> Iterator[Callable[[str], None]]:
    """A function to call with the id of each finished claim; a bar where stderr is a terminal."""
    if not (wanted and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"):
        yield lambda id: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    err = Console(stderr=True, markup=False, emoji=False, highlight=False)
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda id: bar.update(task, advance=1, description=id)
