"""Empirical distribution functions of a continuous law F.

At a point x the model is the share of data at or below x: a binomial proportion with success
probability F(x), so the moments are those of one categorical coordinate. Errors are integrated
against dF. F is continuous, so u = F(X) is uniform on [0, 1] and the integral of F^k is 1/(k + 1),
whatever F is. For a discrete F the integrals differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .base import Family
from .categorical import Categorical

__all__ = ["Cdf"]


@dataclass(frozen=True)
class Cdf(Family):
    """Distribution functions; a squared norm is the integral of a square against dF.

    >>> Cdf().integral(1)
    1/2
    """

    oracle = "the two-cell chain, integrated as an interpolated polynomial"

    def batch_moment(self, power: int, law: sp.Expr, size: sp.Expr) -> sp.Expr:
        return Categorical().batch_moment(power, law, size)

    def integral(self, power: int) -> sp.Expr:
        """The integral of F^power against dF."""
        return sp.Rational(1, power + 1)
