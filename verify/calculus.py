"""Signs of functions of one real variable with a logarithm, on an interval.

A function is taken apart into irreducible factors over the rational functions of x and one
logarithm L. A polynomial's sign on an interval is certain once it has no root there (Sturm). A
factor A L + B has the sign of A times that of h = L + B/A; h' is rational, so h is monotone
where h' keeps its sign, and its value at one end settles the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from refutable.derivations.errors import OutsideFragment
from refutable.derivations.functions import opened
from refutable.derivations.statement import Rel

from .instances import _arb

__all__ = ["Span", "decreasing", "holds", "removable", "sign_on"]


@dataclass(frozen=True)
class Span:
    """The open interval between lo and hi; the ends may be infinite."""

    lo: sp.Expr
    hi: sp.Expr

    @property
    def inside(self) -> sp.Expr:
        """A rational point of the interval."""
        if self.lo is -sp.oo:
            return sp.Integer(0) if self.hi is sp.oo else sp.floor(self.hi) - 1
        return sp.floor(self.lo) + 1 if self.hi is sp.oo else (self.lo + self.hi) / 2


def sign_on(f: sp.Expr, x: sp.Symbol, span: Span) -> int | None:
    """1 where f > 0 on the whole open interval, -1 where f < 0, None if that is not settled.

    >>> x = sp.Symbol("x")
    >>> sign_on(sp.log(x) - x + 1, x, Span(sp.Integer(1), sp.oo))
    -1
    """
    sign = _sign_on(f, x, span)
    return _by_odds(f, x, span) if sign is None else sign


def _by_odds(f: sp.Expr, x: sp.Symbol, span: Span) -> int | None:
    """For a proportion x: the same question about t, where x/(1 - x) = t^2.

    Then sqrt(x (1 - x)) is rational in t as well, so that what is quadratic in the logarithm may
    have linear factors.
    """
    if not (_rational(span) and 0 <= span.lo < span.hi <= 1):
        return None
    ends = [sp.sqrt(e / (1 - e)) if e != 1 else sp.oo for e in (span.lo, span.hi)]
    there = Span(*ends)
    if not _rational(there):
        return None
    t = sp.Dummy("t", positive=True)
    put = {x: t**2 / (1 + t**2)}
    logs = {g: sp.log(sp.cancel(g.args[0].xreplace(put))) for g in f.atoms(sp.log)}
    return _sign_on(f.xreplace(logs).xreplace(put), t, there)


def _sign_on(f: sp.Expr, x: sp.Symbol, span: Span) -> int | None:
    logs = sorted(f.atoms(sp.log), key=sp.default_sort_key)
    logs = [g for g in logs if x in g.free_symbols]
    if len(logs) > 1 or f.free_symbols - {x} or any(a.has(sp.log) for g in logs for a in g.args):
        return None
    letter = sp.Dummy("L")
    try:
        e = sp.together(f.xreplace({logs[0]: letter}) if logs else f)
        sign = 1
        for part in sp.fraction(e):
            got = _product(part, x, letter, logs[0] if logs else None, span)
            if got is None:
                return None
            sign *= got
    except (sp.PolynomialError, OutsideFragment):
        return None
    return sign


def _product(e: sp.Expr, x: sp.Symbol, letter: sp.Symbol, log, span: Span) -> int | None:  # type: ignore[no-untyped-def]
    c, factors = sp.factor_list(e, x, letter)
    ball = _arb(c)
    if ball is None or not (ball > 0 or ball < 0):
        return None
    sign = 1 if ball > 0 else -1
    for f, k in factors:
        got = _linear(f, x, letter, log, span) if f.has(letter) else _polynomial(f, x, span)
        if got is None:
            return None
        sign *= got**k
    return sign


def _polynomial(f: sp.Expr, x: sp.Symbol, span: Span) -> int | None:
    """The sign of a polynomial with rational coefficients that has no root in the open interval."""
    p = sp.Poly(f, x)
    if not all(c.is_Rational for c in p.coeffs()) or not _rational(span):
        return None
    for end in (span.lo, span.hi):
        while end.is_finite and p.degree() > 0 and p.eval(end) == 0:
            return _stripped(p, end, x, span)
    if p.count_roots(None if span.lo is -sp.oo else span.lo, None if span.hi is sp.oo else span.hi):
        return None
    return int(sp.sign(p.eval(span.inside)))


def _stripped(p: sp.Poly, end: sp.Expr, x: sp.Symbol, span: Span) -> int | None:
    """A root at an end: its linear factor has a known sign inside."""
    rest = sp.quo(p, sp.Poly(x - end, x))
    got = _polynomial(rest.as_expr(), x, span)
    return None if got is None else got * (1 if end == span.lo else -1)


def _rational(span: Span) -> bool:
    return all(e.is_Rational or e.is_infinite for e in (span.lo, span.hi))


def _linear(f: sp.Expr, x: sp.Symbol, letter: sp.Symbol, log: sp.Expr, span: Span) -> int | None:
    """The sign of A L + B, from h = L + B/A with a rational derivative."""
    p = sp.Poly(f, letter)
    if p.degree() != 1 or sign_on(log.args[0], x, span) != 1:
        return None
    a, b = p.nth(1), p.nth(0)
    lead = _polynomial(a, x, span)
    slope = sp.cancel(sp.together(sp.diff(log + b / a, x)))
    if lead is None or slope.has(sp.log):
        return None
    rising = sign_on(slope, x, span)
    if rising is None:
        return None
    for end, outward in ((span.hi, 1), (span.lo, -1)):
        at = _value(log + b / a, x, end)
        if at is None:
            continue
        # rising towards an end where h <= 0 means h < 0 inside, and so on
        if at * rising * outward <= 0:
            return lead * (-rising * outward)
    return None


def _value(h: sp.Expr, x: sp.Symbol, end: sp.Expr) -> int | None:
    """The sign of h at a finite end where it is defined."""
    if not end.is_finite:
        return None
    at = h.subs(x, end)
    if at.has(sp.nan, sp.zoo, sp.oo):
        return None
    if at == 0:
        return 0
    ball = _arb(at)
    return None if ball is None or not (ball > 0 or ball < 0) else (1 if ball > 0 else -1)


# -- relations ---------------------------------------------------------------------------


def holds(rel: Rel, x: sp.Symbol, where: sp.Set) -> bool:
    """Does the relation hold at every x of the set (points and intervals)? False says nothing.

    Defined functions and cases are opened; each case is looked at on its own part of the set.
    """
    if rel.op in ("<", "<="):
        rel = Rel({"<": ">", "<=": ">="}[rel.op], rel.rhs, rel.lhs)
    if rel.op not in (">", ">="):
        return False
    rel = Rel(rel.op, opened(rel.lhs), opened(rel.rhs))
    return all(_piece(here, x, part) for here, part in _cases(rel, x, where))


def _cases(rel: Rel, x: sp.Symbol, where: sp.Set) -> list[tuple[Rel, sp.Set]]:
    found = sorted(rel.atoms(sp.Piecewise), key=sp.default_sort_key)
    if not found:
        return [(rel, where)]
    first, left, out = found[0], where, []
    for value, condition in first.args:
        if condition.free_symbols - {x}:
            raise OutsideFragment("cases that depend on more than one symbol", part="cases")
        part = left if condition == sp.true else left & condition.as_set()
        left = left - part
        if part is not sp.S.EmptySet:
            out += _cases(rel.xreplace({first: value}), x, part)
    if left is not sp.S.EmptySet:
        raise OutsideFragment(f"{first} is not defined on {left}", part="cases")
    return out


def _piece(rel: Rel, x: sp.Symbol, part: sp.Set) -> bool:
    if isinstance(part, sp.Union):
        return all(_piece(rel, x, a) for a in part.args)
    if isinstance(part, sp.FiniteSet):
        return all(_point(rel.xreplace({x: a})) for a in part)
    if not isinstance(part, sp.Interval):
        return False
    ends = [
        e for e, is_open in ((part.inf, part.left_open), (part.sup, part.right_open)) if not is_open
    ]
    if not all(_point(rel.xreplace({x: e})) for e in ends if e.is_finite):
        return False
    return sign_on(rel.lhs - rel.rhs, x, Span(part.inf, part.sup)) == 1


def _point(rel: Rel) -> bool:
    from .instances import compare

    sides = [s.doit() for s in (rel.lhs, rel.rhs)]
    if any(s.has(sp.nan, sp.zoo) for s in sides):
        return False
    return compare(rel.op, *sides) is True


def removable(f: sp.Expr, x: sp.Symbol, at: sp.Expr) -> sp.Expr | None:
    """The limit of f = u/v at a point where u and v vanish and v' does not: u'/v'.

    >>> x = sp.Symbol("x")
    >>> removable(sp.log(x) / (x - 1), x, sp.Integer(1))
    1
    """
    u, v = sp.fraction(sp.together(f))
    if v.subs(x, at) != 0:
        value = f.subs(x, at)
        return None if value.has(sp.nan, sp.zoo, sp.oo) else value
    slope = sp.diff(v, x).subs(x, at)
    if u.subs(x, at) != 0 or slope == 0 or slope.has(sp.nan, sp.zoo):
        return None
    top = sp.diff(u, x).subs(x, at)
    return None if top.has(sp.nan, sp.zoo) else sp.simplify(top / slope)


def decreasing(f: sp.Expr, x: sp.Symbol, where: sp.Interval) -> bool:
    """Is f strictly decreasing on the interval? False says nothing.

    One case must be an open interval with f' < 0; at a closed end f must continue it: there
    f(end) is its limit, or at the left end infinite.
    """
    whole = opened(f)
    span = Span(where.inf, where.sup)
    middle = [
        r for r, part in _cases(Rel(">=", whole, 0), x, where) if isinstance(part, sp.Interval)
    ]
    if len(middle) != 1 or sign_on(sp.diff(middle[0].lhs, x), x, span) != -1:
        return False
    for end, is_open in ((where.inf, where.left_open), (where.sup, where.right_open)):
        if is_open:
            continue
        value = whole.subs(x, end)
        if value is sp.oo and end == where.inf:
            continue
        if removable(middle[0].lhs, x, end) != value:
            return False
    return True
