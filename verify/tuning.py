"""Settings of Python and SymPy under which judging is faster; no verdict depends on them."""

from __future__ import annotations

import gc
import os

__all__ = ["FILES", "PAPERS", "tune"]

#: What workers have loaded before they are forked: for the papers, their claims as well.
PAPERS = ("refutable.montecarlo", "refutable.verify.preloaded")
FILES = ("refutable.montecarlo", "refutable.verify.judge")

#: SymPy remembers 1000 results of each function and then computes again what it forgot. A run with
#: `--fast` is small enough to remember next to all; a whole one, with its mutants, would pass 1 GB.
CACHE, CACHE_FAST = 2_000, 20_000
#: Expressions are trees: they go as soon as nothing refers to them. Python would look for cycles
#: after every 700 new objects, a tenth of the time; there are few cycles to be found.
OBJECTS = (50_000, 10, 10)


def tune(fast: bool = False) -> None:
    """Set them, for this process and those that it starts; SymPy's only before it is imported.

    fast: the run is a short one, and may remember more.
    """
    os.environ.setdefault("SYMPY_CACHE_SIZE", str(CACHE_FAST if fast else CACHE))
    gc.set_threshold(*OBJECTS)
