"""He et al. 2026: regimes with their boundary value, the optimal weights, and findings in prose."""

from functools import cache

import pytest
from sympy import Rational, oo, sqrt

from refutable.derivations.claim import claim
from refutable.derivations.domain import Reals
from refutable.derivations.papers import he2026
from refutable.derivations.papers.he2026_processes import (
    GAUSS,
    ErrS,
    gauss,
    limit,
    m,
    of_gauss,
    w,
)
from refutable.derivations.statement import Implies, eq, gt, le, lt
from refutable.verify.deduce import deduce
from refutable.verify.judge import Options, judge_one
from refutable.verify.loader import load_file, paper_files

QUICK = Options(fast=True, mutants=False, instances=12)


@cache
def claims():
    return {c.id: c for f in paper_files() if f.name.startswith("he2026") for c in load_file(f)}


@cache
def verdict(id):
    return judge_one(claims()[id], QUICK)


PROVED = [
    "he.thm1.mean.s1",
    "he.thm1.mean.s2",
    "he.thm1.cov",
    "he.cor1.1.s1",
    "he.cor1.1.s2",
    "he.cor1.2.s2",
    "he.cor1.3.s1",
    "he.cor1.3.s3",
    "he.cor1.4.s1",
    "he.cor1.4.s2",
    "he.thr.beneficial",
    "he.thm3.s1",
    "he.thm3.opt.s1",
    "he.thm3.stages.s1",
    "he.thm3.stages.s2",
    "he.thm2.s1",
    "he.thm2.s3",
    "he.prop1.s1",
]


@pytest.mark.parametrize("id", PROVED)
def test_proved(id):
    assert verdict(id).verdict == "proved", verdict(id).reason


def regime(statement):
    domain = {**GAUSS, w: Reals(0, 1)}
    return deduce(
        claim("t.regime", statement, "bound", domain=domain, quantities=of_gauss(gauss()))[0]
    )


def test_the_boundary_value_belongs_to_the_divergent_side():
    theta = he2026.theta
    assert regime(Implies(le(w, theta), eq(limit(ErrS), oo))).proved
    assert regime(Implies(gt(w, theta), lt(limit(ErrS), oo))).proved
    domain = {**{s: d for s, d in GAUSS.items() if s != w}}
    edge = of_gauss(gauss(1 - sqrt(Rational(1, 2)), 3))  # m = 3, exactly at the threshold
    sizes = {s: d for s, d in domain.items() if s != m}
    assert deduce(
        claim("t.edge", eq(limit(ErrS), oo), "limit", domain=sizes, quantities=edge)[0]
    ).proved


def test_a_wrong_threshold_is_not_proved():
    late = 1 - sqrt((m - 1) / (m + 2))
    assert not regime(Implies(le(w, late), eq(limit(ErrS), oo))).proved
    early = 1 - sqrt(m / (m + 1))
    assert not regime(Implies(gt(w, early), lt(limit(ErrS), oo))).proved


def test_naive_pooling_is_optimal_for_one_synthetic_point():
    v = verdict("he.thm3.naive.s1")
    assert (v.verdict, v.refutes) == ("refuted", "domain")
    assert v.counterexample.at["m"] == "1"
    assert v.repair.statement.args[1:] == (m, 2)


def test_framework_2_has_another_covariance_estimator():
    v = verdict("he.prose.special.s2")
    assert v.verdict == "refuted"
    assert verdict("he.prose.special.s1").verdict == "proved"


def test_a_literal_expectation_does_not_exist_for_the_logistic_model():
    v = verdict("he.thm2.s2")
    words = {r.name.partition(":")[0]: r.verdict for r in v.readings}
    assert words == {"literal": "refuted", "linearised": "proved"}


def test_every_formula_is_a_reconstruction_with_a_confidence():
    assert {c.provenance for c in claims().values()} == {"reconstructed"}
    assert all(c.confidence in ("high", "medium", "low") for c in claims().values())
    assert len([c for c in claims().values() if c.parent is None]) == 37
