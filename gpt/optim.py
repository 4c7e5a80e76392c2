"""AdamW on a flat stack of replicas, with each replica's own clip and its own finite mask.

Loshchilov & Hutter, "Decoupled weight decay regularization". All operations are elementwise or per
row, so a stack moves exactly as its members would alone; a replica whose gradient is not finite
stops moving and is reported, and never touches its neighbours. Nothing here reads a number back to
the host, so that the step can be captured as one CUDA graph.
"""

from __future__ import annotations

from dataclasses import dataclass

from ._torch import Tensor, torch
from .config import Config
from .model import PAD, Shape

__all__ = ["State", "decay_mask", "update"]


@dataclass
class State:
    """Master weights and moments (R, stride) in float32; step and finite live on the device."""

    flat: Tensor
    m: Tensor
    v: Tensor
    step: Tensor  # () int64, steps done
    finite: Tensor  # (R,) bool

    @staticmethod
    def start(flat: Tensor) -> State:
        device = flat.device
        return State(
            flat,
            torch.zeros_like(flat),
            torch.zeros_like(flat),
            torch.zeros((), dtype=torch.int64, device=device),
            torch.ones(flat.shape[0], dtype=torch.bool, device=device),
        )

    def tensors(self) -> dict[str, Tensor]:
        return {
            "flat": self.flat,
            "m": self.m,
            "v": self.v,
            "step": self.step,
            "finite": self.finite,
        }

    def copy_from(self, other: dict[str, Tensor]) -> None:
        for name, tensor in self.tensors().items():
            tensor.copy_(other[name])


def decay_mask(shape: Shape, device: torch.device) -> Tensor:
    """(stride,) 1 for matrices, 0 for norms and padding."""
    mask = torch.zeros(shape.stride, device=device)
    at = 0
    for size in shape.parameters.values():
        count = 1
        for s in size:
            count *= s
        mask[at : at + count] = float(len(size) > 1)
        at += count
    return mask


def update(state: State, grad: Tensor, lr: Tensor, config: Config, decay: Tensor) -> None:
    """One step in place; grad: (R, stride), lr: (R,), decay: (stride,). Increments `step`."""
    R = grad.shape[0]
    squares = grad.square().view(R, -1, PAD).sum(-1).sum(-1)  # equal chunks for every R
    state.finite &= torch.isfinite(squares)
    scale = (config.clip / (squares.sqrt() + 1e-6)).clamp(max=1.0)  # (R,)
    moves = state.finite.unsqueeze(1)  # (R, 1)
    g = torch.where(moves, grad * scale.unsqueeze(1), 0.0)
    state.step += 1
    state.m.lerp_(g, 1 - config.beta1)
    state.v.lerp_(g.square(), 1 - config.beta2)
    t = state.step.double()
    fix1 = (1 - config.beta1**t).float()
    fix2 = (1 - config.beta2**t).sqrt().float()
    change = (state.m / fix1) / (state.v.sqrt() / fix2 + 1e-8)
    change = change + config.weight_decay * decay * state.flat
    state.flat -= torch.where(moves, lr.unsqueeze(1) * change, 0.0)
