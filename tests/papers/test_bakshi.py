"""Bakshi and Chakraborty 2026: arbitrary schedules, filters, accumulation, and where it is false."""

from dataclasses import replace
from functools import cache

import pytest
from sympy import Function, Lambda, Symbol

from refutable.derivations.domain import Simplex
from refutable.derivations.papers.bakshi2026_processes import A_FIXED, R, risk, t, theta
from refutable.derivations.papers.bakshi2026_synthetic import R_acc
from refutable.derivations.statement import Implies, eq, le, lt
from refutable.verify.deduce import deduce
from refutable.verify.judge import Options, judge_one
from refutable.verify.loader import load_file, paper_files

QUICK = Options(fast=True, mutants=False, instances=12)


@cache
def claims():
    return {c.id: c for f in paper_files() if f.name.startswith("bakshi2026") for c in load_file(f)}


@cache
def verdict(id):
    return judge_one(claims()[id], QUICK)


PROVED = [
    "bakshi.eq1",
    "bakshi.thm3.1",
    "bakshi.cor3.2.2",
    "bakshi.rem3.3",
    "bakshi.prop3.4.2",
    "bakshi.rem3.5.s1",
    "bakshi.rem3.5.s3",
    "bakshi.filter.alpha",
    "bakshi.filter.size.s1",
    "bakshi.oracle.tv",
    "bakshi.thmD.2",
    "bakshi.thmA.1",
    "bakshi.prose.noimprove.s4",
    "bakshi.thm4.1.s1",
    "bakshi.B1.acc",
    "bakshi.B1.nonconvex",
    "bakshi.propE.1.s1",
    "bakshi.propE.1.s2",
    "bakshi.exp.fig2.s5",
]


@pytest.mark.parametrize("id", PROVED)
def test_proved(id):
    assert verdict(id).verdict == "proved", verdict(id).reason


def test_the_limit_need_not_exist_but_the_upper_limit_is_bounded():
    v = verdict("bakshi.cor3.2.1")
    assert {r.name: r.verdict for r in v.readings} == {"limsup": "proved", "limit": "refuted"}
    assert "(-1)**t" in v.reason  # an oscillating schedule from the grammar


def test_both_readings_of_the_growth_condition_give_consistency():
    words = {r.name[0]: r.verdict for r in verdict("bakshi.prop3.4.2").readings}
    assert words == {"A": "proved", "B": "proved"}


def test_a_point_mass_does_not_improve():
    v = verdict("bakshi.prop3.4.1")
    assert (v.verdict, v.refutes, v.repair.verdict) == ("refuted", "domain", "proved")
    assert v.counterexample.at["theta_star"] == ["1", "0"]


@pytest.mark.parametrize(("value", "proved"), [(R(0), True), (R(1), True), (R(0) / 2, False)])
def test_a_falling_sequence_ends_below_its_early_values(value, proved):
    c = claims()["bakshi.prop3.4.1.s1"]
    c = replace(c, domain={**c.domain, theta: Simplex()})
    premise, end = c.statement.args
    assert deduce(replace(c, statement=Implies(premise, lt(end.lhs, value)))).proved == proved


MISSING = {
    "bakshi.prop3.7.s1": ["n >= 2"],
    "bakshi.prop3.8.s1": ["n(0) >= 2"],
}


@pytest.mark.parametrize("id", MISSING)
def test_accumulation_grows_unless_the_first_batch_or_the_truth_is_a_point(id):
    v = judge_one(claims()[id], replace(QUICK, instances=40))
    assert (v.verdict, v.refutes, v.repair.verdict) == ("refuted", "domain", "proved")
    assert all(x in v.repair.why for x in MISSING[id])


def test_the_type_two_error_is_not_a_line():
    v = verdict("bakshi.oracle.np.s1")
    assert v.verdict == "refuted"
    assert (v.counterexample.lhs, v.counterexample.rhs) == ("1", "1/2")


def test_accumulation_is_no_worse_which_the_text_denies():
    assert verdict("bakshi.acc.noextra").verdict == "refuted"
    c = claims()["bakshi.acc.noextra"]
    turned = replace(c, id="t.turned", statement=le(R_acc(t), R(t)), parent=None)
    assert judge_one(turned, QUICK).verdict in ("proved", "supported")


def test_letters_do_not_matter():
    """A recurrence under other names, and with a term less."""
    c, risk_of, other = claims()["bakshi.thmA.1.s1"], Function("S"), Symbol("u")
    statement = c.statement.replace(R, risk_of)
    meant = {risk_of: Lambda(other, risk(A_FIXED, other))}
    renamed = replace(c, statement=statement, quantities=meant, id="t.renamed")
    assert deduce(renamed).proved
    dropped = replace(c, id="t.dropped", statement=eq(c.statement.lhs, c.statement.rhs.args[0]))
    assert not deduce(dropped).proved


def test_every_entry_is_there_with_its_confidence():
    tops = [c for c in claims().values() if c.parent is None]
    assert len(tops) == 33
    assert {c.provenance for c in claims().values()} == {"reconstructed"}
    assert all(0 < float(c.confidence) <= 1 for c in claims().values())
