"""Collapse times and fixation: absorbing solves on the finite chain of a process, in rationals.

A process whose sizes, weights and shares do not change with the generation, and that pools only
batches of the last few generations, is a Markov chain on finitely many states from generation
`max_lag + 1` on. `Average` and `Accumulate` have no such finite state and are refused.
"""

from __future__ import annotations

import sympy as sp
from flint import fmpq, fmpq_mat

from refutable.derivations.errors import OutsideFragment
from refutable.derivations.process import (
    Accumulate,
    Average,
    Draw,
    Exact,
    Once,
    Pool,
    Process,
)

from .chain import Chain, Law, State
from .draws import TRUTH, Slot, birth
from .ground import At, ground
from .numbers import Number
from .vectors import IntVec, is_dirac

__all__ = ["Steady", "expected_time", "fixation"]


def _step_numbers(process: Process) -> list[sp.Expr]:
    step = process.step
    out: list[sp.Expr] = list(step.weights or ()) if isinstance(step, Pool) else []
    for b in step.batches:
        if isinstance(b, Draw):
            out.append(b.size)
            out += [b.keep.real, b.keep.synthetic] if b.keep else []
        if isinstance(b, (Draw, Exact)):
            out += [w for w, _ in b.source.terms()]
    return out


def _refuse_growing(process: Process, at: At) -> None:
    sources = [b.source for b in process.step.batches if isinstance(b, (Draw, Exact, Once))]
    parts = [s for source in sources for _, s in source.terms()]
    if isinstance(process.step, Accumulate) or any(isinstance(s, Average) for s in parts):
        raise OutsideFragment(
            f"process {process.name} keeps all earlier data or models: no finite state",
            part="unbounded state",
        )
    values = {k: v for k, v in at.items() if k != process.index}
    for e in _step_numbers(process):
        if process.index in ground(e, values).free_symbols:
            raise OutsideFragment(
                f"process {process.name}: {e} changes with the generation; its infinite run is no"
                " homogeneous chain",
                part="sizes that change with the generation",
            )


class Steady:
    """The homogeneous chain of a process from generation `g` on, and its law at that generation."""

    def __init__(self, chain: Chain):
        self.chain = chain
        process = chain.instance.process
        _refuse_growing(process, chain.instance.at)
        self.g = process.max_lag + 1
        far = self.g + 2 * process.max_lag + 3
        model = chain.instance.model
        layouts = chain.layouts({model(far)})
        self.layout = tuple(dict.fromkeys((*layouts[self.g], model(self.g))))
        self.next = tuple(_shifted(s) for s in self.layout)
        if set(self.next) != {*layouts[self.g + 1], model(self.g + 1)}:
            raise OutsideFragment(
                f"process {process.name} has no finite state", part="unbounded state"
            )
        self.model = self.layout.index(model(self.g))
        self._rows: dict[State, Law] = {}

    def start(self) -> Law:
        """The law at generation g of the state, followed by the first collapsed generation or 0."""
        hit: Slot = ("hit", self.g)
        layout, law = self.chain.law({*self.layout, hit})
        out: Law = {}
        for values, w in law.items():
            at = dict(zip(layout, values, strict=True))
            key = (*(at[s] for s in self.layout), at[hit])
            out[key] = out.get(key, 0) + w
        return out

    def row(self, state: State) -> Law:
        """The law of the next state."""
        if state not in self._rows:
            known = dict(zip(self.layout, state, strict=True))
            self._rows[state] = self.chain.step(known, self.next, self.g + 1)
        return self._rows[state]

    def reachable(self, starts: set[State], stop: set[State] | None = None) -> list[State]:
        """The states reachable from `starts`; point masses end a path where `stop` is given."""
        seen, queue = dict.fromkeys(starts), list(starts)
        while queue:
            state = queue.pop()
            if stop is not None and self.collapsed(state):
                stop.add(state)
                continue
            for new in self.row(state):
                if new not in seen:
                    seen[new] = None
                    queue.append(new)
        return list(seen)

    def collapsed(self, state: State) -> bool:
        """Whether the model of this state is a point mass."""
        vector: IntVec = state[self.model]
        return is_dirac(vector)

    def solve(self, unknown: list[State], gain: dict[State, fmpq]) -> dict[State, fmpq]:
        """x with x(a) = gain(a) + sum over unknown b of P(a, b) x(b); gain 0 where not given."""
        if not unknown:
            return {}
        size = len(unknown)
        self.chain.budget.spend(size**3 // 16)
        place = {s: k for k, s in enumerate(unknown)}
        matrix = fmpq_mat(size, size)
        for a, k in place.items():
            matrix[k, k] = 1
            for b, w in self.row(a).items():
                if b in place:
                    matrix[k, place[b]] -= w
        right = fmpq_mat(size, 1, [gain.get(s, fmpq(0)) for s in unknown])
        found = matrix.solve(right)
        return {s: found[k, 0] for s, k in place.items()}


def _shifted(slot: Slot) -> Slot:
    return slot if slot[0] == "once" or slot == TRUTH else (*slot[:-1], birth(slot) + 1)


def _able(steady: Steady, states: list[State], goal: set[State]) -> set[State]:
    """The states from which the goal is reached with positive probability."""
    able = set(goal)
    grew = True
    while grew:
        more = {s for s in states if s not in able and any(b in able for b in steady.row(s))}
        able |= more
        grew = bool(more)
    return able


def expected_time(chain: Chain) -> Number:
    """E[T] in generations (the first fit is 1); infinite where T may be infinite.

    Needs every token in a cell of its own.
    """
    steady = Steady(chain)
    law = steady.start()
    total = sum((w * state[-1] for state, w in law.items()), fmpq(0))
    open_: Law = {}
    for state, w in law.items():
        if not state[-1]:
            open_[state[:-1]] = open_.get(state[:-1], 0) + w
    ends: set[State] = set()
    states = steady.reachable(set(open_), ends)
    inner = [s for s in states if s not in ends]
    if len(_able(steady, inner, ends)) < len(states):
        return sp.oo
    wait = steady.solve(inner, dict.fromkeys(inner, fmpq(1)))
    return total + sum((w * (steady.g + wait[s]) for s, w in open_.items()), fmpq(0))


def fixation(chain: Chain) -> fmpq:
    """P(the models converge to the point mass on the first cell of the chain).

    A finite chain converges to it exactly when it ends in a closed set of states whose models are
    all that point mass.
    """
    steady = Steady(chain)
    law: Law = {}
    for state, w in steady.start().items():
        law[state[:-1]] = law.get(state[:-1], 0) + w
    states = steady.reachable(set(law))
    closed = {s for s in states if steady.collapsed(s) and s[steady.model][1] == 1}
    while leaving := {s for s in closed if any(b not in closed for b in steady.row(s))}:
        closed -= leaving
    inner = [s for s in _able(steady, states, closed) if s not in closed]
    gain = {s: sum((w for b, w in steady.row(s).items() if b in closed), fmpq(0)) for s in inner}
    chance = steady.solve(inner, gain)
    return sum((w * (1 if s in closed else chance.get(s, 0)) for s, w in law.items()), fmpq(0))
