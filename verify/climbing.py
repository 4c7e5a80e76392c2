"""A search for a counterexample far out that follows the margin of a bound.

Of a true bound the sides keep apart everywhere; of a wrong one they come closer on the way to where
it fails. So: probes with one or two numbers large and the others at their lowest, each with a
small budget; then from those with the narrowest margins the numbers are raised one at a time, as
long as the margin narrows, with a larger budget.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import sympy as sp

from refutable.derivations.claim import Claim
from refutable.derivations.domain import Integers, Reals
from refutable.derivations.errors import RefutableError

from .instances import Check, Instance, check_at, order_of, satisfies
from .probes import BUDGET, LADDER, _complete, _rungs
from .values import Exact, glance

__all__ = ["climb", "corners", "corners_fail", "margin"]

WIDE = (9, 33, 65, 17, 129)
#: What the numbers that stay small are: so much above their lowest value.
LOW = (0, 1, 2)
FEW, MOST = 300, 400  # probes
DEEP = 40 * BUDGET  # weighted transitions per quantity on a climb
STEPS = 6  # of one climb
HIGHEST = 300  # no number is raised above


def corners_fail(claim: Claim, body: sp.Basic, exact: Exact, most: int = FEW) -> Instance | None:
    """A probe at which the statement is false, or None."""
    value = glance(min(BUDGET, exact.budget))
    for at in corners(claim, most):
        check = _told(body, at, value)
        if check is not None and check.truth is False:
            return at
    return None


def climb(claim: Claim, body: sp.Basic, exact: Exact) -> Instance | None:
    """An instance at which the statement is false, or None."""
    value = glance(min(BUDGET, exact.budget))
    close: list[tuple[float, int, Instance]] = []
    refused: list[Instance] = []
    for k, at in enumerate(corners(claim, MOST)):
        check = _told(body, at, value)
        if check is None:
            refused.append(at)
        elif check.truth is False:
            return at
        elif (gap := margin(check)) is not None:
            close.append((gap, k, at))
    for start in _starts(close):
        found = _climb(claim, body, *start, glance(DEEP))
        if found is not None:
            return found
    value = glance(4 * BUDGET)
    for at in refused[:FEW]:
        check = _told(body, at, value)
        if check is not None and check.truth is False:
            return at
    return None


def _starts(close: list[tuple[float, int, Instance]]) -> list[tuple[Instance, float]]:
    """Per number that is the largest one, the probe with the narrowest margin."""
    best: dict[sp.Basic, tuple[Instance, float]] = {}
    for gap, _, at in sorted(close, key=lambda found: found[:2]):
        numbers = [s for s, v in at.items() if isinstance(v, sp.Integer)]
        best.setdefault(max(numbers, key=lambda s: at[s]), (at, gap))
    return list(best.values())


def _climb(claim: Claim, body: sp.Basic, at: Instance, gap: float, value: Exact) -> Instance | None:
    """One number at a time is doubled, the one that narrows the margin most."""
    for _ in range(STEPS):
        best: tuple[float, Instance] | None = None
        for there in _higher(claim, at):
            check = _told(body, there, value)
            if check is None:
                continue
            if check.truth is False:
                return there
            here = margin(check)
            if here is not None and here < (gap if best is None else best[0]):
                best = (here, there)
        if best is None:
            return None
        gap, at = best
    return None


def _told(body: sp.Basic, at: Instance, value: Exact) -> Check | None:
    try:
        return check_at(body, at, value)
    except (RefutableError, ZeroDivisionError):
        return None


def margin(check: Check) -> float | None:
    """How far apart the sides of an inequality are, as a part of the larger one; None if equal.

    >>> from refutable.derivations.statement import le
    >>> margin(Check(True, le(sp.Symbol("x"), 4), sp.Integer(3), sp.Integer(4)))
    0.25
    """
    if check.rel is None or check.rel.op not in ("<", "<=", ">", ">="):
        return None
    try:
        a, b = float(check.lhs), float(check.rhs)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    largest = max(abs(a), abs(b))
    return abs(a - b) / largest if a != b and largest < float("inf") else None


def corners(claim: Claim, most: int = MOST) -> Iterator[Instance]:
    """Instances with one or two whole numbers large, a uniform truth, and the rest low."""
    order = order_of(claim)
    scalars = [s for s in order if isinstance(claim.domain[s], (Integers, Reals))]
    whole = [s for s in scalars if isinstance(claim.domain[s], Integers)]
    lowest = {s: _rungs(claim.domain[s], False, LADDER)[0] for s in scalars}
    told = 0
    for count in (1, 2):
        for wide in sorted(
            product(WIDE, repeat=count), key=lambda w: sum(WIDE.index(v) for v in w)
        ):
            for large in combinations(whole, count):
                rest = [s for s in whole if s not in large]
                for low in product(LOW, repeat=len(rest)):
                    chosen = dict(lowest)
                    chosen |= {s: lowest[s] + k for s, k in zip(rest, low, strict=True)}
                    chosen |= {s: sp.Integer(v) for s, v in zip(large, wide, strict=True)}
                    at = _complete(claim, order, chosen, False)
                    if at is None or not satisfies(claim, at):
                        continue
                    yield at
                    told += 1
                    if told >= most:
                        return


def _higher(claim: Claim, at: Instance) -> Iterator[Instance]:
    """The instance with one whole number about doubled."""
    order = order_of(claim)
    scalars = {s: v for s, v in at.items() if isinstance(v, sp.Expr)}
    for s in order:
        if isinstance(claim.domain[s], Integers) and at[s] <= HIGHEST / 2:
            chosen = {**scalars, s: 2 * at[s] - 1 if at[s] > 2 else at[s] + 1}
            there = _complete(claim, order, chosen, False)
            if there is not None and satisfies(claim, there):
                yield there
