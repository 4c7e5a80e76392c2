"""Almost sure limits that differ from the limits of means: a refitted covariance dies out.

With every generation drawn afresh from the latest Gaussian, X_t = tr C_t is a nonnegative
supermartingale, so it converges almost surely. Given the past, X_{t+1} / X_t has variance at least
2 s^2 / (d (n - 1)) (|C|_F^2 >= (tr C)^2 / d, s the divisor's factor), whatever C_t is, and bounded
fourth moments: where the limit is positive the ratios tend to one, and by the conditional
Borel-Cantelli lemma they do not. So the limit is zero, whatever the limit of E X_t is.
"""

from __future__ import annotations

from collections.abc import Mapping

import flint
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.families import Gaussian
from refutable.derivations.process import Draw, Model, Pool, Process
from refutable.derivations.statement import Lim, LimInf, LimSup, Rel

from .positivity import prove
from .region import Region

__all__ = ["VANISHING", "half_moment", "random_numbers", "vanishes"]

VANISHING = "lemma.martingale_ratio"


def vanishes(node: sp.Expr, x: sp.Symbol, region: Region) -> bool:
    """Is it almost surely zero in the limit: a size of the covariance of generation x + constant?"""
    v = node.args[0]
    known = isinstance(node, (Q.Trace, Q.SqNorm)) and isinstance(v, Q.CovVec)
    return known and (v.args[1] - x).is_Integer and _refitted(v.args[0].process, region)


def random_numbers(e: sp.Basic) -> list[sp.Expr]:
    """The functionals of models that stand under no expectation."""
    found, walk = [], sp.preorder_traversal(e)
    for node in walk:
        if isinstance(node, (Q.Mean, Q.Prob)):
            walk.skip()
        elif isinstance(node, Q.Functional) and not node.has(Lim, LimSup, LimInf):
            if node.atoms(Q.ModelVec, Q.CovVec, Q.BatchVec):
                found.append(node)
            walk.skip()
    return found


def half_moment(node: sp.Expr, at: Mapping) -> flint.arb | None:
    """E sqrt(X_{t+1} / X_t) in one dimension, in FLINT's balls; below one, E sqrt(X_t) tends to 0.

    By Fatou the limit of X is zero then. It is sqrt(2/s) G(n/2)/G((n-1)/2), with the divisor s.
    """
    process = node.args[0].args[0].process
    spectrum = at.get(process.family.truth)
    if not isinstance(spectrum, tuple) or len(spectrum) != 1:
        return None
    n = process.step.batches[0].size.xreplace(
        {k: v for k, v in at.items() if isinstance(v, sp.Expr)}
    )
    if not n.is_Integer:
        return None
    k = flint.arb(int(n))
    divisor = k - 1 if process.family.divisor == "n-1" else k
    return (2 / divisor).sqrt() * (k / 2).gamma() / ((k - 1) / 2).gamma()


def _refitted(process: Process, region: Region) -> bool:
    """Is every generation the same number (two at least) of draws from the latest model?"""
    step = process.step
    if not isinstance(process.family, Gaussian) or not isinstance(step, Pool):
        return False
    if process.first is not None or len(step.batches) != 1:
        return False
    (b,) = step.batches
    if not isinstance(b, Draw) or b.keep is not None or b.source != Model(1):
        return False
    return (
        process.index not in b.size.free_symbols and prove(Rel(">=", b.size, 2), region) is not None
    )
