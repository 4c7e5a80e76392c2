"""Limits of expressions with partial sums whose last index grows.

For f(k) = k**p the sum over k = a..x lies between integrals of f that differ by at most the first
and the last term (f is monotone). Hence, as x grows,

    p > -1:  sum ~ x**(p+1)/(p+1),      p = -1:  sum ~ log x,      p < -1:  sum -> zeta(-p) - head.

An equivalent may replace the sum only where the sum is a factor; a limit, wherever the expression
is rational in it.
"""

from __future__ import annotations

import sympy as sp

from refutable.derivations.errors import OutsideFragment
from refutable.derivations.statement import Rel

from .positivity import prove
from .region import Region

__all__ = ["LEMMA", "settle_sums"]

LEMMA = "lemma.integral"


def settle_sums(e: sp.Expr, x: sp.Symbol, region: Region) -> tuple[sp.Expr, list[str]]:
    """`e` with its partial sums up to x replaced, and the lemmas that this rests on.

    Raises OutsideFragment where a sum is of another kind, or stands where it may not be replaced.
    """
    e = e.replace(lambda t: isinstance(t, sp.harmonic), _as_sum)
    sums = sorted((s for s in e.atoms(sp.Sum) if x in s.free_symbols), key=sp.default_sort_key)
    for s in sums:
        value, converges = _behaviour(s, x, region)
        if not converges and not _is_factor(e, s):
            raise OutsideFragment(f"the limit of an expression in which {s} is no factor")
        e = e.xreplace({s: value})
    return e, [LEMMA] if sums else []


def _as_sum(h: sp.Expr) -> sp.Sum:
    k = sp.Dummy("k", integer=True)
    order = h.args[1] if len(h.args) > 1 else sp.Integer(1)
    return sp.Sum(k**-order, (k, 1, h.args[0]))


def _behaviour(s: sp.Sum, x: sp.Symbol, region: Region) -> tuple[sp.Expr, bool]:
    """(equivalent or limit, whether it is a limit) of a sum of c * k**p."""
    if len(s.limits) != 1:
        raise OutsideFragment("the limit of a double sum")
    k, a, b = s.limits[0]
    if not (a.is_Integer and a >= 1 and sp.expand(b - x).is_Integer):
        raise OutsideFragment(f"the limits of {s}")
    c, body = sp.powsimp(sp.expand_power_base(s.function, force=False)).as_independent(k, as_Add=False)
    base, p = body.as_base_exp()
    if base != k:
        base, p = (1 / body).as_base_exp()
        p = -p
    if base != k or x in c.free_symbols or p.free_symbols & {k, x}:
        raise OutsideFragment(f"a sum of {s.function}")
    above = sp.expand(p + 1)
    if above == 0:
        return c * sp.log(x), False
    if _holds(Rel(">", above, 0), region):
        return c * x**above / above, False
    if _holds(Rel("<", above, 0), region):
        head = sp.Add(*(sp.Integer(j) ** p for j in range(1, int(a))))
        return c * (sp.zeta(-p) - head), True
    raise OutsideFragment(f"whether {p} > -1")


def _holds(rel: Rel, region: Region) -> bool:
    if rel.lhs.is_number:
        return bool(rel.lhs > 0) if rel.op == ">" else bool(rel.lhs < 0)
    return prove(rel, region) is not None


def _is_factor(e: sp.Expr, s: sp.Sum) -> bool:
    """Is e = s**k times something free of s?"""
    t = sp.Dummy("t", positive=True)
    ratio = sp.cancel(sp.together(e.xreplace({s: t})))
    _, bound = ratio.as_independent(t, as_Add=False)
    return bound.as_base_exp()[0] == t and t not in bound.as_base_exp()[1].free_symbols
