"""Stage `draw` of a generation: sample the documents that its plan asks of earlier models, filter.

The manifest says where every token of every pool comes from: which model sampled it, with which
sampler, or which real document it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import rng
from ._torch import torch
from .chain import Library, Node, node_index, nodes
from .config import sampler_label
from .filters import Classifier, oracle
from .model import shape_of
from .sample import Sampler
from .weights import environment, load_weights

__all__ = ["draw"]

CLASSIFIER_ROWS = 10**6  # documents from here on train the classifier and enter no pool
PROMPTS = "first token from the pool of the model that samples; no real text as context"


@dataclass
class Group:
    """Documents that one model samples for one generation: rows first ... last - 1."""

    source: int
    ancestor: int  # place of the model among the fits of its generation
    node: Node  # whose sampler it is
    purpose: str
    first: int
    last: int


def draw(library: Library, m: int, device: torch.device, progress: Callable[[str], None]) -> None:
    """Sample, filter and commit the draw stage of generation m of a pack."""
    config, store, pack = library.config, library.store, library.pack
    found = nodes(config, pack, m)
    groups = _groups(library, found, m)
    sampled, parents = {}, {}
    for source in sorted({g.source for g in groups}):
        parents[f"gen_{source:03d}/fit"] = store.manifest_hash(pack, source, "fit")
        for purpose in ("pool", "classifier"):
            some = [g for g in groups if g.source == source and g.purpose == purpose]
            if some:
                rows = sum(g.last - g.first for g in some)
                progress(f"generation {m}: {rows} documents from generation {source}")
                for g, documents in zip(some, _sample(library, some, m, device), strict=True):
                    sampled[id(g)] = documents
    empty = np.zeros((0, config.document), dtype=np.uint16)
    parts = [sampled[id(g)] for g in groups]
    records, at = [], 0
    for g, part in zip(groups, parts, strict=True):
        plan = g.node.plan
        records.append(
            {
                "source": g.source,
                "lineage": plan.lineage(g.source),
                "replicate": g.node.replicate,
                "temperature": plan.marks[0],
                "top_k": plan.marks[1],
                "sampler": sampler_label(*plan.marks),
                "purpose": g.purpose,
                "first_row": g.first,
                "documents": len(part),
                "at": at,
            }
        )
        at += len(part)
    tokens = np.concatenate([empty, *parts]).astype("<u2")
    library.parts.append(tokens)
    library.base[m] = sum(map(len, library.parts[:-1]))
    library.manifests[m] = {"groups": records, "chains": []}
    chains = library.manifests[m]["chains"]
    for node in found:
        chains.append(_chain(library, node, m))
        chains[-1]["pool"] = _provenance(library, node, m)
    facts = {
        "config": config.digest(),
        "environment": environment(device, config),
        "parents": parents,
        "prompts": PROMPTS,
        "groups": records,
        "chains": chains,
    }
    store.commit(pack, m, "draw", {"tokens.u16": tokens.tobytes()}, facts)


def _groups(library: Library, found: list[Node], m: int) -> list[Group]:
    """One group per model and sampler, over all chains that want its documents."""
    config, pack = library.config, library.pack
    out: dict[tuple, Group] = {}

    def want(node: Node, source: int, purpose: str, first: int, last: int) -> None:
        before = nodes(config, pack, source)
        ancestor = node_index(before, node.plan.lineage(source), node.replicate)
        key = (source, purpose, ancestor, node.plan.marks)
        group = out.setdefault(key, Group(source, ancestor, node, purpose, first, last))
        group.first, group.last = min(group.first, first), max(group.last, last)

    for node in found:
        lines = node.plan.at(m).lines
        for line in lines:
            if not line.real:
                want(node, line.source, "pool", line.start, line.start + line.count)
        if m > 1 and node.plan.filtering == "classifier" and any(x.keep is not None for x in lines):
            real = sum(x.count for x in node.plan.sources(1))
            want(node, m - 1, "classifier", CLASSIFIER_ROWS, CLASSIFIER_ROWS + real)
    return [out[k] for k in sorted(out, key=lambda k: (*k[:3], str(k[3])))]


def _sample(
    library: Library, groups: list[Group], m: int, device: torch.device
) -> list[np.ndarray]:
    """The documents of groups that share a source and a purpose, sampled as one stack."""
    config, pack = library.config, library.pack
    source, purpose = groups[0].source, groups[0].purpose
    shape = shape_of(config, library.corpus.tokenizer.size)
    flat, prompts = load_weights(library.store, pack, source, shape)
    chosen = [g.ancestor for g in groups]
    replicates = [g.node.replicate for g in groups]
    sampler = Sampler(
        torch.from_numpy(flat[chosen]).to(device),
        shape,
        prompts[chosen],
        [rng.key(config.root, r, m, f"{purpose} of {source}") for r in replicates],
        [g.node.plan.marks[0] for g in groups],
        [g.node.plan.marks[1] for g in groups],
        getattr(torch, config.dtype),
        config.sample_rows,
    )
    first, last = min(g.first for g in groups), max(g.last for g in groups)
    documents = sampler.documents(last - first, config.document, first)
    return [documents[i, g.first - first : g.last - first] for i, g in enumerate(groups)]


def _chain(library: Library, node: Node, m: int) -> dict:
    """A chain's record: its lines, and what the filter kept of each."""
    lines = []
    for i, line in enumerate(node.plan.at(m).lines):
        record = {"batch": line.batch, "source": line.source, "count": line.count}
        if line.keep is not None:
            kept = _filter(library, node, m, i)
            record |= {"kept": np.packbits(kept).tobytes().hex(), "kept_count": int(kept.sum())}
        lines.append(record)
    return {**node.describe(), "filtering": node.plan.filtering, "lines": lines}


