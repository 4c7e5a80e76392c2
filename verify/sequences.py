"""Arbitrary sequences in a proof: their terms, sums and products become variables with bounds.

`spell` writes sums and products of terms of a sequence in one way (the index shifted so that the
sequence is taken at it, the range begun at 1 and ended at a symbol), and names what is left, with
the bounds that the sequence's domain gives: lo <= f(t) <= hi, hence lo * k <= f(1) + ... + f(k), and
a product of numbers in [0, 1] lies there too.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction

from refutable.derivations.domain import Domain, Integers, Schedule
from refutable.derivations.statement import Rel

from .positivity import prove
from .region import Region, Variable

__all__ = ["endless", "is_schedule", "name_terms", "spell", "values_of"]


def is_schedule(f: object, domain: Mapping[sp.Basic, Domain]) -> bool:
    return isinstance(f, UndefinedFunction) and isinstance(domain.get(f), Schedule)


def values_of(f: UndefinedFunction, domain: Mapping[sp.Basic, Domain], s: sp.Symbol) -> Variable:
    """The variable that a term of the sequence is."""
    d = domain[f].values  # type: ignore[union-attr]
    if isinstance(d, Integers):
        return Variable(s, d.lo, d.hi, integer=True)
    return Variable(s, d.lo, d.hi, d.lo_open, d.hi_open)  # type: ignore[union-attr]


def spell(e: sp.Basic, region: Region, domain: Mapping[sp.Basic, Domain]) -> sp.Basic:
    """`e` with its sums and products in one spelling, and every term of a sequence named."""
    if not any(is_schedule(c.func, domain) for c in e.atoms(AppliedUndef)):
        return e
    ranges = {x: _shifted(x, domain) for x in e.atoms(sp.Sum, sp.Product) if len(x.limits) == 1}
    found = {x: r for x, r in ranges.items() if r is not None}
    lowest: dict[sp.Expr, int] = {}
    for _, _, _, (rest, shift) in found.values():
        lowest[rest] = min(shift, lowest.get(rest, shift))
    e = e.xreplace({x: _spelled(x, *r, lowest[r[3][0]]) for x, r in found.items()})
    name_terms(e, region, domain)
    return e


_I = sp.Symbol("_i", integer=True, positive=True)


def _shifted(
    e: sp.Expr, domain: Mapping[sp.Basic, Domain]
) -> tuple[sp.Expr, int, sp.Expr, tuple[sp.Expr, int]] | None:
    """(body in `_I`, first, last, (last without its integer part, that part)), or None.

    The index is shifted so that the earliest term of a sequence in the body is the one at it.
    """
    k, a, b = e.limits[0]
    calls = [c for c in e.function.atoms(AppliedUndef) if is_schedule(c.func, domain)]
    offsets = [sp.expand(c.args[0] - k) for c in calls if k in c.free_symbols]
    if not offsets or not all(o.is_Integer for o in offsets):
        return None
    c = min(offsets)
    first, last = sp.expand(a + c), sp.expand(b + c)
    shift, rest = last.as_coeff_Add() if last is not sp.oo else (sp.Integer(0), last)
    if not first.is_Integer or not shift.is_Integer:
        return None
    body = sp.factor(e.function.xreplace({k: _I - c}))
    return body, int(first), last, (rest, int(shift))


def _spelled(
    e: sp.Expr,
    body: sp.Expr,
    first: int,
    last: sp.Expr,
    split: tuple[sp.Expr, int],
    lowest: int,
) -> sp.Expr:
    """Begun at 1 where that needs no division, ended at the lowest end that occurs."""
    rest, shift = split
    join = sp.Add if isinstance(e, sp.Sum) else sp.Mul

    def term(j: object) -> sp.Expr:
        return body.xreplace({_I: sp.sympify(j)})

    if rest == 0:
        return join(*(term(j) for j in range(first, shift + 1)))
    parts = [term(j) for j in range(first, 1)]
    start = max(first, 1)
    if join is sp.Add:
        parts += [-term(j) for j in range(1, first)]
        start = 1
    if last is not sp.oo:
        parts += [term(rest + j) for j in range(lowest + 1, shift + 1)]
        last = rest + lowest
    return join(*parts, e.func(body, (_I, start, last)))


def name_terms(e: sp.Basic, region: Region, domain: Mapping[sp.Basic, Domain]) -> None:
    """Names for terms of sequences at known places, and for sums and products of terms."""
    for call in sorted(e.atoms(AppliedUndef), key=sp.default_sort_key):
        known = call.free_symbols <= set(region.variables)
        if known and is_schedule(call.func, domain) and call not in region.names:
            v = values_of(call.func, domain, sp.Dummy(str(call)))
            region.bound(call, v.lo, v.hi, v.lo_open, v.hi_open, v.integer)
    for node in sorted(e.atoms(sp.Sum, sp.Product), key=sp.default_sort_key):
        if node in region.names or not node.free_symbols <= set(region.variables) | _functions(
            node
        ):
            continue
        if any(is_schedule(c.func, domain) for c in node.atoms(AppliedUndef)):
            _name_range(node, region, domain)


def _functions(node: sp.Basic) -> set[sp.Basic]:
    return {s for s in node.free_symbols if isinstance(s, UndefinedFunction)}


def _name_range(node: sp.Expr, region: Region, domain: Mapping[sp.Basic, Domain]) -> None:
    """One term at an arbitrary place says what the whole sum or product lies between."""
    i, a, b = node.limits[0]
    if b is not sp.oo and prove(Rel(">=", b - a + 1, 0), region) is None:
        return  # an empty range turned round means something else
    inner = region.copy()
    inner.variables[i] = Variable(i, a, sp.oo, integer=True)
    body = node.function
    name_terms(body, inner, domain)
    body = inner.abstract(body)

    def holds(op: str, value: sp.Expr) -> bool:
        return prove(Rel(op, body, value), inner) is not None

    if isinstance(node, sp.Product):
        if holds(">=", sp.Integer(0)) and holds("<=", sp.Integer(1)):
            positive = b is not sp.oo and holds(">", sp.Integer(0))
            some = b is sp.oo or prove(Rel(">=", b, a), region) is not None
            region.bound(node, 0, 1, lo_open=positive, hi_open=some and holds("<", sp.Integer(1)))
        return
    if isinstance(body, sp.Symbol) and body in inner.variables:
        low = inner.variables[body].lo
        if low.is_finite and low.is_number and b is not sp.oo:
            region.bound(node, low * (b - a + 1), sp.oo)
            return
    if holds(">=", sp.Integer(0)):
        region.bound(node, 0, sp.oo)


def endless(e: sp.Expr, x: sp.Symbol, region: Region, domain: Mapping[sp.Basic, Domain]) -> sp.Expr:
    """`e` as x grows, where x only ends products: factors in [0, 1] make those settle.

    A product that falls and stays above zero has a limit, which the endless product stands for.
    """
    table = {}
    for node in e.atoms(sp.Product):
        i, a, b = node.limits[0]
        ends = len(node.limits) == 1 and sp.expand(b - x).is_Integer
        if (
            not ends
            or node.function.has(sp.Sum)
            or x in node.function.free_symbols | a.free_symbols
        ):
            continue
        inner = region.copy()
        inner.variables[i] = Variable(i, a, sp.oo, integer=True)
        name_terms(node.function, inner, domain)
        body = inner.abstract(node.function)
        if all(prove(Rel(op, body, v), inner) for op, v in ((">=", 0), ("<=", 1))):
            table[node] = sp.Product(node.function, (i, a, sp.oo))
    return e.xreplace(table) if table else e
