"""Mean square of a combination of noises of a linear recursion.

Noises of different generations are uncorrelated, so for v = sum_k c(k) noise_k

    E |v|^2 = sum_k c(k)^2 E |noise_k|^2,

with the mean square of a noise as the family says, for the size drawn at that generation.
"""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Linear
from refutable.derivations.normal import is_zero
from refutable.derivations.process import Accumulate, Draw, Pool, Process

from .region import Region
from .vectors import K, cells, formal, noise_range

__all__ = ["mean_square"]


def mean_square(node: sp.Expr, region: Region) -> sp.Expr:
    """E of the squared norm of a vector without true weights; OutsideFragment otherwise."""
    if not isinstance(node, Q.Mean) or node.given is not None:
        raise OutsideFragment(f"{node} is no mean square", part=str(node))
    square = node.args[0]
    processes = Q.processes_of(square)
    if not isinstance(square, Q.SqNorm) or len(processes) != 1:
        raise OutsideFragment(f"{node} is no mean square", part=str(node))
    (process,) = processes
    if not isinstance(process.family, Linear):
        raise OutsideFragment(f"{type(process.family).__name__}: noises", part="family")
    f = formal(square.args[0])
    if not is_zero(f.truth, region.integers):
        raise OutsideFragment("the true weights do not cancel", part="truth")
    out: sp.Expr = sp.Integer(0)
    for k, c in cells(f, region):
        if k == K:
            lo, hi = noise_range(f)
            i = sp.Dummy("k", integer=True)
            body = (c**2 * _noise(process, K)).xreplace({K: i})
            out += sp.Sum(sp.factor(body), (i, lo, hi))
        else:
            out += c**2 * _noise(process, k)
    return out


def _noise(process: Process, k: sp.Expr) -> sp.Expr:
    """The mean square of the noise of generation k (internal clock)."""
    step = process.step
    if process.first is not None or not isinstance(step, (Pool, Accumulate)):
        raise OutsideFragment("noises where the first fit differs", part="first fit")
    (batch,) = step.batches
    if not isinstance(batch, Draw):
        raise OutsideFragment("noises of a batch that is not drawn afresh", part="batch")
    size = batch.size.xreplace({process.index: process.paper(k)})
    return process.family.noise(size)  # type: ignore[attr-defined]
