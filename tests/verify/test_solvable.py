"""Whether an equation has a solution: at instances, by two engines, and in general."""

import pytest
import sympy as sp

from refutable import claim
from refutable.derivations import statement as S
from refutable.derivations.domain import Integers, Reals
from refutable.derivations.errors import OutsideFragment
from refutable.verify.instances import check_at
from refutable.verify.judge import Options, judge_one
from refutable.verify.solvable import no_root, solvable

w, a, c = sp.symbols("w a c")


REAL, COUNT = Reals(), Integers(0)


def exists(lhs, rhs, within=REAL, values=COUNT):
    return claim("a.b", S.Exists(w, S.eq(lhs, rhs)), "identity", domain={a: values, w: within})[0]


@pytest.mark.parametrize(
    ("equation", "within", "value", "truth"),
    [
        (w**2 - a, Reals(), 2, True),
        (w**2 + a, Reals(), 1, False),
        (w**2 + a, Reals(), 0, True),
        (w - a, Reals(0, 1), 1, True),
        (w - a, Reals(0, 1, hi_open=True), 1, False),
        (w - a, Reals(0, 1), 2, False),
        (sp.exp(w) - a, Reals(), 3, True),
        (sp.exp(w) - a, Reals(), 0, False),
        (sp.exp(w) - a, Reals(0), 1, True),  # at the very end of the range
        (sp.exp(w) - a, Reals(-sp.oo, 0), 1, True),
        (sp.exp(w) - a, Reals(0, lo_open=True), 1, False),
        (sp.exp(2 * w) + sp.exp(-w) - a, Reals(), 1, False),
        (sp.exp(2 * w) + sp.exp(-w) - a, Reals(), 2, True),
        ((w - a) * (w - 2) / (w - a), Reals(0, 1), 1, False),  # not defined at its only root
        (a * w, Reals(), 0, True),
    ],
)
def test_at_an_instance(equation, within, value, truth):
    body = exists(equation, 0, within).bound()
    at = {a: sp.Integer(value), w: sp.Integer(0)}  # the value of w does not matter
    assert check_at(body, at).truth is truth
    assert (no_root(body, at) is None) == truth


@pytest.mark.parametrize("equation", [w + sp.exp(w), sp.exp(w**2), w - sp.sqrt(a), sp.sin(w)])
def test_other_equations_are_refused(equation):
    with pytest.raises(OutsideFragment):
        solvable(exists(equation, 1).bound(), {a: sp.Integer(2)})


def test_without_an_interval_nothing_is_said():
    with pytest.raises(OutsideFragment):
        solvable(S.Exists(w, S.eq(w, a)), {a: sp.Integer(2)})


def judged(c):
    return judge_one(c, Options(fast=True, mutants=False))


def test_the_solution_is_found_and_must_be_real():
    assert judged(exists(sp.exp(w), a, values=Integers(1))).verdict == "proved"
    v = judged(exists(sp.exp(w), a))
    assert (v.verdict, v.refutes) == ("refuted", "domain")
    assert v.repair.statement == S.ge(a, 1)
    assert v.counterexample.values[a] == 0
    assert judged(exists(sp.exp(w), a - 3)).repair.statement != S.ge(a, 1)
