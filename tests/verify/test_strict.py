"""Rules that make a mean strict, and what a statement says at the next index."""

from dataclasses import replace

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.families import Categorical
from refutable.derivations.papers.seddik2024_functions import Dev
from refutable.derivations.process import Draw, Exact, Model, Once, Pool, Process, Truth
from refutable.derivations.steps import Step
from refutable.verify.argument import Argument, Rejected
from refutable.verify.deduce import Deduction, deduce
from refutable.verify.extremes import last_look
from refutable.verify.loader import load_built_in
from refutable.verify.proofs import run
from refutable.verify.region import region_of
from refutable.verify.rules_strict import strict_mean
from refutable.verify.shifted import shifted
from refutable.verify.values import Exact as ExactValues

k, m, n, N, p, s, j = sp.symbols("k m n N p s j")
_REAL = Once(Truth(), N, "real")
KEEPING = Process("keeping", Categorical(p), Pool([_REAL, Draw(Model(), n, "y")]),
                  first=Pool([_REAL]), index=m)  # fmt: skip
FRESH = Process("fresh", Categorical(p), Pool([Draw(Model(), n, "y")]), index=m)
MIXING = Process("mixing", Categorical(p), Pool([Exact(Truth()), Draw(Model(), n, "y")],
                 weights=(sp.Rational(1, 2),) * 2), index=m)  # fmt: skip
DOMAIN = {k: Integers(1), s: Integers(2), n: Integers(1), N: Integers(1), p: Simplex(s)}
QUARTER = sp.Rational(1, 4)
a, b = N / (N + n), n / (N + n)


def shown(goal, *steps, domain=DOMAIN):
    """Whether the steps lead to the goal."""
    made = claim("a.b", goal, "bound", domain=domain)[0]
    return run(steps, goal, Deduction(made, region_of(made, [])))


def strictly(known, *, rule="strict mean", **args):
    """The steps that show a relation over sets, and its mean as a strict one."""
    return Step("over sets", None, known), Step(rule, known, None, args)


@pytest.mark.parametrize("process", [KEEPING, FRESH])
def test_a_mean_is_strict_where_point_masses_are(process):
    """The largest lambda is 0 at a point mass, so its mean is below 1/4 at every generation."""
    v = process.model(k)
    top = S.le(Q.LambdaMax(v), QUARTER)
    below = S.lt(Q.Mean(Q.LambdaMax(v)), QUARTER)
    assert shown(below, *strictly(top))
    assert not shown(below, Step("over sets", None, top), Step("mean", top))


def test_batches_of_several_models_need_have_no_token_in_common():
    """At disjoint supports |y - z| is 2 in every run: no run is below."""
    y, z = (process.batch("y", k + 1) for process in (KEEPING, FRESH))
    top = S.le(Q.Norm1(y - z), 2)
    made = claim("a.b", top, "bound", domain=DOMAIN)[0]
    argument = Argument(Deduction(made, None), region_of(made, []), [top])
    given = sp.Tuple(KEEPING.model(k), FRESH.model(k))
    with pytest.raises(Rejected, match="several models"):
        strict_mean(Step("strict mean", top, None, {"given": given}), argument)


def test_what_is_equal_at_point_masses_is_not_strict():
    """pi and 2 lambda both vanish there; N = 1 makes them equal."""
    v = KEEPING.model(k)
    double = S.le(Q.PiMax(v), 2 * Q.LambdaMax(v))
    assert shown(S.le(Q.Mean(Q.PiMax(v)), 2 * Q.Mean(Q.LambdaMax(v))),
                 Step("over sets", None, double), Step("mean", double))  # fmt: skip
    assert not shown(S.lt(Q.Mean(Q.PiMax(v)), 2 * Q.Mean(Q.LambdaMax(v))), *strictly(double))


@pytest.mark.parametrize("v", [MIXING.model(k), KEEPING.model(k - 1)])
def test_no_point_mass_no_strictness(v):
    """A model that holds a share of the truth itself, and the truth, may have lambda = 1/4."""
    top = S.le(Q.LambdaMax(v), QUARTER)
    assert not shown(S.lt(Q.Mean(Q.LambdaMax(v)), QUARTER), *strictly(top))


def mixed(process, c):
    """A bound of the next lambda by those of the first model and of the next batch, and c."""
    hat = process.batch("y", k + 1)
    given = sp.Tuple(process.model(1), process.model(k))
    bound = a**2 * Q.LambdaMax(process.model(1)) + b**2 * Q.LambdaMax(hat) + c
    return S.le(Q.LambdaMax(process.model(k + 1)), bound), given, hat


