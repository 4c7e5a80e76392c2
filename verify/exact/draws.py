"""A categorical process at one concrete instance: its vectors by name, and what is drawn when.

The vectors of a run are *slots*, named by kind and (internal) generation:

    ("model", g)         the model of generation g; g = 0 is the truth
    ("batch", name, g)   the mean of the batch drawn under a name at generation g
    ("once", name)       the mean of a retained batch, drawn at generation 1
    ("avg", g)           the mean of the models 0, ..., g
    ("pool", name, g)    the mean of all data drawn under a name up to generation g
    ("noise", g)         batch mean minus its law, where generation g draws one batch
    ("hit", g)           the first generation <= g whose model is a point mass (0: none yet)

Decisions where the vocabulary leaves room: a filter takes a datum for real when its declared
source is `Truth()`, also at generation 1 where `Model(1)` is the truth; a plain `Draw` from before
generation 0 does not exist, while a `Mix` that looks there with a positive share is refused; a
batch of size 0 does not exist either; a retained batch is drawn at generation 1 even where only
later fits use it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy as sp
from flint import fmpq

from refutable.derivations.errors import DomainError, OutsideFragment, ProcessError
from refutable.derivations.families import Categorical, Scalar
from refutable.derivations.process import (
    Accumulate,
    Average,
    Batch,
    Draw,
    Filter,
    Model,
    Once,
    Process,
    Source,
    Truth,
)

from .errors import Undefined
from .ground import At, ground, integer, probability_vector, rational

__all__ = ["TRUTH", "Drawn", "Draws", "Slot", "birth"]

Slot = tuple
TRUTH: Slot = ("model", 0)


@dataclass(frozen=True)
class Drawn:
    """A fresh batch: `size` draws from the law sum_j share_j * slot_j.

    With a filter, each is kept with `chance` and the law is that of a kept datum; `empty` says
    what happens when nothing is kept (see `process.Filter`; "" without a filter).
    """

    name: str
    size: int
    law: tuple[tuple[Slot, fmpq], ...]
    chance: fmpq
    empty: str = ""


def birth(slot: Slot) -> int:
    """The generation at which a slot comes into being.

    >>> birth(("batch", "real", 3)), birth(("once", "real"))
    (3, 1)
    """
    return 1 if slot[0] == "once" else int(slot[-1])


def _true_number(family: Scalar, at: At) -> fmpq:
    value = at.get(family.truth)
    if not isinstance(value, sp.Expr):
        raise DomainError(f"{family.truth} has no number in this instance (got {value!r})")
    return rational(value, str(family.truth))


class Draws:
    """Which batches `process` draws, with the values of `at`.

    Raises OutsideFragment for other families, DomainError where a value is missing, Undefined
    where a size is no integer >= 0 or a vector does not exist at this instance.
    """

    def __init__(self, process: Process, at: At):
        self.process, self.at = process, at
        self._draws: dict[int, list[Drawn]] = {}
        if isinstance(process.family, Scalar):
            self.truth = [_true_number(process.family, at)]
            return
        if not isinstance(process.family, Categorical):
            name = type(process.family).__name__
            raise OutsideFragment(f"process {process.name}: no finite law for {name}", part=name)
        self.truth = probability_vector(at.get(process.family.truth), process.family.truth)

    def number(self, e: sp.Expr, g: int, what: str) -> fmpq:
        """A weight, share or chance at generation g, where the index has the paper's value."""
        at = {**self.at, self.process.index: self.process.paper(g)}
        return rational(ground(e, at), f"process {self.process.name}: {what}")

    def size(self, batch: Draw | Once, g: int) -> int:
        """The size of a batch that is drawn at generation g."""
        at = {**self.at, self.process.index: self.process.paper(g)}
        n = integer(ground(batch.size, at), f"size of a batch of {self.process.name}")
        if n < 0:
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

    def parts(self, source: Source, g: int) -> list[tuple[fmpq, Source, Slot]] | None:
        """(share, source, slot) of a datum's law; None where the datum does not exist."""
        out: list[tuple[fmpq, Source, Slot]] = []
        for share, part in source.terms():
            w = self.number(share, g, "share of a mixture")
            if w == 0:
                continue
            if isinstance(part, Model) and part.lag > g:
                if w == 1:
                    return None
                raise OutsideFragment(
                    f"process {self.process.name}: a mixture at index {self.process.paper(g)}"
                    " needs a model from before the truth",
                    part="mixture with a model before the truth",
                )
            out.append((w, part, self._slot(part, g)))
        return out

    def _slot(self, part: Source, g: int) -> Slot:
        if isinstance(part, Model):
            return self.model(g - part.lag)
        if isinstance(part, Average) and g > 1:
            return ("avg", g - 1)
        if isinstance(part, (Truth, Average)):
            return TRUTH
        raise OutsideFragment(f"unknown source {part!r}", part=type(part).__name__)

    def draws(self, g: int) -> list[Drawn]:
        """The fresh batches of generation g, in the order of the fit; retained ones last, at 1."""
        if g not in self._draws:
            fresh = [b for b in self.process.fit_at(g).batches if isinstance(b, Draw)]
            found = [self._drawn(b, g) for b in fresh]
            retained = self._retained() if g == 1 else []
            self._draws[g] = [d for d in found if d is not None] + retained
        return self._draws[g]

    def _drawn(self, b: Draw | Once, g: int) -> Drawn | None:
        parts = self.parts(b.source, g)
        if parts is None or self.size(b, g) == 0:
            return None
        keep = b.keep if isinstance(b, Draw) else None
        if keep is None:
            return Drawn(b.name, self.size(b, g), _merged((s, w) for w, _, s in parts), fmpq(1))
        kept = [(s, w * self._chance(keep, source, g)) for w, source, s in parts]
        chance = sum((w for _, w in kept), fmpq(0))
        if chance == 0 and keep.empty == "redraw":
            raise Undefined(f"process {self.process.name}: the filter keeps nothing", part="filter")
        law = _merged((s, w / chance) for s, w in kept) if chance else ((TRUTH, fmpq(1)),)
        return Drawn(b.name, self.size(b, g), law, chance, keep.empty)

    def _chance(self, keep: Filter, source: Source, g: int) -> fmpq:
        e = keep.real if isinstance(source, Truth) else keep.synthetic
        chance = self.number(e, g, "chance of keeping a datum")
        if not 0 <= chance <= 1:
            raise Undefined(
                f"process {self.process.name}: a filter's chance is {chance}", part="filter"
            )
        return chance

    def is_retained(self, name: str) -> bool:
        """Whether a retained batch has this name."""
        batches: list[Batch] = [b for fit in self.process.fits for b in fit.batches]
        return any(isinstance(b, Once) and b.name == name for b in batches)

    def _retained(self) -> list[Drawn]:
        once: dict[str, Drawn] = {}
        for b in (b for fit in self.process.fits for b in fit.batches if isinstance(b, Once)):
            d = self._drawn(b, 1)
            if d is None and self.size(b, 1) == 0:
                continue
            if d is None:
                raise Undefined(
                    f"process {self.process.name}: the retained batch {b.name!r} has no source",
                    part="model before the truth",
                )
            if once.setdefault(b.name, d) != d:
                raise ProcessError(
                    f"process {self.process.name}: the retained batch {b.name!r} is declared in two"
                    " ways; a name stands for one batch"
                )
        return list(once.values())

    def by_name(self, name: str, g: int) -> Slot | None:
        """The slot of the batch `name` of generation g; None where there is none."""
        if g < 1:
            return None
        if self.is_retained(name):
            return ("once", name) if any(d.name == name for d in self.draws(1)) else None
        found = [d for d in self.draws(g) if d.name == name]
        if len(found) > 1:
            raise ProcessError(f"process {self.process.name}: two batches are named {name!r}")
        return ("batch", name, g) if found else None


def _merged(law: Iterable[tuple[Slot, fmpq]]) -> tuple[tuple[Slot, fmpq], ...]:
    out: dict[Slot, fmpq] = {}
    for slot, w in law:
        out[slot] = out.get(slot, fmpq(0)) + w
    return tuple((s, w) for s, w in out.items() if w != 0)
