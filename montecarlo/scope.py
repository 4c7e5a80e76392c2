"""Which random vectors an observable looks at, and what is known of it before sampling.

A `Scope` is one process at one instance. It resolves vector nodes to the keys under which a
sampler keeps them, and derives bounds of an observable from its structure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from refutable.derivations import process as P
from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.families import Categorical, Cdf, Scalar

from .instance import Number, number, probabilities, whole
from .paths import Key, Needs

__all__ = ["Scope"]

#: Vectors that are known before sampling.
FIXED = ("truth", "any", "truecov")
#: One term of a vector: (coefficient, key or ("truth",) or ("any", symbol)).
Term = tuple[Number, Key]


@dataclass(frozen=True)
class Scope:
    """process: None where only fixed vectors and numbers occur.  classes: coordinates of a vector.

    longest: the generation at which events of an infinite horizon are cut off.
    """

    process: P.Process | None
    at: Mapping[sp.Basic, object]
    classes: int = 0
    longest: int = 0

    @property
    def simplex(self) -> bool:
        """Models and batches are probability vectors."""
        return self.process is None or isinstance(self.process.family, Categorical)

    @property
    def span(self) -> tuple[float, float] | None:
        """Where a model that is one number lies; None for other models."""
        family = self.process.family if self.process is not None else None
        return family.span if isinstance(family, Scalar) else None

    @property
    def curve(self) -> bool:
        """Models are distribution functions."""
        return self.process is not None and isinstance(self.process.family, Cdf)

    # -- vectors ---------------------------------------------------------------------------

    def terms(self, v: sp.Basic) -> list[Term]:
        """A vector as a linear combination of sampled or fixed vectors."""
        if isinstance(v, Q.Comb):
            return [(number(c, "coefficient of a vector") * k, key)
                    for c, part in v.terms for k, key in self.terms(part)]  # fmt: skip
        one = Fraction(1)
        if isinstance(v, Q.TruthVec):
            return [(one, ("truth",))]
        if isinstance(v, Q.TruthCov):
            return [(one, ("truecov",))]
        if isinstance(v, Q.CovVec):
            g = self.generation(v.args[1], "covariance")
            return [(one, ("cov", g) if g else ("truecov",))]
        if isinstance(v, Q.AnyVec):
            p = probabilities(self.at, v.args[0])
            if self.classes and len(p) != self.classes:
                raise DomainError(f"{v.args[0]} has {len(p)} classes, the truth has {self.classes}")
            return [(one, ("any", v.args[0]))]
        if isinstance(v, Q.ModelVec):
            g = self.generation(v.args[1], "model")
            return [(one, ("model", g) if g else ("truth",))]
        if isinstance(v, Q.BatchVec):
            return [(one, ("batch", v.args[1].name, self.generation(v.args[2], "batch", 1)))]
        if isinstance(v, Q.NoiseVec):
            return [(one, ("noise", self.generation(v.args[1], "noise", 1)))]
        raise OutsideFragment(f"a vector {type(v).__name__}", part=type(v).__name__)

    def generation(self, index: sp.Basic, what: str, least: int = 0) -> int:
        """The internal generation of a paper index."""
        assert self.process is not None
        return whole(self.process.internal(index), f"the generation of a {what} ({index})", least)

    # -- needs -----------------------------------------------------------------------------

    def needs(self, e: sp.Basic) -> Needs:
        """The vectors and the horizon that evaluating `e` takes."""
        if isinstance(e, Q.CollapseTime):
            raise OutsideFragment(
                "a collapse time without a cap: ask for Min(T, cap) or for P(T > k)",
                part="CollapseTime",
            )
        if isinstance(e, Q.Fixation):
            self._check_absorbing()
            return Needs(frozenset({("model", self.longest)}), self.longest)
        if isinstance(e, (S.Rel, sp.Rel, sp.Min)) and any(
            isinstance(a, Q.CollapseTime) for a in e.args
        ):
            return self._horizon(e)
        if isinstance(e, Q.Vec):
            keys = {k for _, k in self.terms(e) if k[0] not in FIXED}
            return Needs(frozenset(keys))
        out = Needs()
        for a in e.args:
            if isinstance(a, (Q.Mean, Q.Prob)):
                raise OutsideFragment("an expectation inside an expectation", part="nested Mean")
            if isinstance(a, (sp.Expr, sp.Tuple, Q.Event, Q.Vec, sp.logic.boolalg.Boolean)):
                out = out | self.needs(a)
        return out

    def _horizon(self, e: sp.Basic) -> Needs:
        others = [a for a in e.args if not isinstance(a, (Q.CollapseTime, sp.core.symbol.Str))]
        if len(others) != 1 or not others[0].is_number or self.process is None:
            raise OutsideFragment(f"a collapse time compared with {others}", part="CollapseTime")
        cap = math.floor(number(others[0], "cap of a collapse time"))
        return Needs(horizon=max(1, cap - self.process.origin + 1))

    def _check_absorbing(self) -> None:
        assert self.process is not None
        only_model = all(
            isinstance(b, P.Draw) and b.source == P.Model() for b in self.process.step.batches
        )
        if not (only_model and isinstance(self.process.step, P.Pool)):
            raise OutsideFragment(
                "fixation of a process in which a point mass need not stay one", part="Fixation"
            )

    # -- bounds ----------------------------------------------------------------------------

    def vector_mass(self, v: sp.Basic) -> tuple[float, float]:
        """(sum of positive, sum of negative coefficients' sizes) over probability vectors."""
        up = down = Fraction(0)
        for c, key in self.terms(v):
            c = Fraction(c)
            parts = [c, -c] if key[0] == "noise" else [c]
            up += sum(x for x in parts if x > 0)
            down -= sum(x for x in parts if x < 0)
        return float(up), float(down)

    def check_shift(self, v: sp.Basic) -> None:
        """Weights and means live up to a shift by the true ones, which nobody names."""
        if self.simplex or self.curve or self.span is not None:
            return
        matrices = {key[0] in ("cov", "truecov") for _, key in self.terms(v)}
        if matrices == {True}:
            return
        if len(matrices) > 1:
            raise OutsideFragment("a mean added to a covariance", part="CovVec")
        if any(key[0] == "any" for _, key in self.terms(v)):
            raise OutsideFragment("a probability vector beside weights", part="AnyVec")
        if sum(Fraction(c) for c, key in self.terms(v) if key[0] != "noise") != 0:
            raise OutsideFragment(
                "the true weights (or mean) have no value: ask for model - truth",
                part="the truth itself",
            )
