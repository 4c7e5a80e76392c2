"""What a verdict costs in observations."""

from __future__ import annotations

import statistics
from fractions import Fraction

import numpy as np
from scipy.stats import norm

from refutable.montecarlo import urn
from refutable.montecarlo.betting import BINS, lower_limit, rounded

__all__ = ["verdicts"]


def verdicts(runs: int = 20) -> list[dict[str, object]]:
    """Observations a verdict takes, against a fixed-size normal test with the same error rates.

    100 claims share 1e-9, power 1 - 1e-6, a margin of 1 % on S_20 with n = 100.
    """
    values = (
        urn.squares([Fraction(1, 52)] * 52, 100, 20, np.arange(200_000, dtype=np.uint64), (1, 2))[
            :, 19
        ]
        / 100**2
    )
    mean, margin, alpha, beta = values.mean(), 0.01 * values.mean(), 1e-11, 1e-6
    fixed = (norm.isf(alpha / 2) + norm.isf(beta)) ** 2 * (values.std() / margin) ** 2
    out = []
    for off in (0, 0.5, 1, 2, 4):
        answers = [_verdict(values, mean + off * margin, margin, alpha, beta, fixed, k)
                   for k in range(runs)]  # fmt: skip
        words = {w: sum(a == w for a, _ in answers) for w in ("verified", "refuted", "open")}
        share = float(statistics.mean(n for _, n in answers) / fixed)
        out.append({"off by margins": off, **words, "mean N / fixed N": share})
    return out


def _verdict(values, claim, margin, alpha, beta, fixed, seed):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(seed)
    h, n = np.zeros(BINS + 1, np.int64), 0
    while n < 10 * fixed:
        y = values[rng.integers(0, len(values), 2048)]
        h += np.bincount(rounded(y, rng), minlength=BINS + 1)
        n += len(y)
        if not lower_limit(h, alpha / 2) <= claim <= 1 - lower_limit(h[::-1], alpha / 2):
            return "refuted", n
        low, high = lower_limit(h, beta), 1 - lower_limit(h[::-1], beta)
        if claim - margin < low and high < claim + margin:
            return "verified", n
    return "open", n
