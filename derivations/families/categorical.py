"""Categorical models: a generation's model is a vector of relative frequencies.

One coordinate of the mean of `size` draws from a law with coordinate q is a binomial proportion;
its moments follow from the falling factorials of a binomial count X:
E[X (X-1) ... (X-k+1)] = size (size-1) ... (size-k+1) q**k.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy as sp
from sympy.functions.combinatorial.numbers import stirling

from ..errors import ProcessError
from .base import Family

__all__ = ["Categorical"]


@dataclass(frozen=True)
class Categorical(Family):
    """Probability vectors fitted by relative frequencies.

    truth: the symbol (or name) of the true vector; give it a `Simplex` domain in a claim.

    >>> import sympy as sp
    >>> q, n = sp.symbols("q n")
    >>> sp.factor(Categorical("p").batch_moment(2, q, n) - q**2)
    -q*(q - 1)/n
    """

    truth: sp.Symbol = field(default_factory=lambda: sp.Symbol("p"))

    oracle = "exact"

    def __post_init__(self) -> None:
        if isinstance(self.truth, str):
            object.__setattr__(self, "truth", sp.Symbol(self.truth))
        if not isinstance(self.truth, sp.Symbol):
            raise ProcessError(f"Categorical(truth): a symbol is needed (got {self.truth!r})")

    @property
    def parameters(self) -> set[sp.Basic]:
        return {self.truth}

    def batch_moment(self, power: int, law: sp.Expr, size: sp.Expr) -> sp.Expr:
        terms = [
            stirling(power, k) * sp.prod([size - j for j in range(k)]) * law**k
            for k in range(power + 1)
        ]
        return sum(terms, sp.Integer(0)) / size**power
