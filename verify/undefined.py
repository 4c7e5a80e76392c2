"""Where a statement divides by zero: it cannot hold at an instance at which it says nothing.

A formula is defined on the printed domain only if no divisor of it vanishes there. Divisors are
looked at as printed (SymPy cancels some of them on its own): at the small instances, and at the
roots of a divisor in one symbol, wherever they lie. Inside sums, products, cases and quantities
nothing is looked at: there the engines answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import flint
import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.polys.polyerrors import PolynomialError

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.errors import RefutableError

from .arithmetic import rational
from .atpoint import put
from .instances import check_at, satisfies

__all__ = ["Undefined", "division_by_zero", "divisors", "undefined_at", "zero_divisor"]

QUANTITIES = (Q.Mean, Q.Prob, Q.Functional)
CLOSED = (sp.Sum, sp.Product, sp.Integral, sp.Derivative, sp.Piecewise, *QUANTITIES)
LIMITS = (S.Lim, S.LimSup, S.LimInf)
ROWS = 24  # instances whose other values a root is solved at


@dataclass(frozen=True)
class Undefined:
    """An instance of the domain, the relation that is not defined there, and its zero divisor."""

    at: dict
    rel: S.Rel
    divisor: sp.Expr


def division_by_zero(claim: Claim, body: sp.Basic, ats: list[dict]) -> Undefined | None:
    """The first instance at which a divisor of the statement is zero; None where none is found."""
    found = [x for x in divisors(body) if x[1].free_symbols]
    if not found:
        return None
    for at in ats:
        for rel, e, premise in found:
            if _is_zero(e, at) and _holds(premise, at):
                return Undefined(at, rel, e)
    for rel, e, premise in found:
        for at in ats[:ROWS]:
            for there in _roots(claim, e, at):
                if _is_zero(e, there) and satisfies(claim, there) and _holds(premise, there):
                    return Undefined(there, rel, e)
    return None


def undefined_at(body: sp.Basic, at: dict) -> bool:
    """Does a divisor of the statement vanish at this instance?"""
    return zero_divisor(body, at) is not None


def zero_divisor(body: sp.Basic, at: dict) -> sp.Expr | None:
    """The first divisor of the statement that vanishes at this instance; None without one."""
    found = (
        e for _, e, p in divisors(body) if e.free_symbols and _is_zero(e, at) and _holds(p, at)
    )
    return next(found, None)


def _holds(premise: sp.Basic | None, at: dict) -> bool:
    try:
        return premise is None or check_at(premise, at).truth is True
    except (RefutableError, ZeroDivisionError):
        return False


def divisors(
    st: sp.Basic, premise: sp.Basic | None = None
) -> Iterator[tuple[S.Rel, sp.Expr, sp.Basic | None]]:
    """(relation, divisor, premise) of every relation that is asserted, given a premise or not."""
    if isinstance(st, S.And):
        for part in st.args:
            yield from divisors(part, premise)
    elif isinstance(st, S.ForAll):
        yield from divisors(st.body, premise)
    elif isinstance(st, S.Exists):
        fixed = (x for x in divisors(st.body, premise) if st.symbol not in x[1].free_symbols)
        yield from fixed
    elif isinstance(st, S.Implies) and premise is None:
        yield from divisors(st.args[1], st.args[0])
    elif isinstance(st, S.Rel) and isinstance(st.lhs, sp.Expr) and isinstance(st.rhs, sp.Expr):
        for side in (st.lhs, st.rhs):
            for e in dict.fromkeys(_divisors(side)):
                yield st, e, premise


def _divisors(side: sp.Expr) -> Iterator[sp.Expr]:
    walk = sp.preorder_traversal(side)
    for e in walk:
        if isinstance(e, (*CLOSED, *LIMITS, sp.MatrixExpr)):
            walk.skip()
        elif e.is_Pow and e.exp.is_number and e.exp.is_negative and _plain(e.base):
            yield e.base


def _plain(e: sp.Expr) -> bool:
    return not e.atoms(*QUANTITIES, *LIMITS)


def _is_zero(e: sp.Expr, at: Mapping) -> bool:
    """Exactly zero at the instance: by FLINT for a quotient of polynomials, else by SymPy."""
    plain = rational(e, at)
    if plain is not None:
        return plain == 0
    values = {s: v for s, v in at.items() if isinstance(v, sp.Rational)}
    if e.atoms(AppliedUndef):  # the terms of a schedule
        e = put(e, at).doit()
    if not e.free_symbols <= set(values):
        return False
    try:
        num = _numerator(e)
        if not num.free_symbols:
            return bool(num.is_zero)
        poly = sp.Poly(num, *sorted(num.free_symbols, key=str))
        total = flint.fmpq(0)
        for powers, c in poly.terms():
            if not c.is_Rational:
                return False
            term = flint.fmpq(int(c.p), int(c.q))
            for s, k in zip(poly.gens, powers, strict=True):
                term *= flint.fmpq(int(values[s].p), int(values[s].q)) ** int(k)
            total += term
        return total == 0
    except (PolynomialError, sp.GeneratorsNeeded):
        return e.xreplace(values) == 0


@lru_cache(maxsize=1024)
def _numerator(e: sp.Expr) -> sp.Expr:
    return sp.together(e).as_numer_denom()[0]


def _roots(claim: Claim, e: sp.Expr, at: dict) -> Iterator[dict]:
    """The instance with one symbol moved to a rational root of the divisor."""
    for s in sorted(e.free_symbols, key=str):
        if s not in claim.domain or not isinstance(at.get(s), sp.Rational):
            continue
        others = {x: v for x, v in at.items() if isinstance(v, sp.Rational) and x != s}
        try:
            p = sp.Poly(_numerator(e).xreplace(others), s)
        except PolynomialError:
            continue
        if p.is_zero or p.free_symbols_in_domain or not all(c.is_Rational for c in p.coeffs()):
            continue
        for root in sorted(sp.roots(p, filter="Q")):
            there = {**at, s: root}
            try:
                if all(d.contains(there[x], there) for x, d in claim.domain.items() if x in there):
                    yield there
            except (RefutableError, TypeError):
                continue
