"""Carries verdicts from one process to another.

Plain pickle fails on three things in them: undefined functions (their classes live in no module),
read-only mappings, and claims, which the receiver has anyway and looks up by id.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from types import FunctionType, MappingProxyType
from typing import Any

import sympy as sp
from sympy.core.function import UndefinedFunction

from refutable.derivations.claim import Claim

from .verdict import Verdict

__all__ = ["pack", "unpack"]


def pack(verdicts: list[Verdict]) -> bytes:
    """The verdicts as bytes; a claim in them becomes its id."""
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL).dump(verdicts)
    return buffer.getvalue()


def unpack(data: bytes, claims: Mapping[str, Claim]) -> list[Verdict]:
    """The verdicts, about the claims that the receiver has under the same ids."""
    return _Unpickler(io.BytesIO(data), claims).load()


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        return obj.id if isinstance(obj, Claim) else None

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, UndefinedFunction):
            return _function, (obj.__name__, obj._kwargs)
        if isinstance(obj, MappingProxyType):
            return dict, (dict(obj),)
        if isinstance(obj, FunctionType) and "<" in obj.__qualname__:  # a closure: no result
            return _nothing, ()
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, claims: Mapping[str, Claim]):
        super().__init__(file)
        self._claims = claims

    def persistent_load(self, pid: Any) -> Claim:
        return self._claims[pid]


def _function(name: str, assumptions: dict) -> UndefinedFunction:
    return sp.Function(name, **assumptions)


def _nothing() -> None:
    return None
