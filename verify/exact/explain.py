"""Tell how a number came about, in lines that a reader can check by hand."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from flint import fmpq

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Linear
from refutable.derivations.process import Process

from ..vectortext import vector_text
from . import dual, linear
from .api import bare, value
from .chain import BUDGET, Budget, Law, State
from .draws import Slot, birth
from .evaluate import Evaluator
from .ground import At, ground, to_sympy
from .lumping import full
from .numbers import Number
from .vectors import IntVec, coordinates

__all__ = ["explain"]

#: Longest list of atoms that is written out.
MOST = 12


def explain(expr: sp.Expr, at: At, budget: int = BUDGET) -> list[str]:
    """The law that every mean in `expr` is taken over, the sum that it is, and the value.

    The laws of the models are given generation by generation; a law of more than 12 atoms is cut
    off, with the number of atoms left out. Raises as `value` does.

    >>> from refutable.derivations.families import Categorical
    >>> from refutable.derivations.process import Draw, Model, Pool, Process
    >>> FS = Process("FS", Categorical("p"), Pool([Draw(Model(), 2)]))
    >>> at = {sp.Symbol("p"): (sp.Rational(1, 2), sp.Rational(1, 2))}
    >>> for line in explain(Q.Mean(Q.SqNorm(FS.model(1))), at): print(line)
    p = (1/2, 1/2)
    FS: p(1) = (1, 0) with probability 1/4
    FS: p(1) = (1/2, 1/2) with probability 1/2
    FS: p(1) = (0, 1) with probability 1/4
    Mean(SqNorm(ModelVec(FS, 1))) = 1/4*1 + 1/2*1/2 + 1/4*1 = 3/4
    """
    grounded = ground(sp.sympify(expr), at)
    lines = [f"{k} = {_shown(v)}" for k, v in at.items()]
    told: set[str] = set()
    for node in dict.fromkeys(bare(grounded)):
        for line in _node(node, at, budget):
            if line not in told:
                lines.append(line)
                told.add(line)
    if grounded not in set(bare(grounded)):
        lines.append(f"{grounded} = {value(grounded, at, budget)}")
    return lines


def _shown(x: object) -> str:
    return vector_text(x) if isinstance(x, (tuple, list, sp.Tuple)) else str(x)


def _node(node: sp.Expr, at: At, budget: int) -> Iterator[str]:
    result = value(node, at, budget)
    tags = sorted(node.atoms(Q.Tag), key=str)
    if not isinstance(node, (Q.Mean, Q.Prob)) or len(tags) != 1:
        yield f"{node} = {result}"
        return
    process = tags[0].process
    if isinstance(process.family, Linear):
        yield from _linear(node, process, at)
        yield f"{node} = {result}"
        return
    if node.atoms(Q.CollapseTime, Q.Fixation):
        yield from _collapse(node, process, at, budget)
        yield f"{node} = {result}"
        return
    try:
        yield from _enumerated(node, process, at, budget, result)
    except OutsideFragment:  # the value came by a shorter way than the plain enumeration
        yield f"{node} = {result}"


def _enumerated(
    node: sp.Expr, process: Process, at: At, budget: int, result: sp.Expr
) -> Iterator[str]:
    engine = Evaluator(at, Budget(budget))
    exprs = [a for a in node.args if not isinstance(a, sp.Tuple)]
    instance = engine.instance(process)
    reader = engine.reader(process, exprs, full(len(instance.truth)))
    slots = set().union(*(reader.slots(e) for e in exprs))
    for g in range(1, max(map(birth, slots), default=0)):
        yield from _law(engine, process, {instance.model(g)}, reader)
    yield from _law(engine, process, slots, reader)
    runs = engine.runs(reader, exprs)
    if len(node.args) == 2:
        condition = reader.event(exprs[1])
        runs = [(env, w) for env, w in runs if condition(env)]
    values: list[tuple[fmpq, Number]] = []
    if isinstance(node, Q.Prob):
        event = reader.event(exprs[0])
        values = [(w, fmpq(int(event(env)))) for env, w in runs]
    else:
        number = reader.number(exprs[0])
        values = [(w, number(env)) for env, w in runs]
    terms = " + ".join(f"{w}*{_factor(v)}" for w, v in values[:MOST])
    terms += f" + ({len(values) - MOST} more terms)" if len(values) > MOST else ""
    total = sum((w for _, w in runs), fmpq(0))
    terms = terms if total == 1 else f"({terms}) / ({total})"
    yield f"{node} = {terms} = {result}"


def _factor(v: Number) -> str:
    text = str(to_sympy(v))
    return f"({text})" if "+" in text or "-" in text else text


def _law(engine: Evaluator, process: Process, slots: set[Slot], reader) -> Iterator[str]:  # type: ignore[no-untyped-def]
    layout, law = engine.law(reader, slots)
    told = _grouped(law) if len(law) > MOST and len(layout) == 1 else None
    if told is not None and len(told) <= MOST:
        for state, (w, count) in told.items():
            alike = f" and its {count - 1} rearrangements" if count > 1 else ""
            shown = f"{_name(layout[0], process)} = {_vector(state[0])}{alike}"
            yield f"{process.name}: {shown} with probability {w}{' in all' if alike else ''}"
        return
    for k, (state, w) in enumerate(law.items()):
        if k == MOST:
            yield f"{process.name}: and {len(law) - MOST} more atoms"
            return
        parts = [f"{_name(s, process)} = {_vector(v)}" for s, v in zip(layout, state, strict=True)]
        yield f"{process.name}: {', '.join(parts)} with probability {w}"


def _grouped(law: Law) -> dict[State, tuple[fmpq, int]] | None:
    """Vectors with the same coordinates in another order together: one of them, weight, number."""
    out: dict[tuple, list] = {}
    for state, w in law.items():
        if isinstance(state[0], int):
            return None
        key = tuple(sorted(coordinates(state[0])))
        entry = out.setdefault(key, [state, fmpq(0), 0])
        entry[1] += w
        entry[2] += 1
    return {state: (w, count) for state, w, count in out.values()}


def _name(slot: Slot, process: Process) -> str:
    if slot[0] in ("model", "pool"):
        return f"p({process.paper(slot[-1])})"
    if slot[0] == "once":
        return f"mean of {slot[1]}"
    if slot[0] == "batch":
        return f"mean of {slot[1] or 'the batch'}({process.paper(slot[2])})"
    if slot[0] == "hit":
        return f"generation of collapse up to {slot[1]} (0: none)"
    return f"{slot[0]}({process.paper(slot[-1])})"


def _vector(v: IntVec | int) -> str:
    return str(v) if isinstance(v, int) else vector_text(coordinates(v))


def _collapse(node: sp.Expr, process: Process, at: At, budget: int) -> Iterator[str]:
    instance = Evaluator(at, Budget(budget)).instance(process)
    if not dual.fully_synthetic(process) or node.atoms(Q.Fixation):
        yield f"{process.name}: by solving the absorbing chain of its states"
        return
    n = instance.draws(1)[0].size
    yield f"{process.name}: each of {n} samples copies one of the {n} samples before it"
    rows = list(dual.occupancy(n))
    for j, row in list(enumerate(rows, start=1))[1:MOST]:
        chances = ", ".join(f"{k}: {fmpq(w, n**j)}" for k, w in enumerate(row) if w)
        same = sum((x**j for x in instance.truth), fmpq(0))
        yield f"{j} samples have a number of ancestors (with probability) {chances}"
        yield f"{j} samples of generation 1 are all equal with probability {same}"


def _linear(node: sp.Expr, process: Process, at: At) -> Iterator[str]:
    for v in sorted(node.atoms(Q.ModelVec), key=str):
        found = linear.vector_coefficients(v, at)
        noise = [f"{c}*noise_{k.args[1]}" for k, c in found.items() if isinstance(k, Q.NoiseVec)]
        yield f"{process.name}: w({v.args[1]}) = w* + {' + '.join(noise)}"
    family = process.family
    assert isinstance(family, Linear)
    d, variance = ground(family.d, at), ground(family.sigma2, at)
    yield f"label noise of variance {variance} in dimension {d}"
    if family.rows is not None:
        rows = ground(family.rows, at)
        trace = linear.inverse_gram_trace(int(rows), int(d))
        yield f"E tr((Z'Z)^-1) = {trace} for a {rows} x {d} normal design Z"
