"""Gerstgrasser et al. 2024, Figures 7 and 16: least squares on one design. Index m = 1, 2, ..."""

from __future__ import annotations

import sympy as sp

from .figure import Curve, Figure
from .presets import PRESETS, T, d, sigma2

__all__ = ["FIGURES"]

PANEL = "test error"
GENERATIONS = tuple(range(1, 31))
NOTE = (
    "printed: the three laws; stand-ins: d = 10, T = 50, sigma = 1, 30 iterations, 1000 runs; the"
    " design is Gaussian, one for all iterations of a run"
)


def _curve(label: str, name: str) -> Curve:
    at = {d: sp.Integer(10), T: sp.Integer(50), sigma2: sp.Integer(1)}
    return Curve(PANEL, label, PRESETS[name].make(0), at, "risk", GENERATIONS, 1000)


def fig7(full: bool = False) -> Figure:
    """Replace grows linearly, accumulate levels off."""
    curves = (_curve("replace", "linear-replace"), _curve("accumulate", "linear-accumulate"))
    return Figure("Gerstgrasser et al., Figure 7: replace and accumulate", NOTE, curves)


def fig16(full: bool = False) -> Figure:
    """Replace with m copies grows as the logarithm."""
    curves = (
        _curve("replace multiple", "linear-replace-multiple"),
        _curve("accumulate", "linear-accumulate"),
    )
    return Figure("Gerstgrasser et al., Figure 16: as much data as accumulate", NOTE, curves)


FIGURES = {"gerstgrasser-fig7": fig7, "gerstgrasser-fig16": fig16}
