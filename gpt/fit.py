"""Stage `fit` of a generation: train a stack of fresh models on their pools, measure, commit."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable

import numpy as np

from . import rng, tensors
from ._torch import torch
from .chain import Library, Node, node_index, nodes
from .config import Config
from .errors import StoreError
from .files import encode, npy
from .metrics import coverage, cross_entropy, deviation, next_laws
from .model import Shape, initial, shape_of, views
from .sample import Sampler
from .train import Data, Trainer, rates, schedule
from .weights import environment, load_weights

__all__ = ["Paused", "fit"]


class Paused(Exception):
    """Time is up; everything needed to go on is in the store."""


def fit(
    library: Library, m: int, device: torch.device, progress: Callable[[str], None], deadline: float
) -> None:
    """Train, measure and commit the fit stage of generation m of a pack."""
    config, store, pack = library.config, library.store, library.pack
    shape = shape_of(config, library.corpus.tokenizer.size)
    found = nodes(config, pack, m)
    pools = [library.pool(node, m) for node in found]
    steps = [_steps(config, len(ids)) for ids, _ in pools]
    trainer = Trainer(
        _start(config, shape, found, m, device),
        shape,
        _data(library, found, pools, steps, m, device),
        config,
    )
    inputs = store.manifest_hash(pack, m, "draw")
    place = environment(device, config)
    _resume(trainer, store.checkpoint(pack, m), inputs, place)
    began = saved = time.monotonic()

    def pause(done: int) -> bool:
        nonlocal saved
        now = time.monotonic()
        if now > deadline:
            return True
        if now - saved > config.checkpoint_seconds:
            store.save_checkpoint(pack, m, _checkpoint(trainer, inputs, place))
            saved = time.monotonic()
        return False

    first = int(trainer.state.step)
    done = trainer.run(max(steps), pause)
    if done < max(steps):
        store.save_checkpoint(pack, m, _checkpoint(trainer, inputs, place))
        raise Paused
    trainer.loss.sum().item()  # waits for the device
    seconds = time.monotonic() - began
    store.log(
        pack=pack,
        generation=m,
        stage="train",
        fits=len(found),
        steps=done - first,
        seconds=round(seconds, 3),
    )
    progress(f"generation {m}: {len(found)} fits of {done} steps, {seconds:.1f} s")
    flat = trainer.state.flat
    prompts = _prompts(library, pools)
    metrics = _measure(library, m, found, flat, prompts, device)
    for i, (row, (ids, _)) in enumerate(zip(metrics, pools, strict=True)):
        unique = len(np.unique(ids)) * config.document
        seen = steps[i] * config.batch * config.block
        row |= {
            "finite": bool(trainer.state.finite[i]),
            "train_loss": float(trainer.loss[i]),
            "steps": steps[i],
            "documents": len(ids),
            "passes": seen / unique,
        }
    named = {k: t.cpu().numpy() for k, t in views(flat, shape).items()}
    files = {
        "weights.safetensors": tensors.dump(named, {"arch": shape.arch, "generation": str(m)}),
        "prompts.npy": npy(prompts),
        "metrics.json": encode(metrics),
    }
    facts = {
        "config": config.digest(),
        "environment": place,
        "parents": {f"gen_{m:03d}/draw": inputs},
        "model_selection": "the last step; no checkpoint is chosen on real data",
        "chains": [
            {**node.describe(), "finite": row["finite"]}
            for node, row in zip(found, metrics, strict=True)
        ],
    }
    store.commit(pack, m, "fit", files, facts)
    store.clear(pack, m)


def _steps(config: Config, documents: int) -> int:
    if config.epochs is None:
        return config.steps
    tokens = documents * (config.document - 1)
    return max(1, math.ceil(config.epochs * tokens / (config.batch * config.block)))


def _tag(node: Node) -> str:
    """Refits for the noise floors take streams of their own."""
    return f" {node.floor}" if node.floor else ""


def _start(
    config: Config, shape: Shape, found: list[Node], m: int, device: torch.device
) -> torch.Tensor:
    """(R, stride) fresh weights; settings of a repeat start from the same ones."""
    made: dict[tuple, np.ndarray] = {}
    rows = []
    for node in found:
        key = (config.root, node.replicate, m, f"init{_tag(node)}")
        if key not in made:
            made[key] = initial(shape, rng.key(*key))
        rows.append(made[key])
    return torch.from_numpy(np.stack(rows)).to(device)


def _data(
    library: Library, found: list[Node], pools: list, steps: list[int], m: int, device: torch.device
) -> Data:
    """The tables of all steps, on the device."""
    config, total = library.config, max(steps)
    documents, starts, weights = [], [], []
    for node, (ids, w) in zip(found, pools, strict=True):
        index, start = schedule(len(ids), config, total, node.replicate, m, _tag(node))
        documents.append(ids[index])
        starts.append(start)
        weights.append(np.ones(index.shape) if w is None else w[index])
    weighted = any(w is not None for _, w in pools)

    def put(x: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(x).to(device)

    return Data(
        put(library.documents.astype(np.int32)),
        put(np.stack(documents).astype(np.int64)),
        put(np.stack(starts)),
        put(np.stack(weights).astype(np.float32)) if weighted else None,
        put(np.stack([rates(config, s, total) for s in steps])),
    )


def _prompts(library: Library, pools: list) -> np.ndarray:
    """(R, V) weighted counts of first tokens in each pool: the law of a document's first token."""
    first = library.documents[:, 0]
    size = library.corpus.tokenizer.size
    return np.stack(
        [np.bincount(first[ids], weights=w, minlength=size).astype(np.float64) for ids, w in pools]
    )


