"""Moments that grow without bound, read off their exact recursion.

u(g) = A u(g-1) + b with non-negative A, b and start u(0). If a left eigenvector l >= 0 of a coupled
block has an eigenvalue x >= 1, then l.u never falls, and every step adds at least
(x - 1) l.u(0) + l.b to it. Where that is positive l.u tends to infinity, and so does every entry
of the block that all entries with weight in l feed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import sympy as sp

from refutable.derivations.derive import Derived, derive
from refutable.derivations.recurrences import blocks
from refutable.derivations.statement import Rel

from .positivity import prove
from .region import Region, Variable

__all__ = ["diverges"]


def diverges(got: Derived, region: Region) -> str | None:
    """A line that says why the derived mean tends to infinity on the whole region, or None."""
    letters, candidates = _candidates(got.node) if got.recurrence is not None else ((), ())
    here = region.copy()
    for s in letters:
        if s not in region.variables:
            here.variables[s] = Variable(s, sp.Integer(0), sp.oo, lo_open=True)  # a true invariant
    for candidate in candidates:
        if _grows(*candidate, here):
            shown = ", ".join(map(str, candidate[3]))
            return f"eigenvalue {candidate[4]} >= 1 with left eigenvector ({shown}), which every step increases"  # noqa: E501
    return None


@lru_cache(maxsize=256)
def _candidates(node: sp.Expr) -> tuple[tuple[sp.Symbol, ...], tuple[tuple, ...]]:
    """The letters, and (block, forcing, start, left eigenvector, eigenvalue, row) of blocks."""
    got = derive(node)
    rec, closed = got.recurrence, got.closed
    if rec is None or closed is None or rec.matrix.has(rec.generation):
        return (), ()
    out: list[tuple] = []
    for block in blocks(rec.matrix):
        if len(block) > 1 and any(rec.row[0, i] != 0 for i in block):
            out += _block(rec, closed, block)
    used = sp.Tuple(*rec.matrix, *rec.forcing, *rec.initial, *rec.row).free_symbols
    return tuple(sorted(used - {rec.generation}, key=sp.default_sort_key)), tuple(out)


def _block(rec, closed, block: list[int]) -> Iterator[tuple]:  # type: ignore[no-untyped-def]
    g, k = rec.generation, len(block)
    others = [j for j in range(rec.matrix.rows) if j not in block]
    if any(rec.row[0, j] != 0 and closed.entries[j].has(g) for j in others):
        return
    part = rec.matrix.extract(block, block)
    forcing = sp.Matrix(
        k,
        1,
        [
            sp.factor(
                rec.forcing[i, 0]
                + sp.Add(
                    *(rec.matrix[i, j] * closed.entries[j].xreplace({g: g - 1}) for j in others)
                )
            )
            for i in block
        ],
    )
    if forcing.has(g):
        return
    initial = rec.initial.extract(block, [0])
    z = sp.Dummy("z")
    for f, _ in sp.factor_list((part.T - z * sp.eye(k)).det(method="berkowitz"), z)[1]:
        if sp.degree(f, z) != 1:
            continue
        value = sp.factor(-f.coeff(z, 0) / f.coeff(z, 1))
        space = (part.T - value * sp.eye(k)).applyfunc(sp.cancel).nullspace(simplify=sp.cancel)
        for left in space:
            yield part, forcing, initial, left, value, [rec.row[0, i] for i in block]


def _grows(part, forcing, initial, left, value, row, region) -> bool:  # type: ignore[no-untyped-def]
    k = part.rows

    def sure(op: str, e: sp.Expr) -> bool:
        e = sp.factor(e)
        if e.is_number:
            return bool(e > 0 if op == ">" else e >= 0)
        return prove(Rel(op, e, 0), region) is not None

    entries = [sp.factor(x) for x in left]
    if not all(x.is_number and x >= 0 for x in entries):
        return False
    if not sure(">=", value - 1):
        return False
    if not all(sure(">=", x) for x in (*part, *forcing, *initial)):
        return False
    step = (value - 1) * (left.T * initial)[0, 0] + (left.T * forcing)[0, 0]
    if not sure(">", step) or not all(sure(">=", r) for r in row):
        return False
    return any(
        sure(">", row[i]) and all(sure(">", part[i, j]) for j in range(k) if entries[j] != 0)
        for i in range(k)
        if row[i] != 0
    )
