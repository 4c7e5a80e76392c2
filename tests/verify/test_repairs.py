"""What the judge proposes instead of a false statement, and what it does not."""

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals, Simplex
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Model, Pool, Process
from refutable.verify.judge import Options, judge_one

m, n, p, a, b, x, beta = sp.symbols("m n p a b x beta")
FULL = Process("full", Categorical(p), Pool([Draw(Model(), n)]), index=m)
SPREAD = sp.Symbol("D")
_LOOP = {m: Integers(1), n: Integers(1), p: Simplex()}
_MEANING = {SPREAD: 1 - Q.Mean(Q.SqNorm(FULL.model(m))), a: 1 - Q.SqNorm(FULL.truth)}


def judged(statement, domain, fast=True, **fields):
    """The verdict without mutants."""
    c = claim("a.b", statement, "closed form", domain=domain, **fields)[0]
    return judge_one(c, Options(mutants=False, fast=fast))


def test_fewest_missing_hypotheses():
    """x y > 0 for x, y >= 0 lacks two strict ends; neither alone would do."""
    got = judged(S.gt(a * b, 0), {a: Reals(0), b: Reals(0)})
    assert (got.verdict, got.refutes) == ("refuted", "domain")
    assert set(got.repair.statement.args) == {S.gt(a, 0), S.gt(b, 0)}
    assert got.repair.verdict == "proved"


def test_equal_letters_as_missing_hypothesis():
    """Two squares are equal where their letters are."""
    got = judged(S.eq(a**2, b**2), {a: Integers(1, 5), b: Integers(1, 5)})
    assert got.refutes == "domain"
    assert got.repair.statement == S.eq(a, b)


def test_another_letter_at_the_end_of_a_sum():
    """A sum that runs to the wrong letter is put right everywhere, not only where they agree."""
    k = sp.Symbol("k")
    got = judged(
        S.eq(sp.Sum(k, (k, 1, a)), b * (b + 1) / 2), {a: Integers(1, 5), b: Integers(1, 5)}
    )
    assert (got.refutes, got.repair.why) == ("formula", "the last index a becomes b")


def test_another_index_in_a_double_sum():
    """f(k, k) for f(j, k), where the sum over j and k is meant."""
    j, k = sp.symbols("j k")
    f = sp.Function("f")
    got = judged(
        S.eq(sp.Sum(f(k, k), (k, 1, a), (j, 1, b)), a * b * (b + 1) / 2),
        {a: Integers(1, 4), b: Integers(1, 4)},
        quantities={f: sp.Lambda((j, k), j)},
    )
    assert (got.refutes, got.repair.why) == ("formula", "the index k becomes j")


def test_a_factor_that_was_left_out():
    """The derivative of exp(a x) without its inner factor; x = 1 alone is no repair."""
    y, slope = sp.symbols("y slope")
    got = judged(
        S.eq(slope, sp.exp(x * y)),
        {x: Integers(0, 1), y: Reals()},
        quantities={slope: sp.Derivative(sp.exp(x * y), y)},
    )
    assert got.repair.why == "the factor x is missing"


def test_what_a_link_proves():
    """Of a chain whose end is wrong, what its proved link says of the same quantity is left."""
    mean = Q.Mean(Q.SqNorm(FULL.model(m)))
    links = claim(
        "a.b",
        S.le(mean, sp.Rational(1, 2)),
        "bound",
        domain=_LOOP,
        assumes=("a.b.s1",),
        parts={"s1": S.le(mean, 1)},
    )
    options = Options(mutants=False, fast=True)
    link = judge_one(links[1], options)
    got = judge_one(links[0], options, {"a.b.s1": link})
    assert link.verdict == "proved"
    assert got.repair.statement == S.le(mean, 1)


@pytest.mark.parametrize(("least", "holds"), [(1, True), (0, False)])
def test_a_floor_is_a_whole_number(least, holds):
    """floor(b/a) >= 1 wants a <= b."""
    got = judged(S.ge(sp.floor(b / a), 1), {a: Integers(1), b: Integers(a if least else 1)})
    assert (got.verdict == "proved") is holds
    if not holds:
        assert got.repair.statement == S.le(a, b)


