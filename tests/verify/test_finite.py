"""Optima in the limit of large samples, and where they lie at finite ones."""

import sympy as sp

from refutable.derivations.claim import claim
from refutable.derivations.domain import Reals
from refutable.derivations.papers.he2026_processes import (
    GAUSS,
    WEIGHT,
    ErrS,
    gauss,
    limit,
    n,
    of_gauss,
    w,
)
from refutable.derivations.statement import Lim, Minimises, eq
from refutable.verify.atinfinity import settle
from refutable.verify.finite import finite_optima
from refutable.verify.surds import vanishes

GOLDEN = (sp.sqrt(5) - 1) / 2


def test_the_covariance_optimum_comes_near_the_golden_ratio():
    (c,) = claim(
        "x",
        Minimises(GOLDEN, Lim(n * limit(ErrS), n), w, WEIGHT),
        "optimum",
        domain={k: d for k, d in GAUSS.items() if str(k) != "m"},
        quantities=of_gauss(gauss(w, n)),
    )
    ten, hundred, thousand = finite_optima(c)
    assert "0.63984 and 0.64141" in ten
    assert "0.61953 and 0.62109" in hundred
    assert "0.61719 and 0.61875" in thousand
    assert thousand.endswith("in the limit 0.618034")


def test_other_statements_have_none():
    t = sp.Symbol("t")
    assert finite_optima(claim("x", eq(t, t), "identity", domain={t: Reals()})[0]) == []


def test_a_hidden_zero_in_a_denominator_is_no_limit():
    """1/(2 (sqrt(2)/2)^2 - 1) written so that SymPy does not see the zero."""
    t = sp.Symbol("t")
    r = sp.sqrt(2) - 1
    hidden = sp.Add(r**2, 2 * r, -1, evaluate=False)
    assert vanishes(hidden)
    assert settle(sp.Pow(hidden, -1) + sp.Rational(1, 2) ** t, t, lambda e: e) is None
    assert settle(3 + sp.Rational(1, 2) ** t, t, lambda e: e) == 3
