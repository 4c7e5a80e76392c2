"""Bakshi et al. 2026, Figures 2, 3 and 6. Index m = 1, 2, ... is the paper's t + 1.

n_t = n m^power data; a share alpha_t of them is real, or none.
"""

from __future__ import annotations

import numpy as np
import sympy as sp

from refutable.derivations.families import Categorical, Family
from refutable.derivations.process import (
    Accumulate,
    Draw,
    Fit,
    Mix,
    Model,
    Pool,
    Process,
    Truth,
)

from .figure import Curve, Figure
from .fitted import Glm, NormalMixture

__all__ = ["FIGURES"]

m = sp.Symbol("m")
P = sp.Symbol("p")
#: alpha by generation; m - 1 is the paper's t, and the first fit has no model to mix with.
SHARES = {
    "alpha = 0.1": sp.Rational(1, 10),
    "alpha = t^(-1/2)": (m - 1) ** sp.Rational(-1, 2),
    "alpha = 1/t": 1 / (m - 1),
    "alpha = 1/t^2": 1 / (m - 1) ** 2,
}
GROWTH = ("fixed", "linear", "quadratic", "cubic")
BASE = 100


def _dirichlet(s: int) -> tuple[sp.Rational, ...]:
    x = np.random.Generator(np.random.Philox(key=[5, s])).exponential(size=s)
    parts = [int(v * 10**6) + 1 for v in x]
    return tuple(sp.Rational(v, sum(parts)) for v in parts)


def _loop(family: Family, share: object, size: object, pooled: bool = False) -> Process:
    """The first fit is real; share None: all data after it are synthetic."""
    source = Model() if share is None else Mix(share, Truth(), Model())
    if pooled:
        step: Fit = Accumulate(Draw(source, size, "data"))
        first: Fit = Accumulate(Draw(Truth(), size, "data"))
    else:
        step = Pool([Draw(source, size, "data")])
        first = Pool([Draw(Truth(), size, "data")])
    return Process("Bakshi", family, step, first=first, index=m)


def _steps(last: int) -> tuple[int, ...]:
    return tuple(range(1, min(last, 40) + 1)) + tuple(range(45, last + 1, 5))


def fig2(full: bool = False) -> Figure:
    """Mixtures: the newest batch alone, and all data pooled."""
    law = _dirichlet(50)
    curves = [
        Curve(f"{'pooled' if pooled else 'newest'}, {share}", f"n {word}",
              _loop(Categorical("p"), SHARES[share], BASE * m**power, pooled), {P: law}, "risk",
              _steps(200), 100)
        for pooled in (False, True) for share in SHARES for power, word in enumerate(GROWTH)
    ]  # fmt: skip
    note = (
        "printed: K = 50, T = 200, 100 repetitions, alpha fixed at 0.1; stand-ins: the other alphas,"
        " n = 100 (t + 1)^p, p = 0 to 3, one Dirichlet law"
    )
    return Figure("Bakshi et al., Figure 2: R_t of mixtures of real and synthetic data", note,
                  tuple(curves), log=tuple({c.panel for c in curves}))  # fmt: skip


def fig3(full: bool = False) -> Figure:
    """All synthetic data pooled."""
    curves = tuple(
        Curve("R_t", f"n {word}", _loop(Categorical("p"), None, BASE * m**power, True),
              {P: _dirichlet(50)}, "risk", _steps(200), 100)
        for power, word in enumerate(GROWTH)
    )  # fmt: skip
    note = "printed: alpha = 0, pooled; stand-ins: n = 100 (t + 1)^p, K = 50, one Dirichlet law, T = 200"
    return Figure("Bakshi et al., Figure 3: synthetic data pooled", note, curves)


LIMITED = "4 n fixed, alpha fixed"
SETTINGS: dict[str, tuple[object, object, bool]] = {
    "1 synthetic, n linear": (None, BASE * m, False),
    "2 synthetic, n quadratic": (None, BASE * m**2, False),
    "3 accumulate, n fixed": (None, sp.Integer(BASE), True),
    LIMITED: (sp.Rational(1, 10), sp.Integer(BASE), False),
    "5 n linear, alpha 1/t": (1 / (m - 1), BASE * m, False),
    "6 n linear, alpha fixed": (sp.Rational(1, 10), BASE * m, False),
    "7 n linear, alpha t^(-1/2)": ((m - 1) ** sp.Rational(-1, 2), BASE * m, False),
    "8 n linear, alpha 1/log(t + 2)": (1 / sp.log(m + 1), BASE * m, False),
}


def _normal_mean(share: object, size: object, last: int) -> list[float]:
    """E mean^2 of a normal law refitted to n data, of which a share comes from N(0, 1).

    A datum's mean square about zero is a + (1 - a)(u + v), where u = E mean^2 and v = E variance.
    """
    u, v, out = 0.0, 1.0, []
    for g in range(1, last + 1):
        n = float(sp.sympify(size).subs(m, g))
        a = 1.0 if g == 1 else 0.0 if share is None else float(sp.sympify(share).subs(m, g))
        datum = a + (1 - a) * (u + v)
        pairs = (1 - a) ** 2 * u  # E of the product of two different data
        u, v = datum / n + (1 - 1 / n) * pairs, (1 - 1 / n) * (datum - pairs)
        out.append(u)
    return out


def fig6(full: bool = False) -> Figure:
    """Four classes of models, eight settings."""
    half = (sp.Rational(1, 2),) * 2
    classes: dict[str, tuple[Family, dict, str, int, int]] = {
        "categorical": (Categorical("p"), {P: (sp.Rational(1, 10),) * 10}, "risk", 100, 100),
        "Gaussian mean": (NormalMixture((1,), (0,), (1,)), {}, "l1 squared", 100, 30),
        "Gaussian mixture, W1": (NormalMixture(half, (-2, 2), (1, 1)), {}, "l1", 100, 15),
        "logistic": (Glm("logistic", (0, 1, -1), intercept=True), {}, "risk", 50, 25),
    }
    curves = []
    for panel, (family, at, quantity, last, short) in classes.items():
        for k, (label, (share, size, pooled)) in enumerate(SETTINGS.items(), 1):
            if k == 2 and panel != "categorical":
                continue
            steps = _steps(last if full else short)
            runs = 100 if full or panel in ("categorical", "Gaussian mean") else 40
            process = _loop(family, share, size, pooled)
            known = None
            if panel == "Gaussian mean" and not pooled:
                known = tuple(_normal_mean(share, size, max(steps))[g - 1] for g in steps)
            curves.append(Curve(panel, label, process, at, quantity, steps, runs, known=known))
    note = (
        "printed: setting 2 is categorical only; stand-ins: sizes, laws, alpha = 0.1, 1/log(t + 2) in"
        " place of 1/log t; squared errors, but W1 between mixing measures; theory: exact for"
        " categorical models and means, first order for logistic ones"
    )
    first, keeps = (1 - sum(x * x for x in classes["categorical"][1][P])) / BASE, sp.Rational(9, 10)
    limit = float(first / (1 - (1 - sp.Rational(1, BASE)) * keeps**2))
    lines = {f"{LIMITED}: limit": ("categorical", [1, 100], [limit, limit])}
    return Figure("Bakshi et al., Figure 6: eight settings", note, tuple(curves),
                  "" if full else "mixture: 15 rounds, logistic: 25, with 40 runs each; normal: 30",
                  log=tuple(classes), lines=lines)  # fmt: skip


FIGURES = {"bakshi-fig2": fig2, "bakshi-fig3": fig3, "bakshi-fig6": fig6}
