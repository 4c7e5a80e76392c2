"""Bounds of an observable, derived from its structure alone.

A norm of a probability vector lies in [0, 1], a product in the product of intervals, and so on.
What has no finite bounds gets infinite ones; nothing is guessed.
"""

from __future__ import annotations

import math

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment

from .instance import finite
from .scope import Scope

__all__ = ["Indicator", "bounds"]

Span = tuple[float, float]


class Indicator(Q.Functional):
    """One where an event happens, else zero; args: (event)."""

    is_integer = True


def bounds(e: sp.Basic, scope: Scope) -> Span:
    """(lowest, highest) possible value of an observable; infinite where no bound is known.

    >>> bounds(sp.Integer(3), Scope(None, {}))
    (3.0, 3.0)
    """
    if isinstance(e, Indicator):
        return 0.0, 1.0
    if isinstance(e, Q.CollapseTime):
        assert scope.process is not None
        return float(scope.process.origin), math.inf
    if isinstance(e, Q.Functional):
        return _functional(e, scope)
    if e.is_number:
        x = finite(e, "a constant")
        return x, x
    spans = [bounds(a, scope) for a in e.args]
    if isinstance(e, sp.Add):
        return sum((a for a, _ in spans), 0.0), sum((b for _, b in spans), 0.0)
    if isinstance(e, sp.Mul):
        out = (1.0, 1.0)
        for s in spans:
            out = _times(out, s)
        return out
    if isinstance(e, sp.Pow) and e.exp.is_number:
        return _power(spans[0], e.exp)
    if isinstance(e, sp.Abs):
        (a, b) = spans[0]
        return (0.0 if a <= 0 <= b else min(abs(a), abs(b))), max(abs(a), abs(b))
    if isinstance(e, sp.Min):
        return min(a for a, _ in spans), min(b for _, b in spans)
    if isinstance(e, sp.Max):
        return max(a for a, _ in spans), max(b for _, b in spans)
    if isinstance(e, sp.exp):
        return _exp(spans[0][0]), _exp(spans[0][1])
    if isinstance(e, sp.log):
        a, b = spans[0]
        return (math.log(a) if a > 0 else -math.inf), (
            math.log(b) if 0 < b < math.inf else math.inf
        )
    raise OutsideFragment(
        f"the function {type(e).__name__} of random numbers", part=type(e).__name__
    )


def _functional(e: Q.Functional, scope: Scope) -> Span:
    for v in e.vectors:
        scope.check_shift(v)
    if scope.span is not None:
        return _of_number(e, scope, scope.span)
    if scope.curve:
        return _of_curve(e, scope)
    if not scope.simplex:
        signed = isinstance(e, (Q.Coord, Q.Mass, Q.Trace))
        if isinstance(e, Q.Trace):  # of a covariance, not of a difference
            signed = any(c < 0 for c, _ in scope.terms(e.args[0]))
        return (-math.inf if signed else 0.0), math.inf
    s = max(scope.classes, 1)
    if isinstance(e, Q.TotalVariation):
        (u1, d1), (u2, d2) = (scope.vector_mass(v) for v in e.vectors)
        return 0.0, max(u1 + d2, d1 + u2)
    if not e.vectors:
        raise OutsideFragment(f"the functional {type(e).__name__}", part=type(e).__name__)
    up, down = scope.vector_mass(e.vectors[0])
    if isinstance(e, (Q.Coord, Q.Mass)):
        return -down, up
    if isinstance(e, Q.SqNorm):
        return 0.0, max(up, down) * (up + down)
    if isinstance(e, Q.Norm1):
        return 0.0, up + down
    if isinstance(e, Q.NormInf):
        return 0.0, max(up, down)
    if isinstance(e, Q.Support):
        return 0.0, float(s)
    if (up, down) == (1.0, 0.0) and isinstance(e, (Q.PiMax, Q.LambdaMax)):
        return 0.0, (0.5 if isinstance(e, Q.PiMax) else 0.25)
    raise OutsideFragment(f"{type(e).__name__} of a difference", part=type(e).__name__)


def _of_curve(e: Q.Functional, scope: Scope) -> Span:
    """A distribution function minus u is at most u or 1 - u; others lie in [0, 1] everywhere."""
    if not isinstance(e, Q.SqNorm):
        name = type(e).__name__
        raise OutsideFragment(f"{name} of a distribution function; ask for SqNorm", part=name)
    terms = scope.terms(e.args[0])
    if sorted(c for c, _ in terms) == [-1, 1] and {k[0] for _, k in terms} == {"model", "truth"}:
        return 0.0, 1 / 3
    return 0.0, max(scope.vector_mass(e.args[0])) ** 2


def _of_number(e: Q.Functional, scope: Scope, span: Span) -> Span:
    """Of a combination of numbers that all lie in the span; noise is a difference of two."""
    low = high = 0.0
    for c, key in scope.terms(e.vectors[0]):
        a, b = (span[0] - span[1], span[1] - span[0]) if key[0] == "noise" else span
        x, y = _times((float(c), float(c)), (a, b))
        low, high = low + x, high + y
    if isinstance(e, Q.Coord):
        return low, high
    if isinstance(e, (Q.SqNorm, Q.Norm1, Q.NormInf)):
        most = max(abs(low), abs(high))
        return 0.0, most**2 if isinstance(e, Q.SqNorm) else most
    raise OutsideFragment(f"{type(e).__name__} of a number", part=type(e).__name__)


def _times(x: Span, y: Span) -> Span:
    products = [0.0 if 0.0 in (a, b) else a * b for a in x for b in y]
    return min(products), max(products)


def _power(base: Span, exponent: sp.Expr) -> Span:
    a, b = base
    k: float
    if exponent.is_Integer and exponent > 0:
        k = int(exponent)
        ends = [_pow(a, k), _pow(b, k)]
        return (0.0 if k % 2 == 0 and a <= 0 <= b else min(ends)), max(ends)
    if exponent.is_Integer and not a <= 0 <= b:
        ends = [_pow(a, int(exponent)), _pow(b, int(exponent))]
        return min(ends), max(ends)
    if a >= 0 and exponent.is_positive:
        k = finite(exponent, "an exponent")
        return _pow(a, k), _pow(b, k)
    return -math.inf, math.inf


def _pow(x: float, k: float) -> float:
    try:
        return x**k
    except OverflowError:
        return math.inf if x > 0 or k % 2 == 0 else -math.inf


def _exp(x: float) -> float:
    return math.exp(x) if x < 700 else math.inf
