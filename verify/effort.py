"""How many steps the solver may take for one question.

In steps, never in seconds: what comes out must not depend on the machine. The wrong versions of a
statement get fewer than the statement: most of them are false, and a solver spends most where it
fails; they are also taken apart less deep (see `positivity.prove`). What is left undetected is tried
once more with all steps. Answers are remembered per effort, so that a failure under a small one is no
failure under the full one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["FEWER", "FULL", "fewer_steps", "steps"]

FULL = 4_000_000
FEWER = 20_000
_STEPS: ContextVar[int] = ContextVar("steps", default=FULL)


def steps() -> int:
    """The steps that one question may take now."""
    return _STEPS.get()


@contextmanager
def fewer_steps(limit: int = FEWER) -> Iterator[None]:
    """At most so many steps for each question that is asked in the block.

    >>> with fewer_steps(5):
    ...     steps()
    5
    """
    token = _STEPS.set(min(limit, _STEPS.get()))
    try:
        yield
    finally:
        _STEPS.reset(token)
