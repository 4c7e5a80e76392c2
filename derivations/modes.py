"""Moment closure for models with several quadratic invariants: Gaussian mean and covariance.

The linear maps of a generation are those of `moments.MomentSystem`; every component has one symbol
per mode. A product of two symbols of one mode is a bilinear invariant (inner product of means,
product of traces, Frobenius inner product), so all monomials have degree at most two.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp

from . import quantity as Q
from .errors import OutsideFragment
from .families.gaussian import MODES, Gaussian
from .moments import Component, MomentSystem
from .process import Accumulate, Draw, Once, Pool

__all__ = ["ModedSystem"]


@dataclass
class ModedSystem(MomentSystem):
    """`MomentSystem` with a symbol per component and mode.

    truths: the truth's own symbol in each mode; `named` says what their powers are.
    """

    moded: dict[tuple[Component, str], sp.Symbol] = field(default_factory=dict)
    truths: dict[str, sp.Symbol] = field(
        default_factory=lambda: {mode: sp.Dummy(f"theta_{mode}") for mode in MODES}
    )

    def in_mode(self, c: Component, mode: str) -> sp.Expr:
        """The symbol of a component in a mode."""
        base = self.symbol(c)
        if base == self.theta:
            return self.truths[mode]
        if mode == "second" and self.process.family.divisor != "n":
            # In this basis the covariance is a recursion by itself; with n, the other one is simpler.
            return self.in_mode(c, "scatter") + self.in_mode(c, "mean") ** 2
        key = (next(k for k, s in self.components.items() if s == base), mode)
        if key not in self.moded:
            self.moded[key] = sp.Dummy("_".join(map(str, (*key[0], mode))))
        return self.moded[key]

    def _translate(self, e: sp.Expr, mode: str, batches: dict[sp.Symbol, sp.Symbol]) -> sp.Expr:
        table: dict[sp.Basic, sp.Expr] = {self.theta: self.truths[mode], **batches}
        for c, s in list(self.components.items()):
            if s in e.free_symbols:
                table[s] = self.in_mode(c, mode)
        return e.xreplace(table)

    def pull_back(self, target: sp.Expr, g: object) -> sp.Expr:
        """E[target after generation g | state before it], mode by mode."""
        updates, batches = self.step(g)
        family = self.process.family
        assert isinstance(family, Gaussian)
        _single_sources(self, target, g)
        fresh = {mode: {b: sp.Dummy(f"{b}_{mode}") for b in batches} for mode in MODES}
        laws = {
            b: {mode: self._translate(law, mode, {}) for mode in MODES}
            | {"ratio": self._ratio_of(law, g)}
            for b, (law, _) in batches.items()
        }

        def updated(c: Component, mode: str) -> sp.Expr:
            if mode == "scatter":
                return updated(c, "second") - updated(c, "mean") ** 2
            return self._translate(updates[c], mode, fresh[mode])

        table = {s: updated(c, mode) for (c, mode), s in list(self.moded.items()) if c in updates}
        e = sp.expand(target.xreplace(table))
        names = [(b, mode, fresh[mode][b]) for mode in MODES for b in batches]
        if not names:
            return e
        poly = sp.Poly(e, *(s for *_, s in names))
        out: sp.Expr = sp.Integer(0)
        for powers, coeff in poly.terms():
            term = coeff
            used: dict[sp.Symbol, list[tuple[str, int]]] = {}
            for (b, mode, _), k in zip(names, powers, strict=True):
                if k:
                    used.setdefault(b, []).append((mode, k))
            for b, found in used.items():
                size = batches[b][1]
                (mode, k), *rest = found
                if rest or k > 2:
                    raise OutsideFragment("moments of a Gaussian batch beyond the second")
                rule = family.linear if k == 1 else family.quadratic
                term *= rule(mode, laws[b], size)
            out += term
        return sp.expand(out)

    def _ratio_of(self, law: sp.Expr, g: object) -> sp.Expr:
        """The factor of a model's covariance over that with the divisor n; of the truth, one."""
        for c, s in self.components.items():
            if law == s and c[0] == "model":
                return self.ratio(sp.sympify(g) - c[1])
        if law != self.theta and self.process.family.centre == "pool":
            raise OutsideFragment("data from a law that is no single model", part=str(law))
        return sp.Integer(1)

    def ratio(self, generation: object) -> sp.Expr:
        """N/(N - 1) for the N data that a generation's covariance is made of, or one."""
        family, process = self.process.family, self.process
        if family.centre != "pool" or family.divisor == "n" or generation == 0:
            return sp.Integer(1)
        g = int(generation) if sp.sympify(generation).is_Integer else generation
        fit = process.fit_at(g) if isinstance(g, int) else process.step
        if isinstance(fit, Accumulate):
            total = self._total(fit.batch, g) + self._at(fit.batch.size, g)
        elif (
            isinstance(fit, Pool)
            and fit.weights is None
            and all(isinstance(b, (Draw, Once)) for b in fit.batches)
        ):
            total = sum((self._at(b.size, g) for b in fit.batches), sp.Integer(0))
        else:
            raise OutsideFragment("the unbiased divisor of weighted data", part="divisor")
        return sp.factor(total / (total - 1))

    def generators(self) -> list[sp.Symbol]:
        return list(self.moded.values())

    def name_truth(self, e: sp.Expr) -> sp.Expr:
        """Powers of the truth's symbols as the family's parameters; means are deviations."""
        matrix = self.process.true_covariance
        trace = Q.Trace(matrix)
        named = {
            self.truths["mean"]: sp.Integer(0),
            self.truths["trace"]: trace,
            self.truths["second"]: trace,
        }
        e = e.xreplace(named)
        square = self.truths["frobenius"]
        out: sp.Expr = sp.Integer(0)
        for summand in sp.Add.make_args(e):
            free, bound = summand.as_independent(square, as_Add=False)
            num, den = sp.fraction(sp.together(bound))
            if square in den.free_symbols:
                raise OutsideFragment("a quotient of true covariances")
            part: sp.Expr = sp.Integer(0)
            for (k,), c in sp.Poly(num, square).terms():
                if k not in (0, 2):
                    raise OutsideFragment("an odd power of the true covariance")
                part += c * (sp.Integer(1) if k == 0 else Q.SqNorm(matrix))
            out += free * sp.factor(part) / den
        return out


def _single_sources(system: ModedSystem, target: sp.Expr, g: object) -> None:
    """A mixture of Gaussians is no Gaussian: its covariance is not the mixed covariance."""
    fits = system.process.fits
    for fit in fits:
        for b in fit.batches:
            source = getattr(b, "source", None)
            if source is not None and len(list(source.terms())) > 1:
                raise OutsideFragment("data from a mixture of Gaussians", part="Mix")
