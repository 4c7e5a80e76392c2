"""Premises about all indices: at instances, where they barely hold, and in proofs of limits."""

import pytest
import sympy as sp

from refutable import claim
from refutable.derivations import statement as S
from refutable.derivations.domain import Integers, Reals, Schedule
from refutable.derivations.papers import bakshi2026_processes as B
from refutable.verify.deduce import deduce
from refutable.verify.instances import check_at
from refutable.verify.premises import barely, holds_always
from refutable.verify.values import Symbolic

c, t, al, R = sp.Symbol("c"), B.t, B.al, B.R
HALF = (sp.Rational(1, 2),) * 2
gap = (1 - al(t)) ** 2


def fixed(premise, bound):
    """The loop with n data each time: limsup R_t <= bound wherever the premise always holds."""
    st = S.Implies(S.ForAll(t, premise), S.le(S.LimSup(R(t), t), bound))
    domain = {B.n: Integers(1), **B.ANY_TRUTH, **B.SHARES, c: Reals(0, lo_open=True), **B.LATER}
    return claim("a.b", st, "bound", domain=domain, quantities=B.of(B.M_SIZE))[0]


def growing(premise, bound=c):
    st = S.Implies(S.ForAll(t, premise), S.le(S.LimSup(R(t), t), bound))
    domain = {**B.ANY_TRUTH, **B.SHARES, c: Reals(0, lo_open=True), **B.LATER}
    domain[B.ns] = Schedule(Integers(1), to=sp.oo)
    return claim("a.b", st, "bound", domain=domain, quantities=B.of(B.M))[0]


def instance(share, bound, size=2):
    share = sp.Lambda(t, sp.sympify(share))
    return {B.n: sp.Integer(size), B.theta: HALF, al: share, c: sp.Rational(bound), t: sp.Integer(1)}


@pytest.mark.parametrize(
    ("share", "bound", "truth"),
    [(0, "1/2", True), (0, "1/3", False), (1, "1/100", True), ("1/2", "1/14", True)],
)
def test_a_premise_with_means_at_an_instance(share, bound, truth):
    """Without fresh data the risk grows from 1/4 to 1/2."""
    premise = fixed(S.le(gap * R(t - 1), c), c).bound().args[0]
    assert holds_always(premise, instance(share, bound)) is truth


def test_where_a_premise_barely_holds_the_bound_is_sharp():
    sharp = R(0) + (B.n - 1) / B.n * c
    for bound, holds in ((sharp, True), (sharp - c / 100, False)):
        one = fixed(S.le(gap * R(t - 1), c), bound)
        value = Symbolic(deduce(one))
        edges = list(barely(one, [instance(0, 9), instance("1/2", 9)]))
        truths = {check_at(one.bound(), at, value).truth for at in edges}
        assert {at[c] for at in edges} >= {sp.Rational(1, 2), sp.Rational(1, 14)}
        assert (False not in truths) is holds


def test_nothing_bounds_a_symbol_without_a_premise_about_all_indices():
    assert not list(barely(fixed(S.le(gap * R(t - 1), c**2 + 1), c), [instance(0, 1)]))


def test_a_bound_that_is_kept():
    later = S.le(gap * R(t), c)  # of the mean after the step, not before it
    assert deduce(fixed(later, R(0) + (B.n - 1) / B.n * c)).proved
    assert not deduce(fixed(later, R(0) + (B.n - 1) / B.n * c / 2)).proved


@pytest.mark.parametrize(
    ("premise", "ok"),
    [
        (S.le((1 - al(t)) ** 3 * R(t - 1), c), True),
        (S.le((1 - 2 * al(t)) ** 2 * R(t - 1), c), True),
        (S.le(gap * R(t), c), True),
        (S.lt(gap * R(t), c), True),
        (S.le(gap, c), True),
        (S.le(gap, 2 * c), False),
        (S.le(gap * R(t - 1) / 2, c), False),
        (S.le(al(t) * R(t - 1), c), False),
        (S.le(gap * R(t - 1) / t, c), False),
        (S.ne(gap * R(t - 1), c), False),
    ],
)
def test_what_a_premise_says_at_the_upper_limit(premise, ok):
    assert deduce(growing(premise)).proved is ok
