"""Each rule of the prover proves something true and refuses the nearest false statement."""

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals, Simplex
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Model, Once, Pool, Process, Truth
from refutable.verify import exact
from refutable.verify.deduce import deduce
from refutable.verify.instances import check_at

m, n, N, p, q, i, s, t, c, j = sp.symbols("m n N p q i s t c j")
FULL = Process("full", Categorical(p), Pool([Draw(Model(), n, "y")]), index=m)
_REAL = Once(Truth(), N, "real")
PARTIAL = Process(
    "partial", Categorical(p), Pool([_REAL, Draw(Model(), n, "y")]), first=Pool([_REAL]), index=m
)
DOMAIN = {
    **{m: Integers(1), n: Integers(1), N: Integers(1), s: Integers(2)},
    **{p: Simplex(s), i: Integers(1, s), t: Integers(0, m - 1)},
}
x, y = Q.AnyVec(p), Q.AnyVec(q)
model = FULL.model(m)
settled = Q.IsDirac(model)
sure = S.eq(model[i], 1)


def proved(statement, **domain):
    """Whether the prover shows this statement on the declared domain."""
    extra = {sp.Symbol(k): v for k, v in domain.items()}
    return deduce(claim("a.b", statement, "bound", domain={**DOMAIN, **extra})[0]).proved


