"""Evidence for claims from transformers: directions only, with stated error rates.

A claim is read where it is a direction of an error: "the error of this process grows", "this
process ends lower than that one", "it stays below so many times its first error". The processes in
the claim are run as they stand, on the known source `markov:1`, where the error is exact:
KL(truth || model) of the next token. Each direction becomes one paired number per repeat, and
Student's t decides with a false alarm of at most FALSE_ALARM for the whole claim. Where the first
look sees some direction neither way, a second one is taken, with more repeats and nothing of the
first: all its streams are new. Either look alone may decide, so each has half of the false alarm.

How many repeats (LOOKS): the smallest effect that is to be seen is half of what first-order theory
predicts for a filter among the example loops, 0.0136 nats; the differences of a pilot had a
standard deviation of 0.0087. At these error rates 24 repeats see 0.0129 in a single direction, and
0.0134 in one of two; 20 would see 0.0146, 6 see 0.0455, which is enough for growth by replacing.

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
from . import rng
from .config import Config, Setting
from .direction import Direction, directions
from .errors import ConfigError, CorpusError, PlanError, TorchMissing
from .presets import preset
from .stats import one_sided

__all__ = [
    "FALSE_ALARM",
    "FALSE_PASS",
    "LOOKS",
    "Evidence",
    "decide",
    "evidence",
    "evidence_config",
]

FALSE_ALARM = 1e-3  # of a claim, all its directions and looks together
FALSE_PASS = 1e-3  # chance to miss an effect of the size in `visible`
LOOKS = (6, 24)  # repeats
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
    open: bool = False


def evidence_config(settings: Sequence[Setting], repeats: int, root: int = 0) -> Config:
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
    looks: Sequence[int] = LOOKS,
    root: int = 0,
    max_seconds: float = inf,
    folder: Path | None = None,
) -> Evidence:
    """Test a claim's directions by training transformers.

    values: numbers for symbols that the process leaves open, by name; SIZES holds those that need
    none. looks: repeats of each look. folder: keep the runs there (a later call continues them),
    else in a temporary one. Raises nothing for what it cannot read: that is `out of scope`.
    """
    began = time.monotonic()
    found = None
    try:
        asked = directions(claim)
        settings = settings_of(asked, values or {})
        for look, repeats in enumerate(looks):
            seed = root if look == 0 else rng.key(root, "look", look)[0]
            config = evidence_config(settings, repeats, seed)
            left = max_seconds - (time.monotonic() - began)
            results = _run(config, folder and folder / f"look-{look + 1}", left)
            if results is None:
                break
            found = decide(asked, results, config, len(looks))
            if not found.open:
                break
    except OutsideFragment as err:
        return Evidence("out of scope", str(err))
    except TorchMissing as err:
        return Evidence("skipped", str(err))
    except (ConfigError, CorpusError, PlanError) as err:
        return Evidence("out of scope", str(err))
    found = found or Evidence("skipped", f"needs more than {max_seconds:g} s")
    return replace(found, seconds=time.monotonic() - began)


def decide(  # type: ignore[no-untyped-def]
    asked: Sequence[Direction], results, config: Config, looks: int = 1
) -> Evidence:
    """The outcome for directions, given one look of so many; Bonferroni over directions and looks.

    It is `open` where another look may say more: something was seen neither way, nothing contrary.
    """
    alarm = FALSE_ALARM / (len(asked) * looks)
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
    return Evidence(
        outcome, f"{detail} ({rates})", tuple(lows), tuple(visibles), tested=told,
        open=bool(unseen) and not contrary,
    )  # fmt: skip


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
