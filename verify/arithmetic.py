"""Rational arithmetic at an instance: what SymPy would answer, without building expressions.

A statement is looked at at hundreds of instances. An expression of sums, products and integer
powers, finite sums written with a sigma among them, is read once and then evaluated in FLINT
rationals; anything else is left to SymPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

import sympy as sp
from flint import fmpq
from sympy.core.function import AppliedUndef

from refutable.derivations import quantity as Q

__all__ = ["rational"]

LARGEST = 1 << 16  # bits of a power: beyond it SymPy may decide what to do
MOST_TERMS = 2000  # of a sum

Value = Callable[[Mapping], fmpq]


class _NotRational(Exception):
    """The expression, or a value put into it, is no rational number here."""


def rational(e: sp.Expr, at: Mapping) -> sp.Rational | None:
    """The value of `e` with the values of `at` put in; None where this is no plain arithmetic.

    at: values of symbols, of functions (Lambda) and of whole quantities.

    >>> x, y = sp.symbols("x y")
    >>> rational((1 - x) ** y / 3, {x: sp.Rational(1, 2), y: sp.Integer(2)})
    1/12
    >>> rational(1 / x, {x: sp.Integer(0)}) is None
    True
    """
    read = _read(e)
    if read is None:
        return None
    try:
        x = read(at)
    except (KeyError, ZeroDivisionError, _NotRational):
        return None
    return sp.Rational(int(x.p), int(x.q))


@lru_cache(maxsize=8192)
def _read(e: sp.Basic) -> Value | None:
    if isinstance(e, sp.Rational):
        number = fmpq(int(e.p), int(e.q))
        return lambda at: number
    if isinstance(e, (sp.Symbol, Q.Mean, Q.Prob, Q.Functional)):
        return lambda at: _number(at[e])
    if isinstance(e, AppliedUndef):
        return _call(e)
    if isinstance(e, (sp.Sum, sp.Product)):
        return _repeated(e)
    if not isinstance(e, (sp.Add, sp.Mul, sp.Pow, sp.Max, sp.Min, sp.Abs)):
        return None
    parts = [_read(a) for a in e.args]
    if any(part is None for part in parts):
        return None
    known: list[Value] = parts  # type: ignore[assignment]
    if isinstance(e, sp.Add):
        return lambda at: _total(part(at) for part in known)
    if isinstance(e, sp.Mul):
        return lambda at: _product(part(at) for part in known)
    if isinstance(e, sp.Abs):
        return lambda at: abs(known[0](at))
    if isinstance(e, (sp.Max, sp.Min)):
        choose = max if isinstance(e, sp.Max) else min
        return lambda at: choose(part(at) for part in known)
    base, exponent = known
    return lambda at: _power(base(at), exponent(at))


def _repeated(e: sp.Expr) -> Value | None:
    *inner, (k, a, b) = e.limits
    first, last = _read(a), _read(b)
    body = _read(e.func(e.function, *inner) if inner else e.function)
    if first is None or last is None or body is None:
        return None
    fold = _product if isinstance(e, sp.Product) else _total

    def value(at: Mapping) -> fmpq:
        low, high = first(at), last(at)
        if low.q != 1 or high.q != 1 or not -1 <= high - low <= MOST_TERMS:
            raise _NotRational
        span = range(int(low), int(high) + 1)
        return fold(body({**at, k: sp.Integer(j)}) for j in span)

    return value


def _call(e: AppliedUndef) -> Value | None:
    args = [_read(a) for a in e.args]
    if any(arg is None for arg in args):
        return None

    def value(at: Mapping) -> fmpq:
        f = at[e.func]
        if not isinstance(f, sp.Lambda):
            raise _NotRational
        points = [arg(at) for arg in args]  # type: ignore[misc]
        return _number(f(*(sp.Rational(int(x.p), int(x.q)) for x in points)))

    return value


def _number(x: object) -> fmpq:
    if not isinstance(x, sp.Rational):
        raise _NotRational
    return fmpq(int(x.p), int(x.q))


def _total(terms: Iterable[fmpq]) -> fmpq:
    return sum(terms, fmpq(0))


def _product(factors: Iterable[fmpq]) -> fmpq:
    out = fmpq(1)
    for x in factors:
        out *= x
    return out


def _power(base: fmpq, exponent: fmpq) -> fmpq:
    bits = max(int(base.p).bit_length(), int(base.q).bit_length())
    if exponent.q != 1 or bits * abs(int(exponent.p)) > LARGEST:
        raise _NotRational
    return base ** int(exponent.p)
