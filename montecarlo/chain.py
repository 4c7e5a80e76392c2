"""Which questions the compiled kernel of fully synthetic chains can answer, and its paths.

It keeps the sum of squared counts per generation and nothing else: squared norms, whether a model
is a point mass, and the collapse time follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import sympy as sp

from refutable.derivations import quantity as Q

from . import urn
from .paths import Needs, Paths, common
from .plan import Step

__all__ = ["chain_size", "sample", "suits"]

#: The kernel's indices have 16 bits.
LARGEST = 65535


def chain_size(steps: Sequence[Step], classes: int) -> int:
    """n where every generation is n plain draws from the one before; else 0."""
    sizes = set()
    for g, step in enumerate(steps, 1):
        if step.how != "pool" or len(step.items) != 1 or step.once:
            return 0
        item = step.items[0]
        if item.how != "draw" or item.keep is not None or item.law is None:
            return 0
        if [(w, t) for w, t, _ in item.law.terms] != [(1, g - 1)]:
            return 0
        sizes.add(item.size)
    n = sizes.pop() if len(sizes) == 1 else 0
    return n if n <= LARGEST and classes <= LARGEST else 0


def suits(e: sp.Basic) -> bool:
    """Only squared norms of models, point masses and collapse times occur."""
    if isinstance(e, (Q.SqNorm, Q.IsDirac)):
        return isinstance(e.args[0], Q.ModelVec)  # generation 0 has been settled before
    if isinstance(e, (Q.Vec, Q.Fixation)):
        return False
    return all(suits(a) for a in e.args)


def sample(
    n: int,
    truth: Sequence[Fraction],
    needs: Needs,
    key: tuple[int, int],
    shard: int,
    runs: int,
) -> Paths:
    """One shard of the kernel's replicates; the same replicates whatever the shard size."""
    replicates = np.arange(shard * runs, (shard + 1) * runs, dtype=np.uint64)
    words = (key[0] & 0xFFFFFFFF, key[0] >> 32)
    p = np.array([float(x) for x in truth])
    paths = Paths(runs, p, common(x.denominator for x in truth), horizon=needs.horizon)
    squares = urn.squares(truth, n, needs.last, replicates, words)
    paths.squares, paths.size = squares, n
    if needs.horizon:
        single = squares[:, : needs.horizon] == n * n
        paths.collapsed = np.where(single.any(axis=1), single.argmax(axis=1) + 1, 0)
    return paths
