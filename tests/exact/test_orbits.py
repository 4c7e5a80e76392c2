"""States up to permutations of equally likely tokens, against the enumeration of all states."""

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.verify import exact
from refutable.verify.exact import orbits
from tests.processes import FS, PS, N, n, p

R = sp.Rational
UNIFORM = (R(1, 5),) * 5
PAIRS = (R(1, 3), R(1, 6), R(1, 6), R(1, 3))
QUESTIONS = [
    Q.Mean(Q.LambdaMax(PS.model(3))),
    Q.Mean(Q.PiMax(PS.model(2))),
    Q.Mean(Q.NormInf(PS.model(2) - PS.model(1))),
    Q.Prob(S.ge(Q.Norm1(FS.model(1) - FS.truth), R(2, 3))),
    Q.Prob(Q.IsDirac(FS.model(3))),
]


@pytest.mark.parametrize("truth", [UNIFORM, PAIRS])
@pytest.mark.parametrize("node", QUESTIONS)
def test_representatives_give_the_whole_law(node, truth, monkeypatch):
    at = {p: truth, N: sp.Integer(3), n: sp.Integer(2)}
    short = exact.value(node, at)
    monkeypatch.setattr(orbits, "LEAST_TOKENS", 99)
    assert short == exact.value(node, at)


def test_many_tokens_are_few_types():
    at = {p: (R(1, 40),) * 40, n: sp.Integer(6)}
    far = Q.Prob(S.ge(Q.Norm1(FS.model(1) - FS.truth), R(3, 2)))
    assert exact.value(far, at, budget=2000) == 1


def test_a_wrong_count_of_arrangements_shows(monkeypatch):
    at = {p: UNIFORM, n: sp.Integer(3)}
    node = Q.Mean(Q.NormInf(FS.model(1)))
    right = exact.value(node, at)
    monkeypatch.setattr(orbits, "_arrangements", lambda parts: 1)
    assert exact.value(node, at) != right


def test_a_single_token_is_no_symmetric_question():
    assert not orbits.symmetric([Q.Mean(FS.model(1)[1])], [R(1, 5)] * 5)
    assert not orbits.symmetric([Q.Mean(Q.SqNorm(FS.model(1)))], [R(1, 2), R(1, 2)])
