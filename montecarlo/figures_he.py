"""He et al. 2026, Figures 7 to 10: real and synthetic data in every round. Index t = 0, 1, ...

n real data with weight w, m synthetic ones with 1 - w; the first fit is real.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
import sympy as sp

from refutable.derivations.families import Cdf, Family, Gaussian, Linear
from refutable.derivations.process import Draw, Model, Pool, Process, Truth

from .figure import Curve, Figure
from .fitted import Glm, KnownDesign

__all__ = ["FIGURES", "loop"]

t, Sigma, spectrum = sp.symbols("t Sigma Lambda")
#: Eigenvalues of X'X of the one given design, 100 rows of N(0, I / p): one draw, rounded.
DESIGN = {
    p: tuple(
        sp.Rational(round(float(v) * 1000), 1000)
        for v in np.linalg.svd(
            np.random.Generator(np.random.Philox(key=[9, p])).standard_normal((100, p)) / sqrt(p),
            compute_uv=False,
        )
        ** 2
    )
    for p in (2, 4)
}
FITS = ("logistic", "Poisson")


def loop(family: Family, weight: object, real: int, size: int) -> Process:
    """Both data in every round; with w = 0 the first fit is synthetic data of the truth."""
    synthetic = Draw(Model(), size, "synthetic")
    if weight == 0:
        return Process("He", family, Pool([synthetic]), index=t, origin=0)
    batches = [Draw(Truth(), real, "real"), synthetic]
    w = sp.sympify(weight)
    first = Pool([Draw(Truth(), real, "real")])
    return Process("He", family, Pool(batches, [w, 1 - w]), first=first, index=t, origin=0)


def models(p: int) -> dict[str, tuple[Family, dict, str]]:
    """Panel -> (family, values, quantity) in p dimensions.

    Covariates N(0, I / p) and coefficients 1; the true covariance is I / p for p = 4, else I.
    """
    eigenvalue = sp.Rational(1, p) if p == 4 else sp.Integer(1)
    plane, normal = Gaussian("Sigma"), {Sigma: (eigenvalue,) * p}
    ones = (1,) * p
    each = sp.Rational(1, p)
    return {
        "mean": (plane, normal, "risk"),
        "covariance": (plane, normal, "frobenius"),
        "linear, one design": (KnownDesign(100, 1, spectrum), {spectrum: DESIGN[p]}, "risk"),
        "linear, fresh designs": (Linear(p, None, p), {}, "risk"),
        "logistic": (Glm("logistic", ones, spread=each), {}, "risk"),
        "Poisson": (Glm("poisson", ones, spread=each), {}, "risk"),
        "distribution function": (Cdf(), {}, "risk"),
    }


def fig7(full: bool = False) -> Figure:
    """Synthetic data alone."""
    curves = []
    for panel, (family, at, quantity) in models(4).items():
        last = 1000 if full or panel not in FITS else 60
        steps = tuple(range(min(last, 60))) + tuple(range(60, last, 20))
        runs = 1000 if full or panel not in FITS else 100
        process = loop(family, 0, 100, 100)
        curves.append(Curve(panel, "synthetic data alone", process, at, quantity, steps, runs))
    note = (
        "printed or in the authors' code: n = m = 100, p = 4, Sigma = I/p, covariates N(0, I/p),"
        " coefficients 1, noise 1, 1000 rounds, 1000 runs; regression errors are squared lengths of"
        " coefficients; theory of GLMs: first order; the means of the Gaussian errors are carried by"
        " replicates too rare to be seen; a curve ends where 5 % of its replicates have no fit"
    )
    reduced = "" if full else "logistic, Poisson: 60 rounds, 100 runs"
    log = ("covariance", "logistic", "Poisson")
    return Figure("He et al., Figure 7: synthetic data alone", note, tuple(curves), reduced,
                  x="round", log=log)  # fmt: skip


def _runs(panel: str, runs: int, full: bool) -> int:
    return runs if full or panel not in FITS else min(runs, 60)


def _limit(label: str, panel: str, x: float, weight: object, size: int, runs: int, last: int,
           record: int) -> Curve:  # fmt: skip
    family, at, quantity = models(2)[panel]
    window = tuple(range(last - record, last))
    return Curve(panel, label, loop(family, weight, 100, size), at, quantity, window, runs, x)


def fig8(full: bool = False) -> Figure:
    """As many real as synthetic data: the limiting error by weight."""
    grid = [sp.Rational(20 + 2 * i, 100) for i in range(30)]
    grid = grid if full else grid[::3] + grid[-1:]
    runs, last, record = (2000, 200, 100) if full else (300, 40, 20)
    curves = [
        _limit("by weight", panel, float(w), w, 100, _runs(panel, runs, full), last, record)
        for panel in models(2) for w in sorted(grid)
    ]  # fmt: skip
    note = (
        "printed or in the authors' code: n = m = 100, p = 2, Sigma = I, w = 0.20, 0.22, ..., 0.78,"
        " 2000 runs, 200 rounds, the last 100 averaged; theory of GLMs: first order"
    )
    reduced = "" if full else "11 weights, 300 runs (GLMs 60), 40 rounds of which 20 averaged"
    return Figure("He et al., Figure 8: the error by the weight of real data", note, tuple(curves),
                  reduced, x="weight w of real data")  # fmt: skip


def fig9(full: bool = False) -> Figure:
    """More synthetic than real data: the best weight, and mixing by size."""
    grid = [sp.Rational(1 + 2 * i, 100) for i in range(10)]
    curves = []
    for panel in models(2):
        for k in grid if full else grid[1::2]:
            size = int(100 / k)
            best = sp.Rational(round(1e6 * (sqrt(k**2 + 4 * k) - k) / 2), 10**6)
            runs, last, record = (1000, 200, 100) if full else (60, 30, 10)
            for label, w in (("best weight", best), ("by size", k / (1 + k))):
                x = float(k)
                size = size // 100 * 100 if panel == "linear, one design" else size
                some = runs if full or panel not in FITS else 20
                curves.append(_limit(label, panel, x, w, size, some, last, record))
    note = (
        "printed or in the authors' code: n = 100, k = 0.01, 0.03, ..., 0.19, m = floor(n/k) (whole"
        " designs where there is one), 1000 runs, 200 rounds, the last 100 averaged; weight by size"
        " k/(1 + k); theory of GLMs: first order"
    )
    reduced = "" if full else "5 ratios, 60 runs (GLMs 20), 30 rounds of which 10 averaged"
    return Figure("He et al., Figure 9: more synthetic than real data", note, tuple(curves), reduced,
                  x="k = n/m")  # fmt: skip


def fig10(full: bool = False, adult: str = "") -> Figure:
    """The Adult data, from the user's file."""
    from .adult import curves

    note = (
        "printed or in the authors' code: n = m = 500, w = 0.20, 0.22, ..., 0.78, 100 rounds, the"
        " last 20 averaged, 1000 runs; drawn from the file with replacement; theory of the"
        " regression: first order"
    )
    reduced = "" if full else "11 weights, 100 runs, 30 rounds of which 20 averaged"
    return Figure("He et al., Figure 10: the Adult data", note, tuple(curves(adult, full)), reduced,
                  x="weight w of real data")  # fmt: skip


FIGURES: dict[str, Callable[..., Figure]] = {
    "he-fig7": fig7, "he-fig8": fig8, "he-fig9": fig9, "he-fig10": fig10,
}  # fmt: skip
