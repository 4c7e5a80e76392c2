"""How processes that work beside this one are started: forked from one that has loaded all.

It is here, below every engine, so that they can be started before an engine is imported.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from typing import Any

__all__ = ["load_ahead", "one_thread", "worker_context"]


def one_thread() -> None:
    """Let linear algebra use one thread, as workers do: who computes then changes no bit.

    It works where NumPy is not imported yet, and where nobody has said otherwise.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def worker_context(preload: Sequence[str]) -> Any:
    """A multiprocessing context whose workers have these modules imported, where they can be forked.

    Each works with one thread: what runs in parallel are the workers.
    """
    one_thread()
    for variable in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    context = multiprocessing.get_context("spawn" if os.name == "nt" else "forkserver")
    if hasattr(context, "set_forkserver_preload"):
        context.set_forkserver_preload(list(preload))
    return context


def load_ahead(preload: Sequence[str]) -> None:
    """Let the process that workers are forked from load these modules while this one goes on.

    The next context must ask for the same modules; where workers are not forked, nothing happens.
    """
    if hasattr(worker_context(preload), "set_forkserver_preload"):
        from multiprocessing import forkserver

        forkserver.ensure_running()
