"""The plain sampler against laws enumerated by hand, path by path, in rationals.

False alarms: at most 1e-9 per comparison of a mean, 10 comparisons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy as sp
from scipy.stats import f

from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Categorical, Linear
from refutable.derivations.process import Draw, Exact, Mix, Model, Pool, Process, Truth
from refutable.derivations.quantity import Mean, Prob, SqNorm
from refutable.derivations.statement import eq, gt
from refutable.montecarlo import categorical, check, estimate
from refutable.montecarlo.engine import Job
from refutable.montecarlo.tally import Tally

P0 = Fraction(2, 3)
Law = Iterator[tuple[Fraction, Fraction]]


def draws(q: Fraction, size: int) -> Law:
    """(chance, number of first-class data) of `size` data, one datum at a time."""
    for data in product((0, 1), repeat=size):
        chance = Fraction(1)
        for x in data:
            chance *= q if x else 1 - q
        yield chance, Fraction(sum(data))


def sq(x: Fraction) -> Fraction:
    return x * x + (1 - x) ** 2


def fs() -> Law:
    for a, x in draws(P0, 2):
        for b, y in draws(x / 2, 2):
            yield a * b, sq(y / 2)


def ps() -> Law:
    for a, x in draws(P0, 2):
        for b, y in draws(x / 2, 2):
            yield a * b, sq((x + y) / 4)


def rs() -> Law:
    for a, x in draws(P0, 2):
        for b, y in draws((P0 + x / 2) / 2, 2):
            yield a * b, sq(y / 2)


def mr() -> Law:
    for a, x in draws(P0, 1):
        for b, y in draws(x, 1):
            for c, z in draws(P0, 2):
                yield a * b * c, sq((y + z) / 3)


def reused() -> Law:
    for a, x in draws(P0, 2):
        for b, y in draws(x / 2, 2):
            yield a * b, sq((x + y) / 4)


def mix() -> Law:
    """Origin 0: the second fit has index 1 and so 1 + n = 3 data."""
    for a, x in draws(P0, 3):
        for b, y in draws(P0 / 4 + x / 4, 3):
            yield a * b, sq(y / 3)


def weight() -> Law:
    def step(x: Fraction, y: Fraction, t: int) -> Fraction:
        return P0 * Fraction(1, t + 1) + y / 2 * Fraction(t, t + 1)

    for a, x in draws(P0, 2):
        one = step(P0, x, 1)
        for b, y in draws(one, 2):
            yield a * b, sq(step(one, y, 2))


def filtered(redraw: bool) -> Law:
    """Each datum: real with chance 1/4 and then kept with 1/2, else kept with 1/3."""
    for a, x in draws(P0, 2):
        old = x / 2
        kinds = [(Fraction(1, 4) * P0 / 2, 1), (Fraction(1, 4) * (1 - P0) / 2, 0),
                 (Fraction(3, 4) * old / 3, 1), (Fraction(3, 4) * (1 - old) / 3, 0)]  # fmt: skip
        kinds.append((1 - sum(k for k, _ in kinds), -1))
        nothing = kinds[-1][0] ** 2
        for (b, u), (c, v) in product(kinds, repeat=2):
            kept = [w for w in (u, v) if w >= 0]
            if kept:
                yield a * b * c / (1 - nothing if redraw else 1), sq(Fraction(sum(kept), len(kept)))
            elif not redraw:
                yield a * b * c, sq(old)


LAWS: dict[str, Callable[[], Law]] = {
    "FS": fs, "PS": ps, "RS": rs, "MR": mr, "REUSED": reused, "ACC": ps, "MIX": mix,
    "WEIGHT": weight, "REDRAW": lambda: filtered(True), "KEEP": lambda: filtered(False),
}  # fmt: skip


@pytest.mark.parametrize("name", LAWS)
def test_second_generation_has_the_enumerated_mean(name, processes, at):
    law = list(LAWS[name]())
    assert sum(w for w, _ in law) == 1
    exact = sum(w * x for w, x in law)
    process = processes[name]
    node = Mean(SqNorm(process.model(process.paper(2))))
    e = estimate(node, at, seed=0, key=name, runs=200_000)
    assert sp.Rational(exact.numerator, exact.denominator) in e
    assert e.visible < 0.02


def test_counts_have_the_multinomial_law():
    rng = np.random.default_rng(0)
    x = categorical._counts(rng, 5, np.array([0.3, 0.0, 0.5, 0.2, 0.0]), 200_000)
    assert (x.sum(axis=1) == 5).all()
    assert (x[:, [1, 4]] == 0).all()
    cov = np.cov(x[:, [0, 2]].T)
    assert np.allclose(cov, [[1.05, -0.75], [-0.75, 1.25]], atol=0.03)


def test_empty_classes_stay_empty_in_the_last_place():
    """NumPy's multinomial gives rounding residues to the last class (numpy issue 14789)."""
    rng = np.random.default_rng(0)
    q = np.tile([0.1, 0.2, 0.3, 0.4 - 1e-13, 0.0], (1000, 1))
    assert categorical._counts(rng, 10**6, q, 1000)[:, -1].max() == 0


