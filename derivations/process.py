"""A `Process`: which data each generation is fitted to, and by which estimator. Nothing else.

Clock. Inside, generation 0 is the truth and generation 1 the first fit. `origin` is the index
that a paper gives to its first fit (seddik m = 1, gerstgrasser n = 1, he and bakshi t = 0), and
`Process.index` is the paper's index symbol. Sizes, weights and mixing shares may mention that
symbol: its value is the paper's index of the generation that is being fitted.

Sources say which law a datum has: `Truth`, `Model(lag)`, `Average`, `Mix`.
Batches say which data there are: `Draw` (fresh), `Once` (a retained corpus), `Past` (a batch of an
earlier generation, used again), `Exact` (a source itself, without sampling noise).
Fits say how a generation's model is made: `Pool` (by size or with weights), `Accumulate`.

Two equal draws in one fit are independent. A batch that is used again is the same object by
name: `Past("real", 3)` is the batch that generation t - 3 drew under that name.

>>> import sympy as sp
>>> from refutable.derivations.families import Categorical
>>> m, n = sp.symbols("m n")
>>> fully = Process("FS", Categorical("p"), Pool([Draw(Model(), n)]), index=m)
>>> fully.internal(m)
m
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property

import sympy as sp
from sympy.core.symbol import Str

from . import quantity as Q
from .errors import ProcessError
from .families.base import Family

__all__ = [
    "Accumulate",
    "Average",
    "Batch",
    "Draw",
    "Exact",
    "Filter",
    "Fit",
    "Mix",
    "Model",
    "Once",
    "Past",
    "Pool",
    "Process",
    "Source",
    "Truth",
]


class Source:
    """The law of a datum: an affine function of the state of the recursion.

    A source, batch or fit of your own is a subclass whose `spelled` says what it is in the words
    of this module; a process takes it apart, so that every engine can read it.
    """

    def spelled(self) -> Source:
        """This source in the words of this module."""
        return self

    def terms(self) -> Iterator[tuple[sp.Expr, Source]]:
        """(weight, simple source) pairs; the weights sum to one."""
        yield sp.Integer(1), self

    @property
    def max_lag(self) -> int:
        """How many generations back this source looks (1: only the latest model)."""
        return 0


@dataclass(frozen=True)
class Truth(Source):
    """The real distribution."""


@dataclass(frozen=True)
class Model(Source):
    """The model fitted `lag` generations ago (1: the latest). Generation 0 is the truth."""

    lag: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.lag, int) or self.lag < 1:
            raise ProcessError(f"Model(lag): lag must be an integer >= 1 (got {self.lag!r})")

    @property
    def max_lag(self) -> int:
        return self.lag


@dataclass(frozen=True)
class Average(Source):
    """The uniform mixture of all earlier generations, the truth (generation 0) included."""


@dataclass(frozen=True)
class Mix(Source):
    """`share * first + (1 - share) * second`: each datum comes from `first` with that chance."""

    share: object
    first: Source
    second: Source

    def __post_init__(self) -> None:
        for part in (self.first, self.second):
            if not isinstance(part, Source):
                raise ProcessError(f"Mix takes sources such as Truth() or Model() (got {part!r})")
        object.__setattr__(self, "share", _expr(self.share, "share of a Mix"))

    def terms(self) -> Iterator[tuple[sp.Expr, Source]]:
        for w, source in self.first.terms():
            yield self.share * w, source
        for w, source in self.second.terms():
            yield (1 - self.share) * w, source

    @property
    def max_lag(self) -> int:
        return max(self.first.max_lag, self.second.max_lag)


@dataclass(frozen=True)
class Filter:
    """Keep a datum with a chance that depends on its hidden source, not on its value.

    real: chance of keeping a datum that came from the truth; synthetic: of any other one.
    empty: "redraw" (the stage is conditioned on at least one kept datum) or "keep" (the old
    model stays when nothing is kept).
    """

    real: object
    synthetic: object
    empty: str = "redraw"

    def __post_init__(self) -> None:
        if self.empty not in ("redraw", "keep"):
            raise ProcessError(f"Filter(empty=...) must be 'redraw' or 'keep' (got {self.empty!r})")
        object.__setattr__(self, "real", _expr(self.real, "chance of keeping a real datum"))
        object.__setattr__(self, "synthetic", _expr(self.synthetic, "chance of keeping synthetic"))


class Batch:
    """Data that a generation is fitted to. For one of your own, see `Source`."""

    name: str

    def spelled(self) -> Batch:
        """This batch in the words of this module."""
        return self


@dataclass(frozen=True)
class Draw(Batch):
    """`size` fresh independent data from `source`; `keep` filters them before the fit."""

    source: Source
    size: object
    name: str = ""
    keep: Filter | None = None

    def __post_init__(self) -> None:
        _check_source(self.source)
        object.__setattr__(self, "size", _size(self.size))


@dataclass(frozen=True)
class Once(Batch):
    """`size` data drawn from `source` at the first generation and kept for all later ones."""

    source: Source
    size: object
    name: str

    def __post_init__(self) -> None:
        _check_source(self.source)
        if not self.name:
            raise ProcessError("Once needs a name: the retained batch is one object by its name")
        object.__setattr__(self, "size", _size(self.size))


@dataclass(frozen=True)
class Past(Batch):
    """The batch that was drawn under `name` `lag` generations ago, used again."""

    name: str
    lag: int

    def __post_init__(self) -> None:
        if not isinstance(self.lag, int) or self.lag < 1:
            raise ProcessError(f"Past(name, lag): lag must be an integer >= 1 (got {self.lag!r})")


@dataclass(frozen=True)
class Exact(Batch):
    """A source itself, without sampling: what an infinitely large batch would give.

    Its weight in a `Pool` must be explicit.
    """

    source: Source
    name: str = ""

    def __post_init__(self) -> None:
        _check_source(self.source)


class Fit:
    """How the batches of a generation make its model. For one of your own, see `Source`."""

    batches: tuple[Batch, ...]

    def spelled(self) -> Fit:
        """This fit in the words of this module."""
        return self


@dataclass(frozen=True)
class Pool(Fit):
    """The weighted mean of batch means; without `weights`, every datum weighs the same.

    Batches from before the first generation do not exist and drop out; their weight is shared
    among the others in proportion.
    """

    batches: tuple[Batch, ...]
    weights: tuple[sp.Expr, ...] | None = None

    def __init__(self, batches: Sequence[Batch], weights: Sequence[object] | None = None):
        batches = tuple(batches)
        if not batches or not all(isinstance(b, Batch) for b in batches):
            raise ProcessError("Pool takes a non-empty list of batches such as Draw(Model(), n)")
        if weights is not None:
            weights = tuple(_expr(w, "weight of a batch") for w in weights)
            if len(weights) != len(batches):
                raise ProcessError(f"Pool has {len(batches)} batches but {len(weights)} weights")
            if sp.simplify(sum(weights) - 1) != 0:
                raise ProcessError(f"the weights of a Pool must sum to 1 (got {sum(weights)})")
        elif any(isinstance(b, Exact) for b in batches) and len(batches) > 1:
            raise ProcessError("Exact has no size: give the weights of this Pool explicitly")
        elif any(isinstance(b, Draw) and b.keep for b in batches) and len(batches) > 1:
            raise ProcessError("a filtered batch has a random size: give the weights of this Pool")
        object.__setattr__(self, "batches", batches)
        object.__setattr__(self, "weights", weights)


@dataclass(frozen=True)
class Accumulate(Fit):
    """All data drawn so far under this batch's name, pooled: every datum weighs the same."""

    batch: Draw

    def __post_init__(self) -> None:
        if not isinstance(self.batch, Draw) or self.batch.keep is not None:
            raise ProcessError("Accumulate takes one unfiltered Draw")

    @property
    def batches(self) -> tuple[Batch, ...]:  # type: ignore[override]
        return (self.batch,)


