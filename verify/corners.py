"""Instances at the ends of a domain: each symbol at its smallest and largest permitted values.

The limits of a range may depend on other symbols, so an instance is built in the order of that
dependence, with the others once at their smallest values and once at values inside their ranges.
Values that the hypotheses exclude are passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import sympy as sp

from refutable.derivations.claim import Claim
from refutable.derivations.domain import Domain, Integers, Simplex
from refutable.derivations.errors import RefutableError

from .instances import Instance, order_of, relevant, satisfies

__all__ = ["Corner", "corners"]

MEMBERS = 8  # of a range, among which those of the other symbols are chosen
CHOICES = 3  # values of each other symbol that are tried
TRIES = 40  # instances that are looked at for one corner
MOST_CORNERS = 4  # of one symbol


@dataclass(frozen=True)
class Corner:
    """The symbols that are at an end of their ranges, with those ends, and an instance."""

    ends: tuple[tuple[sp.Basic, object], ...]
    at: Instance


def corners(claim: Claim, most: int) -> list[Corner]:
    """At most `most` instances with a symbol at a corner of its range, each instance once.

    First with the other symbols at their smallest values, then with these inside their ranges.
    """
    order, shown = order_of(claim), relevant(claim)
    found: dict[str, Corner] = {}
    ranges = _Ranges(claim)
    for inside in (False, True):
        for s in (x for x in claim.domain if x in shown):
            for k in range(MOST_CORNERS):
                got = next(_with(claim, order, s, k, inside, ranges), None)
                if got is None:
                    break
                at, end = got
                key = repr({x: v for x, v in at.items() if x in shown})
                ends = found[key].ends if key in found else ()
                if s not in [x for x, _ in ends]:
                    found[key] = Corner((*ends, (s, end)), at)
    return list(found.values())[:most]


class _Ranges:
    """Corners and other values of every symbol, given the symbols that its range mentions."""

    def __init__(self, claim: Claim):
        self.domain = claim.domain
        self.depends = {s: d.depends for s, d in claim.domain.items()}
        self.known: dict[tuple, list] = {}

    def corners(self, s: sp.Basic, at: Instance) -> list:
        return self._known("corners", s, at, lambda d: _corners(d, at))

    def others(self, s: sp.Basic, at: Instance, inside: bool) -> list:
        return self._known(inside, s, at, lambda d: _others(d, at, inside))

    def _known(self, what: object, s: sp.Basic, at: Instance, find: Callable[[Domain], list]) -> list:
        key = (what, s, *(at.get(x) for x in self.depends[s]))
        if key not in self.known:
            self.known[key] = find(self.domain[s])
        return self.known[key]


def _with(
    claim: Claim, order: list[sp.Basic], s: sp.Basic, k: int, inside: bool, ranges: _Ranges
) -> Iterator[tuple[Instance, object]]:
    """Instances that satisfy the hypotheses with corner k of s, and that corner."""
    for at in islice(_assigned(order, s, k, inside, {}, ranges), TRIES):
        if satisfies(claim, at):
            yield at, at[s]


def _assigned(
    order: list[sp.Basic], s: sp.Basic, k: int, inside: bool, at: Instance, ranges: _Ranges
) -> Iterator[Instance]:
    if len(at) == len(order):
        yield at
        return
    x = order[len(at)]
    try:
        values = ranges.corners(x, at)[k : k + 1] if x == s else ranges.others(x, at, inside)
    except RefutableError:
        return
    for v in values:
        yield from _assigned(order, s, k, inside, {**at, x: v}, ranges)


def _corners(d: Domain, at: Instance) -> list:
    """The ends of a range; of a simplex the uniform law first, of an integer its limits."""
    if isinstance(d, Simplex) and d.size is not None and not (d.size.xreplace(at)).is_Integer:
        return []
    return list(dict.fromkeys(v for v in d.corners(at) if d.contains(v, at)))


def _others(d: Domain, at: Instance, inside: bool) -> list:
    members = list(islice(d.members(at), MEMBERS))
    if not inside:
        return members[:CHOICES]
    ends = d.corners(at)
    inner = [v for v in members if v not in ends]
    start = 1 if isinstance(d, Integers) and len(inner) > 1 else 0
    return [*inner[start : start + CHOICES], *members][:CHOICES]
