"""A plain GPT in PyTorch, one model, one sequence at a time: what `nanogpt` stands in for.

Written for the side-by-side benchmark where no checkout of nanoGPT is given: the same architecture
(pre-norm blocks, GELU, no biases, tied head, residual projections scaled at the start), the same
loop (random windows of one stream, AdamW, clip, warm-up and cosine) and the same sampling (a full
forward pass for every token). It shares no code with the engine.
"""

from __future__ import annotations

import math
import time
from statistics import median

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width, bias=False)
        self.norm2 = nn.LayerNorm(width, bias=False)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.proj = nn.Linear(width, width, bias=False)
        self.up = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(4 * width, width, bias=False)

    def forward(self, x):
        rows, length, width = x.shape
        split = (rows, length, self.heads, width // self.heads)
        q, k, v = (t.view(split).transpose(1, 2) for t in self.qkv(self.norm1(x)).split(width, 2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).reshape(x.shape))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class PlainGPT(nn.Module):
    """Called with tokens and, for a loss, targets: (logits, loss)."""

    def __init__(self, vocabulary: int, block: int, layers: int, heads: int, width: int):
        super().__init__()
        self.block = block
        self.embed = nn.Embedding(vocabulary, width)
        self.position = nn.Embedding(block, width)
        self.blocks = nn.ModuleList([Block(width, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(width, bias=False)
        for name, p in self.named_parameters():
            if p.ndim > 1:
                inner = name.endswith(("proj.weight", "down.weight"))
                nn.init.normal_(p, std=0.02 / math.sqrt(2 * layers) if inner else 0.02)

    def forward(self, tokens, targets=None):
        x = self.embed(tokens) + self.position.weight[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x)
        x = self.norm(x if targets is not None else x[:, -1:])
        logits = x @ self.embed.weight.T
        if targets is None:
            return logits, None
        return logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten())

    @torch.no_grad()
    def generate(self, tokens, new: int, temperature: float = 1.0, top_k: int | None = None):
        """`new` more tokens; every one costs a full pass over its window."""
        for _ in range(new):
            logits = self(tokens[:, -self.block :])[0][:, -1] / temperature
            if top_k is not None:
                least = logits.topk(min(top_k, logits.shape[-1])).values[:, [-1]]
                logits = logits.masked_fill(logits < least, -math.inf)
            tokens = torch.cat((tokens, torch.multinomial(logits.softmax(-1), 1)), 1)
        return tokens


def train(config, documents: np.ndarray, vocabulary: int, device: str, seed: int):
    """(tokens per second in the median step after a third, the model)."""
    torch.manual_seed(seed)
    model = PlainGPT(vocabulary, config.block, config.layers, config.heads, config.width).to(device)
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": config.weight_decay}]
    groups.append({"params": others, "weight_decay": 0.0})
    optimizer = torch.optim.AdamW(groups, lr=config.lr, betas=(config.beta1, config.beta2))
    stream = torch.from_numpy(documents.astype(np.int64).ravel())
    bf16 = config.dtype == "bfloat16"
    seconds = []
    for step in range(config.steps):
        began = time.perf_counter()
        for group in optimizer.param_groups:
            group["lr"] = rate(config, step)
        starts = torch.randint(len(stream) - config.block, (config.batch,))
        rows = torch.stack([stream[i : i + config.block + 1] for i in starts]).to(device)
        with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=bf16):
            _, loss = model(rows[:, :-1], rows[:, 1:])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        loss.item()  # waits for the device, as a loop that logs every step does
        seconds.append(time.perf_counter() - began)
    speed = config.batch * config.block / median(seconds[config.steps // 3 :])
    return speed, model.eval()


def rate(config, step: int) -> float:
    """Linear warm-up, then a cosine down to a share of the largest rate."""
    if step < config.warmup:
        return config.lr * (step + 1) / config.warmup
    done = (step - config.warmup) / max(1, config.steps - config.warmup)
    low = config.lr_floor
    return config.lr * (low + (1 - low) * 0.5 * (1 + math.cos(math.pi * done)))
