"""What a limit is instead, where a refuted inequality only compares it with a number.

There is no printed formula to mend. The limit is derived on the claim's domain or, where it is not
one formula there, with one end of a real symbol's range left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import sympy as sp

from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.domain import Reals

__all__ = ["against_a_number", "derived_limits"]


def against_a_number(claim: Claim) -> bool:
    """Is the statement an inequality between a limit and a number?"""
    rel = claim.bound()
    if not isinstance(rel, S.Rel) or rel.op in ("=", "!="):
        return False
    limits = [isinstance(x, S.Lim) for x in (rel.lhs, rel.rhs)]
    return any(limits) and all(a or x.is_number for a, x in zip(limits, rel.args[1:], strict=True))


def derived_limits(
    claim: Claim, derive: Callable[[sp.Expr, Claim], sp.Expr | None]
) -> Iterator[tuple[S.Rel, str, Claim]]:
    """(the limit's value, why, the claim that says so), on the largest domain first."""
    for h, smaller in [(None, claim), *_open_ends(claim)]:
        bound, stated = smaller.bound(), smaller.expanded()
        on_left = isinstance(bound.lhs, S.Lim)
        formula = derive(bound.lhs if on_left else bound.rhs, smaller)
        if formula is not None:
            value = S.eq(stated.lhs if on_left else stated.rhs, formula)
            why = "the derived limit" + ("" if h is None else f", for {h.lhs} {h.op} {h.rhs}")
            yield value, why, replace(smaller, statement=value, where={}, readings=())


def _open_ends(claim: Claim) -> Iterator[tuple[S.Rel, Claim]]:
    for s, d in claim.domain.items():
        if isinstance(d, Reals) and d.lo.is_finite and not d.lo_open:
            yield S.gt(s, d.lo), replace(claim, domain={**claim.domain, s: replace(d, lo_open=True)})
        if isinstance(d, Reals) and d.hi.is_finite and not d.hi_open:
            yield S.lt(s, d.hi), replace(claim, domain={**claim.domain, s: replace(d, hi_open=True)})
