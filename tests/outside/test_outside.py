"""Families, sources, batches and fits from outside the package: every engine serves them."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp

from refutable import Categorical, Draw, Fit, Model, Pool, Process, Scalar, Source, mean
from refutable.derivations.derive import derive
from refutable.derivations.errors import Contradiction, DomainError, OutsideFragment, ProcessError
from refutable.verify import exact
from refutable.verify.judge import Options, judge_one
from refutable.verify.loader import load_file

t, n, mu = sp.symbols("t n mu")
FILE = Path(__file__).parent / "claim_flipped.py"
WORDS = {
    "flips.drift": "proved",
    "flips.first": "proved",
    "flips.unbiased": "refuted",
    "pulled.step": "proved",
    "window.first": "proved",
}


@pytest.fixture(scope="module")
def claims():
    return {c.id: c for c in load_file(FILE)}


@pytest.mark.parametrize("id", WORDS)
def test_the_word(claims, id):
    assert judge_one(claims[id], Options(fast=True, mutants=False)).verdict == WORDS[id]


def test_three_engines_answer(claims):
    v = judge_one(claims["flips.first"], Options(mutants=False))
    assert {(e.engine, e.outcome) for e in v.evidence} == {
        ("exact", "holds"),
        ("symbolic", "holds"),
        ("montecarlo", "holds"),
    }


def test_own_words_are_taken_apart(claims):
    (process,) = {
        tag.process for tag in claims["pulled.step"].bound().atoms() if hasattr(tag, "process")
    }
    assert type(process.step) is Pool
    assert process.step.batches[1] == Draw(Model(), 2 * n)


@dataclass(frozen=True)
class Coin(Scalar):
    """A share of ones."""

    def batch_moment(self, power, law, size):
        return Categorical().batch_moment(power, law, size)


@dataclass(frozen=True)
class Slip(Coin):
    """One datum whatever the size is: not what its moments say."""

    def outcomes(self, law, size):
        return [(Fraction(1), law), (Fraction(0), 1 - law)]


@dataclass(frozen=True)
class Leak(Coin):
    """Probabilities that do not sum to one."""

    def outcomes(self, law, size):
        return [(Fraction(1), law)]


def square(family):
    loop = Process("loop", family(mu), Pool([Draw(Model(), n)]), index=t)
    return mean(loop.model(t)[1] ** 2)


AT = {t: sp.Integer(1), n: sp.Integer(2), mu: sp.Rational(1, 2)}


def test_an_engine_whose_method_is_missing_refuses_and_the_others_answer():
    node = square(Coin)
    with pytest.raises(OutsideFragment, match="the family Coin has no finite outcomes"):
        exact.value(node, AT)
    assert derive(node).formula.subs(AT) == sp.Rational(3, 8)


def test_a_slip_in_one_method_is_a_contradiction(tmp_path):
    text = FILE.read_text().replace("(size + 1):", "(size + 1) if size == 1 else (0, size):")
    text = text.replace("comb(size, k) * q**k * (1 - q) ** (size - k)", "q if k else 1 - q")
    path = tmp_path / "claim_slip.py"
    path.write_text(text)
    slipped = {c.id: c for c in load_file(path)}["flips.first"]
    with pytest.raises(Contradiction):
        judge_one(slipped, Options(fast=True, mutants=False))
    assert exact.value(square(Slip), AT) != derive(square(Slip)).formula.subs(AT)


def test_probabilities_are_checked():
    with pytest.raises(DomainError, match=r"Leak\.outcomes: the probabilities"):
        exact.value(square(Leak), AT)


@pytest.mark.parametrize("base", [Source, Fit])
def test_a_word_that_is_not_spelled_is_refused(base):
    own = type("Own", (base,), {})
    fit = Pool([Draw(own(), n)]) if base is Source else own()
    with pytest.raises(ProcessError, match=r"Own is no source.*spelled\(\) return one"):
        Process("p", Categorical("p"), fit)
