"""The weights of a generation from the store, and what bitwise equality of new ones rests on."""

from __future__ import annotations

import hashlib
import io
import platform
from functools import cache
from importlib import resources

import numpy as np

from . import tensors
from ._torch import torch
from .config import Config
from .model import Shape, views
from .store import Store

__all__ = ["environment", "load_weights"]


def load_weights(
    store: Store, pack: int, generation: int, shape: Shape
) -> tuple[np.ndarray, np.ndarray]:
    """(R, stride) weights and (R, V) prompts of a generation's fits."""
    named, _ = tensors.load(store.read(pack, generation, "fit", "weights.safetensors"))
    rows = next(iter(named.values())).shape[0]
    flat = torch.zeros((rows, shape.stride))
    for name, view in views(flat, shape).items():
        view.copy_(torch.from_numpy(named[name]))
    raw = store.read(pack, generation, "fit", "prompts.npy")
    return flat.numpy(), np.load(io.BytesIO(raw))


def environment(device: torch.device, config: Config) -> dict:
    """What bitwise equality rests on: device, versions, code."""
    gpu = device.type == "cuda"
    processor = f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"
    return {
        "device": device.type,
        "device_name": torch.cuda.get_device_name(device) if gpu else processor,
        "threads": None if gpu else torch.get_num_threads(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "dtype": config.dtype,
        "code": _code(),
    }


@cache
def _code() -> str:
    """One hash of the engine's own source files."""
    digest = hashlib.sha256()
    for path in sorted(resources.files("refutable.gpt").iterdir(), key=lambda p: p.name):
        if path.name.endswith(".py"):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
