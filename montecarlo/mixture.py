"""Chains of mixtures with large batches, compiled: conditional binomials, lanes are replicates.

Generation t draws n_t data from alpha_t times the truth plus (1 - alpha_t) times the latest model,
class by class: the counts of class j are binomial, with what is left of the batch and the chance
q_j / (q_j + ... + q_s), whose denominators are sums from the last class upwards, so that no chance
exceeds one and none is lost. The model is the new batch, or all batches so far (`accumulate`).
`mixture_twin` does the same in NumPy, bit for bit.

Tag: the generation. Block: the class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from refutable.derivations.errors import DomainError, OutsideFragment

from . import mixture_twin
from .binomials import LARGEST, TAIL, binomial, workspace
from .compiled import HAVE_NUMBA, jit
from .variates import RETRY

__all__ = ["Chains", "chains"]

LANES = 128


@dataclass(frozen=True)
class Chains:
    """norms: squared norms of the models; risks: of their errors; both (generations, runs).

    models: relative frequencies of the generations kept, (kept, classes, runs).
    """

    norms: np.ndarray
    risks: np.ndarray
    models: np.ndarray


@jit
def _tile(truth, size, alpha, accumulate, slot, first, k0, k1, table, work, who, q, rest, model, sums, norm, risk, kept):  # type: ignore[no-untyped-def]
    """All generations of some replicates. q, rest, model, sums: scratch (classes, lanes)."""
    s, lanes = model.shape
    left, chance, drawn = rest[s], rest[s + 1], rest[s + 2]
    total = 0.0
    for j in range(s):
        for i in range(lanes):
            model[j, i] = truth[j]
            sums[j, i] = 0.0
    for g in range(len(size)):
        n, share, other = np.float64(size[g]), alpha[g], 1.0 - alpha[g]
        total = total + n if accumulate else n
        for j in range(s - 1, -1, -1):
            for i in range(lanes):
                q[j, i] = share * truth[j] + other * model[j, i]
            for i in range(lanes):
                rest[j, i] = q[j, i] if j == s - 1 else q[j, i] + rest[j + 1, i]
        for i in range(lanes):
            left[i] = n
            norm[g, i] = 0.0
            risk[g, i] = 0.0
        for j in range(s):
            for i in range(lanes):
                chance[i] = q[j, i] / rest[j, i] if q[j, i] > 0.0 else 0.0
            binomial(
                lanes, left, chance, j, g + 1, first, k0, k1, table, work, who, drawn
            )
            for i in range(lanes):
                left[i] -= drawn[i]
            for i in range(lanes):
                sums[j, i] = drawn[i] + (sums[j, i] if accumulate else 0.0)
            for i in range(lanes):
                model[j, i] = sums[j, i] / total
            for i in range(lanes):
                norm[g, i] += model[j, i] * model[j, i]
            for i in range(lanes):
                off = model[j, i] - truth[j]
                risk[g, i] += off * off
            if slot[g] >= 0:
                for i in range(lanes):
                    kept[slot[g], j, i] = model[j, i]


def chains(
    law: Sequence[Fraction],
    sizes: Sequence[int],
    shares: Sequence[Fraction | float],
    first: int,
    runs: int,
    key: tuple[int, int],
    accumulate: bool = False,
    keep: Sequence[int] = (),
) -> Chains:
    """Replicates first .. first + runs - 1; each is the same in any company.

    law: the truth.  sizes, shares: n_t and alpha_t of generations 1, 2, ...; the first batch comes
    from the truth whatever its share.  keep: generations whose models are returned.
    Raises DomainError for a law that does not sum to one, shares outside [0, 1], sizes that are no
    integers, and generations without data unless others have come before (`accumulate`);
    OutsideFragment where sizes add to more than 2**30, and above 2**20 classes.

    >>> out = chains([Fraction(1, 2)] * 2, [4, 4], [0, 0], 0, 3, (0, 0))
    >>> out.norms.shape
    (2, 3)
    """
    _check(law, sizes, shares, first, runs, accumulate, keep)
    truth = np.array([float(x) for x in law])
    alpha, size = np.array([float(x) for x in shares]), np.array(sizes, np.int64)
    slot = np.full(len(size), -1, np.int64)
    for place, g in enumerate(keep):
        slot[g - 1] = place
    out = Chains(
        np.zeros((len(size), runs)),
        np.zeros((len(size), runs)),
        np.zeros((len(keep), len(truth), runs)),
    )
    if not HAVE_NUMBA:
        mixture_twin.fill(truth, size, alpha, accumulate, slot, first, key, TAIL, out)
        return out
    k0, k1 = (np.uint32(k & 0xFFFFFFFF) for k in key)
    s = len(truth)
    for start in range(0, runs, LANES):
        here = slice(start, min(start + LANES, runs))
        lanes = here.stop - start
        scratch = [np.empty((rows, lanes)) for rows in (s, s + 3, s, s)]
        results = [np.empty((len(size), lanes)) for _ in range(2)]
        models = np.empty((len(keep), s, lanes))
        _tile(truth, size, alpha, accumulate, slot, np.uint64(first + start), k0, k1, TAIL,
              *workspace(lanes), *scratch, *results, models)  # fmt: skip
        out.norms[:, here], out.risks[:, here] = results
        out.models[..., here] = models
    return out


def _check(law, sizes, shares, first, runs, accumulate, keep) -> None:  # type: ignore[no-untyped-def]
    if not 1 <= len(law) < RETRY:
        raise OutsideFragment(f"{len(law)} classes; this kernel takes 1 to {RETRY - 1}", part="s")
    if min(law) < 0 or sum(law) != 1:
        raise DomainError(f"the probabilities sum to {sum(law)}; they must be >= 0 and sum to 1")
    if not sizes or len(sizes) != len(shares):
        raise DomainError(f"{len(sizes)} sizes and {len(shares)} shares")
    for g, n in enumerate(sizes, 1):
        if isinstance(n, bool) or n != n or n in (float("inf"), -float("inf")) or n != int(n):
            raise DomainError(f"generation {g}: the size is {n}, no integer")
        if n < 0 or (n == 0 and not (accumulate and g > 1 and sizes[0] > 0)):
            raise DomainError(f"generation {g} has {n} data: there is nothing to fit")
    if (sum(sizes) if accumulate else max(sizes)) > LARGEST:
        raise OutsideFragment(f"more than {LARGEST} data", part="n")
    for g, a in enumerate(shares, 1):
        if not 0 <= a <= 1:
            raise DomainError(f"generation {g}: the share is {a}, outside [0, 1]")
    if first < 0 or runs < 0 or first + runs > 1 << 64:
        raise DomainError(f"replicates {first} to {first + runs} are outside [0, 2**64)")
    if not all(1 <= g <= len(sizes) for g in keep) or len(set(keep)) < len(keep):
        raise DomainError(f"generations {list(keep)} of {len(sizes)}")
