"""Tensors as bytes, in the safetensors format: a length, a JSON header, the data.

The same tensors give the same bytes, which the hashes of a run rely on; any safetensors reader can
open the weights. Written here because it is twenty lines and saves a dependency.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np

from .errors import StoreError

__all__ = ["dump", "load"]

_NAMES = {"float32": "F32", "float64": "F64", "int64": "I64", "bool": "BOOL", "uint16": "U16"}
_TYPES = {v: np.dtype(k) for k, v in _NAMES.items()}


def dump(arrays: Mapping[str, np.ndarray], meta: Mapping[str, str] | None = None) -> bytes:
    """The bytes of named arrays, in the order of their names.

    >>> raw = dump({"x": np.zeros(2, dtype=np.float32)}, {"by": "me"})
    >>> load(raw)[0]["x"].tolist(), load(raw)[1]
    ([0.0, 0.0], {'by': 'me'})
    """
    header: dict = {"__metadata__": dict(sorted(meta.items()))} if meta else {}
    parts, at = [], 0
    for name in sorted(arrays):
        a = np.ascontiguousarray(arrays[name])
        kind = _NAMES.get(str(a.dtype))
        if kind is None:
            raise StoreError(f"cannot store {name}: unknown type {a.dtype}")
        raw = a.tobytes()
        header[name] = {
            "dtype": kind,
            "shape": list(np.shape(arrays[name])),
            "data_offsets": [at, at + len(raw)],
        }
        parts.append(raw)
        at += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(parts)


def load(raw: bytes) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """(arrays, metadata); the arrays are copies that may be written to."""
    try:
        size = int.from_bytes(raw[:8], "little")
        header = json.loads(raw[8 : 8 + size])
        meta = header.pop("__metadata__", {})
        out = {}
        for name, info in header.items():
            a, b = info["data_offsets"]
            data = np.frombuffer(raw[8 + size + a : 8 + size + b], dtype=_TYPES[info["dtype"]])
            out[name] = data.reshape(info["shape"]).copy()
    except (ValueError, KeyError, TypeError) as err:
        raise StoreError(f"not a file of tensors, or a damaged one ({err})") from err
    return out, meta
