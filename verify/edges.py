"""Instances at which a premise barely holds: where "larger means larger" fails, if it does.

For an implication whose premise compares two true distributions, small instances in general
position say little: a counterexample has nearly equal sides in its premise. So distributions with
small denominators are paired, the closest pairs first, at small sizes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.errors import RefutableError

from . import exact
from .instances import index_symbols

__all__ = ["edge_instances"]

DENOMINATOR = 8
PAIRS = 25  # per choice of sizes
WIDTH = 4  # values of a size


def edge_instances(claim: Claim) -> Iterator[dict]:
    """Instances of an implication about two distributions, small sizes first; none for others."""
    body = claim.bound()
    premise = body.args[0] if isinstance(body, S.Implies) else None
    vectors = [s for s, d in claim.domain.items() if isinstance(d, Simplex)]
    others = [s for s in claim.domain if s not in vectors]
    if not isinstance(premise, S.Rel) or premise.op not in ("<", "<=", ">", ">="):
        return
    if len(vectors) != 2 or premise.atoms(Q.Mean, Q.Prob, Q.ModelVec):
        return
    if any(not isinstance(claim.domain[s], Integers) for s in others):
        return
    pairs = list(_pairs(claim, premise, vectors))[:PAIRS]
    for sizes in _sizes(claim, others):
        for pair in pairs:
            at = {**sizes, **pair}
            if all(claim.domain[s].contains(at[s], at) for s in claim.domain):
                yield {s: at[s] for s in claim.domain}


def _sizes(claim: Claim, symbols: list[sp.Basic]) -> list[dict]:
    indices = index_symbols(claim)
    ranges = []
    for s in symbols:
        lo = claim.domain[s].lo  # type: ignore[attr-defined]
        first = int(lo) if lo.is_Integer else 1
        ranges.append(range(first, first + (2 if s in indices else WIDTH)))
    found = [dict(zip(symbols, map(sp.Integer, v), strict=True)) for v in product(*ranges)]
    return sorted(found, key=lambda a: (sum(a.values()), tuple(map(int, a.values()))))


def _pairs(claim: Claim, premise: S.Rel, vectors: list[sp.Basic]) -> Iterator[dict]:
    """Pairs of distributions that satisfy the premise, those that hardly do first."""
    up = premise.op[0] == ">"
    gap = premise.lhs - premise.rhs if up else premise.rhs - premise.lhs
    pool = sorted(_distributions())
    single: dict[tuple, sp.Expr] = {}

    def value(node: sp.Expr, at: dict) -> sp.Expr:
        key = (node, *(at[s] for s in vectors if s in node.free_symbols))
        if key not in single:
            single[key] = exact.value(node, at)
        return single[key]

    nodes = [n for n in gap.atoms(Q.Functional) if n.vectors]
    found = []
    for p, q in product(pool, repeat=2):
        at = dict(zip(vectors, (p, q), strict=True))
        try:
            size = gap.xreplace({n: value(n, at) for n in nodes})
        except RefutableError:
            return
        if size > 0 or (size == 0 and premise.op in (">=", "<=")):
            found.append((size, sum(x.q for x in (*p, *q)), p, q))
    for _, _, p, q in sorted(found):
        yield dict(zip(vectors, (p, q), strict=True))


def _distributions() -> set[tuple]:
    """Nontrivial distributions of two or three classes with small denominators, largest first."""
    out = set()
    for d in range(2, DENOMINATOR + 1):
        for a in range(1, d):
            for b in range(1, a + 1):
                c = d - a - b
                if 0 <= c <= b and max(a, b) < d:
                    parts = (a, b, c) if c else (a, b)
                    out.add(tuple(sp.Rational(x, d) for x in parts))
    return out
