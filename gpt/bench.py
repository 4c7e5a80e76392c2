"""`refutable gpt bench`: tokens per second of this engine, beside the two ceilings of the device.

A ceiling is measured in the same run: bytes per second of a copy, and operations per second of a
large matrix product. What a step costs at least follows from the model's size (`train_limit`,
`decode_limit`); the share of it that is reached says more than a bare speed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from . import rng
from ._torch import torch
from .config import Config
from .launch import corpus_of
from .model import Shape, initial, shape_of
from .presets import preset
from .sample import Sampler
from .train import Data, Trainer, rates, schedule

__all__ = [
    "Row",
    "bench",
    "ceilings",
    "clock",
    "decode_limit",
    "table",
    "train_limit",
    "trainer_for",
]


@dataclass(frozen=True)
class Row:
    """One measured speed: tokens per second, steady state, and its share of the limit."""

    what: str
    replicas: int
    tokens_per_second: float
    limit: float
    first_seconds: float  # of the first call: capture and warm-up

    @property
    def share(self) -> float:
        return self.tokens_per_second / self.limit


def clock(call: Callable[[], object], device: str, repeat: int) -> list[float]:
    """Seconds of each of `repeat` calls, the device's queue emptied before and after."""
    out = []
    for _ in range(repeat):
        _wait(device)
        began = time.perf_counter()
        call()
        _wait(device)
        out.append(time.perf_counter() - began)
    return out


def _wait(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def ceilings(device: str) -> tuple[float, float]:
    """(bytes per second copied, operations per second of a matrix product) of this device, now."""
    gpu = device.startswith("cuda")
    side, dtype = (8192, torch.bfloat16) if gpu else (1024, torch.float32)
    a = torch.randn(side, side, device=device).to(dtype)
    flops = 2 * side**3 / min(clock(lambda: a @ a, device, 5))
    x = torch.empty(2**28 if gpu else 2**24, device=device)
    y = torch.empty_like(x)
    copied = 2 * x.numel() * 4 / min(clock(lambda: y.copy_(x), device, 5))
    return copied, flops


def train_limit(shape: Shape, batch: int, copied: float, flops: float, element: int) -> float:
    """Tokens per second if only products, AdamW (34 bytes a parameter) and activations cost time.

    About 60 vectors of the width are moved per layer and token; the loss is counted as fused.
    """
    matrices = sum(np.prod(s) for s in shape.parameters.values() if len(s) > 1)
    per_token = 6 * matrices + 12 * shape.layers * shape.width * shape.block / 2
    moved = 34 * shape.count / (batch * shape.block) + 60 * shape.layers * shape.width * element
    return float(1 / (per_token / flops + moved / copied))


def decode_limit(shape: Shape, copied: float, flops: float, element: int) -> float:
    """Tokens per second if only products and reading half a cache cost time."""
    matrices = sum(np.prod(s) for s in shape.parameters.values() if len(s) > 1)
    cache = 2 * shape.layers * shape.width * element * shape.block / 2
    return float(1 / (2 * matrices / flops + (cache + 4 * shape.vocabulary) / copied))


def trainer_for(config: Config, replicas: int, device: str) -> Trainer:
    """A stack on random documents of the configuration's corpus, ready to step."""
    corpus = corpus_of(config)
    shape = shape_of(config, corpus.tokenizer.size)
    rows = np.stack([initial(shape, rng.key(0, r, 1, "init")) for r in range(replicas)])
    pool = corpus.documents[: min(len(corpus.documents), 1000)]
    tables = [schedule(len(pool), config, config.steps, r, 1) for r in range(replicas)]
    lr = np.stack([rates(config, config.steps, config.steps)] * replicas)
    put = lambda x: torch.from_numpy(x).to(device)  # noqa: E731
    data = Data(
        put(pool.astype(np.int32)),
        put(np.stack([a for a, _ in tables])),
        put(np.stack([b for _, b in tables])),
        None,
        put(lr),
    )
    return Trainer(put(rows), shape, data, config)


def bench(name: str, device: str, replicas: list[int], steps: int) -> list[Row]:
    """Training and sampling speeds of a preset's model for several stack sizes."""
    config = replace(preset(name), steps=4 * steps + 4)
    copied, flops = ceilings(device)
    element = 2 if config.dtype == "bfloat16" else 4
    out = []
    for R in replicas:
        trainer = trainer_for(config, R, device)
        step: Callable[[], None] = trainer.step
        began = time.perf_counter()
        if device.startswith("cuda"):
            step = trainer.captured()
        step()
        _wait(device)
        first = time.perf_counter() - began
        seconds = median(clock(lambda: [step() for _ in range(steps)], device, 3)) / steps  # type: ignore[func-returns-value]  # noqa: B023
        tokens = R * config.batch * config.block / seconds
        limit = train_limit(trainer.shape, config.batch, copied, flops, element)
        out.append(Row("train", R, tokens, limit, first))
        sampler = Sampler(
            trainer.state.flat, trainer.shape, np.ones((R, trainer.shape.vocabulary)),
            [rng.key(0, r, 1, "sample") for r in range(R)], [1.0] * R, [None] * R,
            getattr(torch, config.dtype), config.sample_rows,
        )  # fmt: skip
        rows = config.sample_rows // R if device.startswith("cuda") else max(8, 256 // R)
        call = lambda: sampler.documents(rows, config.block + 1)  # noqa: B023, E731
        first = clock(call, device, 1)[0]
        seconds = median(clock(call, device, 2))
        limit = decode_limit(trainer.shape, copied, flops, element)
        out.append(Row("sample", R, R * rows * config.block / seconds, limit, first))
    return out


def table(rows: list[Row]) -> str:
    """The rows as text."""
    lines = ["what    replicas   tokens/s    of the limit   first call"]
    for r in rows:
        lines.append(
            f"{r.what:<7} {r.replicas:8d} {r.tokens_per_second:10,.0f} {r.share:15.1%}"
            f" {r.first_seconds:10.2f} s"
        )
    return "\n".join(lines)
