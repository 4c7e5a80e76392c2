"""Presets for the simulation figures of the papers, with the settings that the texts give.

What a text leaves out (initial laws, schedules, sizes that are only in an image) is a stand-in that
`--set`, `--truth`, `--classes` and `--generations` change; `text` says which. Letters as in
`presets`: n synthetic data, N real data, whatever the paper calls them. The index is m = 1, 2, ...
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from refutable.derivations.families import Categorical, Family, Gaussian, Linear
from refutable.derivations.process import (
    Accumulate,
    Average,
    Draw,
    Fit,
    Mix,
    Model,
    Pool,
    Process,
    Truth,
)

from .presets import PRESETS, Preset

__all__ = ["FIGURES"]

m, n, N, alpha, rate, power, w, d, T, sigma2 = sp.symbols("m n N alpha rate power w d T sigma2")
#: 52 tokens with a sum of squares of 0.0996, for the 0.1 that Seddik et al. state.
CONCENTRATED = ",".join(["3/10"] + ["7/510"] * 51)


def _process(name: str, family: Family, step: Fit, first: Fit | None = None):  # type: ignore[no-untyped-def]
    return lambda _: Process(name, family, step, first=first, index=m)


def _seddik() -> dict[str, Preset]:
    partly = PRESETS["partially-synthetic"].make
    once = Pool([Draw(Average(), n)])
    tokens = Categorical("p")
    return {
        "seddik-fig1": Preset(
            "3-gram contexts of one token: 81 classes, n = 1000 (stand-in: uniform law)",
            PRESETS["fully-synthetic"].make, {"n": 1000}, ("sqnorm", "collapsed"),
            classes=81, generations=50,
        ),
        "seddik-fig2": Preset(
            "collapse time by n; `time` is E min(T, m) (stand-in: 600 equal tokens)",
            PRESETS["fully-synthetic"].make, {"n": 10}, ("time", "collapsed"),
            classes=600, generations=80,
        ),
        "seddik-fig4": Preset(
            "most recent K models, n = 10 (the paper runs 500 generations; K in an image)",
            PRESETS["most-recent"].make, {"n": 10}, ("sqnorm", "drift", "collapsed"), 2,
            truth=CONCENTRATED, generations=50,
        ),
        "seddik-fig4-rs": Preset(
            "data from all earlier models alike, n = 10 (the paper runs 500 generations)",
            _process("randomly sampled", tokens, once), {"n": 10}, ("sqnorm", "drift", "collapsed"),
            truth=CONCENTRATED, generations=50,
        ),
        "seddik-fig5": Preset(
            "N = 100 retained real data, n synthetic (stand-in: 50)",
            partly, {"n": 50, "N": 100}, ("sqnorm", "risk"), truth=CONCENTRATED, generations=50,
        ),
        "seddik-fig6": Preset(
            "N = 100 retained real data, n = 10; one law of several (images)",
            partly, {"n": 10, "N": 100}, ("sqnorm", "risk"), truth=CONCENTRATED, generations=50,
        ),
    }  # fmt: skip


def _gerstgrasser() -> dict[str, Preset]:
    sizes: dict[str, int | str] = {"d": 10, "T": 50, "sigma2": 1}
    text = "least squares, one design of T rows (stand-in sizes): "
    return {
        "gerstgrasser-fig7-replace": Preset(
            text + "newest labels", PRESETS["linear-replace"].make, sizes, ("risk",), generations=10
        ),
        "gerstgrasser-fig7-accumulate": Preset(
            text + "all labels", PRESETS["linear-accumulate"].make, sizes, ("risk",), generations=10
        ),
        "gerstgrasser-fig16": Preset(
            text + "m copies of the newest labels",
            PRESETS["linear-replace-multiple"].make, sizes, ("risk",), generations=10,
        ),
    }  # fmt: skip


def _weighted(name: str, family: Family) -> Callable[[int], Process]:
    """Fresh real data with weight w and fresh synthetic data; the first fit is real."""
    batches = [Draw(Truth(), N, "real"), Draw(Model(), n, "synthetic")]
    return _process(name, family, Pool(batches, [w, 1 - w]), Pool([Draw(Truth(), N, "real")]))


def _he() -> dict[str, Preset]:
    four, two, plane = ",".join(["1/4"] * 4), "1,1", Gaussian("Sigma")
    alone = Pool([Draw(Model(), n)])
    errors = ("risk", "frobenius")
    line: dict[str, int | str] = {"n": 100, "d": 4, "sigma2": 1}
    naive = "(w = 1/11 mixes by size)"
    return {
        "he-fig7-gaussian": Preset(
            "mean and covariance of synthetic data alone, p = 4",
            _process("Gaussian", plane, alone), {"n": 100}, errors, truth=four, generations=30,
        ),
        "he-fig7-linear": Preset(
            "regression on synthetic labels alone, fresh designs, p = 4; errors in the metric of the"
            " covariates",
            _process("linear", Linear(d, None, sigma2), alone), line, ("risk",), generations=30,
        ),
        "he-fig8-gaussian": Preset(
            "real data with weight w, synthetic data with 1 - w, as many of each",
            _weighted("Gaussian", plane), {"n": 100, "N": 100, "w": "31/50"}, errors, truth=two,
            generations=30,
        ),
        "he-fig8-linear": Preset(
            "the same for regression with fresh designs, p = 2",
            _weighted("linear", Linear(d, None, sigma2)),
            {"n": 100, "N": 100, "w": "31/50", "d": 2, "sigma2": 1}, ("risk",), generations=30,
        ),
        "he-fig9-gaussian": Preset(
            f"more synthetic data than real: k = N/n = 1/10 and nearly its optimal weight {naive}",
            _weighted("Gaussian", plane), {"n": 1000, "N": 100, "w": "27/100"}, errors, truth=two,
            generations=30,
        ),
        "he-fig9-linear": Preset(
            f"the same for regression with fresh designs {naive}",
            _weighted("linear", Linear(d, None, sigma2)),
            {"n": 1000, "N": 100, "w": "27/100", "d": 2, "sigma2": 1}, ("risk",), generations=30,
        ),
    }  # fmt: skip


def _bakshi() -> dict[str, Preset]:
    tokens, size, share = Categorical("p"), n * m**power, alpha * m ** (-rate)
    batch = Draw(Mix(share, Truth(), Model()), size, "data")
    sizes: dict[str, int | str] = {"n": 100, "power": 1, "alpha": "1/10", "rate": 0}
    text = "n m^power data, share alpha m^-rate real (stand-in: uniform law): "
    grow: dict[str, int | str] = {"n": 100, "power": 1}
    return {
        "bakshi-fig2": Preset(
            text + "the newest alone", _process("mixture", tokens, Pool([batch])), sizes,
            ("risk",), classes=50, generations=50,
        ),
        "bakshi-fig2-pooled": Preset(
            text + "all pooled", _process("pooled mixture", tokens, Accumulate(batch)), sizes,
            ("risk",), classes=50, generations=50,
        ),
        "bakshi-fig3": Preset(
            "n m^power synthetic data, all pooled (stand-in: uniform law)",
            _process("accumulate", tokens, Accumulate(Draw(Model(), size, "data"))), grow,
            ("risk",), classes=50, generations=50,
        ),
        "bakshi-fig6": Preset(
            text + "categorical column, settings 1, 2 and 4 to 8",
            _process("mixture", tokens, Pool([batch])), sizes, ("risk",), classes=10,
            generations=50,
        ),
        "bakshi-fig6-accumulate": Preset(
            "categorical column, setting 3: n synthetic data join all before",
            PRESETS["accumulate"].make, {"n": 100}, ("risk",), classes=10, generations=50,
        ),
    }  # fmt: skip


FIGURES: dict[str, Preset] = {**_seddik(), **_gerstgrasser(), **_he(), **_bakshi()}