def test_strict_set_by_set():
    """Equality wants disjoint supports, and the batch may be of a token of the first model."""
    known, given, hat = mixed(KEEPING, a * b)
    first = KEEPING.model(1)
    goal = S.lt(
        Q.Mean(known.lhs, given),
        a**2 * Q.LambdaMax(first) + b**2 * Q.Mean(Q.LambdaMax(hat), given[1:]) + a * b,
    )
    steps = strictly(
        known, rule="strict mean over sets", given=given, drawn=hat, kept=KEEPING.model(1)
    )
    assert shown(goal, *steps)
    assert not shown(goal, *steps[:1], Step("mean", known, None, {"given": given}))
    other = {"given": given, "drawn": hat, "kept": KEEPING.truth}
    assert not shown(goal, steps[0], Step("strict mean over sets", known, None, other))


def test_a_token_that_the_batch_may_not_have_is_no_ground():
    """A fully synthetic model may have lost every token but one of the first model's."""
    hat, first = FRESH.batch("y", k + 1), FRESH.model(1)
    given = sp.Tuple(first, FRESH.model(k))
    known = S.le(Q.LambdaMax(hat), Q.LambdaMax(hat) + Q.LambdaMax(first) + 1)
    goal = S.lt(
        Q.Mean(known.lhs, given), Q.Mean(Q.LambdaMax(hat), given[1:]) + Q.LambdaMax(first) + 1
    )
    for kept, proved in ((first, False), (FRESH.model(k), True)):
        here = known.xreplace({Q.LambdaMax(first): Q.LambdaMax(kept)})
        wanted = goal.xreplace({Q.LambdaMax(first): Q.LambdaMax(kept)})
        steps = strictly(here, rule="strict mean over sets", given=given, drawn=hat, kept=kept)
        assert shown(wanted, *steps) is proved


@pytest.mark.parametrize(("first", "strict"), [(1, True), (0, False)])
def test_a_sum_of_nothing_is_not_below_a_sum_of_nothing(first, strict):
    """Term by term, a sum is strictly below another where there is a term."""
    v = KEEPING.model
    goal = S.lt(sp.Sum(Q.LambdaMax(v(j)), (j, 1, k)), sp.Sum(Q.LambdaMax(v(j)) + 1, (j, 1, k)))
    assert shown(goal, domain={**DOMAIN, k: Integers(first)}) is strict


def test_a_statement_at_the_next_index():
    """It is implied, unless something else than the statement depends on the index."""
    drift = S.le(Q.Mean(Q.SqNorm(KEEPING.model(m))), 1)
    domain = {m: Integers(1), n: Integers(1), N: Integers(1), p: Simplex()}
    later = drift.xreplace({m: m + 1})

    def found(statement=drift, body=later, hypotheses=(), **changed):
        here = {**domain, **{sp.Symbol(x): d for x, d in changed.items()}}
        made = claim("a.b", statement, "bound", domain=here, hypotheses=hypotheses)[0]
        return shifted(made, body)

    assert found() == m
    assert found(body=drift.xreplace({m: m + 2})) is None
    assert found(m=Integers(1, 9)) is None
    assert found(n=Integers(m)) is None
    assert found(hypotheses=(S.le(m, n),)) is None
    both = S.le(Q.Mean(Q.SqNorm(KEEPING.model(m))), m)
    assert found(both, both.xreplace({m: m + 1})) == m
    assert found(both, S.le(later.lhs, m)) is None


def test_the_last_look_goes_to_corners():
    """A large size beside small ones; a size at which only the changed statement has no value."""
    domain = {n: Integers(1), N: Integers(1), p: Simplex()}
    true = S.ge(n, 1)
    made = claim("a.b", true, "bound", domain=domain)[0]

    def found(body, of=true):
        return last_look(made, body, of, ExactValues())

    at = found(S.le(n, 4 * N))
    assert at is not None
    assert at[n] > 4 * at[N]
    assert found(S.le(n, 99 * N)) is None
    assert found(S.ge(1 / (n - 9), -9))[n] == 9
    assert found(S.ge(1 / (n - 9), -9), of=S.ge(1 / (n - 9), -8)) is None


def test_the_largest_set():
    """lambda = pi (1 - pi) for any probability vector, and no more than that."""
    v = KEEPING.model(k)
    u = Q.PiMax(v)
    step = Step("largest set", v)
    assert shown(S.le(Q.LambdaMax(v), u * (1 - u)), step)
    assert shown(S.le(u * (1 - u), Q.LambdaMax(v)), step)
    assert not shown(S.le(Q.LambdaMax(v), u * (1 - u) / 2), step)
    assert not shown(S.le(Q.LambdaMax(v - KEEPING.truth), 1), Step("largest set", v - KEEPING.truth))


def test_a_negative_side_is_below_a_root():
    """The mean of a root is not negative; of the difference of two, nothing is known."""
    root = Q.Mean(sp.sqrt(Q.SqNorm(KEEPING.model(k))))
    other = Q.Mean(sp.sqrt(Q.NormInf(KEEPING.model(k))))
    assert shown(S.le(-n * root, s * other))
    assert not shown(S.le(-root, -other))
    assert not shown(S.lt(-root, other))


