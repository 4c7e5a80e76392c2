"""R small GPTs in one: every parameter has a leading replica axis, every product is batched.

Two architectures. `gpt2`: learned positions, LayerNorm, GELU, tied head. `llama`: rotary positions,
RMSNorm, SwiGLU, untied head. No biases (nanoGPT's own default). Replicas never meet: row r of every
product touches parameters of replica r only, so a stack trains as its members would alone.

The functions are written out on plain tensors instead of `torch.func.vmap`: the backward of scaled
dot-product attention under vmap falls back to a loop, and random operations lose their streams.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod, sqrt

import numpy as np

from . import rng
from ._torch import Tensor, torch
from .config import Config

__all__ = ["Cache", "Shape", "attend", "forward", "initial", "logits", "shape_of", "views"]

F = torch.nn.functional

ROWS = 32768  # attention kernels take fewer than 65536 (row, head) pairs in one launch
PAD = 1024  # a replica's parameters are padded to a multiple, for reductions in equal chunks


@dataclass(frozen=True)
class Shape:
    """The sizes that fix a model's parameters."""

    arch: str
    vocabulary: int
    layers: int
    heads: int
    width: int
    block: int

    @property
    def hidden(self) -> int:
        """Width of the feed-forward layer."""
        return 4 * self.width if self.arch == "gpt2" else 8 * -(-self.width // 3)

    @property
    def parameters(self) -> dict[str, tuple[int, ...]]:
        """name -> shape of one replica, in the order in which they are stored."""
        d, h = self.width, self.hidden
        out: dict[str, tuple[int, ...]] = {"embed": (self.vocabulary, d)}
        if self.arch == "gpt2":
            out["position"] = (self.block, d)
        for i in range(self.layers):
            out |= {f"{i}.norm1": (d,), f"{i}.qkv": (d, 3 * d), f"{i}.proj": (d, d)}
            out |= {f"{i}.norm2": (d,), f"{i}.up": (d, h), f"{i}.down": (h, d)}
            if self.arch == "llama":
                out[f"{i}.gate"] = (d, h)
        out["norm"] = (d,)
        if self.arch == "llama":
            out["head"] = (self.vocabulary, d)
        return out

    @property
    def count(self) -> int:
        """Parameters of one replica."""
        return sum(prod(s) for s in self.parameters.values())

    @property
    def stride(self) -> int:
        """Length of a replica's row in the flat buffers."""
        return PAD * -(-self.count // PAD)


def shape_of(config: Config, vocabulary: int) -> Shape:
    return Shape(config.arch, vocabulary, config.layers, config.heads, config.width, config.block)


def views(flat: Tensor, shape: Shape) -> dict[str, Tensor]:
    """name -> (R, *shape) views of the flat buffer (R, stride)."""
    out, at = {}, 0
    for name, size in shape.parameters.items():
        out[name] = flat[:, at : at + prod(size)].view(flat.shape[0], *size)
        at += prod(size)
    return out


def initial(shape: Shape, stream: tuple[int, int]) -> np.ndarray:
    """(stride,) float32 parameters of one replica: N(0, 0.02), projections divided by sqrt(2 L)."""
    row = np.zeros(shape.stride, dtype=np.float32)
    at = 0
    for i, (name, size) in enumerate(shape.parameters.items()):
        if "norm" in name:
            row[at : at + prod(size)] = 1
        else:
            residual = name.endswith((".proj", ".down"))
            scale = 0.02 / sqrt(2 * shape.layers) if residual else 0.02
            row[at : at + prod(size)] = scale * rng.normals(stream, i, prod(size))
        at += prod(size)
    return row


@dataclass
class Cache:
    """Keys and values of each layer: (R * B, H, T, hs)."""

    keys: list[Tensor]
    values: list[Tensor]

    @staticmethod
    def empty(shape: Shape, rows: int, dtype: torch.dtype, device: torch.device) -> Cache:
        size = (rows, shape.heads, shape.block, shape.width // shape.heads)
        make = lambda: [torch.zeros(size, dtype=dtype, device=device) for _ in range(shape.layers)]  # noqa: E731
        return Cache(make(), make())


Attention = Callable[[int, Tensor, Tensor, Tensor], Tensor]


def attend(layer: int, q: Tensor, k: Tensor, v: Tensor, seen: Tensor | None = None) -> Tensor:
    """Attention of q to k, v: (rows, H, T, hs), rows in chunks of at most ROWS (row, head) pairs.

    Causal over whole windows that start at place 0; with `seen`, a mask of places instead (a single
    new token is not "causal": that flag would hide all but the first place from it).
    """
    step = max(1, ROWS // q.shape[1])
    parts = [
        F.scaled_dot_product_attention(a, b, c, attn_mask=seen, is_causal=seen is None)
        for a, b, c in zip(q.split(step), k.split(step), v.split(step), strict=True)
    ]
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def forward(
    p: dict[str, Tensor],
    x: Tensor,
    shape: Shape,
    *,
    positions: Tensor | None = None,
    attention: Attention = attend,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """(R, B, T, d) hidden states after the last norm, of tokens x: (R, B, T).

    positions: (T,) where the window does not start at 0. dtype: of the matrix products.
    """
    R, B, T = x.shape
    d, H = shape.width, shape.heads
    replica = torch.arange(R, device=x.device).view(R, 1, 1)
    h = F.embedding(x + replica * shape.vocabulary, p["embed"].reshape(-1, d))  # (R, B, T, d)
    if shape.arch == "gpt2":
        places = p["position"][:, :T] if positions is None else p["position"][:, positions]
        h = h + places.unsqueeze(1)  # (R, 1, T, d)
    elif positions is None:
        positions = torch.arange(T, device=x.device)
    h = h.reshape(R, B * T, d)
    for i in range(shape.layers):
        a = _mm(_norm(h, p[f"{i}.norm1"], shape), p[f"{i}.qkv"], dtype)  # (R, B*T, 3d)
        q, k, v = a.view(R * B, T, 3, H, d // H).permute(2, 0, 3, 1, 4)  # (R*B, H, T, hs) each
        if shape.arch == "llama":
            assert positions is not None
            q, k = _rotate(q, positions), _rotate(k, positions)
        y = attention(i, q, k, v)  # (R*B, H, T, hs)
        y = y.transpose(1, 2).reshape(R, B * T, d)
        h = h + _mm(y, p[f"{i}.proj"], dtype).float()
        a = _norm(h, p[f"{i}.norm2"], shape)
        up = _mm(a, p[f"{i}.up"], dtype)  # (R, B*T, hidden)
        up = F.gelu(up) if shape.arch == "gpt2" else F.silu(_mm(a, p[f"{i}.gate"], dtype)) * up
        h = h + _mm(up, p[f"{i}.down"], dtype).float()
    return _norm(h, p["norm"], shape).view(R, B, T, d)


def logits(
    p: dict[str, Tensor], h: Tensor, shape: Shape, dtype: torch.dtype = torch.float32
) -> Tensor:
    """(R, rows, V) float32 logits of hidden states h: (R, rows, d)."""
    head = p["embed"] if shape.arch == "gpt2" else p["head"]
    return _mm(h, head.transpose(1, 2), dtype).float()


def _mm(x: Tensor, w: Tensor, dtype: torch.dtype) -> Tensor:
    return torch.bmm(x.to(dtype), w.to(dtype))


def _norm(h: Tensor, weight: Tensor, shape: Shape) -> Tensor:
    """LayerNorm or RMSNorm in float32; h: (R, rows, d), weight: (R, d)."""
    if shape.arch == "gpt2":
        return F.layer_norm(h, (shape.width,), eps=1e-5) * weight.unsqueeze(1)
    return h * torch.rsqrt(h.square().mean(-1, keepdim=True) + 1e-5) * weight.unsqueeze(1)


def _rotate(x: Tensor, positions: Tensor) -> Tensor:
    """Rotary positions; x: (.., T, hs), pair (j, j + hs/2) turns position / 10000**(2j/hs)."""
    half = x.shape[-1] // 2
    rate = 10000.0 ** (-torch.arange(half, device=x.device, dtype=torch.float32) / half)
    angle = positions.to(torch.float32).unsqueeze(1) * rate  # (T, hs/2)
    cos, sin = angle.cos(), angle.sin()
    a, b = x[..., :half].float(), x[..., half:].float()
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1).to(x.dtype)
