"""Distribution functions: the two-cell chain at several points, integrated exactly.

At a point with F(x) = u the loop is a categorical loop with the two cells (u, 1 - u), whose law is
enumerated. The mean square is a polynomial in u; it is interpolated at DEGREE + 1 points, checked
at one more, and integrated over u in [0, 1] (F is continuous).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import sympy as sp
from flint import fmpq

from refutable.derivations import quantity as Q
from refutable.derivations.errors import Contradiction, OutsideFragment
from refutable.derivations.families import Categorical, Cdf

__all__ = ["DEGREE", "integrated"]

DEGREE = 2
CELLS = sp.Symbol("cells of a distribution function")


def integrated(x: sp.Expr, at: dict, value: Callable[[sp.Expr, dict], sp.Expr]) -> fmpq:
    """The mean of a sum of numbers times squared norms of differences of distribution functions."""
    total = sp.Integer(0)
    for term in sp.Add.make_args(sp.expand(x)):
        factors = sp.Mul.make_args(term)
        norms = [f for f in factors if isinstance(f, Q.SqNorm)]
        rest = sp.Mul(*(f for f in factors if f not in norms))
        if len(norms) != 1 or not rest.is_number:
            raise OutsideFragment(f"the mean of {term} over distribution functions", part=str(term))
        total += rest * _one(norms[0].args[0], at, value)
    return fmpq(int(total.p), int(total.q))


def _one(vector: sp.Basic, at: dict, value: Callable[[sp.Expr, dict], sp.Expr]) -> sp.Rational:
    tags = {}
    for tag in vector.atoms(Q.Tag):
        p = tag.process
        if isinstance(p.family, Cdf):
            tags[tag] = Q.Tag(replace(p, name=f"{p.name} at a point", family=Categorical(CELLS)))
    square = Q.Mean(Q.Coord(vector.xreplace(tags), sp.Integer(1)) ** 2)

    def here(u: sp.Rational) -> sp.Rational:
        return value(square, {**at, CELLS: (u, 1 - u)})

    points, last, area = _weights()
    values = [here(u) for u in points]
    if sum((c * v for c, v in zip(last, values, strict=False)), sp.Integer(0)) != values[-1]:
        raise Contradiction(f"the mean square at a point is no polynomial of degree {DEGREE}")
    return sum((c * v for c, v in zip(area, values, strict=False)), sp.Integer(0))


@cache
def _weights() -> tuple[list[sp.Rational], list[sp.Rational], list[sp.Rational]]:
    """Points; the weights that give the last value and the integral from the values before it."""
    points = [sp.Rational(k, DEGREE + 2) for k in range(1, DEGREE + 3)]
    u = sp.Dummy("u")
    bases = [sp.interpolate([(x, int(x == y)) for x in points[:-1]], u) for y in points[:-1]]
    return points, [b.subs(u, points[-1]) for b in bases], [
        sp.integrate(b, (u, 0, 1)) for b in bases
    ]  # fmt: skip
