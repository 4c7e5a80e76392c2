"""`refutable simulate` with the exact engine's numbers beside the sampled ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import sympy as sp

from refutable.montecarlo import lent
from refutable.montecarlo.cli import add_parser

if TYPE_CHECKING:
    from flint import fmpq

__all__ = ["add_parser"]


def _collapse_time(law: Sequence[sp.Rational], size: int) -> float:
    from .exact.dual_numeric import collapse_time_float

    return collapse_time_float(_exact(law), size)[0]


def _collapsed_by(law: Sequence[sp.Rational], size: int, last: int) -> list[float]:
    from .exact.dual_numeric import collapsed_by_float

    return collapsed_by_float(_exact(law), size, last)[0]


def _of_token(f: Callable, share: float, size: int, last: int) -> Sequence[float]:
    from .exact.two_types import of_token

    return list(of_token(f, share, size, last))


def _exact(law: Sequence[sp.Rational]) -> list[fmpq]:
    from flint import fmpq

    return [fmpq(int(x.p), int(x.q)) for x in law]


lent.lend(_collapse_time, _collapsed_by, _of_token)
