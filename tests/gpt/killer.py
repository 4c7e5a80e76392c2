"""Kill a run at every one of its moments, go on, and compare every byte.

    python -m tests.gpt.killer FOLDER

A moment is a file written (half), renamed, linked, removed, a folder made, a training step, a batch
of samples, a measurement. Each one gets a process of its own that is killed there with SIGKILL, and
another that goes on. Prints the moments; the exit code is 1 where bytes differ.
"""

import os
import shutil
import signal
import sys
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import torch

from refutable.gpt import fit, launch, sample, store, train
from tests.gpt.test_store import files, tiny

MOMENTS = [
    (os, "rename"), (os, "replace"), (os, "link"), (os, "mkdir"), (os, "unlink"), (store, "write"),
    (train.Trainer, "step"), (sample.Sampler, "documents"), (fit, "_measure"),
]  # fmt: skip


def forked(call):
    """The signal that ended a process which did nothing but `call`; 0 if it came to its end."""
    child = os.fork()
    if not child:
        try:
            call()
        except BaseException as err:
            print(f"{type(err).__name__}: {err}", flush=True)
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "a run failed"
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def short():
    return replace(tiny(), steps=2, repeats=1)


def run(target):
    launch.run(short(), target, threads=1)


def killed_at(target, moment):
    """Run, and die at that moment, counted from 1."""
    count = 0

    def watch(name, then, *a, **k):
        nonlocal count
        count += 1
        if count < moment:
            return then(*a, **k)
        if name == "write":
            a[0].write_bytes(a[1][: len(a[1]) // 2])
        print(name, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

    for where, name in MOMENTS:
        then = getattr(where, name)
        if isinstance(where, type):
            setattr(where, name, lambda self, *a, n=name, f=then: watch(n, partial(f, self), *a))
        else:
            setattr(where, name, partial(watch, name, then))
    run(target)


def main(folder):
    torch.set_num_threads(1)
    launch.load_corpus = cache(launch.load_corpus)  # of every process that is forked from here
    whole = folder / "whole"
    run(whole)  # here, so that what it imports is there for every fork
    moment, wrong = 1, 0
    while True:
        target = folder / "run"
        if not forked(partial(killed_at, target, moment)):
            break
        forked(partial(run, target))
        if files(target) != files(whole):
            wrong += 1
            differ = {name for name, _ in files(target).items() ^ files(whole).items()}
            print(f"moment {moment}: other bytes in {sorted(differ)}")
        shutil.rmtree(target)
        moment += 1
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
