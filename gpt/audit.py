"""`refutable gpt verify`: is a run's folder what it says it is.

Every file is hashed again, every manifest's parents are looked up, and every pool is counted again
from the plan: how many tokens of which model it should hold, and how many it does.
"""

from __future__ import annotations

import json

import numpy as np

from .chain import Library, node_index, nodes
from .errors import StoreError
from .files import sha256
from .launch import corpus_of
from .store import Store

__all__ = ["audit"]


def audit(store: Store) -> list[str]:
    """What is wrong, one line each; empty for a sound run."""
    wrong: list[str] = []
    config = store.config()
    if json.loads((store.path / "config.json").read_bytes())["digest"] != config.digest():
        wrong.append("config.json: its digest is not that of its content")
    corpus = corpus_of(config)
    if json.loads(json.dumps(corpus.describe())) != store.corpus():
        wrong.append(f"corpus.json: the corpus {config.corpus} is another text now")
        return wrong
    done = set(store.stages())
    versions = set()
    for pack, m, stage in sorted(done):
        where = f"pack {pack}, generation {m}, {stage}"
        manifest = store.manifest(pack, m, stage)
        if manifest["config"] != config.digest():
            wrong.append(f"{where}: belongs to another configuration")
        for name, digest in manifest["files"].items():
            path = store.folder(pack, m, stage) / name
            if not path.exists():
                wrong.append(f"{where}: {name} is missing")
            elif sha256(path.read_bytes()) != digest:
                wrong.append(f"{where}: {name} was altered")
        for parent, digest in manifest["parents"].items():
            generation, _, kind = parent.partition("/")
            try:
                found = store.manifest_hash(pack, int(generation[4:]), kind)
            except FileNotFoundError:
                wrong.append(f"{where}: its parent {parent} is missing")
                continue
            if found != digest:
                wrong.append(f"{where}: its parent {parent} was altered")
        if stage == "fit" and (pack, m, "draw") not in done:
            wrong.append(f"{where}: has no draw stage")
        versions.add(json.dumps(manifest["environment"], sort_keys=True))
    if not wrong:
        for pack in range(len(config.packs)):
            library = Library(config, corpus, store, pack)
            for m in range(1, config.generations + 1):
                if (pack, m, "draw") in done:
                    wrong += _recount(library, m)
    if len(versions) > 1:
        wrong.append(
            f"stages were made by {len(versions)} different devices, thread counts, versions or"
            " states of the code: the run is whole, but not bitwise reproducible"
        )
    return wrong


def _recount(library: Library, m: int) -> list[str]:
    """The pools of one generation against the plan."""
    wrong = []
    config, pack = library.config, library.pack
    where = f"pack {pack}, generation {m}"
    try:
        manifest = library.load(m)
    except (StoreError, ValueError) as err:
        return [f"{where}: {err}"]
    sampled = sum(g["documents"] for g in manifest["groups"])
    if sampled != len(library.parts[-1]):
        wrong.append(f"{where}: {sampled} documents recorded, {len(library.parts[-1])} stored")
    found = nodes(config, pack, m)
    for chain in manifest["chains"]:
        if chain["floor"] is not None:
            continue
        node = found[node_index(found, chain["lineage"], chain["replicate"])]
        ids, _ = library.pool(node, m)
        dropped = 0
        for use in node.plan.at(m).uses:
            for i, line in enumerate(node.plan.at(use.drawn).lines):
                if line.batch == use.batch:
                    kept = library.kept(node, use.drawn, i)
                    dropped += 0 if kept is None else int((~kept).sum())
        name = f"{where}, {'/'.join(chain['settings'])}, repeat {chain['replicate']}"
        pool = chain["pool"]
        if len(ids) + dropped != node.plan.documents(m):
            wrong.append(
                f"{name}: {len(ids)} documents kept and {dropped} dropped,"
                f" the plan has {node.plan.documents(m)}"
            )
        real = int((ids < len(library.corpus.documents)).sum())
        if (len(ids), real * config.document) != (pool["documents"], pool["real_tokens"]):
            wrong.append(f"{name}: the recorded provenance does not match the pool")
        if pool["real_tokens"] + pool["synthetic_tokens"] != pool["tokens"]:
            wrong.append(f"{name}: real and synthetic tokens do not add up")
        if len(np.unique(ids)) != len(ids):
            wrong.append(f"{name}: a document is in the pool twice")
    return wrong
