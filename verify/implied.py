"""What a statement about a limit implies: where that is false, so is the statement.

A limit that exists is the upper and the lower limit. An almost sure limit of bounded random
numbers is, under the expectation, the limit of the means (dominated convergence).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count, islice

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.families import Categorical

from .vanishing import random_numbers

__all__ = ["PERIOD", "implied", "window"]

_BOUNDED = (Q.Coord, Q.SqNorm, Q.NormInf, Q.Norm1, Q.Mass, Q.TotalVariation, Q.PiMax, Q.LambdaMax)
#: Upper and lower limits of what moves in turns of at most so many generations are looked at.
PERIOD = 4


def implied(claim: Claim) -> Iterator[Claim]:
    """Claims that follow from this one and that other engines may be able to judge."""
    body = claim.bound()
    rels = body.args if isinstance(body, S.And) else (body,)
    if not all(isinstance(r, S.Rel) for r in rels):
        return
    for rel in rels:
        limits = rel.atoms(S.Lim)
        if random_numbers(rel):
            weaker = _expected(rel)
            if weaker is not None:
                yield _stating(claim, weaker)
        elif limits:
            for kind in (S.LimSup, S.LimInf):
                yield _stating(claim, rel.xreplace({n: kind(*n.args) for n in limits}))


def _stating(claim: Claim, rel: S.Rel) -> Claim:
    return replace(claim, statement=rel, where={}, quantities={})


def _expected(rel: S.Rel) -> S.Rel | None:
    """`lim X = c` as `lim E X = c`, where X is bounded and c is no random number."""
    if rel.op == "!=" or isinstance(rel.lhs, Q.Vec):
        return None
    sides = []
    for side in (rel.lhs, rel.rhs):
        if isinstance(side, S.Lim) and _bounded(side.args[0]):
            sides.append(S.Lim(Q.Mean(side.args[0]), *side.args[1:]))
        elif not random_numbers(side):
            sides.append(side)
        else:
            return None
    return S.Rel(rel.op, *sides)


def _bounded(e: sp.Expr) -> bool:
    found = random_numbers(e)
    if not all(isinstance(x, _BOUNDED) and _categorical(x) for x in found):
        return False
    names = {x: sp.Dummy() for x in found}
    inner = e.xreplace(names)
    return inner.is_polynomial(*names.values()) and inner.free_symbols <= set(names.values())


def _categorical(x: sp.Expr) -> bool:
    return all(isinstance(p.family, Categorical) for p in Q.processes_of(x))


def window(node: sp.Expr, value, start: int, at: Mapping) -> sp.Expr:  # type: ignore[no-untyped-def]
    """The largest (smallest) of a few consecutive members for an upper (lower) limit."""
    expr, x, _ = node.args
    length = 1 if isinstance(node, S.Lim) else PERIOD
    ks = islice(count(start), length)
    values = [value(expr, {**at, x: sp.Integer(k)}) for k in ks]
    return min(values) if isinstance(node, S.LimInf) else max(values)
