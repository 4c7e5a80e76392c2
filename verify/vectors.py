"""Equations between vectors of a linear recursion: one noise coefficient after the other.

A vector is written as  t * truth + sum over pieces of sum_{k=lo}^{hi} c(k) noise_k.  A model's own
coefficients are its response to the noise of generation k, derived from the process: the weight
of that generation's batch, carried on by the linear update. Sums of sums change order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.moments import MomentSystem
from refutable.derivations.normal import is_zero
from refutable.derivations.process import Process
from refutable.derivations.recurrences import telescope
from refutable.derivations.statement import Rel

if TYPE_CHECKING:
    from .deduce import Deduction

__all__ = ["Formal", "formal", "response", "vector_identity"]

K = sp.Symbol("_noise", integer=True)


@dataclass(frozen=True)
class Piece:
    """sum over k = lo..hi of coefficient(k) noise_k; the coefficient is in the symbol K."""

    coefficient: sp.Expr
    lo: sp.Expr
    hi: sp.Expr


@dataclass(frozen=True)
class Formal:
    """truth * (true vector) + the pieces."""

    truth: sp.Expr
    pieces: tuple[Piece, ...]

    def scaled(self, c: sp.Expr) -> Formal:
        return Formal(
            c * self.truth, tuple(Piece(c * p.coefficient, p.lo, p.hi) for p in self.pieces)
        )

    def __add__(self, other: Formal) -> Formal:
        return Formal(self.truth + other.truth, self.pieces + other.pieces)


def response(process: Process) -> tuple[sp.Expr, sp.Symbol]:
    """(h, g): the coefficient of noise K in model g (internal clock), for 1 <= K <= g.

    Raises OutsideFragment unless one linear component and one fresh batch per generation carry
    everything.
    """
    if process.first is not None:
        raise OutsideFragment("noise coefficients where the first fit differs")
    system, g = MomentSystem(process), sp.Symbol("_g", integer=True)
    model = system.symbol(("model", 1))
    updates, batches = system.step(g)
    if len(batches) != 1 or len(system.components) != 1:
        raise OutsideFragment("noise coefficients with several batches or components", part="noise")
    ((mean, (law, _)),) = batches.items()
    update = sp.expand(updates[("model", 1)])
    weight = sp.cancel(update.coeff(mean, 1))
    carried = sp.cancel(sp.expand(update.xreplace({mean: law})).coeff(model, 1))
    j = sp.Symbol("_j", integer=True)
    if carried == 1:
        kept = sp.Integer(1)
    elif carried.has(g):
        kept = telescope(carried.xreplace({g: j}), j, K + 1, g)
    else:
        kept = carried ** (g - K)
    return sp.cancel(weight.xreplace({g: K})) * kept, g


def formal(v: Q.Vec) -> Formal:
    """A vector of one linear process in its truth and noises."""
    if isinstance(v, Q.TruthVec):
        return Formal(sp.Integer(1), ())
    if isinstance(v, Q.NoiseVec):
        k = v.args[0].process.internal(v.args[1])
        return Formal(sp.Integer(0), (Piece(sp.Integer(1), k, k),))
    if isinstance(v, Q.ModelVec):
        process = v.args[0].process
        k = process.internal(v.args[1])
        if k == 0:
            return Formal(sp.Integer(1), ())
        h, g = response(process)
        return Formal(sp.Integer(1), (Piece(h.xreplace({g: k}), sp.Integer(1), k),))
    if isinstance(v, Q.BatchVec):
        process = v.args[0].process
        k = process.internal(v.args[2])
        return formal(process.model(process.paper(k - 1))) + Formal(
            sp.Integer(0), (Piece(sp.Integer(1), k, k),)
        )
    if isinstance(v, Q.Comb):
        out = Formal(sp.Integer(0), ())
        for c, w in v.terms:
            out = out + formal(w).scaled(c)
        return out
    if isinstance(v, Q.VecSum):
        return _sum(*v.args)
    raise OutsideFragment(f"{type(v).__name__} in a vector identity", part=type(v).__name__)


def _sum(body: Q.Vec, i: sp.Symbol, a: sp.Expr, b: sp.Expr) -> Formal:
    inner = formal(body)
    truth = (
        sp.Sum(inner.truth, (i, a, b))
        if i in inner.truth.free_symbols
        else inner.truth * (b - a + 1)
    )
    pieces: list[Piece] = []
    for p in inner.pieces:
        if p.lo == p.hi:
            shift = sp.expand(p.hi - i)
            if i in shift.free_symbols:
                raise OutsideFragment("a noise index that is not linear in the summation index")
            pieces.append(Piece(p.coefficient.xreplace({i: K - shift}), a + shift, b + shift))
            continue
        shift = sp.expand(p.hi - i)
        if i in shift.free_symbols or i in p.lo.free_symbols:
            raise OutsideFragment("the limits of an inner sum")
        early = a + shift  # for k below this one every i = a..b contributes
        head = sp.expand(p.lo - early)
        if not head.is_Integer:
            raise OutsideFragment("limits of sums that differ by a symbol")
        if head < 0:
            pieces.append(Piece(_over(p.coefficient, i, a, b), p.lo, early - 1))
        first = p.lo if head > 0 else early
        pieces.append(Piece(_over(p.coefficient, i, K - shift, b), first, b + shift))
    return Formal(truth, tuple(pieces))


def _over(c: sp.Expr, i: sp.Symbol, a: sp.Expr, b: sp.Expr) -> sp.Expr:
    return sp.Sum(c, (i, a, b)) if i in c.free_symbols else c * (b - a + 1)


def vector_identity(rel: Rel, d: Deduction) -> bool:
    """Are both sides the same combination of truth and noises, for all indices?"""
    if rel.op != "=":
        raise OutsideFragment("vectors that differ are shown by an instance")
    gap = formal(rel.lhs) + formal(rel.rhs).scaled(sp.Integer(-1))
    region = d.region
    integers = region.integers | {K}
    if not is_zero(gap.truth, integers):
        d.missing = "the coefficients of the true vector differ"
        return False
    for k, value in _cells(gap, d):
        if not is_zero(value, integers):
            d.missing = f"the coefficient of noise {k} is not shown to agree"
            return False
        d.say("coefficient", f"noise {k}: both sides agree")
    return True


def _cells(gap: Formal, d: Deduction) -> list[tuple[sp.Expr, sp.Expr]]:
    """(noise index, total coefficient): the common range with K symbolic, its edges one by one."""
    pieces = [p for p in gap.pieces if p.coefficient != 0]
    if not pieces:
        return []
    los = [sp.expand(p.lo) for p in pieces if p.lo != p.hi]
    his = [sp.expand(p.hi) for p in pieces if p.lo != p.hi]
    single = [p for p in pieces if p.lo == p.hi]
    if not los:
        cells: dict[sp.Expr, sp.Expr] = {}
        for p in single:
            cells[p.lo] = cells.get(p.lo, sp.Integer(0)) + p.coefficient.xreplace({K: p.lo})
        return list(cells.items())
    lo, hi = _extreme(los, max), _extreme(his, min)
    core = sum((p.coefficient for p in pieces if p.lo != p.hi), sp.Integer(0))
    edges: set[sp.Expr] = {p.lo for p in single}
    for x in los:
        edges |= {x + j for j in range(int(lo - x))}
    for x in his:
        edges |= {hi + j for j in range(1, int(x - hi) + 1)}
    if any(
        (
            sp.expand(e - lo).is_Integer
            and sp.expand(e - lo) >= 0
            and sp.expand(hi - e).is_Integer
            and sp.expand(hi - e) >= 0
        )
        for e in edges
    ):
        raise OutsideFragment("a single noise inside the common range of the sums")
    out = [(K, core)]
    for e in sorted(edges, key=str):
        total = sum(
            (p.coefficient.xreplace({K: e}) for p in pieces if _covers(p, e)), sp.Integer(0)
        )
        out.append((e, total))
    return out


def _extreme(values: list[sp.Expr], pick) -> sp.Expr:  # type: ignore[no-untyped-def]
    first = values[0]
    offsets = [sp.expand(v - first) for v in values]
    if not all(o.is_Integer for o in offsets):
        raise OutsideFragment("limits of sums that differ by a symbol")
    return first + pick(offsets)


def _covers(p: Piece, k: sp.Expr) -> bool:
    """Is lo <= k <= hi? A limit that differs from k by a symbol is taken to be on its own side."""
    above, below = sp.expand(k - p.lo), sp.expand(p.hi - k)
    return bool((not above.is_Integer or above >= 0) and (not below.is_Integer or below >= 0))
