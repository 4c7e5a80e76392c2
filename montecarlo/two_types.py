"""Two types, all replicates at once: only the histogram of states is simulated.

Replicates in the same state are exchangeable, so a generation sends each occupied state's
replicates into the next states by one multinomial draw. The histograms have the same joint law
over time as those of replicates simulated one by one; paths of single replicates are lost. The
cost does not depend on the number of replicates: use it when there are many more than n**2.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np

from refutable.derivations.errors import DomainError, OutsideFragment

from .alias import binomial
from .streams import generator

__all__ = ["histograms"]

#: The table of transition probabilities has (n + 1)**2 entries.
LARGEST = 4096


def histograms(
    n: int, share: Fraction, last: int, runs: int, key: tuple[int, int], shard: int = 0
) -> np.ndarray:
    """How many of `runs` replicates have x draws of the first type, int64 (last, n + 1).

    share: probability of the first type in the truth; row g - 1 is generation g.
    Raises DomainError for a share outside [0, 1] and OutsideFragment for n above 4096.

    >>> h = histograms(10, Fraction(1, 2), 3, 1000, (0, 0))
    >>> h.sum(axis=1).tolist()
    [1000, 1000, 1000]
    """
    if not 0 <= share <= 1:
        raise DomainError(f"a share must be in [0, 1] (got {share})")
    if not 1 <= n <= LARGEST:
        raise OutsideFragment(f"n is {n}; the histogram takes 1 to {LARGEST}", part="n")
    pmf, place = _outward(n)
    out = np.zeros((last, n + 1), np.int64)
    first = np.zeros(n + 1)
    if share in (0, 1):
        first[n * int(share)] = 1.0
    else:
        first = binomial(n, share)
    order = np.argsort(-first, kind="stable")
    out[0, order] = generator(key, shard, 1).multinomial(runs, first[order])
    for g in range(1, last):
        seen = np.flatnonzero(out[g - 1, 1:n]) + 1
        out[g, 0], out[g, n] = out[g - 1, 0], out[g - 1, n]
        if len(seen):
            moved = generator(key, shard, g + 1).multinomial(out[g - 1, seen], pmf[seen])
            out[g] += np.take_along_axis(moved, place[seen], axis=1).sum(axis=0)
    return out


@lru_cache(maxsize=4)
def _outward(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Transition probabilities, largest first, and where each next state stands in that order.

    NumPy's multinomial stops when all draws are spent, and puts rounding residues last: both want
    the improbable states at the end.
    """
    pmf, place = np.zeros((n + 1, n + 1)), np.zeros((n + 1, n + 1), np.int64)
    for x in range(1, n):
        law = binomial(n, Fraction(x, n))
        order = np.argsort(-law, kind="stable")
        pmf[x] = law[order]
        place[x, order] = np.arange(n + 1)
    return pmf, place
