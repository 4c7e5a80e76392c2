"""Binomial numbers in lanes, one lane per replicate.

Mean of at least 16: BTRS, transformed rejection with a squeeze (Hoermann, J. Stat. Comput. Simul.
46, 1993). A candidate that fails the squeeze goes through the full test itself: drawing afresh
would bias the variance. Smaller means: sequential inversion. Chances above one half are reflected.
Lanes that are not done are packed together, so that every round is a loop over full SIMD registers.
`binomials_twin` does the same in NumPy, bit for bit.

Sizes up to 2**30: the full test's logarithms are multiplied by the size, which puts the law off
by about 1e-16 times the size.
"""

from __future__ import annotations

import numpy as np

from .compiled import inline, jit
from .floats import exponential, log, uniform
from .variates import RETRY, block_of

__all__ = ["LARGEST", "SMALL", "TAIL", "binomial", "workspace"]

LARGEST = 1 << 30
#: Means below it are inverted.
SMALL = 16.0
#: More steps of an inversion have a chance below 1e-70.
STEPS = 200
#: log k! - (k + 1/2) log(k + 1) + k + 1 - log(2 pi) / 2 for k = 0..9.
TAIL = np.array([
    0.08106146679532726, 0.04134069595540929, 0.02767792568499834, 0.02079067210376509,
    0.01664469118982119, 0.01387612882307075, 0.01189670994589177, 0.01041126526197209,
    0.009255462182712733, 0.008330563433362871,
])  # fmt: skip


@inline
def _tail(k):  # type: ignore[no-untyped-def]
    """Stirling's remainder for k >= 10: log k! as for TAIL."""
    x = 1.0 / (k + 1.0)
    z = x * x
    return x * (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680))))


@inline
def _candidate(n, p, u):  # type: ignore[no-untyped-def]
    """(candidate, distance of u from the ends of its range, b, a, root) of BTRS."""
    root = np.sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * root
    a = -0.0873 + 0.0248 * b + 0.01 * p
    x = u - 0.5
    us = 0.5 - np.abs(x) + 1e-300
    return np.floor((2.0 * a / us + b) * x + (n * p + 0.5)), us, b, a, root


@jit
def _uniforms(m, who, block, tag, first, k0, k1, u, v):  # type: ignore[no-untyped-def]
    for i in range(m):
        a, b, c, d = block_of(block, tag, np.uint64(first) + np.uint64(who[i]), k0, k1)
        u[i] = uniform(a, b)
        v[i] = uniform(c, d)


@jit
def _squeeze(m, n, p, u, v, k):  # type: ignore[no-untyped-def]
    """Candidates that are accepted at once; -1 elsewhere."""
    for i in range(m):
        y, us, b, _, _ = _candidate(n[i], p[i], u[i])
        k[i] = y if (us >= 0.07) & (v[i] <= 0.92 - 4.2 / b) else -1.0


@jit
def _full(m, n, p, u, v, table, gap, k):  # type: ignore[no-untyped-def]
    """The full test of the same candidates; -1 where they are rejected."""
    for i in range(m):
        k[i], _, _, _, _ = _candidate(n[i], p[i], u[i])
    for i in range(m):
        _, us, b, a, root = _candidate(n[i], p[i], u[i])
        z = min(max(k[i], 0.0), n[i])
        r = p[i] / (1.0 - p[i])
        mode = np.floor((n[i] + 1.0) * p[i])
        left = log(v[i] * ((2.83 + 5.1 / b) * root) / (a / (us * us) + b))
        right = (
            (mode + 0.5) * log((mode + 1.0) / (r * (n[i] - mode + 1.0)))
            + (n[i] + 1.0) * log((n[i] - mode + 1.0) / (n[i] - z + 1.0))
            + (z + 0.5) * log(r * (n[i] - z + 1.0) / (z + 1.0))
            + ((_tail(mode) + _tail(n[i] - mode)) - (_tail(z) + _tail(n[i] - z)))
        )
        gap[i] = left - right
    for i in range(m):  # a table look-up would keep the loop above out of SIMD
        if 0.0 <= k[i] < 9.5:
            gap[i] += table[np.int64(k[i])] - _tail(k[i])
        if 0.0 <= n[i] - k[i] < 9.5:
            gap[i] += table[np.int64(n[i] - k[i])] - _tail(n[i] - k[i])
    for i in range(m):
        k[i] = k[i] if (k[i] >= 0.0) & (k[i] <= n[i]) & (gap[i] <= 0.0) else -1.0


