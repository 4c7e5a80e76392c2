"""Gaussian loops whose covariance is centred at the mean of all data of a fit, from raw draws.

Every draw of a run is one row: M_ij = E<x_i - mu, x_j - mu>. A model's mean is a weighted sum of
draws and the trace of its covariance a quadratic form in them, so the rows of a new batch follow from
the rows before it. No closure of moments is used.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from flint import fmpq

from refutable.derivations import quantity as Q
from refutable.derivations.errors import BudgetExceeded, DomainError, OutsideFragment
from refutable.derivations.process import Accumulate, Draw, Model, Once, Process, Truth

from .ground import At, ground, integer, rational

__all__ = ["MOST_DRAWS", "pooled_mean"]

#: Most draws of a run that are looked at.
MOST_DRAWS = 160

Weights = dict[int, fmpq]


class _Run:
    """All draws of the generations 1, ..., last of a process at an instance."""

    def __init__(self, process: Process, at: At, last: int):
        self.process, self.at = process, at
        spectrum = at.get(process.family.truth)
        if not isinstance(spectrum, tuple) or not spectrum or min(spectrum) <= 0:
            raise DomainError(
                f"{process.family.truth} needs positive eigenvalues (got {spectrum!r})"
            )
        self.spread = sum((fmpq(int(x.p), int(x.q)) for x in spectrum), fmpq(0))
        self.rows: list[list[fmpq]] = []  # the lower triangle of M
        self.models: list[tuple[Weights, fmpq]] = [({}, self.spread)]  # weights, E tr C
        self.drawn: dict[str, list[int]] = {}
        for g in range(1, last + 1):
            self.models.append(self._generation(g))

    def product(self, v: Weights, w: Weights) -> fmpq:
        """E<sum v_i (x_i - mu), sum w_j (x_j - mu)>."""
        return sum((a * b * self._entry(i, j) for i, a in v.items() for j, b in w.items()), fmpq(0))

    def _entry(self, i: int, j: int) -> fmpq:
        return self.rows[max(i, j)][min(i, j)]

    def _number(self, e: sp.Expr, g: int) -> sp.Expr:
        return ground(e, {**self.at, self.process.index: self.process.paper(g)})

    def _generation(self, g: int) -> tuple[Weights, fmpq]:
        fit = self.process.fit_at(g)
        fresh = [self._batch(b, g) for b in fit.batches]
        if isinstance(fit, Accumulate):
            every = self.drawn[fit.batch.name]
            weights = dict.fromkeys(every, fmpq(1, len(every)))
        elif fit.weights is None:
            every = [i for batch in fresh for i in batch]
            weights = dict.fromkeys(every, fmpq(1, len(every)))
        else:
            shares = [rational(self._number(w, g), "weight of a batch") for w in fit.weights]
            weights = {}
            for share, batch in zip(shares, fresh, strict=True):
                weights.update(dict.fromkeys(batch, share / len(batch)))
            if self.process.family.divisor != "n":
                raise OutsideFragment("the unbiased divisor of weighted data", part="divisor")
        inside = sum((w * self._entry(i, i) for i, w in weights.items()), fmpq(0))
        total = inside - self.product(weights, weights)
        if self.process.family.divisor == "n-1":
            if len(weights) < 2:
                raise DomainError("one datum has no covariance")
            total *= fmpq(len(weights), len(weights) - 1)
        return weights, total

    def _batch(self, b: object, g: int) -> list[int]:
        if isinstance(b, Once) and g > 1:
            return self.drawn[b.name]
        if not isinstance(b, (Draw, Once)) or getattr(b, "keep", None) is not None:
            raise OutsideFragment(f"batch {b!r} in a pooled Gaussian loop", part=repr(b))
        if not isinstance(b.source, (Truth, Model)):
            raise OutsideFragment("data from a mixture of Gaussians", part="Mix")
        size = integer(self._number(b.size, g), "size of a batch")
        if len(self.rows) + size > MOST_DRAWS:
            raise BudgetExceeded("too many raw draws", part="size of a Gaussian batch")
        lag = b.source.lag if isinstance(b.source, Model) else g
        if lag > g:
            raise OutsideFragment(f"a model before the truth at generation {g}", part="Model")
        mean, spread = self.models[g - lag]
        numbers = list(range(len(self.rows), len(self.rows) + size))
        old = [self.product(mean, {j: fmpq(1)}) for j in range(len(self.rows))]
        square = self.product(mean, mean)
        for k in range(size):
            self.rows.append([*old, *[square] * k, square + spread])
        self.drawn.setdefault(b.name, []).extend(numbers)
        return numbers


def pooled_mean(x: sp.Expr, at: Mapping) -> fmpq:
    """The mean of a sum of numbers times |mean differences|^2 or traces of covariances."""
    total = fmpq(0)
    for term in sp.Add.make_args(sp.expand(x)):
        c, node = fmpq(1), None
        for f in sp.Mul.make_args(term):
            if f.atoms(Q.ModelVec, Q.CovVec) and node is None:
                node = f
            elif f.atoms(Q.TruthCov) and isinstance(f, Q.Trace):
                c *= _Run(f.args[0].args[0].process, at, 0).spread
            else:
                c *= rational(ground(f, at), str(f))
        total += c * (fmpq(1) if node is None else _value(node, at))
    return total


def _value(node: sp.Expr, at: Mapping) -> fmpq:
    if not isinstance(node, (Q.SqNorm, Q.Trace)):
        raise OutsideFragment(f"the mean of {node} in a pooled Gaussian loop", part=str(node))
    vec = node.args[0]
    terms = vec.terms if isinstance(vec, Q.Comb) else [(sp.Integer(1), vec)]
    (process,) = Q.processes_of(node)
    coefficients = [rational(ground(c, at), "coefficient") for c, _ in terms]
    moving = (Q.ModelVec, Q.CovVec)
    places = [
        integer(ground(process.internal(v.args[1]), at), "generation")
        if isinstance(v, moving)
        else 0
        for _, v in terms
    ]
    run = _Run(process, at, max(places))
    if isinstance(node, Q.Trace):
        return sum(
            (c * run.models[g][1] for c, g in zip(coefficients, places, strict=True)), fmpq(0)
        )
    kinds = {isinstance(v, (Q.ModelVec, Q.TruthVec)) for _, v in terms}
    if kinds != {True} or sum(coefficients) != 0:
        raise OutsideFragment("only distances of means are known", part=str(node))
    weights: Weights = {}
    for c, g in zip(coefficients, places, strict=True):
        for i, w in run.models[g][0].items():
            weights[i] = weights.get(i, fmpq(0)) + c * w
    return run.product(weights, weights)
