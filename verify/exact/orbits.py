"""Tokens of equal probability are interchangeable: one state stands for all its permutations.

For a question that does not change when such tokens are permuted, the law is pushed forward on
representatives only. A batch is then drawn by types: how often the tokens of a group that look
alike so far occur, up to their order. With a uniform truth of s tokens, n draws have as many types
as n has partitions into at most s parts. Its oracle is the enumeration of all states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import comb, factorial

import sympy as sp
from flint import fmpq

from refutable.derivations import quantity as Q
from refutable.derivations.statement import Rel

from .chain import Chain, Law, _grown
from .draws import TRUTH, Slot
from .functionals import SYMMETRIC
from .leaves import leaves
from .vectors import IntVec, scaled

__all__ = ["OrbitChain", "symmetric"]

#: From this many tokens on it pays.
LEAST_TOKENS = 4
#: Up to this many draws the ways to split them are few enough to be kept.
FEW = 24


def symmetric(exprs: Sequence[sp.Basic], truth: Sequence[fmpq]) -> bool:
    """Does no expression change when tokens of equal probability are permuted?"""
    alike = len({(x.p, x.q) for x in truth}) < len(truth)
    return alike and len(truth) >= LEAST_TOKENS and all(_blind(e) for e in exprs)


def _blind(e: sp.Basic) -> bool:
    if isinstance(e, (Q.Mean, Q.Prob)) and e.given is not None:
        return False
    if isinstance(e, Q.Functional):
        known = type(e) in SYMMETRIC or isinstance(e, Q.CollapseTime)
        return known and not any(isinstance(x, Q.AnyVec) for x in leaves(e))
    if isinstance(e, Q.IsDirac):
        return True
    if isinstance(e, (Q.Vec, Q.Fixation)) or (isinstance(e, Rel) and isinstance(e.lhs, Q.Vec)):
        return False
    return all(_blind(a) for a in e.args)


class OrbitChain(Chain):
    """A chain on representatives of states under permutations of equally likely tokens."""

    def _foresee(self, law: Law, before: tuple[Slot, ...], after: tuple[Slot, ...], g: int) -> None:
        """Types are counted as they are made."""

    def push(self, law: Law, before: tuple[Slot, ...], after: tuple[Slot, ...], g: int) -> Law:
        out: Law = {}
        for state, weight in super().push(law, before, after, g).items():
            key = self._representative(state)
            out[key] = out.get(key, 0) + weight
        return out

    def step(self, known: dict[Slot, object], after: tuple[Slot, ...], g: int) -> Law:
        linear = self._recipients(after, g)
        forms = [self.instance.form(s) for s in linear]
        draws = [
            (i, d)
            for i, d in enumerate(self.instance.draws(g))
            if any(f.fresh.get(i) for f in forms)
        ]
        if len(draws) != 1 or draws[0][1].empty:
            return super().step(known, after, g)
        known = {**known, TRUTH: self.truth}
        ((i, d),) = draws
        law = self._value(dict(d.law), known) if d.law else self.truth
        shares = [f.fresh.get(i, fmpq(0)) for f in forms]
        values = tuple(self._value(f.slots, known) for f in forms)
        model, out = self.instance.model(g), {}
        for counts, weight in self._types(d.size, law, self._groups(known)):
            self.budget.spend(1)
            mean = scaled((1, *counts), fmpq(1, d.size))
            made = _grown(values, shares, mean, linear, model)
            key = self._finished(dict(zip(linear, made, strict=True)), known, after, g)
            out[key] = out.get(key, 0) + weight
        return out

    def _groups(self, known: Mapping[Slot, object]) -> list[list[int]]:
        """Tokens that every known vector treats alike."""
        vectors = [v for v in known.values() if isinstance(v, tuple)]
        groups: dict[tuple[int, ...], list[int]] = {}
        for token in range(len(self.cells)):
            groups.setdefault(tuple(v[token + 1] for v in vectors), []).append(token)
        return list(groups.values())

    def _types(
        self, n: int, law: IntVec, groups: list[list[int]]
    ) -> Iterator[tuple[list[int], fmpq]]:
        """(counts of one representative, probability of its type) of n draws."""
        den, chances = law[0], [law[g[0] + 1] for g in groups]
        open_ = [k for k, c in enumerate(chances) if c]
        counts = [0] * len(self.cells)

        def rest(place: int, left: int, weight: int) -> Iterator[int]:
            k = open_[place]
            last = place == len(open_) - 1
            for c in (left,) if last else range(left + 1):
                ways = weight * comb(left, c) * chances[k] ** c
                splits = _few_splits if c <= FEW else _splits
                for parts, orders in splits(_arrangements, c, len(groups[k])):
                    for token, x in zip(groups[k], parts, strict=True):
                        counts[token] = x
                    times = ways * orders
                    if last:
                        yield times
                    else:
                        yield from rest(place + 1, left - c, times)

        for weight in rest(0, n, 1):
            yield list(counts), fmpq(weight, den**n)

    def _representative(self, state: tuple) -> tuple:
        """The state with the tokens of each group of the truth in a fixed order."""
        places = [i for i, v in enumerate(state) if isinstance(v, tuple)]
        if not places:
            return state
        fresh = {i: list(state[i]) for i in places}
        groups: dict[int, list[int]] = {}
        for token, x in enumerate(self.truth[1:]):
            groups.setdefault(x, []).append(token + 1)
        for group in groups.values():
            columns = sorted((tuple(state[i][t] for i in places) for t in group), reverse=True)
            for t, column in zip(group, columns, strict=True):
                for i, x in zip(places, column, strict=True):
                    fresh[i][t] = x
        return tuple(tuple(fresh[i]) if i in fresh else v for i, v in enumerate(state))


def _partitions(n: int, parts: int, most: int | None = None) -> Iterator[tuple[int, ...]]:
    """Non-increasing tuples of this length with sum n.

    >>> list(_partitions(3, 2))
    [(3, 0), (2, 1)]
    """
    most = n if most is None else min(n, most)
    if parts == 0:
        if n == 0:
            yield ()
        return
    for first in range(most, -(-n // parts) - 1, -1):
        for tail in _partitions(n - first, parts - 1, first):
            yield (first, *tail)


def _splits(
    arrangements: Callable[[tuple[int, ...]], int], n: int, parts: int
) -> Iterator[tuple[tuple[int, ...], int]]:
    """Every way to split n draws over so many tokens, and in how many orders it comes about."""
    return ((p, arrangements(p) * _orders(n, p)) for p in _partitions(n, parts))


@lru_cache(maxsize=1024)
def _few_splits(
    arrangements: Callable[[tuple[int, ...]], int], n: int, parts: int
) -> tuple[tuple[tuple[int, ...], int], ...]:
    return tuple(_splits(arrangements, n, parts))


def _arrangements(parts: tuple[int, ...]) -> int:
    """In how many ways the counts can be given to the tokens of a group."""
    out = factorial(len(parts))
    for x in set(parts):
        out //= factorial(parts.count(x))
    return out


def _orders(n: int, parts: tuple[int, ...]) -> int:
    """In how many orders n draws give these counts."""
    out = factorial(n)
    for x in parts:
        out //= factorial(x)
    return out
