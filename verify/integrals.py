"""Integrals and derivatives, carried out by rule.

Two rules for integrals: the Gaussian integral over a half line, and an antiderivative that is
differentiated back. What SymPy proposes counts only after that.
"""

from __future__ import annotations

import sympy as sp

from refutable.derivations.errors import OutsideFragment
from refutable.derivations.normal import is_zero
from refutable.derivations.statement import Rel

from .positivity import prove
from .region import Region

__all__ = ["carry_out", "integral"]


def carry_out(e: sp.Basic, region: Region) -> sp.Basic:
    """`e` with its derivatives and integrals replaced by their values on the region."""
    table = {d: d.doit() for d in e.atoms(sp.Derivative)}
    table |= {i: integral(i, region) for i in e.atoms(sp.Integral)}
    return e.xreplace(table) if table else e


def integral(node: sp.Integral, region: Region) -> sp.Expr:
    """The value of a definite integral; raises OutsideFragment where no rule gives it.

    >>> from refutable.verify.region import Region, Variable
    >>> t, c = sp.symbols("t c")
    >>> positive = Region({c: Variable(c, sp.Integer(1))})
    >>> integral(sp.Integral(3 * sp.exp(-c * t**2), (t, 0, sp.oo)), positive)
    3*sqrt(pi)*sqrt(1/c)/2
    """
    if len(node.limits) != 1 or len(node.limits[0]) != 3:
        raise OutsideFragment(f"the integral {node}", part="integral")
    t, a, b = node.limits[0]
    value = _gaussian(node.function, t, a, b, region)
    return _antiderivative(node.function, t, a, b) if value is None else value


def _gaussian(f: sp.Expr, t: sp.Symbol, a: sp.Expr, b: sp.Expr, region: Region) -> sp.Expr | None:
    """The integral of r exp(-c t^2) over [0, oo) for c > 0: r sqrt(pi/c)/2."""
    if a != 0 or b is not sp.oo:
        return None
    r, rest = f.as_independent(t, as_Add=False)
    if not isinstance(rest, sp.exp) or not rest.args[0].is_polynomial(t):
        return None
    exponent = sp.Poly(rest.args[0], t)
    c = -exponent.nth(2)
    if exponent.degree() != 2 or exponent.nth(1) != 0:
        return None
    if not prove(Rel(">", c, 0), region):
        raise OutsideFragment(f"whether {c} > 0 in {f}", part="integral")
    return r * sp.exp(exponent.nth(0)) * sp.sqrt(sp.pi * (1 / c)) / 2


def _antiderivative(f: sp.Expr, t: sp.Symbol, a: sp.Expr, b: sp.Expr) -> sp.Expr:
    if not (f.is_polynomial(t) and a.is_finite is not False and b.is_finite is not False):
        raise OutsideFragment(f"the integral of {f}", part="integral")
    whole = sp.integrate(f, t)
    if not is_zero(sp.diff(whole, t) - f):
        raise OutsideFragment(f"the antiderivative of {f} fails", part="integral")
    return whole.xreplace({t: b}) - whole.xreplace({t: a})
