"""Relations that speak of matrices: both sides in normal form, then as any other relation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import sympy as sp

from refutable.derivations.domain import Domain
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.gaussmean import LEMMA, scalar_form
from refutable.derivations.matrices import FullRank, Matrices
from refutable.derivations.statement import Rel
from refutable.derivations.words import terms_of, words_vanish

from .region import Region

if TYPE_CHECKING:
    from .deduce import Deduction

__all__ = ["matrix_relation"]


def matrix_relation(rel: Rel, d: Deduction, region: Region, decide: Callable[[Rel], bool]) -> bool:
    """decide: proves a relation between plain expressions."""
    symmetric, full = declared(d.claim.domain)
    sides = (rel.lhs, rel.rhs)
    kinds = {isinstance(x, (sp.MatrixExpr, sp.MatrixBase)) for x in sides}
    if kinds == {True}:
        if rel.op != "=":
            raise OutsideFragment("matrices that differ are shown by an instance", part="matrices")
        if rel.lhs.shape != rel.rhs.shape and any(
            sp.expand(a - b) != 0 for a, b in zip(rel.lhs.shape, rel.rhs.shape, strict=True)
        ):
            raise OutsideFragment("matrices of different shapes", part="shape")
        ok = words_vanish(terms_of(rel.lhs - rel.rhs, symmetric), region.integers)
        if ok:
            d.say("matrix words", "both sides are the same sum of words")
        else:
            d.missing = "the words of both sides are not shown to agree"
        return ok
    if len(kinds) > 1:
        raise OutsideFragment("a matrix is compared with a number", part="matrices")
    plain = Rel(rel.op, *(scalar_form(x, symmetric, full) for x in sides))
    if rel.atoms(FullRank) and LEMMA not in d.lemmas:
        d.lemmas.append(LEMMA)
    d.say("matrix words", "traces, means and ranks in normal form")
    return decide(plain)


def declared(domain: Mapping[sp.Basic, Domain]) -> tuple[frozenset, frozenset]:
    """(definite matrices, matrices of full column rank) of a claim."""
    symmetric = frozenset(
        m for m, dom in domain.items() if isinstance(dom, Matrices) and dom.definite
    )
    full = frozenset(
        m
        for m, dom in domain.items()
        if isinstance(dom, Matrices) and (dom.full_rank or dom.definite)
    )
    return symmetric, full
