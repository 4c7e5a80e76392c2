"""Who computes: anything with the interface of `concurrent.futures.Executor`.

The engine only ever calls `submit`. Results are taken in shard order within a bounded window, so
that a run can be stopped, resumed and compared bit by bit, whatever the number of workers.
"""

from __future__ import annotations

import importlib
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from typing import Any, TypeVar

from refutable.derivations.errors import UsageError
from refutable.derivations.workers import worker_context

__all__ = ["NAMES", "RayExecutor", "SerialExecutor", "executor", "run_sharded"]

S = TypeVar("S")
T = TypeVar("T")

#: What `executor` understands; dask takes an address: "dask:tcp://host:8786".
NAMES = ("serial", "processes", "dask", "ray", "mpi")


class SerialExecutor(Executor):
    """Runs a task when it is submitted, in this process.

    >>> SerialExecutor().submit(pow, 2, 5).result()
    32
    """

    _max_workers = 1

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as err:
            future.set_exception(err)
        return future


class RayExecutor(Executor):
    """Ray tasks behind the standard interface: an object reference gives a standard future."""

    def __init__(self, address: str | None = None, jobs: int | None = None):
        self._ray = _module("ray", "ray")
        self._started = not self._ray.is_initialized()
        if self._started:
            here = {"num_cpus": jobs} if jobs and not address else {}
            self._ray.init(address=address, include_dashboard=False, log_to_driver=False, **here)
        self._max_workers = max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        self._task = self._ray.remote(_call)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        return self._task.remote(fn, args, kwargs).future()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if self._started:
            self._ray.shutdown()


def _call(fn: Callable[..., T], args: tuple, kwargs: dict) -> T:
    return fn(*args, **kwargs)


def executor(
    name: str = "serial",
    jobs: int | None = None,
    preload: tuple[str, ...] = ("refutable.montecarlo.simulate",),
) -> Executor:
    """The executor of this name; use it in a `with` block.

    jobs: worker processes, where we start them (default: the processors at hand).
    preload: modules that are imported once for all of our workers, where they can be forked.
    Raises UsageError for an unknown name or a library that is not installed.
    """
    kind, _, address = name.partition(":")
    if jobs is not None and jobs < 1:
        raise UsageError(f"--jobs must be at least 1 (got {jobs})")
    if kind == "serial":
        return SerialExecutor()
    if kind == "processes":
        return ProcessPoolExecutor(jobs or os.cpu_count() or 1, mp_context=worker_context(preload))
    if kind == "dask":
        local: dict[str, Any] = {"n_workers": jobs, "threads_per_worker": 1} if jobs else {}
        client = _module("distributed", "dask").Client(address or None, **({} if address else local))
        return client.get_executor(pure=False)
    if kind == "ray":
        return RayExecutor(address or None, jobs)
    if kind == "mpi":
        return _module("mpi4py.futures", None).MPIPoolExecutor(jobs)
    raise UsageError(f"unknown executor {name!r}; use one of {', '.join(NAMES)}")


def _module(name: str, extra: str | None) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as err:
        package = f"refutable[{extra}]" if extra else name.partition(".")[0]
        raise UsageError(f"{name} is not installed: pip install '{package}'") from err


def run_sharded(
    task: Callable[[S], T],
    shards: Iterable[S],
    pool: Executor | None = None,
    window: int | None = None,
) -> Generator[T]:
    """task(shard) for every shard, in shard order, at most `window` of them under way.

    Closing the iterator, an error and Ctrl-C cancel what has not started.

    >>> list(run_sharded(abs, [-1, -2, -3]))
    [1, 2, 3]
    """
    if pool is None or isinstance(pool, SerialExecutor):
        yield from map(task, shards)
        return
    wide = window or 2 * int(getattr(pool, "_max_workers", None) or os.cpu_count() or 1) + 2
    pending: deque[Future[T]] = deque()
    try:
        for shard in shards:
            pending.append(pool.submit(task, shard))
            if len(pending) >= wide:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()
