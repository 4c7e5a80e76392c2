"""Arithmetic on exact numbers: rationals (fmpq) as long as possible, SymPy numbers after that."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp
from flint import fmpq

from refutable.derivations.errors import OutsideFragment

from .errors import Undefined
from .ground import to_sympy

__all__ = ["Number", "apply", "compare", "finite"]

#: An exact number: fmpq, or a SymPy number where it is irrational.
Number = object

#: Decimal digits to which two irrational numbers are told apart.
DIGITS = 60


def finite(x: sp.Expr) -> Number:
    """A SymPy number as an exact number of this engine; Undefined where it is infinite or none."""
    if x.is_Rational:
        return fmpq(int(x.p), int(x.q))
    if x.has(sp.nan, sp.zoo):
        raise Undefined(f"a value is not defined at this instance ({x})", part="not defined")
    return x


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, fmpq) and isinstance(exponent, fmpq) and exponent.q == 1:
        if base == 0 and exponent < 0:
            raise Undefined("division by zero at this instance", part="division by zero")
        return fmpq(1) if exponent == 0 else base ** int(exponent)
    return finite(to_sympy(base) ** to_sympy(exponent))


def _sum(*xs: Number) -> Number:
    rational = [x for x in xs if isinstance(x, fmpq)]
    if len(rational) == len(xs):
        return sum(rational, fmpq(0))
    return finite(sp.Add(*map(to_sympy, xs)))


def _product(*xs: Number) -> Number:
    rational = [x for x in xs if isinstance(x, fmpq)]
    if len(rational) == len(xs):
        out = fmpq(1)
        for x in rational:
            out *= x
        return out
    return finite(sp.Mul(*map(to_sympy, xs)))


_RATIONAL: dict[type, Callable[..., Number]] = {
    sp.Add: _sum,
    sp.Mul: _product,
    sp.Pow: _power,
}
_ONLY_RATIONAL: dict[type, Callable[..., Number]] = {
    sp.Abs: abs,
    sp.Max: max,
    sp.Min: min,
}


def apply(func: type, xs: Sequence[Number]) -> Number:
    """`func(*xs)`, in rationals where all arguments are and the function keeps them so.

    >>> str(apply(sp.Max, [fmpq(1, 2), fmpq(2, 3)]))
    '2/3'
    """
    if func in _RATIONAL:
        return _RATIONAL[func](*xs)
    if func in _ONLY_RATIONAL and all(isinstance(x, fmpq) for x in xs):
        return _ONLY_RATIONAL[func](*xs)
    return finite(func(*map(to_sympy, xs)))


def compare(a: Number, b: Number) -> int:
    """The sign of a - b: -1, 0 or 1.

    Irrational numbers are told apart at 60 digits; nearer ones count as equal only where SymPy
    shows that they are, and are refused otherwise.
    """
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        return (a > b) - (a < b)
    x, y = to_sympy(a), to_sympy(b)
    if x in (sp.oo, -sp.oo) or y in (sp.oo, -sp.oo):
        return 0 if x == y else (1 if x is sp.oo or y is -sp.oo else -1)
    gap = x - y
    if not gap.is_number or gap.free_symbols:
        raise OutsideFragment(f"cannot compare {x} with {y}", part="comparison")
    if gap == 0:
        return 0
    value = gap.evalf(DIGITS, maxn=10 * DIGITS)
    if not value.is_real:
        raise Undefined(f"a comparison of complex numbers: {x} with {y}", part="not real")
    if abs(value) > sp.Float(10, DIGITS) ** (-DIGITS // 2):
        return 1 if value > 0 else -1
    if sp.simplify(gap) == 0:
        return 0
    raise OutsideFragment(f"cannot tell {x} from {y}", part="comparison of irrational numbers")
