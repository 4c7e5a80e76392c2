"""Counterexamples far out: along the margin, with fewer solver steps, and signs by odds."""

from dataclasses import replace

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Model, Once, Pool, Process, Truth
from refutable.verify.calculus import Span, sign_on
from refutable.verify.climbing import climb, corners, corners_fail
from refutable.verify.deduce import deduce
from refutable.verify.effort import FULL, fewer_steps, steps
from refutable.verify.mutation import _weaker_bound
from refutable.verify.values import Exact

k, n, N, s, p, x, j = sp.symbols("k n N s p x j")
_REAL = Once(Truth(), N, "real")
KEEPING = Process("keeping", Categorical(p), Pool([_REAL, Draw(Model(), n, "y")]),
                  first=Pool([_REAL]), index=k)  # fmt: skip
DOMAIN = {k: Integers(1), s: Integers(2), n: Integers(1), N: Integers(1), p: Simplex(s)}


def made(statement, **fields):
    return claim("a.b", statement, "bound", domain={**DOMAIN, **fields.pop("domain", {})}, **fields)[0]


def test_a_bound_that_fails_for_many_classes():
    """E pi of the second model is below 0.32 for few classes; with many it tends to 1/3 (N = 2)."""
    c = made(S.le(Q.Mean(Q.PiMax(KEEPING.model(2))), sp.Rational(32, 100)),
             hypotheses=(S.eq(N, 2), S.eq(n, 1)))  # fmt: skip
    found = corners_fail(c, c.bound(), Exact()) or climb(c, c.bound(), Exact())
    assert found is not None
    assert found[s] > 20


def test_a_climb_goes_on_where_no_probe_fails():
    """n <= 200 fails beyond the probes, and comes closer to it on the way."""
    c = claim("a.b", S.le(n, 200), "bound", domain={n: Integers(1)})[0]
    assert corners_fail(c, c.bound(), Exact()) is None
    assert climb(c, c.bound(), Exact())[n] > 200
    true = claim("a.b", S.ge(n * n, n), "bound", domain={n: Integers(1)})[0]
    assert climb(true, true.bound(), Exact()) is None


def test_probes_satisfy_the_hypotheses():
    c = made(S.le(n, N), hypotheses=(S.le(n, N),))
    found = list(corners(c, 50))
    assert len(found) > 10
    assert all(at[n] <= at[N] for at in found)


def test_fewer_steps_are_no_answer_for_all_steps():
    """What was not proved with one step is proved with all; steps return to what they were."""
    c = made(S.ge(n**2 + N**2, 2 * n * N))
    with fewer_steps(1):
        deduce(c)
        assert steps() == 1
    assert steps() == FULL
    assert deduce(c).proved


def test_signs_by_odds():
    """The logarithmic mean of x and 1 - x is above the geometric one, and below the arithmetic."""
    mean = (1 - 2 * x) / sp.log((1 - x) / x)
    inside = Span(sp.Integer(0), sp.Rational(1, 2))
    assert sign_on(mean**2 - x * (1 - x), x, inside) == 1
    assert sign_on(mean**2 - 2 * x * (1 - x), x, inside) is None


def test_a_weaker_bound_term_by_term():
    """b^(k - j) is above b^(k + 1 - j) for 0 < b < 1, and a sum above a sum."""
    b = n / (N + n)
    error = sp.Function("e")

    def bound(power):
        return S.le(x, sp.Sum(b**power * error(j), (j, 1, k)))

    meaning = {error: sp.Lambda(j, Q.Mean(Q.Norm1(KEEPING.model(j) - KEEPING.truth)))}
    old = made(bound(k + 1 - j), quantities={**meaning, x: Q.Mean(Q.SqNorm(KEEPING.model(k)))})
    for power, weaker in ((k - j, True), (0, True), (k + 2 - j, False)):
        new = replace(old, statement=bound(power))
        assert _weaker_bound(old, old.expanded(), new.expanded()) is weaker
    larger = replace(old, statement=old.statement.xreplace({N + n: N}))
    assert _weaker_bound(old, old.expanded(), larger.expanded())
    assert not _weaker_bound(larger, larger.expanded(), old.expanded())
