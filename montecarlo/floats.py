"""Logarithm, exponential, uniforms and normals from the four operations and the square root alone.

Every operation used is exactly specified by IEEE 754, so the bits are the same on every machine, in
compiled SIMD lanes and in NumPy arrays: one source serves scalars (compiled) and arrays (`plain`).
Logarithm and the circle's polynomials are those of fdlibm (Sun Microsystems, 1993), branch-free:
errors below two units in the last place on the ranges stated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .compiled import inline

__all__ = ["exponential", "gamma_accepts", "log", "pair", "plain", "uniform"]


class Functions(NamedTuple):
    log: Callable[..., Any]
    exponential: Callable[..., Any]
    uniform: Callable[..., Any]
    pair: Callable[..., Any]
    gamma_accepts: Callable[..., Any]


# fmt: off
L1, L2, L3, L4, L5, L6, L7 = (
    6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01,
    2.222219843214978396e-01, 1.818357216161805012e-01, 1.531383769920937332e-01,
    1.479819860511658591e-01,
)
S1, S2, S3, S4, S5, S6 = (
    -1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04,
    2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10,
)
C1, C2, C3, C4, C5, C6 = (
    4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05,
    -2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11,
)
# fmt: on
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
INVERSE_LN2, HALF_PI = 1.44269504088896338700, 1.57079632679489661923
ROOT_HALF = np.int64(0x3FE6A09E667F3BCD)
ONE = np.uint64(0x3FF0000000000000)
_2, _12, _30, _32, _52 = (np.uint64(k) for k in (2, 12, 30, 32, 52))
SIGNED_52, SIGNED_62 = np.int64(52), np.int64(62)
BIAS = np.int64(1023)
#: Adding and subtracting it rounds to an integer, and leaves the integer in the low bits.
MAGIC = 6755399441055744.0
MAGIC_BITS = np.int64(0x4338000000000000)


def _build(wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Functions:
    @wrap
    def log(x):  # type: ignore[no-untyped-def]
        """Natural logarithm of a normal positive number."""
        bits = np.float64(x).view(np.int64)
        k = (bits - ROOT_HALF) >> SIGNED_52
        f = np.int64(bits - (k << SIGNED_52)).view(np.float64) - 1.0
        e = np.float64(k)
        s = f / (2.0 + f)
        z = s * s
        w = z * z
        r = w * (L2 + w * (L4 + w * L6)) + z * (L1 + w * (L3 + w * (L5 + w * L7)))
        h = 0.5 * f * f
        return e * LN2_HIGH - ((h - (s * (h + r) + e * LN2_LOW)) - f)

    @wrap
    def exponential(x):  # type: ignore[no-untyped-def]
        """e to the power x, for |x| up to 700; relative error below 1e-15."""
        shifted = x * INVERSE_LN2 + MAGIC
        k = np.float64(shifted).view(np.int64) - MAGIC_BITS
        e = shifted - MAGIC
        r = (x - e * LN2_HIGH) - e * LN2_LOW
        # Taylor's series: |r| < 0.347, and r**14 / 14! is below 5e-18
        p = 1.0 / 6227020800.0
        p = p * r + 1.0 / 479001600.0
        p = p * r + 1.0 / 39916800.0
        p = p * r + 1.0 / 3628800.0
        p = p * r + 1.0 / 362880.0
        p = p * r + 1.0 / 40320.0
        p = p * r + 1.0 / 5040.0
        p = p * r + 1.0 / 720.0
        p = p * r + 1.0 / 120.0
        p = p * r + 1.0 / 24.0
        p = p * r + 1.0 / 6.0
        p = p * r + 0.5
        p = p * r * r + r + 1.0
        return p * np.int64((k + BIAS) << SIGNED_52).view(np.float64)

    @wrap
    def uniform(a, b):  # type: ignore[no-untyped-def]
        """A uniform number in (0, 1], a multiple of 2**-52, from two 32-bit words."""
        bits = (((np.uint64(a) << _32) | np.uint64(b)) >> _12) | ONE
        return 2.0 - np.uint64(bits).view(np.float64)

    @wrap
    def pair(a, b, c, d):  # type: ignore[no-untyped-def]
        """Two independent standard normals from four words (Box and Muller, 1958).

        a and b make the radius, at most 8.5; c and d the angle: two bits for its quadrant, the
        others for its place there.
        """
        radius = np.sqrt(-2.0 * log(uniform(a, b)))
        word = (np.uint64(c) << _32) | np.uint64(d)
        t = np.uint64(((word << _2) >> _12) | ONE).view(np.float64) - 1.5
        t = t * HALF_PI
        z = t * t
        w = z * z
        sine = t + t * z * (S1 + z * (S2 + z * (S3 + z * S4)) + w * w * (S5 + z * S6))
        cosine = 1.0 - (0.5 * z - w * (C1 + z * (C2 + z * C3) + w * z * (C4 + z * (C5 + z * C6))))
        quadrant = np.int64(word >> np.uint64(62))
        odd = -(quadrant & np.int64(1))
        u, v = np.float64(radius * cosine).view(np.int64), np.float64(radius * sine).view(np.int64)
        high = quadrant & np.int64(2)
        # quadrants 1 and 2 turn the sign of x, 2 and 3 that of y
        x = ((v & odd) | (u & ~odd)) ^ ((high ^ ((odd & np.int64(1)) << np.int64(1))) << SIGNED_62)
        y = ((u & odd) | (v & ~odd)) ^ (high << SIGNED_62)
        return np.int64(x).view(np.float64), np.int64(y).view(np.float64)

    @wrap
    def gamma_accepts(x, d, shape, scale):  # type: ignore[no-untyped-def]
        """(value, whether the candidate is kept) of Marsaglia and Tsang (ACM TOMS 26, 2000).

        x: a standard normal; d: a word; shape = a - 1/3 of a Gamma(a), a >= 1;
        scale = 1 / (3 sqrt(shape)).
        """
        root = 1.0 + scale * x
        v = root * root * root
        safe = np.abs(v) + 1e-300  # the logarithm of what is refused anyway
        level = log(np.float64(d) * 2.0**-32 + 2.0**-33)
        kept = (v > 0.0) & (level < 0.5 * x * x + shape * (1.0 - v + log(safe)))
        return shape * v, kept

    return Functions(log, exponential, uniform, pair, gamma_accepts)


#: The same functions of NumPy arrays, without numba.
plain = _build(lambda f: f)
log, exponential, uniform, pair, gamma_accepts = _build(inline)
