"""numba where it is installed (extra `fast`); every kernel has a NumPy twin with the same bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

numba: Any
try:
    import numba
except ImportError:
    numba = None

__all__ = ["HAVE_NUMBA", "inline", "jit"]

HAVE_NUMBA = numba is not None


def jit(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile for speed, at the first call, keeping the result beside the file.

    Zero divisions are ours to avoid (numba's checks stop vectorisation); no fast-math, so that
    floating-point results do not depend on the processor.
    """
    if numba is None:
        return function
    return numba.njit(cache=True, error_model="numpy", fastmath=False)(function)


def inline(function: Callable[..., Any]) -> Callable[..., Any]:
    """As `jit`, copied into its callers."""
    if numba is None:
        return function
    return numba.njit(inline="always", error_model="numpy", fastmath=False)(function)
