"""A device made ready, and steps as CUDA graphs.

What is set here is what bitwise equal results on a GPU rest on: products without TF32, sums in a
fixed order in the backward pass of attention, the workspace of cuBLAS. None of it has run on a GPU.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ._torch import torch

__all__ = ["capture", "fixed_order", "prepare"]


def prepare(name: str, threads: int | None = None) -> torch.device:
    """The device of that name, with this process set up for it."""
    device = torch.device(name)
    if threads is not None:
        torch.set_num_threads(threads)
    if device.type == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read at the first product
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False
        torch.cuda.set_device(device)  # streams and graphs belong to the current device
    return device


@contextmanager
def fixed_order() -> Iterator[None]:
    """Inside, kernels are chosen that add in a fixed order; others raise an error.

    By itself the backward pass of fused attention adds in whatever order its blocks finish.
    """
    before = torch.are_deterministic_algorithms_enabled()
    memory: Any = torch.utils.deterministic
    filled = memory.fill_uninitialized_memory
    torch.use_deterministic_algorithms(True)
    memory.fill_uninitialized_memory = False  # nothing here reads any
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)
        memory.fill_uninitialized_memory = filled


def capture(
    step: Callable[[], None], warm_up: Callable[[], None], device: torch.device, pool: Any = None
) -> Callable[[], None]:
    """`step` as one CUDA graph: calling the result launches the recorded kernels again.

    What `step` reads and writes must live in tensors that keep their storage, and no number may
    reach the host. `warm_up` runs first, on a side stream as capture requires, so that libraries
    make their workspaces before; its effect is the caller's to undo. The step itself may or may not
    have been carried out when this returns. pool: memory that graphs share, which never run at once.
    """
    with torch.cuda.device(device):
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            warm_up()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=pool):
            step()
    return graph.replay
