"""Which tokens may be lumped together for a question, and how additive means split by token.

Counts of cells of a partition are multinomial with the lumped law, so the lumped slots are a
Markov chain: a question that only looks at coordinates and masses of sets needs the cells that
these sets generate. Its oracle is the full enumeration, with every token in a cell of its own.

A mean of a sum over tokens is the sum of the tokens' means, and each of those needs two cells:
the token and the rest. Tokens with the same probability have the same mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.statement import Rel

from .leaves import leaves, tokens
from .vectors import IntVec

__all__ = ["Cells", "alike", "cells_for", "full", "terms", "token_cells"]

Cells = list[tuple[int, ...]]


def full(size: int) -> Cells:
    """Every token in a cell of its own."""
    return [(i,) for i in range(size)]


def token_cells(i: int, size: int) -> Cells:
    """The token i (0-based) and the rest.

    >>> token_cells(1, 3)
    [(1,), (0, 2)]
    """
    rest = tuple(j for j in range(size) if j != i)
    return [(i,), rest] if rest else [(i,)]


def cells_for(exprs: Sequence[sp.Basic], size: int) -> Cells:
    """The coarsest partition of the tokens that resolves everything in these expressions."""
    sets: list[set[int]] = []
    for e in exprs:
        for node in _looks(e):
            if not isinstance(node, (Q.Coord, Q.Mass)):
                return full(size)
            sets.append(tokens(node, size))
    groups: dict[tuple[bool, ...], list[int]] = {}
    for i in range(size):
        groups.setdefault(tuple(i in s for s in sets), []).append(i)
    return [tuple(g) for g in groups.values()]


def _looks(e: sp.Basic) -> Iterator[sp.Basic]:
    """The nodes that look at vectors: functionals, point-mass events, vector relations, T."""
    if isinstance(e, (Q.Mean, Q.Prob)):
        if isinstance(e.given, sp.Tuple):
            for a in e.args[:1]:
                yield from _looks(a)
    elif isinstance(e, (Q.Functional, Q.IsDirac, Q.Fixation)) or (
        isinstance(e, Rel) and isinstance(e.lhs, Q.Vec)
    ):
        yield e
    else:
        for a in e.args:
            yield from _looks(a)


def terms(x: sp.Expr) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    """(factor, piece) pairs with x = sum factor * piece, no factor random.

    A piece is 1 or cannot be split further without multiplying out.
    """
    for term in sp.Add.make_args(x):
        fixed = [f for f in sp.Mul.make_args(term) if next(leaves(f), None) is None]
        random = [f for f in sp.Mul.make_args(term) if next(leaves(f), None) is not None]
        factor, piece = sp.Mul(*fixed), sp.Mul(*random)
        if isinstance(piece, sp.Add):
            for f, p in terms(piece):
                yield factor * f, p
        else:
            yield factor, piece


def alike(vectors: Sequence[IntVec], size: int) -> list[list[int]]:
    """Tokens grouped by equal coordinates in all of these vectors (denominators left out)."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for i in range(size):
        groups.setdefault(tuple(v[i + 1] for v in vectors), []).append(i)
    return list(groups.values())
