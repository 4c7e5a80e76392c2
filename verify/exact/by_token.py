"""Means of functionals that are sums over tokens: one lumped chain per kind of token.

The mean of sum_i f(v_i) is the sum of the means of f(v_i), and each needs two cells only: token i
and the rest. Tokens that start with the same probability have the same mean. Its oracle is the
full enumeration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import fmpq

from refutable.derivations import quantity as Q

from . import functionals
from .ground import probability_vector
from .leaves import leaves
from .lumping import alike, token_cells
from .vectors import from_rationals

if TYPE_CHECKING:
    from .evaluate import Evaluator

__all__ = ["by_token"]


def by_token(engine: Evaluator, piece: Q.Functional) -> fmpq | None:
    """The mean of an additive functional; None where splitting it is not possible or no help."""
    process = engine.process_of(piece)
    if process is None:
        return None
    truth = engine.instance(process).truth
    size = len(truth)
    symbols = [leaf.args[0] for leaf in leaves(piece) if isinstance(leaf, Q.AnyVec)]
    fixed = [truth, *(probability_vector(engine.at.get(s), s) for s in symbols)]
    if size < 3 or any(len(v) != size for v in fixed):
        return None
    if isinstance(piece, Q.TotalVariation) and not _probability_vectors(piece):
        return None
    per_token = functionals.ADDITIVE[type(piece)]
    total = fmpq(0)
    for group in alike([from_rationals(v) for v in fixed], size):
        reader = engine.reader(process, [piece], token_cells(group[0], size))
        coordinates = [reader.vector(v) for v in piece.vectors]
        for env, w in engine.runs(reader, [piece]):
            total += len(group) * w * per_token(*(c(env)[0] for c in coordinates))
    return total


def _probability_vectors(piece: Q.Functional) -> bool:
    """Half the sum of |v_i - w_i| is the largest difference over sets for equal total masses."""
    return not any(isinstance(v, (Q.Comb, Q.NoiseVec)) for v in piece.vectors)
