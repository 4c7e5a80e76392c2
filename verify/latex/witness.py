"""Exact numbers at which one relation holds and another does not.

The numbers of the claim's symbols come from its domain. A function value is a free number, and so
is an expectation or limit that stands in both relations; one of them is chosen where one of the
relations is an equality, or between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import sympy as sp
from sympy.core.function import AppliedUndef

from ...derivations.claim import Claim
from ...derivations.domain import Integers, Reals
from ...derivations.errors import RefutableError
from ...derivations.functions import opened
from ...derivations.quantity import Functional, Mean, Prob
from ...derivations.statement import Rel
from ..instances import compare, instances, prepare

__all__ = ["Separation", "nonzero", "separate"]

POINTS = 24
_FIXED = (Functional, Mean, Prob)  # quantities and limits: numbers that something determines
_FREE = (AppliedUndef, *_FIXED)
_SPREAD = [sp.Rational(2, 7), sp.Rational(3, 5), sp.Rational(5, 11), sp.Rational(7, 13),
           sp.Integer(2), sp.Integer(3), sp.Integer(5)]  # fmt: skip


@dataclass(frozen=True)
class Separation:
    """`text`: the numbers; first: whether it is the first relation that holds there."""

    text: str
    first: bool


def separate(one: tuple[str, sp.Expr], two: tuple[str, sp.Expr], claim: Claim) -> Separation | None:
    """Numbers at which exactly one of `one` and `two` holds; each is (op, d), meaning d op 0."""
    ops = one[0], two[0]
    d1, d2 = prepare(one[1]), prepare(two[1])
    for point in islice(_points(d1, d2, claim), POINTS):
        for at in [point, *_without_one(point, claim)]:
            sides = [_explicit(d.xreplace(at)) for d in (d1, d2)]
            for numbers in _free_numbers(sides[0], sides[1], at, claim):
                if not _permitted({**at, **numbers}, numbers, claim):
                    continue
                first, second = (
                    _truth(op, e.xreplace(numbers)) for op, e in zip(ops, sides, strict=True)
                )
                if first is not None and second is not None and first != second:
                    pairs = {**at, **numbers}.items()
                    return Separation(", ".join(f"{k} = {v}" for k, v in pairs) or "once", first)
    return None


def nonzero(e: sp.Expr, claim: Claim) -> str | None:
    """Numbers, as text, at which `e` is not zero; None where none are found."""
    for at in islice(_points(e, e, claim), POINTS):
        if _truth("!=", prepare(e).xreplace(at)):
            return ", ".join(f"{k} = {v}" for k, v in at.items()) or "any numbers"
    return None


def _without_one(point: dict[sp.Basic, sp.Expr], claim: Claim) -> Iterator[dict]:
    """The point without one of its real numbers, which is then chosen as if it were free."""
    for s in [s for s in point if isinstance(claim.domain.get(s), Reals)][:3]:
        yield {k: v for k, v in point.items() if k != s}


def _explicit(e: sp.Expr) -> sp.Expr:
    """Sums and products of a few terms written out, so that what is free in them is seen."""
    table = {
        x: x.doit()
        for x in e.atoms(sp.Sum, sp.Product)
        if all(limit[2].is_Integer and limit[1].is_Integer for limit in x.limits)
    }
    return e.xreplace(table)


def _points(d1: sp.Expr, d2: sp.Expr, claim: Claim) -> Iterator[dict[sp.Basic, sp.Expr]]:
    """Numbers for the symbols of the claim, within its domain and hypotheses, well spread."""
    try:
        found = instances(claim, limit=4 * POINTS)
    except (RefutableError, ValueError, TypeError, NotImplementedError):
        return
    symbols = {s for s in d1.free_symbols | d2.free_symbols if isinstance(s, sp.Symbol)}
    seen = set()
    for at in found[len(found) // 2 :] + found[: len(found) // 2]:
        point = {s: v for s, v in at.items() if s in symbols and isinstance(v, sp.Expr)}
        if frozenset(point.items()) not in seen:
            seen.add(frozenset(point.items()))
            yield point


def _free_numbers(
    e1: sp.Expr, e2: sp.Expr, at: Mapping[sp.Basic, sp.Expr], claim: Claim
) -> Iterator[dict[sp.Basic, sp.Expr]]:
    """Numbers for what is free: all but one spread, the last one chosen."""
    first, second = _free(e1), _free(e2)
    if any(isinstance(x, _FIXED) for x in first ^ second):
        return  # a quantity or limit of one side only: it may equal one of the other side
    free = sorted(first | second, key=sp.default_sort_key)
    if not free:
        yield {}
    for k, last in enumerate(free[:4]):
        others = [x for x in free if x != last]
        spread = {x: _SPREAD[(j + k) % len(_SPREAD)] for j, x in enumerate(others)}
        if not all(_allowed(x, v, claim, at) for x, v in spread.items()):
            continue
        for value in _choices(e1.xreplace(spread), e2.xreplace(spread), last):
            if _allowed(last, value, claim, {**at, **spread}):
                yield {**spread, last: value}


def _free(e: sp.Expr) -> set[sp.Basic]:
    """Function values, expectations and limits, outermost; and symbols without a number."""
    if isinstance(e, _FREE):
        return {e}
    if isinstance(e, sp.Symbol):
        return {e}
    bound = set(getattr(e, "bound_symbols", ()))
    return {x for a in e.args for x in _free(a) if not (x.free_symbols & bound)}


def _choices(e1: sp.Expr, e2: sp.Expr, last: sp.Basic) -> Iterator[sp.Expr]:
    """Values of the last number: where each relation turns, between and beside these, others."""
    x = sp.Dummy("x")
    turns: list[sp.Expr] = []
    for e in (e1, e2):
        try:
            p = sp.Poly(opened(e.xreplace({last: x})), x)
        except sp.PolynomialError:
            continue
        if p.degree() == 1 and p.LC().is_number and p.nth(0).is_number:
            turns.append(-p.nth(0) / p.LC())
    yield from turns
    if len(turns) == 2:
        yield (turns[0] + turns[1]) / 2
    for t in turns[:1]:
        yield from (t - 1, t + 1)
    yield from _SPREAD[:2]


def _allowed(last: sp.Basic, value: sp.Expr, claim: Claim, at: Mapping) -> bool:
    domain = claim.domain.get(last)
    if not isinstance(domain, (Integers, Reals)):
        return True
    try:
        return domain.contains(value, at)
    except (TypeError, ValueError, KeyError):
        return False


def _permitted(at: Mapping, chosen: Mapping, claim: Claim) -> bool:
    """Do the hypotheses still hold, as far as they speak of the numbers chosen here?"""
    for h in claim.hypotheses:
        if not h.has(*chosen) if chosen else True:
            continue
        told = isinstance(h, Rel) and _truth(h.op, (h.lhs - h.rhs).xreplace(dict(at)))
        if told is not True:
            return False
    return True


def _truth(op: str, d: sp.Expr) -> bool | None:
    value = opened(d).doit()
    if value.free_symbols or value.has(sp.nan, sp.zoo) or value.atoms(*_FREE):
        return None
    return compare(op, value, sp.Integer(0))
