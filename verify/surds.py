"""Exact arithmetic with square roots of rationals: is a number zero?

Square roots of different square-free integers are linearly independent over the rationals. A number
built from rationals and square roots of rationals by + - * / is therefore one list of rational
coefficients, and zero if and only if all of them are.
"""

from __future__ import annotations

from functools import lru_cache
from math import gcd

import flint
import sympy as sp

__all__ = ["vanishes"]

LARGEST = 10**24  # what is factored under a root
MOST_TERMS = 64
MOST_POWER = 64

#: square-free integer -> coefficient of its root
Surd = dict[int, flint.fmpq]


class _Outside(Exception):
    """Not in a field of square roots, or too large."""


def vanishes(e: sp.Expr) -> bool | None:
    """Is the number zero? None where it is not built from square roots of rationals.

    >>> vanishes(1 / (sp.sqrt(2) - 1) - sp.sqrt(2) - 1), vanishes(sp.sqrt(6) - sp.sqrt(2))
    (True, False)
    >>> vanishes(sp.pi)
    """
    try:
        return not _surd(e)
    except (_Outside, ZeroDivisionError):
        return None


def _surd(e: sp.Expr) -> Surd:
    if e.is_Rational:
        return {1: flint.fmpq(int(e.p), int(e.q))} if e else {}
    if e.is_Add:
        out: Surd = {}
        for a in e.args:
            out = _sum(out, _surd(a))
        return out
    if e.is_Mul:
        out = {1: flint.fmpq(1)}
        for a in e.args:
            out = _product(out, _surd(a))
        return out
    if e.is_Pow and e.exp.is_Rational and e.exp.q <= 2 and abs(e.exp.p) <= MOST_POWER:
        base = _surd(e.base)
        if e.exp.q == 2:
            base = _root(base)
        return _power(base, int(e.exp.p))
    raise _Outside


def _sum(a: Surd, b: Surd) -> Surd:
    out = dict(a)
    for root, c in b.items():
        left = out.pop(root, flint.fmpq(0)) + c
        if left != 0:
            out[root] = left
    return out


def _product(a: Surd, b: Surd) -> Surd:
    out: Surd = {}
    for r, c in a.items():
        for s, d in b.items():
            common = gcd(r, s)
            root = (r // common) * (s // common)
            left = out.pop(root, flint.fmpq(0)) + c * d * common
            if left != 0:
                out[root] = left
    if len(out) > MOST_TERMS:
        raise _Outside
    return out


def _power(x: Surd, k: int) -> Surd:
    if k < 0:
        return _power(_inverse(x), -k)
    out: Surd = {1: flint.fmpq(1)}
    while k:
        if k & 1:
            out = _product(out, x)
        k >>= 1
        if k:
            x = _product(x, x)
    return out


def _inverse(x: Surd) -> Surd:
    """1/x = x'/(x x'), where x' has the sign of one prime's root changed; that prime then goes."""
    if not x:
        raise ZeroDivisionError
    top = max(x)
    if top == 1:
        return {1: 1 / x[1]}
    p = _primes(top)[0][0]
    other = {r: (-c if r % p == 0 else c) for r, c in x.items()}
    return _product(other, _inverse(_product(x, other)))


def _root(x: Surd) -> Surd:
    if any(r != 1 for r in x):
        raise _Outside
    if not x:
        return {}
    value = x[1]
    inside = int(value.p) * int(value.q)
    if inside < 0:
        raise _Outside
    whole, free = 1, 1
    for p, k in _primes(inside):
        whole *= p ** (k // 2)
        free *= p ** (k % 2)
    return {free: flint.fmpq(whole, int(value.q))}


@lru_cache(maxsize=4096)
def _primes(x: int) -> list[tuple[int, int]]:
    if x > LARGEST:
        raise _Outside
    return [(int(p), int(k)) for p, k in flint.fmpz(x).factor()]
