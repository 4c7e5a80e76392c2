"""What an expression looks at: its random vectors, its tokens, its collapse times."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.errors import DomainError, OutsideFragment

from .ground import integer

__all__ = ["BASE", "as_relation", "leaves", "time_relations", "tokens"]

_SYMPY = {
    sp.Equality: "=",
    sp.Unequality: "!=",
    sp.LessThan: "<=",
    sp.StrictLessThan: "<",
    sp.GreaterThan: ">=",
    sp.StrictGreaterThan: ">",
}

#: Vectors that are no combination of others.
BASE = (Q.TruthVec, Q.ModelVec, Q.BatchVec, Q.NoiseVec, Q.AnyVec)


def leaves(e: sp.Basic) -> Iterator[sp.Basic]:
    """The vectors and collapse times that `e` is a function of.

    What stands under an expectation is not among them, but the vectors it is conditioned on are.
    """
    if isinstance(e, (Q.Mean, Q.Prob)):
        if isinstance(e.given, sp.Tuple):
            for v in e.given:
                yield from leaves(v)
    elif isinstance(e, (*BASE, Q.CollapseTime, Q.Fixation)):
        yield e
    else:
        for a in e.args:
            yield from leaves(a)


def as_relation(e: sp.Basic) -> S.Rel | None:
    """A relation of ours or of SymPy (inside a Piecewise, say) as one of ours; None otherwise."""
    if isinstance(e, S.Rel):
        return e
    return S.Rel(_SYMPY[type(e)], *e.args) if type(e) in _SYMPY else None


def time_relations(e: sp.Basic) -> Iterator[S.Rel]:
    """The relations in `e` with a bare collapse time on one side."""
    if isinstance(e, (Q.Mean, Q.Prob)):
        return
    rel = as_relation(e)
    if rel is not None and any(isinstance(x, Q.CollapseTime) for x in (rel.lhs, rel.rhs)):
        yield rel
    else:
        for a in e.args:
            yield from time_relations(a)


def tokens(e: Q.Functional, size: int) -> set[int]:
    """The 0-based tokens that a coordinate or a mass looks at."""
    chosen = e.args[1] if isinstance(e, Q.Mass) else sp.FiniteSet(e.args[1])
    if not isinstance(chosen, (sp.FiniteSet, type(sp.S.EmptySet))):
        raise DomainError(f"{e}: {chosen} has no value in this instance")
    found = {integer(k, f"token in {e}") - 1 for k in chosen}
    if not found <= set(range(size)):
        raise OutsideFragment(f"{e}: there are {size} tokens", part="token")
    return found
