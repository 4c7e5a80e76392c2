"""The coefficient of a power of a true coordinate, by interpolation through exact values."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from flint import fmpq, fmpq_poly

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment

from .ground import At

__all__ = ["coefficient"]


def coefficient(node: Q.Coefficient, at: At, value: Callable[[sp.Expr, At], sp.Expr]) -> fmpq:
    """Evaluate the mean at truths that give the coordinate the values 0, 1/d, ..., 1.

    The mean must look at that coordinate only, and be a polynomial in it of at most the degree
    of the random number; one more value than needed checks this.
    """
    mean, coord, power = node.args
    token = coord.args[1]
    (tag,) = mean.atoms(Q.Tag)
    if {c.args[1] for c in mean.atoms(Q.Coord)} != {token} or mean.given is not None:
        raise OutsideFragment(f"{mean} looks at more than one coordinate", part="coefficient")
    functionals = sorted(mean.atoms(Q.Functional), key=sp.default_sort_key)
    if any(not isinstance(f, Q.Coord) for f in functionals):
        raise OutsideFragment(f"{mean} is no polynomial in a coordinate", part="coefficient")
    degree = sp.Poly(mean.args[0], *functionals).total_degree()
    symbol = tag.process.family.truth
    size, index = len(at[symbol]), int(token) - 1
    if size < 2:
        raise OutsideFragment("one class only: the coordinate cannot vary", part="coefficient")
    points = [sp.Rational(k, degree + 1) for k in range(degree + 2)]
    values = []
    for x in points:
        p = [sp.Integer(0)] * size
        p[index], p[index - 1] = x, 1 - x
        values.append(value(mean, {**at, symbol: tuple(p)}))
    poly = _through(points[:-1], values[:-1])
    if poly(_rational(points[-1])) != _rational(values[-1]):
        raise OutsideFragment(f"{mean} is no polynomial of degree {degree}", part="coefficient")
    return poly[int(power)]


def _rational(x: sp.Expr) -> fmpq:
    return fmpq(int(x.p), int(x.q))


def _through(points: list[sp.Expr], values: list[sp.Expr]) -> fmpq_poly:
    """The polynomial of least degree through the points (Lagrange)."""
    out = fmpq_poly([0])
    xs = [_rational(x) for x in points]
    for k, y in enumerate(values):
        basis = fmpq_poly([_rational(y)])
        for j, x in enumerate(xs):
            if j != k:
                basis *= fmpq_poly([-x, 1]) / (xs[k] - x)
        out += basis
    return out
