"""Numbers of the exact engine that are drawn as theory.

The sampling engine knows no other engine. Who runs its command lends it these functions (see
`verify.simulated`), and workers get them with their task; without them a collapse time has no
theory beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy as sp

__all__ = ["collapse_time", "collapsed_by", "given", "lend", "of_token"]

#: E[T] of the fully synthetic loop, from a law and a size.
collapse_time: Callable[[Sequence[sp.Rational], int], float] | None = None
#: P(T <= g) for g = 0, ..., m, from a law, a size and m.
collapsed_by: Callable[[Sequence[sp.Rational], int, int], list[float]] | None = None

#: E f(share of a token) at generations 0, ..., m, from f, the true share, a size and m.
of_token: Callable[[Callable, float, int, int], Sequence[float]] | None = None


def given() -> tuple[Any, Any, Any]:
    """What is lent here, to be lent again by a worker."""
    return collapse_time, collapsed_by, of_token


def lend(time: Any, by: Any, token: Any) -> None:
    """Set the functions, in the order above; None takes one back."""
    global collapse_time, collapsed_by, of_token
    collapse_time, collapsed_by, of_token = time, by, token
