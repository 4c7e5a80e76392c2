"""Questions about total collapse: the time T, point masses, and the token that survives.

The fully synthetic chain is read through its ancestral dual, for any number of tokens; other
processes by the absorbing solve of `hitting` or by following T to a finite generation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp
from flint import fmpq

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.errors import BudgetExceeded
from refutable.derivations.process import Process

from . import dual, hitting
from .chain import Chain
from .ground import integer
from .leaves import as_relation, leaves, tokens
from .lumping import full, token_cells
from .numbers import Number

if TYPE_CHECKING:
    from .evaluate import Evaluator

__all__ = ["mean_time", "probability"]


def mean_time(engine: Evaluator, process: Process) -> Number:
    """E[T], in the paper's index."""
    instance = engine.instance(process)
    shift = process.origin - 1
    if dual.fully_synthetic(process):
        n = instance.draws(1)[0].size
        _spend(engine, n**3 // 16)
        return dual.collapse_time(instance.truth, n) + shift
    chain = Chain(instance, full(len(instance.truth)), engine.budget)
    found = hitting.expected_time(chain)
    return found if found is sp.oo else found + shift  # type: ignore[operator]


def probability(engine: Evaluator, event: sp.Basic) -> Number | None:
    """The probability of an event about collapse; None where enumeration has to answer."""
    if isinstance(event, Q.Fixation):
        instance = engine.instance(event.args[0].process)
        size = len(instance.truth)
        (token,) = tokens(Q.Coord(Q.TruthVec(event.args[0]), event.args[1]), size)
        return hitting.fixation(Chain(instance, token_cells(token, size), engine.budget))
    if isinstance(event, Q.IsDirac) and isinstance(event.args[0], Q.ModelVec):
        process = event.args[0].args[0].process
        if not dual.fully_synthetic(process):
            return None
        g = integer(process.internal(event.args[0].args[1]), "index of a model")
        return None if g < 1 else _collapsed_by(engine, process, g)
    if (rel := as_relation(event)) is not None:
        time, limit, op = rel.lhs, rel.rhs, rel.op
        if isinstance(limit, Q.CollapseTime):
            time, limit, op = limit, time, S.FLIP[op]
        if not isinstance(time, Q.CollapseTime) or next(leaves(limit), None) is not None:
            return None
        process = time.args[0].process
        if dual.fully_synthetic(process) and sp.sympify(limit).is_number:
            return _time_relation(engine, process, op, sp.sympify(limit))
    return None


def _time_relation(engine: Evaluator, process: Process, op: str, limit: sp.Expr) -> fmpq | None:
    """P(T op limit) for the fully synthetic chain: T is finite with probability one."""
    if limit in (sp.oo, -sp.oo):
        true_at = ("<", "<=", "!=") if limit is sp.oo else (">", ">=", "!=")
        return fmpq(int(op in true_at))
    if not limit.is_real:
        return None
    g = process.internal(limit)
    below = _collapsed_by(engine, process, int(sp.ceiling(g)) - 1)
    upto = _collapsed_by(engine, process, int(sp.floor(g)))
    return {
        "<": below,
        "<=": upto,
        ">": 1 - upto,
        ">=": 1 - below,
        "=": upto - below,
        "!=": 1 - upto + below,
    }[op]


def _collapsed_by(engine: Evaluator, process: Process, g: int) -> fmpq:
    instance = engine.instance(process)
    if g < 1:
        return fmpq(0)
    n = instance.draws(1)[0].size
    _spend(engine, n * n * g // 4 + n * (n * g) ** 2 // 4000)
    return dual.collapsed_by(instance.truth, n, g)[g]


def _spend(engine: Evaluator, steps: int) -> None:
    """Operations of the dual on long integers, counted like transitions."""
    try:
        engine.budget.spend(steps)
    except BudgetExceeded:
        raise BudgetExceeded(
            f"the dual would need about {steps} steps in rationals;"
            " dual_numeric has certified intervals"
        ) from None
