"""The float64 recursion of `dual_numeric` for E[T], compiled, on a band of each row.

occ(j, .) is concentrated on about sqrt(n) entries; what lies outside a band whose ends are below
1e-60 is left out. Over all rows that loses a relative weight below n^3 1e-60, which the factor 1.01
in the unit of `dual_numeric`'s bound covers up to n = 10^9. Its oracle is that module's NumPy loop.
"""

from __future__ import annotations

import numpy as np

from refutable.montecarlo.compiled import jit

__all__ = ["last_time"]

CUT = 1e-60


@jit
def _dot(a, b, low, high):  # type: ignore[no-untyped-def]
    """The inner product over low <= k < high, in four parts: one sum would wait for each addition."""
    s0, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
    k = low
    while k + 4 <= high:
        s0 += a[k] * b[k]
        s1 += a[k + 1] * b[k + 1]
        s2 += a[k + 2] * b[k + 2]
        s3 += a[k + 3] * b[k + 3]
        k += 4
    while k < high:
        s0 += a[k] * b[k]
        k += 1
    return (s0 + s1) + (s2 + s3)


@jit
def _grow(old, new, up, n, low, high):  # type: ignore[no-untyped-def]
    """One ball more: new[low .. high + 1] from old[low .. high]; old is zero just outside."""
    count = high - low + 2
    a, b = old[low : low + count], old[low - 1 : low - 1 + count]
    u, out = up[low : low + count], new[low : low + count]
    for k in range(count):
        out[k] = a[k] * u[k] + b[k] * ((n - (low + k) + 1) / n)


@jit
def last_time(mass, rest, n):  # type: ignore[no-untyped-def]
    """v_n of `dual`, for probabilities mass and rest = 1 - mass in float64."""
    power, spread = mass.copy(), rest.copy()  # p^(j-1) and 1 - p^(j-1) at j = 2
    old, new, times = np.zeros(n + 3), np.zeros(n + 3), np.zeros(n + 3)
    up = np.arange(n + 3) / np.float64(n)
    old[1] = 1.0
    low, high, missing, last = 1, 1, 0.0, 1.0
    for j in range(2, n + 1):
        missing += last * ((j - 1) / n)
        _grow(old, new, up, np.float64(n), low, high)
        high += 1
        while new[low] < CUT and low < high:
            new[low] = 0.0
            low += 1
        while new[high] < CUT and high > low:
            new[high] = 0.0
            high -= 1
        new[low - 1] = 0.0
        new[high + 1] = 0.0
        last = new[j] if high == j else 0.0
        gain = 0.0
        for i in range(len(mass)):
            gain += mass[i] * spread[i]
            spread[i] += power[i] * rest[i]
            power[i] *= mass[i]
        times[j] = (gain + _dot(new, times, low, min(high + 1, j))) / missing
        old, new = new, old
    return times[n]
