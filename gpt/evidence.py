"""Evidence for claims from transformers: directions only, with stated error rates.

A claim is read where it is a direction of an error: "the error of this process grows", "this
process ends lower than that one", "it stays below so many times its first error". The processes in
the claim are run as they stand, on the known source `markov:1`, where the error is exact:
KL(truth || model) of the next token. Each direction becomes one paired number per repeat, and
Student's t decides with a false alarm of at most FALSE_ALARM for the whole claim.

What this can and cannot say. A network is not the paper's estimator, and some sizes are not all
sizes: the outcome is `holds` (which supports, and never proves), `undecided` (also where the
observed direction is the opposite one: a counterexample must be exact), `out of scope` (the
statement is no direction, or its process is no data plan) or `skipped` (no torch, no time). The
word of a claim that rests on this engine alone is never stronger than `supported`.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path

import numpy as np

from ..derivations.claim import Claim
from ..derivations.errors import OutsideFragment
from .config import Config, Setting
from .direction import Direction, directions
from .errors import ConfigError, CorpusError, PlanError, TorchMissing
from .presets import preset
from .stats import one_sided

__all__ = ["FALSE_ALARM", "FALSE_PASS", "Evidence", "decide", "evidence", "evidence_config"]

FALSE_ALARM = 1e-3  # of a claim, all its directions together
FALSE_PASS = 1e-3  # chance to miss an effect of the size in `visible`
CEILING = "supported"
#: Numbers for symbols that a process leaves open: sizes in documents, shares, chances of a filter.
SIZES: dict[str, object] = {
    **dict.fromkeys(("n", "N", "T"), 64), **dict.fromkeys(("alpha", "a", "w"), "1/2"),
    "eta_1": "1/10", "eta_2": "3/10",
}  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """outcome: holds, undecided, out of scope or skipped; the other fields explain it.

    interval: lower limits of the tested differences (nats; positive means the claimed direction).
    visible: the smallest difference that would have been seen. ceiling: the strongest word.
    """

    outcome: str
    detail: str
    interval: tuple[float, ...] = ()
    visible: tuple[float, ...] = ()
    seconds: float = 0.0
    engine: str = "transformer"
    ceiling: str = CEILING
    tested: tuple[str, ...] = field(default=())


def evidence_config(settings: Sequence[Setting], repeats: int = 6, root: int = 0) -> Config:
    """The run behind a claim: a small model on a source with a known law."""
    return replace(
        preset("markov"), name="evidence", settings=tuple(settings), generations=4, repeats=repeats,
        pack=repeats, root=root, tokenizer="char:24", held_out=128, markov_documents=6000,
        width=32, steps=120, warmup=40, lr=8e-3, contexts=32, coverage_documents=8, floors=False,
    )  # fmt: skip


def evidence(
    claim: Claim,
    *,
    values: Mapping[str, object] | None = None,
    repeats: int = 6,
    root: int = 0,
    max_seconds: float = inf,
    folder: Path | None = None,
) -> Evidence:
    """Test a claim's directions by training transformers.

    values: numbers for symbols that the process leaves open, by name; SIZES holds those that need
    none. folder: keep the run there (a later call continues it), else a temporary
    one. Raises nothing for what it cannot read: that is the outcome `out of scope`.
    """
    began = time.monotonic()
    try:
        asked = directions(claim)
        settings = settings_of(asked, values or {})
        config = evidence_config(settings, repeats, root)
        results = _run(config, folder, max_seconds)
    except OutsideFragment as err:
        return Evidence("out of scope", str(err))
    except TorchMissing as err:
        return Evidence("skipped", str(err))
    except (ConfigError, CorpusError, PlanError) as err:
        return Evidence("out of scope", str(err))
    if results is None:
        return Evidence(
            "skipped", f"needs more than {max_seconds:g} s", seconds=time.monotonic() - began
        )
    found = decide(asked, results, config)
    return replace(found, seconds=time.monotonic() - began)


def decide(asked: Sequence[Direction], results, config: Config) -> Evidence:  # type: ignore[no-untyped-def]
    """The outcome for directions, given the numbers of a run; Bonferroni over the directions."""
    alarm = FALSE_ALARM / len(asked)
    lows, visibles = [], []
    seen: list[str] = []
    unseen: list[str] = []
    contrary: list[str] = []
    for d in asked:
        sample = d.sample(results, config.generations)
        low, visible = one_sided(sample, alarm, FALSE_PASS)
        other, _ = one_sided([-x for x in sample], alarm, FALSE_PASS)
        lows.append(low)
        visibles.append(visible)
        kind = seen if low > 0 else contrary if other > 0 else unseen
        kind.append(f"{d} (by {np.mean(sample):.3g} nats)" if sample else str(d))
    rates = f"{config.repeats} repeats, false alarm {FALSE_ALARM:g}, false pass {FALSE_PASS:g}"
    found = [("seen", seen), ("not seen", unseen), ("the opposite direction is seen", contrary)]
    detail = "; ".join(f"{word}: {'; '.join(which)}" for word, which in found if which)
    if len(seen) == len(asked):
        outcome, detail = "holds", f"every direction is {detail}"
    else:
        outcome = "undecided"
    told = tuple(map(str, asked))
    return Evidence(outcome, f"{detail} ({rates})", tuple(lows), tuple(visibles), tested=told)


def settings_of(asked: Sequence[Direction], values: Mapping[str, object]) -> list[Setting]:
    """One setting for each process that a direction mentions."""
    numbers = {**SIZES, **values}
    out: dict[str, Setting] = {}
    for d in asked:
        for process in d.processes:
            if process.name not in out:
                names = {getattr(p, "name", str(p)) for p in process.parameters}
                own = {k: v for k, v in numbers.items() if k in names}
                out[process.name] = Setting(process.name, process, own)
    return list(out.values())


def _run(config: Config, folder: Path | None, max_seconds: float):  # type: ignore[no-untyped-def]
    """The results of the run, or None where time was short."""
    from . import _torch  # noqa: F401  says so at once where torch is missing
    from .launch import run
    from .results import read
    from .store import Store

    with tempfile.TemporaryDirectory() as place:
        path = folder or Path(place) / "run"
        done = run(config, path, threads=1, max_seconds=max_seconds)
        return read(Store(path)) if done else None