def _filter(library: Library, node: Node, m: int, number: int) -> np.ndarray:
    """(count,) bool for one line: the oracle's or the classifier's choice."""
    config, plan = library.config, node.plan
    line = plan.at(m).lines[number]
    if plan.filtering == "oracle":
        batch = [i for i, x in enumerate(plan.at(m).lines) if x.batch == line.batch]
        lines = [plan.at(m).lines[i] for i in batch]
        chances = np.concatenate([np.full(x.count, float(x.keep or 0)) for x in lines])
        kept = oracle(chances, rng.key(config.root, node.replicate, m, f"filter {line.batch}"))
        before = sum(x.count for x in lines[: batch.index(number)])
        return kept[before : before + line.count]
    if m == 1:
        return np.ones(line.count, dtype=bool)  # nothing synthetic exists yet to tell apart
    documents = library.documents
    real = [library.line(node, 1, x) for x in plan.sources(1) if x.real]
    group = next(
        g
        for g in library.manifests[m]["groups"]
        if g["purpose"] == "classifier"
        and g["replicate"] == node.replicate
        and g["lineage"] == plan.lineage(m - 1)
    )
    at = library.base[m] + group["at"]
    synthetic = documents[at : at + group["documents"]]
    classifier = Classifier(
        documents[np.concatenate(real)], synthetic, library.corpus.tokenizer.size
    )
    keep = next(x.keep for x in plan.at(m).lines if x.keep is not None and (x.real or not any(
        y.real for y in plan.at(m).lines)))  # fmt: skip
    return classifier.kept(documents[library.line(node, m, line)], float(keep or 0))


def _provenance(library: Library, node: Node, m: int) -> dict:
    """Where the tokens of a fit's pool come from, counted after filtering."""
    ids, _ = library.pool(node, m)
    by_source: dict[str, int] = {}
    for use in node.plan.at(m).uses:
        for i, line in enumerate(node.plan.at(use.drawn).lines):
            if line.batch == use.batch:
                kept = library.kept(node, use.drawn, i)
                number = line.count if kept is None else int(kept.sum())
                by_source[str(line.source)] = by_source.get(str(line.source), 0) + number
    D = library.config.document
    return {
        "documents": len(ids),
        "tokens": len(ids) * D,
        "documents_by_source": by_source,
        "real_tokens": by_source.get("0", 0) * D,
        "synthetic_tokens": sum(v for k, v in by_source.items() if k != "0") * D,
    }
