"""Files that are whole or absent, and checkpoints of a run in shards."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from refutable.derivations.errors import PathNotFound, UsageError

__all__ = ["Checkpoint", "read_checkpoint", "write_atomic", "write_checkpoint"]

SCHEMA = "refutable.simulate/1"
#: Seconds between two checkpoints: what a killed run loses at most.
EVERY = 5.0


class Checkpoint:
    """The file that one run goes on from and is saved to; without a path nothing is saved.

    digest: says which run it is.  Raises UsageError when it reads the file of another run.
    """

    def __init__(self, path: str | Path | None, digest: str):
        self.path, self.digest = path, digest
        self._last = time.monotonic()

    def read(self) -> dict | None:
        """The saved state, None where there is none."""
        return None if self.path is None else read_checkpoint(self.path, self.digest)

    def save(self, state: Callable[[], Mapping], now: bool = False) -> None:
        """Save what `state` returns, where the last time is long enough ago or `now`."""
        if self.path is None or not (now or time.monotonic() - self._last >= EVERY):
            return
        write_checkpoint(self.path, self.digest, state())
        self._last = time.monotonic()


def write_atomic(path: str | Path, text: str | bytes) -> None:
    """Write a file through a temporary one beside it: a reader sees the old or the new one.

    Raises PathNotFound where the folder does not exist.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise PathNotFound(f"cannot write {path}: the folder {path.parent} does not exist")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_checkpoint(path: str | Path, digest: str, state: Mapping) -> None:
    """Save the state of a run; `digest` says which run it is."""
    body = {"schema": SCHEMA, "digest": digest, **state}
    write_atomic(path, json.dumps(body, separators=(",", ":")))


def read_checkpoint(path: str | Path, digest: str) -> dict | None:
    """The saved state, None where there is none.

    Raises UsageError for a file of another run or another format.
    """
    path = Path(path)
    if not path.exists():
        return None
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as err:
        raise UsageError(f"{path} is no checkpoint ({err}); name another file") from err
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        raise UsageError(f"{path} is no checkpoint of this version; name another file")
    if body["digest"] != digest:
        raise UsageError(
            f"{path} belongs to another run (process, sizes, quantities, replicates or seed differ);"
            " name another file (for figures a folder) or delete it"
        )
    return body
