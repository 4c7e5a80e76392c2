"""Mixtures with large batches: the kernel against its twin, derived moments and exact laws.

False alarms: chi-square tests at 1e-9 (10), means within 6.5 standard errors (1e-10; 24).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from scipy.stats import binom, chisquare, ks_2samp

from refutable.derivations.derive import derive
from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.families import Categorical
from refutable.derivations.process import Accumulate, Draw, Mix, Model, Pool, Process, Truth
from refutable.derivations.quantity import Mean, SqNorm
from refutable.montecarlo import binomials_twin, mixture
from refutable.montecarlo.binomials import TAIL
from refutable.montecarlo.engine import Job
from refutable.montecarlo.kernels import Chain, Mixtures
from refutable.montecarlo.mixture import chains

KEY = (0, 0)
m, n, alpha, p = sp.symbols("m n alpha p")
HALF, TENTH = Fraction(1, 2), Fraction(1, 10)
SKEWED = [Fraction(6, 10), Fraction(0), Fraction(3, 10), Fraction(1, 10)]


def uniform(s):
    return [Fraction(1, s)] * s


CASES = [
    (uniform(100), [100, 1000, 10**4, 10**6], [0, TENTH, HALF, 1], False),
    (SKEWED, [30, 0, 50, 1], [0, 0, HALF, 0], True),
    ([Fraction(1)], [5, 6], [0, 0], False),
    (uniform(3), [1, 1, 1], [0, TENTH, 0], False),
    (uniform(2), [2**30], [0], False),  # the square does not fit in 64 bits times 16
]


@pytest.mark.parametrize(("law", "sizes", "shares", "accumulate"), CASES)
def test_twins_agree_bit_by_bit(law, sizes, shares, accumulate, monkeypatch):
    question = (law, sizes, shares, 2**32 - 50, 200, KEY, accumulate, [1, len(sizes)][: len(sizes)])
    fast = chains(*question)
    monkeypatch.setattr(mixture, "HAVE_NUMBA", False)
    plain = chains(*question)
    for name in ("norms", "risks", "models"):
        assert np.array_equal(getattr(fast, name), getattr(plain, name))
    counts = np.rint(fast.models[0] * sizes[0])
    assert np.array_equal(counts / sizes[0], fast.models[0])
    assert np.array_equal(counts.sum(axis=0), np.full(200, sizes[0]))
    assert not counts[[x == 0 for x in law]].any()


def test_replicates_do_not_depend_on_their_company():
    law, sizes, shares = SKEWED, [40, 300], [0, TENTH]
    whole = chains(law, sizes, shares, 0, 300, KEY)
    part = chains(law, sizes, shares, 127, 9, KEY)
    assert np.array_equal(whole.norms[:, 127:136], part.norms)


@pytest.mark.parametrize(
    ("size", "chance"), [(1, 0.3), (35, 0.45), (200, 0.05), (40, 0.6), (5000, 0.4), (10**6, 2e-5)]
)
def test_binomials_have_their_law(size, chance):
    """Cells of at least ten expected draws; a chance that is off by 1 % is seen at 5000."""
    runs = 200_000
    draws = binomials_twin.binomial(
        np.full(runs, float(size)), np.full(runs, chance), 0, 1, np.arange(runs, dtype=np.uint64), KEY,
        TAIL,
    )  # fmt: skip

    def pvalue(q):
        law = binom(size, q)
        inner = np.arange(law.ppf(10 / runs), law.isf(10 / runs) + 1)
        low, high = inner[0], inner[-1]
        seen = np.bincount(np.clip(draws, low, high).astype(int) - int(low), minlength=len(inner))
        cells = law.pmf(inner)
        cells[0], cells[-1] = law.cdf(low), law.sf(high - 1)
        return chisquare(seen, runs * cells / cells.sum()).pvalue

    assert draws.min() >= 0
    assert draws.max() <= size
    assert pvalue(chance) > 1e-9
    if size == 5000:
        assert pvalue(1.01 * chance) < 1e-9


PROCESSES = {
    "mixture": Process(
        "M",
        Categorical("p"),
        Pool([Draw(Mix(alpha, Truth(), Model()), n)]),
        first=Pool([Draw(Truth(), n)]),
        index=m,
    ),
    "accumulate": Process("A", Categorical("p"), Accumulate(Draw(Model(), n, "all")), index=m),
}


@pytest.mark.parametrize("name", list(PROCESSES))
def test_norms_are_the_derived_ones(name):
    process, size, runs, last = PROCESSES[name], 400, 30_000, 4
    out = chains(SKEWED, [size] * last, [TENTH if name == "mixture" else 0] * last, 0, runs, KEY,
                 name == "accumulate")  # fmt: skip
    square = float(sum(x * x for x in SKEWED))
    for node, seen in ((Mean(SqNorm(process.model(m))), out.norms),
                       (Mean(SqNorm(process.model(m) - process.truth)), out.risks)):  # fmt: skip
        formula = derive(node)
        for k in range(last):
            paper = sp.Integer(k + 1)
            known = formula.formula if k + 1 >= formula.valid_from else formula.early(k + 1)
            value = known.subs(m, paper).xreplace({SqNorm(process.truth): square})
            expected = float(value.subs({n: size, alpha: sp.Rational(1, 10)}))
            error = seen[k].std() / np.sqrt(runs)
            assert abs(seen[k].mean() - expected) < 6.5 * error
    # a bias of 1 % of the norm is seen
    expected = 1 / size + (1 - 1 / size) * square
    assert abs(1.01 * out.norms[0].mean() - expected) > 6.5 * out.norms[0].std() / np.sqrt(runs)


def test_questions_that_suit_the_kernel():
    at = {n: sp.Integer(30), alpha: sp.Rational(1, 4), p: tuple(map(sp.Rational, SKEWED))}
    for name, process in PROCESSES.items():
        node = Mean(SqNorm(process.model(3) - process.model(1)))
        fast, plain = (Job.together([node], at, 0, "law", kernels=k)[0] for k in (True, False))
        assert isinstance(fast.model.kernel, Mixtures)
        assert fast.model.kernel.accumulate == (name == "accumulate")
        assert plain.model.kernel is None
        a, b = (
            np.concatenate([
                ((x := j.paths(k).vectors)["model", 3] - x["model", 1]).__pow__(2).sum(axis=1)
                for k in range(3)
            ])
            for j in (fast, plain)
        )
        assert ks_2samp(a, b).pvalue > 1e-9
        assert ks_2samp(a, 1.2 * b).pvalue < 1e-9
    fs = Process("FS", Categorical("p"), Pool([Draw(Model(), n)]), index=m)
    kernel = Job.together([Mean(SqNorm(fs.model(2)))], at, 0, "x", kernels=True)[0].model.kernel
    assert isinstance(kernel, Chain)


@pytest.mark.parametrize(
    ("law", "sizes", "shares", "accumulate", "error"),
    [
        ([HALF, HALF + Fraction(1, 10**9)], [3], [0], False, DomainError),
        ([Fraction(3, 2), -HALF], [3], [0], False, DomainError),
        ([], [3], [0], False, OutsideFragment),
        ([Fraction(1)], [0], [0], True, DomainError),
        ([Fraction(1)], [3, 0], [0, 0], False, DomainError),
        ([Fraction(1)], [-1], [0], False, DomainError),
        ([Fraction(1)], [2.5], [0], False, DomainError),
        ([Fraction(1)], [float("nan")], [0], False, DomainError),
        ([Fraction(1)], [float("inf")], [0], False, DomainError),
        ([Fraction(1)], [2**31], [0], False, OutsideFragment),
        ([Fraction(1)], [2**29] * 3, [0] * 3, True, OutsideFragment),
        ([Fraction(1)], [3], [float("nan")], False, DomainError),
        ([Fraction(1)], [3], [1.5], False, DomainError),
        ([Fraction(1)], [3], [], False, DomainError),
    ],
)
def test_what_does_not_fit_is_refused(law, sizes, shares, accumulate, error):
    with pytest.raises(error):
        chains(law, sizes, shares, 0, 2, KEY, accumulate)
