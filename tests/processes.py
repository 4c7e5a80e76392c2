"""Processes that many tests use, with their own symbols."""

import sympy as sp

from refutable.derivations.families import Categorical, Linear
from refutable.derivations.process import (
    Accumulate,
    Average,
    Draw,
    Mix,
    Model,
    Once,
    Past,
    Pool,
    Process,
    Truth,
)

m, n, N, alpha, p, d, T, sigma2 = sp.symbols("m n N alpha p d T sigma2")
FS = Process("FS", Categorical("p"), Pool([Draw(Model(), n)]), index=m)
_real = Once(Truth(), N, "real")
PS = Process("PS", Categorical("p"), Pool([_real, Draw(Model(), n)]), first=Pool([_real]), index=m)
RS = Process("RS", Categorical("p"), Pool([Draw(Average(), n)]), index=m)
MIXED = Process(
    "MIXED",
    Categorical("p"),
    Pool([Draw(Mix(alpha, Truth(), Model()), n)]),
    first=Pool([Draw(Truth(), N)]),
    index=m,
)
ACCUMULATE = Process("ACC", Categorical("p"), Accumulate(Draw(Model(), n, "d")), index=m)
RECENT = Process("RECENT", Categorical("p"), Pool([Draw(Model(1), n), Draw(Model(2), n)]), index=m)
REUSED = Process("REUSED", Categorical("p"), Pool([Draw(Model(1), n, "y"), Past("y", 1)]), index=m)
WEIGHTED = Process(
    "WEIGHTED",
    Categorical("p"),
    Pool([Draw(Truth(), N), Draw(Model(), n)], weights=[alpha, 1 - alpha]),
    first=Pool([Draw(Truth(), N)]),
    index=m,
)
LINEAR = Process("LINEAR", Linear(d, T, sigma2), Accumulate(Draw(Model(), T, "y")), index=n)
REPLACE = Process("REPLACE", Linear(d, T, sigma2), Pool([Draw(Model(), T, "y")]), index=n)
CATEGORICAL = [FS, PS, RS, MIXED, ACCUMULATE, RECENT, REUSED, WEIGHTED]
