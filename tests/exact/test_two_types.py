"""One matrix for every additive mean and start: against the dual, closed forms and each other."""

from __future__ import annotations

from math import comb, prod

import numpy as np
import pytest
from flint import fmpq

from refutable.derivations.errors import DomainError
from refutable.verify.exact.dual import collapse_time
from refutable.verify.exact.dual_numeric import collapse_time_float
from refutable.verify.exact.two_types import (
    additive,
    of_token,
    remaining_time,
    remaining_time_float,
    time_from,
)

THREE = [fmpq(1, 2), fmpq(1, 3), fmpq(1, 6)]


def compositions(n, s):
    if s == 1:
        yield (n,)
        return
    for k in range(n + 1):
        for rest in compositions(n - k, s - 1):
            yield (k, *rest)


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_collapse_times_are_those_of_the_dual(n):
    """First one draw from the truth, then what remains from its counts: in rationals, exactly."""
    h, total = remaining_time(n), fmpq(1)
    for c in compositions(n, 3):
        many = comb(n, c[0]) * comb(n - c[0], c[1])
        total += many * prod((p**k for p, k in zip(THREE, c, strict=True)), start=fmpq(1)) * time_from(c, h)
    assert total == collapse_time(THREE, n)


@pytest.mark.parametrize("n", [1, 2, 30])
def test_floats_are_within_their_bound(n):
    exact, (h, bound) = remaining_time(n), remaining_time_float(n)
    worst = max(abs(int(x.p) / int(x.q) - y) for x, y in zip(exact, h, strict=True))
    assert worst <= bound <= 1e-9


def test_large_sizes_agree_with_the_dual():
    n, s = 600, 52
    h, bound = remaining_time_float(n)
    assert bound < 1e-6
    p = [fmpq(1, s)] * s
    means = additive(lambda x: np.interp(x, np.arange(n + 1) / n, h), p, n, 1)
    exact, error = collapse_time_float(p, n)
    assert abs(1 + means[0] - exact) < s * bound + error + 1e-6
    assert abs(1.0001 * means[0] + 1 - exact) > s * bound + error + 1e-6


@pytest.mark.parametrize("p", [THREE, [fmpq(3, 4), fmpq(0), fmpq(1, 4)]])
def test_squared_norms_have_their_closed_form(p):
    n, last = 40, 30
    start = sum((int(x.p) / int(x.q)) ** 2 for x in p)
    closed = [1 - (1 - 1 / n) ** m * (1 - start) for m in range(1, last + 1)]
    assert np.allclose(additive(lambda x: x * x, p, n, last), closed, rtol=1e-12)
    dead = additive(lambda x: (x == 0) * 1.0, p, n, 1)[0]
    assert dead == pytest.approx(sum((1 - int(x.p) / int(x.q)) ** n for x in p), rel=1e-12)


@pytest.mark.parametrize("counts", [[1, 2], [-1, 3], [2, 2]])
def test_starts_that_do_not_fit(counts):
    with pytest.raises(DomainError):
        time_from(counts, remaining_time(2))
    for wrong in (0, 2.5, True):
        with pytest.raises(DomainError):
            remaining_time_float(wrong)


@pytest.mark.parametrize("share", [0.0, 1 / 3, 1.0])
def test_one_token_is_the_two_type_chain(share):
    """Powers of the matrix by hand; a law of equal tokens is their sum."""
    n, last = 7, 5
    f = lambda x: np.abs(x - share)  # noqa: E731
    states = np.arange(n + 1)
    step = np.array([[comb(n, y) * (x / n) ** y * (1 - x / n) ** (n - y) for y in states] for x in states])
    law = np.array([comb(n, y) * share**y * (1 - share) ** (n - y) for y in states])
    expected = [0.0]
    for _ in range(last):
        expected.append(law @ f(states / n))
        law = law @ step
    assert np.allclose(of_token(f, share, n, last), expected, rtol=1e-12, atol=1e-15)
    if share == 1 / 3:
        assert np.allclose(additive(f, [fmpq(1, 3)] * 3, n, last), 3 * np.array(expected[1:]), rtol=1e-12)
    with pytest.raises(DomainError):
        of_token(f, 1.5, n, last)
