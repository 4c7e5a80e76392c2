"""CUDA graphs played on a CPU: the operations of one call, recorded and carried out again.

A recording keeps every operation with the very tensors that it read and wrote. Playing it repeats
them in place, with no Python of the step in between, as replaying a graph does: a number that was
read on the host stays what it was, a tensor made outside stays where it was. Operations that a
capture refuses (a number to the host, a size that depends on values) raise an error.
"""

from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

REFUSED = ("_local_scalar_dense", "nonzero", "masked_select", "_unique", "unique_dim")


class Tape(TorchDispatchMode):
    """Records while it is entered; `play` repeats."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        if name in REFUSED:
            raise RuntimeError(f"operation not permitted when stream is capturing: {name}")
        out = func(*args, **(kwargs or {}))
        self.calls.append((func, args, kwargs or {}, out))
        return out

    def play(self):
        with torch.no_grad():
            for func, args, kwargs, out in self.calls:
                given = {storage(x) for x in tensors((args, kwargs))}
                again = func(*args, **kwargs)
                for old, new in zip(tensors(out), tensors(again), strict=True):
                    if storage(old) not in given:  # neither a view nor in place
                        old.copy_(new)


def tensors(tree):
    return [x for x in tree_flatten(tree)[0] if isinstance(x, torch.Tensor)]


def storage(x):
    return x.untyped_storage().data_ptr()


def install(monkeypatch):
    """Put recordings in the place of `torch.cuda`'s graphs and streams."""
    stream = SimpleNamespace(wait_stream=lambda other: None)

    @contextmanager
    def graph(tape, pool=None):
        with tape:
            yield

    class Graph(Tape):
        def replay(self):
            self.play()

    for name, value in {
        "Stream": lambda: stream,
        "current_stream": lambda: stream,
        "stream": lambda s: nullcontext(),
        "device": lambda d: nullcontext(),
        "CUDAGraph": Graph,
        "graph": graph,
        "graph_pool_handle": lambda: (0, 1),
    }.items():
        monkeypatch.setattr(torch.cuda, name, value)
