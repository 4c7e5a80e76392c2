"""Names of engines and spellings of formulas, as a reader meets them."""

from sympy import Function, Integer, Lambda, Symbol

from refutable import Categorical, Draw, ForAll, Model, Pool, Process, Simplex, mean
from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers
from refutable.derivations.quantity import SqNorm
from refutable.derivations.statement import le
from refutable.verify.findings import finders, has_truth
from refutable.verify.readable import readable
from refutable.verify.show import meaning_lines
from refutable.verify.untex import untex
from refutable.verify.verdict import Counterexample
from tests.cli.stubs import make

m, n, p = (Symbol(x) for x in ("m", "n", "p"))


def found(by, again):
    return Counterexample("instance", {"n": "1"}, "1", "=", "2", by, again)


def test_an_engine_that_confirms_itself_has_another_method():
    assert finders(found("exact", "symbolic")) == "the exact engine, confirmed by the symbolic engine"
    assert finders(found("exact", "exact")) == "the exact engine, confirmed by its other method"


def test_names_with_digits_and_stacked_ranges():
    assert untex(r"coef_{p2} = \sum_{\substack{1 \leq k \leq n\\1 \leq j \leq N}} E_{A2}") == (
        "coefₚ₂ = Σ_{1 ≤ k ≤ n; 1 ≤ j ≤ N} E_{A2}"
    )


def test_a_name_that_stands_for_itself_is_not_explained():
    S = Function("S")
    loop = Process("loop", Categorical(p), Pool([Draw(Model(), n)]), index=m)
    domain = {m: Integers(1), n: Integers(1), p: Simplex()}
    meaning = {S: Lambda(m, mean(SqNorm(loop.model(m)))), n: n}
    c, *_ = claim("t.x", le(S(m), n), "bound", domain=domain, quantities=meaning)
    assert meaning_lines(c) == ["Sₘ = E‖p⁽ᵐ⁾‖²"]
    assert has_truth(c)
    assert not has_truth(make())


def test_an_instance_leaves_the_variable_of_a_quantifier_alone():
    c, *_ = claim("t.y", ForAll(m, le(0, m * n)), "bound", domain={m: Integers(1), n: Integers(1)})
    assert readable("n = 1", c, {m: Integer(1), n: Integer(1)}) == "n = 1"
