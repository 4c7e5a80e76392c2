"""Linear models refitted on stacked data, in rationals, by solving the normal equations.

On a concrete integer design every fitted weight vector is linear in the true weights and in the
label noise. The labels are carried as matrices whose columns are the responses to the unknowns:
one column per coordinate of the true weights, one per batch of noise. The noise column of a batch
is built so that its own least squares fit is the first unit vector (plus a part orthogonal to the
design, which must have no effect); the fitted column then reads c * e_1, and c is the coefficient
of that batch's noise in `model = w* + sum_i c_i noise_i`, the same for every design.

Batches on a shared design of `rows` rows are stacked copies of it; batches of a family without
`rows` get a design of their own each, and can be combined with weights but not pooled by size:
their pooled fit is no scalar combination.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from flint import fmpq, fmpq_mat

from refutable.derivations.errors import OutsideFragment, ProcessError
from refutable.derivations.families import Linear
from refutable.derivations.process import (
    Accumulate,
    Batch,
    Draw,
    Exact,
    Model,
    Once,
    Past,
    Pool,
    Process,
    Source,
    Truth,
)

from .errors import Undefined
from .ground import At, ground, integer, rational

__all__ = ["Noise", "Runs"]

#: A design of full column rank, row by row, and a vector orthogonal to its columns.
SHARED = ([1, 0, 2, 1, 1, 3], [5, -3, 1])


@dataclass(frozen=True)
class Noise:
    """The label noise of one batch: the `number`-th of its generation.

    rows: rows of its design.  copies: how often that design is stacked.
    """

    name: str
    generation: int
    number: int
    rows: int
    copies: int


@dataclass
class _Block:
    """Rows of data: a design and the responses of its labels."""

    design: fmpq_mat
    labels: fmpq_mat


class Runs:
    """The fits of generations 1, 2, ... of a linear process at one instance.

    Raises OutsideFragment for mixtures of sources, filters, averages of models, and designs that
    are not shared but pooled by size; Undefined where a size or the design does not fit.
    """

    def __init__(self, process: Process, at: At, last: int):
        if not isinstance(process.family, Linear):
            raise OutsideFragment(f"process {process.name} is not linear", part="family")
        self.process, self.at, self.family = process, at, process.family
        self.rows = (
            self._whole(self.family.rows, "rows of the design") if self.family.rows else None
        )
        self.d = self._whole(self.family.d, "input dimension")
        if self.rows is not None and self.rows < self.d:
            raise Undefined("the design has fewer rows than columns", part="rank of the design")
        self.noises: list[Noise] = []
        self._batches: dict[tuple[str, int], list[tuple[Noise, list[_Block]]]] = {}
        self._width = 2 + self._count(last)
        truth = fmpq_mat(2, self._width)
        truth[0, 0] = truth[1, 1] = 1
        self.models = [truth]
        for g in range(1, last + 1):
            self.models.append(self._fitted(g))

    def _whole(self, e: sp.Expr, what: str) -> int:
        n = integer(ground(e, self.at), f"{what} of {self.process.name}")
        if n < 1:
            raise Undefined(f"{what} must be at least 1 (got {n})", part=what)
        return n

    def _count(self, last: int) -> int:
        draws = sum(
            isinstance(b, Draw) for g in range(1, last + 1) for b in self.process.fit_at(g).batches
        )
        return draws + sum(isinstance(b, Once) for fit in self.process.fits for b in fit.batches)

    def coefficients(self, weights: fmpq_mat) -> tuple[fmpq, dict[Noise, fmpq]]:
        """(a, c) with weights = a w* + sum_j c_j noise_j, read off the responses."""
        a = weights[0, 0]
        below = [weights[1, 0], weights[1, 1] - a, *(weights[1, k] for k in range(2, self._width))]
        if weights[0, 1] != 0 or any(x != 0 for x in below):
            raise OutsideFragment("a fit that is no scalar combination", part="designs that differ")
        read = {noise: weights[0, k] for k, noise in enumerate(self.noises, start=2)}
        return a, {noise: c for noise, c in read.items() if c != 0}

    def batch(self, name: str, g: int) -> fmpq_mat:
        """The least squares fit to one batch by itself."""
        found = self._batches.get((name, 1 if self._retained(name) else g), [])
        if len(found) != 1:
            raise OutsideFragment(f"{len(found)} batches named {name!r} at {g}", part="batch")
        return _least_squares(found[0][1])

    # -- one generation -----------------------------------------------------------------------

    def _fitted(self, g: int) -> fmpq_mat:
        if g == 1:
            for once in dict.fromkeys(b for b in self._everything() if isinstance(b, Once)):
                if (once.name, 1) in self._batches:
                    raise ProcessError(f"the retained batch {once.name!r} is declared in two ways")
                self._draw(once, 1)
        fit = self.process.fit_at(g)
        if isinstance(fit, Accumulate):
            self._draw(fit.batch, g)
            name = fit.batch.name
            every = [x for h in range(1, g + 1) for x in self._batches.get((name, h), [])]
            return self._stacked([blocks for _, blocks in every])
        assert isinstance(fit, Pool)
        fits: list[tuple[fmpq | None, fmpq_mat | list[_Block]]] = []
        for i, b in enumerate(fit.batches):
            data = self._data(b, g)
            if data is not None:
                w = None if fit.weights is None else self._number(fit.weights[i], g)
                fits.append((w, data))
        if not fits:
            raise Undefined(f"{self.process.name}: no batch at generation {g}", part="batch")
        if fit.weights is None:
            if isinstance(fits[0][1], fmpq_mat):
                return fits[0][1]
            return self._stacked([blocks for _, blocks in fits])  # type: ignore[misc]
        total = sum((w for w, _ in fits if w is not None), fmpq(0))
        if total == 0:
            raise Undefined(f"process {self.process.name}: weights that sum to 0", part="weights")
        out = fmpq_mat(2, self._width)
        for w, data in fits:
            estimate = data if isinstance(data, fmpq_mat) else _least_squares(data)
            out += (w or fmpq(0)) / total * estimate
        return out

    def _everything(self) -> list[Batch]:
        return [b for fit in self.process.fits for b in fit.batches]

    def _stacked(self, batches: list[list[_Block]]) -> fmpq_mat:
        if not batches:
            raise Undefined(f"{self.process.name}: a fit without data", part="batch")
        if self.rows is None and len(batches) > 1:
            raise OutsideFragment("pooling batches on fresh designs", part="fresh designs")
        return _least_squares([block for blocks in batches for block in blocks])

    def _data(self, b: Batch, g: int) -> fmpq_mat | list[_Block] | None:
        """The rows of a batch, or weights without sampling noise; None where it does not exist."""
        if isinstance(b, Exact):
            return self._law(b.source, g)
        if isinstance(b, Draw):
            return self._draw(b, g)
        back = g - b.lag if isinstance(b, Past) else g
        if back < 1:
            return None
        found = self._batches.get((b.name, 1 if self._retained(b.name) else back), [])
        if len(found) > 1:
            raise OutsideFragment(f"{len(found)} batches named {b.name!r}", part="batch")
        return found[0][1] if found else None

    def _retained(self, name: str) -> bool:
        return any(isinstance(b, Once) and b.name == name for b in self._everything())

    def _draw(self, b: Draw | Once, g: int) -> list[_Block] | None:
        if isinstance(b, Draw) and b.keep is not None:
            raise OutsideFragment("a filter in a linear process", part="filter")
        law = self._law(b.source, g)
        if law is None:
            return None
        n = integer(ground(b.size, self._at(g)), f"size of a batch of {self.process.name}")
        rows = n if self.rows is None else self.rows
        if n == 0:  # no batch
            return None
        if n < 0 or n % rows or rows < self.d:
            raise Undefined(
                f"process {self.process.name}: a batch of {n} rows does not fit a design with"
                f" {rows} rows and {self.d} columns",
                part="size",
            )
        number = sum(x.generation == g for x in self.noises)
        noise = Noise(b.name, g, number, rows, n // rows)
        entries, across = SHARED if self.rows is not None else _another(len(self.noises))
        design = fmpq_mat(3, 2, entries)
        column = 2 + len(self.noises)
        self.noises.append(noise)
        blocks = []
        for copy in range(noise.copies):
            labels = design * law
            for r in range(3):
                labels[r, column] += across[r] + (noise.copies * design[r, 0] if copy == 0 else 0)
            blocks.append(_Block(design, labels))
        self._batches.setdefault((b.name, g), []).append((noise, blocks))
        return blocks

    def _law(self, source: Source, g: int) -> fmpq_mat | None:
        parts = [(self._number(w, g), s) for w, s in source.terms()]
        parts = [(w, s) for w, s in parts if w != 0]
        if len(parts) != 1:
            raise OutsideFragment("a mixture of sources in a linear process", part="mixture")
        s = parts[0][1]
        if isinstance(s, Truth):
            return self.models[0]
        if not isinstance(s, Model):
            raise OutsideFragment(f"source {s!r} in a linear process", part=type(s).__name__)
        return self.models[g - s.lag] if s.lag <= g else None

    def _at(self, g: int) -> At:
        return {**self.at, self.process.index: self.process.paper(g)}

    def _number(self, e: sp.Expr, g: int) -> fmpq:
        return rational(ground(e, self._at(g)), f"a weight of process {self.process.name}")


def _another(k: int) -> tuple[list[int], list[int]]:
    """A design that no other batch has, and a vector orthogonal to its columns."""
    a = k + 2
    return [1, 0, 0, 1, a, 1], [-a, -1, 1]


def _least_squares(blocks: list[_Block]) -> fmpq_mat:
    """Solve the normal equations of the stacked blocks for all columns of labels at once."""
    tall = [x for b in blocks for x in b.design.entries()]
    rows = len(tall) // 2
    design = fmpq_mat(rows, 2, tall)
    labels = fmpq_mat(
        rows, blocks[0].labels.ncols(), [x for b in blocks for x in b.labels.entries()]
    )
    return (design.transpose() * design).solve(design.transpose() * labels)