def test_a_number_cut_off_after_the_printed_places():
    """2.718 as 2.71 is no digit misread."""
    got = judged(S.decimal(sp.E, "2.71"), {})
    assert "cut off" in got.repair.why
    assert "cut off" not in judged(S.decimal(sp.E, "2.73"), {}).repair.why


def test_a_wrong_part_is_solved_for():
    """With beta = 1/n, 1 - 5 beta**2 should be 1 - beta: no rule of mutation gets there."""
    mean = Q.Mean(Q.SqNorm(FULL.model(2)))
    start = Q.SqNorm(FULL.truth)
    printed = 1 - (1 - 1 / n) * (1 - 5 * beta**2) * (1 - start)
    got = judged(S.eq(mean, printed), _LOOP, fast=False, where={beta: 1 / n})
    assert got.refutes == "formula"
    assert got.repair.verdict == "proved"
    assert got.repair.why == "-5*beta**2 becomes -beta"


def test_two_wrong_parts_fall_back_on_the_derived_formula():
    """No single part repairs two errors that no mutation undoes; the derived formula remains."""
    mean = Q.Mean(Q.SqNorm(FULL.model(m)))
    start = Q.SqNorm(FULL.truth)
    got = judged(S.eq(mean, 7 - (1 - 5 / n) ** (m + 9) * (3 - start)), _LOOP)
    assert got.refutes == "formula"
    assert got.repair.why == "the derived formula"


@pytest.mark.parametrize("good", [True, False])
def test_another_event_in_an_intersection(good):
    """P(A and A) printed for P(A and B) is set right by the claim's own event B."""
    settled, sure = Q.IsDirac(FULL.model(m)), S.eq(FULL.model(m)[1], 1)
    joint, one = sp.symbols("P_joint P_one")
    meanings = {
        joint: Q.Prob(S.And(settled, sure if good else settled)),
        one: Q.Prob(sure),
        sp.Symbol("P_settled"): Q.Prob(settled),
    }
    got = judged(S.eq(one, joint), _LOOP, quantities=meanings)
    if good:
        assert got.verdict == "proved"
    else:
        assert got.verdict == "refuted"
        assert "becomes" in got.repair.why
        assert got.repair.verdict == "proved"


def test_a_wrong_decimal_is_rounded_anew():
    (made,) = claim("t.decimal", S.decimal(sp.exp(3) / (2 * sp.pi), "3.19"), "definition")
    v = judge_one(made, Options(fast=True, mutants=False))
    assert (v.verdict, v.repair.verdict) == ("refuted", "proved")
    assert v.repair.statement == S.decimal(sp.exp(3) / (2 * sp.pi), "3.20")


def test_a_bound_is_not_repaired_by_one_that_excludes_nothing():
    """sum of squares <= 1/2 - 1/(4 n): false; larger constants would stand, and say nothing."""
    m, n, p = sp.symbols("m n p")
    loop = Process("loop", Categorical(p), Pool([Draw(Model(), n)]), index=m)
    squares = Q.Mean(Q.SqNorm(loop.model(1)))
    (made,) = claim(
        "t.bound",
        S.le(squares, sp.Rational(1, 2) - 1 / (4 * n)),
        "bound",
        domain={n: Integers(1), p: Simplex()},
    )
    v = judge_one(made, Options(fast=True, mutants=False))
    assert v.verdict == "refuted"
    assert v.repair is None or "becomes 3/2" not in v.repair.why


def test_a_hypothesis_that_empties_the_premise_is_no_repair():
    """a <= b never gives a > b; with b < a as well it would hold of nothing."""
    got = judged(S.Implies(S.le(a, b), S.gt(a, b)), {a: Integers(1, 5), b: Integers(1, 5)})
    assert got.verdict == "refuted"
    assert got.repair is None


def test_a_premise_that_leaves_something_may_get_a_hypothesis():
    got = judged(S.Implies(S.le(a, b), S.lt(a, b)), {a: Integers(1, 5), b: Integers(1, 5)})
    assert got.repair.verdict == "proved"
    assert got.repair.statement in (S.le(a, b - 1), S.Implies(S.le(a, b), S.le(a, b)))


def test_that_two_sides_differ_is_not_repaired_by_another_side():
    got = judged(S.Rel("!=", a**2 + 1, 2 * a), {a: Integers(1, 1)})
    assert got.verdict == "refuted"
    assert got.repair is None
