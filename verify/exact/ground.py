"""Put a concrete instance into an expression: numbers, schedules, sets; finite sums written out.

An instance `at` maps a symbol to a number, a symbol with a Simplex domain to a tuple of rationals,
a symbol with a Subsets domain to a FiniteSet of 1-based tokens, and a function symbol to a Lambda.
Bound symbols (of sums) are left alone even where `at` has a value under the same name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count

import sympy as sp
from flint import fmpq
from sympy.core.function import AppliedUndef, UndefinedFunction

from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.quantity import AnyVec, Comb, Tag, VecSum
from refutable.derivations.statement import Lim, LimInf, LimSup, Minimises, Monotone

from .errors import Undefined

__all__ = ["At", "ground", "integer", "probability_vector", "rational", "to_sympy"]

At = Mapping[sp.Basic, object]

#: Nodes that bind a symbol over an infinite or continuous range, and what they are called.
_BINDERS: tuple[tuple[type, str], ...] = (
    (Lim, "limit"),
    (LimSup, "limit"),
    (LimInf, "limit"),
    (sp.Limit, "limit"),
    (Monotone, "monotonicity"),
    (Minimises, "minimum over a domain"),
    (sp.Integral, "integral"),
    (sp.Derivative, "derivative"),
    (sp.Lambda, "function"),
)


def ground(expr: sp.Basic, at: At) -> sp.Basic:
    """`expr` with the values of `at` put in and every finite sum and product written out.

    Vectors and sets that `at` gives stay symbols where they stand for vectors (`AnyVec`); sets
    become FiniteSets. Raises OutsideFragment for limits, derivatives, integrals, infinite sums.

    >>> i, n = sp.symbols("i n")
    >>> ground(sp.Sum(i / n, (i, 1, n)), {n: sp.Integer(3)})
    2
    """
    scalars: dict[sp.Basic, sp.Basic] = {}
    functions: dict[object, sp.Basic] = {}
    for key, value in at.items():
        if isinstance(key, UndefinedFunction):
            functions[key] = sp.sympify(value)
        elif not isinstance(value, (tuple, sp.Tuple, list)):
            scalars[key] = sp.sympify(value)
    return _walk(expr, scalars, functions)


def _walk(e: sp.Basic, values: Mapping, functions: Mapping) -> sp.Basic:
    if isinstance(e, (Tag, AnyVec)):
        return e
    if isinstance(e, sp.Symbol):
        return values.get(e, e)
    if not e.args:
        return e
    for kind, name in _BINDERS:
        if isinstance(e, kind):
            raise OutsideFragment(f"the exact engine cannot take a {name}: {e}", part=name)
    if isinstance(e, VecSum):
        body, symbol, first, last = e.args
        span = _range(_walk(first, values, functions), _walk(last, values, functions), e)
        terms = [(sp.Integer(1), _walk(body, {**values, symbol: k}, functions)) for k in span]
        return Comb.of(terms)
    if isinstance(e, (sp.Sum, sp.Product)):
        return _written_out(e, list(e.limits), values, functions)
    args = [_walk(a, values, functions) for a in e.args]
    if isinstance(e, AppliedUndef) and e.func in functions:
        return _walk(functions[e.func](*args), values, functions)
    if isinstance(e, Comb):  # coefficients may have become equal, zero or evaluable
        return Comb.of([(a.args[0], a.args[1]) for a in args])
    if all(a is b for a, b in zip(args, e.args, strict=True)):
        return e
    if isinstance(e, (sp.Max, sp.Min)) and all(isinstance(a, sp.Rational) for a in args):
        choose = max if isinstance(e, sp.Max) else min  # SymPy would ask how each pair is ordered
        return choose(args, key=lambda x: fmpq(int(x.p), int(x.q)))
    return e.func(*args)


def _written_out(e: sp.Expr, limits: list, values: Mapping, functions: Mapping) -> sp.Expr:
    """SymPy lists the innermost limit first, so the last one is expanded first."""
    if not limits:
        return _walk(e.function, values, functions)
    *inner, (symbol, first, last) = limits
    span = _range(_walk(first, values, functions), _walk(last, values, functions), e)
    parts = [_written_out(e, inner, {**values, symbol: k}, functions) for k in span]
    return sp.Mul(*parts) if isinstance(e, sp.Product) else sp.Add(*parts)


def _range(first: sp.Expr, last: sp.Expr, e: sp.Basic) -> Iterator[sp.Integer]:
    if first in (sp.oo, -sp.oo) or last in (sp.oo, -sp.oo):
        raise OutsideFragment(f"the exact engine takes no infinite sum: {e}", part="infinite sum")
    a, b = integer(first, "lower limit of a sum"), integer(last, "upper limit of a sum")
    for k in count(a):
        if k > b:
            return
        yield sp.Integer(k)


def integer(x: sp.Basic, what: str) -> int:
    """`x` as an int; DomainError where it has no value, Undefined where it is no integer."""
    if isinstance(x, sp.Integer):
        return int(x)
    if x.free_symbols or x.atoms(AppliedUndef):
        raise DomainError(f"{what}: {x} has no value in this instance")
    if not x.is_Integer:
        raise Undefined(f"{what} must be an integer (got {x})", part=what)
    return int(x)


def rational(x: sp.Basic, what: str) -> fmpq:
    """`x` as an exact rational; OutsideFragment where it is a number of another kind."""
    if isinstance(x, sp.Rational):
        return fmpq(int(x.p), int(x.q))
    if x.free_symbols or x.atoms(AppliedUndef):
        raise DomainError(f"{what}: {x} has no value in this instance")
    if x.has(sp.zoo, sp.nan, sp.oo):
        raise Undefined(f"{what} is not finite (got {x})", part=what)
    if not x.is_Rational:
        raise OutsideFragment(f"{what} must be rational for an exact law (got {x})", part=what)
    return fmpq(int(x.p), int(x.q))


def to_sympy(x: object) -> sp.Expr:
    """An exact number of this engine as a SymPy number."""
    return sp.Rational(int(x.p), int(x.q)) if isinstance(x, fmpq) else sp.sympify(x)


def probability_vector(value: object, name: object) -> tuple[fmpq, ...]:
    """The coordinates of a probability vector; DomainError where it is none."""
    if not isinstance(value, (tuple, list, sp.Tuple)) or len(value) == 0:
        raise DomainError(f"{name} must be a tuple of rationals in this instance (got {value!r})")
    what = f"a coordinate of {name}"
    p = tuple(rational(sp.sympify(x), what) for x in value)
    if min(p) < 0 or sum(p, fmpq(0)) != 1:
        raise DomainError(f"{name} must be nonnegative with sum 1 (got {value!r})")
    return p
