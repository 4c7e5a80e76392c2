"""The symbolic engine: from a quantity of a process to a formula, with every step recorded.

`derive(node)` takes a Mean or Prob node and nothing else of the claim. The formula is in the
process's parameters and functionals of the truth, valid from some generation on; the values of
earlier generations are computed one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import sympy as sp

from . import quantity as Q
from .errors import OutsideFragment
from .families import Categorical
from .filters import kept_chance, kept_count
from .moments import Recurrence
from .process import Draw, Model, Pool, Process
from .recurrences import ClosedForm, closed_form, iterate
from .remember import remembered
from .statement import Rel
from .steps import Step
from .terms import Term, name_truth, terms

__all__ = ["Derived", "at_generation", "derive", "full_resample", "one_step"]


@dataclass(frozen=True)
class Derived:
    """A derived quantity.

    formula: valid where `index >= valid_from` (a number in the paper's clock, or None where the
    index is a number).  early: the value at a concrete earlier index.
    recurrence, closed: how it was obtained, where there is a recurrence.
    """

    node: sp.Expr
    formula: sp.Expr
    index: sp.Expr | None
    valid_from: sp.Expr | None
    steps: tuple[Step, ...]
    recurrence: Recurrence | None = None
    closed: ClosedForm | None = None
    early: Callable[[int], sp.Expr] | None = field(default=None, compare=False)


@remembered(4096)
def derive(node: sp.Expr) -> Derived:
    """The formula of a Mean or Prob node; raises OutsideFragment, naming what it cannot."""
    if isinstance(node, Q.Prob):
        return _probability(node)
    if not isinstance(node, Q.Mean):
        raise OutsideFragment(f"{type(node).__name__} is not an expectation", part=str(node))
    if isinstance(node.args[0], Q.KeptCount) and node.given is None:
        size, chance = kept_count(node.args[0])
        return Derived(node, size * chance, None, None, ())
    if node.given is not None:
        return one_step(node)
    formula, steps, valid, index, rec, closed = sp.Integer(0), [], None, None, None, None
    found = list(terms(node.args[0]))
    for t in found:
        if t.target == 1:
            formula += t.coefficient
            continue
        if not t.symbolic:
            value = name_truth(t.system.early(t.target, int(t.top)), t)
            formula += t.coefficient * value
            steps.append(Step("early", node, value, {"generation": t.top}))
            continue
        g = sp.Dummy("g", integer=True)
        rec = t.system.recurrence(t.target, t.system.warm_up, g)
        closed = closed_form(rec)
        steps += _story(t, rec, closed)
        formula += t.coefficient * name_truth(closed.formula.xreplace({g: t.top}), t)
        start = t.system.process.paper(closed.start) - (t.top - _index_symbol(t.top))
        start -= t.system.process.origin - 1
        valid = start if valid is None else sp.Max(valid, start)
        index = _index_symbol(t.top)
    one = len([t for t in found if t.target != 1]) == 1
    return Derived(
        node,
        formula,
        index,
        valid,
        tuple(steps),
        rec if one else None,
        closed if one else None,
        _early(node, index),
    )


def _index_symbol(top: sp.Expr) -> sp.Expr:
    (s,) = top.free_symbols
    return s


def _early(node: sp.Expr, index: sp.Expr | None) -> Callable[[int], sp.Expr] | None:
    if index is None:
        return None
    return lambda k: derive(node.subs(index, k)).formula


def one_step(node: Q.Mean) -> Derived:
    """A mean given earlier models: pulled back until only the given vectors are left."""
    given = node.given
    if not isinstance(given, sp.Tuple):
        raise OutsideFragment("a mean given an event", part=str(given))
    out: sp.Expr = sp.Integer(0)
    steps: list[Step] = []
    for t in terms(node.args[0]):
        if t.target == 1:
            out += t.coefficient
            continue
        process = t.system.process
        allowed = {process.internal(v.args[-1]) for v in given if isinstance(v, Q.ModelVec)}
        if t.top - 1 not in allowed:
            raise OutsideFragment("a mean given models of more than one generation ago")
        g = t.top if t.symbolic else int(t.top)
        step = sp.Dummy("g", integer=True) if t.symbolic else g
        back = sp.expand(t.system.pull_back(t.target, step))
        left = back.free_symbols & set(t.system.components.values())
        names = {s: c for c, s in t.system.components.items() if s in left}
        vectors = {}
        for s, c in names.items():
            if c[0] != "model" or t.top - c[1] not in allowed:
                raise OutsideFragment(f"the mean also depends on {c}", part=str(c))
            vectors[s] = process.model(process.paper(t.top - c[1]))
        back = back.xreplace({step: g}) if t.symbolic else back
        out += t.coefficient * t.system.opened(_name_given(back, vectors, t))
        steps.append(Step("one step", node, out, {"term": t.target}))
    return Derived(node, out, None, None, tuple(steps))


def _name_given(back: sp.Expr, vectors: dict[sp.Symbol, Q.Vec], t: Term) -> sp.Expr:
    process, theta = t.system.process, t.system.theta
    if t.token is not None:
        names: dict[sp.Basic, sp.Expr] = {s: t.kind(v, t.token) for s, v in vectors.items()}
        return back.xreplace({**names, theta: t.kind(process.truth, t.token)})
    table = {**vectors, theta: process.truth}
    poly = sp.Poly(back, *table)
    out: sp.Expr = sp.Integer(0)
    for powers, c in poly.terms():
        vs = [v for v, k in zip(table.values(), powers, strict=True) for _ in range(k)]
        if len(vs) == 1 and isinstance(process.family, Categorical):
            out += c
        elif len(vs) == 2:
            out += c * _inner(*vs)
        elif c != 0:
            raise OutsideFragment("a sum over coordinates of a constant")
    return out


def _inner(v: Q.Vec, w: Q.Vec) -> sp.Expr:
    """Inner product by polarisation."""
    if v == w:
        return Q.SqNorm(v)
    return (Q.SqNorm(v) + Q.SqNorm(w) - Q.SqNorm(v - w)) / 2


def _probability(node: Q.Prob) -> Derived:
    event = node.args[0]
    if isinstance(event, Rel) and event.op == "=" and isinstance(event.lhs, Q.KeptCount):
        return Derived(node, kept_chance(*kept_count(event.lhs), event.rhs), None, None, ())
    if not isinstance(event, Q.Fixation) or node.given is not None:
        raise OutsideFragment(
            f"the probability of {type(event).__name__} does not close", part=str(event)
        )
    process, token = event.args[0].process, event.args[1]
    size = full_resample(process)
    if size is None:
        raise OutsideFragment("fixation is derived for full resampling of the latest model only")
    m = sp.Dummy("m", integer=True)
    x = Q.Coord(process.model(m), token)
    first, second = derive(Q.Mean(x)), derive(Q.Mean(x - x**2))
    decay = [
        f
        for f in sp.Mul.make_args(sp.factor(second.formula))
        if f.is_Pow and m in f.exp.free_symbols
    ]
    if m in first.formula.free_symbols or not decay:
        raise OutsideFragment("the coordinate is no martingale that settles")
    return Derived(
        node,
        first.formula,
        None,
        None,
        (
            *first.steps,
            *second.steps,
            Step(
                "lattice fixation",
                node,
                first.formula,
                {"size": size, "mean": first.formula, "spread": second.formula},
            ),
        ),
    )


def full_resample(process: Process) -> sp.Expr | None:
    """The size n if every generation is n fresh draws from the latest model, else None."""
    if process.first is not None or not isinstance(process.family, Categorical):
        return None
    step = process.step
    if not isinstance(step, Pool) or len(step.batches) != 1:
        return None
    (b,) = step.batches
    if not isinstance(b, Draw) or b.keep is not None or b.source != Model(1):
        return None
    return None if process.index in b.size.free_symbols else b.size


def _story(t: Term, rec: Recurrence, closed: ClosedForm) -> list[Step]:
    return [
        Step("recurrence", t.target, rec, {"system": t.system}),
        Step("closed form", rec, closed, {"system": t.system}),
    ]


def at_generation(d: Derived, generation: int) -> sp.Expr:
    """The value at a concrete internal generation by running the recurrence, not the formula."""
    if d.recurrence is None:
        raise OutsideFragment("no recurrence was derived")
    return iterate(d.recurrence, generation)
