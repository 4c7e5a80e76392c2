"""What a competent NumPy user writes: the baselines of `montecarlo.py`.

Replicates are the first axis and generations a loop. Each function returns how many units
(replicate-generations, replicates, class updates) it did.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq, fmpq_mat
from scipy.special import gammaln

SEED = 0


def vectorised(n: int, s: int, last: int, runs: int) -> int:
    """One multinomial per generation for all replicates, and their squared norms."""
    rng = np.random.default_rng(SEED)
    p = np.full((runs, s), 1 / s)
    for _ in range(last):
        p = rng.multinomial(n, p) / n
        (p * p).sum(axis=1)
    return runs * last


def loop(n: int, s: int, last: int, runs: int) -> int:
    """As papers' code does it: a choice and a bincount per replicate and generation."""
    rng = np.random.default_rng(SEED)
    for _ in range(runs):
        p = np.full(s, 1 / s)
        for _ in range(last):
            p = np.bincount(rng.choice(s, size=n, p=p), minlength=s) / n
            (p * p).sum()
    return runs * last


def dropping(n: int, s: int, runs: int) -> int:
    """Multinomials until absorption; absorbed replicates and dead classes are dropped."""
    rng = np.random.default_rng(SEED)
    p = np.full((runs, s), 1 / s)
    while len(p):
        c = rng.multinomial(n, p)
        c = c[c.max(axis=1) < n]
        p = c[:, c.any(axis=0)] / n
    return runs


def binomials(n: int, last: int, runs: int) -> int:
    """One binomial per replicate and generation."""
    rng = np.random.default_rng(SEED)
    x = np.full(runs, n // 2)
    for _ in range(last):
        x = rng.binomial(n, x / n)
    return runs * last


def mixtures(s: int, sizes: list[int], share: float, runs: int) -> int:
    """Multinomials of share * truth + (1 - share) * model."""
    rng = np.random.default_rng(SEED)
    truth = np.full(s, 1 / s)
    p = np.tile(truth, (runs, 1))
    for n in sizes:
        p = rng.multinomial(n, share * truth + (1 - share) * p) / n
        (p * p).sum(axis=1)
    return runs * s * len(sizes)


def filtered(n: int, s: int, keep: float, last: int, runs: int) -> int:
    """Multinomials of random sizes, drawn again until positive."""
    rng = np.random.default_rng(SEED)
    p = np.full((runs, s), 1 / s)
    for _ in range(last):
        size = rng.binomial(n, keep, runs)
        while (empty := size == 0).any():
            size[empty] = rng.binomial(n, keep, empty.sum())
        p = rng.multinomial(size, p) / size[:, None]
        (p * p).sum(axis=1)
    return runs * last


def _batch(rng: np.random.Generator, mean, factor, size: int):  # type: ignore[no-untyped-def]
    x = mean[:, None] + rng.standard_normal((*mean.shape[:1], size, mean.shape[1])) @ np.swapaxes(
        factor, 1, 2
    )
    centre = x.mean(axis=1)
    x -= centre[:, None]
    return centre, np.swapaxes(x, 1, 2) @ x / (size - 1)


def gaussians(n: int, real: int, d: int, weight: float, last: int, runs: int) -> int:
    """Data drawn in one array, means and covariances of all replicates at once."""
    rng = np.random.default_rng(SEED)
    zero, one = np.zeros((runs, d)), np.broadcast_to(np.eye(d), (runs, d, d))
    mean, factor = zero, one
    for _ in range(last):
        mean, cov = _batch(rng, mean, factor, n)
        if weight:
            other, spread = _batch(rng, zero, one, real)
            mean = weight * other + (1 - weight) * mean
            cov = weight * spread + (1 - weight) * cov
        factor = np.linalg.cholesky(cov)
    return runs * last


def fixed_design(d: int, rows: int, last: int, runs: int) -> int:
    """Label noise times a stored pseudo-inverse."""
    rng = np.random.default_rng(SEED)
    inverse = np.linalg.pinv(rng.standard_normal((rows, d))).T.copy()
    e = np.zeros((runs, d))
    for _ in range(last):
        e += rng.standard_normal((runs, rows)) @ inverse
        (e * e).sum(axis=1)
    return runs * last


def least_squares(d: int, rows: int, last: int, runs: int, accumulate: bool = False) -> int:
    """Designs and noise drawn, normal equations solved in a batch."""
    rng = np.random.default_rng(SEED)
    e, total = np.zeros((runs, d)), np.zeros((runs, d, d))
    for _ in range(last):
        x = rng.standard_normal((runs, rows, d))
        y = np.einsum("rtd,rt->rd", x, rng.standard_normal((runs, rows)))
        gram = np.swapaxes(x, 1, 2) @ x
        total = total + gram if accumulate else gram
        e = e + np.linalg.solve(total, y[..., None])[..., 0]
        (e * e).sum(axis=1)
    return runs * last


def _integral(x: np.ndarray, after: np.ndarray) -> np.ndarray:
    before = np.concatenate([np.zeros((len(x), 1)), after[:, :-1]], axis=1)
    return ((x - before) ** 3 - (x - after) ** 3).sum(axis=1) / 3


def distribution(n: int, last: int, runs: int) -> int:
    """Data of data, sorted, and the exact integral of the squared error."""
    rng = np.random.default_rng(SEED)
    x = np.sort(rng.random((runs, n)), axis=1)
    after = np.broadcast_to(np.arange(1, n + 1) / n, (runs, n))
    for _ in range(last):
        _integral(x, after)
        x = np.sort(np.take_along_axis(x, rng.integers(0, n, (runs, n)), axis=1), axis=1)
    return runs * last


def fresh_distribution(n: int, real: int, share: float, last: int, runs: int) -> int:
    """A weighted mixture of fresh real data and data of the mixture before."""
    rng = np.random.default_rng(SEED)
    fake = rng.random((runs, n))
    weights = np.concatenate([np.full(real, share / real), np.full(n, (1 - share) / n)])
    for _ in range(last):
        both = np.concatenate([rng.random((runs, real)), fake], axis=1)
        order = np.argsort(both, axis=1)
        _integral(np.take_along_axis(both, order, axis=1), np.cumsum(weights[order], axis=1))
        pick = np.where(
            rng.random((runs, n)) < share,
            rng.integers(0, real, (runs, n)),
            real + rng.integers(0, n, (runs, n)),
        )
        fake = np.take_along_axis(both, pick, axis=1)
    return runs * last


def dense_time(n: int) -> float:
    """E[T] of two types from n/2: the transition matrix in float64, and a solve."""
    k = np.arange(1, n)
    log = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    chance = k[:, None] / n
    step = np.exp(log + k * np.log(chance) + (n - k) * np.log1p(-chance))
    return float(np.linalg.solve(np.eye(n - 1) - step, np.ones(n - 1))[n // 2 - 1])


def rational_chain(n: int) -> fmpq_mat:
    """I minus the transition matrix between states that are not absorbed, in rationals."""
    choose = [fmpq(1)]
    for k in range(n):
        choose.append(choose[-1] * (n - k) / (k + 1))
    rows = [[(1 if x == y else 0) - choose[y] * fmpq(x, n) ** y * fmpq(n - x, n) ** (n - y)
             for y in range(1, n)] for x in range(1, n)]  # fmt: skip
    return fmpq_mat(rows)


def dixon_time(chain: fmpq_mat) -> fmpq:
    """E[T] from the middle state, by Dixon's lifting."""
    size = chain.nrows()
    times = chain.solve(fmpq_mat(size, 1, [1] * size), algorithm="dixon")
    return times[size // 2, 0]
