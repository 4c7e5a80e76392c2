"""Where an optimum in the limit of large samples lies at finite ones.

A claim that a value minimises a limit says nothing of any one size. Here the limit is left out and
the objective compared at rational points by its exact values: f(b) < f(a) and f(b) < f(c) for
a < b < c put a smallest value between a and c.
"""

from __future__ import annotations

from itertools import islice

import sympy as sp

from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.domain import Integers, Reals
from refutable.derivations.errors import RefutableError

from .deduce import Deduction
from .instances import candidates, compare, named, satisfies
from .region import region_of
from .values import Symbolic

__all__ = ["finite_optima"]

SIZES = (10, 100, 1000)
WIDTH = sp.Rational(1, 1000)


def finite_optima(claim: Claim) -> list[str]:
    """A line for each of a few sizes: between which two numbers the optimum lies; [] without."""
    st = claim.bound()
    if not isinstance(st, S.Minimises) or not isinstance(st.args[3].domain, Reals):
        return []
    value, objective, x, over = st.args
    limits = [e for e in objective.atoms(S.Lim) if _is_size(e.args[1], claim)]
    if len(limits) != 1:
        return []
    (limit,) = limits
    n = limit.args[1]
    e = objective.xreplace({limit: limit.args[0]})
    sym = Symbolic(Deduction(claim, region_of(claim, [e])))
    lines = []
    for size in SIZES:
        at = _instance(claim, n, size)
        if at is None:
            continue
        try:
            low, high = _bracket(lambda w, at=at: sym(e, {**at, x: w}), over.domain)
            stated = sym(value, at)
        except (RefutableError, ZeroDivisionError, ArithmeticError):
            continue
        shown = ", ".join(f"{s} = {_text(v)}" for s, v in named(at).items() if s != str(x))
        near = f"between {sp.N(low, 5)} and {sp.N(high, 5)}, exactly {low} and {high}"
        lines.append(f"{shown}: {near}; in the limit {sp.N(stated, 6)}")
    return lines


def _text(v: object) -> str:
    return f"({', '.join(v)})" if isinstance(v, list) else str(v)


def _is_size(s: sp.Symbol, claim: Claim) -> bool:
    return isinstance(claim.domain.get(s), Integers)


def _instance(claim: Claim, n: sp.Symbol, size: int) -> dict | None:
    """An instance of the claim with this size, and as many ones among its real numbers as can be."""
    found, most = None, -1
    for at in islice(candidates(claim)[0], 400):
        here = {**at, n: sp.Integer(size)}
        reals = [v for s, v in here.items() if isinstance(claim.domain.get(s), Reals)]
        if satisfies(claim, here) and (plain := reals.count(sp.Integer(1))) > most:
            found, most = here, plain
    return found


def _bracket(f, domain: Reals) -> tuple[sp.Rational, sp.Rational]:  # type: ignore[no-untyped-def]
    """a < c with a point between where the exact objective is smaller than at both."""
    best = None
    points = [domain.lo + (domain.hi - domain.lo) * sp.Rational(j, 20) for j in range(1, 20)]
    values = {w: f(w) for w in points}
    finite = [w for w in points if values[w].is_finite and values[w].is_real]
    for w in finite:
        if best is None or compare("<", values[w], values[best]):
            best = w
    step = (domain.hi - domain.lo) / 20
    if best is None:
        raise ArithmeticError
    while step > WIDTH:
        for w in (best - step, best + step):
            values[w] = values.get(w) or f(w)
        if not all(compare(">", values[w], values[best]) for w in (best - step, best + step)):
            raise ArithmeticError
        step /= 2
        for w in (best - step, best + step):
            values[w] = f(w)
            if compare("<", values[w], values[best]):
                best = w
                break
    if not all(compare(">", f(w), values[best]) for w in (best - step, best + step)):
        raise ArithmeticError
    return best - step, best + step
