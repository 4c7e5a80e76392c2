"""Repair of an equation between vectors: the coefficient that the noises must have.

One side is a sum of noises with a printed coefficient. The other side, written noise by noise, says
what that coefficient has to be; it replaces the printed one if one formula serves the whole range.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.normal import is_zero

from .region import region_of
from .vectors import K, cells, formal

__all__ = ["by_coefficient"]


def by_coefficient(claim: Claim) -> Iterator[tuple[sp.Basic, sp.Expr, Claim]]:
    """(repaired statement, printed minus true coefficient, repaired claim), likeliest first."""
    body = claim.expanded()
    if not (isinstance(body, S.Rel) and isinstance(body.lhs, Q.Vec) and body.op == "="):
        return
    found = []
    for side, other in ((body.rhs, body.lhs), (body.lhs, body.rhs)):
        try:
            got = _other_coefficient(side, other, claim)
        except OutsideFragment:
            continue
        if got is None:
            continue
        new, difference, rank = got
        sides = (body.lhs, new) if side is body.rhs else (new, body.rhs)
        if sides[0] != sides[1]:
            found.append((rank, S.eq(*sides), difference))
    for _, statement, difference in sorted(found, key=lambda x: x[0]):
        yield statement, difference, replace(claim, statement=statement, where={}, readings=())


def _other_coefficient(side: Q.Vec, other: Q.Vec, claim: Claim):  # type: ignore[no-untyped-def]
    """(side with the coefficient it must have, printed minus true, rank), or None.

    The longest printed formula is the first suspect.
    """
    terms = side.terms if isinstance(side, Q.Comb) else [(sp.Integer(1), side)]
    sums = [(a, v) for a, v in terms if isinstance(v, Q.VecSum) and _one_noise(v)]
    if len(sums) != 1:
        return None
    ((a, v),) = sums
    ((printed, noise),) = _terms(v.args[0])
    i, lo, hi = v.args[1:]
    rest = Q.Comb.of([(c, w) for c, w in terms if w is not v])
    gap = formal(other) + formal(rest).scaled(sp.Integer(-1))
    region = region_of(claim, [])
    if not is_zero(gap.truth, region.integers):
        return None
    shift = sp.expand(noise.args[0].process.internal(noise.args[1]) - i)
    wanted = None
    for k, value in cells(gap, region):
        if k == K:
            wanted = sp.factor(sp.cancel(sp.together(value.xreplace({K: i + shift}) / a)))
        elif wanted is not None and not is_zero(
            value / a - wanted.xreplace({i: k - shift}), region.integers
        ):
            return None
    if wanted is None:
        return None
    new = Q.Comb.of([*rest.terms, (a, Q.VecSum(wanted * noise, i, lo, hi))])
    return new, sp.factor(printed - wanted), (-printed.count_ops(), wanted.count_ops())


def _terms(body: Q.Vec) -> list[tuple[sp.Expr, Q.Vec]]:
    return body.terms if isinstance(body, Q.Comb) else [(sp.Integer(1), body)]


def _one_noise(v: Q.VecSum) -> bool:
    found = _terms(v.args[0])
    return len(found) == 1 and isinstance(found[0][1], Q.NoiseVec)
