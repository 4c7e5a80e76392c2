"""The regimes of the literature, each as a `Process` of the project's own vocabulary.

Sizes are symbols: n synthetic documents per generation, N real ones, alpha a schedule, w a weight.
Give them numbers in a `Setting`. Any other process that can be declared runs as well.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from ..derivations.families import Categorical
from ..derivations.process import (
    Accumulate,
    Average,
    Draw,
    Filter,
    Mix,
    Model,
    Once,
    Past,
    Pool,
    Process,
    Truth,
)

__all__ = ["REGIMES", "recent"]

n, N, w, t = sp.symbols("n N w t")
alpha, size = sp.Function("alpha"), sp.Function("size")
FAMILY = Categorical("p")


def _process(name: str, step: object, first: object = None) -> Process:
    return Process(name, FAMILY, step, first, index=t)  # type: ignore[arg-type]


def replace() -> Process:
    """Only the newest model's documents (fully synthetic)."""
    return _process("replace", Pool([Draw(Model(), n)]))


def accumulate() -> Process:
    """All documents so far; n new ones each time."""
    return _process("accumulate", Accumulate(Draw(Model(), n)))


def replace_multiple() -> Process:
    """Only the newest model's documents, as many as accumulation would hold."""
    return _process("replace-multiple", Pool([Draw(Model(), n * t)]))


def partial() -> Process:
    """A fixed real corpus of N documents and n new synthetic ones (partially synthetic)."""
    real = Once(Truth(), N, "real")
    return _process("partial", Pool([real, Draw(Model(), n)]), first=Pool([real]))


def fresh() -> Process:
    """n documents each time, a share alpha(t) of them fresh real ones."""
    return _process("fresh", Pool([Draw(Mix(alpha(t), Truth(), Model()), n)]))


def fresh_growing() -> Process:
    """size(t) documents, a share alpha(t) of them fresh real ones."""
    return _process("fresh-growing", Pool([Draw(Mix(alpha(t), Truth(), Model()), size(t))]))


def fresh_decaying() -> Process:
    """N fresh real documents and n (t - 1) synthetic ones: the fresh share falls like 1/t."""
    step = Pool([Draw(Truth(), N), Draw(Model(), n * (t - 1))])
    return _process("fresh-decaying", step, first=Pool([Draw(Truth(), n)]))


def recent(K: int = 2) -> Process:
    """n / K new documents from each of the K newest models, the truth among them at first."""
    return _process(f"recent-{K}", Pool([Draw(Model(lag), n / K) for lag in range(1, K + 1)]))


def window(K: int = 2) -> Process:
    """n new documents and those of the K - 1 generations before, kept as they were drawn."""
    kept = [Past("drawn", lag) for lag in range(1, K)]
    return _process(f"window-{K}", Pool([Draw(Model(), n, "drawn"), *kept]))


def sampled() -> Process:
    """n documents, each from a uniformly random earlier generation, the truth included."""
    return _process("sampled", Pool([Draw(Average(), n)]))


def filtered() -> Process:
    """A share alpha(t) fresh, then a filter keeps 9/10 of real and 3/10 of synthetic."""
    keep = Filter(real=sp.Rational(9, 10), synthetic=sp.Rational(3, 10))
    draw = Draw(Mix(alpha(t), Truth(), Model()), n, keep=keep)
    return _process("filtered", Pool([draw]), first=Pool([Draw(Truth(), n)]))


def weighted() -> Process:
    """N fresh real documents of weight w in the loss, n synthetic ones of weight 1 - w."""
    batches = [Draw(Truth(), N, "real"), Draw(Model(), n, "synthetic")]
    return _process("weighted", Pool(batches, [w, 1 - w]), first=Pool([Draw(Truth(), N)]))


REGIMES: dict[str, Callable[[], Process]] = {
    "replace": replace,
    "accumulate": accumulate,
    "replace-multiple": replace_multiple,
    "partial": partial,
    "fresh": fresh,
    "fresh-growing": fresh_growing,
    "fresh-decaying": fresh_decaying,
    "recent": recent,
    "window": window,
    "sampled": sampled,
    "filtered": filtered,
    "weighted": weighted,
}
