"""Turn a grounded expression or event into a function of one run's concrete vectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import sympy as sp
from flint import fmpq

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.errors import DomainError, OutsideFragment

from . import functionals
from .draws import TRUTH, Slot
from .ground import At, integer, probability_vector
from .instance import Instance
from .leaves import BASE, as_relation, leaves, time_relations, tokens
from .numbers import Number, apply, compare, finite
from .vectors import IntVec, coordinates

__all__ = ["Env", "Nested", "Reader"]

#: The slots of one run: vectors, and an int for the "hit" slot.
Env = Mapping[Slot, object]
_HOLDS: dict[str, Callable[[int], bool]] = {
    "=": lambda c: c == 0,
    "!=": lambda c: c != 0,
    "<=": lambda c: c <= 0,
    "<": lambda c: c < 0,
    ">=": lambda c: c >= 0,
    ">": lambda c: c > 0,
}
_LOGIC = (
    *(S.And, S.Or, S.Not, S.Implies, S.Iff),
    *(sp.And, sp.Or, sp.Not, sp.Implies, sp.Equivalent),
)


class Nested(Protocol):
    """What a reader asks for the means and probabilities inside an expression."""

    def constant(self, node: sp.Expr) -> Number: ...

    def table(self, node: sp.Expr, reader: Reader) -> Mapping[tuple, Number]: ...


class Reader:
    """Reads expressions over the cells of one process instance (or of no process at all)."""

    def __init__(
        self,
        at: At,
        cells: Sequence[tuple[int, ...]],
        instance: Instance | None,
        nested: Nested,
    ):
        self.at, self.cells, self.instance, self.nested = at, tuple(cells), instance, nested
        self.horizon = 0

    # -- vectors ----------------------------------------------------------------------------

    def slot(self, v: sp.Basic) -> Slot:
        """The slot of a random vector or of the truth."""
        if self.instance is None:
            raise OutsideFragment(f"{v} belongs to no process here", part="no process")
        process = self.instance.process
        if isinstance(v, Q.TruthVec):
            return TRUTH
        g = integer(process.internal(v.args[-1]), f"index of a vector of {process.name}")
        if isinstance(v, Q.ModelVec):
            return self.instance.model(g)
        if g < 1:
            raise OutsideFragment(f"{v}: no data were drawn before the first fit", part="index")
        if isinstance(v, Q.NoiseVec):
            return ("noise", g)
        slot = self.instance.by_name(v.args[1].name, g)
        if slot is None:
            raise OutsideFragment(f"{v}: no batch of this name at this index", part="index")
        return slot

    def slots(self, e: sp.Basic) -> set[Slot]:
        """The slots that `e` needs, the truth left out; fixes how far T is followed."""
        out: set[Slot] = set()
        for leaf in leaves(e):
            if isinstance(leaf, Q.CollapseTime):
                continue
            if isinstance(leaf, Q.Fixation):
                raise OutsideFragment("fixation together with other events", part="fixation")
            if not isinstance(leaf, Q.AnyVec):
                out.add(self.slot(leaf))
        self.horizon = max([self.horizon, *map(self._horizon, time_relations(e))])
        if self.horizon:
            out.add(("hit", self.horizon))
        return out - {TRUTH}

    def _horizon(self, rel: S.Rel) -> int:
        limit = next(x for x in (rel.lhs, rel.rhs) if not isinstance(x, Q.CollapseTime))
        if list(leaves(limit)) or not sp.sympify(limit).is_finite or self.instance is None:
            raise OutsideFragment(
                f"T is followed to a finite index only: {rel}", part="collapse time"
            )
        return max(0, int(sp.floor(self.instance.process.internal(limit))))

    def vector(self, v: Q.Vec) -> Callable[[Env], list[fmpq]]:
        """The coordinates of a vector over the cells."""
        if isinstance(v, Q.Comb):
            parts = [(self.number(c), self.vector(w)) for c, w in v.terms]
            size = len(self.cells)

            def combined(env: Env) -> list[fmpq]:
                total = [fmpq(0)] * size
                for factor, part in parts:
                    by = factor(env)
                    if not isinstance(by, fmpq):
                        raise OutsideFragment(f"an irrational factor in {v}", part="coefficient")
                    total = [x + by * y for x, y in zip(total, part(env), strict=True)]
                return total

            return combined
        if isinstance(v, Q.AnyVec):
            values = probability_vector(self.at.get(v.args[0]), v.args[0])
            size = sum(map(len, self.cells))
            if len(values) != size:
                raise DomainError(f"{v.args[0]} has {len(values)} classes, not {size}")
            fixed = [sum((values[i] for i in cell), fmpq(0)) for cell in self.cells]
            return lambda env: fixed
        if not isinstance(v, BASE):
            raise OutsideFragment(f"unknown vector {v}", part=type(v).__name__)
        slot = self.slot(v)

        def base(env: Env) -> list[fmpq]:
            value: IntVec = env[slot]  # type: ignore[assignment]
            return coordinates(value)

        return base

    def _functional(self, e: Q.Functional) -> Callable[[Env], Number]:
        if isinstance(e, (Q.Coord, Q.Mass)):
            wanted = tokens(e, sum(map(len, self.cells)))
            chosen = [k for k, cell in enumerate(self.cells) if set(cell) <= wanted]
            if sum(len(self.cells[k]) for k in chosen) != len(wanted):
                raise AssertionError(f"the lumping {self.cells} does not resolve {e}")
            vector = self.vector(e.args[0])
            return lambda env: sum((vector(env)[k] for k in chosen), fmpq(0))
        if not e.vectors:
            name = type(e).__name__
            raise OutsideFragment(f"{e} is no function of finitely many models", part=name)
        vectors = [self.vector(v) for v in e.vectors]
        numbers = [self.number(a) for a in e.args if not isinstance(a, Q.Vec)]
        kind = type(e)
        return lambda env: functionals.evaluate(
            kind, [v(env) for v in vectors], [x(env) for x in numbers]
        )

    # -- numbers ----------------------------------------------------------------------------

    def number(self, e: sp.Basic) -> Callable[[Env], Number]:
        """A number as a function of the run's vectors."""
        if isinstance(e, (Q.Mean, Q.Prob)):
            if not any(True for _ in leaves(e)):
                fixed = self.nested.constant(e)
                return lambda env: fixed
            table, keys = self.nested.table(e, self), [self.slot(v) for v in e.args[1]]
            return lambda env: table[tuple(env[k] for k in keys)]
        if isinstance(e, (Q.DrawCount, Q.Coefficient)):
            fixed = self.nested.constant(e)
            return lambda env: fixed
        if isinstance(e, Q.Functional):
            return self._functional(e)
        if isinstance(e, sp.Piecewise):
            return self._piecewise(e)
        if not e.args or (e.is_number and not e.has(Q.Mean, Q.Prob, Q.Functional)):
            if e.free_symbols:
                raise DomainError(f"{e} has no value in this instance")
            value = finite(e)
            return lambda env: value
        func, parts = e.func, [self.number(a) for a in e.args]
        return lambda env: apply(func, [p(env) for p in parts])

    def _piecewise(self, e: sp.Piecewise) -> Callable[[Env], Number]:
        branches = [(self.event(c), self.number(x)) for x, c in e.args]

        def value(env: Env) -> Number:
            for holds, number in branches:
                if holds(env):
                    return number(env)
            raise OutsideFragment(f"no branch of {e} applies", part="piecewise")

        return value

    # -- events -----------------------------------------------------------------------------

    def event(self, e: sp.Basic) -> Callable[[Env], bool]:
        """An event as a function of the run's vectors."""
        if e in (sp.true, sp.false):
            return lambda env: bool(e)
        if (rel := as_relation(e)) is not None:
            return self._relation(rel)
        if isinstance(e, S.Member):
            x, first, last = (self.number(a) for a in e.args)
            return lambda env: (
                isinstance(k := x(env), fmpq)
                and k.q == 1
                and compare(k, first(env)) >= 0
                and compare(k, last(env)) <= 0
            )
        if isinstance(e, Q.IsDirac):
            vector = self.vector(e.args[0])
            return lambda env: sorted(vector(env))[-1:] == [1] and sum(map(abs, vector(env))) == 1
        parts = [self.event(a) for a in e.args] if isinstance(e, _LOGIC) else []
        if isinstance(e, (S.And, sp.And)):
            return lambda env: all(p(env) for p in parts)
        if isinstance(e, (S.Or, sp.Or)):
            return lambda env: any(p(env) for p in parts)
        if isinstance(e, (S.Not, sp.Not)):
            return lambda env: not parts[0](env)
        if isinstance(e, (S.Implies, sp.Implies)):
            return lambda env: not parts[0](env) or parts[1](env)
        if isinstance(e, (S.Iff, sp.Equivalent)):
            return lambda env: len({p(env) for p in parts}) == 1
        raise OutsideFragment(f"the exact engine cannot decide {e}", part=type(e).__name__)

    def _relation(self, e: S.Rel) -> Callable[[Env], bool]:
        holds = _HOLDS[e.op]
        if isinstance(e.lhs, Q.Vec):
            v, w = self.vector(e.lhs), self.vector(e.rhs)
            return lambda env: holds(int(v(env) != w(env)))
        if isinstance(e.rhs, Q.CollapseTime):
            e = S.Rel(S.FLIP[e.op], e.rhs, e.lhs)
            holds = _HOLDS[e.op]
        if not isinstance(e.lhs, Q.CollapseTime):
            x, y = self.number(e.lhs), self.number(e.rhs)
            return lambda env: holds(compare(x(env), y(env)))
        if self._horizon(e) > self.horizon:
            raise AssertionError(f"T is not followed far enough for {e}")
        limit, slot, instance = self.number(e.rhs), ("hit", self.horizon), self.instance
        assert instance is not None

        def time(env: Env) -> bool:
            g: int = env.get(slot, 0)  # type: ignore[assignment]
            return holds(compare(finite(instance.process.paper(g)), limit(env)) if g else 1)

        return time
