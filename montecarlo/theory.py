"""What theory says a simulated quantity is, at every generation, in floats.

Second moments by their recursion (`second`), Gaussian covariances by the derived formula, collapse
of a fully synthetic chain by its ancestral dual. Where none of them answers, there is no theory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def _collapse(process: Process, values: Mapping, name: str, internal: list[int]) -> list[float] | None:
    if lent.collapsed_by is None:
        return None
    last = max(internal)
    steps = plan(process, values, last)
    sizes = {s.items[0].size for s in steps}
    plain = all(
        s.how == "pool" and not s.once and len(s.items) == 1 and s.items[0].how == "draw"
        and s.items[0].keep is None and s.items[0].law is not None
        and [(w, t) for w, t, _ in s.items[0].law.terms] == [(1, g)]
        for g, s in enumerate(steps)
    )  # fmt: skip
    if not (plain and len(sizes) == 1 and isinstance(process.family, Categorical)):
        return None
    p = [sp.Rational(x.numerator, x.denominator) for x in probabilities(values, process.family.truth)]
    by = lent.collapsed_by(p, sizes.pop(), last)
    if name == "collapsed":
        return [by[g] for g in internal]
    means = [0.0]
    for g in range(last):
        means.append(means[-1] + 1 - by[g])
    return [means[g] + process.origin - 1 for g in internal]


