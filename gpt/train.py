"""Training a stack of replicas: one step function, run eagerly on a CPU, captured once on a GPU.

The step reads everything from device tensors: which documents and where (a table per step), the
learning rate of each replica, the number of steps done. So the host only says "again": on a GPU the
whole step (gather, forward, backward, clip, AdamW) is one hand-captured CUDA graph and the host
replays it. Which step is next is part of the state, so a checkpoint holds no random state at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import rng
from ._torch import Tensor, torch
from .config import Config
from .device import capture, fixed_order
from .errors import ConfigError
from .model import Shape, forward, logits, views
from .optim import State, decay_mask, update

__all__ = ["Data", "Trainer", "rates", "schedule"]

F = torch.nn.functional

LOGITS = 2**30  # elements of logits held at once; losses beyond 2**31 have come out wrong


@dataclass
class Data:
    """What the steps read: tokens (documents, D), tables (R, S, B) and lr (R, S)."""

    tokens: Tensor
    document: Tensor  # (R, S, B) int64, row of `tokens`
    start: Tensor  # (R, S, B) int64, first token of the window
    weight: Tensor | None  # (R, S, B) float32, or None where every document weighs the same
    lr: Tensor  # (R, S) float32, 0 after a replica's own last step


def schedule(
    size: int, config: Config, steps: int, replicate: int, generation: int, tag: str = ""
) -> tuple[np.ndarray, np.ndarray]:
    """(steps, B) indices into a pool of `size` documents and (steps, B) starts of the windows.

    Passes over the pool in a new random order each; starts are uniform over the places that fit.
    """
    need = steps * config.batch
    order_key = rng.key(config.root, replicate, generation, f"order{tag}")
    passes = [rng.permutation(order_key, e, size) for e in range(-(-need // size))]
    order = np.concatenate(passes)[:need]
    places = config.document - config.block
    window_key = rng.key(config.root, replicate, generation, f"window{tag}")
    u = rng.uniforms(window_key, 0, need)
    start = np.minimum((u * places).astype(np.int64), places - 1)
    return order.reshape(steps, config.batch), start.reshape(steps, config.batch)


def rates(config: Config, steps: int, total: int) -> np.ndarray:
    """(total,) learning rates: linear warm-up, cosine to lr_floor, then 0 after `steps`."""
    t = np.arange(total)
    warm = np.minimum(1.0, (t + 1) / max(1, min(config.warmup, steps)))
    done = np.clip((t - config.warmup) / max(1, steps - config.warmup), 0, 1)
    low = config.lr_floor
    cosine = low + (1 - low) * 0.5 * (1 + np.cos(math.pi * done))
    return np.where(t < steps, config.lr * warm * cosine, 0.0).astype(np.float32)


class Trainer:
    """A stack on a device, its data, and the step. `run` continues from `state.step`."""

    def __init__(self, flat: Tensor, shape: Shape, data: Data, config: Config):
        self.shape, self.data, self.config = shape, data, config
        if config.batch * config.block * shape.vocabulary >= 2 * LOGITS:
            raise ConfigError(
                f"batch x block x vocabulary is {config.batch} x {config.block} x"
                f" {shape.vocabulary}, not below 2**31; take a smaller batch"
            )
        self.state = State.start(flat)
        self.dtype = getattr(torch, config.dtype)
        self.grad = torch.zeros_like(flat)
        self.leaves = {k: t.detach().requires_grad_() for k, t in views(flat, shape).items()}
        self.parts = list(views(self.grad, shape).values())
        self.decay = decay_mask(shape, flat.device)
        self.window = torch.arange(config.block + 1, device=flat.device)
        self.loss = torch.zeros(flat.shape[0], device=flat.device)  # of the last step

    def losses(self, x: Tensor, y: Tensor, weight: Tensor | None) -> Tensor:
        """(R,) mean cross-entropy of tokens x -> y: (R, B, T); weight: (R, B) or None."""
        R, B, T = x.shape
        h = forward(self.leaves, x, self.shape, dtype=self.dtype).reshape(R, B * T, -1)
        per = max(1, LOGITS // (B * T * self.shape.vocabulary))  # replicas at once
        head = "embed" if self.shape.arch == "gpt2" else "head"
        parts = []
        for a in range(0, R, per):
            some = slice(a, a + per)
            z = logits({head: self.leaves[head][some]}, h[some], self.shape, self.dtype)
            nll = F.cross_entropy(z.flatten(0, 1), y[some].flatten(), reduction="none")
            parts.append(nll.view(-1, B, T))
        nll = torch.cat(parts).mean(2)  # (R, B)
        return (nll if weight is None else nll * weight).mean(1)

    def step(self) -> None:
        """The next step, in place; no number is read back to the host."""
        s, data = self.state.step, self.data
        document = data.document.index_select(1, s.view(1)).squeeze(1)  # (R, B)
        start = data.start.index_select(1, s.view(1)).squeeze(1)
        weight = None
        if data.weight is not None:
            weight = data.weight.index_select(1, s.view(1)).squeeze(1)
        tokens = data.tokens[document.unsqueeze(-1), start.unsqueeze(-1) + self.window].long()
        loss = self.losses(tokens[..., :-1], tokens[..., 1:], weight)
        # Replicas do not meet: the gradient of the sum is each one's own.
        grads = torch.autograd.grad(loss.sum(), list(self.leaves.values()))
        with torch.no_grad():
            self.loss.copy_(loss)
            for part, g in zip(self.parts, grads, strict=True):
                part.copy_(g)
            lr = data.lr.index_select(1, s.view(1)).squeeze(1)
            update(self.state, self.grad, lr, self.config, self.decay)

    def run(self, until: int, pause: Callable[[int], bool] = lambda done: False) -> int:
        """Steps up to `until`, or until `pause(done)`; returns the steps done."""
        done = int(self.state.step)
        if done >= until:
            return done
        step = self.captured() if self.state.flat.is_cuda else self.step
        while done < until:
            step()
            done += 1
            if done < until and pause(done):
                break
        return done

    def captured(self) -> Callable[[], None]:
        """The step as one CUDA graph; `state` is as before when this returns.

        Weights, moments and gradients keep their storage, and step count and learning rates are
        read on the device, so each replay is the next step, not the first one again.
        """
        saved = {k: t.clone() for k, t in self.state.tensors().items()}

        def warm_up() -> None:
            for _ in range(3):
                self.state.step.copy_(saved["step"])  # stay inside the tables
                self.step()

        with fixed_order():
            again = capture(self.step, warm_up, self.state.flat.device)
        self.state.copy_from(saved)
        return again
