"""How quantities, schedules, locators and derivations are written."""

import subprocess
import sys

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Schedule, Spectrum
from refutable.derivations.families import Categorical, Gaussian
from refutable.derivations.process import Draw, Model, Pool, Process
from refutable.verify.derivation import derivation_lines
from refutable.verify.instances import named
from refutable.verify.judge import Options, judge_one
from refutable.verify.show import heading

m, n, p, i, t = sp.symbols("m n p i t")
LOOP = Process("loop", Categorical(p), Pool([Draw(Model(), n, "y")]), index=m)


def test_no_exponent_is_dropped():
    v = LOOP.model(m)
    sizes = [Q.Norm1(v), Q.NormInf(v), Q.SqNorm(v), Q.PiMax(v), Q.LambdaMax(v), Q.Support(v)]
    sizes += [v[i], Q.Mass(v, sp.Symbol("A")), Q.TotalVariation(v, LOOP.truth), Q.Trace(v)]
    sizes += [LOOP.collapse_time, Q.Mean(v[i]), Q.Prob(Q.IsDirac(v))]
    for e in sizes:
        assert sp.latex(e**3).endswith("^{3}"), sp.latex(e**3)


def test_a_sum_of_several_vectors_is_bracketed():
    v, w = LOOP.model(i), LOOP.truth
    assert sp.latex(Q.VecSum(v - w, i, 1, m)).endswith(r"\right)")
    assert "left" not in sp.latex(Q.VecSum(Q.Comb.of([(n, v)]), i, 1, m))


def test_a_schedule_and_a_symbol_of_one_name_do_not_collide():
    f, T = sp.Function("n"), sp.Symbol("t")
    at = {n: sp.Integer(3), f: sp.Lambda(T, T + 2)}
    assert named(at) == {"n": "3", "n(t)": "t + 2"}


def test_a_counterexample_shows_the_body_of_a_schedule():
    f = sp.Function("n")
    domain = {f: Schedule(Integers(1)), m: Integers(1)}
    v = judge_one(claim("a.b", S.le(f(m), 1), "bound", domain=domain)[0], Options(fast=True))
    assert v.counterexample is None or "Lambda" not in str(v.counterexample.at)
    assert "Lambda" not in v.reason + str(v.boundary) + "".join(e.detail for e in v.evidence)
    assert "n(t)" in v.reason


def test_a_locator_says_nothing_twice():
    assert (
        heading("A 2024, Theorem 2", "Theorem 2, eq. (9)", "limit")
        == "A 2024, Theorem 2, eq. (9), limit"
    )
    assert heading("", "eq. (1)", "") == "eq. (1)"


def test_the_derivation_of_a_gaussian_keeps_its_generations_apart():
    chain = Process("chain", Gaussian(), Pool([Draw(Model(), n, "y")]), index=t)
    spread = Q.Mean(Q.SqNorm(chain.model(t) - chain.truth))
    domain = {t: Integers(1), n: Integers(2), chain.family.truth: Spectrum()}
    c = claim("a.c", S.ge(spread, 0), "bound", domain=domain)[0]
    steps = [x.latex.split(" = ", 1) for x in derivation_lines(c) if x.rule == "one step"]
    assert steps
    for left, right in steps:
        assert left not in right
        assert "_{t}" in left
        assert "_{t - 1}" in right
        assert "model" not in left + right


def test_judging_leaves_the_precision_of_mpmath_alone():
    code = (
        "import mpmath; mpmath.mp.dps = 7; import refutable.verify.instances as i, sympy as s;"
        "assert i.compare('=', s.sqrt(2) * s.sqrt(3), s.sqrt(6)); assert mpmath.mp.dps == 7"
    )
    assert subprocess.run([sys.executable, "-P", "-c", code], check=False).returncode == 0
