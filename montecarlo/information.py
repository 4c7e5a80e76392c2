"""The Fisher information of a generalised linear model with normal covariates.

To first order in 1/n a fit on n data has covariance M^-1/n, M the information of one datum.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from .fitted import Glm

__all__ = ["trace"]


def trace(family: Glm, nodes: int = 80) -> float:
    """tr(M^-1), by Gauss-Hermite quadrature along the coefficients.

    Across them a covariate is independent of the mean label, so that one integral is enough.

    >>> round(trace(Glm("poisson", (0, 0))), 9)
    2.0
    """
    beta = np.array([float(x) for x in family.coefficients])
    scale = float(family.spread) ** 0.5  # type: ignore[arg-type]
    slopes = beta[1:] if family.intercept else beta
    length = float(np.linalg.norm(slopes))
    z, weight = np.polynomial.hermite_e.hermegauss(nodes)
    weight = weight / weight.sum()
    eta = length * scale * z + (beta[0] if family.intercept else 0.0)
    bend = expit(eta) * expit(-eta) if family.kind == "logistic" else np.exp(eta)
    mean = float(weight @ bend)
    across = (len(slopes) - 1) / (scale**2 * mean)
    if not family.intercept:
        return 1 / (scale**2 * float(weight @ (bend * z * z))) + across
    one, two = scale * float(weight @ (bend * z)), scale**2 * float(weight @ (bend * z * z))
    return float(np.trace(np.linalg.inv([[mean, one], [one, two]]))) + across
