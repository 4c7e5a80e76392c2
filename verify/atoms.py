"""Exponentials and powers as variables of a certificate, with what is known of them.

y = exp(u):  y > 0 and y >= 1 + u;  y >= 1 where u >= 0;  y >= e u where e itself is spoken of;
exp(u) <= exp(v) where u <= v.
w = b**e, e no integer:  w > 0 where b > 0;  w >= 1 where b >= 1 and e >= 0.
Exponentials of rational multiples of one expression are powers of one variable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from refutable.derivations.errors import OutsideFragment
from refutable.derivations.normal import canonical
from refutable.derivations.statement import Rel

from .region import Variable

if TYPE_CHECKING:
    from .positivity import _Abstraction

__all__ = ["euler", "exponential", "power", "units"]


def units(expressions: list[sp.Basic]) -> dict[sp.Expr, sp.Rational]:
    """For each exponent up to a rational factor, the largest number that divides its factors."""
    out: dict[sp.Expr, sp.Rational] = {}
    for e in expressions:
        for a in e.atoms(sp.exp):
            c, rest = a.args[0].as_coeff_Mul()
            if rest.free_symbols and c.is_Rational:
                out[rest] = sp.gcd(out.get(rest, sp.Integer(0)), abs(c))
    return out


def euler(expressions: list[sp.Basic]) -> sp.Expr | None:
    """The form in which Euler's number stands in them: exp(-1), e itself, or not at all."""
    return next((x for x in (sp.exp(-1), sp.E) if any(e.has(x) for e in expressions)), None)


def exponential(e: sp.exp, a: _Abstraction) -> sp.Expr:
    """exp(c u) as a power of the variable for exp(g u), g the unit of the exponents."""
    c, rest = e.args[0].as_coeff_Mul()
    if not c.is_Rational:
        raise OutsideFragment(f"the exponential {e}", part="infinite")
    g = a.units.get(rest, sp.Rational(1, c.q))
    if (c / g).q != 1:
        g = sp.Rational(1, c.q)
    key = sp.exp(rest * g, evaluate=False)
    fresh = key not in a.table
    others = [k for k in a.table if isinstance(k, sp.exp)] if fresh else []
    y = a.new(key, Variable(sp.Dummy("y"), sp.Integer(0), sp.oo, True))
    for other in others if a.depth <= 1 else ():
        for low, high in ((other, key), (key, other)):
            if a.proves(Rel("<=", low.args[0], high.args[0])):
                a.region.facts.append(Rel("<=", a.table[low], a.table[high]))
                break
    if fresh and a.depth <= 2:
        tangent = 1 + a.rewrite(rest * g)
        if a.proves(Rel(">=", rest * g, 0)):
            a.region.variables[y] = Variable(y, tangent)
        else:
            a.region.facts.append(Rel(">=", y, tangent))
        if a.euler is not None and rest.free_symbols:  # the tangent at u = 1
            number = a.rewrite(a.euler)
            scale = y * number if a.euler == sp.exp(-1) else y / number
            a.region.facts.append(Rel(">=", scale, a.rewrite(rest * g)))
    return y ** int(c / g)


def power(base: sp.Expr, exp: sp.Expr, a: _Abstraction) -> sp.Symbol:
    """base**exp for an exponent that is no integer."""
    key = sp.Pow(canonical(base), exp)
    fresh = key not in a.table
    w = a.new(key, Variable(sp.Dummy("w")))
    if fresh and a.depth <= 2:
        if a.proves(Rel(">=", base, 1)) and a.proves(Rel(">=", exp, 0)):
            a.region.variables[w] = Variable(w, sp.Integer(1))
        elif a.proves(Rel(">", base, 0)):
            a.region.variables[w] = Variable(w, sp.Integer(0), sp.oo, True)
    return w
