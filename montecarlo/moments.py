"""Numbers, means and squared deviations of replicates, row by row: they merge shard by shard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

__all__ = ["Moments"]


@dataclass(frozen=True, eq=False)
class Moments:
    """of: replicates.  n, mean, squares: by row, of those with a value: how many, their mean, and
    the sum of their squared deviations from it.  paths: the values themselves, where they are kept.

    >>> a, b = (Moments.of_values(np.array([x])) for x in ([1.0, 2.0], [6.0, np.nan]))
    >>> both = a + b
    >>> both.of, both.n.tolist(), both.mean.tolist(), both.squares.tolist()
    (4, [3], [3.0], [14.0])
    """

    of: int
    n: np.ndarray
    mean: np.ndarray
    squares: np.ndarray
    paths: np.ndarray | None = None

    @classmethod
    def of_values(cls, values: np.ndarray) -> Moments:
        """Of an array (rows, replicates); what is not finite is no value."""
        good = np.isfinite(values)
        n = good.sum(axis=1)
        mean = np.where(good, values, 0.0).sum(axis=1) / np.maximum(n, 1)
        gaps = np.where(good, values - mean[:, None], 0.0)
        return cls(values.shape[1], n, mean, (gaps * gaps).sum(axis=1))

    @classmethod
    def kept(cls, values: np.ndarray) -> Moments:
        """The values themselves, (rows, replicates)."""
        none = np.zeros(0)
        return cls(values.shape[1], none.astype(np.int64), none, none, values)

    def __add__(self, other: Moments) -> Moments:
        """Both together; the order of merging may matter in the last bit."""
        if self.paths is not None and other.paths is not None:
            return Moments.kept(np.concatenate([self.paths, other.paths], axis=1))
        n = self.n + other.n
        gap, share = other.mean - self.mean, other.n / np.maximum(n, 1)
        squares = self.squares + other.squares + gap * gap * self.n * share
        return Moments(self.of + other.of, n, self.mean + gap * share, squares)

    def words(self) -> dict[str, object]:
        """As plain numbers, for a checkpoint; `Moments.read` reads the same bits."""
        paths = None if self.paths is None else self.paths.tolist()
        return {"of": self.of, "n": self.n.tolist(), "mean": self.mean.tolist(),
                "squares": self.squares.tolist(), "paths": paths}  # fmt: skip

    @classmethod
    def read(cls, words: Mapping) -> Moments:
        """The moments that `words` wrote."""
        n = np.array(words["n"], np.int64)
        mean, squares = (np.array(words[k], float) for k in ("mean", "squares"))
        paths = None if words["paths"] is None else np.array(words["paths"], float)
        return cls(words["of"], n, mean, squares, paths)
