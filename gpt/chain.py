"""Which fits a generation of a pack consists of, and which documents each is fitted to.

A `Node` is one fit: one repeat of one or more settings. Settings whose plans agree up to here share
the fit (the first generation is fitted once per repeat, not once per setting). `floor` marks the
two refits of generation 1 that give the noise floors.

A document is a number: real ones first, then those of each draw stage that is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .config import Config
from .corpus import Corpus
from .errors import CorpusError
from .plan import Line, Plan
from .store import Store

__all__ = ["FLOORS", "Library", "Node", "check_corpus", "node_index", "nodes"]

FLOORS = ("same data", "fresh data")


@dataclass(frozen=True)
class Node:
    """One fit of one generation."""

    replicate: int
    plan: Plan
    lineage: str
    settings: tuple[str, ...]
    floor: str | None = None

    def describe(self) -> dict:
        return {
            "replicate": self.replicate,
            "lineage": self.lineage,
            "settings": list(self.settings),
            "floor": self.floor,
        }


def nodes(config: Config, pack: int, m: int) -> list[Node]:
    """The fits of generation m of a pack, in a fixed order."""
    out: list[Node] = []
    for r in config.packs[pack]:
        merged: dict[str, list] = {}
        for s in config.settings:
            plan = s.plan(r)
            merged.setdefault(plan.lineage(m), [plan, []])[1].append(s.name)
        out += [Node(r, plan, key, tuple(names)) for key, (plan, names) in merged.items()]
        if m == 1 and config.floors:
            plan = config.settings[0].plan(r)
            names = (config.settings[0].name,)
            out += [Node(r, plan, f"{plan.lineage(1)} {f}", names, f) for f in FLOORS]
    return out


def node_index(found: list[Node], lineage: str, replicate: int) -> int:
    """The place of a fit among the fits of its generation."""
    for i, node in enumerate(found):
        if node.lineage == lineage and node.replicate == replicate:
            return i
    raise KeyError((lineage, replicate))


def check_corpus(config: Config, corpus: Corpus) -> None:
    """Real documents are met once each: there must be enough of them."""
    need = max(p.real_documents for s in config.settings for p in s.plans)
    if config.floors:
        need = max(need, 2 * max(p.documents(1) for p in config.settings[0].plans))
    have = len(corpus.documents)
    if need > have:
        raise CorpusError(
            f"run {config.name} needs {need} real documents of {config.document} tokens, but"
            f" {config.corpus} has {have} for training; take fewer or shorter documents, fewer"
            " generations, or a longer corpus"
        )


class Library:
    """The documents of a pack that are needed to assemble pools, by number."""

    def __init__(self, config: Config, corpus: Corpus, store: Store, pack: int):
        self.config, self.corpus, self.store, self.pack = config, corpus, store, pack
        self.orders = {r: corpus.order(config.root, r) for r in config.packs[pack]}
        self.parts = [corpus.documents]
        self.base: dict[int, int] = {}
        self.manifests: dict[int, Mapping] = {}

    @property
    def documents(self) -> np.ndarray:
        """(documents, D) uint16, all that is loaded."""
        return self.parts[0] if len(self.parts) == 1 else np.concatenate(self.parts)

    def load(self, generation: int) -> Mapping:
        """Make the documents drawn for a generation available; its manifest."""
        if generation not in self.base:
            raw = self.store.read(self.pack, generation, "draw", "tokens.u16")
            self.base[generation] = sum(map(len, self.parts))
            self.parts.append(np.frombuffer(raw, dtype="<u2").reshape(-1, self.config.document))
            self.manifests[generation] = self.store.manifest(self.pack, generation, "draw")
        return self.manifests[generation]

    def line(self, node: Node, drawn: int, line: Line) -> np.ndarray:
        """(count,) the numbers of a line's documents, before filtering."""
        if line.real:
            shift = node.plan.documents(1) if node.floor == "fresh data" else 0
            return self.orders[node.replicate][line.start + shift : line.start + shift + line.count]
        manifest = self.load(drawn)
        wanted = {
            "source": line.source,
            "lineage": node.plan.lineage(line.source),
            "replicate": node.replicate,
            "temperature": node.plan.marks[0],
            "top_k": node.plan.marks[1],
            "purpose": "pool",
        }
        group = next(g for g in manifest["groups"] if all(g[k] == v for k, v in wanted.items()))
        at = self.base[drawn] + group["at"] + line.start - group["first_row"]
        return np.arange(at, at + line.count)

    def kept(self, node: Node, drawn: int, number: int) -> np.ndarray | None:
        """(count,) bool: what the filter kept of a line, None where nothing filters it."""
        line = node.plan.at(drawn).lines[number]
        if line.keep is None:
            return None
        lineage = node.plan.lineage(drawn)
        for chain in self.load(drawn)["chains"]:
            if chain["lineage"] == lineage and chain["replicate"] == node.replicate:
                bits = np.frombuffer(bytes.fromhex(chain["lines"][number]["kept"]), dtype=np.uint8)
                return np.unpackbits(bits)[: line.count].astype(bool)
        raise KeyError((lineage, node.replicate))

    def pool(self, node: Node, m: int) -> tuple[np.ndarray, np.ndarray | None]:
        """(size,) numbers of the documents that a fit is fitted to; (size,) weights of mean 1."""
        numbers, weights = [], []
        weighted = False
        for use in node.plan.at(m).uses:
            part = []
            for i, line in enumerate(node.plan.at(use.drawn).lines):
                if line.batch == use.batch:
                    ids, kept = self.line(node, use.drawn, line), self.kept(node, use.drawn, i)
                    part.append(ids if kept is None else ids[kept])
            batch = np.concatenate(part)
            numbers.append(batch)
            weighted |= use.share is not None
            weights.append(
                np.full(len(batch), 1.0 if use.share is None else float(use.share) / len(batch))
            )
        ids, w = np.concatenate(numbers), np.concatenate(weights)
        return ids, w / w.mean() if weighted else None
