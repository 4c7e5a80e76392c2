"""Families that only sampling can judge: fits without closed moments, and one known design.

    Glm            logistic or Poisson regression, refitted by maximum likelihood
    NormalMixture  a Gaussian mixture on the line, refitted by EM
    KnownDesign    least squares on one design that is given, by the eigenvalues of X'X

They stand in a `Process` like any family; the other engines refuse them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

from refutable.derivations.errors import ProcessError
from refutable.derivations.families import Family

__all__ = ["Glm", "KnownDesign", "NormalMixture"]


def _numbers(values: object, what: str) -> tuple[sp.Expr, ...]:
    out = tuple(sp.sympify(x) for x in values)  # type: ignore[attr-defined]
    if not out or not all(x.is_number and x.is_finite for x in out):
        raise ProcessError(f"{what} must be finite numbers (got {values!r})")
    return out


@dataclass(frozen=True)
class Glm(Family):
    """Canonical link; covariates are independent normals of variance `spread`.

    kind: "logistic" or "poisson".  coefficients: the true ones.  intercept: the first is one.

    >>> Glm("logistic", (0, 1, -1), intercept=True).kind
    'logistic'
    """

    kind: str
    coefficients: tuple
    intercept: bool = False
    spread: object = sp.Integer(1)

    oracle = "closed forms, another optimiser, the first order"

    def __post_init__(self) -> None:
        if self.kind not in ("logistic", "poisson"):
            raise ProcessError(f"Glm(kind): logistic or poisson (got {self.kind!r})")
        object.__setattr__(self, "coefficients", _numbers(self.coefficients, "coefficients"))
        (spread,) = _numbers([self.spread], "spread")
        if not spread > 0:
            raise ProcessError(f"Glm(spread) must be positive (got {spread})")
        object.__setattr__(self, "spread", spread)


@dataclass(frozen=True)
class NormalMixture(Family):
    """A model is a mixture of normal laws; `Norm1(model - truth)` is W1 between mixing measures,
    the integral of the difference of their distribution functions.
    """

    weights: tuple
    means: tuple
    deviations: tuple

    oracle = "sample moments, another library's distance"

    def __post_init__(self) -> None:
        for name in ("weights", "means", "deviations"):
            object.__setattr__(self, name, _numbers(getattr(self, name), name))
        if len({len(self.weights), len(self.means), len(self.deviations)}) > 1:
            raise ProcessError("NormalMixture: one weight, mean and deviation for each component")
        if sum(self.weights) != 1 or min(self.weights) < 0 or not min(self.deviations) > 0:
            raise ProcessError("NormalMixture: weights >= 0 that sum to 1, positive deviations")


@dataclass(frozen=True)
class KnownDesign(Family):
    """Least squares with labels on one given design of `rows` rows; a batch is whole copies of it.

    truth: the symbol whose value is the tuple of eigenvalues of X'X, all positive.
    Errors are squared lengths.
    """

    rows: object
    sigma2: object
    truth: sp.Symbol = field(default_factory=lambda: sp.Symbol("Lambda"))

    oracle = "chi-square laws, the plain sampler"

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", sp.sympify(self.rows))
        object.__setattr__(self, "sigma2", sp.sympify(self.sigma2))

    @property
    def parameters(self) -> set[sp.Basic]:
        return self.rows.free_symbols | self.sigma2.free_symbols  # type: ignore[attr-defined]
