"""The symbolic engine: from a quantity of a process to a formula, with every step recorded.

`derive(node)` takes a Mean or Prob node and nothing else of the claim. The formula is in the
process's parameters and functionals of the truth, valid from some generation on; the values of
earlier generations are computed one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import sympy as sp

from . import quantity as Q
from .errors import OutsideFragment
from .families import Categorical, Linear
from .moments import MomentSystem, Recurrence
from .process import Draw, Model, Pool, Process
from .recurrences import ClosedForm, closed_form, iterate
from .steps import Step

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


@dataclass(frozen=True)
class _Term:
    """One summand of a Mean: coefficient x E[target], target in components of one system."""

    coefficient: sp.Expr
    system: MomentSystem
    target: sp.Expr
    token: sp.Expr | None  # None: summed over coordinates
    top: sp.Expr  # internal generation of the latest vector
    symbolic: bool
    kind: type


@lru_cache(maxsize=4096)
def derive(node: sp.Expr) -> Derived:
    """The formula of a Mean or Prob node; raises OutsideFragment, naming what it cannot."""
    if isinstance(node, Q.Prob):
        return _probability(node)
    if not isinstance(node, Q.Mean):
        raise OutsideFragment(f"{type(node).__name__} is not an expectation", part=str(node))
    if node.given is not None:
        return one_step(node)
    formula, steps, valid, index, rec, closed = sp.Integer(0), [], None, None, None, None
    terms = list(_terms(node.args[0]))
    for t in terms:
        if t.target == 1:
            formula += t.coefficient
            continue
        if not t.symbolic:
            value = _name_truth(t.system.early(t.target, int(t.top)), t)
            formula += t.coefficient * value
            steps.append(Step("early", node, value, {"generation": t.top}))
            continue
        g = sp.Dummy("g", integer=True)
        rec = t.system.recurrence(t.target, t.system.warm_up, g)
        closed = closed_form(rec)
        steps += _story(t, rec, closed)
        formula += t.coefficient * _name_truth(closed.formula.xreplace({g: t.top}), t)
        start = t.system.process.paper(closed.start) - (t.top - _index_symbol(t.top))
        start -= t.system.process.origin - 1
        valid = start if valid is None else sp.Max(valid, start)
        index = _index_symbol(t.top)
    one = len([t for t in terms if t.target != 1]) == 1
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


def _terms(x: sp.Expr):  # type: ignore[no-untyped-def]
    """The summands of a random number, each a polynomial in one coordinate or one square norm."""
    atoms = [a for a in _outermost(x) if _is_random(a)]
    if not atoms:
        yield _Term(x, None, sp.Integer(1), None, sp.Integer(0), False, Q.Coord)  # type: ignore[arg-type]
        return
    names = {a: sp.Dummy(f"a{k}") for k, a in enumerate(atoms)}
    try:
        poly = sp.Poly(sp.expand(x.xreplace(names)), *names.values())
    except sp.PolynomialError as err:
        raise OutsideFragment(f"{x} is no polynomial in functionals", part=str(x)) from err
    if any(c.free_symbols & set(names.values()) for c in poly.coeffs()):
        raise OutsideFragment(f"{x} is no polynomial in functionals", part=str(x))
    for powers, c in poly.terms():
        used = [(a, k) for a, k in zip(atoms, powers, strict=True) if k]
        if not used:
            yield _Term(c, None, sp.Integer(1), None, sp.Integer(0), False, Q.Coord)  # type: ignore[arg-type]
            continue
        yield _monomial(c, used)


def _monomial(c: sp.Expr, used: list[tuple[sp.Expr, int]]) -> _Term:
    kinds = {type(a) for a, _ in used}
    if kinds == {Q.SqNorm}:
        if len(used) > 1 or used[0][1] > 1:
            raise OutsideFragment(
                "a product of square norms", part=" * ".join(str(a) for a, _ in used)
            )
        vectors, token, kind = [(used[0][0].args[0], 2)], None, Q.SqNorm
    elif kinds in ({Q.Coord}, {Q.Mass}):
        tokens = {a.args[1] for a, _ in used}
        if len(tokens) > 1:
            raise OutsideFragment(f"a product of coordinates {sorted(map(str, tokens))}")
        (token,), (kind,) = tokens, kinds
        vectors = [(a.args[0], k) for a, k in used]
    else:
        word = next(
            iter(sorted(k.__name__ for k in kinds - {Q.SqNorm, Q.Coord, Q.Mass})), "a product"
        )
        raise OutsideFragment(f"the mean of {word} does not close", part=word)
    process = _process(vectors)
    leaves = [v for vec, _ in vectors for _, v in _linear(vec)]
    system, place, top, symbolic = _clock(process, leaves)
    target = sp.Integer(1)
    for vec, k in vectors:
        target *= sum((w * place(v) for w, v in _linear(vec)), sp.Integer(0)) ** k
    if isinstance(process.family, Linear):
        if (
            token is not None
            or sp.simplify(sum(w for vec, _ in vectors for w, _ in _linear(vec))) != 0
        ):
            raise OutsideFragment("in a linear model only distances between weights close")
        target = sp.expand(target.xreplace({system.theta: sp.Integer(0)}))
    return _Term(c, system, sp.expand(target), token, top, symbolic, kind)


def _clock(process: Process, leaves: list[Q.Vec]):  # type: ignore[no-untyped-def]
    """The moment system, the component of each vector, and the generation of the latest one."""
    generations = {
        v: process.internal(v.args[-1]) for v in leaves if isinstance(v, (Q.ModelVec, Q.BatchVec))
    }
    split = {v: (e.as_coeff_Add()[1], e.as_coeff_Add()[0]) for v, e in generations.items()}
    bases = {rest for rest, _ in split.values() if rest != 0}
    if len(bases) > 1:
        raise OutsideFragment(f"generations that differ by a symbol: {sorted(map(str, bases))}")
    symbolic = bool(bases)
    base = next(iter(bases), sp.Integer(0))
    if symbolic and not base.is_Symbol:
        raise OutsideFragment(f"generation {base} is not a symbol plus a number")
    moving = {v: int(c) for v, (rest, c) in split.items() if rest != 0 or not symbolic}
    top = max(moving.values(), default=0)
    lags = 1 + max((top - c for c in moving.values()), default=0) if symbolic else 1
    system = MomentSystem(process, lags=lags)

    def place(v: Q.Vec) -> sp.Expr:
        if isinstance(v, Q.TruthVec):
            return system.theta
        if isinstance(v, Q.BatchVec):
            name = v.args[1].name
            if any(
                b.name == name and type(b).__name__ == "Once"
                for f in process.fits
                for b in f.batches
            ):
                return system.symbol(("once", name))
            if not symbolic and moving[v] != top:
                raise OutsideFragment("batches of different concrete generations")
            return system.symbol(("past", name, 1 + top - moving[v]))
        if v in moving and symbolic:
            return system.symbol(("model", 1 + top - moving[v]))
        c = int(split[v][1])
        if c < 0:
            raise OutsideFragment(f"generation {c} of {process.name} does not exist")
        if not symbolic and c == top:
            return system.symbol(("model", 1)) if c else system.theta
        return system.symbol(("frozen", c))

    for v in leaves:
        place(v) if not isinstance(v, Q.TruthVec) else None
    return system, place, base + top, symbolic


def _name_truth(e: sp.Expr, t: _Term) -> sp.Expr:
    """Powers of the true coordinate as functionals of the truth."""
    process, theta = t.system.process, t.system.theta
    if isinstance(process.family, Linear):
        return e.xreplace({theta: sp.Integer(0)})
    if t.token is not None:
        return e.xreplace({theta: t.kind(process.truth, t.token)})
    out: sp.Expr = sp.Integer(0)
    for summand in sp.Add.make_args(e):
        free, bound = summand.as_independent(theta, as_Add=False)
        num, den = sp.fraction(sp.together(bound))
        if theta in den.free_symbols:
            raise OutsideFragment("a sum over coordinates of a quotient")
        part: sp.Expr = sp.Integer(0)
        for (k,), c in sp.Poly(num, theta).terms():
            if k == 0 or k > 2:
                raise OutsideFragment(f"a sum of powers {k} of the truth has no name")
            part += c * (sp.Integer(1) if k == 1 else Q.SqNorm(process.truth))
        out += free * sp.factor(part) / den
    return out


def one_step(node: Q.Mean) -> Derived:
    """A mean given earlier models: pulled back until only the given vectors are left."""
    given = node.given
    if not isinstance(given, sp.Tuple):
        raise OutsideFragment("a mean given an event", part=str(given))
    out: sp.Expr = sp.Integer(0)
    steps: list[Step] = []
    for t in _terms(node.args[0]):
        if t.target == 1:
            out += t.coefficient
            continue
        process = t.system.process
        allowed = {process.internal(v.args[-1]) for v in given if isinstance(v, Q.ModelVec)}
        if t.top - 1 not in allowed:
            raise OutsideFragment("a mean given models of more than one generation ago")
        g = t.top if t.symbolic else int(t.top)
        back = t.system.pull_back(t.target, sp.Dummy("g", integer=True) if t.symbolic else g)
        back = sp.expand(back)
        left = back.free_symbols & set(t.system.components.values())
        names = {s: c for c, s in t.system.components.items() if s in left}
        vectors = {}
        for s, c in names.items():
            if c[0] != "model" or t.top - c[1] not in allowed:
                raise OutsideFragment(f"the mean also depends on {c}", part=str(c))
            vectors[s] = process.model(process.paper(t.top - c[1]))
        out += t.coefficient * _name_given(back, vectors, t)
        steps.append(Step("one step", node, out, {"term": t.target}))
    return Derived(node, out, None, None, tuple(steps))


def _name_given(back: sp.Expr, vectors: dict[sp.Symbol, Q.Vec], t: _Term) -> sp.Expr:
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


def _story(t: _Term, rec: Recurrence, closed: ClosedForm) -> list[Step]:
    return [
        Step("recurrence", t.target, rec, {"system": t.system}),
        Step("closed form", rec, closed, {"system": t.system}),
    ]


def _process(vectors: list[tuple[Q.Vec, int]]) -> Process:
    found = Q.processes_of(sp.Tuple(*(v for v, _ in vectors)))
    if len(found) != 1:
        raise OutsideFragment("vectors of no process, or of several", part="joint law of processes")
    return found[0]


def _linear(vec: Q.Vec) -> list[tuple[sp.Expr, Q.Vec]]:
    if isinstance(vec, Q.Comb):
        return vec.terms
    if isinstance(vec, (Q.TruthVec, Q.ModelVec, Q.BatchVec)):
        return [(sp.Integer(1), vec)]
    raise OutsideFragment(f"{type(vec).__name__} is no linear statistic here", part=str(vec))


def _outermost(x: sp.Basic) -> list[sp.Expr]:
    """Functional nodes that stand under no other functional, in order of appearance."""
    found: list[sp.Expr] = []
    walk = sp.preorder_traversal(x)
    for node in walk:
        if isinstance(node, Q.Functional):
            if node not in found:
                found.append(node)
            walk.skip()
    return found


def _is_random(a: sp.Expr) -> bool:
    return bool(a.atoms(Q.ModelVec, Q.BatchVec, Q.NoiseVec, Q.CollapseTime))


def at_generation(d: Derived, generation: int) -> sp.Expr:
    """The value at a concrete internal generation by running the recurrence, not the formula."""
    if d.recurrence is None:
        raise OutsideFragment("no recurrence was derived")
    return iterate(d.recurrence, generation)
