"""What every slot of a run is made of: linear in earlier slots and in fresh batch means.

With `empty="keep"` the whole old model stays when a filtered batch is empty; that, and the slots
"hit" and "avg", which follow from the model, are the business of `chain`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flint import fmpq

from refutable.derivations.errors import OutsideFragment
from refutable.derivations.process import Batch, Draw, Exact, Past, Pool, Process

from .draws import Draws, Slot, birth
from .errors import Undefined
from .ground import At

__all__ = ["Form", "Instance"]


@dataclass
class Form:
    """A linear combination of earlier slots and of a generation's fresh batches, by number."""

    slots: dict[Slot, fmpq] = field(default_factory=dict)
    fresh: dict[int, fmpq] = field(default_factory=dict)

    def plus(self, other: Form, by: fmpq) -> Form:
        """`self + by * other`."""
        slots, fresh = dict(self.slots), dict(self.fresh)
        for s, w in other.slots.items():
            slots[s] = slots.get(s, fmpq(0)) + by * w
        for i, w in other.fresh.items():
            fresh[i] = fresh.get(i, fmpq(0)) + by * w
        return Form(slots, fresh)


class Instance(Draws):
    """The draws and the linear forms of `process` with the values of `at`."""

    def __init__(self, process: Process, at: At):
        super().__init__(process, at)
        self._forms: dict[Slot, Form] = {}

    def form(self, slot: Slot) -> Form:
        """What a slot is made of: slots born earlier and fresh batches of its own generation."""
        if slot not in self._forms:
            make = {
                "model": self._pooled,
                "pool": self._accumulated,
                "noise": self._noise,
                "batch": self._itself,
                "once": self._itself,
            }[slot[0]]
            self._forms[slot] = make(slot)
        return self._forms[slot]

    def _itself(self, slot: Slot) -> Form:
        number = next(i for i, d in enumerate(self.draws(birth(slot))) if d.name == slot[1])
        return Form(fresh={number: fmpq(1)})

    def _noise(self, slot: Slot) -> Form:
        draws = self.draws(slot[1])
        fresh = [i for i, d in enumerate(draws) if not self.is_retained(d.name)] or [
            *range(len(draws))
        ]
        if len(fresh) != 1 or draws[fresh[0]].empty:
            raise OutsideFragment(
                f"process {self.process.name}: the noise of a generation needs one plain draw",
                part="noise of several batches",
            )
        return Form({s: -w for s, w in draws[fresh[0]].law}, {fresh[0]: fmpq(1)})

    def _accumulated(self, slot: Slot) -> Form:
        _, name, g = slot
        sizes = [self._drawn_under(name, h) for h in range(1, g + 1)]
        total = sum(sizes)
        if total == 0:
            raise Undefined(
                f"process {self.process.name}: no data under {name!r} yet", part="batch"
            )
        before = total - sizes[-1]
        slots = {("pool", name, g - 1): fmpq(before, total)} if before else {}
        draws = enumerate(self.draws(g))
        return Form(slots, {i: fmpq(d.size, total) for i, d in draws if d.name == name})

    def _drawn_under(self, name: str, g: int) -> int:
        mine = [d for d in self.draws(g) if d.name == name]
        if any(d.empty for d in mine):
            raise OutsideFragment(
                "accumulating filtered batches of random size", part="random size"
            )
        return sum(d.size for d in mine)

    def _pooled(self, slot: Slot) -> Form:
        """The weighted mean of the batches that exist; their weights are scaled to sum to one."""
        g = slot[1]
        fit = self.process.fit_at(g)
        assert isinstance(fit, Pool)
        parts: list[tuple[fmpq, Form]] = []
        fresh = 0
        for i, b in enumerate(fit.batches):
            found = self._batch(b, g, fresh)
            if found is None:
                continue
            form, size = found
            fresh += isinstance(b, Draw)
            if fit.weights is not None:
                parts.append((self.number(fit.weights[i], g, "weight of a batch"), form))
            elif size is None:
                raise OutsideFragment("pooling a filtered batch by its size", part="random size")
            else:
                parts.append((fmpq(size), form))
        total = sum((w for w, _ in parts), fmpq(0))
        if total == 0:
            where = f"index {self.process.paper(g)}"
            raise Undefined(
                f"process {self.process.name}: no batch exists at {where}", part="batch"
            )
        out = Form()
        for w, form in parts:
            out = out.plus(form, w / total)
        return out

    def _batch(self, b: Batch, g: int, fresh: int) -> tuple[Form, int | None] | None:
        """The mean of a batch at generation g and its size (None: random); None if it is missing.

        fresh: the number that the batch has among the draws of generation g, where it is one.
        A batch that stands alone in its pool has the same weight whatever its size.
        """
        if isinstance(b, Draw):
            if self.parts(b.source, g) is None or self.size(b, g) == 0:
                return None
            alone = len(self.process.fit_at(g).batches) == 1
            size = self.size(b, g) if b.keep is None else 1 if alone else None
            return Form(fresh={fresh: fmpq(1)}), size
        if isinstance(b, Exact):
            law = self.parts(b.source, g)
            return None if law is None else (Form({s: w for w, _, s in law}), 1)
        slot = self.by_name(b.name, g - b.lag if isinstance(b, Past) else g)
        if slot is None:
            return None
        (origin,) = self.form(slot).fresh
        drawn = self.draws(birth(slot))[origin]
        form = Form({slot: fmpq(1)}) if birth(slot) < g else Form(fresh={origin: fmpq(1)})
        return form, None if drawn.empty else drawn.size
