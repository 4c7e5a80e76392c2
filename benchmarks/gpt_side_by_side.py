"""Ours beside a plain loop (training, sampling) and Hugging Face `generate`, on one device.

    python benchmarks/gpt_side_by_side.py [--nanogpt PATH] [--preset NAME] [--device cuda] [-o FILE]

The loop is unmodified nanoGPT, from a checkout at commit 3adf61e that PATH names and that is never
copied here; without one, `plain_gpt.py` stands in and is named in the table. Hugging Face needs
`transformers`. What is not there is reported as "not measured".

Training: the same documents, model sizes, batch, steps, schedule and clip; one round for each seed,
in the order ABAB: some steps of ours, then the other side's whole training; the median of steps
after the first third. Documents are long, so that few windows of the loop cross a border between
two. Sampling, in turn: the loop as it is (one sequence, a full forward pass for every token), and
Hugging Face with the *same weights* at the best batch of those tried; temperature 1, no truncation.
Each is set beside the device's own ceilings, measured in this run. Equal work is checked, not
assumed: the 95% interval of the mean difference of the held-out losses over the seeds lies within
0.02 nats, n-gram statistics of both samplers within the noise of resampling. A speed whose check
fails is not printed as a ratio.
"""

from __future__ import annotations

import argparse
import datetime
import importlib
import os
import platform
import sys
import time
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from statistics import median

import nanogpt
import numpy as np
import plain_gpt
import torch

from refutable.gpt import preset, rng
from refutable.gpt.bench import ceilings, clock, decode_limit, train_limit, trainer_for
from refutable.gpt.device import prepare
from refutable.gpt.launch import corpus_of
from refutable.gpt.metrics import cross_entropy, windows
from refutable.gpt.model import views
from refutable.gpt.sample import Sampler
from refutable.gpt.stats import Interval, interval

NOT = "not measured"
LONG = 32  # windows in a document: the other side's cross a border between documents, ours do not
GUARD = 0.02  # nats of held-out loss between the two sides: the interval of their mean difference


@dataclass
class Table:
    """Rows of (quantity, CPU, GPU): the column that this machine cannot fill says so."""

    gpu: bool
    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, what: str, value: str) -> None:
        self.rows.append((what, NOT, value) if self.gpu else (what, value, NOT))
        print(f"{what}: {value}", file=sys.stderr)

    def text(self) -> str:
        lines = ["| quantity | CPU | GPU |", "|---|---|---|"]
        return "\n".join(lines + [f"| {a} | {b} | {c} |" for a, b, c in self.rows]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--nanogpt", type=Path, help="checkout of nanoGPT; without it, plain_gpt.py"
    )
    parser.add_argument("--preset", default="smoke", help="model and training sizes")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--replicas", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=8, help="rounds, each with another seed")
    parser.add_argument("--timed", type=int, default=100, help="steps of ours in a round")
    parser.add_argument("--batches", type=int, nargs="+", default=[32, 256], help="for generate")
    parser.add_argument("-o", "--output", type=Path, help="write the table as Markdown")
    a = parser.parse_args()
    prepare(a.device, threads=1)
    config = preset(a.preset)
    config = replace(config, arch="gpt2", steps=a.steps, document=LONG * config.block + 1)
    out = Table(a.device.startswith("cuda"))
    cores = f"{os.cpu_count()} {platform.machine()} cores, 1 thread"
    device = torch.cuda.get_device_name() if out.gpu else cores
    out.add("device, torch, date", f"{device}, {torch.__version__}, {datetime.date.today()}")
    sizes = f"{config.layers} layers, width {config.width}, block {config.block}"
    out.add("model, steps", f"preset {a.preset}: {sizes}; {config.steps} steps of {config.batch}")
    copied, flops = ceilings(a.device)
    out.add("ceilings: copy, product", f"{copied / 1e9:.0f} GB/s, {flops / 1e12:.2f} TFLOP/s")
    trainer, loop, same = training(a, config, out, copied, flops)
    sampling(a, config, out, trainer, loop, same, copied, flops)
    if a.output:
        a.output.write_text(out.text())
    print(out.text())


