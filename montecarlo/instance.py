"""Concrete values: an expression of the vocabulary at an instance, as exact numbers.

`at` gives every symbol a value: a number, a tuple of numbers for a probability vector, a SymPy
set for a set of tokens, a Lambda for a schedule.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.symbol import Str

from refutable.derivations import quantity as Q
from refutable.derivations.errors import DomainError, OutsideFragment

__all__ = ["Number", "finite", "instance", "number", "probabilities", "put", "spectrum", "whole"]

#: An exact rational, or a float where the number is irrational.
Number = Fraction | float

#: Larger sizes do not fit the 53 bits in which relative frequencies are exact quotients.
MAX_SIZE = 2**53
#: Longer sums of random numbers are not written out.
MAX_TERMS = 100_000


def instance(at: Mapping[object, object]) -> dict[sp.Basic, object]:
    """`at` with SymPy keys and values; tuples (probability vectors) become tuples of numbers."""
    out: dict[sp.Basic, object] = {}
    for k, v in at.items():
        name = sp.Symbol(k) if isinstance(k, str) else k
        if isinstance(v, (tuple, list, sp.Tuple)):
            out[name] = tuple(sp.sympify(x) for x in v)
        else:
            out[name] = v if isinstance(v, sp.Basic) else sp.sympify(v)
    return out


def put(e: sp.Basic, at: Mapping[sp.Basic, object]) -> sp.Basic:
    """`e` with the values of `at` put in, schedules applied, finite sums written out.

    Symbols that a sum binds keep their own meaning.

    >>> i, n = sp.symbols("i n")
    >>> put(sp.Sum(i / n, (i, 1, n)), {n: sp.Integer(3), i: sp.Integer(7)})
    2
    """
    scalars = {k: v for k, v in at.items() if isinstance(v, sp.Basic)}
    return _put(e, scalars)


def _put(e: sp.Basic, values: Mapping[sp.Basic, sp.Basic]) -> sp.Basic:
    if isinstance(e, sp.Symbol):
        return values.get(e, e)
    if not e.args or isinstance(e, (Q.AnyVec, Str)):
        return e
    if isinstance(e, (sp.Sum, sp.Product)):
        return _written_out(e, list(e.limits), values)
    if isinstance(e, Q.VecSum):
        body, i, *ends = e.args
        terms = [(sp.Integer(1), _put(body, {**values, i: k})) for k in _range(ends, values)]
        return Q.Comb.of(terms)
    args = [_put(a, values) for a in e.args]
    if isinstance(e, AppliedUndef) and e.func in values:
        return _put(values[e.func](*args), values)
    if isinstance(e, Q.Comb):
        return Q.Comb.of([(a.args[0], a.args[1]) for a in args])
    return e if all(a is b for a, b in zip(args, e.args, strict=True)) else e.func(*args)


def _written_out(e: sp.Expr, limits: list, values: Mapping) -> sp.Expr:
    """SymPy lists the innermost sum first."""
    if not limits:
        return _put(e.function, values)
    *inner, (i, first, last) = limits
    parts = [_written_out(e, inner, {**values, i: k}) for k in _range((first, last), values)]
    return sp.Add(*parts) if isinstance(e, sp.Sum) else sp.Mul(*parts)


def _range(ends: Sequence[sp.Basic], values: Mapping) -> list[sp.Integer]:
    first, last = (_put(x, values) for x in ends)
    if last == sp.oo or first == -sp.oo:
        raise OutsideFragment("a sum over infinitely many terms", part="infinite sum")
    a, b = (whole(x, "limit of a sum", -MAX_SIZE) for x in (first, last))
    if b - a > MAX_TERMS:
        raise OutsideFragment(f"a sum over {b - a + 1} terms", part="long sum")
    return [sp.Integer(k) for k in range(a, b + 1)]


def number(e: object, what: str) -> Number:
    """An exact Fraction where `e` is rational, else the nearest float.

    >>> number(sp.Rational(1, 3), "share")
    Fraction(1, 3)
    """
    x = sp.sympify(e)
    if x.free_symbols or x.atoms(AppliedUndef):
        missing = sorted(str(s) for s in (x.free_symbols | x.atoms(AppliedUndef)))
        raise DomainError(f"{what} is {x}: no value was given for {', '.join(missing)}")
    if not x.is_number or x.is_finite is False or x.is_real is False:
        raise DomainError(f"{what} must be a finite real number (got {x})")
    x = sp.nsimplify(x) if isinstance(x, sp.Float) and x == int(x) else x
    if x.is_Rational:
        return Fraction(int(x.p), int(x.q))
    value = complex(sp.N(x, 30))
    if value.imag != 0 or not math.isfinite(value.real):
        raise DomainError(f"{what} must be a finite real number (got {x})")
    return value.real


def finite(e: object, what: str) -> float:
    """`number` as a float."""
    return float(number(e, what))


def whole(e: object, what: str, least: int = 1) -> int:
    """An exact integer >= least, below 2**53."""
    x = number(e, what)
    if not isinstance(x, Fraction) or x.denominator != 1 or x < least:
        raise DomainError(f"{what} must be an integer >= {least} (got {x})")
    if x > MAX_SIZE:
        raise OutsideFragment(f"{what} is {x}; sampling takes sizes up to 2**53", part=what)
    return int(x)


def probabilities(at: Mapping[sp.Basic, object], symbol: sp.Symbol) -> tuple[Fraction, ...]:
    """The value of a probability vector: exact, non-negative, summing to one exactly."""
    value = at.get(symbol)
    if not isinstance(value, tuple) or not value:
        raise DomainError(f"{symbol} needs a probability vector as value (got {value!r})")
    p = tuple(Fraction(number(x, f"coordinate {i + 1} of {symbol}")) for i, x in enumerate(value))
    if min(p) < 0 or sum(p) != 1:
        raise DomainError(
            f"{symbol} must be non-negative and sum to 1 exactly"
            f" (got sum {sum(p)}, smallest {min(p)})"
        )
    return p


def spectrum(at: Mapping[sp.Basic, object], symbol: sp.Symbol) -> tuple[Fraction, ...]:
    """The value of a covariance matrix: exact eigenvalues, none of them negative."""
    value = at.get(symbol)
    if not isinstance(value, tuple) or not value:
        raise DomainError(f"{symbol} needs a tuple of eigenvalues as value (got {value!r})")
    out = tuple(Fraction(number(x, f"an eigenvalue of {symbol}")) for x in value)
    if min(out) < 0:
        raise DomainError(f"the eigenvalues of {symbol} must not be negative (got {min(out)})")
    return out
