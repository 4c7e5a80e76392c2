"""Equations between vectors of a linear recursion, their cells, and the coefficient of a noise."""

import pytest
import sympy as sp

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Linear
from refutable.derivations.process import Accumulate, Draw, Model, Process
from refutable.derivations.quantity import VecSum
from refutable.derivations.response import Response
from refutable.derivations.statement import eq
from refutable.verify.deduce import deduce
from refutable.verify.judge import Options, judge_one
from refutable.verify.vectors import cells, formal

n, d, T, s, i, j = sp.symbols("n d T s i j")
P = Process("acc", Linear(d, T, s), Accumulate(Draw(Model(), T, "y")), index=n)
E = P.noise
DOMAIN = {n: Integers(1), d: Integers(1), T: Integers(d), s: Reals(0)}


def _claim(statement, **more):
    return claim(
        "demo", statement, "identity", domain={**DOMAIN, **more.pop("domain", {})}, **more
    )[0]


def test_a_single_noise_covers_its_own_index_only():
    """w(n+1) as the mean of all fits, the first of which is written apart."""
    true = eq(
        P.model(n + 1), (P.truth + E(1) + VecSum(P.model(i - 1) + E(i), i, 2, n + 1)) / (n + 1)
    )
    twice = eq(
        P.model(n + 1), (P.truth + 2 * E(1) + VecSum(P.model(i - 1) + E(i), i, 2, n + 1)) / (n + 1)
    )
    assert deduce(_claim(true)).proved
    assert not deduce(_claim(twice)).proved


def test_a_noise_that_may_lie_inside_a_sum_is_refused():
    d_ = deduce(
        _claim(eq(VecSum(E(i), i, 1, n) + E(j), VecSum(E(i), i, 1, n)), domain={j: Integers(1)})
    )
    assert not d_.proved


def test_sums_too_short_for_their_common_range_are_refused():
    region = deduce(_claim(eq(P.model(n), P.model(n)))).region
    f = formal(VecSum(E(i), i, 3, n) + VecSum(E(i), i, 1, n + 1))
    with pytest.raises(OutsideFragment, match="too short"):
        cells(f, region)


@pytest.mark.parametrize(("formula", "proved"), [((n + 1) / j, True), ((n + 2 - j) / j, False)])
def test_coefficient_of_a_noise(formula, proved):
    twice = VecSum(VecSum(E(j) / j, j, 1, i), i, 1, n) + VecSum(E(i), i, 1, n + 1)
    c = sp.Symbol("c")
    verdict = judge_one(
        _claim(
            eq(c, formula), domain={j: Integers(1, n + 1)}, quantities={c: Response(twice, P, j)}
        ),
        Options(fast=True, mutants=False),
    )
    assert verdict.verdict == ("proved" if proved else "refuted")
    if not proved:
        assert verdict.counterexample.confirmed_by == "symbolic"


def test_the_coefficient_of_a_sum_is_repaired():
    printed = VecSum((n + 2 - i) / i * E(i), i, 1, n + 1)
    verdict = judge_one(
        _claim(eq((n + 1) * VecSum(E(i) / i, i, 1, n + 1), printed)),
        Options(fast=True, mutants=False),
    )
    assert verdict.verdict == "refuted"
    assert verdict.repair.verdict == "proved"
    assert verdict.repair.statement.rhs == 1 * VecSum((n + 1) / i * E(i), i, 1, n + 1)
    assert sp.simplify(verdict.repair.difference - (1 - i) / i) == 0
