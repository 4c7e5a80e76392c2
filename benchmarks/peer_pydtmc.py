"""E[T] of two types from n/2 by pydtmc: python peer_pydtmc.py N; prints JSON.

Run it with a Python that has pydtmc; `peers.py` does. CPU seconds of building the chain from its
matrix, and of the mean absorption times.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version

import numpy as np
from pydtmc import MarkovChain
from scipy.stats import binom


def main(n: int) -> None:
    law = np.array([binom.pmf(np.arange(n + 1), n, x / n) for x in range(n + 1)])
    law /= law.sum(axis=1, keepdims=True)
    start = time.process_time()
    chain = MarkovChain(law)
    built = time.process_time()
    times = chain.mean_absorption_times()
    value = float(times[n // 2 - 1])
    print(json.dumps({
        "version": version("pydtmc"), "build": built - start,
        "solve": time.process_time() - built, "float": value,
    }))  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
