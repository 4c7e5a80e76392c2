"""The NumPy twin of `mixture`: the same numbers from the same words, without numba."""

from __future__ import annotations

import numpy as np

from .binomials_twin import binomial

__all__ = ["fill"]


def fill(truth, size, alpha, accumulate, slot, first, key, table, out) -> None:  # type: ignore[no-untyped-def]
    """As the compiled kernel fills out.norms, out.risks and out.models."""
    s, runs = len(truth), out.norms.shape[1]
    replicates = np.arange(first, first + runs, dtype=np.uint64)
    model, sums, total = np.repeat(truth[:, None], runs, axis=1), np.zeros((s, runs)), 0.0
    for g, n in enumerate(size):
        total = total + n if accumulate else float(n)
        q = alpha[g] * truth[:, None] + (1.0 - alpha[g]) * model
        rest = np.cumsum(q[::-1], axis=0)[::-1]
        chance = np.divide(q, rest, out=np.zeros_like(q), where=q > 0)
        left = np.full(runs, float(n))
        for j in range(s):
            drawn = binomial(left, chance[j], j, g + 1, replicates, key, table)
            left -= drawn
            sums[j] = drawn + (sums[j] if accumulate else 0.0)
            model[j] = sums[j] / total
            out.norms[g] += model[j] * model[j]
            off = model[j] - truth[j]
            out.risks[g] += off * off
        if slot[g] >= 0:
            out.models[slot[g]] = model
