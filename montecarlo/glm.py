"""Logistic and Poisson regression on its own labels, in NumPy: all replicates in a batch.

A generation draws fresh covariates N(0, I / d) and labels from the latest fit, beside real data if
there are any, and maximises weight * (mean real log-likelihood) + (1 - weight) * (mean synthetic
one) by Newton's method with halved steps.

Where it fails: separated labels have no maximum (a logistic chain that runs long enough gets there,
as its coefficients wander off), and Poisson means may overflow. Such a replicate is NaN from then
on; nothing is dropped silently.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from refutable.derivations.errors import DomainError, OutsideFragment

from .streams import generator

__all__ = ["chain", "fit"]

KINDS = ("logistic", "poisson")
STEPS = 60
#: Coefficients beyond it, or a curvature this much below that at zero, mean separated labels.
FAR, FLAT = 50.0, 1e-6


def _mean(kind: str, eta: np.ndarray) -> np.ndarray:
    return expit(eta) if kind == "logistic" else np.exp(np.minimum(eta, 40.0))


def _likelihood(kind, x, y, weight, beta):  # type: ignore[no-untyped-def]
    eta = np.einsum("rni,ri->rn", x, beta)
    cumulant = np.logaddexp(0, eta) if kind == "logistic" else _mean(kind, eta)
    return np.einsum("rn,rn->r", weight, y * eta - cumulant)


def fit(
    kind: str, x: np.ndarray, y: np.ndarray, weight: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """(coefficients (runs, d), which converged): weighted maximum likelihood, canonical link.

    x: (runs, n, d); y, weight: (runs, n). Converged: the gradient is below 1e-9 and no coefficient
    above 50, where the likelihood still bends (separated labels: it does not). The others are NaN.

    >>> y = np.array([[0.0, 1.0, 1.0, 1.0]])
    >>> beta, good = fit("logistic", np.ones((1, 4, 1)), y)
    >>> bool(good[0]), round(float(np.exp(beta[0, 0])), 9)
    (True, 3.0)
    """
    if kind not in KINDS:
        raise OutsideFragment(f"unknown model {kind!r}; use one of {', '.join(KINDS)}", part=kind)
    runs, n, d = x.shape
    w = np.full((runs, n), 1 / n) if weight is None else weight
    if not (np.isfinite(x).all() and np.isfinite(y).all() and np.isfinite(w).all() and (w >= 0).all()):
        raise DomainError("covariates, labels and weights must be finite, weights >= 0")
    beta, good = np.zeros((runs, d)), np.zeros(runs, bool)
    todo = np.arange(runs)
    for _ in range(STEPS):
        a, b, v, at = x[todo], y[todo], w[todo], beta[todo]
        mu = _mean(kind, np.einsum("rni,ri->rn", a, at))
        gradient = np.einsum("rni,rn->ri", a, v * (b - mu))
        done = np.abs(gradient).max(axis=1) < 1e-9
        good[todo[done]] = True
        kept = ~done & (np.abs(at).max(axis=1) < FAR)
        todo = todo[kept]
        if not len(todo):
            break
        a, b, v, at, mu, gradient = (z[kept] for z in (a, b, v, at, mu, gradient))
        curvature = mu * (1 - mu) if kind == "logistic" else mu
        hessian = np.einsum("rni,rn,rnj->rij", a, v * curvature, a) + 1e-13 * np.eye(d)
        step = np.linalg.solve(hessian, gradient[..., None])[..., 0]
        before = _likelihood(kind, a, b, v, at)
        size = np.ones(len(todo))
        for _ in range(30):
            worse = ~(_likelihood(kind, a, b, v, at + size[:, None] * step) >= before - 1e-12)
            if not worse.any():
                break
            size[worse] /= 2
        beta[todo] = at + size[:, None] * step
    good &= np.abs(beta).max(axis=1) < FAR
    mu = _mean(kind, np.einsum("rni,ri->rn", x, beta))
    curvature = mu * (1 - mu) if kind == "logistic" else mu
    there, start = (_least(x, w * c) for c in (curvature, 0.25 if kind == "logistic" else 1.0))
    good &= there > FLAT * start  # separated labels: the likelihood is level far away
    beta[~good] = np.nan
    return beta, good


def _least(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The least eigenvalue of each weighted Gram matrix."""
    return np.linalg.eigvalsh(np.einsum("rni,rn,rnj->rij", x, weight, x))[:, 0]


def chain(
    kind: str,
    coefficients: Sequence[float],
    size: int,
    last: int,
    runs: int,
    key: tuple[int, int],
    real: int = 0,
    weight: float = 0.0,
    shard: int = 0,
) -> np.ndarray:
    """Squared errors of the coefficients at generations 1..last, (runs, last); NaN: no maximum.

    real, weight: fresh real data per generation and their share of the objective.
    Raises DomainError for sizes below 1, coefficients that are not finite, and a weight that does
    not fit the real data.
    """
    beta0 = np.array(coefficients, float)
    if not len(beta0) or not np.isfinite(beta0).all():
        raise DomainError(f"coefficients must be finite (got {list(coefficients)})")
    if size < 1 or last < 1 or runs < 1 or real < 0:
        raise DomainError(f"size {size}, generations {last}, runs {runs}, real data {real}")
    if not (math.isfinite(weight) and 0 <= weight <= 1 and (weight > 0) == (real > 0)):
        raise DomainError(f"a weight of {weight} on {real} real data")
    if kind not in KINDS:
        raise OutsideFragment(f"unknown model {kind!r}; use one of {', '.join(KINDS)}", part=kind)
    d = len(beta0)
    beta, out = np.tile(beta0, (runs, 1)), np.full((runs, last), np.nan)
    shares = np.r_[np.full(real, weight / max(real, 1)), np.full(size, (1 - weight) / size)]
    alive = np.arange(runs)
    for g in range(1, last + 1):
        rng = generator(key, shard, g)
        x = rng.standard_normal((runs, real + size, d)) / np.sqrt(d)
        u = rng.random((runs, real + size))
        source = np.where(np.arange(real + size)[None, :, None] < real, beta0, beta[:, None, :])
        mu = _mean(kind, np.einsum("rni,rni->rn", x, np.nan_to_num(source)))
        y = (u < mu).astype(float) if kind == "logistic" else rng.poisson(mu).astype(float)
        new, _ = fit(kind, x[alive], y[alive], np.tile(shares, (len(alive), 1)))
        beta[:] = np.nan
        beta[alive] = new
        out[:, g - 1] = ((beta - beta0) ** 2).sum(axis=1)
        alive = np.flatnonzero(np.isfinite(out[:, g - 1]))
        if not len(alive):
            break
    return out
