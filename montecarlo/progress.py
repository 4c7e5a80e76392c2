"""A line on stderr that says how far a run is, how fast it goes, and how long it will take."""

from __future__ import annotations

import time
from typing import TextIO

__all__ = ["Progress"]


class Progress:
    """Call it with (done, in all); it writes over its own line.

    >>> import io
    >>> out, clock = io.StringIO(), iter([0.0, 2.0])
    >>> tick = Progress(out, clock=lambda: next(clock))
    >>> tick(1, 3); out.getvalue().strip()
    'shard 1 of 3, 0.5 per second, 4 s left'
    """

    def __init__(self, out: TextIO, unit: str = "shard", clock=time.monotonic):  # type: ignore[no-untyped-def]
        self.out, self.unit, self.clock = out, unit, clock
        self.start, self.before, self.wide = clock(), -1, 0

    def __call__(self, done: int, total: int) -> None:
        if self.before < 0:  # a resumed run starts where it was left
            self.before = done - 1
        rate = (done - self.before) / max(self.clock() - self.start, 1e-9)
        text = f"{self.unit} {done} of {total}, {rate:.3g} per second, {(total - done) / rate:.0f} s left"
        self.wide = max(self.wide, len(text))
        self.out.write("\r" + text.ljust(self.wide))
        self.out.flush()

    def close(self) -> None:
        """End the line, where there is one."""
        if self.wide:
            self.out.write("\n")
