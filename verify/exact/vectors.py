"""Rational vectors as tuples of integers: `(denominator, numerator, ..., numerator)`, reduced.

Two vectors are equal exactly when their tuples are equal, so a tuple is a key under which states
are merged; hashing integers is much cheaper than hashing fractions.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import gcd, lcm

from flint import fmpq

__all__ = ["IntVec", "add", "coordinates", "from_rationals", "is_dirac", "scaled", "zero"]

IntVec = tuple[int, ...]


def from_rationals(values: Iterable[fmpq]) -> IntVec:
    """The vector with these coordinates.

    >>> from_rationals([fmpq(1, 2), fmpq(1, 3)])
    (6, 3, 2)
    """
    values = list(values)
    den = lcm(*(int(x.q) for x in values))
    return (den, *(int(x.p) * (den // int(x.q)) for x in values))


def coordinates(v: IntVec) -> list[fmpq]:
    """The coordinates as exact rationals."""
    return [fmpq(x, v[0]) for x in v[1:]]


def zero(size: int) -> IntVec:
    """The zero vector."""
    return (1, *(0,) * size)


def scaled(v: IntVec, by: fmpq) -> IntVec:
    """`by * v`."""
    return _reduced(v[0] * int(by.q), [x * int(by.p) for x in v[1:]])


def add(v: IntVec, w: IntVec) -> IntVec:
    """`v + w`.

    >>> add((2, 1, 1), (6, 1, 3))
    (3, 2, 3)
    """
    if v[0] == w[0]:
        return _reduced(v[0], [x + y for x, y in zip(v[1:], w[1:], strict=True)])
    den = lcm(v[0], w[0])
    a, b = den // v[0], den // w[0]
    return _reduced(den, [x * a + y * b for x, y in zip(v[1:], w[1:], strict=True)])


def is_dirac(v: IntVec) -> bool:
    """Whether a probability vector is a point mass.

    >>> is_dirac((1, 0, 1)), is_dirac((2, 1, 1))
    (True, False)
    """
    return v[0] == 1 and sum(map(abs, v[1:])) == 1 and max(v[1:]) == 1


def _reduced(den: int, nums: list[int]) -> IntVec:
    g = gcd(den, *nums)
    return (den, *nums) if g == 1 else (den // g, *(x // g for x in nums))