def _measure(
    library: Library,
    m: int,
    found: list[Node],
    flat: torch.Tensor,
    prompts: np.ndarray,
    device: torch.device,
) -> list[dict]:
    """One record of numbers per fit."""
    config, corpus, store, pack = library.config, library.corpus, library.store, library.pack
    shape = shape_of(config, corpus.tokenizer.size)
    ce, kl = cross_entropy(flat, shape, corpus, config)
    places = store.contexts()
    laws = next_laws(flat, shape, places, config)
    before = nodes(config, pack, 1)
    first = [node_index(before, node.plan.lineage(1), node.replicate) for node in found]
    origin = laws if m == 1 else next_laws(
        torch.from_numpy(load_weights(store, pack, 1, shape)[0]).to(device), shape, places, config
    )  # fmt: skip
    moved = deviation(laws, origin[first])
    keys = [rng.key(config.root, node.replicate, m, "coverage") for node in found]
    ones: list[float] = [1.0] * len(found)
    none: list[int | None] = [None] * len(found)
    sampler = Sampler(
        flat, shape, prompts, keys, ones, none, getattr(torch, config.dtype), config.sample_rows
    )
    texts = sampler.documents(config.coverage_documents, config.document)
    out = []
    for i, node in enumerate(found):
        row = {**node.describe(), "cross_entropy": float(ce[i]), "perplexity": float(np.exp(ce[i]))}
        row["divergence"] = None if kl is None else float(kl[i])
        row["deviation"] = float(moved[i])
        out.append({**row, **coverage(texts[i], corpus.held_out)})
    return out


def _checkpoint(trainer: Trainer, inputs: str, place: dict) -> bytes:
    state = {k: t.detach().cpu().numpy() for k, t in trainer.state.tensors().items()}
    return tensors.dump(state, {"inputs": inputs, "environment": json.dumps(place)})


def _resume(trainer: Trainer, raw: bytes | None, inputs: str, place: dict) -> None:
    """Continue from a checkpoint of this very stage; there is no other state to restore.

    One from another device, version or thread count is set aside and the stage starts again, so
    that what the manifest says of a fit holds for all of its steps.
    """
    if raw is None:
        return
    state, meta = tensors.load(raw)
    if meta.get("inputs") != inputs:
        raise StoreError("the checkpoint belongs to other inputs; remove it and run again")
    if meta.get("environment") == json.dumps(place):
        trainer.state.copy_from({k: torch.from_numpy(v) for k, v in state.items()})
