"""The last looks at a mutant: where a premise holds, by sampling far out, and no longer than allowed."""

from dataclasses import replace

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals, Schedule, Simplex
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Model, Once, Pool, Process, Truth
from refutable.derivations.steps import Step
from refutable.verify import exact, mutation
from refutable.verify.argument import Argument, Rejected
from refutable.verify.deduce import deduce
from refutable.verify.farsampled import WRONG, sampled
from refutable.verify.instances import check_at, instances
from refutable.verify.judge import Options, judge_one
from refutable.verify.met import met
from refutable.verify.mutation import tally
from refutable.verify.region import region_of
from refutable.verify.rules_sums import first_term
from refutable.verify.rules_vectors import average_over_sets
from refutable.verify.shifted import specialised
from refutable.verify.values import Exact

k, n, N, s, p, x, y, j = sp.symbols("k n N s p x y j")
u, v = sp.Function("u"), sp.Function("v")
_REAL = Once(Truth(), N, "real")
KEEPING = Process("keeping", Categorical(p), Pool([_REAL, Draw(Model(), n, "y")]),
                  first=Pool([_REAL]), index=k)  # fmt: skip
SIZES = {k: Integers(1), s: Integers(2), n: Integers(1), N: Integers(1), p: Simplex(s)}


def made(statement, domain=SIZES, kind="bound", **fields):
    return claim("a.b", statement, kind, domain=domain, **fields)[0]


# -- premises that are equations ---------------------------------------------------------------


def test_an_equation_in_a_premise_is_solved():
    """x y = 6 gives x = 6/y; then x + y = 5 is false at most of them."""
    c = made(S.Implies(S.eq(x * y, 6), S.eq(x + y, 5)), {x: Reals(0, lo_open=True), y: Integers(1)})
    found = list(met(c, instances(c, 40)))
    assert found
    assert all(at[x] * at[y] == 6 for at in found)
    assert any(check_at(c.bound(), at).truth is False for at in found)
    assert judge_one(c, Options(fast=True)).verdict == "refuted"


def test_a_premise_with_a_derivative():
    """It is carried out before numbers are put in: (x^2)' = 6 at x = 3 only."""
    c = made(S.Implies(S.eq(sp.Derivative(x**2, x), 6), S.eq(x, 4)), {x: Reals(0)})
    assert [at[x] for at in met(c, instances(c, 4))] == [3] * len(instances(c, 4))


def test_a_sequence_is_solved_for_its_constant():
    """The constant of n must be a whole number, and 7 is in no list of small instances."""
    c = made(S.Implies(S.eq(sp.Sum(u(k), (k, 1, N)), 7 * N), S.eq(y, 1)),
             {N: Integers(1, 2), u: Schedule(Integers(0)), y: Integers(1)})  # fmt: skip
    found = list(met(c, instances(c, 40)))
    assert found
    assert {at[u].expr for at in found} == {sp.Integer(7)}
    half = made(S.Implies(S.eq(2 * sp.Sum(u(k), (k, 1, N)), 7 * N), S.eq(y, 1)),
                {N: Integers(1, 1), u: Schedule(Integers(0)), y: Integers(1)})  # fmt: skip
    assert not list(met(half, instances(half, 40)))


def test_a_sequence_with_a_limit_is_left_alone():
    """A constant need not have the limit that the domain asks for."""
    c = made(S.Implies(S.eq(u(1), 7), S.eq(y, 1)), {u: Schedule(Reals(0), to=0), y: Integers(1)})
    assert not list(met(c, instances(c, 40)))


@pytest.mark.parametrize(("shift", "proved"), [(1, True), (0, False)])
def test_a_premise_whose_opposite_is_proved_is_empty(shift, proved):
    """A sum of terms that are not negative, plus one, is not zero; without the one it may be."""
    total = sp.Sum(u(k), (k, 1, N))
    c = made(S.Implies(S.eq(total + shift, 0), S.eq(y, 1)),
             {N: Integers(1), u: Schedule(Reals(0)), y: Integers(1)})  # fmt: skip
    d = deduce(c)
    assert d.proved is proved
    assert ("empty premise" in [rule for rule, _ in d.lines]) is proved


# -- sampling ----------------------------------------------------------------------------------


def _drift(bound):
    return made(S.le(Q.Mean(Q.SqNorm(KEEPING.model(k + 1) - KEEPING.model(1))), bound),
                {**SIZES, s: Integers(2, 2), k: Integers(6, 6)})  # fmt: skip


def test_sampling_finds_a_corner():
    """The drift of two classes is above 0.042 in a corner only: N = 2 and n about 9."""
    c = _drift(sp.Rational(42, 1000))
    at, words = sampled(c, c.bound(), 0)
    assert check_at(c.bound(), at, lambda e, at: deduced(c, e, at)).truth is False
    assert f"at most {WRONG:g}" in words


def test_where_hypotheses_leave_no_round_numbers():
    """Starts are taken from the instances, too."""
    c = made(S.le(Q.Mean(Q.SqNorm(KEEPING.model(2))), sp.Rational(3, 4)),
             hypotheses=(S.eq(s, 2), S.eq(N, 3), S.eq(n, 2)))  # fmt: skip
    at, _ = sampled(c, c.bound(), 0)
    assert check_at(c.bound(), at).truth is False


