"""Functionals of given vectors are exact numbers; sums are written out under their own symbols."""

from __future__ import annotations

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.montecarlo.fixed import settled
from refutable.montecarlo.instance import instance, number, put, whole

q, r, A, i, k = sp.symbols("q r A i k")
f = sp.Function("f")
AT = instance({q: [sp.Rational(1, 2), sp.Rational(1, 3), sp.Rational(1, 6)],
               r: [sp.Rational(1, 3)] * 3, A: sp.FiniteSet(2, 3)})  # fmt: skip
X, Y = Q.AnyVec(q), Q.AnyVec(r)


@pytest.mark.parametrize(
    ("e", "exact"),
    [
        (Q.Coord(X, 2), "1/3"),
        (Q.SqNorm(X), "7/18"),
        (Q.Norm1(X - Y), "1/3"),
        (Q.NormInf(X - Y), "1/6"),
        (Q.TotalVariation(X, Y), "1/6"),
        (Q.Mass(X, A), "1/2"),
        (Q.PiMax(Y), "1/3"),
        (Q.LambdaMax(X), "1/4"),
        (Q.Support(X), "3"),
        (Q.SqNorm(2 * X - Y), "5/9"),
    ],
)
def test_value_is_exact(e, exact):
    assert settled(put(e, AT), AT) == sp.Rational(exact)


def test_bound_symbols_keep_their_meaning():
    e = sp.Sum(i * k, (i, 1, k)) + sp.Product(i, (i, 1, 4))
    assert put(e, instance({i: 7, k: 3})) == 18 + 24
    twice = Q.VecSum(i * X, i, sp.Integer(1), k)
    assert settled(put(Q.Coord(twice, 1), instance({**AT, k: 3, i: 9})), AT) == 3


def test_schedules_are_applied():
    assert put(f(k) + f(f(k)), {k: sp.Integer(2), f: sp.Lambda(i, i + 3)}) == 5 + 8


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: settled(Q.Coord(X, 4), AT),
        lambda: settled(Q.Norm1(X - Q.AnyVec(k)), instance({**AT, k: [1]})),
        lambda: settled(Q.Mass(X, k), AT),
        lambda: put(sp.Sum(i, (i, 1, sp.oo)), {}),
        lambda: whole(sp.Rational(1, 2), "a size"),
        lambda: number(sp.oo, "a share"),
        lambda: number(sp.I, "a share"),
        lambda: number(sp.nan, "a share"),
    ],
)
def test_what_has_no_value_is_an_error(wrong):
    with pytest.raises((DomainError, OutsideFragment)):
        wrong()
