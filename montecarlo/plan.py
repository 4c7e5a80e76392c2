"""One generation of a process at an instance: every size, weight and share a number.

This is where the vocabulary of `Process` gets its meaning for sampling. Laws are lists of
(weight, generation, is real); generation 0 is the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from refutable.derivations import process as P
from refutable.derivations.errors import DomainError, OutsideFragment

from .instance import Number, number, put, whole

__all__ = ["AVERAGE", "Item", "Keep", "Law", "Step", "plan"]

#: Stands for the uniform mixture of generations 0..t-1 in a law.
AVERAGE = -1


@dataclass(frozen=True)
class Law:
    """A mixture: (weight, generation or AVERAGE, whether it counts as real for a filter)."""

    terms: tuple[tuple[Number, int, bool], ...]


@dataclass(frozen=True)
class Keep:
    """Chances of keeping a real and a synthetic datum; `empty` as in `Filter`."""

    real: Number
    synthetic: Number
    empty: str


@dataclass(frozen=True)
class Item:
    """A batch: how = "draw" (fresh), "once" (kept), "past" (drawn at `since`) or "exact"."""

    how: str
    name: str
    law: Law | None = None
    size: int = 0
    keep: Keep | None = None
    since: int = 0


@dataclass(frozen=True)
class Step:
    """A generation's batches that exist, and their weights (None: every datum the same).

    how: "pool" or "accumulate"; once: batches to draw at generation 1 beside the fit's own.
    """

    how: str
    items: tuple[Item, ...]
    weights: tuple[Number, ...] | None
    once: tuple[Item, ...] = ()


def plan(process: P.Process, at: Mapping[sp.Basic, object], last: int) -> list[Step]:
    """The steps of generations 1..last.

    Raises DomainError for a size that is no integer >= 1 or a share outside [0, 1], and
    OutsideFragment for what the vocabulary leaves open at this instance.
    """
    return [_step(process, at, g) for g in range(1, last + 1)]


def _step(process: P.Process, at: Mapping[sp.Basic, object], g: int) -> Step:
    here = {**at, process.index: process.paper(g)}
    fit = process.fit_at(g)
    once = tuple(
        _item(process, b, here, 1) for f in process.fits for b in f.batches if isinstance(b, P.Once)
    ) if g == 1 else ()  # fmt: skip
    if isinstance(fit, P.Accumulate):
        item = _item(process, fit.batch, here, g)
        if item is None:
            raise OutsideFragment(
                f"process {process.name}: nothing to fit at generation {g}", part="Accumulate"
            )
        return Step("accumulate", (item,), None, _named(process, once))
    if not isinstance(fit, P.Pool):
        raise OutsideFragment(f"unknown fit {type(fit).__name__}", part=type(fit).__name__)
    found = [(b, _item(process, b, here, g)) for b in fit.batches]
    weights: tuple[Number, ...] | None = None
    if fit.weights is not None:
        all_w = [number(put(w, here), "weight of a batch") for w in fit.weights]
        kept = [w for w, (_, i) in zip(all_w, found, strict=True) if i is not None]
        total = sum(kept)
        if len(kept) < len(all_w) and total == 0:
            raise DomainError(
                f"process {process.name}: the weights left at generation {g} sum to 0"
            )
        weights = tuple(w / total for w in kept) if len(kept) < len(all_w) else tuple(kept)
    items = tuple(i for _, i in found if i is not None)
    if not items:
        raise DomainError(f"process {process.name}: no batch exists at generation {g}")
    return Step("pool", items, weights, _named(process, once))


def _named(process: P.Process, once: tuple[Item | None, ...]) -> tuple[Item, ...]:
    out: dict[str, Item] = {}
    for item in once:
        if item is None:
            continue
        if out.setdefault(item.name, item) != item:
            raise OutsideFragment(
                f"process {process.name}: a retained batch is declared in two ways", part="Once"
            )
    return tuple(out.values())


def _item(process: P.Process, b: P.Batch, here: Mapping, g: int) -> Item | None:
    """The batch at generation g, or None where it does not exist or is empty."""
    if isinstance(b, P.Past):
        names = [x.name for f in (process.fit_at(g - b.lag),) for x in f.batches
                 if isinstance(x, P.Draw)] if g > b.lag else []  # fmt: skip
        if names.count(b.name) > 1:
            raise OutsideFragment(f"two batches are named {b.name!r}", part="Past")
        if b.name in _once_names(process):
            raise OutsideFragment(f"Past({b.name!r}) of a batch that is drawn once", part="Past")
        return Item("past", b.name, since=g - b.lag) if b.name in names else None
    if isinstance(b, P.Exact):
        law = _law(process, b.source, here, g)
        return None if law is None else Item("exact", b.name, law)
    if isinstance(b, P.Once):
        here = {**here, process.index: process.paper(1)}
    if isinstance(b, (P.Draw, P.Once)):
        what = f"size of batch {b.name!r} of process {process.name}"
        size = whole(put(b.size, here), what, 0 if _may_be_empty(process, b) else 1)
        if size == 0:
            return None
        law = _law(process, b.source, here, 1 if isinstance(b, P.Once) else g)
        if law is None:
            return None
        if isinstance(b, P.Once):
            return Item("once", b.name, law, size)
        return Item("draw", b.name, law, size, _keep(process, b, law, here, g))
    raise OutsideFragment(f"unknown batch {type(b).__name__}", part=type(b).__name__)


def _may_be_empty(process: P.Process, b: P.Batch) -> bool:
    """No data beside other data, pooled by size, are no data; a mean of none is an error."""
    mine = [f for f in process.fits if b in f.batches]
    return all(isinstance(f, P.Pool) and f.weights is None and len(f.batches) > 1 for f in mine)


def _once_names(process: P.Process) -> set[str]:
    return {b.name for f in process.fits for b in f.batches if isinstance(b, P.Once)}


def _law(process: P.Process, source: P.Source, here: Mapping, g: int) -> Law | None:
    terms: list[tuple[Number, int, bool]] = []
    parts = [(number(put(w, here), "share of a mixture"), s) for w, s in source.terms()]
    for w, s in parts:
        if not 0 <= w <= 1:
            raise DomainError(f"process {process.name}: a mixture share is {w}, outside [0, 1]")
        if w == 0:
            continue
        if isinstance(s, P.Truth):
            terms.append((w, 0, True))
        elif isinstance(s, P.Average):
            terms.append((w, AVERAGE, False))
        elif isinstance(s, P.Model):
            if g - s.lag < 0 and len(parts) == 1:
                return None
            if g - s.lag < 0:
                raise OutsideFragment(
                    f"process {process.name}: generation {g} mixes in a model that does not exist",
                    part="Mix",
                )
            terms.append((w, g - s.lag, False))
        else:
            raise OutsideFragment(f"unknown source {type(s).__name__}", part=type(s).__name__)
    return Law(tuple(terms))


def _keep(process: P.Process, b: P.Draw, law: Law, here: Mapping, g: int) -> Keep | None:
    if b.keep is None:
        return None
    real = number(put(b.keep.real, here), "chance of keeping a real datum")
    synthetic = number(put(b.keep.synthetic, here), "chance of keeping a synthetic datum")
    if not (0 <= real <= 1 and 0 <= synthetic <= 1):
        raise DomainError(f"process {process.name}: a chance of keeping is outside [0, 1]")
    if real != synthetic and any(t in (0, AVERAGE) and not r for _, t, r in law.terms):
        raise OutsideFragment(
            f"process {process.name}: at generation {g} a filter meets data of generation 0 drawn"
            " as a model; the vocabulary does not say whether they count as real",
            part="Filter",
        )
    if b.keep.empty == "redraw" and all(
        w * (real if r else synthetic) == 0 for w, _, r in law.terms
    ):
        raise DomainError(
            f"process {process.name}: the filter at generation {g} keeps nothing, ever"
        )
    return Keep(real, synthetic, b.keep.empty)
