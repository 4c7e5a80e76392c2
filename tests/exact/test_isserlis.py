"""Gaussian loops: raw normals against the symbolic closure, which share no code."""

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.derive import derive
from refutable.derivations.families import Gaussian
from refutable.derivations.process import Draw, Model, Pool, Process, Truth
from refutable.verify import exact
from refutable.verify.exact import isserlis

n, m, w, t, Sigma = sp.symbols("n m w t Sigma")
R = sp.Rational


def loop(divisor):
    real, model = Draw(Truth(), n, "x"), Draw(Model(), m, "y")
    return Process(
        f"G{divisor}",
        Gaussian("Sigma", divisor),
        Pool([real, model], weights=[w, 1 - w]),
        first=Pool([real]),
        index=t,
        origin=0,
    )


def quantities(g, k):
    cov = g.covariance(k)
    return [
        Q.Mean(Q.SqNorm(g.model(k) - g.truth)),
        Q.Mean(Q.SqNorm(cov - g.true_covariance)),
        Q.Mean(Q.Trace(cov)),
        Q.Mean(Q.Trace(cov) ** 2),
    ]


@pytest.mark.parametrize("divisor", ["n-1", "n"])
@pytest.mark.parametrize("spectrum", [(1,), (2, 1)])
@pytest.mark.parametrize("generation", [0, 1, 2])
def test_raw_normals_agree_with_the_closure(divisor, spectrum, generation):
    g = loop(divisor)
    for weight in (R(1, 3), R(1), R(0)):
        at = {
            Sigma: tuple(map(sp.Integer, spectrum)),
            n: sp.Integer(3),
            m: sp.Integer(2),
            w: weight,
        }
        for node in quantities(g, generation):
            assert exact.value(node, at) == exact.value(derive(node).formula, at)


def test_closed_form_of_the_covariance_error():
    """Two invariants, two eigenvalues: the formula for all rounds at one of them."""
    g = loop("n-1")
    at = {Sigma: (sp.Integer(1),), n: sp.Integer(2), m: sp.Integer(3), w: R(1, 2)}
    node = Q.Mean(Q.SqNorm(g.covariance(t) - g.true_covariance))
    formula = derive(node).formula
    for k in (0, 1, 3):
        assert exact.value(formula.subs(t, k), at) == exact.value(node, {**at, t: sp.Integer(k)})


def test_a_wrong_pairing_is_noticed(monkeypatch):
    true = isserlis._weights
    monkeypatch.setattr(isserlis, "_weights", lambda k, d: (*true(k, d)[:3], -true(k, d)[3]))
    g = loop("n-1")
    at = {Sigma: (sp.Integer(1),), n: sp.Integer(3), m: sp.Integer(2), w: R(1, 3)}
    node = Q.Mean(Q.SqNorm(g.covariance(1) - g.true_covariance))
    assert exact.value(node, at) != exact.value(derive(node).formula, at)
