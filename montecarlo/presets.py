"""Processes by name for `refutable simulate`, with the sizes they take and their defaults.

Letters: n synthetic data per generation, N real data, alpha share of real data, K window,
T rows, d dimensions, sigma2 label noise. Index m; m = 1 is the first fit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from refutable.derivations.errors import UsageError
from refutable.derivations.families import Categorical, Cdf, Family, Gaussian, Linear
from refutable.derivations.process import (
    Accumulate,
    Average,
    Draw,
    Filter,
    Fit,
    Mix,
    Model,
    Once,
    Pool,
    Process,
    Truth,
)

from .fitted import Glm, KnownDesign, NormalMixture

__all__ = ["DEFAULT", "PRESETS", "Preset", "preset"]

DEFAULT = "fully-synthetic"

m, n, N, alpha, w, d, T, sigma2, real, synthetic = sp.symbols(
    "m n N alpha w d T sigma2 real synthetic"
)


@dataclass(frozen=True)
class Preset:
    """text: what it is.  make: window K -> process.  sizes: default values by letter.

    quantities: what is measured where nothing else is asked for.
    classes, truth, generations: what the command takes where nothing else is asked for.
    """

    text: str
    make: Callable[[int], Process]
    sizes: dict[str, int | str]
    quantities: tuple[str, ...] = ("sqnorm", "collapsed")
    window: int = 0
    classes: int | None = None
    truth: str | None = None
    generations: int = 20


def _categorical(name: str, step: Fit, first: Fit | None = None) -> Callable[[int], Process]:
    return lambda _: Process(name, Categorical("p"), step, first=first, index=m)


def _most_recent(window: int) -> Process:
    batches = [Draw(Model(lag), n, f"lag{lag}") for lag in range(1, window + 1)]
    return Process("most recent", Categorical("p"), Pool(batches), index=m)


def _linear(name: str, step: Fit, rows: sp.Symbol | None = T) -> Callable[[int], Process]:
    return lambda _: Process(name, Linear(d, rows, sigma2), step, index=m)


def _fitted(name: str, family: Family) -> Callable[[int], Process]:
    step = Pool([Draw(_MIXED, n, "data")])
    return lambda _: Process(name, family, step, first=Pool([Draw(Truth(), n, "data")]), index=m)


_REAL = Once(Truth(), N, "real")
_MIXED = Mix(alpha, Truth(), Model())
_BOTH = [Draw(Truth(), N, "real"), Draw(Model(), n, "synthetic")]
_SIZES: dict[str, int | str] = {"d": 5, "T": 40, "sigma2": 1}

PRESETS: dict[str, Preset] = {
    "fully-synthetic": Preset(
        "n draws from the latest model",
        _categorical("fully synthetic", Pool([Draw(Model(), n)])),
        {"n": 100},
    ),
    "partially-synthetic": Preset(
        "the same N real data every time, and n draws from the latest model",
        _categorical("partially synthetic", Pool([_REAL, Draw(Model(), n)]), Pool([_REAL])),
        {"n": 100, "N": 100},
    ),
    "mixture": Preset(
        "n data, each real with chance alpha, else from the latest model",
        _categorical("mixture", Pool([Draw(_MIXED, n)]), Pool([Draw(Truth(), n)])),
        {"n": 100, "alpha": "1/10"},
        ("sqnorm", "risk"),
    ),
    "accumulate": Preset(
        "n draws from the latest model are added to all data so far",
        _categorical("accumulate", Accumulate(Draw(Model(), n, "data"))),
        {"n": 100},
        ("sqnorm", "risk"),
    ),
    "randomly-sampled": Preset(
        "n draws, each from one of all earlier models",
        _categorical("randomly sampled", Pool([Draw(Average(), n)])),
        {"n": 100},
    ),
    "most-recent": Preset(
        "n draws from each of the K latest models", _most_recent, {"n": 50}, window=2
    ),
    "filtered": Preset(
        "mixture whose data are kept with chance `real` or `synthetic`, at least one of them",
        _categorical(
            "filtered",
            Pool([Draw(_MIXED, n, keep=Filter(real, synthetic))]),
            Pool([Draw(Truth(), n)]),
        ),
        {"n": 100, "alpha": "1/10", "real": "9/10", "synthetic": "1/2"},
        ("sqnorm", "risk"),
    ),
    "gaussian-synthetic": Preset(
        "a Gaussian refitted to n draws from the latest one, mean and covariance",
        lambda _: Process("Gaussian", Gaussian("Sigma"), Pool([Draw(Model(), n)]), index=m),
        {"n": 100},
        ("risk", "trace"),
    ),
    "linear-accumulate": Preset(
        "least squares on all labels so far, one shared design of T rows",
        _linear("linear, accumulate", Accumulate(Draw(Model(), T, "labels"))),
        _SIZES,
        ("risk",),
    ),
    "linear-replace": Preset(
        "least squares on the newest labels, one shared design of T rows",
        _linear("linear, replace", Pool([Draw(Model(), T)])),
        _SIZES,
        ("risk",),
    ),
    "linear-fresh": Preset(
        "least squares on the newest labels, a fresh design of T rows each time",
        _linear("linear, fresh designs", Pool([Draw(Model(), T)]), None),
        _SIZES,
        ("risk",),
    ),
    "linear-known": Preset(
        "least squares on copies of one given design of T rows; --truth: eigenvalues of X'X",
        lambda _: Process("known design", KnownDesign(T, sigma2), Pool([Draw(Model(), T)]), index=m),
        {"T": 40, "sigma2": 1},
        ("risk",),
        truth="30,40,50",
    ),
    "logistic": Preset(
        "logistic regression with an intercept on its own labels, coefficients 0, 1, -1",
        _fitted("logistic", Glm("logistic", (0, 1, -1), intercept=True)),
        {"n": 1000, "alpha": "1/10"},
        ("risk",),
        generations=10,
    ),
    "poisson": Preset(
        "Poisson regression with an intercept on its own labels, coefficients 0, 1/2, -1/2",
        _fitted("Poisson", Glm("poisson", (0, sp.Rational(1, 2), sp.Rational(-1, 2)), intercept=True)),
        {"n": 1000, "alpha": "1/10"},
        ("risk",),
        generations=10,
    ),
    "normal-mixture": Preset(
        "two normal laws at -2 and 2, refitted by EM; l1: W1 between mixing measures",
        _fitted("normal mixture", NormalMixture((sp.Rational(1, 2),) * 2, (-2, 2), (1, 1))),
        {"n": 200, "alpha": "1/10"},
        ("l1",),
        generations=10,
    ),
    "cdf": Preset(
        "an empirical distribution function refitted to n of its own data; risk: Cramer-von Mises",
        lambda _: Process("distribution function", Cdf(), Pool([Draw(Model(), n)]), index=m),
        {"n": 100},
        ("risk",),
    ),
    "cdf-mixed": Preset(
        "the same beside N fresh real data of weight w",
        lambda _: Process("distribution function", Cdf(), Pool(_BOTH, [w, 1 - w]),
                          first=Pool(_BOTH[:1]), index=m),
        {"n": 100, "N": 100, "w": "31/50"},
        ("risk",),
    ),
    "linear-replace-multiple": Preset(
        "least squares on m copies of the design, all labelled by the latest model",
        _linear("linear, replace multiple", Pool([Draw(Model(), m * T)])),
        _SIZES,
        ("risk",),
    ),
}


def preset(name: str) -> Preset:
    """The preset of this name; UsageError names the others.

    >>> preset("accumulate").sizes
    {'n': 100}
    """
    if name not in PRESETS:
        known = ", ".join(PRESETS)
        raise UsageError(f"unknown preset {name!r}; use {known}, or a figure (see --list)")
    return PRESETS[name]
