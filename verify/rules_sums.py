"""Rules of proof scripts about sums: their first term."""

from __future__ import annotations

import sympy as sp

from refutable.derivations.statement import Rel
from refutable.derivations.steps import Step

from .argument import Argument, Rejected
from .region import Variable

__all__ = ["first_term"]


def first_term(step: Step, a: Argument) -> list[Rel]:
    """sum f(i) = f(lo) + sum f(i + 1), i from lo to hi and to hi - 1; before: the sum.

    args: least (True where f is not negative: then the sum is at least its first term).
    """
    whole = step.before
    if not isinstance(whole, sp.Sum) or len(whole.limits) != 1:
        raise Rejected(f"a sum over one index is needed (got {whole!r})")
    i, lo, hi = whole.limits[0]
    if not a.prove(Rel("<=", lo, hi)):
        raise Rejected(f"{whole} is not certain to have a term")
    first = whole.function.xreplace({i: lo})
    if not step.args.get("least"):
        rest = sp.Sum(whole.function.xreplace({i: i + 1}), (i, lo, hi - 1))
        return [Rel("=", whole, first + rest)]
    inside = a.copy()
    inside.region.variables[i] = Variable(i, lo, sp.oo, integer=True)
    inside.region.facts.append(Rel("<=", i, hi))
    if not inside.prove(Rel(">=", whole.function, 0)):
        raise Rejected(f"{whole.function} is not certain to be nonnegative")
    return [Rel("<=", first, whole)]
