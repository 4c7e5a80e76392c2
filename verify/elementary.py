"""Logarithms and sines as variables of a certificate, with what is known of them.

l = log(z), z > 0:  1 - 1/z <= l <= z - 1, and l grows with z;  for a goal that is affine in its
                    logarithms also (z - 1)(3 z + 1)/(2 z (z + 1)) <= l <= (z - 1)(z + 3)/(2 (z + 1)).
s = sin(u), u >= 0: u - u^3/6 <= s <= u - u^3/6 + u^5/120;  0 <= s <= u exp(-u^2/6) where u <= pi.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from refutable.derivations.statement import Rel

from .region import Variable

if TYPE_CHECKING:
    from .positivity import _Abstraction

__all__ = ["LOGARITHM", "SINE", "logarithm", "sharper", "sine"]

LOGARITHM, SINE = "lemma.logarithm", "lemma.sine"


def logarithm(e: sp.log, a: _Abstraction) -> sp.Symbol:
    """log(z) between its tangent at one and the mirror of it."""
    fresh = e not in a.table
    x = a.new(e, Variable(sp.Dummy("l")))
    (z,) = e.args
    if fresh and a.depth <= 1 and a.proves(Rel(">", z, 0)):
        inside = a.rewrite(z)
        a.region.facts += [Rel("<=", x, inside - 1), Rel(">=", x, 1 - 1 / inside)]
        a.lemmas.append(LOGARITHM)
        for other, y in a.table.items():  # the logarithm grows
            if not isinstance(other, sp.log) or other == e:
                continue
            for op in ("<=", ">="):
                if a.proves(Rel(op, z, other.args[0])):
                    a.region.facts.append(Rel(op, x, y))
    return x


def sharper(goal: sp.Expr, surely: object) -> sp.Expr | None:
    """Something that a goal, affine in its logarithms, is not below; None where that is not told.

    Each logarithm is replaced by the better of its bounds, on the side that its coefficient needs.
    surely: whether a relation holds on the whole region.
    """
    logs = sorted((x for x in goal.atoms(sp.log) if x.free_symbols), key=sp.default_sort_key)
    names = {x: sp.Dummy("l") for x in logs}
    plain = sp.expand(goal.xreplace(names), log=False)
    if not logs or plain.atoms(sp.log) - {x for x in plain.atoms(sp.log) if x.is_number}:
        return None
    for node, name in names.items():
        (z,) = node.args
        c = plain.diff(name)
        if c.free_symbols & set(names.values()) or not surely(Rel(">", z, 0)):  # type: ignore[operator]
            return None
        if surely(Rel(">=", c, 0)):  # type: ignore[operator]
            bound = (z - 1) * (3 * z + 1) / (2 * z * (z + 1))
        elif surely(Rel("<=", c, 0)):  # type: ignore[operator]
            bound = (z - 1) * (z + 3) / (2 * (z + 1))
        else:
            return None
        plain = plain.xreplace({name: bound})
    return plain


def sine(e: sp.sin, a: _Abstraction) -> sp.Symbol:
    """sin(u) between partial sums of its series; below an exponential where the claim has one."""
    fresh = e not in a.table
    s = a.new(e, Variable(sp.Dummy("s"), sp.Integer(-1), sp.Integer(1)))
    (u,) = e.args
    if not (fresh and a.depth <= 1 and a.proves(Rel(">=", u, 0))):
        return s
    x = a.rewrite(u)
    low, high = x - x**3 / 6, x - x**3 / 6 + x**5 / 120
    a.region.facts += [Rel(">=", s, low), Rel("<=", s, high)]
    if a.proves(Rel("<=", u, sp.pi)):
        a.region.variables[s] = Variable(s, sp.Integer(0), sp.Integer(1))
        decay = u**2 / 6
        if decay.as_coeff_Mul()[1] in a.units:
            a.region.facts.append(Rel("<=", s * a.rewrite(sp.exp(decay)), x))
    a.lemmas.append(SINE)
    return s
