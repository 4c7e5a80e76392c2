"""Processes at small sizes, shared by the tests of the sampling engine."""

from __future__ import annotations

import pytest
import sympy as sp

from refutable.derivations.families import Categorical, Linear
from refutable.derivations.process import (
    Accumulate,
    Average,
    Draw,
    Exact,
    Filter,
    Mix,
    Model,
    Once,
    Past,
    Pool,
    Process,
    Truth,
)

m, n, N, d, T, sigma2 = sp.symbols("m n N d T sigma2")
p = sp.Symbol("p")
HALF = sp.Rational(1, 2)
CAT = Categorical("p")


def _processes() -> dict[str, Process]:
    def process(name: str, step: object, first: object = None, origin: int = 1) -> Process:
        return Process(name, CAT, step, first=first, index=m, origin=origin)

    keep = {e: Filter(HALF, sp.Rational(1, 3), empty=e) for e in ("redraw", "keep")}
    mixed = Mix(sp.Rational(1, 4), Truth(), Model())
    return {
        "FS": process("FS", Pool([Draw(Model(), n)])),
        "PS": process("PS", Pool([Once(Truth(), N, "real"), Draw(Model(), n)]),
                      Pool([Once(Truth(), N, "real")])),
        "RS": process("RS", Pool([Draw(Average(), n)])),
        "MR": process("MR", Pool([Draw(Model(1), 1), Draw(Model(2), 2)])),
        "REUSED": process("REUSED", Pool([Draw(Model(), n, "pool"), Past("pool", 1)])),
        "ACC": process("ACC", Accumulate(Draw(Model(), n, "all"))),
        "MIX": process("MIX", Pool([Draw(mixed, m + n)]), Pool([Draw(Truth(), 3)]), 0),
        "WEIGHT": process("WEIGHT", Pool([Exact(Truth()), Draw(Model(), n)],
                                         [1 / (m + 1), m / (m + 1)])),
        "REDRAW": process("REDRAW", Pool([Draw(mixed, 2, keep=keep["redraw"])]),
                          Pool([Draw(Truth(), n)])),
        "KEEP": process("KEEP", Pool([Draw(mixed, 2, keep=keep["keep"])]),
                        Pool([Draw(Truth(), n)])),
    }  # fmt: skip


@pytest.fixture(scope="session")
def processes() -> dict[str, Process]:
    """One process per corner of the vocabulary, index m, sizes n and N."""
    return _processes()


@pytest.fixture(scope="session")
def fs(processes: dict[str, Process]) -> Process:
    """Fully synthetic: each generation is n draws from the one before."""
    return processes["FS"]


@pytest.fixture
def at() -> dict:
    """n = N = 2 with two equal classes."""
    return {n: sp.Integer(2), N: sp.Integer(2), p: (sp.Rational(2, 3), sp.Rational(1, 3))}


@pytest.fixture(scope="session")
def accumulate_linear() -> Process:
    """Least squares on everything so far, one shared design."""
    return Process("LR", Linear(d, T, sigma2), Accumulate(Draw(Model(), T)), index=m)
