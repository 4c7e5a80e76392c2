"""Moments of one batch from its outcomes listed one by one, in rationals.

The numbers that a row of a recurrence is compared with; the closure of moments is not used here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from math import comb

import sympy as sp

from .errors import OutsideFragment
from .families import Scalar
from .families.base import Family
from .families.linear import Linear

__all__ = ["Moments", "Unfit", "batch_moments"]

#: Largest batch whose counts, kept data or own outcomes are listed.
MOST_COUNTS, MOST_KEPT, MOST_OWN = 5_000, 60, 12
#: E[x**k] of a batch's statistic x, for every k.
Moments = Callable[[int], sp.Expr]


class Unfit(Exception):
    """No outcomes can be listed at these values."""


def batch_moments(
    family: Family, law: sp.Expr, size: sp.Expr, chance: sp.Expr | None, values: Mapping[sp.Basic, sp.Expr]
) -> Moments:
    """The moments of a batch of `size` data from `law`; chance: that a datum is kept, if not all.

    values: numbers for the family's own symbols. Raises Unfit where no list can be made.
    """
    if not (size.is_Integer and size >= 1):
        raise Unfit("a size is no number")
    n = int(size)
    if isinstance(family, Linear):
        noise = family.noise(size).xreplace(dict(values)).doit()
        if not (noise.is_Rational and noise >= 0) or chance is not None:
            raise Unfit("the noise has no finite variance")
        step = sp.sqrt(noise)
        return lambda k: sp.expand(((law + step) ** k + (law - step) ** k) / 2)
    if not law.is_Rational:
        raise Unfit("a law is no number")
    q = Fraction(int(law.p), int(law.q))
    if chance is not None:
        if not chance.is_Rational:
            raise Unfit("a chance to be kept is no number")
        return _listed(_filtered(q, n, Fraction(int(chance.p), int(chance.q))))
    if isinstance(family, Scalar):
        _small(n, MOST_OWN)
        try:
            return _listed(family.at(dict(values)).outcomes(q, n))
        except OutsideFragment as err:
            raise Unfit(str(err)) from None
    return _counts(q, n)


def _small(n: int, most: int) -> None:
    if n > most:
        raise Unfit(f"a batch of {n} has too many outcomes")


def _rational(x: Fraction) -> sp.Rational:
    return sp.Rational(x.numerator, x.denominator)


def _listed(outcomes: Iterable[tuple[Fraction, Fraction]]) -> Moments:
    every = list(outcomes)
    return lambda k: _rational(sum((w * x**k for x, w in every), Fraction(0)))


def _counts(q: Fraction, n: int) -> Moments:
    """Binomial counts; the weights are whole numbers over one denominator."""
    weights = _weights(q, n)
    whole = q.denominator**n
    return lambda k: _rational(Fraction(sum(w * x**k for x, w in enumerate(weights)), whole * n**k))


def _weights(q: Fraction, n: int) -> list[int]:
    _small(n, MOST_COUNTS)
    if not 0 <= q <= 1:
        raise Unfit("a law leaves [0, 1]")
    a, b = q.numerator, q.denominator - q.numerator
    up, down = [1], [1]
    for _ in range(n):
        up.append(up[-1] * a)
        down.append(down[-1] * b)
    return [comb(n, x) * up[x] * down[n - x] for x in range(n + 1)]


def _filtered(q: Fraction, n: int, chance: Fraction) -> Iterable[tuple[Fraction, Fraction]]:
    """The mean of those kept, of `n` tried; drawn again where none is."""
    _small(n, MOST_KEPT)
    if not 0 < chance <= 1:
        raise Unfit("a chance to be kept leaves (0, 1]")
    some = 1 - (1 - chance) ** n
    for kept in range(1, n + 1):
        w = Fraction(comb(n, kept) * chance**kept * (1 - chance) ** (n - kept), 1) / some
        whole = q.denominator**kept
        for x, weight in enumerate(_weights(q, kept)):
            yield Fraction(x, kept), w * Fraction(weight, whole)
