"""What a family of models must tell the engines.

A family is one small class. Its scalar coordinates evolve as linear statistics: a batch mean is
its law plus noise, and the noise's conditional moments are polynomials in the law. That is all
that the moment engine needs to close the recursion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import sympy as sp

if TYPE_CHECKING:
    from ..statement import Rel

__all__ = ["Family"]


class Family:
    """Base class of all families.

    oracle: the engine (or method) that judges this family's numbers independently.
    scalar: True where one coordinate of the model, by itself, is a closed recursion.
    """

    oracle: ClassVar[str] = "exact"
    scalar: ClassVar[bool] = True

    @property
    def parameters(self) -> set[sp.Basic]:
        """Symbols that belong to the family itself (d, sigma, ...)."""
        return set()

    def finite(self, size: sp.Expr) -> tuple[Rel, ...]:
        """What a batch of this size needs for its second moments to be finite, as `a >= b`."""
        return ()

    def batch_moment(self, power: int, law: sp.Expr, size: sp.Expr) -> sp.Expr:
        """E[b**power | law] for one coordinate b of the mean of `size` data; polynomial in law."""
        raise NotImplementedError
