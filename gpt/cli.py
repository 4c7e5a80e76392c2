"""`refutable gpt run|status|verify|report|bench`, and the same as `python -m refutable.gpt`.

The main command adds these with `add_parser(subparsers)`; nothing here imports torch before it is
needed, and where it is missing the message says how to install it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from math import inf
from pathlib import Path

from .errors import ConfigError, GptError

__all__ = ["add_parser", "handle", "main"]

CHANGES = {  # option -> (field of Config, type)
    "corpus": ("corpus", str),
    "tokenizer": ("tokenizer", str),
    "generations": ("generations", int),
    "repeats": ("repeats", int),
    "pack": ("pack", int),
    "steps": ("steps", int),
    "seed": ("root", int),
    "dtype": ("dtype", str),
    "checkpoint-seconds": ("checkpoint_seconds", float),
}


def add_parser(subparsers: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add `gpt` to a command; the handler is `handle`, found as `arguments.handler`."""
    parser = subparsers.add_parser("gpt", help="the transformer engine", description=__doc__)
    _fill(parser)
    return parser


def _fill(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(
        dest="verb", required=True, metavar="run|status|verify|report|bench"
    )
    run = verbs.add_parser("run", help="make or continue a run")
    run.add_argument("run", nargs="?", metavar="RUN", help="folder of the run; default gpt-NAME")
    run.add_argument("--preset", help="what to run; without it RUN is continued")
    for option, (_, kind) in CHANGES.items():
        run.add_argument(f"--{option}", type=kind)
    run.add_argument("--device", default="cpu", help="cpu, cuda, or a list: cuda:0,cuda:1")
    run.add_argument("--workers", type=int, help="processes; default one per core or device")
    run.add_argument("--threads", type=int, default=1, help="threads of each process")
    run.add_argument("--shard", default="0/1", metavar="i/N", help="every N-th pack, from the i-th")
    run.add_argument("--max-seconds", type=float, default=inf)
    run.add_argument("--ray", nargs="?", const="", metavar="ADDRESS", help="one Ray task per pack")
    run.add_argument("--no-progress", action="store_true")
    for verb, text in (
        ("status", "how far a run is"),
        ("verify", "hash and count everything again"),
        ("report", "plots and tables as HTML"),
    ):
        sub = verbs.add_parser(verb, help=text)
        sub.add_argument("run", metavar="RUN")
        if verb == "report":
            sub.add_argument("-o", "--output", help="folder; default RUN-report")
    bench = verbs.add_parser("bench", help="tokens per second here, against the device's ceilings")
    bench.add_argument("--device", default="cpu")
    bench.add_argument("--preset", default="demo")
    bench.add_argument("--replicas", type=int, nargs="+", default=[1, 4])
    bench.add_argument("--steps", type=int, default=10)
    bench.add_argument("--threads", type=int, default=1)
    for sub in verbs.choices.values():
        sub.set_defaults(handler=handle)


def handle(arguments: argparse.Namespace) -> int:
    """Carry out a parsed command; the exit code."""
    return {"run": _run, "status": _status, "verify": _verify, "report": _report, "bench": _bench}[
        arguments.verb
    ](arguments)


def _run(a: argparse.Namespace) -> int:
    from . import _torch  # noqa: F401  says so at once where torch is missing
    from .launch import parse_shard, run
    from .presets import preset
    from .report import status, summary
    from .results import read
    from .store import Store

    changes = {f: getattr(a, o.replace("-", "_")) for o, (f, _) in CHANGES.items()}
    changes = {k: v for k, v in changes.items() if v is not None}
    if a.preset is None:
        if a.run is None or changes:
            raise ConfigError("give --preset NAME, or only the folder of a run to continue")
        config = Store(a.run).config()
    else:
        config = preset(a.preset, **changes)
    folder = Path(a.run or f"gpt-{config.name}")
    devices = _devices(a.device)
    shard = parse_shard(a.shard)
    say = _progress(a.no_progress)
    if a.ray is not None:
        from .ray_launch import run_on_ray

        done = run_on_ray(config, folder, address=a.ray or None, device=devices[0], progress=say)
    else:
        workers = a.workers or (os.cpu_count() or 1 if devices == ["cpu"] else len(devices))
        done = run(
            config, folder, devices=devices, workers=workers, threads=a.threads, shard=shard,
            max_seconds=a.max_seconds, progress=say,
        )  # fmt: skip
    store = Store(folder)
    print(status(store))
    if any(True for _ in store.stages()):
        print(summary(read(store)))
    if not done:
        print(f"paused; go on with: refutable gpt run {folder}", file=sys.stderr)
    return 0


def _devices(text: str) -> list[str]:
    from ._torch import torch

    devices = text.split(",")
    for d in devices:
        if d != "cpu" and not (d.startswith("cuda") and torch.cuda.is_available()):
            raise ConfigError(f"--device {d}: this machine's torch sees no such device; use cpu")
    return devices


def _progress(off: bool):  # type: ignore[no-untyped-def]
    def say(text: str) -> None:
        if not off and sys.stderr.isatty():
            print(text, file=sys.stderr)

    return say


def _store(a: argparse.Namespace):  # type: ignore[no-untyped-def]
    from .store import Store

    store = Store(a.run)
    store.config()
    return store


def _status(a: argparse.Namespace) -> int:
    from . import _torch  # noqa: F401
    from .report import status

    print(status(_store(a)))
    return 0


def _verify(a: argparse.Namespace) -> int:
    from . import _torch  # noqa: F401
    from .audit import audit

    store = _store(a)
    wrong = audit(store)
    for line in wrong:
        print(line)
    stages = len(list(store.stages()))
    print(f"{store.path}: {stages} stages, {len(wrong)} problem{'' if len(wrong) == 1 else 's'}")
    return 1 if wrong else 0


def _report(a: argparse.Namespace) -> int:
    from . import _torch  # noqa: F401
    from .report import summary, write_report
    from .results import read

    store = _store(a)
    page = write_report(store, Path(a.output or f"{a.run.rstrip('/')}-report"))
    print(summary(read(store)))
    print(page)
    return 0


def _bench(a: argparse.Namespace) -> int:
    from . import _torch  # noqa: F401
    from .bench import bench, table
    from .device import prepare

    if len(_devices(a.device)) > 1:
        raise ConfigError(f"bench measures one device (got --device {a.device})")
    prepare(a.device, a.threads)
    print(table(bench(a.preset, a.device, a.replicas, a.steps)))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m refutable.gpt`: the same verbs, errors on one line, usage errors with code 2."""
    parser = argparse.ArgumentParser(prog="python -m refutable.gpt", description=__doc__)
    _fill(parser)
    try:
        return handle(parser.parse_args(arguments))
    except GptError as err:
        from ..derivations.errors import UsageError

        print(f"refutable gpt: {err}", file=sys.stderr)
        return 2 if isinstance(err, UsageError) else 3
