"""A categorical process at one concrete instance: which vectors exist, and what they are made of.

The vectors of a run are *slots*, named by kind and (internal) generation:

    ("model", g)         the model of generation g; g = 0 is the truth
    ("batch", name, g)   the mean of the batch drawn under a name at generation g
    ("once", name)       the mean of a retained batch, drawn at generation 1
    ("avg", g)           the mean of the models 0, ..., g
    ("pool", name, g)    the mean of all data drawn under a name up to generation g
    ("noise", g)         batch mean minus its law, where generation g draws one batch
    ("hit", g)           the first generation <= g whose model is a point mass (0: none yet)

Given the earlier slots and the fresh draws of generation g, every slot born at g but the last is
linear; `form` says with which coefficients.

Decisions where the vocabulary leaves room: a filter takes a datum for real when its declared
source is `Truth()`, also at generation 1 where `Model(1)` is the truth; with `empty="keep"` the
whole old model stays when a filtered batch is empty; a `Mix` that looks before generation 0 with a
positive share is refused, while a plain `Draw` that does so drops out of its `Pool`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp
from flint import fmpq
from refutable.derivations.errors import OutsideFragment, ProcessError
from refutable.derivations.families import Categorical
from refutable.derivations.process import (
    Accumulate,
    Average,
    Batch,
    Draw,
    Exact,
    Model,
    Once,
    Past,
    Process,
    Source,
    Truth,
)

from .errors import Undefined
from .ground import At, ground, integer, probability_vector, rational

__all__ = ["Drawn", "Form", "Instance", "Slot", "birth"]

Slot = tuple
ONE, NONE = fmpq(1), fmpq(0)


@dataclass(frozen=True)
class Drawn:
    """A fresh batch: `size` draws from the law sum_j share_j * slot_j, each kept with `chance`."""

    name: str
    size: int
    law: tuple[tuple[Slot, fmpq], ...]
    chance: fmpq = ONE
    empty: str = ""


@dataclass
class Form:
    """A linear combination of earlier slots and of the fresh batch means of one generation."""

    slots: dict[Slot, fmpq]
    fresh: dict[int, fmpq]

    def add(self, part: Slot | int, by: fmpq) -> None:
        into: dict = self.fresh if isinstance(part, int) else self.slots
        into[part] = into.get(part, NONE) + by


def birth(slot: Slot) -> int:
    """The generation at which a slot comes into being."""
    return 1 if slot[0] == "once" else slot[-1]


class Instance:
    """The slots, draws and linear forms of `process` with the values of `at`.

    Raises OutsideFragment for other families, DomainError where a value is missing, Undefined
    where a size is no positive integer or a vector does not exist at this instance.
    """

    def __init__(self, process: Process, at: At):
        if not isinstance(process.family, Categorical):
            name = type(process.family).__name__
            raise OutsideFragment(f"process {process.name}: no finite law for {name}", part=name)
        self.process, self.at = process, at
        self.truth = probability_vector(at.get(process.family.truth), process.family.truth)
        self._draws: dict[int, list[Drawn]] = {}
        self._forms: dict[Slot, Form] = {}

    def number(self, e: sp.Expr, g: int, what: str) -> fmpq:
        """A size, weight or share at generation g, where the index has the paper's value."""
        at = {**self.at, self.process.index: self.process.paper(g)}
        return rational(ground(e, at), f"process {self.process.name}: {what}")

    def size(self, batch: Draw | Once, g: int) -> int:
        """The size of a batch that is drawn at generation g."""
        at = {**self.at, self.process.index: self.process.paper(g)}
        n = integer(ground(batch.size, at), f"size of a batch of {self.process.name}")
        if n < 1:
            raise Undefined(f"process {self.process.name}: a batch of size {n}", part="empty batch")
        return n

    def model(self, g: int) -> Slot:
        """The slot that holds the model of generation g."""
        if g < 0:
            raise Undefined(
                f"process {self.process.name}: there is no model before the truth"
                f" (index {self.process.paper(g)})",
                part="model before the truth",
            )
        fit = self.process.fit_at(g) if g else None
        return ("pool", fit.batch.name, g) if isinstance(fit, Accumulate) else ("model", g)

    # -- laws and draws ------------------------------------------------------------------

    def parts(self, source: Source, g: int) -> list[tuple[fmpq, Source, Slot]] | None:
        """(share, source, slot) of the law of a datum; None where it looks before generation 0."""
        out = []
        for share, part in source.terms():
            w = self.number(share, g, "share of a mixture")
            if w == 0:
                continue
            if isinstance(part, Model):
                if part.lag > g:
                    if w == 1:
                        return None
                    raise OutsideFragment(
                        f"process {self.process.name}: a mixture at index {self.process.paper(g)}"
                        f" needs a model from before the truth",
                        part="mixture with a model before the truth",
                    )
                out.append((w, part, self.model(g - part.lag)))
            elif isinstance(part, Average):
                out.append((w, part, ("avg", g - 1) if g > 1 else self.model(0)))
            elif isinstance(part, Truth):
                out.append((w, part, self.model(0)))
            else:
                raise OutsideFragment(f"unknown source {part!r}", part=type(part).__name__)
        return out

    def _drawn(self, b: Draw | Once, g: int) -> Drawn | None:
        parts = self.parts(b.source, g)
        if parts is None:
            return None
        if not isinstance(b, Draw) or b.keep is None:
            return Drawn(b.name, self.size(b, g), _merged((s, w) for w, _, s in parts))
        real = self.number(b.keep.real, g, "chance of keeping a real datum")
        other = self.number(b.keep.synthetic, g, "chance of keeping a synthetic datum")
        if not (0 <= real <= 1 and 0 <= other <= 1):
            raise Undefined(f"process {self.process.name}: a filter keeps with chances {real}, {other}")
        kept = [(s, w * (real if isinstance(src, Truth) else other)) for w, src, s in parts]
        chance = sum((w for _, w in kept), NONE)
        if chance == 0:
            if b.keep.empty == "redraw":
                raise Undefined(f"process {self.process.name}: the filter keeps nothing")
            return Drawn(b.name, self.size(b, g), _merged(kept), chance, b.keep.empty)
        law = _merged((s, w / chance) for s, w in kept)
        return Drawn(b.name, self.size(b, g), law, chance, b.keep.empty)

    def draws(self, g: int) -> list[Drawn]:
        """The fresh batches of generation g, in the order of the fit; retained ones last, at 1."""
        if g not in self._draws:
            out = []
            for b in self.process.fit_at(g).batches:
                if isinstance(b, Draw) and (d := self._drawn(b, g)) is not None:
                    out.append(d)
            if g == 1:
                out += self._retained()
            self._draws[g] = out
        return self._draws[g]

    def _retained(self) -> list[Drawn]:
        once: dict[str, Drawn] = {}
        for b in (b for fit in self.process.fits for b in fit.batches if isinstance(b, Once)):
            d = self._drawn(b, 1)
            if d is None or once.setdefault(b.name, d) != d:
                raise ProcessError(
                    f"process {self.process.name}: the retained batch {b.name!r} is declared in two"
                    " ways; a name stands for one batch"
                )
        return list(once.values())

    def by_name(self, name: str, g: int) -> Slot | int | None:
        """Where the batch `name` of generation g is: a slot, the number of a fresh draw, None."""
        if g < 1:
            return None
        if any(isinstance(b, Once) and b.name == name for fit in self.process.fits for b in fit.batches):
            return ("once", name)
        found = [i for i, d in enumerate(self.draws(g)) if d.name == name]
        if len(found) > 1:
            raise ProcessError(f"process {self.process.name}: two batches are named {name!r}")
        return ("batch", name, g) if found else None

    # -- linear forms ---------------------------------------------------------------------

    def form(self, slot: Slot) -> Form:
        """What a slot is made of: slots born earlier and fresh batches of its own generation."""
        if slot not in self._forms:
            self._forms[slot] = self._form(slot)
        return self._forms[slot]

    def _form(self, slot: Slot) -> Form:
        kind, g = slot[0], birth(slot)
        out = Form({}, {})
        if kind in ("batch", "once"):
            out.add(next(i for i, d in enumerate(self.draws(g)) if d.name == slot[1]), ONE)
        elif kind == "noise":
            fresh = [i for i, d in enumerate(self.draws(g)) if g > 1 or self._is_fresh(d)]
            if len(fresh) != 1 or self.draws(g)[fresh[0]].empty:
                raise OutsideFragment(
                    f"process {self.process.name}: the noise of a generation needs one plain draw",
                    part="noise of several batches",
                )
            out.add(fresh[0], ONE)
            for s, w in self.draws(g)[fresh[0]].law:
                out.add(s, -w)
        elif kind == "pool":
            before = sum(self._drawn_under(slot[1], h) for h in range(1, g))
            total = before + self._drawn_under(slot[1], g)
            if total == 0:
                raise Undefined(f"process {self.process.name}: no data under {slot[1]!r} yet")
            if before:
                out.add(("pool", slot[1], g - 1), fmpq(before, total))
            for i, d in enumerate(self.draws(g)):
                if d.name == slot[1]:
                    out.add(i, fmpq(d.size, total))
        elif kind == "model":
            self._pooled(g, out)
        else:
            raise AssertionError(slot)
        return out

    def _is_fresh(self, d: Drawn) -> bool:
        return any(isinstance(b, Draw) and b.name == d.name for b in self.process.fit_at(1).batches)

    def _drawn_under(self, name: str, g: int) -> int:
        mine = [d for d in self.draws(g) if d.name == name]
        if any(d.empty for d in mine):
            raise OutsideFragment("accumulating filtered batches of random size", part="random size")
        return sum(d.size for d in mine)

    def _pooled(self, g: int, out: Form) -> None:
        fit = self.process.fit_at(g)
        parts: list[tuple[fmpq | None, Slot | int | list, Batch]] = []
        fresh = 0
        for i, b in enumerate(fit.batches):
            w = None if fit.weights is None else self.number(fit.weights[i], g, "weight of a batch")
            if isinstance(b, Draw):
                if self.parts(b.source, g) is None:
                    continue
                parts.append((self._by_size(b, g) if w is None else w, fresh, b))
                fresh += 1
            elif isinstance(b, Exact):
                law = self.parts(b.source, g)
                if law is not None:
                    parts.append((ONE if w is None else w, [(s, x) for x, _, s in law], b))
            else:
                back = g - b.lag if isinstance(b, Past) else g
                where = self.by_name(b.name, back)
                if where is None:
                    continue
                if where[0] == "once" and g == 1:
                    where = self.form(where).fresh.copy().popitem()[0]
                parts.append((self._size_of(where, g) if w is None else w, where, b))
        total = sum((w for w, _, _ in parts), NONE)
        if not parts or total == 0:
            raise Undefined(f"process {self.process.name}: no batch exists at index {self.process.paper(g)}")
        for w, part, _ in parts:
            for s, x in part if isinstance(part, list) else [(part, ONE)]:
                out.add(s, x * w / total)

    def _by_size(self, b: Draw, g: int) -> fmpq:
        return ONE if b.keep is not None else fmpq(self.size(b, g))

    def _size_of(self, where: Slot | int, g: int) -> fmpq:
        d = self.draws(g)[where] if isinstance(where, int) else self.draws(birth(where))[
            self.form(where).fresh.copy().popitem()[0]
        ]
        if d.empty:
            raise OutsideFragment("pooling a filtered batch by its random size", part="random size")
        return fmpq(d.size)


def _merged(law: Iterator[tuple[Slot, fmpq]]) -> tuple[tuple[Slot, fmpq], ...]:
    out: dict[Slot, fmpq] = {}
    for slot, w in law:
        out[slot] = out.get(slot, NONE) + w
    return tuple((s, w) for s, w in out.items() if w != 0)
