"""A surrounding in which a verdict does not depend on what the process around it has set.

In somebody else's pytest warnings may be errors, NumPy may raise on underflow, mpmath may compute
with 15 digits and the stack may already be deep. In here all of these are as in `refutable verify`,
and afterwards they are again as they were.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

__all__ = ["pristine"]

#: Python's own limit, for the frames above the caller's.
FRAMES = 1000


@contextmanager
def pristine(judging: bool = True) -> Iterator[None]:
    """Python's, SymPy's and mpmath's settings at their defaults; for judging NumPy's too."""
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.resetwarnings()
        warnings.simplefilter("ignore")  # no verdict depends on one, and none is the user's
        stack.enter_context(_frames())

        import mpmath
        import sympy

        stack.enter_context(sympy.evaluate(True))
        stack.callback(setattr, mpmath.mp, "prec", mpmath.mp.prec)
        if judging:
            stack.enter_context(_numbers())
        yield


@contextmanager
def _numbers() -> Iterator[None]:
    """NumPy and SciPy are silent about underflow and the like; mpmath computes with its own digits."""
    import mpmath
    import numpy
    import scipy.special

    mpmath.mp.dps = 15
    usual = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
    with numpy.errstate(**usual), scipy.special.errstate(all="ignore"):
        yield


@contextmanager
def _frames() -> Iterator[None]:
    """As many frames as in a program of its own, however deep the stack is already."""
    depth, frame = 0, sys._getframe()
    while frame is not None:
        depth, frame = depth + 1, frame.f_back  # type: ignore[assignment]
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(FRAMES + depth)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
