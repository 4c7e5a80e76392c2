"""Integer sums over the observations of a shard: they add in any order to the same result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .betting import BINS

__all__ = ["Tally"]


@dataclass(frozen=True, eq=False)
class Tally:
    """Integer sums over observations; tallies add.

    histogram: counts of the rounded observations 0..BINS, None for events.
    """

    n: int = 0
    yes: int = 0
    maybe: int = 0
    total: int = 0
    histogram: np.ndarray | None = None

    def __add__(self, other: Tally) -> Tally:
        both = [h for h in (self.histogram, other.histogram) if h is not None]
        return Tally(
            self.n + other.n,
            self.yes + other.yes,
            self.maybe + other.maybe,
            self.total + other.total,
            np.sum(both, axis=0) if both else None,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tally) and self.words() == other.words()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple:
        return Tally.read, (self.words(),)

    def words(self) -> dict[str, object]:
        """As plain integers, for a checkpoint; `Tally.read` reads it."""
        h = self.histogram
        seen = None if h is None else [[int(k), int(h[k])] for k in np.flatnonzero(h)]
        return {
            "n": self.n,
            "yes": self.yes,
            "maybe": self.maybe,
            "total": self.total,
            "seen": seen,
        }

    @classmethod
    def read(cls, words: Mapping) -> Tally:
        """The tally that `words` wrote."""
        h = None
        if words["seen"] is not None:
            h = np.zeros(BINS + 1, np.int64)
            for k, count in words["seen"]:
                h[k] = count
        return cls(words["n"], words["yes"], words["maybe"], words["total"], h)
