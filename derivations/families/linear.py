"""The linear model y = X w + noise, refitted by least squares.

With full column rank, least squares on a batch returns its law's weights plus the noise
X^+ E, whose covariance is sigma^2 (X'X)^-1. Stacking k copies of one design divides it by k.
The error is measured in the metric of the input covariance Sigma.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from ..errors import OutsideFragment, ProcessError
from .base import Family

if TYPE_CHECKING:
    from ..statement import Rel

__all__ = ["Linear", "inverse_chi_square_mean"]


@dataclass(frozen=True)
class Linear(Family):
    """Least squares in d dimensions with Gaussian rows and label noise of variance sigma2.

    d: input dimension.  rows: rows T of the one design X that all batches share, or None where
    every batch has a fresh Gaussian design (then a batch's size is its number of rows).
    sigma2: label-noise variance.
    A batch on a shared design has `size` rows: size/rows stacked copies of X.
    """

    d: sp.Symbol
    rows: sp.Symbol | None
    sigma2: sp.Expr

    oracle = "exact"

    def __post_init__(self) -> None:
        for name in ("d", "sigma2"):
            value = sp.sympify(getattr(self, name))
            if not isinstance(value, sp.Expr):
                raise ProcessError(f"Linear({name}=...) must be a symbol or number (got {value!r})")
            object.__setattr__(self, name, value)
        if self.rows is not None:
            object.__setattr__(self, "rows", sp.sympify(self.rows))

    @property
    def parameters(self) -> set[sp.Basic]:
        out = self.d.free_symbols | self.sigma2.free_symbols
        return out | (self.rows.free_symbols if self.rows is not None else set())

    def batch_moment(self, power: int, law: sp.Expr, size: sp.Expr) -> sp.Expr:
        """Moments of a batch's weights, measured from the truth in the metric Sigma.

        The second moment is `law**2 + sigma2 * E tr(Sigma (X'X)^-1) * rows/size`.
        Raises OutsideFragment above the second: the design then enters in higher powers.
        """
        if power == 0:
            return sp.Integer(1)
        if power == 1:
            return law
        if power == 2:
            return law**2 + self.noise(size)
        raise OutsideFragment(
            f"moment {power} of a least-squares fit", part="higher moments of X^+"
        )

    def finite(self, size: sp.Expr) -> tuple[Rel, ...]:
        """Two rows more than columns: the mean of one over a chi-square needs three degrees."""
        from ..statement import ge

        return (ge(size if self.rows is None else self.rows, self.d + 2),)

    def noise(self, size: sp.Expr) -> sp.Expr:
        """sigma2 E tr(Sigma (Z'Z)^-1) for the design Z of a batch of `size` rows.

        Whitened, each diagonal entry of (X'X)^-1 is one over the residual sum of squares of a
        column regressed on the d - 1 others: a chi-square with T - d + 1 degrees of freedom.
        It is finite for T >= d + 2 only.
        """
        rows = size if self.rows is None else self.rows
        copies = sp.Integer(1) if self.rows is None else size / self.rows
        return self.sigma2 * self.d * inverse_chi_square_mean(rows - self.d + 1) / copies


def inverse_chi_square_mean(df: sp.Expr) -> sp.Expr:
    """E[1/chi2_df] for df > 2: the ratio of the densities' normalising Gamma integrals.

    >>> inverse_chi_square_mean(sp.Integer(5))
    1/3
    """
    x = sp.Dummy("x", positive=True)
    ratio = sp.gammasimp(sp.gamma(x - 1) / (2 * sp.gamma(x)))
    return sp.cancel(sp.together(ratio.xreplace({x: df / 2})))