@dataclass(frozen=True)
class Process:
    """A recursion: a family, the fit of one generation, and the paper's clock.

    name: unique within a claim file.  family: what a batch mean's noise looks like.
    step: the fit of a generation.  first: the fit of generation 1 where it differs.
    index: the paper's generation symbol.  origin: the paper's index of the first fit.
    """

    name: str
    family: Family
    step: Fit
    first: Fit | None = None
    index: sp.Symbol = field(default_factory=lambda: sp.Symbol("t"))
    origin: int = 1

    def __post_init__(self) -> None:
        if not self.name or not isinstance(self.name, str):
            raise ProcessError(f"a process needs a name (got {self.name!r})")
        if not isinstance(self.family, Family):
            raise ProcessError(f"process {self.name}: unknown family {self.family!r}")
        for what, fit in (("step", self.step), ("first", self.first)):
            if fit is not None and not isinstance(fit, Fit):
                raise ProcessError(f"process {self.name}: {what} must be Pool or Accumulate")
            if fit is not None:
                object.__setattr__(self, what, _spelled(fit, self.name))
        if not isinstance(self.index, sp.Symbol):
            raise ProcessError(f"process {self.name}: index must be a symbol (got {self.index!r})")
        if not isinstance(self.origin, int):
            raise ProcessError(f"process {self.name}: origin must be an integer")
        drawn = {b.name for fit in self.fits for b in fit.batches if isinstance(b, (Draw, Once))}
        for b in (b for fit in self.fits for b in fit.batches if isinstance(b, Past)):
            if b.name not in drawn:
                raise ProcessError(
                    f"process {self.name}: Past({b.name!r}, {b.lag}) names no batch of this process"
                    f" (known: {', '.join(sorted(filter(None, drawn))) or 'none'})"
                )

    @property
    def fits(self) -> tuple[Fit, ...]:
        return (self.step,) if self.first is None else (self.first, self.step)

    def fit_at(self, generation: int) -> Fit:
        """The fit that makes this (internal) generation's model."""
        return self.first if self.first is not None and generation == 1 else self.step

    def internal(self, index: object) -> sp.Expr:
        """The internal generation of a paper index (first fit = 1)."""
        return sp.sympify(index) - self.origin + 1

    def paper(self, generation: object) -> sp.Expr:
        """The paper's index of an internal generation."""
        return sp.sympify(generation) + self.origin - 1

    # -- the random objects of the process, for quantities -------------------------------

    @property
    def truth(self) -> Q.TruthVec:
        """The true parameter (probability vector, weights, mean), as a vector."""
        return Q.TruthVec(Q.Tag(self))

    def model(self, index: object) -> Q.ModelVec:
        """The model with this paper index, as a vector."""
        return Q.ModelVec(Q.Tag(self), sp.sympify(index))

    @property
    def true_covariance(self) -> Q.TruthCov:
        """The true covariance matrix (Gaussian families)."""
        self._gaussian()
        return Q.TruthCov(Q.Tag(self))

    def covariance(self, index: object) -> Q.CovVec:
        """The fitted covariance matrix with this paper index (Gaussian families)."""
        self._gaussian()
        return Q.CovVec(Q.Tag(self), sp.sympify(index))

    def _gaussian(self) -> None:
        if not hasattr(self.family, "quadratic"):
            raise ProcessError(f"process {self.name}: its family has no covariance matrix")

    def batch(self, name: str, index: object) -> Q.BatchVec:
        """The mean of the batch drawn under `name` for this paper index, as a vector."""
        if not any(b.name == name for fit in self.fits for b in fit.batches):
            raise ProcessError(f"process {self.name} has no batch named {name!r}")
        return Q.BatchVec(Q.Tag(self), Str(name), sp.sympify(index))

    def noise(self, index: object) -> Q.NoiseVec:
        """The sampling noise (batch mean minus its law) of the generation with this index."""
        return Q.NoiseVec(Q.Tag(self), sp.sympify(index))

    @property
    def collapse_time(self) -> Q.CollapseTime:
        """T: the first paper index >= origin at which the model is a point mass."""
        return Q.CollapseTime(Q.Tag(self))

    def draws_from(self, model: object, index: object) -> Q.DrawCount:
        """How many data the fit with this paper index takes from the model with that one."""
        return Q.DrawCount(Q.Tag(self), sp.sympify(model), sp.sympify(index))

    def kept(self, index: object) -> Q.KeptCount:
        """How many data of the one batch with this paper index its filter keeps."""
        return Q.KeptCount(Q.Tag(self), sp.sympify(index))

    def fixation(self, token: object) -> Q.Fixation:
        """The event that the model converges to the point mass at this token."""
        return Q.Fixation(Q.Tag(self), sp.sympify(token))

    @cached_property
    def parameters(self) -> frozenset[sp.Basic]:
        """Free symbols (and schedules) of sizes, weights and shares, without the index."""
        out: set[sp.Basic] = set(self.family.parameters)
        for fit in self.fits:
            for e in _expressions(fit):
                out |= e.free_symbols | {a.func for a in e.atoms(sp.core.function.AppliedUndef)}
        return frozenset(out - {self.index})

    @property
    def varies(self) -> bool:
        """Sizes, weights or shares change from one generation to the next."""
        return any(self.index in e.free_symbols for fit in self.fits for e in _expressions(fit))

    def put(self, table: Mapping[sp.Basic, sp.Basic]) -> Process:
        """The same loop with other sizes, weights and shares; its name tells which."""
        inner = {k: v for k, v in table.items() if k in self.parameters}
        if not inner:
            return self
        name = f"{self.name} ({', '.join(f'{k} = {v}' for k, v in inner.items())})"
        return replace(self, name=name, step=_put(self.step, inner), first=_put(self.first, inner))

    @property
    def max_lag(self) -> int:
        """The oldest generation (counted back) that a fit looks at."""
        lags = [1]
        for fit in self.fits:
            for b in fit.batches:
                if isinstance(b, (Draw, Once, Exact)):
                    lags.append(b.source.max_lag)
                elif isinstance(b, Past):
                    lags.append(b.lag)
        return max(lags)


