"""Runs on a Ray cluster: one task per pack, the store as the only truth (extra `refutable[ray]`).

A Ray task may be run more than once (a worker dies, a node leaves). That is harmless here: a task
carries nothing but the folder's path and a pack's number, continues from what is committed, and a
stage that exists is never written again. So tasks are retried without limit and no other
checkpoint is kept. The folder must be visible to every node under the same path.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .config import Config
from .errors import GptError
from .launch import open_run, run_pack

__all__ = ["RayMissing", "run_on_ray"]


class RayMissing(GptError):
    """A run on Ray was asked for, and ray is not installed."""


def run_on_ray(
    config: Config,
    path: str | Path,
    *,
    address: str | None = None,
    device: str = "cpu",
    task: Callable[..., bool] = run_pack,
    progress: Callable[[str], None] = lambda text: None,
) -> bool:
    """Make or continue a run with Ray tasks; True when every pack is complete.

    address: of a running cluster, None for a local one of two workers' size and up. Each task takes
    one GPU where `device` is cuda, one CPU otherwise.
    """
    try:
        import ray
    except ModuleNotFoundError as err:
        raise RayMissing("needs ray; install it with `pip install 'refutable[ray]'`") from err
    store = open_run(config, path)
    mine = not ray.is_initialized()
    if mine:
        ray.init(address=address, include_dashboard=False, log_to_driver=False)
    try:
        gpus = 1 if device.startswith("cuda") else 0
        remote = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=-1)(task)
        packs = range(len(config.packs))
        jobs = {
            remote.remote(str(store.path.resolve()), pack, device=device, threads=1): pack
            for pack in packs
        }
        waiting, done = list(jobs), []
        while waiting:
            ready, waiting = ray.wait(waiting)
            for job in ready:
                done.append(ray.get(job))
                progress(f"pack {jobs[job]}: complete")
        return all(done)
    finally:
        if mine:
            ray.shutdown()
