"""Limits of quotients of sums of polynomials times exponentials: the fastest term decides.

sum_i p_i(x) a_i**x / sum_j q_j(x) b_j**x with positive numbers a_i, b_j behaves like the quotient of
the terms with the largest base. A leading coefficient of the denominator that may vanish is refused.
"""

from __future__ import annotations

import sympy as sp

from refutable.derivations.errors import OutsideFragment
from refutable.derivations.statement import Rel

from .positivity import prove
from .region import Region

__all__ = ["dominant_limit"]

Terms = dict[sp.Rational, sp.Expr]


def dominant_limit(e: sp.Expr, x: sp.Symbol, region: Region) -> sp.Expr:
    """The limit as x tends to infinity; raises OutsideFragment where the form is another one.

    >>> x = sp.Symbol("x")
    >>> dominant_limit((x + 1) / (2**x + 3**x), x, Region())
    0
    >>> dominant_limit((3**x - 2**x) / (5 * 3**x + x), x, Region())
    1/5
    """
    top, bottom = (_terms(part, x) for part in sp.fraction(sp.together(e)))
    if not bottom:
        raise OutsideFragment(f"the denominator of {e}")
    base = max(bottom)
    lead = sp.Poly(bottom[base], x)
    sign = _sign(lead.LC(), region)
    if not top or max(top) < base:
        return sp.Integer(0)
    above = sp.Poly(top[max(top)], x)
    if max(top) == base and above.degree() <= lead.degree():
        return sp.factor(above.LC() / lead.LC()) if above.degree() == lead.degree() else sp.S.Zero
    return sp.oo * sign * _sign(above.LC(), region)


def _sign(c: sp.Expr, region: Region) -> int:
    """1 or -1 where the coefficient has this sign on the whole region."""
    for op, sign in ((">", 1), ("<", -1)):
        if prove(Rel(op, c, 0), region):
            return sign
    raise OutsideFragment(f"the sign of the leading coefficient {c}")


def _terms(e: sp.Expr, x: sp.Symbol) -> Terms:
    """The polynomial factor of each base; the base of a plain polynomial is 1."""
    out: Terms = {}
    for term in sp.Add.make_args(sp.expand(e, power_base=False, power_exp=True)):
        base, rest = sp.Integer(1), sp.Integer(1)
        for f in sp.Mul.make_args(term):
            if f.is_Pow and x in f.exp.free_symbols:
                step = f.exp.coeff(x, 1)
                if not (f.base.is_Rational and f.base > 0 and step.is_Integer):
                    raise OutsideFragment(f"the growth of {f}")
                base *= f.base**step
                rest *= f.base ** sp.expand(f.exp - step * x)
            else:
                rest *= f
        if not rest.is_polynomial(x):
            raise OutsideFragment(f"the growth of {rest}")
        out[base] = sp.expand(out.get(base, sp.Integer(0)) + rest)
    return {b: p for b, p in out.items() if p != 0}
