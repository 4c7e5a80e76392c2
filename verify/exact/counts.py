"""How many data a fit takes from each earlier model, at concrete sizes."""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.process import Accumulate, Average, Batch, Draw, Model, Once, Past, Truth

from .draws import Draws
from .ground import integer

__all__ = ["draw_count"]


def draw_count(node: Q.DrawCount, instance: Draws) -> int:
    """The entry of the table of draws: batch by batch, the size of those with this source.

    Raises OutsideFragment where the number is random (mixtures, averages, filters).
    """
    process = instance.process
    t, g = (integer(process.internal(sp.sympify(x)), "index of a model") for x in node.args[1:])
    fit = process.fit_at(g)
    if isinstance(fit, Accumulate):
        return sum(_from(fit.batch, h, t, instance) for h in range(1, g + 1))
    total = 0
    for b in fit.batches:
        if isinstance(b, Past):
            if g - b.lag >= 1:
                total += _from(_origin(b, process.fits), g - b.lag, t, instance)
        elif isinstance(b, Once):
            total += _from(b, 1, t, instance)
        else:
            total += _from(b, g, t, instance)
    return total


def _origin(b: Past, fits) -> Batch:  # type: ignore[no-untyped-def]
    return next(x for f in fits for x in f.batches if isinstance(x, Draw) and x.name == b.name)


def _from(b: Batch, g: int, t: int, instance: Draws) -> int:
    """The size of a batch drawn at generation g if model t is its source, else 0."""
    if not isinstance(b, (Draw, Once)) or getattr(b, "keep", None) is not None:
        raise OutsideFragment(f"{b!r} has no fixed number of data", part="number of data")
    if isinstance(b.source, Truth):
        origin = 0
    elif isinstance(b.source, Model):
        origin = g - b.source.lag
    elif isinstance(b.source, Average) and g == 1:
        origin = 0
    else:
        raise OutsideFragment(f"{b!r} draws from several models", part="number of data")
    return instance.size(b, g) if origin == t and origin >= 0 else 0
