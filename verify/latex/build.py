"""Build SymPy expressions from what was read, and refuse what SymPy would evaluate away.

SymPy simplifies on sight. It must neither run for hours (9^{9^{9^9}}) nor lose a name (n - n) nor
leave the real numbers (1/0, the root of -1).
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction

__all__ = ["Refused", "apply", "factorial", "names_in", "number", "power", "unreal"]

MAX_BITS = 10_000
MAX_EXPONENT = 10_000
MAX_FACTORIAL = 500
MAX_DIGITS = 500


class Refused(Exception):
    """(what was found, what to do); the parser adds the place."""


def number(digits: str) -> sp.Rational:
    """An exact number: 1.50 is 3/2.

    >>> number("1.50")
    3/2
    """
    if len(digits) > MAX_DIGITS:
        raise Refused(f"a number of {len(digits)} digits", f"at most {MAX_DIGITS} are read")
    return sp.Rational(digits)


def _bits(x: sp.Expr) -> int:
    c = x if x.is_Rational else x.as_coeff_Mul()[0]
    return max(int(c.p).bit_length(), int(c.q).bit_length()) if c.is_Rational else 0


def power(base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
    """base ** exponent, unless the number is too large to write down."""
    large = [k for k in exponent.atoms(sp.Rational) if abs(k) > MAX_EXPONENT]
    if large:
        raise Refused("a number in an exponent is too large", f"at most {MAX_EXPONENT} is read")
    if exponent.is_Rational and _bits(base) * abs(exponent) > MAX_BITS:
        raise Refused("the power is too large a number", "leave it symbolic")
    irrational = exponent.is_number and not exponent.is_Rational
    if irrational and base.is_Rational and (_bits(base) > 64 or exponent.has(sp.log)):
        raise Refused("the power is too large a number", "leave it symbolic")
    return apply(sp.Pow, base, exponent)


def factorial(x: sp.Expr) -> sp.Expr:
    """x!, unless it is too large a number."""
    return apply(sp.factorial, x)


def apply(build: Callable, *args: object) -> sp.Basic:
    """build(*args); SymPy's own refusals become ours."""
    plain = isinstance(build, UndefinedFunction) or build in (sp.Pow, sp.Add, sp.Mul)
    for a in args:
        if not plain and isinstance(a, sp.Expr):
            limit = MAX_FACTORIAL if build in (sp.factorial, sp.binomial) else MAX_EXPONENT
            if any(abs(k) > limit for k in a.atoms(sp.Integer)) and a.is_number:
                raise Refused("the argument is too large a number", f"at most {limit} is read")
    try:
        return build(*args)
    except (TypeError, ValueError, NotImplementedError, ArithmeticError, AttributeError) as err:
        name = getattr(build, "__name__", str(build))
        raise Refused(f"SymPy cannot build {name}: {err}", "check the number of arguments") from err


def unreal(e: sp.Basic) -> str | None:
    """What is not a real number in it, in words, or None."""
    if e.has(sp.nan, sp.zoo):
        return "a division by zero (or another undefined number)"
    roots = (x for x in e.atoms(sp.Pow) if x.exp.is_Rational and not x.exp.is_Integer)
    if e.has(sp.I) or any(x.base.is_number and x.base.is_negative for x in roots):
        return "a number that is not real"
    return None


def names_in(e: sp.Basic) -> set[object]:
    """Symbols (bound ones too) and undefined functions that occur.

    >>> x, k = sp.symbols("x k")
    >>> sorted(map(str, names_in(sp.Sum(x, (k, 1, 3)))))
    ['k', 'x']
    """
    return set(e.atoms(sp.Symbol)) | {a.func for a in e.atoms(AppliedUndef)}