TOKENS = {"q": Simplex(s, nontrivial=False), "p": Simplex(s, nontrivial=False)}
CASES = {
    "lattice": (S.Member(n * model[i], 0, n), S.Member(2 * n * model[i], 0, n)),
    "lattice, smallest": (
        S.Member(n * Q.NormInf(model), 1, n),
        S.Member(n * Q.NormInf(model), 2, n),
    ),
    "lattice, foreign size": (
        S.Member(n * model[i], 0, n),
        S.Member((n + 1) * model[i], 0, n + 1),
    ),
    "support": (
        S.ge(Q.SqNorm(model), 1 / Q.Support(FULL.truth)),
        S.gt(Q.SqNorm(model), 1 / Q.Support(FULL.truth)),
    ),
    "sum over tokens": (
        S.eq(Q.Mean(sp.Sum(model[i] ** 2, (i, 1, s))), Q.Mean(Q.SqNorm(model))),
        S.eq(Q.Mean(sp.Sum(model[i] ** 2, (i, 1, s - 1))), Q.Mean(Q.SqNorm(model))),
    ),
    "power sum": (
        S.le(sp.Sum(x[i] ** 3, (i, 1, s)), Q.NormInf(x)),
        S.le(sp.Sum(x[i] ** 3, (i, 1, s)), Q.NormInf(x) ** 3),
    ),
    "mass": (S.eq(sp.Sum(x[i], (i, 1, s)), 1), S.eq(sp.Sum(x[i] + 1, (i, 1, s)), s)),
    "tail sum": (
        S.eq(
            Q.Mean(FULL.collapse_time), sp.Sum(Q.Prob(S.gt(FULL.collapse_time, j)), (j, 0, sp.oo))
        ),
        S.eq(
            Q.Mean(FULL.collapse_time), sp.Sum(Q.Prob(S.gt(FULL.collapse_time, j)), (j, 1, sp.oo))
        ),
    ),
    "inclusion": (S.le(Q.Prob(sure), Q.Prob(settled)), S.le(Q.Prob(settled), Q.Prob(sure))),
    "absorption": (
        S.le(Q.Prob(settled), Q.Prob(Q.IsDirac(FULL.model(m + 1)))),
        S.le(Q.Prob(Q.IsDirac(FULL.model(m + 1))), Q.Prob(settled)),
    ),
    "total expectation": (
        S.eq(
            Q.Mean(model[i]),
            Q.Prob(settled) * Q.Mean(model[i], settled)
            + (1 - Q.Prob(settled)) * Q.Mean(model[i], S.Not(settled)),
        ),
        S.eq(
            Q.Mean(model[i]),
            (1 - Q.Prob(settled)) * Q.Mean(model[i], settled)
            + Q.Prob(settled) * Q.Mean(model[i], S.Not(settled)),
        ),
    ),
    "limit of a settled coordinate": (
        S.eq(S.Lim(Q.Prob(sure) / Q.Prob(settled), m), FULL.truth[i]),
        S.eq(S.Lim(Q.Prob(sure) / Q.Prob(settled), m), 1),
    ),
    "limit of an average that stays": (
        S.eq(S.Lim(Q.Prob(settled), m), 1),
        S.eq(S.Lim(Q.Prob(Q.IsDirac(PARTIAL.model(m))), m), 1),
    ),
    "existence": (
        S.Exists(c, S.le(Q.Mean(Q.SqNorm(model)), c)),
        S.Exists(c, S.le(Q.Mean(Q.SqNorm(model)), c - 11)),
    ),
    "table of draws": (
        S.eq(
            PARTIAL.draws_from(t, m),
            sp.Piecewise((N, sp.Eq(t, 0)), (n, sp.Eq(t, m - 1)), (0, True)),
        ),
        S.eq(
            PARTIAL.draws_from(t, m),
            sp.Piecewise((n, sp.Eq(t, m - 1)), (N, sp.Eq(t, 0)), (0, True)),
        ),
    ),
    "coefficient": (
        S.eq(
            Q.Coefficient(Q.Mean(FULL.model(m + 1)[i] ** 2), FULL.truth[i], 2),
            (1 - 1 / n) ** (m + 1),
        ),
        S.eq(Q.Coefficient(Q.Mean(FULL.model(m + 1)[i] ** 2), FULL.truth[i], 2), (1 - 1 / n) ** m),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_rule_and_its_false_neighbour(name):
    """The first statement of the pair is shown, the second one is not."""
    true, false = CASES[name]
    domain = {"c": Reals(0)} if name == "existence" else {}
    assert proved(true, **domain)
    assert not proved(false, **domain)


def test_total_variation_is_half_the_l1_distance():
    """By positive and negative parts; twice as much and the bare norm are refused."""
    distance, l1 = Q.TotalVariation(x, y), Q.Norm1(x - y)
    assert proved(S.eq(l1, 2 * distance), **TOKENS)
    assert not proved(S.eq(l1, distance), **TOKENS)


def test_point_masses_by_norms():
    """The largest coordinate is one exactly where the squares sum to one."""
    both = S.Iff(S.eq(Q.NormInf(x), 1), S.eq(Q.SqNorm(x), 1))
    assert proved(S.And(both, S.Iff(Q.IsDirac(x), S.eq(Q.SqNorm(x), 1))), **TOKENS)
    assert not proved(S.Iff(S.eq(Q.NormInf(x), 1), S.eq(Q.SqNorm(x), sp.Rational(1, 2))), **TOKENS)


def test_sizes_inside_a_process_count():
    """A mean depends on the sizes of its process, also where no formula shows them."""
    drift = Q.Mean(Q.Norm1(PARTIAL.model(m) - PARTIAL.model(1)))
    assert n in drift.free_symbols
    assert not proved(S.Monotone(drift, n, "nondecreasing"))
    assert not proved(S.eq(sp.Derivative(drift, n), 0))
    assert not proved(S.eq(S.Lim(drift, n), drift))
    spread = Q.Mean(Q.SqNorm(FULL.model(m)))
    assert proved(S.Monotone(spread, n, "decreasing"))
    assert not proved(S.Monotone(spread, n, "nondecreasing"))


def test_monotone_in_a_size_at_an_instance():
    """The next value is that of the process with one draw more."""
    drift = Q.Mean(Q.Norm1(PARTIAL.model(m) - PARTIAL.model(1)))
    half = sp.Rational(1, 2)
    at = {m: sp.Integer(2), n: sp.Integer(1), N: sp.Integer(2), p: (half, half)}
    found = check_at(S.Monotone(drift, n, "nondecreasing"), at)
    assert found.truth is False
    assert (found.lhs, found.rhs) == (sp.Rational(1, 6), sp.Rational(1, 8))


FOR_EACH = {"c": Reals(0, lo_open=True)}
TIME = Q.Mean(FULL.collapse_time)


def test_collapse_takes_a_time_of_order_n():
    """A constant for an upper and one for a lower bound; none for a bounded or a squared time."""
    assert proved(S.Exists(c, S.ForAll(n, S.le(TIME, c * n))), **FOR_EACH)
    assert proved(S.Exists(c, S.ForAll(n, S.le(c * n, TIME))), **FOR_EACH)
    for false in (S.le(TIME, c), S.le(TIME**2, c * n), S.ge(TIME, c * n**2)):
        claimed = S.Exists(c, S.ForAll(n, false))
        assert not proved(claimed, **FOR_EACH)
        assert proved(S.Not(claimed), **FOR_EACH)


@pytest.mark.parametrize("size", [1, 2, 5, 12, 25])
def test_the_bound_by_common_ancestors_holds_exactly(size):
    """E T - 1 <= 3 (n - 1), by the exact engine; without the 3 it would fail."""
    worst = (sp.Rational(1, 2), sp.Rational(1, 4), sp.Rational(1, 4))
    time = exact.value(TIME, {n: sp.Integer(size), p: worst}, 10**7)
    assert time - 1 <= 3 * (size - 1)
    assert size < 5 or time - 1 > size - 1


def test_a_retained_corpus_keeps_later_models_from_point_masses():
    """Given that the first model is none, no later one is; given nothing, some are."""
    later, first = Q.IsDirac(PARTIAL.model(m)), Q.IsDirac(PARTIAL.model(1))
    assert proved(S.eq(Q.Prob(later, S.Not(first)), 0))
    assert not proved(S.eq(Q.Prob(later), 0))
    assert not proved(S.eq(Q.Prob(first, S.Not(later)), 0))
