"""A model opened into the batches that it was fitted to, by the process's own step.

The vectors of a categorical process are then linear in batch means, earlier models and the
truth; two vectors that are the same combination are equal in every run.
"""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.normal import is_zero
from refutable.derivations.process import Draw, Exact, Fit, Model, Once, Past, Pool, Process, Truth
from refutable.derivations.statement import Rel

from .positivity import prove
from .region import Region

__all__ = ["same", "unfold"]

Terms = dict[Q.Vec, sp.Expr]


def unfold(v: Q.Vec, region: Region, keep: tuple[Q.Vec, ...] = ()) -> Terms:
    """The vector as coefficients of batches and of models that are not opened.

    A model is opened one step: into its batches. The first model, whose data are retained, stands
    for its batch. keep: models that stay closed.
    """
    out: Terms = {}
    for c, w in v.terms if isinstance(v, Q.Comb) else [(sp.Integer(1), v)]:
        for piece, share in _opened(w, region, keep).items():
            out[piece] = out.get(piece, sp.Integer(0)) + c * share
    return {w: c for w, c in out.items() if c != 0}


def _opened(v: Q.Vec, region: Region, keep: tuple[Q.Vec, ...]) -> Terms:
    if v in keep or not isinstance(v, (Q.ModelVec, Q.BatchVec)):
        return {v: sp.Integer(1)}
    process = v.args[0].process
    if isinstance(v, Q.BatchVec):
        return {_batch(process, v.args[1].name, v.args[2], process.step): sp.Integer(1)}
    index = process.internal(v.args[1])
    if index == 0:
        return {process.truth: sp.Integer(1)}
    fit = _fit(process, index, region)
    if fit is None or not isinstance(fit, Pool):
        return {v: sp.Integer(1)}
    parts = [_part(process, b, v.args[1], region) for b in fit.batches]
    if fit.weights is not None:
        weights = [w.xreplace({process.index: v.args[1]}) for w in fit.weights]
    else:
        weights = [b.size.xreplace({process.index: v.args[1]}) for b in fit.batches]  # type: ignore[union-attr]
    total = sp.Add(*weights)
    out: Terms = {}
    for w, part in zip(weights, parts, strict=True):
        out[part] = out.get(part, sp.Integer(0)) + w / total
    return out


def _fit(process: Process, index: sp.Expr, region: Region) -> Fit | None:
    """The fit of this internal generation, where the region settles which one it is."""
    if process.first is None or index == 1:
        return process.fit_at(1 if index == 1 else 2)
    late = index > 1 if index.is_number else prove(Rel(">=", index, 2), region)
    return process.step if late else None


def _part(process: Process, b: object, index: sp.Expr, region: Region) -> Q.Vec:
    if isinstance(b, Exact) and isinstance(b.source, (Truth, Model)):
        return _source(process, b.source, index)
    if isinstance(b, Draw) and b.keep is None:
        if not isinstance(b.source, (Truth, Model)):
            raise OutsideFragment(f"a batch from {b.source!r}", part="mixture")
        lag = b.source.max_lag
        if not prove(Rel(">=", process.internal(index), lag), region):
            raise OutsideFragment("whether a batch from before the truth exists", part="batch")
        return _batch(process, b.name, index, process.step)
    if isinstance(b, Once):
        return _batch(process, b.name, index, process.step)
    raise OutsideFragment(f"a model opened into {type(b).__name__}", part=type(b).__name__)


def _source(process: Process, source: object, index: sp.Expr) -> Q.Vec:
    return process.truth if isinstance(source, Truth) else process.model(index - source.lag)  # type: ignore[attr-defined]


def _batch(process: Process, name: str, index: sp.Expr, fit: Fit) -> Q.Vec:
    """A batch by name; a retained one is drawn at the first generation, whatever the index."""
    named = [b for f in process.fits for b in f.batches if getattr(b, "name", "") == name]
    if len([b for b in fit.batches if getattr(b, "name", "") == name]) > 1:
        raise OutsideFragment(f"two batches named {name!r} in one fit", part="batch")
    if any(isinstance(b, Past) for b in named):
        raise OutsideFragment("a model opened into an earlier batch", part="Past")
    once = any(isinstance(b, Once) for b in named)
    return process.batch(name, process.origin if once else index)


def same(rel: Rel, region: Region) -> bool:
    """Are both sides of a relation between vectors the same combination of batches?

    False says nothing.
    """
    if rel.op != "=":
        return False
    try:
        gap = unfold(rel.lhs, region)
        for w, c in unfold(rel.rhs, region).items():
            gap[w] = gap.get(w, sp.Integer(0)) - c
    except OutsideFragment:
        return False
    return all(is_zero(c, region.integers, region.positive) for c in gap.values())
