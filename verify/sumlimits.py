"""Limits of expressions with partial sums whose last index grows.

For f(k) = k**p the sum over k = a..x lies between integrals of f that differ by at most the first
and the last term (f is monotone). Hence, as x grows,

    p > -1:  sum ~ x**(p+1)/(p+1),      p = -1:  sum ~ log x,      p < -1:  sum -> zeta(-p) - head,

and a divergent sum of f(k) ~ c k**p is c times as large. An equivalent may replace the sum only
where the sum is a factor; a limit, wherever the expression is rational in it.
"""

from __future__ import annotations

import sympy as sp

from refutable.derivations.errors import NoLimit, OutsideFragment
from refutable.derivations.normal import is_zero
from refutable.derivations.statement import Rel

from .positivity import prove
from .region import Region

__all__ = ["LEMMA", "UnknownSign", "power_log_limit", "settle_sums"]

LEMMA = "lemma.integral"


class UnknownSign(OutsideFragment):
    """The limit is infinite or zero, depending on the sign of a constant."""


def settle_sums(e: sp.Expr, x: sp.Symbol, region: Region) -> tuple[sp.Expr, list[str]]:
    """`e` with its partial sums up to x replaced, and the lemmas that this rests on.

    Raises OutsideFragment where a sum is of another kind, or stands where it may not be replaced.
    """
    e = e.replace(lambda t: isinstance(t, sp.harmonic), _as_sum)
    e = e.xreplace({s: _from_one(s) for s in e.atoms(sp.Sum)})
    sums = sorted((s for s in e.atoms(sp.Sum) if x in s.free_symbols), key=sp.default_sort_key)
    for s in sums:
        value, converges = _behaviour(s, x, region)
        if not converges and not _is_factor(e, s):
            e = _without_remainder(e, s, x)
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
    if b is sp.oo:
        return _series(s, region), True
    if not (a.is_Integer and a >= 1 and sp.expand(b - x).is_Integer):
        raise OutsideFragment(f"the limits of {s}")
    c, p = _power(s.function, k)
    if x in c.free_symbols or p.free_symbols & {k, x}:
        raise OutsideFragment(f"a sum of {s.function}")
    above = sp.expand(p + 1)
    if above == 0:
        return c * sp.log(x), False
    if _holds(Rel(">", above, 0), region):
        return c * x**above / above, False
    if _holds(Rel("<", above, 0), region) and is_zero(s.function - c * k**p):
        head = sp.Add(*(sp.Integer(j) ** p for j in range(1, int(a))))
        return c * (sp.zeta(-p) - head), True
    raise OutsideFragment(f"whether {p} > -1")


def _series(s: sp.Sum, region: Region) -> sp.Expr:
    """The value of a whole series of c (k + h)**p: zeta(-p) without its first terms, or infinite.

    Raises NoLimit where a term has a zero below its bar.
    """
    k, a, _ = s.limits[0]
    c, f = s.function.as_independent(k, as_Add=False)
    base, p = f.as_base_exp() if f != 1 else (k, sp.Integer(0))
    if p.is_Integer and sp.expand(base + k).is_Integer:
        base, c = sp.expand(-base), c * (-1) ** p
    first = sp.expand(base.xreplace({k: a}))
    if not (sp.expand(base - k).is_Integer and first.is_Integer and p.is_Rational):
        raise OutsideFragment(f"the series {s}")
    if first <= 0 and p < 0:
        raise NoLimit(f"{s} divides by zero at {k} = {a - first}")
    if p >= -1:
        for op, value in ((">", sp.oo), ("<", -sp.oo)):
            if _holds(Rel(op, c, 0), region):
                return value
        raise OutsideFragment(f"whether the series {s} converges")
    head = sp.Add(*(sp.Integer(j) ** p for j in range(1, int(first))))
    return c * (sp.zeta(-p) - head)


def _power(f: sp.Expr, k: sp.Symbol) -> tuple[sp.Expr, sp.Expr]:
    """(c, p) with f(k) ~ c k**p: a power itself, or a rational function."""
    c, body = sp.powsimp(sp.expand_power_base(f, force=False)).as_independent(k, as_Add=False)
    for sign, (base, p) in ((1, body.as_base_exp()), (-1, (1 / body).as_base_exp())):
        if base == k:
            return c, sign * p
    if not f.is_rational_function(k):
        raise OutsideFragment(f"a sum of {f}")
    num, den = (sp.Poly(part, k) for part in sp.fraction(sp.cancel(sp.together(f))))
    return sp.cancel(num.LC() / den.LC()), sp.Integer(num.degree() - den.degree())


def _holds(rel: Rel, region: Region) -> bool:
    if rel.lhs.is_number:
        return bool(rel.lhs > 0) if rel.op == ">" else bool(rel.lhs < 0)
    return prove(rel, region) is not None


def _from_one(s: sp.Sum) -> sp.Expr:
    """The sum with its range begun at 1."""
    k, a, b = s.limits[0]
    if len(s.limits) > 1 or not (a.is_Integer and a > 1) or s.function.has(sp.Sum):
        return s
    head = sp.Add(*(s.function.xreplace({k: sp.Integer(j)}) for j in range(1, int(a))))
    return s if head.has(sp.zoo, sp.nan) else sp.Sum(s.function, (k, 1, b)) - head


def _without_remainder(e: sp.Expr, s: sp.Sum, x: sp.Symbol) -> sp.Expr:
    """A s for e = A s + B with A, B free of x: s grows, so B does not count."""
    t = sp.Dummy("t")
    plain = sp.expand(e.xreplace({s: t}))
    poly = sp.Poly(plain, t) if plain.is_polynomial(t) else None
    if poly is None or poly.degree() != 1 or any(x in c.free_symbols for c in poly.coeffs()):
        raise OutsideFragment(f"the limit of an expression in which {s} is no factor")
    return poly.LC() * s


def _is_factor(e: sp.Expr, s: sp.Sum) -> bool:
    """Is e = A s or A / s with A free of s?"""
    t = sp.Dummy("t", positive=True)
    at, one = e.xreplace({s: t}), e.xreplace({s: sp.Integer(1)})
    return is_zero(at - t * one) or is_zero(at * t - one)


def power_log_limit(e: sp.Expr, x: sp.Symbol, region: Region) -> sp.Expr:
    """The limit at infinity of C x**a log(x)**b, with C free of x; refuses other shapes.

    Raises UnknownSign where the shape is right but the sign of C is not known.
    """
    c, body = sp.factor_terms(sp.powsimp(e)).as_independent(x, as_Add=False)
    a, b = sp.Integer(0), sp.Integer(0)
    body = sp.powsimp(sp.expand_power_base(body))
    for f in sp.Mul.make_args(body) if body != 1 else ():
        base, p = f.as_base_exp()
        if x in p.free_symbols or base not in (x, sp.log(x)):
            raise OutsideFragment(f"the limit of {e}")
        a, b = (a + p, b) if base == x else (a, b + p)
    for growth in (sp.expand(a), sp.expand(b)):
        if growth == 0:
            continue
        if _holds(Rel("<", growth, 0), region):
            return sp.Integer(0)
        if not _holds(Rel(">", growth, 0), region):
            raise OutsideFragment(f"the growth of {e}")
        for op, value in ((">", sp.oo), ("<", -sp.oo)):
            if _holds(Rel(op, c, 0), region):
                return value
        raise UnknownSign(f"the sign of {c}")
    return c
