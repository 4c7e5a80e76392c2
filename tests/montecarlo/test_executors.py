"""Whoever computes: same bits, shard order, a bounded window, clean ends."""

from __future__ import annotations

import os
import sys
import threading
import types
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import pytest

from refutable.derivations.errors import UsageError
from refutable.derivations.quantity import Mean, SqNorm
from refutable.montecarlo import estimate
from refutable.montecarlo.executors import (
    RayExecutor,
    SerialExecutor,
    executor,
    run_sharded,
)
from refutable.verify.cli import main


class Late(Executor):
    """Finishes tasks in reverse order of submission and counts those under way."""

    _max_workers = 2

    def __init__(self):
        self.waiting, self.most, self.cancelled = [], 0, 0

    def submit(self, fn, /, *args, **kwargs):
        future = LateFuture(self)
        future.task = lambda: fn(*args, **kwargs)
        self.waiting.append(future)
        self.most = max(self.most, len(self.waiting))
        return future


class LateFuture(Future):
    def __init__(self, owner):
        super().__init__()
        self.owner = owner

    def result(self, timeout=None):
        for future in reversed(self.owner.waiting):
            future.set_result(future.task())
        self.owner.waiting.clear()
        return super().result(timeout)

    def cancel(self):
        self.owner.cancelled += 1
        return super().cancel()


def test_results_come_in_shard_order_within_the_window():
    pool = Late()
    assert list(run_sharded(lambda k: k * k, range(50), pool, window=4)) == [
        k * k for k in range(50)
    ]
    assert pool.most == 4


def test_closing_cancels_what_has_not_started():
    pool = Late()
    results = run_sharded(lambda k: k, range(50), pool, window=8)
    assert next(results) == 0
    results.close()
    assert pool.cancelled == 7


def test_an_error_in_a_shard_is_raised():
    def fail(k):
        if k == 3:
            raise ValueError("shard 3")
        return k

    with ThreadPoolExecutor(2) as pool:
        results = run_sharded(fail, range(9), pool)
        assert [next(results) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(ValueError, match="shard 3"):
            next(results)
    assert isinstance(SerialExecutor().submit(fail, 3).exception(), ValueError)


def test_every_executor_gives_the_same_bits(fs, at):
    args = {"seed": 5, "key": "bits", "runs": 20_000}
    node = Mean(SqNorm(fs.model(2)))
    alone = estimate(node, at, **args)
    with ThreadPoolExecutor(3) as pool:
        assert estimate(node, at, **args, executor=pool) == alone
    with executor("serial") as pool:
        assert estimate(node, at, **args, executor=pool) == alone


@pytest.mark.slow
def test_processes_give_the_same_bits(fs, at):
    args = {"seed": 5, "key": "bits", "runs": 20_000}
    node = Mean(SqNorm(fs.model(2)))
    with executor("processes", 2) as pool:
        assert estimate(node, at, **args, executor=pool) == estimate(node, at, **args)


def test_ray_adaptor_speaks_the_interface(monkeypatch):
    """Against a stand-in with Ray's names: remote, future, init, cluster_resources."""
    calls = []

    class Reference:
        def __init__(self, value):
            self.value = value

        def future(self):
            out = Future()
            threading.Thread(target=out.set_result, args=(self.value,)).start()
            return out

    ray = types.ModuleType("ray")
    ray.is_initialized = lambda: False
    ray.init = lambda **kwargs: calls.append("init")
    ray.shutdown = lambda: calls.append("shutdown")
    ray.cluster_resources = lambda: {"CPU": 3.0}
    ray.remote = lambda f: types.SimpleNamespace(remote=lambda *a: Reference(f(*a)))
    monkeypatch.setitem(sys.modules, "ray", ray)
    with RayExecutor() as pool:
        assert list(run_sharded(abs, [-3, -2], pool)) == [3, 2]
    assert calls == ["init", "shutdown"]


@pytest.mark.parametrize("name", ["dask", "ray", "mpi"])
def test_a_missing_library_says_what_to_install(name, monkeypatch):
    for module in ("distributed", "ray", "mpi4py", "mpi4py.futures"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match="pip install"):
        executor(name)


@pytest.mark.parametrize(("name", "jobs"), [("threads", None), ("processes", 0)])
def test_bad_names_are_usage_errors(name, jobs):
    with pytest.raises(UsageError):
        executor(name, jobs)


def test_linear_algebra_has_one_thread_whoever_computes(monkeypatch):
    """Else a matrix product may differ in its last bit between this process and a worker."""
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert main(["simulate", "--list"]) == 0
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    assert main(["simulate", "--list"]) == 0
    assert os.environ["OPENBLAS_NUM_THREADS"] == "3"
