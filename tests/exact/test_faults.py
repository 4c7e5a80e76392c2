"""A corrupted engine is caught: each fault must break an identity that the tests rely on."""

import pytest
import sympy as sp
from flint import fmpq

from refutable.derivations import quantity as Q
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Filter, Model, Once, Pool, Process, Truth
from refutable.verify.exact import dual, multinomial, value

m, n = sp.symbols("m n")
p = sp.Symbol("p")
R = sp.Rational
STEP = Pool([Draw(Model(), n)])
FS = Process("FS", Categorical("p"), STEP, first=STEP, index=m)
REAL = Once(Truth(), 2, "real")
PS = Process("PS", Categorical("p"), Pool([REAL, Draw(Model(), n)]), first=Pool([REAL]), index=m)
AT = {p: (R(1, 2), R(1, 3), R(1, 6)), n: 3, m: 2}
honest = multinomial._multinomial


def swapped(size, q):
    """Two tokens exchanged in the last outcome."""
    found = list(honest(size, q))
    (counts, w) = found.pop()
    return [*found, (counts[::-1], w)]


def uniform(size, q):
    found = list(honest(size, q))
    return [(c, fmpq(1, len(found))) for c, _ in found]


def without_coefficient(size, q):
    """The law of one ordered sequence for each count, scaled to sum to one."""
    found = []
    for c, _ in honest(size, q):
        w = fmpq(1)
        for x, k in zip(q[1:], c, strict=True):
            w *= fmpq(x, q[0]) ** k
        found.append((c, w))
    total = sum((w for _, w in found), fmpq(0))
    return [(c, w / total) for c, w in found]


def one_too_few(size, q):
    return [(c, w) for c, w in honest(size, q)][:-1]


def identities():
    mean = [value(Q.Mean(FS.model(m)[i]), AT) for i in (1, 2, 3)] == list(AT[p])
    total = value(Q.Prob(Q.IsDirac(PS.model(m))), AT) + value(
        Q.Mean(1 - sp.Piecewise((1, sp.Eq(Q.NormInf(PS.model(m)), 1)), (0, True))), AT
    )
    law = [fmpq(1, 2), fmpq(1, 3), fmpq(1, 6)]
    chain = value(Q.Prob(Q.IsDirac(FS.model(m))), AT)
    backwards = dual.collapsed_by(law, 3, 2)[2]
    return [mean, total == 1, chain == R(int(backwards.p), int(backwards.q))]


def test_the_honest_engine_passes():
    assert all(identities())


@pytest.mark.parametrize("fault", [swapped, uniform, without_coefficient, one_too_few])
def test_a_wrong_law_of_counts_is_caught(fault, monkeypatch):
    monkeypatch.setattr(multinomial, "_multinomial", fault)
    assert not all(identities())


def test_a_wrong_law_of_kept_data_is_caught(monkeypatch):
    """A filter that keeps everything half of the time is not a filter that keeps half."""
    keep = Draw(Model(), n, keep=Filter(R(1, 2), R(1, 2)))
    process = Process("F", Categorical("p"), Pool([keep]), index=m)
    question = Q.Mean(Q.SqNorm(process.model(1)))
    right = value(question, AT)
    monkeypatch.setattr(
        multinomial, "_kept", lambda size, chance: [(0, chance), (size, 1 - chance)]
    )
    assert value(question, AT) != right
