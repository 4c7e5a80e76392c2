"""Running packs: in this process, in several, on several machines. The store is the only truth.

A pack is a block of repeats, with all settings. Packs share nothing, so any number of processes or
machines may work on a run: `shard=(i, N)` takes every N-th pack, with no locks and no messages. A
pack that two of them take by mistake is computed twice and written once.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from math import inf
from pathlib import Path

from .config import Config
from .corpus import Corpus, load_corpus
from .errors import ConfigError, GptError
from .store import Store

__all__ = ["corpus_of", "open_run", "parse_shard", "run", "run_pack"]

Progress = Callable[[str], None]


def corpus_of(config: Config) -> Corpus:
    return load_corpus(
        config.corpus,
        tokenizer=config.tokenizer,
        length=config.document,
        root=config.root,
        lowercase=config.lowercase,
        held_out=config.held_out,
        markov_documents=config.markov_documents,
    )


def open_run(config: Config, path: str | Path) -> Store:
    """The folder of a run, made or checked; raises before any work where something does not fit."""
    from .chain import check_corpus
    from .metrics import contexts
    from .planner import resolve

    config, corpus = resolve(config), corpus_of(config)
    check_corpus(config, corpus)
    store = Store(path)
    store.create(config, corpus.describe(), contexts(corpus, config))
    return store


def run_pack(
    path: str | Path,
    pack: int,
    *,
    device: str = "cpu",
    threads: int | None = None,
    max_seconds: float = inf,
    progress: Progress = lambda text: None,
) -> bool:
    """Bring one pack of an existing run as far as time allows; True when it is complete."""
    from ._torch import torch
    from .chain import Library
    from .device import prepare
    from .draw import draw
    from .fit import Paused, fit

    deadline = time.monotonic() + max_seconds
    place = prepare(device, threads)
    store = Store(path)
    config = store.config()
    corpus = None
    for m in range(1, config.generations + 1):
        for stage in ("draw", "fit"):
            if store.done(pack, m, stage):
                continue
            if time.monotonic() > deadline:
                return False
            corpus = corpus or corpus_of(config)
            library = Library(config, corpus, store, pack)
            try:
                say = _prefixed(progress, pack)
                if stage == "draw":
                    draw(library, m, place, say)
                else:
                    fit(library, m, place, say, deadline)
            except Paused:
                return False
            except torch.OutOfMemoryError as err:
                raise GptError(
                    f"{device} has too little memory for pack {pack}, generation {m}, {stage};"
                    " take a smaller --pack in a new folder"
                ) from err
        store.clear(pack, m)
    return True


def run(
    config: Config,
    path: str | Path,
    *,
    devices: Sequence[str] = ("cpu",),
    workers: int = 1,
    threads: int | None = None,
    shard: tuple[int, int] = (0, 1),
    max_seconds: float = inf,
    progress: Progress = lambda text: None,
) -> bool:
    """Make or continue a run; True when all packs of this shard are complete."""
    began = time.monotonic()
    store = open_run(config, path)
    packs = range(shard[0], len(config.packs), shard[1])
    store.log(event="run", packs=list(packs), devices=list(devices), workers=workers)
    if len(packs) <= 1 or (workers <= 1 and len(devices) == 1):
        done = [
            run_pack(
                path,
                pack,
                device=devices[0],
                threads=threads,
                max_seconds=max_seconds - (time.monotonic() - began),
                progress=progress,
            )
            for pack in packs
        ]
        return all(done)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(max(workers, len(devices)), len(packs)), mp_context=context
    ) as pool:
        jobs = [
            pool.submit(
                _worker,
                str(path),
                pack,
                devices[i % len(devices)],
                threads or 1,
                began,
                max_seconds,
            )
            for i, pack in enumerate(packs)
        ]
        done = []
        for pack, job in zip(packs, jobs, strict=True):
            done.append(job.result())
            progress(f"pack {pack}: {'complete' if done[-1] else 'paused'}")
    return all(done)


def _worker(path: str, pack: int, device: str, threads: int, began: float, limit: float) -> bool:
    return run_pack(
        path, pack, device=device, threads=threads, max_seconds=limit - (time.monotonic() - began)
    )


def _prefixed(progress: Progress, pack: int) -> Progress:
    return lambda text: progress(f"pack {pack}, {text}")


def parse_shard(text: str) -> tuple[int, int]:
    """ "i/N" as (i, N).

    >>> parse_shard("3/16")
    (3, 16)
    """
    left, _, right = text.partition("/")
    if not (left.isdigit() and right.isdigit() and int(left) < int(right)):
        raise ConfigError(f"--shard must be i/N with 0 <= i < N (got {text!r})")
    return int(left), int(right)
