"""Processes by name for `refutable simulate`, with the sizes they take and their defaults.

Letters: n synthetic data per generation, N real data, alpha share of real data, K window,
T rows, d dimensions, sigma2 label noise. Index m; m = 1 is the first fit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from refutable.derivations.errors import UsageError
from refutable.derivations.families import Categorical, Gaussian, Linear
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

__all__ = ["PRESETS", "Preset", "every", "preset"]

m, n, N, alpha, d, T, sigma2, real, synthetic = sp.symbols("m n N alpha d T sigma2 real synthetic")


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


_REAL = Once(Truth(), N, "real")
_MIXED = Mix(alpha, Truth(), Model())
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
    "linear-replace-multiple": Preset(
        "least squares on m copies of the design, all labelled by the latest model",
        _linear("linear, replace multiple", Pool([Draw(Model(), m * T)])),
        _SIZES,
        ("risk",),
    ),
}


def preset(name: str) -> Preset:
    """The preset of this name, figures included; UsageError names the others.

    >>> preset("accumulate").sizes
    {'n': 100}
    """
    known = every()
    if name not in known:
        raise UsageError(f"unknown preset {name!r}; use one of {', '.join(known)}")
    return known[name]


def every() -> dict[str, Preset]:
    """All presets: those above, and the papers' figures."""
    from .figures import FIGURES

    return {**PRESETS, **FIGURES}
