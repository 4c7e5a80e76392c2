"""torch, or the documented error. Modules that compute import `torch` from here."""

from __future__ import annotations

from .errors import TorchMissing

try:
    import torch
    from torch import Tensor
except ModuleNotFoundError as err:
    if err.name != "torch":
        raise
    raise TorchMissing(
        "the transformer engine needs torch, which is not installed;"
        " install it with `pip install 'refutable[gpt]'`"
    ) from err

__all__ = ["Tensor", "torch"]
