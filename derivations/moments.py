"""From a process to a closed recurrence of moments. Nobody types a recurrence.

One coordinate of every linear statistic (the latest models, retained batches, averages) is a
*component*. A generation maps components linearly, with the means of fresh batches as new inputs:

    x'_a = sum_b L_ab(g) x_b + sum_j W_aj(g) B_j,      B_j | past  with law  q_j = sum_b Q_jb x_b.

The expectation of a monomial in x' is found by replacing each power of a batch mean by its
conditional moment (a polynomial in its law, given by the family) and collecting monomials in x.
Monomials of degree at most k map to monomials of degree at most k, so the system is closed.

A filtered batch has a random size: its conditional moments are averaged over it (see `filters`).
Where it stops: a pool of all past models used again, products of different coordinates; it then
refuses.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp
from sympy.core.function import AppliedUndef

from .errors import OutsideFragment
from .filters import inverse_moment, kept_shares
from .process import Accumulate, Average, Draw, Exact, Fit, Model, Once, Past, Process, Truth

__all__ = ["Component", "MomentSystem", "Recurrence"]

#: ("truth",), ("model", lag), ("frozen", generation), ("once", name), ("past", name, lag),
#: ("average",), ("pooled", name)
Component = tuple

MAX_MONOMIALS = 400


@dataclass(frozen=True)
class Recurrence:
    """u(g) = A(g) u(g - 1) + b(g) for g > start, u(start) = initial; value = row . u(g).

    generation: the symbol g (internal clock).  labels: what each entry of u is.
    Entries are expressions in the process's parameters and `theta`, the true coordinate.
    """

    generation: sp.Symbol
    labels: tuple[sp.Expr, ...]
    matrix: sp.Matrix
    forcing: sp.Matrix
    start: int
    initial: sp.Matrix
    row: sp.Matrix
    constant: sp.Expr
    theta: sp.Symbol

    @property
    def autonomous(self) -> bool:
        """No coefficient depends on the generation."""
        return not (self.matrix.has(self.generation) or self.forcing.has(self.generation))

    def value(self, u: sp.Matrix) -> sp.Expr:
        """The quantity asked for, from a state of moments."""
        return (self.row * u)[0, 0] + self.constant


@dataclass
class MomentSystem:
    """The moment closure of one process.

    theta: the symbol of the true coordinate.  Steps are built once per generation symbol.
    """

    process: Process
    lags: int = 1
    theta: sp.Symbol = field(default_factory=lambda: sp.Dummy("theta"))
    components: dict[Component, sp.Symbol] = field(default_factory=dict)
    named: dict[sp.Basic, sp.Lambda] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lags = max(self.lags, self.process.max_lag)

    def symbol(self, c: Component) -> sp.Expr:
        """The scalar that stands for a component."""
        if c in (("truth",), ("frozen", 0)):
            return self.theta
        if c[0] == "pooled" and self._model_is_pool:
            c = ("model", 1)
        if c not in self.components:
            self.components[c] = sp.Dummy("_".join(map(str, c)))
        return self.components[c]

    @property
    def _model_is_pool(self) -> bool:
        """Every generation's model is the pool of all data: one component instead of two."""
        step, first = self.process.step, self.process.fit_at(1)
        return isinstance(step, Accumulate) and [
            getattr(b, "name", None) for b in first.batches
        ] == [step.batch.name]

    # -- one generation ------------------------------------------------------------------

    def _source(self, source: object, g: object) -> sp.Expr | None:
        """The law of a source when generation g is fitted; None where it does not exist."""
        law: sp.Expr = sp.Integer(0)
        for w, simple in source.terms():  # type: ignore[attr-defined]
            if isinstance(simple, Truth):
                x: sp.Expr = self.theta
            elif isinstance(simple, Model):
                if isinstance(g, int) and g - simple.lag < 0:
                    return None
                x = self.theta if g == simple.lag else self.symbol(("model", simple.lag))
            elif isinstance(simple, Average):
                x = self.theta if g == 1 else self.symbol(("average",))
            else:
                raise OutsideFragment(f"source {simple!r} has no linear law", part=repr(simple))
            law += self._at(w, g) * x
        return law

    def _at(self, e: sp.Expr, g: object) -> sp.Expr:
        """A size, weight or share at generation g: the paper's index is put in."""
        return e.xreplace({self.process.index: self.process.paper(g)})

    def step(self, g: object) -> tuple[dict[Component, sp.Expr], dict[sp.Symbol, tuple]]:
        """Updates of every component at generation g, and the fresh batches they use.

        g is an int for the first generations, the symbol afterwards. Batches are
        symbol -> (law, size).
        """
        process = self.process
        fit = process.fit_at(g) if isinstance(g, int) else process.step
        batches: dict[sp.Symbol, tuple] = {}
        means: list[tuple[sp.Expr, sp.Expr | None]] = []  # (mean, size) per batch of the fit
        updates: dict[Component, sp.Expr] = {}
        exists: list[bool] = []
        for b in fit.batches:
            mean, size = self._batch(b, g, batches, updates)
            exists.append(mean is not None)
            means.append((mean if mean is not None else sp.Integer(0), size))
        model = self._fit(fit, g, means, exists, updates)
        updates[("model", 1)] = model
        for lag in range(2, self.lags + 1):
            if not (isinstance(g, int) and g - lag + 1 < 0):
                at_truth = isinstance(g, int) and g == lag - 1
                updates[("model", lag)] = (
                    self.theta if at_truth else self.symbol(("model", lag - 1))
                )
        if ("average",) in self.components or self._uses_average():
            old = self.theta if g == 1 else self.symbol(("average",))
            updates[("average",)] = (sp.sympify(g) * old + model) / (sp.sympify(g) + 1)
        for c in list(self.components):
            if c[0] == "frozen":
                same = isinstance(g, int) and c[1] == g
                updates[c] = model if same else self.symbol(c)
            elif c[0] == "once" and c not in updates:
                updates[c] = self.symbol(c)
        return updates, batches

    def _uses_average(self) -> bool:
        return any(
            isinstance(s, Average)
            for fit in self.process.fits
            for b in fit.batches
            if isinstance(b, (Draw, Once, Exact))
            for _, s in b.source.terms()
        )

    def _batch(self, b, g, batches, updates):  # type: ignore[no-untyped-def]
        """(mean, size) of a batch of the fit at generation g; registers fresh ones."""
        if isinstance(b, Past):
            if isinstance(g, int) and g - b.lag < 1:
                return None, None
            original = next(
                x
                for f in self.process.fits
                for x in f.batches
                if isinstance(x, (Draw, Once)) and x.name == b.name
            )
            return self.symbol(("past", b.name, b.lag)), self._at(
                original.size, sp.sympify(g) - b.lag
            )
        if isinstance(b, Once):
            size = self._at(b.size, 1)
            if g == 1:
                mean = sp.Dummy(f"batch_{b.name}")
                batches[mean] = (self._source(b.source, 1), size)
                updates[("once", b.name)] = mean
                return mean, size
            if not any(x == b for x in self.process.fit_at(1).batches):
                raise OutsideFragment(f"retained batch {b.name!r} is not drawn at generation 1")
            return self.symbol(("once", b.name)), size
        law = self._source(b.source, g)
        if law is None:
            return None, None
        if isinstance(b, Exact):
            return law, None
        mean = sp.Dummy(f"batch_{b.name}")
        if b.keep is None:
            batches[mean] = (law, self._at(b.size, g))
        else:
            batches[mean] = self._filtered(b, g)
        for lag in range(1, self._memory(b.name) + 1):
            if not (isinstance(g, int) and lag > g):
                key = ("past", b.name, lag)
                updates[key] = mean if lag == 1 else self.symbol(("past", b.name, lag - 1))
        return mean, self._at(b.size, g)

    def _filtered(self, b: Draw, g):  # type: ignore[no-untyped-def]
        """(law of a kept datum, size, function of g that gives the chance to be kept).

        Shares and inverse moments enter the moments by name: written out, they would swell.
        """
        if b.keep.empty != "redraw":
            raise OutsideFragment("an old model that stays when nothing is kept", part="filter")
        shares = kept_shares(b)
        chance = sum((w for w, _ in shares), sp.Integer(0))
        law: sp.Expr = sp.Integer(0)
        for k, (w, source) in enumerate(shares[:-1]):
            weight = self._call(f"share_{b.name}{k}", w / chance, g)
            law += weight * (self._source(source, g) - self._source(shares[-1][1], g))
        return law + self._source(shares[-1][1], g), b.size, chance

    def _call(self, name: str, body: sp.Expr, g: object) -> sp.Expr:
        """An expression in the index, by a name that `opened` takes back."""
        value = self._at(body, g)
        if value.is_number:
            return value
        f = sp.Function(f"_{name}")
        self.named[f] = sp.Lambda(self.process.index, body)
        return f(self.process.paper(g))

    def opened(self, e: sp.Expr) -> sp.Expr:
        """`e` with the expressions that `_call` gave names."""
        calls = e.atoms(AppliedUndef) if self.named else ()
        return e.xreplace({c: self.named[c.func](*c.args) for c in calls if c.func in self.named})

    def _memory(self, name: str) -> int:
        """How many generations a batch of this name is remembered."""
        past = [
            b.lag
            for fit in self.process.fits
            for b in fit.batches
            if isinstance(b, Past) and b.name == name
        ]
        asked = [c[2] for c in self.components if c[0] == "past" and c[1] == name]
        return max([0, *past, *asked])

    def _fit(self, fit: Fit, g, means, exists, updates):  # type: ignore[no-untyped-def]
        if isinstance(fit, Accumulate):
            mean, size = means[0]
            before = self._total(fit.batch, g)
            old = self.theta if before == 0 else self.symbol(("pooled", fit.batch.name))
            model = (before * old + size * mean) / (before + size)
            if not self._model_is_pool:
                updates[("pooled", fit.batch.name)] = model
            return model
        self._pool_history(fit, g, means, updates)
        if fit.weights is not None:
            weights = [
                self._at(w, g) if e else sp.Integer(0)
                for w, e in zip(fit.weights, exists, strict=True)
            ]
        else:
            weights = [s if e else sp.Integer(0) for (_, s), e in zip(means, exists, strict=True)]
            if weights == [None]:
                weights = [sp.Integer(1)]
        total = sp.Add(*weights)
        return sum(
            (w / total * mean for w, (mean, _) in zip(weights, means, strict=True)), sp.Integer(0)
        )

    def _pool_history(self, fit: Fit, g, means, updates) -> None:  # type: ignore[no-untyped-def]
        """A first generation fitted otherwise still feeds a later Accumulate of the same name."""
        step = self.process.step
        if isinstance(step, Accumulate) and not self._model_is_pool:
            for b, (mean, _) in zip(fit.batches, means, strict=True):
                if isinstance(b, Draw) and b.name == step.batch.name:
                    updates[("pooled", b.name)] = mean

    def _total(self, batch: Draw, g: object) -> sp.Expr:
        """Number of data drawn under this name before generation g."""
        process, k = self.process, sp.Dummy("k", integer=True)
        first = [
            b for b in process.fit_at(1).batches if isinstance(b, Draw) and b.name == batch.name
        ]
        begin = self._at(first[0].size, 1) if first else sp.Integer(0)
        if g == 1:
            return sp.Integer(0)
        body = self._at(batch.size, k)
        if k not in body.free_symbols:
            return begin + body * (sp.sympify(g) - 2)
        if isinstance(g, int):
            return begin + sp.Add(*(body.xreplace({k: sp.Integer(j)}) for j in range(2, g)))
        if body.is_polynomial(k):
            return sp.factor(begin + sp.summation(body, (k, 2, g - 1)))  # type: ignore[operator]
        return begin + sp.Sum(body, (k, 2, g - 1))  # type: ignore[operator]

    # -- expectations --------------------------------------------------------------------

    def pull_back(self, target: sp.Expr, g: object) -> sp.Expr:
        """E[target(state after generation g) | state before it]: a polynomial in components."""
        updates, batches = self.step(g)
        table = {self.components[c]: e for c, e in updates.items() if c in self.components}
        e = target.xreplace(table)
        if not batches:
            return sp.expand(e)
        poly = sp.Poly(e, *batches)
        out: sp.Expr = sp.Integer(0)
        for powers, coeff in poly.terms():
            term = coeff
            for batch, k in zip(batches.values(), powers, strict=True):
                if k:
                    term *= self._batch_moment(k, g, *batch)
            out += term
        return out

    def _batch_moment(
        self, k: int, g: object, law: sp.Expr, size: sp.Expr, chance: sp.Expr | None = None
    ) -> sp.Expr:
        """E[(batch mean)^k]; where a filter makes the size random, its mean over that size."""
        family = self.process.family
        if chance is None:
            return family.batch_moment(k, law, size)
        y, out = sp.Dummy("y"), sp.Integer(0)
        poly = sp.Poly(sp.cancel(family.batch_moment(k, law, 1 / y)), y)
        for (r,), c in poly.terms():
            out += c * self._call(f"inverse_{r}", inverse_moment(r, size, chance), g) if r else c
        return out

    def recurrence(self, target: sp.Expr, start: int, g: sp.Symbol) -> Recurrence:
        """The closed recurrence of E[target], for generations after `start`."""
        wanted, constant = self._monomials(target)
        labels: list[sp.Expr] = [mono for mono, _ in wanted]
        rows: list[dict[sp.Expr, sp.Expr]] = []
        forcing: list[sp.Expr] = []
        for mono in labels:  # grows while it is walked
            image, const = self._monomials(self.pull_back(mono, g))
            for other, _ in image:
                if other not in labels:
                    labels.append(other)
            if len(labels) > MAX_MONOMIALS:
                raise OutsideFragment(f"more than {MAX_MONOMIALS} moments are needed")
            rows.append(dict(image))
            forcing.append(const)
        k = len(labels)
        matrix = sp.zeros(k, k)
        for r, row in enumerate(rows):
            for mono, c in row.items():
                matrix[r, labels.index(mono)] = c
        initial = sp.Matrix(k, 1, [self.early(mono, start) for mono in labels])
        row = sp.zeros(1, k)
        for mono, c in wanted:
            row[0, labels.index(mono)] = c
        return Recurrence(
            g,
            tuple(labels),
            matrix,
            sp.Matrix(k, 1, forcing),
            start,
            initial,
            row,
            constant,
            self.theta,
        )

    def early(self, target: sp.Expr, generation: int) -> sp.Expr:
        """E[target] at a concrete generation, by pulling back to the truth step by step."""
        e = target
        for g in range(generation, 0, -1):
            e = sp.expand(self.pull_back(e, g))
        left = sorted(e.free_symbols & set(self.generators()), key=str)
        if left:
            raise OutsideFragment(f"{left[0]} does not exist before generation {generation + 1}")
        return sp.factor(e)

    def generators(self) -> list[sp.Symbol]:
        """The random symbols of the state, in a fixed order."""
        return list(self.components.values())

    def _monomials(self, e: sp.Expr) -> tuple[list[tuple[sp.Expr, sp.Expr]], sp.Expr]:
        """(monomial in components, coefficient) pairs and the rest, in theta and parameters."""
        symbols = self.generators()
        if not symbols:
            return [], sp.factor(e)
        poly = sp.Poly(e, *symbols)
        out, constant = [], sp.Integer(0)
        for powers, c in poly.terms():
            mono = sp.prod([x**k for x, k in zip(symbols, powers, strict=True)])
            if mono == 1:
                constant = sp.factor(c)
            else:
                out.append((mono, sp.factor(c)))
        return out, constant

    @property
    def warm_up(self) -> int:
        """The first generation from which every step has the same form."""
        frozen = [c[1] for c in self.components if c[0] == "frozen"]
        past = [b.lag + 1 for fit in self.process.fits for b in fit.batches if isinstance(b, Past)]
        asked = [c[2] + (c[1] not in self._first_names) for c in self.components if c[0] == "past"]
        return max([1, self.lags, *frozen, *past, *asked])

    @property
    def _first_names(self) -> set[str]:
        """The batches that generation 1 draws."""
        return {b.name for b in self.process.fit_at(1).batches if isinstance(b, (Draw, Once))}
