"""One step of a mean as an affine map of itself: r(t + 1) = f(t + 1) + g(t + 1) r(t)."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.onestate import earliest, open_at
from refutable.derivations.rationalfunctions import factored
from refutable.derivations.remember import remembered

__all__ = ["Step", "affine_step"]


@dataclass(frozen=True)
class Step:
    """r(index + 1) = forcing + factor * r(index), wherever index >= first."""

    index: sp.Symbol
    forcing: sp.Expr
    factor: sp.Expr
    first: int


@remembered(1024)
def affine_step(node: sp.Expr, x: sp.Symbol) -> Step:
    """The step of a mean of one generation with index x; OutsideFragment where it is not affine."""
    at = earliest(node)
    if at is None or at[0] != x:
        raise OutsideFragment(f"{node} is no mean at generation {x}", part=str(node))
    base = x + at[1]
    now, later = open_at(node, base), open_at(node.subs(x, x + 1), base)
    moments = dict.fromkeys((*now.moments, *later.moments))
    if len(moments) != 1:
        raise OutsideFragment("a step in several moments", part="state")
    (m,) = moments
    X = sp.Dummy("X")
    p, q = (sp.Poly(o.formula.xreplace({m: X}), X) for o in (now, later))
    if p.degree() != 1 or q.degree() > 1:
        raise OutsideFragment("a step that is not affine", part="state")
    a, b = p.nth(1), p.nth(0)
    factor = factored(q.nth(1) / a)
    forcing = factored(q.nth(0) - factor * b)
    return Step(x, forcing, factor, max(now.first, later.first) - at[1])


def is_square(node: sp.Expr) -> bool:
    """Whether the mean is of a squared norm, and so not negative."""
    return isinstance(node, Q.Mean) and isinstance(node.args[0], Q.SqNorm)
