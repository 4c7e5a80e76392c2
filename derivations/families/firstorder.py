"""Maximum likelihood in a generalised linear model, to first order.

The weighted score equation, linearised at the truth, makes the estimate a weighted sum of batch
terms: a batch of `size` pairs contributes its law's parameter plus a mean of `size` independent
terms with covariance M^-1 (M the Fisher information). Only tr(M^-1) enters squared errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from ..errors import ProcessError
from .linear import Linear

if TYPE_CHECKING:
    from ..statement import Rel

__all__ = ["FirstOrder"]


@dataclass(frozen=True)
class FirstOrder(Linear):
    """The linearised estimate; `trace` is tr(M^-1), a positive number.

    What it leaves out: terms of higher order in 1/size, and estimates that do not exist.

    >>> n, trace = sp.symbols("n trace")
    >>> FirstOrder(trace).noise(n)
    trace/n
    """

    d: object = sp.Integer(1)
    rows: object = None
    sigma2: object = sp.Integer(1)

    oracle = "coefficients of the noise"

    def __init__(self, trace: object = None, d: object = 1, rows: object = None, sigma2=None):  # type: ignore[no-untyped-def]
        e = sp.sympify(trace if trace is not None else sigma2)
        if not isinstance(e, sp.Expr):
            raise ProcessError(f"FirstOrder(trace): a symbol or number is needed (got {trace!r})")
        object.__setattr__(self, "d", sp.Integer(1))
        object.__setattr__(self, "rows", None)
        object.__setattr__(self, "sigma2", e)

    def finite(self, size: sp.Expr) -> tuple[Rel, ...]:
        """To first order every batch has a second moment."""
        return ()

    def noise(self, size: sp.Expr) -> sp.Expr:
        """tr(M^-1) over the number of pairs."""
        return self.sigma2 / size
