"""Maximum likelihood in logistic and Poisson regression, in NumPy: all replicates in a batch.

Newton's method with halved steps maximises the weighted log-likelihood; `fits` draws the data.

Where it fails: separated labels have no maximum (a logistic chain that runs long enough gets there,
as its coefficients wander off), and Poisson means may overflow. Such a replicate is NaN from then
on; nothing is dropped silently.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from refutable.derivations.errors import DomainError, OutsideFragment

__all__ = ["fit", "labels", "means"]

KINDS = ("logistic", "poisson")
STEPS = 60
#: Coefficients beyond it, or a curvature this much below that at zero, mean separated labels.
FAR, FLAT = 50.0, 1e-6


def _mean(kind: str, eta: np.ndarray) -> np.ndarray:
    return expit(eta) if kind == "logistic" else np.exp(np.minimum(eta, 40.0))


def means(kind: str, x: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """Mean labels (runs, n) at covariates (runs, n, d) and coefficients (runs, d)."""
    return _mean(kind, (x @ beta[:, :, None])[..., 0])


def labels(kind: str, rng: np.random.Generator, mean: np.ndarray) -> np.ndarray:
    """One label for each mean."""
    if kind == "logistic":
        return (rng.random(mean.shape) < mean).astype(float)
    return rng.poisson(mean).astype(float)


def _likelihood(kind, x, y, weight, beta):  # type: ignore[no-untyped-def]
    eta = (x @ beta[:, :, None])[..., 0]
    cumulant = np.logaddexp(0, eta) if kind == "logistic" else _mean(kind, eta)
    return np.einsum("rn,rn->r", weight, y * eta - cumulant)


def fit(
    kind: str,
    x: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray | None = None,
    start: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """(coefficients (runs, d), which converged): weighted maximum likelihood, canonical link.

    x: (runs, n, d); y, weight: (runs, n). Converged: the gradient is below 1e-9 and no coefficient
    above 50, where the likelihood still bends (separated labels: it does not). The others are NaN.
    start: where Newton's method begins, zero where nothing is said.

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
    beta = np.zeros((runs, d)) if start is None else start.astype(float)
    good = np.zeros(runs, bool)
    todo = np.arange(runs)
    for _ in range(STEPS):
        a, b, v, at = x[todo], y[todo], w[todo], beta[todo]
        mu = _mean(kind, (a @ at[:, :, None])[..., 0])
        gradient = ((v * (b - mu))[:, None, :] @ a)[:, 0]
        done = np.abs(gradient).max(axis=1) < 1e-9
        good[todo[done]] = True
        kept = ~done & (np.abs(at).max(axis=1) < FAR)
        todo = todo[kept]
        if not len(todo):
            break
        a, b, v, at, mu, gradient = (z[kept] for z in (a, b, v, at, mu, gradient))
        curvature = mu * (1 - mu) if kind == "logistic" else mu
        hessian = np.swapaxes(a * (v * curvature)[:, :, None], 1, 2) @ a + 1e-13 * np.eye(d)
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
    mu = _mean(kind, (x @ beta[:, :, None])[..., 0])
    curvature = mu * (1 - mu) if kind == "logistic" else mu
    there, flat = (_least(x, w * c) for c in (curvature, 0.25 if kind == "logistic" else 1.0))
    good &= there > FLAT * flat  # separated labels: the likelihood is level far away
    beta[~good] = np.nan
    return beta, good


def _least(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The least eigenvalue of each weighted Gram matrix."""
    return np.linalg.eigvalsh(np.swapaxes(x * weight[:, :, None], 1, 2) @ x)[:, 0]
