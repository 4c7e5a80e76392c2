"""A run's folder: the only truth about a run.

    RUN/config.json corpus.json contexts.npy
    RUN/packs/p000/gen_003/draw/{manifest.json, tokens.u16}
    RUN/packs/p000/gen_003/fit/{manifest.json, weights.safetensors, prompts.npy, metrics.json}
    RUN/packs/p000/gen_003/checkpoint     (only while the fit is under way)
    RUN/log.jsonl                         (times; no part of the results)

A stage is written to a folder of its own, flushed to disk and renamed into place. A rename onto a
stage that exists fails and changes nothing, so the first writer wins and doing a stage twice is
harmless; there are no locks. A killed run leaves stages that are whole and leftovers that are
ignored. Manifests hold the sha256 of every file, of their parents and of the configuration; they
hold no times, so a resumed run's files are those of an undisturbed one.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .config import Config
from .errors import StoreError
from .files import alive, encode, flush, host, npy, sha256, write, writer
from .plan import read_config
from .planner import resolve

__all__ = ["STAGES", "Store"]

STAGES = ("draw", "fit")
FILES = ("corpus.json", "contexts.npy", "config.json")  # in this order: the last makes a run
SCHEMA = "refutable.gpt.stage/1"


class Store:
    """The folder of one run."""

    def __init__(self, path: str | os.PathLike):
        self.path = Path(path)

    # -- the run ----------------------------------------------------------------------------

    def create(self, config: Config, corpus: dict, contexts: np.ndarray) -> Config:
        """Write the run's files, or check that they are of this very configuration."""
        config = resolve(config)
        data = {**config.to_json(), "digest": config.digest()}
        self.path.mkdir(parents=True, exist_ok=True)
        # Another shard may be at this very line: look for its files first, for config.json then.
        others = [p for p in self.path.iterdir() if p.name.split(".tmp.")[0] not in FILES]
        if not (self.path / FILES[-1]).exists():
            if others:
                raise StoreError(f"{self.path} holds other files; give an empty or new folder")
            for name, raw in zip(FILES, (encode(corpus), npy(contexts), encode(data)), strict=True):
                self._place(name, raw)
        _sweep(self.path)
        found = json.loads((self.path / "config.json").read_bytes())
        if found["digest"] != config.digest():
            raise StoreError(
                f"{self.path} is a run of another configuration ({_difference(found, data)});"
                " give another folder, or the configuration it was started with"
            )
        known = json.loads((self.path / "corpus.json").read_bytes())
        if known != json.loads(encode(corpus)):
            raise StoreError(
                f"{self.path} was started with another text of the corpus {config.corpus}"
            )
        if not np.array_equal(self.contexts(), contexts):  # of a run that never came to be
            raise StoreError(f"{self.path} holds other contexts; give an empty or new folder")
        return config

    def config(self) -> Config:
        """The configuration of an existing run."""
        try:
            return read_config(json.loads((self.path / "config.json").read_bytes()))
        except FileNotFoundError:
            raise StoreError(f"{self.path} is no run folder: it has no config.json") from None

    def contexts(self) -> np.ndarray:
        return np.load(self.path / "contexts.npy")

    def corpus(self) -> dict:
        return json.loads((self.path / "corpus.json").read_bytes())

    def _place(self, name: str, raw: bytes) -> None:
        """A whole file or none; an existing one stays."""
        temporary = self.path / f"{name}.tmp.{writer()}"
        write(temporary, raw)
        try:
            os.link(temporary, self.path / name)
        except FileExistsError:
            pass
        except OSError:  # no hard links here
            os.replace(temporary, self.path / name)
            return
        temporary.unlink()

    # -- stages -----------------------------------------------------------------------------

    def folder(self, pack: int, generation: int, stage: str = "") -> Path:
        return self.path / "packs" / f"p{pack:03d}" / f"gen_{generation:03d}" / stage

    def done(self, pack: int, generation: int, stage: str) -> bool:
        return (self.folder(pack, generation, stage) / "manifest.json").exists()

    def commit(
        self,
        pack: int,
        generation: int,
        stage: str,
        files: Mapping[str, bytes],
        facts: Mapping[str, Any],
    ) -> None:
        """Put a stage in place, atomically; where it exists already, nothing happens."""
        final = self.folder(pack, generation, stage)
        final.parent.mkdir(parents=True, exist_ok=True)
        manifest = {
            "schema": SCHEMA,
            "pack": pack,
            "generation": generation,
            "stage": stage,
            "files": {name: sha256(raw) for name, raw in files.items()},
            **facts,
        }
        temporary = final.with_name(f"{stage}.tmp.{writer()}")
        temporary.mkdir()
        for name, raw in files.items():
            write(temporary / name, raw)
        write(temporary / "manifest.json", encode(manifest))
        flush(temporary)
        self.rename(temporary, final)
        flush(final.parent)

    @staticmethod
    def rename(temporary: Path, final: Path) -> None:
        """The one instant at which a stage comes to exist."""
        try:
            os.rename(temporary, final)
        except OSError:
            if not (final / "manifest.json").exists():
                raise
            shutil.rmtree(temporary, ignore_errors=True)

    def manifest(self, pack: int, generation: int, stage: str) -> dict:
        path = self.folder(pack, generation, stage) / "manifest.json"
        try:
            return json.loads(path.read_bytes())
        except FileNotFoundError:
            raise StoreError(f"{path.parent} is missing; run the same command again") from None

    def manifest_hash(self, pack: int, generation: int, stage: str) -> str:
        return sha256((self.folder(pack, generation, stage) / "manifest.json").read_bytes())

    def read(self, pack: int, generation: int, stage: str, name: str) -> bytes:
        """A file of a stage, its hash checked."""
        raw = (self.folder(pack, generation, stage) / name).read_bytes()
        if sha256(raw) != self.manifest(pack, generation, stage)["files"][name]:
            raise StoreError(f"{self.folder(pack, generation, stage) / name} was altered")
        return raw

    def stages(self) -> Iterator[tuple[int, int, str]]:
        """(pack, generation, stage) of all that is done."""
        config = self.config()
        for pack in range(len(config.packs)):
            for m in range(1, config.generations + 1):
                for stage in STAGES:
                    if self.done(pack, m, stage):
                        yield pack, m, stage

    # -- what is under way --------------------------------------------------------------------

    def save_checkpoint(self, pack: int, generation: int, raw: bytes) -> None:
        final = self.folder(pack, generation) / "checkpoint"
        temporary = final.with_name(f"checkpoint.tmp.{writer()}")
        write(temporary, raw)
        os.replace(temporary, final)

    def checkpoint(self, pack: int, generation: int) -> bytes | None:
        try:
            return (self.folder(pack, generation) / "checkpoint").read_bytes()
        except FileNotFoundError:
            return None

    def clear(self, pack: int, generation: int) -> None:
        """Remove the checkpoint of a fit that is in place, and leftovers of killed writers."""
        folder = self.folder(pack, generation)
        (folder / "checkpoint").unlink(missing_ok=True)
        _sweep(folder)

    def log(self, **facts: object) -> None:
        """One line to log.jsonl, which no hash covers."""
        line = json.dumps({"time": round(time.time(), 3), "pid": os.getpid(), **facts})
        with open(self.path / "log.jsonl", "a", encoding="utf-8") as file:
            file.write(line + "\n")


def _sweep(folder: Path) -> None:
    """Remove what killed writers of this machine left; what others left is ignored."""
    for path in folder.glob("*.tmp.*"):
        machine, pid = path.name.split(".tmp.")[1].split("-")[:2]
        if machine == host() and not alive(int(pid)):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _difference(found: Mapping, wanted: Mapping) -> str:
    names = [k for k in wanted if k != "digest" and found.get(k) != json.loads(encode(wanted[k]))]
    if not names:
        return "its plans differ"
    k = names[0]
    return (
        f"{k} differs" if k == "settings" else f"{k} is {found.get(k)!r} there, {wanted[k]!r} here"
    )
