"""What each word of the vocabulary becomes at a generation: sizes, weights, which batches exist."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.families import Categorical
from refutable.derivations.process import (
    Accumulate,
    Average,
    Draw,
    Filter,
    Mix,
    Model,
    Once,
    Past,
    Pool,
    Process,
    Truth,
)
from refutable.montecarlo.instance import instance
from refutable.montecarlo.plan import AVERAGE, plan

m, n, N = sp.symbols("m n N")
THIRD = sp.Rational(1, 3)


def steps(step, last, at=None, **fields):
    process = Process("P", Categorical("p"), step, index=m, **fields)
    return plan(process, instance({n: 4, N: 3, **(at or {})}), last)


def terms(step):
    return [[(w, t) for w, t, _ in item.law.terms] for item in step.items if item.law]


def test_models_from_before_the_truth_drop_out_with_their_weight():
    step = Pool([Draw(Model(1), n), Draw(Model(2), n), Draw(Model(3), n)], [THIRD] * 3)
    one, two, three = steps(step, 3)
    assert terms(one) == [[(1, 0)]]
    assert one.weights == (1,)
    assert two.weights == (Fraction(1, 2),) * 2
    assert terms(three) == [[(1, 2)], [(1, 1)], [(1, 0)]]


def test_sizes_follow_the_papers_index():
    assert [s.items[0].size for s in steps(Pool([Draw(Model(), m + n)]), 3, origin=0)] == [4, 5, 6]


def test_retained_batches_have_the_size_of_their_first_generation():
    both = steps(Pool([Once(Truth(), N + m, "real"), Draw(Model(), n)]), 2)
    assert [i.size for s in both for i in s.items if i.how == "once"] == [4, 4]
    assert [len(s.once) for s in both] == [1, 0]


def test_mixtures_multiply_their_shares():
    inner = Mix(sp.Rational(1, 2), Truth(), Average())
    (step,) = steps(Pool([Draw(Mix(THIRD, Model(), inner), n)]), 1)
    assert terms(step) == [[(Fraction(1, 3), 0), (Fraction(1, 3), 0), (Fraction(1, 3), AVERAGE)]]


def test_impossible_parts_of_a_mixture_may_have_no_share():
    step = Pool([Draw(Mix(1 / m, Truth(), Model(2)), n)])
    assert terms(steps(step, 1)[0]) == [[(1, 0)]]


def test_past_batches_exist_after_their_lag():
    step = Pool([Draw(Model(), n, "x"), Past("x", 2)])
    assert [len(s.items) for s in steps(step, 3)] == [1, 1, 2]
    assert steps(step, 3)[2].items[1].since == 1


def test_no_data_beside_other_data_drop_out():
    step = Pool([Draw(Model(), n, "x"), Draw(Truth(), N - 3, "none"), Once(Truth(), N - 3, "old")])
    assert [i.name for i in steps(step, 1)[0].items] == ["x"]


@pytest.mark.parametrize(
    ("step", "at", "error"),
    [
        (Pool([Draw(Model(), n)]), {n: 0}, DomainError),
        (Pool([Draw(Model(), n), Draw(Truth(), N)]), {n: 0, N: 0}, DomainError),
        (Pool([Draw(Model(), n), Draw(Truth(), N)], [THIRD, 1 - THIRD]), {N: 0}, DomainError),
        (Accumulate(Draw(Model(), n)), {n: 0}, DomainError),
        (Pool([Draw(Mix(n, Truth(), Model()), 2)]), {}, DomainError),
        (Pool([Draw(Mix(THIRD, Truth(), Model(2)), 2)]), {}, OutsideFragment),
        (Pool([Draw(Model(), 2, keep=Filter(THIRD, 1))]), {}, OutsideFragment),
        (Pool([Draw(Truth(), 2, keep=Filter(0, 1))]), {}, DomainError),
        (Pool([Draw(Truth(), 2, keep=Filter(2, 1))]), {}, DomainError),
        (Pool([Draw(Truth(), 2, "x"), Draw(Model(), 2, "x"), Past("x", 1)]), {}, OutsideFragment),
        (Pool([Once(Truth(), 2, "x"), Past("x", 1)]), {}, OutsideFragment),
        (Pool([Once(Truth(), 2, "x"), Once(Truth(), 3, "x")]), {}, OutsideFragment),
    ],
)
def test_what_has_no_meaning_is_an_error(step, at, error):
    with pytest.raises(error):
        steps(step, 2, at)