def _spelled(x: object, process: str):  # type: ignore[no-untyped-def]
    """A fit, batch or source in our own words, at any depth."""
    if isinstance(x, tuple):
        return tuple(_spelled(y, process) for y in x)
    if not isinstance(x, (Fit, Batch, Source)):
        return x
    for _ in range(20):
        new = x.spelled()
        if new is x:
            break
        x = new
    if type(x) not in _WORDS:
        raise ProcessError(
            f"process {process}: {type(x).__name__} is no source, batch or fit of the vocabulary;"
            " let its method spelled() return one"
        )
    inner = {f.name: _spelled(getattr(x, f.name), process) for f in fields(x)}  # type: ignore[arg-type]
    same = all(v is getattr(x, k) or v == getattr(x, k) for k, v in inner.items())
    return x if same else type(x)(**inner)


def _expressions(fit: Fit) -> Iterator[sp.Expr]:
    for b in fit.batches:
        if isinstance(b, (Draw, Once)):
            yield b.size
        if isinstance(b, (Draw, Once, Exact)):
            for w, _ in b.source.terms():
                yield w
        if isinstance(b, Draw) and b.keep is not None:
            yield b.keep.real
            yield b.keep.synthetic
    if isinstance(fit, Pool) and fit.weights is not None:
        yield from fit.weights


