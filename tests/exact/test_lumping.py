"""Lumping tokens changes no number: the oracle is every token in a cell of its own."""

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Filter, Mix, Model, Once, Pool, Process, Truth
from refutable.verify.exact import evaluate, lumping, outcomes, value

m, n, N, i = sp.symbols("m n N i")
p, A, v = sp.symbols("p A v")
R = sp.Rational
REAL = Once(Truth(), N, "real")
PS = Process("PS", Categorical("p"), Pool([REAL, Draw(Model(), n)]), first=Pool([REAL]), index=m)
FS = Process("FS", Categorical("p"), Pool([Draw(Model(), n)]), index=m)
KEEP = Draw(Mix(R(1, 3), Truth(), Model()), n, keep=Filter(R(1, 2), R(1, 4), empty="keep"))
FILTERED = Process("F", Categorical("p"), Pool([KEEP]), index=m)
LAWS = [
    (R(1, 2), R(1, 4), R(1, 4)),
    (R(1, 2), R(0), R(1, 2)),
    (R(1, 3), R(1, 6), R(1, 4), R(1, 4)),
]
QUESTIONS = {
    "coordinate": lambda x: Q.Mean(x.model(m)[1] ** 3),
    "mass": lambda x: Q.Mean(Q.Mass(x.model(m), A) * (1 - Q.Mass(x.model(m), A))),
    "coordinate and mass": lambda x: Q.Mean(x.model(m)[2] * Q.Mass(x.model(m), A)),
    "squared norm": lambda x: Q.Mean(Q.SqNorm(x.model(m) - x.truth)),
    "drift": lambda x: Q.Mean(2 * Q.Norm1(x.model(m) - x.model(1)) + 1),
    "support": lambda x: Q.Mean(Q.Support(x.model(m))),
    "total variation": lambda x: Q.Mean(Q.TotalVariation(x.model(m), x.truth)),
    "to another law": lambda x: Q.Mean(Q.Norm1(x.model(m) - Q.AnyVec(v))),
    "given an event": lambda x: Q.Mean(x.model(m)[1], S.ge(x.model(1)[1], R(1, 2))),
    "event": lambda x: Q.Prob(S.Or(S.eq(x.model(m)[1], 0), S.lt(Q.Mass(x.model(1), A), R(1, 2)))),
    "tower": lambda x: Q.Mean(sp.sqrt(Q.Mean(x.model(m)[1] ** 2, x.model(1)))),
    "looking back": lambda x: Q.Mean(Q.Mean(x.model(1)[1] ** 2, x.model(m)) ** 2),
}


def in_full(question, at, monkeypatch):
    """The value with nothing lumped and no mean split by token."""
    monkeypatch.setattr(evaluate, "cells_for", lambda exprs, size: lumping.full(size))
    monkeypatch.setattr(evaluate.functionals, "ADDITIVE", {})
    return value(question, at)


@pytest.mark.parametrize("law", LAWS, ids=str)
@pytest.mark.parametrize("process", [FS, PS, FILTERED], ids=lambda x: x.name)
@pytest.mark.parametrize("name", QUESTIONS)
def test_lumped_equals_full(name, process, law, monkeypatch):
    question = QUESTIONS[name](process)
    other = (R(1), *(R(0),) * (len(law) - 1))
    at = {p: law, n: 2, N: 2, m: 2, A: sp.FiniteSet(1, 3), v: other}
    assert value(question, at) == in_full(question, at, monkeypatch)


@settings(derandomize=True, max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=3, max_size=4).filter(any), st.permutations(range(4)))
def test_renaming_tokens_changes_nothing(parts, order):
    order = [k for k in order if k < len(parts)]
    law = tuple(R(x, sum(parts)) for x in parts)
    at, other = {p: law, n: 3, N: 2, m: 2}, {p: tuple(law[k] for k in order), n: 3, N: 2, m: 2}
    for question in (Q.Mean(Q.PiMax(PS.model(m))), Q.Mean(Q.Norm1(PS.model(m) - PS.model(1)))):
        assert value(question, at) == value(question, other)


def test_looking_back_needs_the_whole_vector(monkeypatch):
    """The split of the rest over its tokens says something about the token in question."""
    at = {p: (R(1, 4), R(1, 4), R(1, 2)), n: 3, m: 2}
    question = QUESTIONS["looking back"](FS)
    full = value(question, at)
    monkeypatch.setattr(evaluate.Evaluator, "_forward", lambda *_: True)
    assert value(question, at) != full


def test_cells_are_the_sets_generated():
    x = FS.model(1)
    looked = [x[1] + Q.Mass(x, sp.FiniteSet(1, 2))]
    assert lumping.cells_for(looked, 4) == [(0,), (1,), (2, 3)]
    assert lumping.cells_for([Q.SqNorm(x)], 3) == [(0,), (1,), (2,)]


def test_atoms_are_lumped_too():
    statement = S.le(FS.model(m)[i], 1)
    found = outcomes(statement, {p: LAWS[2], n: 3, m: 2, i: 1})
    assert len(found) == 4
    assert sum(w for w, _, _ in found) == 1
