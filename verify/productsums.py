"""An infinite or finite product of factors in [0, 1] beside the sum of its gaps.

    1 - sum (1 - p_i) <= prod p_i,   0 <= p_i <= 1

Where the sum diverges this says nothing, and what is proved with it stays true: the fact holds for
every larger value of the sum as well, so that no bound from above was used.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from refutable.derivations.domain import Domain
from refutable.derivations.statement import Rel

from .positivity import prove
from .region import Region, Variable
from .sequences import name_terms

__all__ = ["WEIERSTRASS", "add_union_bounds"]

WEIERSTRASS = "lemma.weierstrass"


def add_union_bounds(region: Region, domain: Mapping[sp.Basic, Domain]) -> list[str]:
    """Facts for every named product and every named sum over the same range; the lemmas used."""
    products = [x for x in region.names if isinstance(x, sp.Product)]
    sums = [x for x in region.names if isinstance(x, sp.Sum)]
    used = []
    for p in products:
        for s in sums:
            if p.limits == s.limits and _gaps_within(p, s, region, domain):
                fact = Rel(">=", region.names[p], 1 - region.names[s])
                region.facts += [fact] if fact not in region.facts else []
                used = [WEIERSTRASS]
    return used


def _gaps_within(
    p: sp.Product, s: sp.Sum, region: Region, domain: Mapping[sp.Basic, Domain]
) -> bool:
    """Is each factor in [0, 1], and its gap to one at most the term of the sum?"""
    if len(p.limits) != 1:
        return False
    i, first, _ = p.limits[0]
    inner = region.copy()
    inner.variables[i] = Variable(i, first, sp.oo, integer=True)
    name_terms(sp.Tuple(p.function, s.function), inner, domain)
    factor, term = inner.abstract(p.function), inner.abstract(s.function)
    wanted = (Rel(">=", factor, 0), Rel("<=", factor, 1), Rel(">=", term, 1 - factor))
    return all(prove(r, inner) is not None for r in wanted)