def test_kept_counts_are_a_truncated_binomial():
    rng = np.random.default_rng(0)
    z = categorical._kept(rng, 3, 0.2, 400_000, True)
    law = np.array([3 * 0.2 * 0.64, 3 * 0.04 * 0.8, 0.008]) / (1 - 0.512)
    assert np.allclose(np.bincount(z, minlength=4)[1:] / 400_000, law, atol=0.006)
    assert categorical._kept(rng, 3, 1.0, 5, True).tolist() == [3] * 5


def test_same_bits_whatever_the_chunks(fs, at):
    job = Job.of(Mean(SqNorm(fs.model(3))), at, 7, "chunks")
    shards = [job.tally(k) for k in range(6)]
    assert sum(shards, Tally()) == sum(reversed(shards), Tally())
    assert Tally.read(shards[2].words()) == shards[2]
    assert shards[4] == Job.of(Mean(SqNorm(fs.model(3))), at, 7, "chunks").tally(4)
    assert len({t.total for t in shards}) > 1


def test_other_seed_other_stream(fs, at):
    node = Mean(SqNorm(fs.model(3)))
    assert Job.of(node, at, 1, "x").tally(0) != Job.of(node, at, 2, "x").tally(0)
    assert Job.of(node, at, 1, "x").tally(0) != Job.of(node, at, 1, "y").tally(0)


def test_linear_error_on_a_shared_design(accumulate_linear, at):
    """P(|error|^2 > c) with d = 1: given X, the error is normal with variance sigma^2 c_n / X'X."""
    process = accumulate_linear
    dd, T, s2 = process.family.d, process.family.rows, process.family.sigma2
    where = {dd: sp.Integer(1), T: sp.Integer(6), s2: sp.Integer(1)}
    event = gt(SqNorm(process.model(2) - process.truth), sp.Rational(1, 4))
    e = estimate(Prob(event), where, seed=0, key="linear", runs=60_000)
    # error / sqrt(1 + 1/4) is z / sqrt(chi2_6), so its square times 6 has the F(1, 6) law.
    exact = f.sf(0.25 / 1.25 * 6, 1, 6)
    assert e.lo < exact < e.hi
    assert e.visible < 0.05


def test_planted_bias_is_seen(fs, at, monkeypatch):
    """A sampler that moves 1 % of the mass to the first class contradicts E p = p."""
    true = categorical._counts

    def biased(rng, size, q, runs):
        q = 0.99 * q + 0.01 * np.eye(q.shape[-1])[0]
        return true(rng, size, q, runs)

    claim = sp.Rational(2, 3)
    relation = eq(Mean(fs.model(1)[1]), claim)
    args = {"seed": 0, "key": "planted", "budget": 3_000_000, "delta": 0.004}
    assert check(relation, at, **args).outcome == "verified"
    monkeypatch.setattr(categorical, "_counts", biased)
    assert check(relation, at, **args).outcome == "refuted"


def _bad(step: object, family: object = None) -> Process:
    return Process("BAD", family or Categorical("p"), step)  # type: ignore[arg-type]


def test_refusals_name_the_part(at):
    third = Pool([Exact(Truth()), Draw(Model(), 2)], [2, -1])
    with pytest.raises(OutsideFragment) as caught:
        estimate(Mean(SqNorm(_bad(third).model(2))), at, seed=0, key="x", runs=10)
    assert caught.value.part == "negative weight"
    two = _bad(Pool([Draw(Mix(sp.Rational(1, 2), Truth(), Model(2)), 2)]))
    with pytest.raises(OutsideFragment) as caught:
        estimate(Mean(SqNorm(two.model(2))), at, seed=0, key="x", runs=10)
    assert caught.value.part == "Mix"
    flat = _bad(Pool([Draw(Model(), 2)]), Linear(3, None, 1))
    with pytest.raises(OutsideFragment) as caught:
        estimate(Prob(gt(SqNorm(flat.model(2) - flat.truth), 1)), {}, seed=0, key="x", runs=10)
    assert caught.value.part == "rows < d"
