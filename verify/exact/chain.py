"""Push the law of a categorical process forward, generation by generation, in exact rationals.

A state holds the slots (see `draws`) that later generations or the question still need, and
nothing else; equal states are merged. Tokens may be lumped into cells first: counts of cells are
multinomial with the lumped law, so the lumped slots are a chain by themselves.

Budget: the number of weighted transitions (state, outcome of one batch) is counted before they are
made, so that the answer never depends on the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from flint import fmpq

from refutable.derivations.errors import BudgetExceeded, DomainError
from refutable.derivations.families import Scalar

from . import multinomial
from .draws import TRUTH, Drawn, Slot, birth
from .errors import Undefined
from .instance import Instance
from .vectors import IntVec, add, from_rationals, is_dirac, scaled, zero

__all__ = ["BUDGET", "Budget", "Chain", "Law", "State"]

#: Weighted transitions that one question may need (about a second on one core).
BUDGET = 300_000
FEW = 256  # outcomes of a batch, up to which they are kept
LAYOUT = 10  # what a generation costs before any of its states is looked at

#: The values of the slots of a layout, in its order; a "hit" slot holds an int.
State = tuple
#: Probability of each state.
Law = dict[State, fmpq]


class Budget:
    """Counts transitions; raises BudgetExceeded when more than `limit` would be needed."""

    def __init__(self, limit: int):
        self.limit = limit
        self.spent = 0

    def spend(self, amount: int) -> None:
        """Count `amount` transitions as made."""
        self.check(amount)
        self.spent += amount

    def check(self, amount: int) -> None:
        """Raise BudgetExceeded if `amount` more transitions would be too many."""
        if self.spent + amount > self.limit:
            raise BudgetExceeded(
                f"this question needs more than {self.limit} weighted transitions;"
                " ask for a smaller instance or give a larger budget"
            )


class Chain:
    """The slots of one process instance as a Markov chain over lumped vectors.

    cells: the lumped classes, as tuples of 0-based tokens; every token in exactly one.
    """

    def __init__(self, instance: Instance, cells: Sequence[tuple[int, ...]], budget: Budget):
        self.instance, self.cells, self.budget = instance, tuple(cells), budget
        self.truth = self.lump(instance.truth)
        family = instance.process.family
        self.scalar = family.at(dict(instance.at)) if isinstance(family, Scalar) else None
        self._multinomials: dict[tuple[int, IntVec], list[tuple[IntVec, fmpq]]] = {}

    def lump(self, p: Sequence[fmpq]) -> IntVec:
        """A vector over the tokens as a vector over the cells."""
        return from_rationals(sum((p[i] for i in cell), fmpq(0)) for cell in self.cells)

    # -- which slots are needed when -----------------------------------------------------

    def needs(self, slot: Slot) -> set[Slot]:
        """The slots that must be known to make `slot`, its own generation's included."""
        kind, g = slot[0], birth(slot)
        if kind == "hit":
            return {self.instance.model(g)} | ({("hit", g - 1)} if g > 1 else set())
        if kind == "avg":
            return {self.instance.model(g), ("avg", g - 1) if g > 1 else TRUTH}
        form = self.instance.form(slot)
        out = set(form.slots)
        for i in form.fresh:
            d = self.instance.draws(g)[i]
            out |= {s for s, _ in d.law}
            if d.empty == "keep":
                out.add(self.instance.model(g - 1))
        return out

    def layouts(self, targets: Iterable[Slot]) -> list[tuple[Slot, ...]]:
        """For every generation from 0 on, the slots a state holds after it, in a fixed order."""
        wanted = set(targets) - {TRUTH}
        last = max((birth(s) for s in wanted), default=0)
        self.budget.check(LAYOUT * last)
        out: list[tuple[Slot, ...]] = [()] * (last + 1)
        live = set(wanted)
        for g in range(last, 0, -1):
            out[g] = _ordered(live)
            made, queue = set(), [s for s in live if birth(s) == g]
            while queue:
                s = queue.pop()
                made.add(s)
                for need in self.needs(s) - {TRUTH}:
                    if birth(need) == g and need not in made:
                        queue.append(need)
                    elif birth(need) < g:
                        live.add(need)
            live = {s for s in live if birth(s) < g}
        return out

    # -- the law --------------------------------------------------------------------------

    def law(self, targets: Iterable[Slot]) -> tuple[tuple[Slot, ...], Law]:
        """The joint law of the target slots: their order, and the probability of each state."""
        layouts = self.layouts(targets)
        law: Law = {(): fmpq(1)}
        for g in range(1, len(layouts)):
            law = self.push(law, layouts[g - 1], layouts[g], g)
        return layouts[-1], law

    def push(self, law: Law, before: tuple[Slot, ...], after: tuple[Slot, ...], g: int) -> Law:
        """The law after generation g, from the law before it."""
        self._foresee(law, before, after, g)
        out: Law = {}
        for state, weight in law.items():
            for new, w in self.step(dict(zip(before, state, strict=True)), after, g).items():
                out[new] = out.get(new, 0) + weight * w
        return out

    def _foresee(self, law: Law, before: tuple[Slot, ...], after: tuple[Slot, ...], g: int) -> None:
        """Refuse a generation before it is begun, if its largest batch alone costs too much."""
        forms = [self.instance.form(s) for s in self._recipients(after, g)]
        draws = [
            d
            for i, d in enumerate(self.instance.draws(g))
            if any(form.fresh.get(i) for form in forms)
        ]
        cost = 0
        for state in law:
            known = {**dict(zip(before, state, strict=True)), TRUTH: self.truth}
            if self.scalar is not None:
                each = [len(self._means(d.size, self._value(dict(d.law), known))) for d in draws]
            else:
                each = [
                    multinomial.outcomes(d.size, self._value(dict(d.law), known)) for d in draws
                ]
            cost += max(each, default=0)
            self.budget.check(cost)

    def step(self, known: dict[Slot, object], after: tuple[Slot, ...], g: int) -> Law:
        """One generation from one state: the law of the slots of `after`."""
        known = {**known, TRUTH: self.truth}
        linear = self._recipients(after, g)
        forms = [self.instance.form(s) for s in linear]
        model = self.instance.model(g)
        partial: Law = {tuple(self._value(f.slots, known) for f in forms): fmpq(1)}
        for i, d in enumerate(self.instance.draws(g)):
            shares = [f.fresh.get(i, fmpq(0)) for f in forms]
            if not any(shares):
                continue
            outcomes = self._batch(d, known)
            self.budget.spend(len(partial) * len(outcomes))
            grown: Law = {}
            for values, weight in partial.items():
                for mean, w in outcomes:
                    key = _grown(values, shares, mean, linear, model)
                    grown[key] = grown.get(key, 0) + weight * w
            partial = grown
        out: Law = {}
        for values, weight in partial.items():
            key = self._finished(dict(zip(linear, values, strict=True)), known, after, g)
            out[key] = out.get(key, 0) + weight
        return out

    def _recipients(self, after: tuple[Slot, ...], g: int) -> list[Slot]:
        made = {s for s in after if birth(s) == g}
        if any(s[0] in ("hit", "avg") for s in made):
            made.add(self.instance.model(g))
        return [s for s in _ordered(made) if s[0] not in ("hit", "avg")]

    def _value(self, form: Mapping[Slot, fmpq], known: Mapping[Slot, object]) -> IntVec:
        total = zero(len(self.cells))
        for slot, w in form.items():
            total = add(total, scaled(known[slot], w))  # type: ignore[arg-type]
        return total

    def _batch(self, d: Drawn, known: Mapping[Slot, object]) -> list[tuple[IntVec | None, fmpq]]:
        """(mean, probability) of a fresh batch; the mean is None where a filter kept nothing."""
        law = self._value(dict(d.law), known) if d.law else self.truth
        if self.scalar is None and min(law[1:]) < 0:
            raise Undefined("a law with a negative coordinate", part="negative law")
        if not d.empty:
            return self._means(d.size, law)  # type: ignore[return-value]
        out: list[tuple[IntVec | None, fmpq]] = []
        sizes = dict(multinomial._kept(d.size, d.chance))
        none = sizes.pop(0, fmpq(0))
        if d.empty == "keep" and none:
            out.append((None, none))
        given = 1 if d.empty == "keep" else 1 / (1 - none)
        merged: dict[IntVec, fmpq] = {}
        for z, chance in sizes.items():
            for mean, w in self._means(z, law):
                merged[mean] = merged.get(mean, 0) + w * chance * given
        return out + list(merged.items())

    def _means(self, n: int, law: IntVec) -> list[tuple[IntVec, fmpq]]:
        key = (n, law)
        if key not in self._multinomials and self.scalar is not None:
            self._multinomials[key] = self._outcomes(self.scalar, n, law)
        if key not in self._multinomials:
            number = multinomial.outcomes(n, law)
            self.budget.spend(number)
            of = _few_means if number <= FEW else _all_means
            self._multinomials[key] = of(multinomial._multinomial, n, law)
        return self._multinomials[key]

    def _outcomes(self, family: Scalar, n: int, law: IntVec) -> list[tuple[IntVec, fmpq]]:
        """What a family of one's own says of a batch; its probabilities are checked."""
        found = list(family.outcomes(Fraction(law[1], law[0]), n))
        self.budget.spend(len(found))
        if any(w < 0 for _, w in found) or sum(w for _, w in found) != 1:
            name = type(family).__name__
            raise DomainError(f"{name}.outcomes: the probabilities of a batch do not sum to one")
        pairs = [(fmpq(x.numerator, x.denominator), w) for x, w in found]
        return [(from_rationals([x]), fmpq(w.numerator, w.denominator)) for x, w in pairs]

    def _finished(self, made: dict, known: Mapping, after: tuple[Slot, ...], g: int) -> State:
        model = self.instance.model(g)
        if model in made and made[model] is None:
            made[model] = known[self.instance.model(g - 1)]
        values = []
        for s in after:
            if birth(s) < g:
                values.append(known[s])
            elif s[0] == "hit":
                first = known.get(("hit", g - 1), 0)
                values.append(first or (g if is_dirac(made[model]) else 0))
            elif s[0] == "avg":
                old = known[("avg", g - 1)] if g > 1 else self.truth
                values.append(add(scaled(old, fmpq(g, g + 1)), scaled(made[model], fmpq(1, g + 1))))
            else:
                values.append(made[s])
        return tuple(values)


def _all_means(counts: Callable, n: int, law: IntVec) -> list[tuple[IntVec, fmpq]]:
    return [(scaled((1, *c), fmpq(1, n)), w) for c, w in counts(n, law)]


#: Small batches come back at many instances. The source of the counts is part of the key.
_few_means = lru_cache(maxsize=4096)(_all_means)


def _grown(
    values: tuple, shares: list[fmpq], mean: IntVec | None, linear: list[Slot], model: Slot
) -> tuple:
    """Each partial sum with its share of one more batch; None marks a model that stays."""
    out = []
    for value, share, slot in zip(values, shares, linear, strict=True):
        if not share or value is None:
            out.append(value)
        elif mean is not None:
            part = mean if share == 1 else scaled(mean, share)
            out.append(add(value, part) if any(value[1:]) else part)
        elif slot == model:
            out.append(None)
        else:
            raise Undefined("a batch of which a filter kept nothing", part="empty batch")
    return tuple(out)


def _ordered(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    return tuple(sorted(slots, key=lambda s: (birth(s), tuple(map(str, s)))))
