"""Sampling documents from a stack of models: KV cache, length buckets, thousands of rows at once.

A document's first token comes from the prompts that the model's own pool has; every further token
from the model's law. The law is taken whole: temperature 1, no truncation. Probabilities are
float32, their sums float64, so tokens of probability 1e-6 come out as often as they should; sums in
low precision eat the tail, which looks like collapse.

When a window is full its newer half becomes the context of the next window. The random number of
(row, token) is fixed by the stream alone: more rows or other neighbours change no document.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import isqrt
from typing import Any

import numpy as np

from . import rng
from ._torch import Tensor, torch
from .device import capture
from .model import Cache, Shape, attend, forward, logits, views

__all__ = ["Sampler", "pick", "sharpen", "unit_numbers"]

F = torch.nn.functional

BYTES = 2**34  # of caches and logits at once


def unit_numbers(keys: list[tuple[int, int]], rows: Tensor, length: int) -> Tensor:
    """(R, rows, length) float64 in (0, 1); number (r, row, t) depends on nothing else.

    rows: (rows,) int64 row numbers on the device that the numbers are wanted on.
    """
    k = torch.tensor(keys, dtype=torch.int64, device=rows.device).view(-1, 2, 1, 1)  # (R, 2, 1, 1)
    t = torch.arange(length, device=rows.device).view(1, 1, -1)
    row = rows.view(1, -1, 1)
    zero = torch.zeros_like(row + t)
    w0, w1, _, _ = rng.philox((zero + t, zero + row, zero, zero), k[:, 0], k[:, 1])
    return rng.to_unit(w0, w1)


def pick(weights: Tensor, u: Tensor) -> Tensor:
    """(rows,) int64: the token whose cell of the cumulated weights (rows, V) holds u * total.

    Two levels, blocks of about sqrt(V) and then within one block, so that the weights are read
    once and the sums that decide are short and in float64. A token of weight 0 is never picked.
    """
    rows, V = weights.shape
    block = max(1, isqrt(V))
    blocks = -(-V // block)
    cells = F.pad(weights, (0, blocks * block - V)).view(rows, blocks, block)
    sums = cells.sum(-1, dtype=torch.float64)  # (rows, blocks)
    upto = sums.cumsum(-1)
    target = u.unsqueeze(-1) * upto[:, -1:]
    b = (upto <= target).sum(-1, keepdim=True).clamp(max=blocks - 1)  # (rows, 1)
    b = torch.where(sums.gather(1, b) > 0, b, sums.argmax(-1, keepdim=True))
    inside = cells.gather(1, b.unsqueeze(-1).expand(-1, 1, block)).squeeze(1).double()
    within = inside.cumsum(-1)
    before = upto.gather(1, b) - sums.gather(1, b)
    i = (within <= target - before).sum(-1, keepdim=True)
    last = block - 1 - (inside.flip(-1) > 0).to(torch.int64).argmax(-1, keepdim=True)
    return (b * block + torch.minimum(i, last)).squeeze(-1)


def sharpen(z: Tensor, temperature: Tensor, top_k: list[int | None]) -> Tensor:
    """Logits z: (R, rows, V) divided by (R,) temperatures, all but the top k of a row removed."""
    z = z / temperature.view(-1, 1, 1)
    for r, k in enumerate(top_k):
        if k is not None and k < z.shape[-1]:
            least = z[r].topk(k, dim=-1).values[:, -1:]
            z[r] = z[r].masked_fill(z[r] < least, float("-inf"))
    return z


@dataclass
class Sampler:
    """R models that sample together; weights (R, stride), prompts (R, V) counts of first tokens."""

    weights: Tensor
    shape: Shape
    prompts: np.ndarray
    keys: list[tuple[int, int]]
    temperature: list[float]
    top_k: list[int | None]
    dtype: torch.dtype = torch.float32
    rows: int = 32768  # (model, document) pairs in one batch

    def documents(self, count: int, length: int, first_row: int = 0) -> np.ndarray:
        """(R, count, length) uint16: documents first_row, first_row + 1, ... of each model."""
        R = self.weights.shape[0]
        per = max(1, min(self.rows, BYTES // self.row_bytes(length)) // R)
        parts = [
            self._batch(torch.arange(a, min(a + per, count)) + first_row, length)
            for a in range(0, count, per)
        ]
        if not parts:
            return np.zeros((R, 0, length), dtype=np.uint16)
        return np.concatenate(parts, axis=1)

    def row_bytes(self, length: int) -> int:
        """What one row needs: its cache, six float32 copies of its logits, its random numbers.

        A matter of sizes alone, never of what is free, so that every run has the same batches.
        """
        shape = self.shape
        cache = 2 * shape.layers * shape.block * shape.width * self.dtype.itemsize
        return cache + 24 * shape.vocabulary + 96 * length

    @torch.no_grad()
    def _batch(self, rows: Tensor, length: int) -> np.ndarray:
        device = self.weights.device
        R, B = self.weights.shape[0], len(rows)
        u = unit_numbers(self.keys, rows.to(device), length)  # (R, B, length)
        upto = torch.from_numpy(self.prompts.astype(np.float64)).to(device).cumsum(-1)  # (R, V)
        first = torch.searchsorted(upto, u[..., 0] * upto[:, -1:], right=True)  # (R, B)
        out = torch.zeros((R, B, length), dtype=torch.int64, device=device)
        out[..., 0] = first.clamp(max=self.shape.vocabulary - 1)
        decode = Decoder(self, out, u)
        position = 0  # of the current token inside its window
        for t in range(length - 1):
            if position == self.shape.block:
                position = self.shape.block // 2
                decode.refill(out[..., t - position : t])
            decode.next(t, position)
            position += 1
        return out.cpu().numpy().astype(np.uint16)


class Decoder:
    """The cache and the step that adds one token to every row.

    The step reads `t` (the place in the document) and `position` (the place in the window) from the
    device, so on a GPU one captured graph per bucket of window lengths serves every token.
    """

    def __init__(self, sampler: Sampler, out: Tensor, u: Tensor):
        self.sampler, self.out, self.u = sampler, out, u
        shape, device = sampler.shape, out.device
        self.p = views(sampler.weights, shape)
        self.cache = Cache.empty(shape, out.shape[0] * out.shape[1], sampler.dtype, device)
        self.t = torch.zeros(1, dtype=torch.int64, device=device)
        self.position = torch.zeros(1, dtype=torch.int64, device=device)
        self.temperature = torch.tensor(sampler.temperature, device=device)
        self.sharp = any(x != 1 for x in sampler.temperature) or any(sampler.top_k)
        quarter = -(-shape.block // 4)
        self.buckets = [min(quarter * (i + 1), shape.block) for i in range(4)]
        self.graphs: dict[int, Callable[[], None]] | None = {} if device.type == "cuda" else None
        self.pool: Any = None

    def next(self, t: int, position: int) -> None:
        """Write token t + 1 of every row, given token t at this position of the window."""
        self.t.fill_(t)
        self.position.fill_(position)
        bucket = next(b for b in self.buckets if position < b)
        if self.graphs is None:
            self.step(bucket)
            return
        if bucket not in self.graphs:
            self.graphs[bucket] = self.captured(bucket)
        self.graphs[bucket]()

    def step(self, bucket: int) -> None:
        x = self.out.index_select(2, self.t)  # (R, B, 1)
        h = self.forward(x, self.position, self.cached(bucket))
        z = logits(self.p, h.squeeze(2), self.sampler.shape)  # (R, B, V), the head in float32
        if self.sharp:
            z = sharpen(z, self.temperature, self.sampler.top_k)
        w = (z - z.amax(-1, keepdim=True)).exp().flatten(0, 1)
        u = self.u.index_select(2, self.t + 1).reshape(-1)
        token = pick(w, u).view(*x.shape)
        self.out.index_copy_(2, self.t + 1, token)

    def forward(self, x: Tensor, positions: Tensor, attention: Callable) -> Tensor:
        sampler = self.sampler
        return forward(
            self.p, x, sampler.shape, positions=positions, attention=attention, dtype=sampler.dtype
        )

    def cached(self, bucket: int) -> Callable[[int, Tensor, Tensor, Tensor], Tensor]:
        """Attention of one new token to the first `bucket` places of the cache."""
        seen = (torch.arange(bucket, device=self.out.device) <= self.position).view(1, 1, 1, -1)

        def attention(layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            keys, values = self.cache.keys[layer], self.cache.values[layer]
            keys.index_copy_(2, self.position, k)
            values.index_copy_(2, self.position, v)
            return attend(layer, q, keys[:, :, :bucket], values[:, :, :bucket], seen)

        return attention

    def refill(self, tokens: Tensor) -> None:
        """Start a window with tokens (R, B, length) at its places 0, 1, ..."""
        length = tokens.shape[2]

        def attention(layer: int, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            self.cache.keys[layer][:, :, :length] = k
            self.cache.values[layer][:, :, :length] = v
            return attend(layer, q, k, v)

        self.forward(tokens, torch.arange(length, device=tokens.device), attention)

    def captured(self, bucket: int) -> Callable[[], None]:
        """The step for one bucket as a CUDA graph; running it again writes the same token again."""

        def twice() -> None:
            self.step(bucket)
            self.step(bucket)

        self.pool = self.pool or torch.cuda.graph_pool_handle()  # a graph leaves nothing in it
        return capture(partial(self.step, bucket), twice, self.out.device, self.pool)
