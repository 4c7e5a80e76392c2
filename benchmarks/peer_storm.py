"""E[T] of two types from n/2 by Storm: python peer_storm.py N float|direct|exact; prints JSON.

Run it with a Python that has stormpy 2; `peers.py` does. CPU seconds of building the model from
its probabilities, and of the solve. float: Storm's defaults, whose relative precision is 1e-6;
direct: what it does for a plain `Environment`, which is exact to rounding.
"""

from __future__ import annotations

import json
import sys
import time
from fractions import Fraction
from math import comb

import stormpy
from stormpy.datastructures import SparseMatrixBuilder
from stormpy.models import (
    SparseDtmc,
    SparseModelComponents,
    SparseRewardModel,
    StateLabeling,
)


def row(n: int, x: int) -> list[float]:
    """Binomial(n, x/n) from ratios, outward from its mode, normalised."""
    if x in (0, n):
        return [float(y == x) for y in range(n + 1)]
    out, odds = [0.0] * (n + 1), x / (n - x)
    out[x] = 1.0
    for y in range(x, n):
        out[y + 1] = out[y] * (n - y) / (y + 1) * odds
    for y in range(x, 0, -1):
        out[y - 1] = out[y] * y / (n - y + 1) / odds
    total = sum(out)
    return [v / total for v in out]


def exact(n: int, x: int) -> list:
    """The same in rationals, as text: stormpy takes a large integer for a float."""
    tops = [comb(n, y) * x**y * (n - x) ** (n - y) for y in range(n + 1)]
    return [stormpy.Rational(str(Fraction(v, n**n))) for v in tops]


def main(n: int, kind: str) -> None:
    number = stormpy.Rational if kind == "exact" else float
    law: list = [(exact if kind == "exact" else row)(n, x) for x in range(n + 1)]
    start = time.process_time()
    builder = SparseMatrixBuilder[number](rows=n + 1, columns=n + 1)
    for x in range(n + 1):
        for y in range(n + 1):
            if law[x][y] != number(0):
                builder.add_next_value(x, y, law[x][y])
    labels = StateLabeling(n + 1)
    for label in ("init", "done"):
        labels.add_label(label)
    labels.add_label_to_state("init", n // 2)
    for state in (0, n):
        labels.add_label_to_state("done", state)
    reward = SparseRewardModel[number](optional_state_reward_vector=[number(1)] * (n + 1))
    parts = SparseModelComponents[number](builder.build(), labels, {"": reward})
    model = SparseDtmc[number](parts)
    built = time.process_time()
    formula = stormpy.parse_properties('R=? [F "done"]')[0]
    how = {"environment": stormpy.Environment()} if kind == "direct" else {}
    result = stormpy.model_checking(model, formula, **how)
    value = result.get_value(n // 2)
    print(json.dumps({
        "version": stormpy.__version__, "build": built - start,
        "solve": time.process_time() - built, "value": str(value), "float": float(value),
    }))  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
