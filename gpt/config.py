"""What a run is: settings x repeats x generations, one model size, one corpus. Frozen and hashed.

A run folder is bound to the hash of its configuration: a changed one refuses to resume.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ..derivations.process import Process
from .errors import ConfigError

__all__ = ["Config", "Setting", "sampler_label"]


@dataclass(frozen=True)
class Setting:
    """A process with numbers: one curve of the plot.

    values: what the symbols and schedules of the process stand for, by name; a schedule is an
    expression in the process's own index. mixing: "stratified" (a mixture of sources becomes fixed
    counts, largest remainders first) or "random" (each document picks its source).
    filtering: "oracle" keeps each document with the chances the process states; "classifier" trains
    an n-gram classifier and moves its threshold to the stated chance of keeping a real one.
    temperature, top_k: of the sampler. Anything but 1 and None is a biased sampler.

    In a run folder the process is kept as text, beside the `plans` that were computed from it (one,
    or one for each repeat where they differ): a run needs nothing but its folder to go on.
    """

    name: str
    process: Process | str
    values: Mapping[str, object] = field(default_factory=dict)
    mixing: str = "stratified"
    filtering: str = "oracle"
    temperature: float = 1.0
    top_k: int | None = None
    plans: tuple = ()

    def __post_init__(self) -> None:
        if not (
            isinstance(self.process, Process) or (self.plans and isinstance(self.process, str))
        ):
            raise ConfigError(
                f"setting {self.name!r}: process must be a Process (got {self.process!r})"
            )
        _one_of(self.name, "mixing", self.mixing, ("stratified", "random"))
        _one_of(self.name, "filtering", self.filtering, ("oracle", "classifier"))
        if not self.temperature > 0:
            raise ConfigError(
                f"setting {self.name}: temperature must be > 0 (got {self.temperature})"
            )
        if self.top_k is not None and self.top_k < 1:
            raise ConfigError(f"setting {self.name}: top_k must be >= 1 or None (got {self.top_k})")

    @property
    def sampler(self) -> str:
        """How its documents are sampled, in words."""
        return sampler_label(self.temperature, self.top_k)

    def plan(self, replicate: int) -> Any:
        """The plan of a repeat, of a resolved setting."""
        return self.plans[replicate if len(self.plans) > 1 else 0]

    def to_json(self) -> dict:
        return {
            "name": self.name,
            "process": self.process if isinstance(self.process, str) else repr(self.process),
            "values": {k: str(v) for k, v in sorted(self.values.items())},
            "mixing": self.mixing,
            "filtering": self.filtering,
            "temperature": self.temperature,
            "top_k": self.top_k,
            "sampler": self.sampler,
            "plans": [p.to_json() for p in self.plans],
        }


def sampler_label(temperature: float, top_k: int | None) -> str:
    """ "unbiased sampler" for temperature 1 without truncation, else a stamp that says so.

    >>> sampler_label(0.8, 200)
    'biased sampler (temperature 0.8, top_k 200)'
    """
    if temperature == 1.0 and top_k is None:
        return "unbiased sampler"
    parts = [f"temperature {temperature:g}"] if temperature != 1.0 else []
    parts += [f"top_k {top_k}"] if top_k is not None else []
    return f"biased sampler ({', '.join(parts)})"


@dataclass(frozen=True)
class Config:
    """One run. Sizes in tokens and documents; `document - 1` must be a multiple of `block`.

    pack: repeats that are trained together in one stacked model, for all settings at once.
    epochs: where given, replaces `steps` by passes over the pool (settings then differ in steps).
    floors: also refit generation 1 twice, on the same data and on fresh real data.
    """

    name: str
    settings: tuple[Setting, ...]
    generations: int
    repeats: int
    pack: int
    root: int = 0
    # corpus
    corpus: str = "bundled"
    tokenizer: str = "char"
    lowercase: bool = False
    document: int = 129
    held_out: int | None = None
    markov_documents: int = 4096
    # model
    arch: str = "gpt2"
    layers: int = 2
    heads: int = 2
    width: int = 64
    block: int = 32
    dtype: str = "float32"
    # training
    steps: int = 300
    epochs: float | None = None
    batch: int = 32
    lr: float = 6e-3
    lr_floor: float = 0.1  # share of lr at the end of the cosine
    warmup: int = 20
    beta1: float = 0.9
    beta2: float = 0.99
    weight_decay: float = 0.1
    clip: float = 1.0
    # evaluation
    contexts: int = 300
    coverage_documents: int = 64
    floors: bool = True
    # sampling
    sample_rows: int = 32768  # at most this many sequences at once
    # bookkeeping
    checkpoint_seconds: float = 60.0
    source: str = ""  # where a preset's numbers come from

    def __post_init__(self) -> None:
        def need(condition: bool, what: str) -> None:
            if not condition:
                raise ConfigError(f"run {self.name!r}: {what}")

        need(bool(self.settings), "needs at least one setting")
        names = [s.name for s in self.settings]
        need(len(set(names)) == len(names), f"names of settings repeat: {names}")
        for what in ("generations", "repeats", "pack", "layers", "heads", "batch", "steps"):
            value = getattr(self, what)
            need(
                isinstance(value, int) and value >= 1,
                f"{what} must be an integer >= 1 (got {value!r})",
            )
        need(self.block >= 2, f"block must be >= 2 (got {self.block})")
        need(
            self.width % self.heads == 0, f"width {self.width} is no multiple of heads {self.heads}"
        )
        need(self.arch in ("gpt2", "llama"), f"arch must be gpt2 or llama (got {self.arch!r})")
        need(
            self.arch == "gpt2" or self.width // self.heads % 2 == 0,
            "llama needs an even head size",
        )
        need(
            self.dtype in ("float32", "bfloat16"),
            f"dtype must be float32 or bfloat16 (got {self.dtype!r})",
        )
        need(
            self.document > self.block and (self.document - 1) % self.block == 0,
            f"document - 1 must be a multiple of block (got {self.document} and {self.block})",
        )
        need(self.epochs is None or self.epochs > 0, f"epochs must be > 0 (got {self.epochs})")

    @property
    def packs(self) -> list[range]:
        """The repeats of each pack."""
        return [
            range(a, min(a + self.pack, self.repeats)) for a in range(0, self.repeats, self.pack)
        ]

    def setting(self, name: str) -> Setting:
        for s in self.settings:
            if s.name == name:
                return s
        raise ConfigError(
            f"no setting {name!r}; there are {', '.join(s.name for s in self.settings)}"
        )

    def to_json(self) -> dict[str, Any]:
        out = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "settings"}
        return {**out, "settings": [s.to_json() for s in self.settings]}

    @property
    def resolved(self) -> bool:
        return all(s.plans for s in self.settings)

    def digest(self) -> str:
        """sha256 of everything that changes a number of the run; of a resolved configuration."""
        free = {"checkpoint_seconds", "source"}
        data = {k: v for k, v in self.to_json().items() if k not in free}
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _one_of(name: str, what: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ConfigError(
            f"setting {name}: {what} must be one of {', '.join(allowed)} (got {value!r})"
        )