def deduced(c, e, at):
    """The derived formula, which no sampling saw."""
    from refutable.verify.values import Symbolic

    return Symbolic(deduce(c))(e, at)


def test_sampling_calls_no_true_bound_false():
    """Not even one that is nearly reached: 0.0439 is the largest value."""
    c = _drift(sp.Rational(45, 1000))
    assert sampled(c, c.bound(), 0) is None


# -- time --------------------------------------------------------------------------------------


def test_a_mutant_that_runs_out_of_its_time_is_undetected(monkeypatch):
    """And the next one is judged."""
    c = made(S.eq(n * (n + 1), n**2 + n), {n: Integers(1)}, "identity")
    real, seen = mutation.fate, []

    def slow(claim, mutant, *rest):
        seen.append(mutant)
        while len(seen) == 1:
            pass
        return real(claim, mutant, *rest)

    monkeypatch.setattr(mutation, "fate", slow)
    out = tally(c, Exact(), limit=3, seconds=0.2)
    assert len(seen) == out.total == 3
    assert out.undetected == [seen[0].change]
    assert out.rows[0]["why"] == "ran out of its 0.2 s of processor time (--mutant-seconds)"
    assert out.killed == 2


def test_a_false_mutant_that_only_sampling_tells(monkeypatch):
    """Without a seed it is undetected, with one it is killed."""
    c = _drift(sp.Rational(1, 2))
    wrong = mutation.Mutant("1/2 becomes 21/500", "off by one", _drift(sp.Rational(21, 500)).statement)
    monkeypatch.setattr(mutation, "mutants_of", lambda *_: [wrong])
    monkeypatch.setattr(mutation, "fate", lambda *_: ("undetected", "no certificate"))
    monkeypatch.setattr(mutation, "_with_all_steps", lambda *_: None)
    assert tally(c, Exact()).undetected == [wrong.change]
    assert tally(replace(c), Exact(), seed=0).killed == 1


# -- instances of the statement ----------------------------------------------------------------


def test_a_statement_at_the_value_of_another_symbol():
    """It is implied where that symbol's values are among those of the index, and nothing else is."""
    true = S.le(Q.Mean(Q.SqNorm(KEEPING.model(k))), N)
    later = true.xreplace({k: n})

    def found(body, statement=true, **changed):
        domain = {**SIZES, **{sp.Symbol(x): d for x, d in changed.items()}}
        return specialised(made(statement, domain), body)

    assert found(later) == (k, n)
    assert found(later, k=Integers(2)) is None
    assert found(later, k=Integers(1, 9)) is None
    assert found(later, k=Integers(1, 9), n=Integers(1, 9)) == (k, n)
    assert found(later, N=Integers(k)) is None
    assert found(S.le(later.lhs, n)) is None
    sized = S.le(Q.Mean(Q.SqNorm(KEEPING.model(2))), n)
    assert found(sized.xreplace({n: N}), sized) is None, "n is the size of a batch, too"


# -- sets of half the classes ------------------------------------------------------------------


def test_the_average_over_sets_of_half_the_classes():
    """It is below the largest value of every law, and above the average over all sets."""
    v = KEEPING.truth
    c = made(S.le(n, n))
    argument = Argument(deduce(c), region_of(c, []).copy())
    (plain,) = average_over_sets(Step("average over sets", v), argument)
    (half,) = average_over_sets(Step("average over sets", v, None, {"of halves": True}), argument)
    for law in ("11", "21", "111", "311", "2111", "1111", "11111", "94221"):
        weights = [sp.Integer(a) for a in law]
        at = {s: sp.Integer(len(law)), p: tuple(a / sum(weights) for a in weights)}
        assert check_at(half, at).truth is True
        assert exact.value(half.rhs.xreplace({s: at[s]}), at) > exact.value(plain.rhs, at)


def test_an_average_over_sets_needs_the_number_of_classes():
    """Without a name for it there is no bound by halves."""
    c = made(S.le(n, n), {**SIZES, p: Simplex()})
    argument = Argument(deduce(c), region_of(c, []).copy())
    step = Step("average over sets", KEEPING.truth, None, {"of halves": True})
    with pytest.raises(Rejected, match="number of classes"):
        average_over_sets(step, argument)


# -- the first term of a sum -------------------------------------------------------------------


def _first(f, lo=1, hi=k, least=False, **domain):
    c = made(S.le(n, n), {**SIZES, **{sp.Symbol(x): d for x, d in domain.items()}})
    argument = Argument(deduce(c), region_of(c, []).copy())
    return first_term(Step("first term", sp.Sum(f, (j, lo, hi)), None, {"least": least}), argument)


def test_a_sum_is_its_first_term_and_the_rest():
    (rel,) = _first(j**2)
    for last in (1, 2, 5):
        lhs, rhs = (side.subs(k, last).doit() for side in (rel.lhs, rel.rhs))
        assert rel.op == "="
        assert lhs == rhs == sum(i * i for i in range(1, last + 1))


def test_a_sum_is_at_least_its_first_term_where_none_is_negative():
    assert _first(j * n, least=True) == [S.le(n, sp.Sum(j * n, (j, 1, k)))]
    with pytest.raises(Rejected, match="nonnegative"):
        _first(2 - j, least=True)
    with pytest.raises(Rejected, match="have a term"):
        _first(j * n, hi=k - 1, least=True)
    assert _first(j * n, hi=k - 1, k=Integers(2))
