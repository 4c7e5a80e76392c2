"""The boundary table: every symbol at both ends, the ends that depend on others, what is undefined."""

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals, Schedule, Simplex
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Model, Pool, Process
from refutable.verify.boundary import MAX_ROWS, boundary_table
from refutable.verify.values import Exact

m, n, i, s, p, x, w = sp.symbols("m n i s p x w")
alpha = sp.Function("alpha")
LOOP = Process("loop", Categorical(p), Pool([Draw(Model(), n, "y")]), index=m)


def table(statement, domain, **fields):
    rows = boundary_table(claim("a.b", statement, "bound", domain=domain, **fields)[0], Exact())
    assert len(rows) <= MAX_ROWS
    assert len({str(r["instance"]) for r in rows}) == len(rows)
    return rows


def ends(rows):
    """Symbol -> the values at which it is named as a corner."""
    out = {}
    for row in rows:
        for part in row["corner"].split(", "):
            if " = " in part:
                name, _, value = part.partition(" = ")
                out.setdefault(name, set()).add(value)
    return out


def test_every_symbol_stands_at_both_ends():
    rows = table(S.le(w * x, m), {w: Reals(0, 1), x: Reals(0, 1), m: Integers(1, 3)})
    assert ends(rows) == {"w": {"0", "1"}, "x": {"0", "1"}, "m": {"1", "3"}}
    assert rows[0]["corner"] == "w = 0, x = 0, m = 1"
    assert {r["outcome"] for r in rows} == {"holds"}


def test_an_end_may_depend_on_another_symbol():
    rows = table(S.le(i, m), {i: Integers(1, m), m: Integers(2)})
    named = {(r["instance"]["i"], r["instance"]["m"]) for r in rows if "i = " in r["corner"]}
    assert ("1", "2") in named
    assert any(i == m != "2" for i, m in named)


def test_a_corner_is_passed_over_where_the_hypotheses_exclude_it():
    rows = table(S.le(n, m), {n: Integers(1), m: Integers(1)}, hypotheses=[S.lt(n, m)])
    assert "1" not in ends(rows).get("m", set())
    assert all(int(r["instance"]["n"]) < int(r["instance"]["m"]) for r in rows)
    assert ends(rows)["n"] == {"1"}


def test_degenerate_and_uniform_truths():
    square = Q.Mean(Q.SqNorm(LOOP.model(m)))
    domain = {m: Integers(1), n: Integers(1), s: Integers(3, 3), p: Simplex(s, nontrivial=False)}
    rows = table(S.eq(square, 1 - (1 - 1 / n) ** m * (1 - Q.SqNorm(LOOP.truth))), domain)
    laws = [tuple(r["instance"]["p"]) for r in rows if "p = " in r["corner"]]
    assert ("1", "0", "0") in laws
    assert ("1/3", "1/3", "1/3") in laws
    assert {r["outcome"] for r in rows} == {"holds"}
    wrong = table(S.eq(square, 1 - (1 - 1 / n) ** m * Q.SqNorm(LOOP.truth)), domain)
    assert "fails" in {r["outcome"] for r in wrong}


def test_what_is_not_defined_is_said_with_its_divisor():
    rows = table(S.le(0, 1 / (n - 1)), {n: Integers(1), m: Integers(1)})
    (row,) = [r for r in rows if "n = 1" in r["corner"]]
    assert row["outcome"] == "not defined: divides by n - 1"
    assert (row["lhs"], row["rhs"]) == ("", "")


def test_schedules_of_weights_zero_and_one():
    rows = table(S.le(alpha(m), 1), {alpha: Schedule(Reals(0, 1)), m: Integers(1)})
    assert ends(rows)["alpha(t)"] == {"0", "1"}


def test_the_variable_of_a_limit_has_no_corner():
    rows = table(S.eq(S.Lim(1 / m, m), n - n), {m: Integers(1), n: Integers(1)})
    assert "m" not in ends(rows)


@pytest.mark.parametrize("lo", [1, 4])
def test_a_row_that_is_too_dear_says_so(lo):
    domain = {m: Integers(1), n: Integers(300), p: Simplex(8)}
    rows = table(S.le(0, Q.Mean(Q.NormInf(LOOP.model(m + lo)))), domain)
    assert any(r["outcome"].startswith("not evaluated: ") for r in rows)
