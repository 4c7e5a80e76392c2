"""Seddik et al. 2024, Theorem 2: the verdict follows the statement, not its letters or its id."""

from dataclasses import replace
from functools import cache

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Model, Once, Pool, Process, Truth
from refutable.verify.judge import Options, judge_one
from refutable.verify.loader import load_file, paper_files

FAST = Options(fast=True, mutants=False)


@cache
def printed():
    """Eq. (9) as the papers' module has it."""
    files = [f for f in paper_files() if f.name.startswith("seddik2024_thm2")]
    claims = [c for f in files for c in load_file(f)]
    return next(c for c in claims if c.id == "seddik.thm2.eq9")


@cache
def judged():
    return judge_one(printed(), FAST)


def test_the_printed_closed_form_is_refuted_at_the_smallest_instance():
    v = judged()
    assert (v.verdict, v.refutes) == ("refuted", "formula")
    assert v.counterexample.at == {"m": "1", "n": "2", "N": "2", "p": ["1/2", "1/2"]}
    assert (v.counterexample.lhs, v.counterexample.rhs) == ("25/32", "173/224")
    assert v.counterexample.engine != v.counterexample.confirmed_by


def test_the_witness_by_hand():
    """N = n = 2, p = (1/2, 1/2): five values of the second model, weighed by hand."""
    law = {(1, 0): sp.Rational(1, 4), (sp.Rational(3, 4), sp.Rational(1, 4)): sp.Rational(1, 8)}
    half = law[1, 0] + law[sp.Rational(3, 4), sp.Rational(1, 4)]
    mean = 2 * sum(w * (a**2 + b**2) for (a, b), w in law.items())
    assert mean + (1 - 2 * half) * sp.Rational(1, 2) == sp.Rational(25, 32)


def test_the_correction_is_one_sign():
    repair = judged().repair
    assert repair.verdict == "proved"
    corrected = replace(printed(), statement=repair.statement)
    assert judge_one(corrected, FAST).verdict == "proved"
    n, N, m = (s for s in map(sp.Symbol, "nNm"))
    S_0 = sp.Symbol("S_0")
    alpha = n / (N + n)
    beta = alpha * ((1 + 1 / N) * alpha - 1 / N)
    assert sp.factor(repair.difference - sp.factor(repair.difference)) == 0
    below = 1 + (1 + 1 / N) * alpha
    names = dict.fromkeys(repair.difference.atoms(Q.Functional), S_0)
    expected = -2 * (1 - 1 / N) * S_0 * alpha * beta**m / N / below
    got = repair.difference.xreplace(names)
    for at in ({n: 2, N: 2, m: 1, S_0: 3}, {n: 3, N: 5, m: 2, S_0: 7}):
        assert got.subs(at) == expected.subs(at)


def partially_synthetic(origin, names="t A B q"):
    """The same loop under other letters; its first fit is generation `origin`."""
    t, A, B, q = sp.symbols(names)
    real = Once(Truth(), A, "corpus")
    step = Pool([real, Draw(Model(), B)])
    loop = Process("mine", Categorical(q), step, first=Pool([real]), index=t, origin=origin)
    return loop, t, A, B, q


def squares(sign, origin=1, shift=0):
    """S at generation t + 1, in a paper whose first fit is `origin`; the true sign is +1."""
    loop, t, A, B, q = partially_synthetic(origin)
    V, V0 = sp.Function("V"), sp.Symbol("V0")
    a = B / (A + B)
    b = a * ((1 + 1 / A) * a - 1 / A)
    power = b ** (t + 1 - origin + shift)
    below = 1 + (1 + 1 / A) * a
    first = 1 + 2 * a - (1 - 1 / A) * a * power
    right = first / A / below + (1 - 1 / A) * V0 / below * (1 + a + sign * a * power / A)
    (made,) = claim(
        "mine.squares",
        S.eq(V(t + 1), right),
        "closed form",
        domain={t: Integers(origin), A: Integers(1), B: Integers(1), q: Simplex()},
        quantities={V: sp.Lambda(t, Q.Mean(Q.SqNorm(loop.model(t)))), V0: Q.SqNorm(loop.truth)},
    )
    return judge_one(made, FAST)


@pytest.mark.parametrize("origin", [0, 3])
def test_other_letters_and_another_origin_change_nothing(origin):
    wrong, right = squares(-1, origin), squares(+1, origin)
    assert (wrong.verdict, right.verdict) == ("refuted", "proved")
    assert (wrong.counterexample.lhs, wrong.counterexample.rhs) == ("25/32", "173/224")


def test_an_index_off_by_one_is_noticed():
    assert squares(+1, origin=0, shift=-1).verdict == "refuted"
