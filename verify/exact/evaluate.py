"""Means and probabilities of a categorical process, by enumerating its law."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from flint import fmpq

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Cdf, Gaussian, Linear, Scalar
from refutable.derivations.process import Process

from . import collapse, functionals, linear
from .by_token import by_token
from .cdf import integrated
from .chain import Budget, Chain, Law
from .coefficient import coefficient
from .counts import draw_count
from .draws import TRUTH, Slot, birth
from .errors import Undefined
from .filtered import kept
from .ground import At, probability_vector, to_sympy
from .instance import Instance
from .isserlis import gaussian_mean, truth_value
from .leaves import leaves
from .lumping import Cells, cells_for, full, terms
from .numbers import Number, apply, finite
from .orbits import OrbitChain, symmetric
from .pooled import pooled_mean
from .reader import Reader

__all__ = ["Evaluator"]

#: What is said of probability vectors only.
_OF_LAWS = (
    *(Q.CollapseTime, Q.IsDirac, Q.Fixation, Q.Support, Q.Mass, Q.PiMax, Q.LambdaMax),
    Q.TotalVariation,
)


class Evaluator:
    """Evaluates grounded nodes at one instance; implements `reader.Nested`."""

    def __init__(self, at: At, budget: Budget):
        self.at, self.budget = at, budget
        self._instances: dict[Process, Instance] = {}
        self._known: dict[sp.Basic, Number] = {}

    def instance(self, process: Process) -> Instance:
        """The process with the values of this instance."""
        if process not in self._instances:
            self._instances[process] = Instance(process, self.at)
        return self._instances[process]

    def process_of(self, *exprs: sp.Basic) -> Process | None:
        """The one process whose vectors these expressions look at; None where there is none."""
        found = [leaf for e in exprs for leaf in leaves(e) if not isinstance(leaf, Q.AnyVec)]
        random = {leaf.args[0] for leaf in found if not isinstance(leaf, Q.TruthVec)}
        tags = random or {leaf.args[0] for leaf in found[:1]}
        families = [t.process.family for t in tags | {leaf.args[0] for leaf in found}]
        truths = {getattr(family, "truth", family) for family in families}
        if len(tags) > 1 or len(truths) > 1:
            raise OutsideFragment(
                "two processes stand under one expectation; their joint law is not declared",
                part="joint law of two processes",
            )
        return next(iter(tags)).process if tags else None

    def reader(
        self, process: Process | None, exprs: list[sp.Basic], cells: Cells | None = None
    ) -> Reader:
        """A reader for these expressions over the coarsest cells that resolve them."""
        instance = None if process is None else self.instance(process)
        size = len(instance.truth) if instance else self._size(exprs)
        if cells is None:
            cells = cells_for(exprs, size)
            if len(cells) < size and instance and not self._forward(instance, exprs):
                cells = full(size)
        return Reader(self.at, cells, instance, self)

    def _size(self, exprs: list[sp.Basic]) -> int:
        for e in exprs:
            for leaf in leaves(e):
                return len(probability_vector(self.at.get(leaf.args[0]), leaf.args[0]))
        return 1

    def _forward(self, instance: Instance, exprs: list[sp.Basic]) -> bool:
        """Whether every mean given vectors only looks forward from a full state.

        Conditioning on something less does not commute with lumping: what the whole vectors say
        about the unseen past is more than what the lumped ones say.
        """
        probe = Reader(self.at, full(len(instance.truth)), instance, self)
        for e in exprs:
            for node in e.atoms(Q.Mean, Q.Prob):
                if not isinstance(node.given, sp.Tuple):
                    continue
                known = probe.slots(node.given)
                g = max(map(birth, known), default=0)
                layouts = Chain(instance, probe.cells, self.budget).layouts(
                    probe.slots(node.args[0]) | known
                )
                if not set(layouts[g] if g < len(layouts) else layouts[-1]) <= known:
                    return False
        return True

    # -- laws -------------------------------------------------------------------------------

    def law(
        self, reader: Reader, slots: set[Slot], exprs: list[sp.Basic] | None = None
    ) -> tuple[tuple[Slot, ...], Law]:
        """The joint law of these slots over the reader's cells; up to permutations if it may be."""
        if reader.instance is None:
            return (), {(): fmpq(1)}
        whole = len(reader.cells) == len(reader.instance.truth)
        up_to_order = whole and exprs and symmetric(exprs, reader.instance.truth)
        kind = OrbitChain if up_to_order else Chain
        return kind(reader.instance, reader.cells, self.budget).law(slots)

    def runs(self, reader: Reader, exprs: list[sp.Basic]) -> list[tuple[dict[Slot, object], fmpq]]:
        """(slots, probability) of every run, as far as these expressions look."""
        slots: set[Slot] = set()
        for e in exprs:
            slots |= reader.slots(e)
        layout, law = self.law(reader, slots, exprs)
        truth = (
            {}
            if reader.instance is None
            else {TRUTH: Chain(reader.instance, reader.cells, self.budget).truth}
        )
        return [({**truth, **dict(zip(layout, state, strict=True))}, w) for state, w in law.items()]

    # -- means and probabilities --------------------------------------------------------------

    def constant(self, node: sp.Expr) -> Number:
        """The value of a mean, a probability or a functional that is not random."""
        if self._is_scalar(node) and node.has(*_OF_LAWS):
            raise OutsideFragment(f"{node} of a model that is one number", part=str(node))
        if node not in self._known:
            self._known[node] = self._constant(node)
        return self._known[node]

    def _constant(self, node: sp.Expr) -> Number:
        if isinstance(node, Q.DrawCount):
            return fmpq(draw_count(node, self.instance(node.args[0].process)))
        if isinstance(node, Q.Coefficient):
            return coefficient(node, self.at, self._elsewhere)
        if not isinstance(node, (Q.Mean, Q.Prob)):
            if self._is_gaussian(node):
                return truth_value(node, self.at)
            process = self.process_of(node)
            reader = self.reader(process, [node])
            if reader.slots(node):
                raise OutsideFragment(f"{node} is random: ask for its mean", part="random number")
            ((env, _),) = self.runs(reader, [node])
            return reader.number(node)(env)
        x, given = node.args[0], node.given
        if (found := kept(node, self.instance)) is not None:
            return found
        if isinstance(given, sp.Tuple):
            process = self.process_of(given)
            if self.reader(process, [given]).slots(given):
                raise OutsideFragment(f"{node} is random: ask for atoms", part="random number")
            given = None
        if isinstance(node, Q.Prob):
            if given is None and (special := collapse.probability(self, x)) is not None:
                return special
            return self._ratio(x, given, probability=True)
        if given is not None:
            return self._ratio(x, given, probability=False)
        if self._is_gaussian(x):
            pooled = any(getattr(p.family, "centre", "") == "pool" for p in Q.processes_of(x))
            return (pooled_mean if pooled else gaussian_mean)(x, self.at)
        if any(isinstance(p.family, Cdf) for p in Q.processes_of(x)):
            return integrated(x, dict(self.at), self._elsewhere)
        return apply(sp.Add, [apply(sp.Mul, [self._fixed(f), self._mean(p)]) for f, p in terms(x)])

    def _elsewhere(self, node: sp.Expr, at: At) -> sp.Expr:
        """The value of a node at another instance, out of the same budget."""
        return to_sympy(Evaluator(at, self.budget).constant(node))

    def _fixed(self, factor: sp.Expr) -> Number:
        return Reader(self.at, [(0,)], None, self).number(factor)({})

    def _mean(self, piece: sp.Expr) -> Number:
        """The mean of one term."""
        if piece == 1:
            return fmpq(1)
        if isinstance(piece, Q.SqNorm) and self._is_linear(piece):
            return finite(linear.mean_square(piece.args[0], self.at))
        if isinstance(piece, Q.CollapseTime):
            return collapse.mean_time(self, piece.args[0].process)
        by_tokens = type(piece) in functionals.ADDITIVE and not self._is_scalar(piece)
        if by_tokens and (split := by_token(self, piece)) is not None:
            return split
        return self._ratio(piece, None, probability=False)

    def _is_linear(self, piece: sp.Expr) -> bool:
        found = [leaf for leaf in leaves(piece) if not isinstance(leaf, Q.AnyVec)]
        return any(isinstance(leaf.args[0].process.family, Linear) for leaf in found)

    @staticmethod
    def _is_gaussian(piece: sp.Expr) -> bool:
        return any(isinstance(p.family, Gaussian) for p in Q.processes_of(piece))

    @staticmethod
    def _is_scalar(piece: sp.Basic) -> bool:
        return any(isinstance(p.family, Scalar) for p in Q.processes_of(piece))

    def _ratio(self, x: sp.Basic, given: sp.Basic | None, *, probability: bool) -> Number:
        """E[x | given] or P(x | given), by enumeration."""
        exprs = [x] if given is None else [x, given]
        process = self.process_of(*exprs)
        reader = self.reader(process, exprs)
        runs = self.runs(reader, exprs)
        condition = None if given is None else reader.event(given)
        if condition is not None:
            runs = [(env, w) for env, w in runs if condition(env)]
        total = sum((w for _, w in runs), fmpq(0))
        if total == 0:
            raise Undefined(f"{given} has probability zero", part="condition of probability zero")
        if probability:
            holds = reader.event(x)
            return sum((w for env, w in runs if holds(env)), fmpq(0)) / total
        number = reader.number(x)
        weights: dict[Number, fmpq] = {}
        rational = fmpq(0)
        for env, w in runs:
            value = number(env)
            if isinstance(value, fmpq):
                rational += w * value
            else:
                weights[value] = weights.get(value, 0) + w
        parts = [rational / total, *(apply(sp.Mul, [w / total, v]) for v, w in weights.items())]
        return apply(sp.Add, parts)

    def table(self, node: sp.Expr, reader: Reader) -> Mapping[tuple, Number]:
        """A mean or probability given vectors, as a function of their values."""
        x, given = node.args[0], list(node.given)
        if any(not isinstance(v, (Q.ModelVec, Q.BatchVec, Q.TruthVec, Q.NoiseVec)) for v in given):
            raise OutsideFragment(f"a mean given combined vectors: {node}", part="condition")
        runs = self.runs(reader, [x, node.given])
        keys = [reader.slot(v) for v in given]
        value = reader.event(x) if isinstance(node, Q.Prob) else reader.number(x)
        groups: dict[tuple, list[tuple[Number, fmpq]]] = {}
        for env, w in runs:
            v = value(env)
            number = fmpq(int(v)) if isinstance(v, bool) else v
            groups.setdefault(tuple(env[k] for k in keys), []).append((number, w))
        out: dict[tuple, Number] = {}
        for key, members in groups.items():
            total = sum((w for _, w in members), fmpq(0))
            out[key] = apply(sp.Add, [apply(sp.Mul, [w / total, v]) for v, w in members])
        return out
