"""Gaussian models N(mean, covariance), refitted from batch means and batch covariances.

A batch of k draws from N(mu, C) gives its sample mean and its sample covariance B, centred at its
own mean. Conditionally on the past (Isserlis' theorem for the raw draws):

    E|mean - mu|^2 = tr C / k,
    E B = C,   E[B_ab B_cd] = C_ab C_cd + (C_ac C_bd + C_ad C_bc) / (k - 1)

with the unbiased divisor k - 1. Traced in the two possible ways, these close the pair
((tr B)^2, |B|_F^2). With the divisor k every B carries a factor (k - 1)/k.

Centred at the mean of all data of a fit (centre="pool"), a covariance is no mean of batch
covariances. About the true mean, M = E|x - mu|^2 of the fitted data and |mean - mu|^2 close:

    tr C = r (M - |mean - mu|^2),   E M' = |mean - mu|^2 + tr C,   E|mean'|^2 = |mean|^2 + tr C / k

for draws from (mean, C), with r = 1, or N/(N - 1) for the unbiased divisor of N data in all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

from ..errors import OutsideFragment, ProcessError
from .base import Family

__all__ = ["MODES", "Gaussian"]

#: mean: deviation of a mean in squared norm; trace, frobenius: the two quadratic invariants;
#: second: squared distance of the data from the true mean, for covariances centred at a pool's mean.
MODES = ("mean", "trace", "frobenius", "second")


@dataclass(frozen=True)
class Gaussian(Family):
    """Mean and covariance in any dimension.

    truth: the symbol (or name) of the true covariance; give it a `Spectrum` domain in a claim.
    divisor: "n-1" (unbiased) or "n" (maximum likelihood, still centred at the batch's own mean).
    centre: "batch" (each batch at its own mean) or "pool" (all data of a fit at their mean).
    A batch needs at least two draws; a source must be a single Gaussian, not a mixture.

    >>> k, t, f = sp.symbols("k t f")
    >>> laws = {"mean": sp.Integer(0), "trace": t, "frobenius": f}
    >>> sp.factor(Gaussian().quadratic("trace", laws, k) - t**2)
    2*f**2/(k - 1)
    """

    truth: sp.Symbol = field(default_factory=lambda: sp.Symbol("Sigma"))
    divisor: str = "n-1"
    centre: str = "batch"

    oracle = "raw normals expanded by Isserlis"
    scalar = False

    def __post_init__(self) -> None:
        if isinstance(self.truth, str):
            object.__setattr__(self, "truth", sp.Symbol(self.truth))
        if not isinstance(self.truth, sp.Symbol):
            raise ProcessError(f"Gaussian(truth): a symbol is needed (got {self.truth!r})")
        if self.divisor not in ("n-1", "n"):
            raise ProcessError(f"Gaussian(divisor=...) must be 'n-1' or 'n' (got {self.divisor!r})")
        if self.centre not in ("batch", "pool"):
            raise ProcessError(
                f"Gaussian(centre=...) must be 'batch' or 'pool' (got {self.centre!r})"
            )

    @property
    def parameters(self) -> set[sp.Basic]:
        return {self.truth}

    def quadratic(self, mode: str, laws: dict[str, sp.Expr], size: sp.Expr) -> sp.Expr:
        """E[(batch statistic)^2 | law] in one mode; laws: the law's linear form per mode.

        A product of two trace forms stands for a product of traces, one of two frobenius forms
        for an inner product <A, B> = tr(AB).
        """
        t, f = laws["trace"], laws["frobenius"]
        if self.centre == "pool":
            if mode != "mean":
                raise OutsideFragment("squares of covariances centred at a pool's mean", part=mode)
            return laws["mean"] ** 2 + self._spread(laws) / size
        if mode == "mean":
            return laws["mean"] ** 2 + t / size
        scale = self.shrink(size) ** 2
        if mode == "trace":
            return scale * (t**2 + 2 * f**2 / (size - 1))
        return scale * (f**2 * (1 + 1 / (size - 1)) + t**2 / (size - 1))

    def linear(self, mode: str, laws: dict[str, sp.Expr], size: sp.Expr) -> sp.Expr:
        """E[batch statistic | law] in one mode."""
        if mode == "second":
            return laws["mean"] ** 2 + self._spread(laws)
        return laws[mode] if mode == "mean" else self.shrink(size) * laws[mode]

    def _spread(self, laws: dict[str, sp.Expr]) -> sp.Expr:
        """tr C of a law whose covariance was centred at its pool's mean."""
        return laws["ratio"] * (laws["second"] - laws["mean"] ** 2)

    def shrink(self, size: sp.Expr) -> sp.Expr:
        """E B = shrink * C."""
        return sp.Integer(1) if self.divisor == "n-1" else (size - 1) / size

    def batch_moment(self, power: int, law: sp.Expr, size: sp.Expr) -> sp.Expr:
        raise OutsideFragment("a Gaussian batch has no scalar moments of its own; use its modes")
