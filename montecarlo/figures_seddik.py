"""Seddik et al. 2024, Figures 1, 2, 4, 5 and 6.

Initial laws are only in images: stand-ins with the support and the sum of squares that the text
states where it does. Index m = 1, 2, ...
"""

from __future__ import annotations

import numpy as np
import sympy as sp

from . import lent
from .figure import Curve, Figure
from .presets import PRESETS, N, n

__all__ = ["FIGURES"]

P = sp.Symbol("p")
#: 52 of 600 tokens with a sum of squares of 0.0996, for the 0.1 that the text states.
TOKENS = (sp.Rational(3, 10), *[sp.Rational(7, 510)] * 51)
UNIFORM = (sp.Rational(1, 52),) * 52
PEAKED = (sp.Rational(7, 10), *[sp.Rational(3, 510)] * 51)
LAWS = {"S0 = 0.02": UNIFORM, "S0 = 0.1": TOKENS, "S0 = 0.49": PEAKED}
DEVIATION, DRIFT, TIMES = "mean of sigma_m", "drift from p(1)", "histogram of T: share of runs"


def _preset(name: str, window: int = 0):  # type: ignore[no-untyped-def]
    return PRESETS[name].make(window)


def _dirichlet(k: int) -> tuple[sp.Rational, ...]:
    """A random law on three tokens, exact; k says which."""
    x = np.random.Generator(np.random.Philox(key=[7, k])).exponential(size=3)
    parts = [int(v * 10**6) + 1 for v in x]
    return tuple(sp.Rational(v, sum(parts)) for v in parts)


def fig1(full: bool = False) -> Figure:
    """81 contexts of three tokens, n = 1000 data each."""
    process, size = _preset("fully-synthetic"), sp.Integer(1000)
    path, steps = tuple(range(0, 4001, 40)), tuple(range(1, 4001, 50))
    laws = [_dirichlet(k) for k in range(9)]
    curves = [
        Curve("81 contexts in the triangle of laws", f"law {k + 1}", process, {n: size, P: law},
              "share", path, 9, trail=True)
        for k, law in enumerate(laws)
    ] + [
        Curve(DEVIATION, f"law {k + 1}", process, {n: size, P: law}, "sqnorm", steps, 100)
        for k, law in enumerate(laws[:4])
    ]  # fmt: skip
    note = (
        "printed: s = 3, 3-gram contexts (81), n = 1000, random laws; stand-ins: nine"
        " Dirichlet(1, 1, 1) laws, nine contexts each, 4000 generations"
    )
    return Figure("Seddik et al., Figure 1: contexts go to the corners", note, tuple(curves))


def fig2(full: bool = False) -> Figure:
    """Mean collapse time by n, between the bounds of eq. (8)."""
    curves, lines = [], {}
    sizes = [10, 50, 100, 150, 200, 250, 300, 350, 400]
    for label, law in LAWS.items():
        square, support = float(sum(x * x for x in law)), len(law)
        for size in sizes:
            exact = () if lent.collapse_time is None else (lent.collapse_time(law, size),)
            curves.append(
                Curve("mean collapse time", label, _preset("fully-synthetic"),
                      {n: sp.Integer(size), P: law}, "time", (16 * size,), 100, float(size), exact)
            )  # fmt: skip
        low = [1 + (1 - square) / (1 - 1 / support) * (k - 1) for k in sizes]
        lines[f"{label}: lower bound (8)"] = ("mean collapse time", sizes, low)
    note = (
        "printed: 600 tokens, n = 10, 50, ..., 400, 100 runs, lower bound of (8); stand-ins: laws on"
        " 52 of them; theory: exact E[T]; runs end at 16 n"
    )
    return Figure("Seddik et al., Figure 2: collapse time by n", note, tuple(curves),
                  x="n", lines=lines)  # fmt: skip


def fig4(full: bool = False) -> Figure:
    """Most recent K models, and all earlier ones alike."""
    loops = {f"K = {k}": (_preset("most-recent", k), k) for k in (1, 2, 5)}
    loops["all models"] = (_preset("randomly-sampled"), 1)
    last = 500
    steps = tuple(range(1, 60)) + tuple(range(60, last + 1, 10))
    edges = tuple(sorted({round(last ** (k / 18)) for k in range(18)} | {last + 1}))
    curves = [
        Curve(panel, label, process, {n: sp.Integer(10 // k), P: TOKENS}, quantity,
              (last + 1,) if panel == TIMES else steps, 100, bins=edges if panel == TIMES else ())
        for panel, quantity in ((DEVIATION, "sqnorm"), (DRIFT, "drift"), (TIMES, "time"))
        for label, (process, k) in loops.items()
    ]  # fmt: skip
    note = (
        "printed: n = 10, 52 of 600 tokens, S0 = 0.1, 100 runs, 500 generations, K = 1; stand-ins:"
        " K = 2 and 5, the law, bins of T that grow; what is missing from a sum of one has T > 500;"
        " a point mass need not stay one where older models are used: T is the first"
    )
    return Figure("Seddik et al., Figure 4: older models help", note, tuple(curves), log_x=True)


def _partly(label: str, size: int, law: tuple) -> list[Curve]:
    at = {n: sp.Integer(size), N: sp.Integer(100), P: law}
    process = _preset("partially-synthetic")
    return [
        Curve(panel, label, process, at, quantity, tuple(range(1, 51)), 100)
        for panel, quantity in ((DEVIATION, "sqnorm"), (DRIFT, "drift"))
    ]


def fig5(full: bool = False) -> Figure:
    """Retained real data, by n."""
    curves = [c for size in (10, 50, 100, 500) for c in _partly(f"n = {size}", size, TOKENS)]
    note = (
        "printed: N = 100, 50 generations, 100 runs, 52 of 600 tokens, S0 = 0.1; stand-ins: the law,"
        " n = 10, 50, 100, 500"
    )
    return Figure("Seddik et al., Figure 5: real data kept, by n", note, tuple(curves))


def fig6(full: bool = False) -> Figure:
    """Retained real data, by initial law."""
    curves = [c for label, law in LAWS.items() for c in _partly(label, 10, law)]
    note = "printed: n = 10, N = 100, 50 generations, 100 runs; stand-ins: the laws"
    return Figure("Seddik et al., Figure 6: real data kept, by initial law", note, tuple(curves))


FIGURES = {f"seddik-fig{k}": f for k, f in ((1, fig1), (2, fig2), (4, fig4), (5, fig5), (6, fig6))}
