"""Bytes to disk: whole or not at all, in one form for equal data, by a writer that has a name."""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import uuid
from pathlib import Path

import numpy as np

__all__ = ["alive", "encode", "flush", "host", "npy", "sha256", "write", "writer"]


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def encode(data: object) -> bytes:
    """JSON with sorted keys, one form for equal data."""
    return (json.dumps(data, sort_keys=True, indent=1, allow_nan=True) + "\n").encode()


def write(path: Path, raw: bytes) -> None:
    with open(path, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def flush(folder: Path) -> None:
    """The folder's own entries to disk, where the system can do that."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def npy(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def host() -> str:
    return hashlib.blake2b(platform.node().encode(), digest_size=4).hexdigest()


def writer() -> str:
    """Names the writer of a file that is not yet in place: machine, process, and a nonce."""
    return f"{host()}-{os.getpid()}-{uuid.uuid4().hex}"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
