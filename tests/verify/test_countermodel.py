"""Counterexamples of pure arithmetic by a solver, put in exactly; nothing where none is found."""

import sympy as sp

from refutable.derivations import statement as S
from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals, Schedule
from refutable.verify.countermodel import countermodel
from refutable.verify.instances import check_at, satisfies
from refutable.verify.judge import Options, judge_one
from refutable.verify.met import met
from refutable.verify.mutants import mutants_of

x, y, p, a, b, m, c = sp.symbols("x y p a b m c")
ANY = {s: Reals() for s in (x, y, a, b, m, c)} | {p: Reals(0, 1)}


def _made(statement, domain=ANY, **fields):
    return claim("a.b", statement, "bound", domain=domain, **fields)[0]


def _below(slope_at_x):
    """A line through (mean, m) under a and b, with its slope at x only if asked."""
    mean = p * x + (1 - p) * y
    return S.Implies(
        S.And(S.ge(a, m + slope_at_x * (x - mean)), S.ge(b, m + c * (y - mean))),
        S.le(m, p * a + (1 - p) * b),
    )


def test_an_implication_without_its_slope_fails():
    wrong = _made(_below(0))
    at = countermodel(wrong)
    assert satisfies(wrong, at)
    assert check_at(wrong.bound(), at).truth is False
    assert countermodel(_made(_below(c))) is None
    assert judge_one(wrong, Options(fast=True, mutants=False)).verdict == "refuted"


def test_divisors_do_not_vanish_and_ranges_hold():
    n = sp.Symbol("n")
    rel = _made(S.lt(1 / (n - 7), 1), {n: Integers(8)})
    at = countermodel(rel)
    assert at == {n: 8}
    assert countermodel(_made(S.le(1 / (n - 7), 1), {n: Integers(8)})) is None


def test_numbers_outside_the_domain_are_not_taken(monkeypatch):
    n = sp.Symbol("n")
    rel = _made(S.gt(n, 2), {n: Integers(3)})
    monkeypatch.setattr("refutable.verify.met.countermodel", lambda _: {n: sp.Integer(1)})
    assert list(met(rel, [])) == []


def test_what_is_no_arithmetic_is_left():
    n = sp.Symbol("n")
    assert countermodel(_made(S.lt(sp.log(n), n), {n: Integers(1)})) is None


def test_a_sequence_is_never_taken_between_whole_numbers():
    f, t = sp.Function("f"), sp.Symbol("t")
    got = _made(S.le(f(t) * x, f(t) + x), {t: Integers(1), x: Reals(0, 1), f: Schedule(Reals(0, 1))})
    changes = [mutant.change for mutant in mutants_of(got, None)]
    assert changes
    assert "t and x swapped" not in changes
