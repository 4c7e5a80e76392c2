"""Powers whose base tends to one while their exponent grows, between 0 and a power of the variable.

(1 - c log(x)/x)**(a x) lies between 0 and x**(-a c) once its base is positive, because
1 - u <= exp(-u). Where that is enough for the term to vanish, the limit is that of the rest.
"""

from __future__ import annotations

import sympy as sp

from refutable.derivations.errors import OutsideFragment
from refutable.derivations.statement import Rel

from .positivity import prove
from .region import Region
from .sumlimits import power_log_limit

__all__ = ["squeezed_limit"]


def squeezed_limit(e: sp.Expr, x: sp.Symbol, region: Region) -> sp.Expr:
    """The limit at infinity of A + B p with such a power p; raises OutsideFragment otherwise.

    >>> x = sp.Symbol("x")
    >>> squeezed_limit(1 / x + (1 - sp.log(x) / x) ** (2 * x) * x, x, Region())
    0
    """
    powers = [p for p in e.atoms(sp.Pow) if x in p.exp.free_symbols]
    if not powers:
        raise OutsideFragment(f"no power in {e}")
    names = {p: sp.Dummy(f"p{k}") for k, p in enumerate(powers)}
    body = e.xreplace(names)
    rest = body.xreplace(dict.fromkeys(names.values(), sp.Integer(0)))
    for p, letter in names.items():
        factor = sp.diff(body, letter)
        if factor.free_symbols & set(names.values()):
            raise OutsideFragment(f"{e} is not affine in its powers")
        if _leading_limit(factor * x ** -_decay(p, x), x, region) != 0:
            raise OutsideFragment(f"whether the term of {p} vanishes")
    return _leading_limit(rest, x, region)


def _leading_limit(e: sp.Expr, x: sp.Symbol, region: Region) -> sp.Expr:
    """The limit of a quotient of polynomials in x and log(x), by their leading terms."""
    if x not in e.free_symbols:
        return e
    log = sp.Dummy("L")
    num, den = sp.fraction(sp.cancel(sp.together(e.xreplace({sp.log(x): log}))))
    if not (num.is_polynomial(x, log) and den.is_polynomial(x, log)):
        raise OutsideFragment(f"the growth of {e}")
    top, bottom = (sp.Poly(part, x, log).terms()[0] for part in (num, den))
    (a, b), (c, d) = top[0], bottom[0]
    if not any(prove(Rel(op, bottom[1], 0), region) for op in (">", "<")):
        raise OutsideFragment(f"the sign of {bottom[1]}")
    lead = sp.cancel(top[1] / bottom[1])
    return power_log_limit(lead * x ** (a - c) * sp.log(x) ** (b - d), x, region)


def _decay(p: sp.Pow, x: sp.Symbol) -> sp.Rational:
    """The rate r with 0 <= p <= x**-r from some x on."""
    base, inner = _root(p.base)
    slope = sp.expand(p.exp).coeff(x, 1)
    more = sp.expand(p.exp - slope * x)  # a further factor base**more is at most one
    if not (more.is_Rational and more >= 0):
        raise OutsideFragment(f"the exponent of {p}")
    times = inner * slope
    rate = sp.simplify(x * (1 - base) / sp.log(x))
    if not (times.is_Rational and times > 0 and rate.is_Rational and rate > 0):
        raise OutsideFragment(f"the size of {p}")
    return times * rate


def _root(e: sp.Expr) -> tuple[sp.Expr, sp.Integer]:
    """e = base**k for a quotient of two k-th powers, k as large as can be seen."""
    parts = [sp.factor(part).as_base_exp() for part in sp.fraction(sp.together(e))]
    (top, j), (bottom, k) = parts
    return (top / bottom, j) if j == k and j.is_Integer and j > 0 else (e, sp.Integer(1))
