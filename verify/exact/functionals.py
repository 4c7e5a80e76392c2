"""Functionals of concrete rational vectors, each from its definition."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import fmpq

from refutable.derivations.errors import OutsideFragment
from refutable.derivations.quantity import (
    Functional,
    LambdaMax,
    LeastErrors,
    Norm1,
    NormInf,
    PiMax,
    SqNorm,
    Support,
    TotalVariation,
    TypeTwo,
)

__all__ = ["ADDITIVE", "SYMMETRIC", "evaluate"]

HALF = fmpq(1, 2)
#: Most subset sums that a maximum over sets of tokens may visit.
MOST_SETS = 1 << 16


def _sets(v: Sequence[fmpq]) -> set[tuple[int, int]]:
    """The different masses v(A) over all sets A of tokens, as (numerator, denominator)."""
    sums = {(0, 1)}
    for x in v:
        more = {(int(y.p), int(y.q)) for y in (fmpq(*s) + x for s in sums)}
        sums |= more
        if len(sums) > MOST_SETS:
            raise OutsideFragment("a maximum over too many sets of tokens", part="sets of tokens")
    return sums


def _pi(v: Sequence[fmpq]) -> fmpq:
    return max(min(a, 1 - a) for a in (fmpq(*s) for s in _sets(v)))


def _lambda(v: Sequence[fmpq]) -> fmpq:
    return max(a * (1 - a) for a in (fmpq(*s) for s in _sets(v)))


def _tv(v: Sequence[fmpq], w: Sequence[fmpq]) -> fmpq:
    gaps = [x - y for x, y in zip(v, w, strict=True)]
    return max(sum((g for g in gaps if g > 0), fmpq(0)), -sum((g for g in gaps if g < 0), fmpq(0)))


def _least_errors(v: Sequence[fmpq], w: Sequence[fmpq]) -> fmpq:
    """Over all sets A of tokens called real, the least 1 - v(A) + w(A)."""
    if 1 << len(v) > MOST_SETS:
        raise OutsideFragment("a minimum over too many sets of tokens", part="sets of tokens")
    sums = {fmpq(1)}
    for x, y in zip(v, w, strict=True):
        sums |= {e - x + y for e in sums}
    return min(sums)


def _type_two(v: Sequence[fmpq], w: Sequence[fmpq], level: fmpq) -> fmpq:
    """Tokens are called real in the order of w/v, the last one with some chance, up to 1 - level."""
    missing, out = 1 - level, fmpq(0)
    for x, y in sorted(zip(v, w, strict=True), key=lambda z: z[1] / z[0] if z[0] else 0):
        if x > 0 and missing > 0:
            part = min(fmpq(1), missing / x)
            missing, out = missing - part * x, out + part * y
    return out


#: Functionals of whole vectors; they do not change when the tokens are permuted.
SYMMETRIC: dict[type[Functional], Callable[..., fmpq]] = {
    SqNorm: lambda v: sum((x * x for x in v), fmpq(0)),
    Norm1: lambda v: sum((abs(x) for x in v), fmpq(0)),
    NormInf: lambda v: max(abs(x) for x in v),
    Support: lambda v: fmpq(sum(1 for x in v if x > 0)),
    TotalVariation: _tv,
    PiMax: _pi,
    LambdaMax: _lambda,
    LeastErrors: _least_errors,
    TypeTwo: _type_two,
}

#: Functionals that are a sum over tokens of a function of that token's coordinates. For two
#: probability vectors, sum_i |v_i - w_i| / 2 is the largest difference over sets.
ADDITIVE: dict[type[Functional], Callable[..., fmpq]] = {
    SqNorm: lambda x: x * x,
    Norm1: abs,
    Support: lambda x: fmpq(1 if x > 0 else 0),
    TotalVariation: lambda x, y: abs(x - y) * HALF,
}


def evaluate(
    kind: type[Functional], vectors: Sequence[Sequence[fmpq]], numbers: Sequence[fmpq] = ()
) -> fmpq:
    """The value of a functional of whole vectors (and numbers) at concrete coordinates.

    >>> str(evaluate(PiMax, [[fmpq(1, 2), fmpq(1, 3), fmpq(1, 6)]]))
    '1/2'
    """
    if kind not in SYMMETRIC:
        raise OutsideFragment(f"the exact engine does not know {kind.__name__}", part=kind.__name__)
    return SYMMETRIC[kind](*vectors, *numbers)
