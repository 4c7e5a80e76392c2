"""Functionals of fixed vectors (the truth, a given vector) as the exact numbers that they are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.families import Categorical, Gaussian

from .instance import probabilities, spectrum, whole
from .scope import Scope

__all__ = ["fixed", "settled"]

Vector = list[Fraction]


def fixed(e: Q.Functional, vectors: Sequence[Vector]) -> sp.Rational:
    """The value of a functional at exact vectors, in the order of its arguments.

    >>> from refutable.derivations.quantity import AnyVec, SqNorm
    >>> fixed(SqNorm(AnyVec(sp.Symbol("q"))), [[Fraction(1, 3), Fraction(2, 3)]])
    5/9
    """
    x = _value(e, vectors)
    return sp.Rational(x.numerator, x.denominator)


def _value(e: Q.Functional, vectors: Sequence[Vector]) -> Fraction:
    x = vectors[0]
    if isinstance(e, Q.TotalVariation):
        gap = [a - b for a, b in zip(x, vectors[1], strict=True)]
        return max(
            sum((g for g in gap if g > 0), Fraction(0)),
            -sum((g for g in gap if g < 0), Fraction(0)),
        )
    if isinstance(e, Q.Coord):
        return x[_place(e.args[1], x)]
    if isinstance(e, Q.Mass):
        if not isinstance(e.args[1], sp.FiniteSet) and e.args[1] is not sp.S.EmptySet:
            raise DomainError(f"the set of {e} needs a value (got {e.args[1]})")
        return sum((x[_place(i, x)] for i in e.args[1]), Fraction(0))
    if isinstance(e, Q.SqNorm):
        return sum((a * a for a in x), Fraction(0))
    if isinstance(e, Q.Trace):
        return sum(x[:: math.isqrt(len(x)) + 1], Fraction(0))
    if isinstance(e, Q.Norm1):
        return sum((abs(a) for a in x), Fraction(0))
    if isinstance(e, Q.NormInf):
        return max(abs(a) for a in x)
    if isinstance(e, Q.Support):
        return Fraction(sum(a > 0 for a in x))
    if isinstance(e, (Q.PiMax, Q.LambdaMax)):
        half = _nearest_half(x)
        return half if isinstance(e, Q.PiMax) else half * (1 - half)
    raise OutsideFragment(f"the functional {type(e).__name__}", part=type(e).__name__)


def _place(i: sp.Basic, x: Vector) -> int:
    k = whole(i, "a token")
    if k > len(x):
        raise DomainError(f"token {k} of {len(x)} classes")
    return k - 1


def _nearest_half(x: Vector) -> Fraction:
    """The largest mass of a set of classes that is at most one half, by reachable sums."""
    step = math.lcm(*(a.denominator for a in x))
    if step > 1 << 22:
        raise OutsideFragment(f"subset sums of multiples of 1/{step}", part="PiMax")
    sums = 1
    for a in x:
        sums |= sums << int(a * step)
    return Fraction((sums & ((1 << (step // 2 + 1)) - 1)).bit_length() - 1, step)


def settled(e: sp.Basic, at: Mapping[sp.Basic, object]) -> sp.Basic:
    """`e` with every functional of fixed vectors replaced by its exact value.

    The model of generation 0 is the truth, and fixed.
    """
    if isinstance(e, Q.Functional) and e.vectors:
        vectors = [_fixed_vector(v, at) for v in e.vectors]
        known = [v for v in vectors if v is not None]
        return fixed(e, known) if len(known) == len(vectors) else e
    if not e.args:
        return e
    args = [settled(a, at) for a in e.args]
    return e if all(a is b for a, b in zip(args, e.args, strict=True)) else e.func(*args)


def _fixed_vector(v: sp.Basic, at: Mapping[sp.Basic, object]) -> Vector | None:
    processes = Q.processes_of(v)
    if len(processes) > 1:
        return None
    process = processes[0] if processes else None
    out: Vector = []
    for c, key in Scope(process, at).terms(v):
        if key[0] == "any":
            part = probabilities(at, key[1])
        elif key[0] == "truth" and process and isinstance(process.family, Categorical):
            part = probabilities(at, process.family.truth)
        elif key[0] == "truecov" and process and isinstance(process.family, Gaussian):
            part = _diagonal(spectrum(at, process.family.truth))
        else:
            return None
        if out and len(part) != len(out):
            raise DomainError(f"{v} combines vectors of {len(out)} and {len(part)} classes")
        out = [
            a + Fraction(c) * b for a, b in zip(out or [Fraction(0)] * len(part), part, strict=True)
        ]
    return out


def _diagonal(eigenvalues: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    """The diagonal matrix, row by row."""
    d = len(eigenvalues)
    return tuple(eigenvalues[k // d] if k % (d + 1) == 0 else Fraction(0) for k in range(d * d))
