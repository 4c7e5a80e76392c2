"""Logistic regression on data drawn with replacement from given rows: a family of its own, since
real labels are those of the rows and follow no model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from refutable.derivations.errors import DomainError
from refutable.derivations.families import Family

from . import glm

__all__ = ["RowsOf", "first_order", "truth"]


@dataclass(frozen=True)
class RowsOf(Family):
    """Rows of d covariates and their labels, as bytes of float64: equal contents, equal families."""

    d: int
    covariates: bytes
    labels: bytes

    oracle = "the first order"

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray) -> RowsOf:
        """The family of these rows."""
        return cls(x.shape[1], np.ascontiguousarray(x, float).tobytes(), np.asarray(y, float).tobytes())

    @property
    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """(covariates (rows, d), labels (rows,))."""
        return np.frombuffer(self.covariates).reshape(-1, self.d), np.frombuffer(self.labels)

    def __repr__(self) -> str:
        content = blake2b(self.covariates + self.labels, digest_size=8).hexdigest()
        return f"RowsOf({len(self.labels) // 8} rows, d={self.d}, {content})"


@lru_cache(maxsize=2)
def truth(family: RowsOf) -> np.ndarray:
    """The fit on all rows."""
    x, y = family.rows
    beta, good = glm.fit("logistic", x[None], y[None])
    if not good[0]:
        raise DomainError("the rows have no logistic fit: their labels are separated")
    return beta[0]


@lru_cache(maxsize=2)
def first_order(family: RowsOf) -> tuple[float, float]:
    """(n times the squared error of a fit on n real data, on n synthetic ones), to first order."""
    x, y = family.rows
    mu = glm.means("logistic", x[None], truth(family)[None])[0]
    inverse = np.linalg.inv((x * (mu * (1 - mu))[:, None]).T @ x / len(x))
    scores = (x * ((y - mu) ** 2)[:, None]).T @ x / len(x)
    return float(np.trace(inverse @ scores @ inverse)), float(np.trace(inverse))
