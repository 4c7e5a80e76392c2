"""What a number depends on: the question and the seed. Not who computes, in what order, or when it
is resumed; and a kernel's replicate not on its shard. For every sampler and every kernel.

No false alarms: everything compared is equal to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import get_args

import numpy as np
import pytest
import sympy as sp

from refutable.derivations.families import Categorical, Linear, Scalar
from refutable.derivations.process import Accumulate, Draw, Filter, Model, Pool, Process, Truth
from refutable.montecarlo import designs, engine
from refutable.montecarlo.engine import Job
from refutable.montecarlo.estimate import truncated
from refutable.montecarlo.executors import executor, run_sharded
from refutable.montecarlo.kernels import Kernel, Population
from refutable.montecarlo.paths import Paths
from refutable.montecarlo.population import RowsOf
from refutable.montecarlo.presets import PRESETS, d, m, sigma2
from refutable.montecarlo.presets import T as ROWS
from refutable.montecarlo.quantities import QUANTITIES
from refutable.montecarlo.simulate import run
from refutable.montecarlo.tally import Tally

TWO = (sp.Rational(1, 3), sp.Rational(2, 3))
MANY = (sp.Rational(1, 6),) * 6
SMALL = {"n": 9, "N": 5, "alpha": "1/3", "w": "2/5", "d": 3, "T": 8, "sigma2": 1, "real": 1,
         "synthetic": "1/2"}  # fmt: skip
Case = tuple[Process, dict, str]


@dataclass(frozen=True)
class Share(Scalar):
    """The mean of `size` coins."""

    span = (0.0, 1.0)

    def sample(self, rng, law, size):
        return rng.binomial(size, law) / size


def _preset(name: str, quantity: str = "risk", window: int = 0, truth: tuple = MANY) -> Case:
    p = PRESETS[name]
    at: dict = {sp.Symbol(k): sp.Rational(str(SMALL[k])) for k in p.sizes}
    process = p.make(window)
    if name in ("logistic", "poisson"):
        at[sp.Symbol("n")] = sp.Integer(60)
    at.update({sp.Symbol(x): truth for x in ("p", "Sigma")})
    at[sp.Symbol("Lambda")] = (sp.Integer(3), sp.Integer(5))
    return process, at, quantity


def _rows() -> Case:
    rng = np.random.default_rng(0)
    x = np.concatenate([np.ones((90, 1)), rng.standard_normal((90, 1))], axis=1)
    step = Pool([Draw(Truth(), 40, "real"), Draw(Model(), 40, "synthetic")])
    return Process("rows", RowsOf.of(x, rng.random(90) < 0.5), step, index=m), {}, "risk"


def _kept() -> Case:
    step = Pool([Draw(Model(), 9, keep=Filter(*[sp.Rational(1, 2)] * 2))])
    return Process("kept", Categorical("p"), step, index=m), {sp.Symbol("p"): MANY}, "sqnorm"


def _own(family: object, step: object) -> Case:
    loop = Process("own", family, step, index=m)  # type: ignore[arg-type]
    return loop, {sp.Symbol("mu"): TWO[0], d: 3, ROWS: 8, sigma2: 1, sp.Symbol("n"): 9}, "risk"


#: Name -> a process, sizes and a quantity; one at least for every sampler.
PLAIN: dict[str, Case] = {
    **{k: _preset(k, "sqnorm") for k in ("partially-synthetic", "randomly-sampled", "filtered")},
    "most-recent": _preset("most-recent", "sqnorm", 2),
    **{k: _preset(k) for k in ("linear-accumulate", "linear-fresh", "linear-known")},
    **{k: _preset(k) for k in ("gaussian-synthetic", "logistic", "poisson")},
    "normal-mixture": _preset("normal-mixture", "l1"),
    "rows": _rows(),
    **{f"{k}, drawn": _preset(k) for k in ("cdf", "cdf-mixed")},
    "number": _own(Share(), Pool([Draw(Model(), 9)])),
}
#: The same for every kernel.
FAST: dict[str, Case] = {
    "chain": _preset("fully-synthetic", "sqnorm"),
    "population": _preset("fully-synthetic", "sqnorm", truth=TWO),
    "filtered": _kept(),
    "mixture": _preset("mixture"),
    "gaussian": _preset("gaussian-synthetic", "trace"),
    "known design": _preset("linear-known"),
    "fresh designs": _preset("linear-fresh"),
    "all labels": _own(Linear(d, None, sigma2), Accumulate(Draw(Model(), ROWS))),
    "ranks": _preset("cdf"),
    "ranks, mixed": _preset("cdf-mixed"),
}
ALL = [(k, c, False) for k, c in PLAIN.items()] + [(k, c, True) for k, c in FAST.items()]
every = pytest.mark.parametrize(("case", "fast"), [a[1:] for a in ALL], ids=[a[0] for a in ALL])


def jobs(case: Case, fast: bool, seed: int = 3) -> list[Job]:
    process, at, quantity = case
    nodes = [QUANTITIES[quantity](process, sp.Integer(g)) for g in (1, 3)]
    return truncated(Job.together(nodes, at, seed, "identity", kernels=fast), seed, "identity")


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Shards of few replicates, to be quick."""
    monkeypatch.setattr(engine, "SHARD", 1)


