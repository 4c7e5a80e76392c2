"""An infinite or finite product of factors in [0, 1] beside its first factor and the sum of gaps.

    1 - sum (1 - p_i) <= prod p_i <= p_1,   0 <= p_i <= 1

The first factor is looked at where the statement names its terms. Where the sum diverges this says
nothing, and what is proved with it stays true: the fact holds for every larger value of the sum as
well, so that no bound from above was used.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy.core.function import AppliedUndef

from refutable.derivations.domain import Domain
from refutable.derivations.statement import Rel

from .positivity import prove
from .region import Region, Variable
from .sequences import name_terms

__all__ = ["WEIERSTRASS", "add_product_bounds"]

WEIERSTRASS = "lemma.weierstrass"


def add_product_bounds(region: Region, domain: Mapping[sp.Basic, Domain]) -> list[str]:
    """Facts for every named product and every named sum over the same range; the lemmas used."""
    products = [x for x in region.names if isinstance(x, sp.Product)]
    sums = [x for x in region.names if isinstance(x, sp.Sum)]
    used = []
    for p in products:
        _add_first_factor(p, region)
        for s in sums:
            if p.limits == s.limits and _gaps_within(p, s, region, domain):
                fact = Rel(">=", region.names[p], 1 - region.names[s])
                region.facts += [fact] if fact not in region.facts else []
                used = [WEIERSTRASS]
    return used


def _add_first_factor(p: sp.Product, region: Region) -> None:
    """A product of numbers in [0, 1] is at most the first one, if there is a first one."""
    v = region.variables[region.names[p]]
    i, first, last = p.limits[0]
    factor = region.abstract(p.function.xreplace({i: first}))
    if factor.atoms(AppliedUndef) or (v.lo, v.hi) != (0, 1):
        return  # not named, or not known to be a product of numbers in [0, 1]
    if last is sp.oo or prove(Rel(">=", last, first), region) is not None:
        fact = Rel("<=", region.names[p], factor)
        region.facts += [fact] if fact not in region.facts else []


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
