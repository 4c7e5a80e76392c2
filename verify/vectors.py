"""Equations between vectors of a linear recursion: one noise coefficient after the other."""

from __future__ import annotations

from refutable.derivations.errors import OutsideFragment
from refutable.derivations.statement import Rel

__all__ = ["vector_identity"]


def vector_identity(rel: Rel, d: object) -> bool:
    """Are both sides the same combination of truth and noises, for all indices?"""
    raise OutsideFragment("vector identities", part="vector identity")
