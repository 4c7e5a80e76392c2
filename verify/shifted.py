"""A statement at the next value of a symbol, or at that of another one, follows from the statement."""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.domain import Domain, Integers

__all__ = ["shifted", "specialised"]

#: What may give a symbol a meaning of its own: a symbol inside one of these is left alone.
BINDING = (
    *(S.ForAll, S.Exists, S.Lim, S.LimSup, S.LimInf, S.Monotone, S.Minimises),
    *(sp.Sum, sp.Product, sp.Integral, sp.Derivative, Q.VecSum),
)


def shifted(claim: Claim, body: sp.Basic) -> sp.Basic | None:
    """The symbol s for which `body` is the claim's statement at s + 1; None where there is none.

    s ranges over all integers from some one on, and neither another range nor a hypothesis nor a
    size of a process mentions it: then s + 1 is as good a value as s.
    """
    true = claim.bound()
    for s in _loose(claim, true):
        d = claim.domain[s]
        if isinstance(d, Integers) and d.hi is sp.oo and true.xreplace({s: s + 1}) == body:
            return s
    return None


def specialised(claim: Claim, body: sp.Basic) -> tuple[sp.Basic, sp.Basic] | None:
    """The symbols (s, t) for which `body` is the claim's statement at s = t; None without.

    s is as free as in `shifted`, and every value of t is one that s may have.
    """
    true = claim.bound()
    inside = {x for node in true.atoms(*BINDING) for x in node.atoms(sp.Symbol)}
    for s in _loose(claim, true):
        for t, d in claim.domain.items():
            if t == s or t in inside or not isinstance(t, sp.Symbol):
                continue
            if _within(d, claim.domain[s]) and true.xreplace({s: t}) == body:
                return s, t
    return None


def _loose(claim: Claim, true: sp.Basic) -> list[sp.Symbol]:
    """The symbols of the statement that no range, hypothesis, binding or size mentions."""
    taken = {x for d in claim.domain.values() for x in d.depends}
    taken |= {x for h in claim.assumptions for x in h.atoms(sp.Symbol)}
    taken |= {x for node in true.atoms(*BINDING) for x in node.atoms(sp.Symbol)}
    taken |= {x for p in Q.processes_of(true) for x in p.parameters if x != p.index}
    return [s for s in claim.domain if s not in taken and s in true.free_symbols]


def _within(inner: Domain, outer: Domain) -> bool:
    """Is every integer of the one range in the other?"""
    if not isinstance(inner, Integers) or not isinstance(outer, Integers):
        return False
    lows = inner.lo.is_Integer and outer.lo.is_Integer and inner.lo >= outer.lo
    return bool(lows and (outer.hi is sp.oo or (inner.hi.is_Integer and inner.hi <= outer.hi)))
