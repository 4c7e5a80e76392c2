"""Instances far out: large sizes, one or two at a time, with a uniform or a skew truth.

What fails only from some size on is found here; a failing instance is then made smaller, symbol by
symbol, as long as it still fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import sympy as sp

from refutable.derivations.claim import Claim
from refutable.derivations.domain import Domain, Integers, Reals, Simplex, Subsets, Tokens
from refutable.derivations.errors import RefutableError

from .instances import Check, Instance, check_at, index_symbols, order_of, satisfies
from .values import Exact, glance

__all__ = ["far", "probes", "spread"]

LADDER = (1, 2, 3, 5, 9, 17, 33, 65)
FARTHER = tuple(10**k + 1 for k in range(2, 10))  # where hypotheses exclude all of the ladder
BUDGET = 1_000  # weighted transitions per quantity
MOST = 400
WIDE = 5  # classes, where no more than a spread is wanted


def probes(claim: Claim, limit: int = MOST, ladder: tuple[int, ...] = LADDER) -> list[Instance]:
    """Instances in the domain that satisfy the hypotheses, the least climbed first."""
    order = order_of(claim)
    scalars = [s for s in order if isinstance(claim.domain[s], (Integers, Reals))]
    indices = index_symbols(claim)
    rungs = [_rungs(claim.domain[s], s in indices, ladder) for s in scalars]
    places = sorted(product(*(range(len(r)) for r in rungs)), key=lambda p: (sum(p), p))
    out: list[Instance] = []
    seen: set[tuple] = set()
    for skew, place in product((False, True), places):
        chosen = {s: r[k] for s, r, k in zip(scalars, rungs, place, strict=True)}
        at = _complete(claim, order, chosen, skew)
        if at is None or tuple(at.items()) in seen:
            continue
        seen.add(tuple(at.items()))
        if satisfies(claim, at):
            out.append(at)
        if len(out) >= limit:
            break
    return out


def spread(claim: Claim, limit: int = 60) -> list[Instance]:
    """Instances in the domain with one size climbing alone, the others low or somewhat higher."""
    order = order_of(claim)
    scalars = [s for s in order if isinstance(claim.domain[s], (Integers, Reals))]
    indices = index_symbols(claim)
    supports = {d.size for d in claim.domain.values() if isinstance(d, Simplex)}
    rungs = {s: _rungs(claim.domain[s], s in indices, LADDER) for s in scalars}
    rungs |= {s: [v for v in r if v <= WIDE] or r[:1] for s, r in rungs.items() if s in supports}
    out: list[Instance] = []
    for step, skew, s in product(range(len(LADDER)), (False, True), scalars):
        for level in (0, 2):
            chosen = {x: r[min(level, len(r) - 1)] for x, r in rungs.items()}
            chosen[s] = rungs[s][min(step, len(rungs[s]) - 1)]
            at = _complete(claim, order, chosen, skew)
            if at is not None and at not in out and satisfies(claim, at):
                out.append(at)
            if len(out) >= limit:
                return out
    return out


def _rungs(d: Domain, is_index: bool, ladder: tuple[int, ...]) -> list[sp.Expr]:
    if isinstance(d, Integers):
        steps = ladder[:3] if is_index and ladder is LADDER else ladder
        lo = d.lo if d.lo.is_Integer else sp.Integer(1)
        return list(dict.fromkeys([lo, *(sp.Integer(k) for k in steps if lo < k)]))
    assert isinstance(d, Reals)
    lo = d.lo if d.lo.is_Rational else sp.Integer(0) if d.hi is sp.oo else d.hi - 2
    if d.hi.is_Rational:
        return [lo + (d.hi - lo) * sp.Rational(k, 10) for k in (5, 1, 9)]
    return [lo + sp.Rational(k, 2) for k in (2, 1, 3, 10, 100)]


def _complete(claim: Claim, order: list, chosen: Instance, skew: bool) -> Instance | None:  # type: ignore[type-arg]
    """The instance with vectors, tokens and sets for these numbers; None outside the domain."""
    at: Instance = {}
    for s in order:
        d = claim.domain[s]
        if isinstance(d, Simplex):
            size = at.get(d.size, d.size) if d.size is not None else sp.Integer(3)
            value: object = _vector(size, skew) if isinstance(size, sp.Integer) else None
        elif isinstance(d, (Tokens, Subsets)):
            members = list(d.members(at)) if isinstance(d, Tokens) else d.corners(at)[:1]
            value = members[0] if members else None
        else:
            value = chosen.get(s)
        if value is None or not d.contains(value, at):
            return None
        at[s] = value
    return at


def _vector(size: sp.Integer, skew: bool) -> tuple[sp.Expr, ...] | None:
    if size < 1 or (skew and size < 2):
        return None
    if not skew:
        return (sp.Rational(1, size),) * int(size)
    rest = sp.Rational(1, 4) / (size - 1)
    return (sp.Rational(3, 4), *(rest,) * int(size - 1))


def far(
    claim: Claim, body: sp.Basic, exact: Exact, limit: int = MOST
) -> tuple[Instance, Check] | None:
    """A failing instance far out, made small; None where none of the probes fails."""
    value = glance(min(BUDGET, exact.budget))
    for at in probes(claim, limit):
        check = _fails(body, at, value)
        if check is not None:
            return _shrunk(claim, body, at, check, value)
    return None


def _fails(body: sp.Basic, at: Instance, value: Callable) -> Check | None:
    try:
        check = check_at(body, at, value)
    except (RefutableError, ZeroDivisionError):
        return None
    return check if check.truth is False else None


def _shrunk(
    claim: Claim, body: sp.Basic, at: Instance, check: Check, value: Callable
) -> tuple[Instance, Check]:
    """The instance with every integer lowered as far as the statement still fails."""
    order = order_of(claim)
    sizes = {d.size for d in claim.domain.values() if isinstance(d, Simplex)}
    numbers = [s for s in order if isinstance(claim.domain[s], Integers)]
    numbers.sort(key=lambda s: s not in sizes)  # the support first
    changed = True
    while changed:
        changed = False
        for s in numbers:
            for smaller in _lower(claim, order, at, s):
                found = _fails(body, smaller, value)
                if found is not None:
                    at, check, changed = smaller, found, True
                    break
    return at, check


def _lower(claim: Claim, order: list, at: Instance, s: sp.Symbol) -> Iterator[Instance]:  # type: ignore[type-arg]
    """The instance with a smaller value of s, the smallest first."""
    now, lo = int(at[s]), claim.domain[s].lo  # type: ignore[union-attr]
    start = int(lo) if lo.is_Integer else 1
    skew = any(isinstance(v, tuple) and len(set(v)) > 1 for v in at.values())
    scalars = {x: v for x, v in at.items() if isinstance(v, sp.Expr)}
    tried = sorted({start, (start + now) // 2, now - 1} & set(range(start, now)))
    for k in tried:
        there = _complete(claim, order, {**scalars, s: sp.Integer(k)}, skew)
        if there is not None and satisfies(claim, there):
            yield there