@jit
def _invert(m, n, p, u, k, mass, below):  # type: ignore[no-untyped-def]
    """How many of the cumulated probabilities are below u; p is used up."""
    for i in range(m):
        q = 1.0 - p[i]
        mass[i] = exponential(n[i] * (log(q) + (((1.0 - q) - p[i]) / q)))
    for i in range(m):
        below[i] = mass[i]
        p[i] = p[i] / (1.0 - p[i])
        k[i] = 0.0
    for step in range(1, STEPS):
        inverse = 1.0 / np.float64(step)
        open_lanes = 0
        for i in range(m):
            open_lanes += 1 if u[i] > below[i] else 0
        if open_lanes == 0:
            break
        for i in range(m):
            k[i] += 1.0 if u[i] > below[i] else 0.0
        for i in range(m):
            mass[i] *= p[i] * ((n[i] + 1.0) * inverse - 1.0)
        for i in range(m):
            below[i] += mass[i]
    for i in range(m):
        k[i] = min(k[i], n[i])


@jit
def binomial(lanes, left, chance, block, tag, first, k0, k1, table, work, who, out):  # type: ignore[no-untyped-def]
    """Binomial(left, chance) into out (lanes,), floats that are integers; left likewise.

    work: (10, lanes) and who: (3, lanes) are scratch.
    """
    n, p, u, v, k = work[0], work[1], work[2], work[3], work[4]
    packed_n, packed_p, packed_u, packed_v, packed_k = work[5], work[6], work[7], work[8], work[9]
    here, small, place = who[0], who[1], who[2]
    m, few = 0, 0
    for i in range(lanes):
        q = chance[i] if chance[i] <= 0.5 else 1.0 - chance[i]
        if left[i] * q >= SMALL:
            here[m] = i
            n[m] = left[i]
            p[m] = q
            m += 1
        else:
            small[few] = i
            packed_n[few] = left[i]
            packed_p[few] = q
            few += 1
    if few:
        _uniforms(few, small, block, tag, first, k0, k1, packed_u, packed_v)
        _invert(few, packed_n, packed_p, packed_u, packed_k, packed_v, u)
        for i in range(few):
            out[small[i]] = packed_k[i]
    attempt = block
    while m:
        _uniforms(m, here, attempt, tag, first, k0, k1, u, v)
        attempt += RETRY
        _squeeze(m, n, p, u, v, k)
        unsure = 0
        for i in range(m):
            if k[i] >= 0.0:
                out[here[i]] = k[i]
            else:
                place[unsure] = i
                packed_n[unsure] = n[i]
                packed_p[unsure] = p[i]
                packed_u[unsure] = u[i]
                packed_v[unsure] = v[i]
                unsure += 1
        _full(unsure, packed_n, packed_p, packed_u, packed_v, table, u, packed_k)
        m = 0
        for i in range(unsure):
            lane = here[place[i]]
            if packed_k[i] >= 0.0:
                out[lane] = packed_k[i]
            else:  # m <= i <= place[i]: nothing is overwritten that is still to come
                here[m] = lane
                n[m] = packed_n[i]
                p[m] = packed_p[i]
                m += 1
    for i in range(lanes):
        out[i] = out[i] if chance[i] <= 0.5 else left[i] - out[i]


def workspace(lanes: int) -> tuple[np.ndarray, np.ndarray]:
    """Scratch arrays of `binomial`."""
    return np.empty((10, lanes)), np.empty((3, lanes), np.int64)
