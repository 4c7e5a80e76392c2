"""A rule of proof scripts: a loop that keeps its real data spreads from one generation to the next.

Given the first model, a coordinate of model k is a chain x -> (1 - b) x_1 + b X/n with X binomial
(n, x), from x = x_1 on. A step keeps the mean, and the mean of g((1 - b) x_1 + b X/n) is convex in
x for every convex g, as a Bernstein polynomial of one. So a step keeps the order of two laws under
all convex functions, and the second law is above the first, which is a point at its mean: each law
is above the one before.
"""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Model, Once, Pool, Process, Truth
from refutable.derivations.statement import Rel
from refutable.derivations.steps import Step

from .argument import Argument, Rejected

__all__ = ["spreads"]


def spreads(step: Step, a: Argument) -> list[Rel]:
    """E f(model k - c) <= E f(model k + 1 - c), f the sum of sizes or of squares of coordinates.

    before: the mean at k. c combines the truth and the first model, which the chain does not change.
    """
    node = step.before
    f = node.args[0] if isinstance(node, Q.Mean) and node.given is None else None
    if not isinstance(f, (Q.Norm1, Q.SqNorm)):
        raise Rejected(f"a mean of a sum of sizes or squares is needed (got {node!r})")
    v = f.args[0]
    terms = {w: c for c, w in v.terms} if isinstance(v, Q.Comb) else {v: sp.Integer(1)}
    moving = [w for w in terms if not _fixed(w)]
    if len(moving) != 1 or not isinstance(moving[0], Q.ModelVec):
        raise Rejected(f"one model beside the truth and the first model is needed in {v}")
    (model,) = moving
    process, index = model.args[0].process, model.args[1]
    _keeps_its_data(process)
    if any(w.args[0].process != process for w in terms):
        raise Rejected(f"{v} is of several processes")
    if not a.prove(Rel(">=", process.internal(index), 1)):
        raise Rejected(f"{model} may be the truth")
    return [Rel("<=", node, node.xreplace({model: process.model(index + 1)}))]


def _fixed(w: sp.Basic) -> bool:
    """Is it the truth or the first model?"""
    if isinstance(w, Q.TruthVec):
        return True
    return isinstance(w, Q.ModelVec) and w.args[0].process.internal(w.args[1]) == 1


def _keeps_its_data(process: Process) -> None:
    """Rejects all but: first a fit to real data, then one to them and n draws from the last model."""
    first, fit = process.first, process.step
    plain = (
        isinstance(process.family, Categorical)
        and isinstance(first, Pool)
        and isinstance(fit, Pool)
    )
    if not plain or first.weights is not None or fit.weights is not None:
        raise Rejected(f"{process.name} is no pooling of real data and draws")
    real, drawn = first.batches, [b for b in fit.batches if b not in first.batches]
    kept = [b for b in fit.batches if b in first.batches]
    if len(real) != 1 or kept != list(real) or len(drawn) != 1:
        raise Rejected(f"{process.name} does not keep its first data and nothing else")
    (r,), (d,) = real, drawn
    if not isinstance(r, Once) or r.source != Truth():
        raise Rejected(f"the first data of {process.name} are not kept")
    if not isinstance(d, Draw) or d.source != Model() or d.keep is not None:
        raise Rejected(f"{process.name} does not draw from its last model")
    if process.index in sp.sympify(d.size).free_symbols | sp.sympify(r.size).free_symbols:
        raise Rejected(f"a size of {process.name} changes")