def sampling(found: list[Job]) -> partial:
    """shard -> its paths, of few replicates wherever it is called."""
    runs = None if isinstance(found[0].model.kernel, Population) else 40
    return partial(found[0].model.sample, found[0].key, runs=runs)


def reduced(found: list[Job], paths: Paths, shard: int) -> list[Tally]:
    return [j.reduce(paths, shard) for j in found]


def tallied(found: list[Job], shard: int) -> list[Tally]:
    return reduced(found, sampling(found)(shard), shard)


@pytest.fixture(scope="module")
def workers() -> Iterator[Executor]:
    with executor("processes", 2) as pool:
        yield pool


def test_every_sampler_and_kernel_is_here():
    plain = {type(jobs(c, False)[0].model.design) for c in PLAIN.values()}
    assert plain == {type(None), *designs._SAMPLERS}
    assert {type(jobs(c, True)[0].model.kernel) for c in FAST.values()} == set(get_args(Kernel))


@every
def test_nobody_who_computes_changes_a_bit(case, fast, workers):
    """Two processes (threads, where the family is this file's own), a window of two."""
    found = jobs(case, fast)
    mine = case[0].family.__class__.__module__ == __name__
    with ThreadPoolExecutor(2) if mine else nullcontext(workers) as pool:
        paths = list(run_sharded(sampling(found), range(3), pool, window=2))
    assert [reduced(found, p, k) for k, p in enumerate(paths)] == [tallied(found, k) for k in range(3)]


@every
def test_no_order_changes_a_bit(case, fast):
    """And another shard or seed is another result."""
    found = jobs(case, fast)
    alone = [tallied(found, k) for k in range(3)]
    assert [tallied(found, k) for k in (2, 0, 1)] == [alone[k] for k in (2, 0, 1)]
    assert alone[0] != alone[1]
    assert tallied(jobs(case, fast, 4), 0) != alone[0]


@every
def test_a_resumed_table_is_the_same(case, fast, tmp_path):
    process, at, quantity = case
    size = jobs(case, fast)[0].model.shard_runs
    whole, stopped = (
        partial(run, process, at, [1, 3], 2 * size, [quantity], kernels=fast) for _ in range(2)
    )
    first = stopped(checkpoint=tmp_path / "c", max_seconds=0)
    assert (first.runs, first.ended) == (size, "time")
    assert stopped(checkpoint=tmp_path / "c") == whole()


@pytest.mark.parametrize("case", FAST.values(), ids=FAST)
def test_a_replicate_of_a_kernel_is_the_same_in_any_shard(case):
    model = jobs(case, True)[0].model
    if isinstance(model.kernel, Population):
        pytest.skip("counts states, not replicates")
    one, *parts = (model.sample((1, 2), k, n) for k, n in ((0, 12), (0, 4), (1, 4), (2, 4)))
    for key in one.vectors:
        assert np.array_equal(one.vectors[key], np.concatenate([p.vectors[key] for p in parts]))
    if one.norms is not None:
        assert np.array_equal(one.norms, np.concatenate([p.norms for p in parts]))
    assert one.vectors or one.norms is not None


@pytest.mark.parametrize("case", PLAIN.values(), ids=PLAIN)
def test_a_stream_that_goes_on_from_shard_to_shard_is_seen(case, monkeypatch):
    shared = np.random.default_rng(0)
    monkeypatch.setattr(engine, "generator", lambda *place: shared)
    found = jobs(case, False)
    alone = [tallied(found, k) for k in range(3)]
    assert [tallied(found, k) for k in (2, 0, 1)] != [alone[k] for k in (2, 0, 1)]
