"""Statements with cases: branches that a condition decides, and proofs branch by branch."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from refutable.derivations.statement import FLIP, NEGATE, Rel, to_statement

from .positivity import contradictory, prove
from .region import Region, Variable

__all__ = ["branches", "resolve", "spelled"]


def spelled(e: sp.Basic) -> sp.Basic:
    """`e` with its minima and maxima written as cases."""
    while found := list(e.atoms(sp.Min, sp.Max)):
        inner = [m for m in found if not any(a.has(sp.Min, sp.Max) for a in m.args)]
        e = e.xreplace({m: _in_cases(m) for m in inner})
    return e


def _in_cases(m: sp.Expr) -> sp.Expr:
    *rest, last = sorted(m.args, key=sp.default_sort_key)
    out = last
    for a in rest:
        first = a <= out if isinstance(m, sp.Min) else a >= out
        out = sp.Piecewise((a, first), (out, True))
    return out


def resolve(e: sp.Basic, region: Region) -> sp.Basic:
    """`e` with every Piecewise replaced by its branch, where the region decides it.

    Under a sum the summation index lies between the limits of the sum.
    """
    if not e.has(sp.Piecewise):
        return e
    if isinstance(e, sp.Piecewise):
        return _choose(e, region)
    if isinstance(e, sp.Sum):
        *inner, (k, a, b) = e.limits
        a, b = resolve(a, region), resolve(b, region)
        within = region.copy()
        within.variables[k] = Variable(k, a, sp.oo, integer=True)
        if b is not sp.oo:
            within.facts.append(Rel("<=", k, b))
        body = sp.Sum(e.function, *inner) if inner else e.function
        return sp.Sum(resolve(body, within), (k, a, b))
    return e.func(*(resolve(a, region) for a in e.args))


def _choose(e: sp.Piecewise, region: Region) -> sp.Basic:
    left: list[tuple[sp.Basic, sp.Basic]] = []
    for value, condition in e.args:
        truth = _decide(condition, region)
        if truth is False:
            continue
        left.append((resolve(value, region), sp.true if truth else condition))
        if truth:
            break
    if len(left) == 1 and left[0][1] == sp.true:
        return left[0][0]
    return sp.Piecewise(*left) if left else e


def _decide(condition: sp.Basic, region: Region) -> bool | None:
    if condition in (sp.true, sp.false):
        return bool(condition)
    if isinstance(condition, sp.And):
        found = [_decide(a, region) for a in condition.args]
        return False if False in found else True if all(found) else None
    if isinstance(condition, sp.Or):
        found = [_decide(a, region) for a in condition.args]
        return True if True in found else False if all(x is False for x in found) else None
    rel = to_statement(condition)
    assert isinstance(rel, Rel)
    if _holds(rel, region):
        return True
    return False if _holds(rel.negated, region) else None


def _holds(rel: Rel, region: Region) -> bool:
    if _stated(rel, region):
        return True
    if rel.op == "=":
        return all(_holds(Rel(op, rel.lhs, rel.rhs), region) for op in ("<=", ">="))
    if rel.op == "!=":
        return any(_holds(Rel(op, rel.lhs, rel.rhs), region) for op in ("<", ">"))
    return prove(whole(rel, region), region) is not None


def _stated(rel: Rel, region: Region) -> bool:
    """Whether a fact says just this, or something stronger between the same sides."""
    stronger = {"<=": ("<=", "<", "="), ">=": (">=", ">", "="), "!=": ("!=", "<", ">")}
    same = [Rel(op, rel.lhs, rel.rhs) for op in stronger.get(rel.op, (rel.op,))]
    same += [Rel(FLIP[r.op], r.rhs, r.lhs) for r in same]
    return any(f in same for f in region.facts) or whole(rel, region) in region.facts


def whole(rel: Rel, region: Region) -> Rel:
    """Between integers, strict relations are wide ones a step further."""
    sides = (rel.lhs, rel.rhs)
    if not all(x.is_polynomial() and x.free_symbols <= region.integers for x in sides):
        return rel
    if any(
        not c.is_Integer for x in sides for c in sp.Poly(x, sp.Dummy(), *x.free_symbols).coeffs()
    ):
        return rel
    if rel.op == "<":
        return Rel("<=", rel.lhs, rel.rhs - 1)
    if rel.op == ">":
        return Rel(">=", rel.lhs, rel.rhs + 1)
    return rel


def branches(e: sp.Basic, region: Region) -> Iterator[Region] | None:
    """Regions that together cover this one, each deciding one open condition of `e`; None without.

    Branches that the facts exclude are left out.
    """
    condition = next(
        (
            atom
            for p in sorted(e.atoms(sp.Piecewise), key=sp.default_sort_key)
            for _, c in p.args
            for atom in sorted(c.atoms(sp.core.relational.Relational), key=sp.default_sort_key)
            if atom.free_symbols <= set(region.variables) and _open(atom, region)
        ),
        None,
    )
    if condition is None:
        return None
    rel = to_statement(condition)
    assert isinstance(rel, Rel)
    if rel.op in ("=", "!="):
        options = [Rel(op, rel.lhs, rel.rhs) for op in ("=", "<", ">")]
    else:
        options = [rel, Rel(NEGATE[rel.op], rel.lhs, rel.rhs)]
    return _consistent(options, region)


def _open(atom: sp.Basic, region: Region) -> bool:
    rel = to_statement(atom)
    assert isinstance(rel, Rel)
    return not _stated(rel, region) and not _stated(rel.negated, region)


def _consistent(options: list[Rel], region: Region) -> Iterator[Region]:
    for rel in options:
        here = region.copy()
        here.facts.append(whole(rel, region))
        if not contradictory(here):
            yield here