def test_the_last_look_goes_to_late_generations():
    """A size that is an index as well climbs alone; an index that is no size does too."""
    domain = {m: Integers(1), n: Integers(1), N: Integers(1), p: Simplex()}
    drift = Q.Mean(Q.SqNorm(KEEPING.model(m)))
    made = claim("a.b", S.le(drift, 1), "bound", domain=domain)[0]
    late = S.Or(S.gt(drift, 1), S.le(m, 16))
    at = last_look(made, late, S.le(drift, 1), ExactValues())
    assert at is not None
    assert at[m] > 16
    assert last_look(made, S.Or(S.le(drift, 1), late), S.le(drift, 1), ExactValues()) is None


def test_a_bound_and_a_root_compare_by_their_squares():
    """E lambda <= 1/4 <= sqrt(n)/4; with the root of 1/n it would be false from n = 2 on."""
    top = S.le(Q.LambdaMax(KEEPING.model(k)), QUARTER)
    steps = Step("over sets", None, top), Step("mean", top)
    spread = Q.Mean(top.lhs)
    assert shown(S.le(spread, sp.sqrt(n) / 4), *steps)
    assert not shown(S.le(spread, sp.sqrt(1 / n) / 4), *steps)


def test_a_loop_that_keeps_its_data_spreads():
    """The drift grows with the generation; of fresh data alone, or the other way, nothing is said."""

    def drift(process, index):
        return Q.Mean(Q.Norm1(process.model(index) - process.model(1)))

    now, later = drift(KEEPING, k), drift(KEEPING, k + 1)
    assert shown(S.le(now, later), Step("spreads", now))
    assert not shown(S.le(later, now), Step("spreads", now))
    assert not shown(S.lt(now, later), Step("spreads", now))  # both are 0 where N = 1
    for other in (drift(FRESH, k), drift(MIXING, k), Q.Mean(Q.PiMax(KEEPING.model(k)))):
        assert not shown(S.le(other, other.subs(k, k + 1)), Step("spreads", other))
    growing = Process("growing", Categorical(p), Pool([_REAL, Draw(Model(), m * n, "y")]),
                      first=Pool([_REAL]), index=m)  # fmt: skip
    assert not shown(S.le(drift(growing, k), drift(growing, k + 1)), Step("spreads", drift(growing, k)))
    before = drift(KEEPING, k - 1)  # perhaps the truth
    assert not shown(S.le(before, now), Step("spreads", before))


@pytest.mark.parametrize("size", [1, 2])
def test_the_drift_grows_by_the_exact_law(size):
    """The rule against the enumeration."""
    at = {p: (sp.Rational(1, 3), sp.Rational(2, 3)), n: sp.Integer(size), N: sp.Integer(2)}
    value = [
        ExactValues()(Q.Mean(Q.Norm1(KEEPING.model(i) - KEEPING.truth)), at) for i in (1, 2, 3)
    ]
    assert value == sorted(value)


def test_both_sides_times_a_number():
    """x <= y gives c x <= c y where c is not negative, and c x < c y where it is positive."""
    v = KEEPING.model(k)
    top = S.le(Q.LambdaMax(v), QUARTER)
    known = Step("over sets", None, top)
    for c, good in ((n - 1, True), (n - 2, False)):
        goal = S.le((n - 1) * Q.LambdaMax(v), (n - 1) / 4)
        assert shown(goal.xreplace({n - 1: c}), known, Step("multiply", top, None, {"by": c})) is good
    assert not shown(top, Step("multiply", top, None, {"by": 1}))  # of what is not known, nothing


def test_tangents_of_the_exponential():
    """exp(n) >= e n; below the tangent's coefficient nothing is shown."""
    tangent = Step("tangent", sp.exp(n), None, {"at": 1})
    assert shown(S.ge(sp.exp(n), sp.E * n), tangent)
    assert not shown(S.ge(sp.exp(n), 3 * n), tangent)
    assert not shown(S.ge(n, 1), Step("tangent", n**2, None, {"at": 1}))


def test_a_chain_of_known_bounds():
    """x <= y <= z gives x <= z, and x < z only where a link is strict."""
    v = KEEPING.model(k)
    top = S.le(Q.LambdaMax(v), QUARTER)
    known = (Step("over sets", None, top), Step("multiply", top, None, {"by": n}))
    higher = S.le(n * QUARTER, n * N)
    steps = (*known, Step("compare", None, higher))
    assert shown(S.le(n * Q.LambdaMax(v), n * N), *steps)
    assert not shown(S.le(n * Q.LambdaMax(v), n / 5), *steps)


def test_sharper_steps_are_for_what_the_script_does_not_reach():
    """With more steps the drift at the next generation bounds this one's distance from the truth."""
    found = {c.id: c for c in load_built_in()}["seddik.prose.mindep.s2"]
    later = found.statement.subs(Dev(m), Dev(m + 1))
    for statement, proved in ((found.statement, True), (later, True)):
        assert deduce(replace(found, statement=statement, readings=())).proved is proved
    smaller = found.statement.subs(Dev(m), Dev(m) / 2)
    assert not deduce(replace(found, statement=smaller, readings=())).proved