def _put(x: object, table: Mapping[sp.Basic, sp.Basic]):  # type: ignore[no-untyped-def]
    """Expressions at any depth of a fit, a batch or a source, with the table put in."""
    if isinstance(x, sp.Basic):
        return x.xreplace(dict(table))
    if isinstance(x, tuple):
        return tuple(_put(y, table) for y in x)
    if is_dataclass(x) and not isinstance(x, type):
        return replace(x, **{f.name: _put(getattr(x, f.name), table) for f in fields(x)})
    return x


def _expr(x: object, what: str) -> sp.Expr:
    e = sp.sympify(x)
    if not isinstance(e, sp.Expr) or e.has(sp.nan, sp.zoo):
        raise ProcessError(f"{what} must be a number or an expression (got {x!r})")
    if isinstance(e, sp.Float):
        raise ProcessError(f"{what} must be exact: write {sp.nsimplify(e)} instead of {e}")
    return e


def _size(x: object) -> sp.Expr:
    e = _expr(x, "size of a batch")
    if e.is_number and (e.is_integer is False or (e < 1) == True):  # noqa: E712
        raise ProcessError(f"size of a batch must be an integer >= 1 (got {e})")
    return e


def _check_source(source: object) -> None:
    if not isinstance(source, Source):
        raise ProcessError(f"expected a source such as Truth() or Model() (got {source!r})")


#: What the engines read.
_WORDS = (Truth, Model, Average, Mix, Draw, Once, Past, Exact, Pool, Accumulate)
