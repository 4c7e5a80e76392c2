"""The general lemmas that proofs rest on: what they say, and that none proves itself."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from refutable.derivations.claim import Claim

__all__ = ["circular", "known", "said"]


@lru_cache(maxsize=1)
def known() -> dict[str, Claim]:
    """Id -> lemma, without their parts, in the order in which they may rest on each other."""
    from .loader import load_lemmas

    return {c.id: c for c in load_lemmas() if c.parent is None}


def said(id: str) -> str:
    """The general statement of a lemma on one line; empty for an id that names none.

    >>> said("lemma.tailsum")[:42]
    'The mean of a random whole number T >= 0 i'
    """
    lemma = known().get(id)
    return " ".join(lemma.note.split()) if lemma else ""


def circular(claim: Claim, lemmas: Iterable[str]) -> bool:
    """Would a proof of this claim rest on the claim itself, a lemma, or on a later one?"""
    mine = claim.parent or claim.id
    order = list(known()) if mine.startswith("lemma.") else []
    return mine in order and any(x not in order[: order.index(mine)] for x in lemmas)
