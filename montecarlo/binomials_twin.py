"""The NumPy twin of `binomials`: the same numbers from the same words, without numba."""

from __future__ import annotations

import numpy as np

from .floats import plain
from .philox import words

__all__ = ["binomial"]

RETRY = 1 << 20
SMALL, STEPS = 16.0, 200


def binomial(left, chance, block, tag, replicates, key, table):  # type: ignore[no-untyped-def]
    """Binomial(left, chance) of arrays (replicates,), as floats."""
    out = np.empty(len(left))
    p = np.where(chance <= 0.5, chance, 1.0 - chance)
    large = left * p >= SMALL
    small = np.flatnonzero(~large)
    if len(small):
        u, _ = _uniforms(small, block, tag, replicates, key)
        out[small] = _invert(left[small], p[small], u)
    here = np.flatnonzero(large)
    while len(here):
        u, v = _uniforms(here, block, tag, replicates, key)
        block += RETRY
        k, kept = _candidates(left[here], p[here], u, v, table)
        out[here[kept]] = k[kept]
        here = here[~kept]
    return np.where(chance <= 0.5, out, left - out)


def _uniforms(who, block, tag, replicates, key):  # type: ignore[no-untyped-def]
    a, b, c, d = words(1, block, tag, replicates[who], key).T
    return plain.uniform(a, b), plain.uniform(c, d)


def _tail(k):  # type: ignore[no-untyped-def]
    x = 1.0 / (k + 1.0)
    z = x * x
    return x * (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680))))


def _correction(k, table):  # type: ignore[no-untyped-def]
    inside = (k >= 0.0) & (k < 9.5)
    safe = np.where(inside, k, 0.0)
    return np.where(inside, table[safe.astype(np.int64)] - _tail(safe), 0.0)


def _candidates(n, p, u, v, table):  # type: ignore[no-untyped-def]
    """(candidates, which are accepted)."""
    root = np.sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * root
    a = -0.0873 + 0.0248 * b + 0.01 * p
    x = u - 0.5
    us = 0.5 - np.abs(x) + 1e-300
    k = np.floor((2.0 * a / us + b) * x + (n * p + 0.5))
    at_once = (us >= 0.07) & (v <= 0.92 - 4.2 / b)
    z = np.minimum(np.maximum(k, 0.0), n)
    r = p / (1.0 - p)
    mode = np.floor((n + 1.0) * p)
    left = plain.log(v * ((2.83 + 5.1 / b) * root) / (a / (us * us) + b))
    right = (
        (mode + 0.5) * plain.log((mode + 1.0) / (r * (n - mode + 1.0)))
        + (n + 1.0) * plain.log((n - mode + 1.0) / (n - z + 1.0))
        + (z + 0.5) * plain.log(r * (n - z + 1.0) / (z + 1.0))
        + ((_tail(mode) + _tail(n - mode)) - (_tail(z) + _tail(n - z)))
    )
    gap = left - right
    gap = gap + _correction(k, table)
    gap = gap + _correction(n - k, table)
    return k, at_once | ((k >= 0.0) & (k <= n) & (gap <= 0.0))


def _invert(n, p, u):  # type: ignore[no-untyped-def]
    q = 1.0 - p
    mass = plain.exponential(n * (plain.log(q) + (((1.0 - q) - p) / q)))
    below, odds, k = mass.copy(), p / q, np.zeros(len(n))
    for step in range(1, STEPS):
        above = u > below
        if not above.any():
            break
        k += above
        mass *= odds * ((n + 1.0) * (1.0 / step) - 1.0)
        below += mass
    return np.minimum(k, n)
