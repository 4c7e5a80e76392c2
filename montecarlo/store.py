"""Files that are whole or absent, and checkpoints of a run in shards."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from refutable.derivations.errors import PathNotFound, UsageError

__all__ = ["read_checkpoint", "write_atomic", "write_checkpoint"]

SCHEMA = "refutable.simulate/1"


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
            f"{path} belongs to another run (process, sizes, quantities or seed differ);"
            " name another file or delete it"
        )
    return body
