"""Long vectors on one line: equal neighbours are counted, not repeated."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

__all__ = ["value_text", "vector_text"]

LONG = 6


def vector_text(entries: Iterable[object]) -> str:
    """A vector in brackets.

    >>> vector_text(["1/2", "1/2"])
    '(1/2, 1/2)'
    >>> vector_text(["3/4"] + ["1/36"] * 9)
    '(3/4, 1/36 × 9)'
    """
    texts = [str(x) for x in entries]
    if len(texts) > LONG:
        runs = [(x, len(list(same))) for x, same in groupby(texts)]
        texts = [x if k == 1 else f"{x} × {k}" for x, k in runs]
    return f"({', '.join(texts)})"


def value_text(value: object) -> str:
    """A vector as above, anything else as it is."""
    return vector_text(value) if isinstance(value, (list, tuple)) else str(value)
