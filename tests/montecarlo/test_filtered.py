"""Filtered chains: the kernel against its twin bit by bit, and both against the exact law.

False alarms: chi-square tests at 1e-9, means within 6.5 standard errors (1e-10); 11 in all.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, factorial, prod

import numpy as np
import pytest
from scipy.stats import chisquare

from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.montecarlo import filtered
from refutable.montecarlo.compiled import HAVE_NUMBA
from refutable.montecarlo.filtered import norms

KEY = (0, 0)
#: The twins have the same bits, and would take minutes.
compiles = pytest.mark.skipif(not HAVE_NUMBA, reason="needs the extra refutable[fast]")
HALF = Fraction(1, 2)


def uniform(s):
    return [Fraction(1, s)] * s


def replicates(runs, first=0):
    return np.arange(first, first + runs, dtype=np.uint64)


@pytest.mark.parametrize(
    ("law", "n", "keep", "last", "empty", "filter_first"),
    [
        (uniform(2), 1, HALF, 4, "redraw", False),
        (uniform(52), 100, HALF, 100, "redraw", False),
        ([HALF, Fraction(0), HALF], 3, Fraction(1, 4), 9, "keep", False),
        (uniform(60), 401, Fraction(2, 3), 6, "redraw", True),  # rejected indices
        (uniform(40), 1500, Fraction(1, 3), 4, "keep", False),  # several chunks of words
        (uniform(3), 5, Fraction(1), 4, "redraw", True),
        (uniform(3), 5, Fraction(0), 4, "keep", False),
    ],
)
def test_twins_agree_bit_by_bit(law, n, keep, last, empty, filter_first, monkeypatch):
    question = (law, n, keep, last, replicates(40, 2**33), KEY, empty, filter_first)
    fast = norms(*question)
    monkeypatch.setattr(filtered, "HAVE_NUMBA", False)
    assert np.array_equal(fast, norms(*question))


def test_replicates_do_not_depend_on_their_company():
    whole = norms(uniform(6), 20, HALF, 10, replicates(50), KEY)
    assert np.array_equal(whole[30:], norms(uniform(6), 20, HALF, 10, replicates(20, 30), KEY))


def norm_law(s, n, keep, last, empty):
    """The law of the squared norm at the last generation, over all states; uniform truth."""
    start = {tuple([Fraction(1, s)] * s): Fraction(1)}
    for t in range(last):
        out: dict = {}
        for p, chance in start.items():
            sizes = {n: Fraction(1)}
            if t:
                sizes = {N: comb(n, N) * keep**N * (1 - keep) ** (n - N) for N in range(n + 1)}
            if t and empty == "redraw":
                whole = 1 - sizes.pop(0)
                sizes = {N: x / whole for N, x in sizes.items()}
            for N, x in sizes.items():
                if N == 0:
                    out[p] = out.get(p, 0) + chance * x
                    continue
                for c in product(range(N + 1), repeat=s):
                    if sum(c) == N:
                        many = Fraction(factorial(N), prod(map(factorial, c)))
                        w = many * prod(q**k for q, k in zip(p, c, strict=True))
                        state = tuple(Fraction(k, N) for k in c)
                        out[state] = out.get(state, 0) + chance * x * w
        start = out
    law: dict = {}
    for p, chance in start.items():
        key = sum(x * x for x in p)
        law[key] = law.get(key, 0) + chance
    return {k: float(v) for k, v in law.items() if v}


@compiles
@pytest.mark.parametrize("empty", ["redraw", "keep"])
def test_norms_have_their_exact_law(empty):
    s, n, keep, last, runs = 3, 4, Fraction(3, 10), 3, 200_000
    seen = norms(uniform(s), n, keep, last, replicates(runs), KEY, empty)[:, -1]
    for chance, fits in ((keep, True), (keep * Fraction(101, 100) + Fraction(1, 100), False)):
        law = norm_law(s, n, chance, last, empty)
        counts = [np.isclose(seen, float(v), rtol=1e-12).sum() for v in law]
        assert sum(counts) == runs
        assert (chisquare(counts, [runs * x for x in law.values()]).pvalue > 1e-9) == fits
    other = norm_law(s, n, keep, last, "keep" if empty == "redraw" else "redraw")
    counts = [np.isclose(seen, float(v), rtol=1e-12).sum() for v in other]
    assert chisquare(counts, [runs * x for x in other.values()]).pvalue < 1e-9


@compiles
@pytest.mark.parametrize(("s", "n", "keep"), [(52, 100, HALF), (300, 400, Fraction(1, 10))])
def test_norms_follow_the_recurrence(s, n, keep):
    """E[|p'|^2 | p, N] = 1/N + (1 - 1/N) |p|^2, averaged over N >= 1."""
    last, runs = 10, 40_000
    out = norms(uniform(s), n, keep, last, replicates(runs), KEY, "redraw", True)
    q = float(keep)
    law = np.array([comb(n, N) * q**N * (1 - q) ** (n - N) for N in range(1, n + 1)])
    inverse = float((law / np.arange(1, n + 1)).sum() / law.sum())
    expected = 1 / s
    for g in range(last):
        expected = inverse + (1 - inverse) * expected
        error = out[:, g].std() / np.sqrt(runs)
        assert abs(out[:, g].mean() - expected) < 6.5 * error
    # a bias of 1 % is seen
    error = out[:, 0].std() / np.sqrt(runs)
    assert abs(1.01 * out[:, 0].mean() - (inverse + (1 - inverse) / s)) > 6.5 * error


@pytest.mark.parametrize(
    ("law", "n", "keep", "last", "empty", "filter_first", "error"),
    [
        (uniform(2), 0, HALF, 2, "redraw", False, OutsideFragment),
        (uniform(2), 2**32, HALF, 2, "redraw", False, OutsideFragment),
        (uniform(2), 2, HALF, 0, "redraw", False, OutsideFragment),
        (uniform(2), 2, Fraction(3, 2), 2, "redraw", False, DomainError),
        (uniform(2), 2, Fraction(0), 2, "redraw", False, DomainError),
        (uniform(2), 2, HALF, 2, "keep", True, DomainError),
        (uniform(2), 2, HALF, 2, "drop", False, DomainError),
        ([HALF, HALF + Fraction(1, 10**9)], 2, HALF, 2, "redraw", False, DomainError),
        ([Fraction(3, 2), -HALF], 2, HALF, 2, "redraw", False, DomainError),
        ([], 2, HALF, 2, "redraw", False, OutsideFragment),
    ],
)
def test_what_does_not_fit_is_refused(law, n, keep, last, empty, filter_first, error):
    with pytest.raises(error):
        norms(law, n, keep, last, replicates(2), KEY, empty, filter_first)
