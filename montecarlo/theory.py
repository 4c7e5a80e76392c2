"""What theory says a simulated quantity is, at every generation, in floats.

Second moments by their recursion (`second`), Gaussian covariances by the derived formula; of a fully
synthetic chain collapse by its ancestral dual, and sums over tokens by the chain of one token. Where
none of them answers, there is no theory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import sympy as sp

from refutable.derivations.derive import derive
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Categorical, Gaussian
from refutable.derivations.process import Process

from . import lent
from .fixed import settled
from .instance import finite, instance, probabilities, put, whole
from .plan import plan
from .quantities import QUANTITIES
from .second import second_moments

__all__ = ["theory"]

#: Sums over tokens: true share -> what a token adds, by its share.
PER_TOKEN: dict[str, Callable[[float], Callable[[np.ndarray], np.ndarray]]] = {
    "support": lambda q: lambda x: (x > 0) * 1.0,
    "l1": lambda q: lambda x: abs(x - q),
    "tv": lambda q: lambda x: abs(x - q) / 2,
}
#: Multiplications that a sum over tokens is worth.
WORK = 2_000_000_000


def theory(
    process: Process, at: Mapping[object, object], name: str, generations: Sequence[int]
) -> list[float] | None:
    """The named quantity at each paper index; None where it is not known.

    >>> from refutable.derivations.process import Draw, Model, Pool
    >>> fs = Process("FS", Categorical("p"), Pool([Draw(Model(), 2)]))
    >>> half = (sp.Rational(1, 2),) * 2
    >>> theory(fs, {"p": half}, "sqnorm", [1, 2])
    [0.75, 0.875]
    """
    values = instance(at)
    internal = [whole(process.internal(sp.Integer(g)), "generation", 0) for g in generations]
    try:
        if name in ("sqnorm", "risk"):
            return _second(process, at, name, internal)
        if name == "share" and isinstance(process.family, Categorical):
            return [float(probabilities(values, process.family.truth)[0])] * len(internal)
        if name in ("trace", "frobenius") and isinstance(process.family, Gaussian):
            return _derived(process, values, name, generations)
        if name in ("collapsed", "time"):
            return _collapse(process, values, name, internal)
        if name in PER_TOKEN or name == "lost":
            return _per_token(process, values, name, internal)
    except OutsideFragment:
        return None
    return None


def _second(process: Process, at: Mapping, name: str, internal: list[int]) -> list[float] | None:
    square, risk = second_moments(process, at, max(internal))
    if name == "sqnorm" and not isinstance(process.family, Categorical):
        return None
    found = square if name == "sqnorm" else risk
    return [float(found[g]) for g in internal]


def _derived(process: Process, values: Mapping, name: str, at: Sequence[int]) -> list[float] | None:
    d = derive(QUANTITIES[name](process, process.index))
    out = []
    for g in at:
        if d.valid_from is not None and g < d.valid_from:
            return None
        formula = settled(put(d.formula, {**values, process.index: sp.Integer(g)}), values)
        out.append(finite(formula, name))
    return out


def _chain(process: Process, values: Mapping, last: int) -> tuple[list[sp.Rational], int] | None:
    """(law, n) where every generation is n draws from the model before."""
    if not isinstance(process.family, Categorical):
        return None
    steps = plan(process, values, last)
    sizes = {s.items[0].size for s in steps}
    plain = all(
        s.how == "pool" and not s.once and len(s.items) == 1 and s.items[0].how == "draw"
        and s.items[0].keep is None and s.items[0].law is not None
        and [(w, t) for w, t, _ in s.items[0].law.terms] == [(1, g)]
        for g, s in enumerate(steps)
    )  # fmt: skip
    if not plain or len(sizes) != 1:
        return None
    p = probabilities(values, process.family.truth)
    return [sp.Rational(x.numerator, x.denominator) for x in p], sizes.pop()


def _collapse(process: Process, values: Mapping, name: str, internal: list[int]) -> list[float] | None:
    last = max(internal)
    chain = _chain(process, values, last)
    if lent.collapsed_by is None or chain is None:
        return None
    by = lent.collapsed_by(*chain, last)
    if name == "collapsed":
        return [by[g] for g in internal]
    means = [0.0]
    for g in range(last):
        means.append(means[-1] + 1 - by[g])
    return [means[g] + process.origin - 1 for g in internal]


def _per_token(process: Process, values: Mapping, name: str, internal: list[int]) -> list[float] | None:
    last = max(internal)
    chain = _chain(process, values, last)
    if lent.of_token is None or chain is None:
        return None
    law, size = chain
    kinds = Counter(law) if name in PER_TOKEN else {law[0]: 1}
    if len(kinds) * (last + 1) * (size + 1) ** 2 > WORK:
        return None
    total = [0.0] * (last + 1)
    for share, many in kinds.items():
        f = PER_TOKEN[name](float(share)) if name in PER_TOKEN else _gone
        total = [a + many * b for a, b in zip(total, lent.of_token(f, float(share), size, last), strict=True)]
    return [total[g] for g in internal]


def _gone(x: np.ndarray) -> np.ndarray:
    return (x == 0) * 1.0
