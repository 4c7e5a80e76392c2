"""Equations between vectors of a linear recursion: one noise coefficient after the other.

A vector is written as  t * truth + sum over pieces of sum_{k=lo}^{hi} c(k) noise_k.  A model's own
coefficients are its response to the noise of generation k, derived from the process: the weight
of that generation's batch, carried on by the linear update. Sums of sums change order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.moments import MomentSystem
from refutable.derivations.normal import is_zero
from refutable.derivations.process import Process
from refutable.derivations.recurrences import telescope
from refutable.derivations.response import Response
from refutable.derivations.statement import Rel

from .positivity import prove
from .region import Region

if TYPE_CHECKING:
    from .deduce import Deduction

__all__ = [
    "Formal",
    "cells",
    "formal",
    "noise_range",
    "response",
    "response_at",
    "responses",
    "vector_identity",
]

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
    integers = d.region.integers | {K}
    if not is_zero(gap.truth, integers):
        d.missing = "the coefficients of the true vector differ"
        return False
    for k, value in cells(gap, d.region):
        if not is_zero(value, integers):
            d.missing = f"the coefficient of noise {k} is not shown to agree"
            return False
        d.say("coefficient", f"noise {k}: both sides agree")
    return True


def cells(f: Formal, region: Region) -> list[tuple[sp.Expr, sp.Expr]]:
    """(noise index, total coefficient): the common range with K symbolic, its edges one by one."""
    pieces = [p for p in f.pieces if p.coefficient != 0]
    ranges = [p for p in pieces if p.lo != p.hi]
    edges: set[sp.Expr] = {sp.expand(p.lo) for p in pieces if p.lo == p.hi}
    out: list[tuple[sp.Expr, sp.Expr]] = []
    if ranges:
        los, his = ([sp.expand(getattr(p, end)) for p in ranges] for end in ("lo", "hi"))
        lo, hi = noise_range(f)
        if not _holds(Rel(">=", hi - lo, -1), region):
            raise OutsideFragment("sums that may be too short for their common range")
        for x in los:
            edges |= {x + j for j in range(int(lo - x))}
        for x in his:
            edges |= {hi + j for j in range(1, int(x - hi) + 1)}
        for e in edges:
            if not (_holds(Rel("<", e, lo), region) or _holds(Rel(">", e, hi), region)):
                raise OutsideFragment("a single noise that may lie inside the range of the sums")
        out.append((K, sum((p.coefficient for p in ranges), sp.Integer(0))))
    for e in sorted(edges, key=str):
        inside = [p for p in pieces if _covers(p, e, region)]
        out.append((e, sum((p.coefficient.xreplace({K: e}) for p in inside), sp.Integer(0))))
    return out


def noise_range(f: Formal) -> tuple[sp.Expr, sp.Expr]:
    """The common range of the pieces that are sums."""
    ranges = [p for p in f.pieces if p.coefficient != 0 and p.lo != p.hi]
    los, his = ([sp.expand(getattr(p, end)) for p in ranges] for end in ("lo", "hi"))
    return _extreme(los, max), _extreme(his, min)


def _extreme(values: list[sp.Expr], pick) -> sp.Expr:  # type: ignore[no-untyped-def]
    first = values[0]
    offsets = [sp.expand(v - first) for v in values]
    if not all(o.is_Integer for o in offsets):
        raise OutsideFragment("limits of sums that differ by a symbol")
    return first + pick(offsets)


def _holds(rel: Rel, region: Region) -> bool:
    gap = sp.expand(rel.lhs - rel.rhs)
    if gap.is_number:
        return bool({"<": gap < 0, ">": gap > 0, ">=": gap >= 0}[rel.op])
    return prove(rel, region) is not None


def _covers(p: Piece, k: sp.Expr, region: Region) -> bool:
    """Is lo <= k <= hi everywhere in the region? Refuses where that depends on the place."""
    if _holds(Rel("<", k, p.lo), region) or _holds(Rel(">", k, p.hi), region):
        return False
    if _holds(Rel(">=", k, p.lo), region) and _holds(Rel(">=", p.hi, k), region):
        return True
    raise OutsideFragment(f"whether noise {k} lies between {p.lo} and {p.hi}")


def responses(rel: Rel, region: Region) -> list[tuple[dict[sp.Symbol, sp.Expr], Rel]]:
    """A relation with `Response` nodes, case by case: (index values, relation without them)."""
    nodes = sorted(rel.atoms(Response), key=sp.default_sort_key)
    if not nodes:
        return [({}, rel)]
    vec, tag, index = nodes[0].args
    k = tag.process.internal(index)
    out: list[tuple[dict[sp.Symbol, sp.Expr], Rel]] = []
    for e, value in cells(formal(vec), region):
        if e == K:
            at, put = {}, value.xreplace({K: k})
        else:
            at, put = _solve(k, e, region), value
        here = Rel(rel.op, *(side.xreplace({nodes[0]: put}).xreplace(at) for side in rel.args[1:]))
        out += [({**at, **more}, r) for more, r in responses(here, region)]
    _covered(formal(vec), k, region)
    return out


def _solve(k: sp.Expr, e: sp.Expr, region: Region) -> dict[sp.Symbol, sp.Expr]:
    """The index value at which k = e."""
    free = [s for s in k.free_symbols if s in region.variables and s not in e.free_symbols]
    if len(free) != 1 or sp.expand(k - free[0]).has(free[0]):
        raise OutsideFragment(f"the noise index {k} is no symbol plus a number")
    return {free[0]: sp.expand(e - k + free[0])}


def _covered(f: Formal, k: sp.Expr, region: Region) -> None:
    """The index must stay where some piece is: elsewhere the coefficient is zero."""
    lo, hi = (_extreme([sp.expand(x) for x in end], pick) for end, pick in (
        ([p.lo for p in f.pieces], min), ([p.hi for p in f.pieces if p.lo != p.hi] or
                                          [p.hi for p in f.pieces], max)))  # fmt: skip
    if not (_holds(Rel(">=", k, lo), region) and _holds(Rel(">=", hi, k), region)):
        raise OutsideFragment(f"a noise index outside {lo}..{hi}")


def response_at(node: Response, at: Mapping) -> sp.Expr:
    """The coefficient at a concrete instance, from the derived pieces."""
    vec, tag, index = node.args
    values = {s: v for s, v in at.items() if isinstance(v, sp.Expr)}
    k = tag.process.internal(index).xreplace(values)
    total: sp.Expr = sp.Integer(0)
    for p in formal(vec).pieces:
        if p.lo.xreplace(values) <= k <= p.hi.xreplace(values):
            total += p.coefficient.xreplace({**values, K: k}).doit()
    return total
