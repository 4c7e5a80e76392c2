"""Events of one process: which implies which, and what follows for probabilities.

* Total collapse by index m, {T <= m}, is {model m is a point mass}: point masses are absorbing
  where every generation is drawn afresh from the latest model.
* P(A | B) = P(A and B) / P(B), and an event that follows from another one drops out of a meet.
* Where a retained corpus makes the first model and weighs in every later one, a later point mass
  needs that the first model is one.
* On {v is a point mass} a coordinate v_i is 0 or 1, so E[v_i; point mass] = P(v_i = 1), and the
  rest of E[v_i] belongs to the complement.
"""

from __future__ import annotations

from itertools import permutations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.derive import full_resample
from refutable.derivations.process import Once, Pool, Process

from .region import Region

__all__ = ["event_facts", "implies", "simplify_events", "sure_coordinate"]


def simplify_events(e: sp.Basic) -> sp.Basic:
    """`e` with conditional probabilities as quotients and meets without superfluous members."""
    table: dict[sp.Basic, sp.Basic] = {}
    for node in e.atoms(Q.Prob, Q.Mean):
        new = _prob(node) if isinstance(node, Q.Prob) else _mean(node)
        if new is not None and new != node:
            table[node] = new
    return e.xreplace(table) if table else e


def _prob(node: Q.Prob) -> sp.Expr | None:
    given = node.given
    if isinstance(given, sp.Tuple):
        return None
    if given is None:
        return _plain(_canonical(node.args[0]))
    condition = _canonical(given)
    return _plain(_meet([_canonical(node.args[0]), condition])) / _plain(condition)


def _plain(event: sp.Basic) -> sp.Expr:
    if event == sp.false:
        return sp.Integer(0)
    if isinstance(event, S.Not):
        return 1 - _plain(event.args[0])
    return Q.Prob(event)


def _mean(node: Q.Mean) -> sp.Expr | None:
    """E[v_i | v is a point mass], or given the complement, by E[v_i] and P(v_i = 1)."""
    given, x = node.given, node.args[0]
    if given is None or isinstance(given, sp.Tuple) or not isinstance(x, Q.Coord):
        return None
    condition = _canonical(given)
    inner = condition.args[0] if isinstance(condition, S.Not) else condition
    if inner != Q.IsDirac(x.args[0]):
        return None
    all_on_it = Q.Prob(sure_coordinate(x))
    if condition == inner:
        return all_on_it / Q.Prob(inner)
    return (Q.Mean(x) - all_on_it) / (1 - Q.Prob(inner))


def sure_coordinate(x: Q.Coord) -> S.Rel:
    """The event that this coordinate has all the mass."""
    return S.eq(x, 1)


def _canonical(event: sp.Basic) -> sp.Basic:
    if isinstance(event, S.And):
        return _meet([_canonical(a) for a in event.args])
    if isinstance(event, S.Not):
        inner = _canonical(event.args[0])
        return inner.args[0] if isinstance(inner, S.Not) else S.Not(inner)
    if isinstance(event, S.Rel) and isinstance(event.rhs, (Q.CollapseTime, Q.Coord)):
        event = S.Rel(S.FLIP[event.op], event.rhs, event.lhs)
    if isinstance(event, S.Rel) and isinstance(event.lhs, Q.CollapseTime):
        process, k = event.lhs.args[0].process, event.rhs
        at = {">": k, "<=": k, ">=": k - 1, "<": k - 1}.get(event.op)
        if at is not None and full_resample(process) is not None:
            dirac = Q.IsDirac(process.model(at))
            return S.Not(dirac) if event.op in (">", ">=") else dirac
    largest = isinstance(event, S.Rel) and event.op == "=" and isinstance(event.lhs, Q.NormInf)
    if largest and event.rhs == 1 and not isinstance(event.lhs.args[0], Q.Comb):
        return Q.IsDirac(event.lhs.args[0])
    return event


def _meet(events: list[sp.Basic]) -> sp.Basic:
    """The conjunction, without members that follow from others; false where two exclude."""
    flat: list[sp.Basic] = []
    for e in events:
        flat += [x for x in (e.args if isinstance(e, S.And) else (e,)) if x not in flat]
    for a, b in permutations(flat, 2):
        if isinstance(b, S.Not) and implies(a, b.args[0]):
            return sp.false
    kept = list(flat)
    for a in flat:
        if any(implies(b, a) for b in kept if b != a):
            kept.remove(a)
    return kept[0] if len(kept) == 1 else S.And(*sorted(kept, key=sp.default_sort_key))


def implies(a: sp.Basic, b: sp.Basic) -> bool:
    """Does event a lie in event b, for every law of the models? False says nothing."""
    if a == b:
        return True
    if isinstance(a, S.Not) and isinstance(b, S.Not):
        return implies(b.args[0], a.args[0])
    if isinstance(a, S.And):
        return any(implies(x, b) for x in a.args)
    v = _dirac_at(a)
    w = _dirac_at(b)
    if v is None or w is None or not _stays(v[0], w[0]):
        return False
    return w[1] is None or w[1] == v[1]


def _dirac_at(event: sp.Basic) -> tuple[Q.Vec, sp.Expr | None] | None:
    """(vector, token or None) of an event that says: point mass (at this token)."""
    if isinstance(event, Q.IsDirac):
        return event.args[0], None
    if not (isinstance(event, S.Rel) and isinstance(event.lhs, Q.Coord) and event.rhs == 1):
        return None
    if event.op not in ("=", ">=") or isinstance(event.lhs.args[0], Q.Comb):
        return None
    return event.lhs.args[0], event.lhs.args[1]


def _stays(v: Q.Vec, w: Q.Vec) -> bool:
    """Once v is a point mass, w is the same one."""
    if v == w:
        return True
    if not (isinstance(v, Q.ModelVec) and isinstance(w, Q.ModelVec) and v.args[0] == w.args[0]):
        return False
    process = v.args[0].process
    if _kept_from_first(process) and process.internal(w.args[1]) == 1:
        return True  # v mixes w in
    later = sp.expand(w.args[1] - v.args[1])
    return bool(full_resample(process) is not None and later.is_Integer and later > 0)


def _kept_from_first(process: Process) -> bool:
    """Is the first model a retained corpus that weighs in every later fit?"""
    fits = process.fits
    if len(fits) < 2 or not all(isinstance(f, Pool) and f.weights is None for f in fits):
        return False
    first, step = fits
    return all(isinstance(b, Once) for b in first.batches) and set(first.batches) <= set(
        step.batches
    )


def event_facts(e: sp.Basic, region: Region) -> None:
    """Every probability lies in [0, 1]; an event that implies another one is not likelier.

    And for a coordinate: P(v_i = 1) <= E v_i <= P(v_i = 1) + 1 - P(v is a point mass).
    """
    nodes = [n for n in e.atoms(Q.Prob) if n.given is None]
    nodes.sort(key=sp.default_sort_key)
    for node in nodes:
        if node not in region.names:
            region.bound(node, 0, 1)
    for a, b in permutations(nodes, 2):
        if implies(a.args[0], b.args[0]):
            region.facts.append(S.le(region.name(a), region.name(b)))