def training(a, config, out: Table, copied: float, flops: float):
    """ABAB rounds; returns the largest stack, a model of the other side, and the guard."""
    corpus = corpus_of(config)
    element = 2 if config.dtype == "bfloat16" else 4
    ours: dict[int, list[float]] = {R: [] for R in a.replicas}
    theirs: list[float] = []
    losses: list[float] = []
    for seed in range(a.seeds):
        for R in a.replicas:
            trainer = trainer_for(config, R, a.device)
            step = trainer.captured() if out.gpu else trainer.step
            seconds = clock(step, a.device, min(a.timed, config.steps))
            ours[R].append(R * config.batch * config.block / median(seconds[len(seconds) // 3 :]))
        speed, model = loop(a, config, corpus, seed)
        theirs.append(speed)
        losses.append(held_out(model, corpus, config, a.device))
        print(f"round {seed + 1} of {a.seeds}", file=sys.stderr)
    trainer = trainer_for(config, max(a.seeds, *a.replicas), a.device)
    trainer.run(config.steps)
    ce, _ = cross_entropy(trainer.state.flat, trainer.shape, corpus, config)
    gap = interval([float(x) - y for x, y in zip(ce, losses, strict=False)])
    same = equal(gap)
    for R, speeds in ours.items():
        limit = train_limit(trainer.shape, config.batch, copied, flops, element)
        out.add(f"training, ours, {R} replicas, tokens/s", spread(speeds))
        out.add(f"training, ours, {R} replicas, of the limit", f"{median(speeds) / limit:.0%}")
    out.add(f"training, {other(a)}, tokens/s", spread(theirs))
    told = f"{ce[: a.seeds].mean():.4f} and {sum(losses) / len(losses):.4f}"
    out.add(f"held-out loss, ours and {other(a)}, {a.seeds} seeds", told)
    out.add(f"its difference, mean and 95% interval: {verdict(gap)}", str(gap))
    for R, speeds in ours.items():
        ratio = f"{median(speeds) / median(theirs):.2f}" if same else NOT
        out.add(f"training, {R} replicas / {other(a)}", ratio)
    return trainer, model, same


def other(a) -> str:
    """What the other side is called in the table."""
    return f"nanoGPT {nanogpt.COMMIT}" if a.nanogpt else "plain_gpt.py (not nanoGPT)"


def equal(gap: Interval) -> bool:
    """The whole interval lies inside: a difference that is large, or merely unknown, does not."""
    return gap.low > -GUARD and gap.high < GUARD


def verdict(gap: Interval) -> str:
    """What the guard says of a mean difference."""
    if equal(gap):
        return f"equal within {GUARD}"
    return f"NOT equal within {GUARD}" if abs(gap.mean) >= GUARD else "not known well enough"


def spread(speeds: list[float]) -> str:
    return f"{median(speeds):,.0f} ({min(speeds):,.0f} to {max(speeds):,.0f})"


def loop(a, config, corpus, seed: int):
    """(tokens per second, model) of the other side's training loop on the same documents."""
    pool = corpus.documents[:1000]
    if a.nanogpt:
        return nanogpt.train(a.nanogpt, config, corpus, pool, a.device, seed)
    return plain_gpt.train(config, pool, corpus.tokenizer.size, a.device, seed)


@torch.no_grad()
def held_out(model, corpus, config, device: str) -> float:
    """Nats per token on the windows that ours is measured on."""
    total, count = 0.0, 0
    wins = torch.from_numpy(windows(corpus.held_out, config.block).astype(np.int64)).to(device)
    for w in wins.split(256):
        total += float(model(w[:, :-1], w[:, 1:].contiguous())[1]) * len(w)
        count += len(w)
    return total / count


def sampling(a, config, out: Table, trainer, model, same, copied: float, flops: float) -> None:
    """The other side's loop as it is; Hugging Face with the same weights, at its best batch."""
    shape, length = trainer.shape, config.block
    R = trainer.state.flat.shape[0]
    prompts = np.ones((R, shape.vocabulary))
    sampler = Sampler(
        trainer.state.flat, shape, prompts, [rng.key(0, r, 1, "bench") for r in range(R)],
        [1.0] * R, [None] * R, trainer.dtype, config.sample_rows,
    )  # fmt: skip
    rows = 1024 if out.gpu else 256
    one = torch.zeros((1, 1), dtype=torch.int64, device=a.device)
    calls = {
        "ours": (R * rows, lambda: sampler.documents(rows, length)),
        "loop": (1, partial(model.generate, one, length - 1, temperature=1.0, top_k=None)),
    }
    transformers = optional("transformers")
    texts: list[np.ndarray] = []
    for batch in a.batches if transformers else ():
        first = torch.from_numpy(sampler.documents(batch, 1)[0].astype(np.int64)).to(a.device)
        options = {
            "attention_mask": torch.ones_like(first), "do_sample": True, "top_k": 0, "top_p": 1.0,
            "temperature": 1.0, "max_length": length, "min_length": length, "pad_token_id": 0,
        }  # fmt: skip
        hf = hugging_face(transformers, trainer).to(a.device)
        call = partial(hf.generate, first, eos_token_id=None, **options)
        calls[batch] = (batch, partial(kept, texts, call))
    speeds: dict[object, list[float]] = {k: [] for k in calls}
    for _ in range(1 + 5):
        for k, (count, call) in calls.items():  # in turn, so that another load is shared
            (seconds,) = clock(call, a.device, 1)
            speeds[k].append(count * (length - 1) / seconds)
    for k in speeds:
        del speeds[k][0]  # warm-up
    speed = median(speeds["ours"])
    limit = decode_limit(shape, copied, flops, 2 if config.dtype == "bfloat16" else 4)
    out.add(f"sampling, ours, {R} models x {rows} rows, tokens/s", spread(speeds["ours"]))
    out.add("sampling, ours, of the limit", f"{speed / limit:.0%}")
    name = f"{other(a)}, its loop: 1 sequence, full forward per token"
    out.add(f"sampling, {name}, tokens/s", spread(speeds["loop"]))
    ratio = f"{speed / median(speeds['loop']):.0f}" if same else NOT
    out.add("sampling, ours / that loop", ratio)
    if not texts:
        out.add("sampling, Hugging Face, tokens/s", NOT)
        return
    best = max((speeds[k] for k in a.batches), key=median)
    out.add(f"sampling, Hugging Face, best of batches {a.batches}, tokens/s", spread(best))
    theirs = np.concatenate(texts)
    mine = sampler.documents(len(theirs), length, first_row=10**6)[0].astype(np.int64)
    gap, noise = distance(mine, theirs), resampled(mine, theirs)
    out.add("bigram distance, ours to theirs, and its noise", f"{gap:.4f}, {noise:.4f}")
    ratio = f"{speed / median(best):.1f}" if gap <= noise else NOT
    out.add("sampling, ours / Hugging Face", ratio)


def kept(texts: list[np.ndarray], call) -> None:
    """Carry out a call and keep its documents: all that was timed is compared."""
    texts.append(call().cpu().numpy())


def optional(name: str):
    """A module, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None


def hugging_face(transformers, trainer):
    """GPT2LMHeadModel with replica 0's weights; its biases are zero, as ours have none."""
    shape = trainer.shape
    model = transformers.GPT2LMHeadModel(
        transformers.GPT2Config(
            vocab_size=shape.vocabulary,
            n_positions=shape.block,
            n_embd=shape.width,
            n_layer=shape.layers,
            n_head=shape.heads,
            activation_function="gelu",
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            bos_token_id=None,
            eos_token_id=None,
        )
    ).eval()
    for name, tensor in model.named_parameters():
        if name.endswith("bias"):
            tensor.data.zero_()
    p = {k: v[0].detach().cpu() for k, v in views(trainer.state.flat, shape).items()}
    body = model.transformer
    body.wte.weight.data.copy_(p["embed"])
    body.wpe.weight.data.copy_(p["position"])
    body.ln_f.weight.data.copy_(p["norm"])
    for i, block in enumerate(body.h):
        block.ln_1.weight.data.copy_(p[f"{i}.norm1"])
        block.ln_2.weight.data.copy_(p[f"{i}.norm2"])
        block.attn.c_attn.weight.data.copy_(p[f"{i}.qkv"])
        block.attn.c_proj.weight.data.copy_(p[f"{i}.proj"])
        block.mlp.c_fc.weight.data.copy_(p[f"{i}.up"])
        block.mlp.c_proj.weight.data.copy_(p[f"{i}.down"])
    return model


def distance(a: np.ndarray, b: np.ndarray) -> float:
    """Total variation between the bigram frequencies of two sets of documents."""
    size = int(max(a.max(), b.max())) + 1
    counts = [np.bincount((x[:, :-1] * size + x[:, 1:]).ravel(), minlength=size**2) for x in (a, b)]
    p, q = (c / c.sum() for c in counts)
    return float(np.abs(p - q).sum() / 2)


def resampled(a: np.ndarray, b: np.ndarray, times: int = 200) -> float:
    """The 0.999 quantile of the distance when documents are dealt to the two sides at random."""
    both = np.concatenate([a, b])
    deal = np.random.default_rng(0)
    found = []
    for _ in range(times):
        order = deal.permutation(len(both))
        found.append(distance(both[order[: len(a)]], both[order[len(a) :]]))
    return float(np.quantile(found, 0.999))


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
