"""Filtering synthetic documents out of a pool: as theory assumes it, or as a classifier does it.

The oracle keeps a document with a chance that depends on its hidden source only (the papers'
label-agnostic filter). The classifier compares a document's likelihood under two smoothed trigram
models, one of real and one of synthetic documents, both from documents that the chain already has
and that are not themselves being filtered; its threshold is set so that the stated share of real
documents passes. What share of synthetic ones passes is then a fact about the classifier, recorded
with the run.
"""

from __future__ import annotations

import numpy as np

from . import rng
from .errors import PlanError

__all__ = ["Classifier", "oracle"]


def oracle(chances: np.ndarray, stream: tuple[int, int]) -> np.ndarray:
    """(documents,) bool: kept ones; the stage is repeated until at least one is kept."""
    for attempt in range(1000):
        kept = rng.uniforms(stream, attempt, len(chances)) < chances
        if kept.any():
            return kept
    raise PlanError("the filter kept no document in 1000 attempts; give it larger chances")


class Classifier:
    """Trained on documents (count, D) of both kinds; `score` is large for real-looking ones."""

    def __init__(self, real: np.ndarray, synthetic: np.ndarray, vocabulary: int):
        if len(real) < 4 or len(synthetic) < 2:
            raise PlanError(
                f"a classifier needs 4 real documents (got {len(real)})"
                f" and 2 synthetic ones (got {len(synthetic)})"
            )
        self.vocabulary = vocabulary
        half = len(real) // 2
        self.real, self.synthetic = _counts(real[:half]), _counts(synthetic)
        self.calibration = real[half:]

    def score(self, documents: np.ndarray) -> np.ndarray:
        """(documents,) log-likelihood ratio, real over synthetic, in nats per token."""
        d = documents.astype(np.int64)
        return (self._loglik(d, self.real) - self._loglik(d, self.synthetic)) / d.shape[1]

    def threshold(self, keep: float) -> float:
        """The score that a share `keep` of real documents not trained on reaches."""
        return float(np.quantile(self.score(self.calibration), 1 - keep, method="lower"))

    def kept(self, documents: np.ndarray, keep: float) -> np.ndarray:
        """(documents,) bool: those that pass; the best one where none does."""
        scores = self.score(documents)
        kept = scores >= self.threshold(keep)
        kept[int(np.argmax(scores))] |= not kept.any()
        return kept

    def _loglik(self, d: np.ndarray, counts: list[dict[int, int]]) -> np.ndarray:
        """Interpolated trigrams: each order is smoothed with 2 counts of the order below."""
        single, single_total = counts[0], max(1, sum(counts[0].values()))
        law = (_look(single, d[:, 2:]) + 1) / (single_total + self.vocabulary)
        for k in (2, 3):
            past = np.zeros_like(d[:, 2:])
            for j in range(k - 1):
                past = past * 65536 + d[:, 2 - (k - 1) + j : d.shape[1] - (k - 1) + j]
            gram = _look(counts[k - 1], past * 65536 + d[:, 2:])
            base = _look(counts[k + 1], past)  # how often the context occurred
            law = (gram + 2 * law) / (base + 2)
        return np.log(law).sum(1)


def _counts(documents: np.ndarray) -> list[dict[int, int]]:
    """Counts of 1-, 2-, 3-grams, then of 1- and 2-grams as contexts of a further token."""
    d = documents.astype(np.int64)
    out = []
    for k, cut in ((1, 0), (2, 0), (3, 0), (1, 1), (2, 1)):
        code = np.zeros((len(d), d.shape[1] - k + 1), dtype=np.int64)
        for j in range(k):
            code = code * 65536 + d[:, j : d.shape[1] - k + 1 + j]
        values, numbers = np.unique(code[:, : code.shape[1] - cut], return_counts=True)
        out.append(dict(zip(values.tolist(), numbers.tolist(), strict=True)))
    return out


def _look(table: dict[int, int], codes: np.ndarray) -> np.ndarray:
    values, back = np.unique(codes, return_inverse=True)
    found = np.array([table.get(int(v), 0) for v in values], dtype=float)
    return found[back].reshape(codes.shape)
