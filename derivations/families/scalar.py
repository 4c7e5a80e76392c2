"""Models that are one number: the family to derive your own from.

A subclass says what the mean of a batch of `size` data is, given the number q that is its law
(each datum's, affine in earlier models). It says so up to three times, once for each engine, and
the engines are compared: a slip in one of them is a contradiction and no verdict.

    batch_moment(power, law, size)   E[batch^power | law], a polynomial in the law (symbolic)
    outcomes(law, size)              the whole law of the batch, where it is finite (exact)
    sample(rng, law, size)           one batch for each entry of an array of laws (Monte Carlo)

An engine whose method is missing refuses; the others still answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import sympy as sp

from ..errors import OutsideFragment, ProcessError
from .base import Family

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Scalar"]


@dataclass(frozen=True)
class Scalar(Family):
    """One number, estimated by a batch's mean.

    truth: the symbol (or name) of the true number; give it a `Reals` domain in a claim, and use
    the symbol for the truth in statements. span: where models lie, if that is bounded: sampling
    needs it for its error rates. convention: which estimator it is, in a word, for the reader.
    """

    truth: sp.Symbol = field(default_factory=lambda: sp.Symbol("mu"))

    oracle = "exact"
    span: ClassVar[tuple[float, float]] = (float("-inf"), float("inf"))
    convention: ClassVar[str] = "mean of the batch"

    def __post_init__(self) -> None:
        if isinstance(self.truth, str):
            object.__setattr__(self, "truth", sp.Symbol(self.truth))
        if not isinstance(self.truth, sp.Symbol):
            name = type(self).__name__
            raise ProcessError(f"{name}(truth): a symbol is needed (got {self.truth!r})")

    @property
    def parameters(self) -> set[sp.Basic]:
        """The true number, and the symbols of every other field of a subclass."""
        values = [sp.sympify(x) for x in vars(self).values() if not isinstance(x, str)]
        return {s for x in values for s in x.free_symbols}

    def batch_moment(self, power: int, law: sp.Expr, size: sp.Expr) -> sp.Expr:
        raise OutsideFragment(f"{self._name} gives no batch_moment", part=self._name)

    def outcomes(self, law: Fraction, size: int) -> Iterable[tuple[Fraction, Fraction]]:
        """(value, probability) pairs of a batch's mean; the probabilities sum to one.

        Symbols of the family's own fields have their values here: `self` is at an instance.
        """
        raise OutsideFragment(f"{self._name} has no finite outcomes", part=self._name)

    def sample(self, rng: np.random.Generator, law: np.ndarray, size: int) -> np.ndarray:
        """The means of independent batches, one for each entry of `law` (runs,)."""
        raise OutsideFragment(f"{self._name} gives no sample", part=self._name)

    def at(self, values: dict[sp.Basic, Any]) -> Scalar:
        """The family with numbers (Fractions) for the symbols of its fields, the truth kept."""
        from dataclasses import fields, replace

        put = {}
        for f in fields(self):
            x = getattr(self, f.name)
            if f.name != "truth" and isinstance(x, sp.Basic) and x.free_symbols:
                e = x.xreplace({k: v for k, v in values.items() if isinstance(v, sp.Basic)})
                put[f.name] = Fraction(int(e.p), int(e.q)) if e.is_Rational else e
        return replace(self, **put)

    @property
    def _name(self) -> str:
        return f"the family {type(self).__name__}"
