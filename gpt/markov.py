"""A source whose law is exactly known: an order-K Markov chain over the tokens of the bundled text.

Its table is fitted to the text once; from then on the table *is* the truth. A conditional law,
its entropy and a model's divergence from it are then exact numbers, where a text only gives
estimates. The checks of theory use this corpus; text is for realism.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import rng
from .errors import CorpusError

__all__ = ["Chain", "fit_chain"]

FLOOR = 0.02  # share of the order-0 law in every row, so that every token is always possible
CELLS = 40_000_000


@dataclass(frozen=True)
class Chain:
    """start: (V**K,) law of the first K tokens; table: (V**K, V) law of the next token."""

    order: int
    start: np.ndarray
    table: np.ndarray

    @property
    def vocabulary(self) -> int:
        return self.table.shape[1]

    def state(self, tokens: np.ndarray) -> np.ndarray:
        """The row of the table for the last K tokens of each context; tokens: (..., L), L >= K."""
        out = np.zeros(tokens.shape[:-1], dtype=np.int64)
        for j in range(self.order):
            out = out * self.vocabulary + tokens[..., tokens.shape[-1] - self.order + j]
        return out

    def documents(self, root: int, count: int, length: int) -> np.ndarray:
        """(count, length) uint16 independent documents; document i is the same whatever `count`."""
        u = np.stack(
            [rng.uniforms(rng.key(root, "markov"), 0, length, row=i) for i in range(count)]
        )
        out = np.zeros((count, length), dtype=np.int64)
        first = np.minimum(np.searchsorted(np.cumsum(self.start), u[:, 0]), len(self.start) - 1)
        for j in reversed(range(self.order)):
            out[:, j] = first % self.vocabulary
            first = first // self.vocabulary
        cumulative = np.cumsum(self.table, axis=1)
        for t in range(self.order, length):
            rows = cumulative[self.state(out[:, :t])]  # (count, V)
            out[:, t] = np.minimum((rows < u[:, t, None]).sum(1), self.vocabulary - 1)
        return out.astype(np.uint16)

    def conditional(self, tokens: np.ndarray) -> np.ndarray:
        """(..., V) the exact law of what follows contexts (..., L), L >= K."""
        return self.table[self.state(tokens.astype(np.int64))]


def fit_chain(tokens: np.ndarray, vocabulary: int, order: int) -> Chain:
    """The order-K relative frequencies of `tokens`, mixed with a little of the order-0 law."""
    if order < 1 or vocabulary ** (order + 1) > CELLS:
        raise CorpusError(
            f"markov:{order} with {vocabulary} tokens needs {vocabulary ** (order + 1):.3g} cells,"
            f" more than {CELLS:.0e}; take a smaller order or a tokenizer such as char:30"
        )
    t = tokens.astype(np.int64)
    rows = vocabulary**order
    state = np.zeros(len(t) - order, dtype=np.int64)
    for j in range(order):
        state = state * vocabulary + t[j : len(t) - order + j]
    counts = np.bincount(state * vocabulary + t[order:], minlength=rows * vocabulary)
    counts = counts.reshape(rows, vocabulary).astype(float)
    single = np.bincount(t, minlength=vocabulary) + 1.0
    single /= single.sum()
    total = counts.sum(1, keepdims=True)
    table = np.where(total > 0, counts / np.maximum(total, 1), single)
    start = np.bincount(state, minlength=rows).astype(float)
    return Chain(order, start / start.sum(), (1 - FLOOR) * table + FLOOR * single)
