"""A statement at the next value of one of its symbols follows from the statement itself."""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.domain import Integers

__all__ = ["shifted"]

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
    taken = {x for d in claim.domain.values() for x in d.depends}
    taken |= {x for h in claim.assumptions for x in h.atoms(sp.Symbol)}
    taken |= {x for node in true.atoms(*BINDING) for x in node.atoms(sp.Symbol)}
    taken |= {x for p in Q.processes_of(true) for x in p.parameters if x != p.index}
    for s, d in claim.domain.items():
        endless = isinstance(d, Integers) and d.hi is sp.oo
        if not endless or s in taken or s not in true.free_symbols:
            continue
        if true.xreplace({s: s + 1}) == body:
            return s
    return None
