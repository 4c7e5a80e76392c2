"""Numbers of the exact engine that are drawn as theory.

The sampling engine knows no other engine. Who runs its command lends it these functions (see
`verify.simulated`); without them a collapse time has no theory beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp

__all__ = ["collapse_time", "collapsed_by"]

#: E[T] of the fully synthetic loop, from a law and a size.
collapse_time: Callable[[Sequence[sp.Rational], int], float] | None = None
#: P(T <= g) for g = 0, ..., m, from a law, a size and m.
collapsed_by: Callable[[Sequence[sp.Rational], int, int], list[float]] | None = None
