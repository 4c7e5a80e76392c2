"""From the relations that a script has shown to the relation that was to be proved."""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.statement import FLIP, Rel

from .argument import Argument
from .region import Variable

__all__ = ["at_most", "conclude", "same_expression"]


def conclude(goal: Rel, a: Argument) -> str | None:
    """How the goal follows from what is known, or None.

    Through a bound of its left side, or of that side's square; directly, by arithmetic; or term by
    term where both sides are sums over one range.
    """
    if goal.op in (">", ">="):
        goal = Rel(FLIP[goal.op], goal.rhs, goal.lhs)
    if goal in a.facts:
        return "shown"
    if goal.op not in ("<", "<="):
        return "arithmetic" if _certain(goal, a) else None
    bounds = _bounds(goal.lhs, a)
    bounds += [
        (strict, e) for strict, upper in [(False, goal.lhs), *bounds] for e in _raised(upper, a)
    ]
    for strict, upper in bounds:
        if (strict or goal.op == "<=") and same_expression(upper, goal.rhs, a):
            return "shown"
    if _in_steps(goal, bounds, a):
        return "shown in steps"
    for strict, upper in bounds:
        rel = Rel("<=" if strict else goal.op, upper, goal.rhs)
        if at_most(rel, a) or _certain(rel, a):
            return "a bound of the left side is at most the right side"
    squares = _bounds(goal.lhs**2, a)
    if _in_steps(Rel(goal.op, goal.lhs**2, goal.rhs**2), squares, a) and _not_negative(goal, a):
        return "the squares of both sides, in steps"
    for strict, upper in squares:
        rel = Rel("<=" if strict else goal.op, upper, goal.rhs**2)
        if _not_negative(goal, a) and _certain(rel, a):
            return "the square of the left side is bounded by that of the right side"
    if _has_root(goal) and _by_squares(goal, a):
        return "the squares of both sides"
    if _certain(goal, a):
        return "arithmetic"
    if at_most(goal, a):
        return "term by term"
    zero = sp.Integer(0)
    signs = (Rel("<=", goal.lhs, zero), Rel(">=", goal.rhs, zero))
    if goal.op == "<=" and all(a.prove(r, quick=True) for r in signs):
        return "signs"
    for strict, upper in bounds:
        rel = Rel("<=" if strict else goal.op, upper, goal.rhs)
        if _has_root(rel) and not rel.has(sp.Sum) and _by_squares(rel, a):
            return "the square of a bound of the left side is at most that of the right side"
    return None


def _in_steps(goal: Rel, bounds: list[tuple[bool, sp.Expr]], a: Argument) -> bool:
    """Does a chain of known bounds lead from the left side to the right one?"""
    queue, seen = list(bounds), set()
    while queue:
        strict, upper = queue.pop(0)
        if upper == goal.rhs and (strict or goal.op == "<="):
            return True
        if (strict, upper) not in seen:
            seen.add((strict, upper))
            queue += [(strict or more, higher) for more, higher in _bounds(upper, a)]
    return False


def _not_negative(rel: Rel, a: Argument) -> bool:
    return all(_certain(Rel(">=", e, 0), a) for e in (rel.lhs, rel.rhs))


def _by_squares(rel: Rel, a: Argument) -> bool:
    """Are both sides certain not to be negative, and their squares to compare?"""
    if not _not_negative(rel, a):
        return False
    return _certain(Rel(rel.op, _square(rel.lhs), _square(rel.rhs)), a)


def _raised(e: sp.Expr, a: Argument) -> list[sp.Expr]:
    """The product with one quantity replaced by an upper bound; the other factors are >= 0."""
    out = []
    for f in sp.Mul.make_args(e):
        if f == e or not isinstance(f, (Q.Mean, Q.Prob, Q.Functional)):
            continue
        bounds = _bounds(f, a)
        if bounds and _certain(Rel(">=", e / f, 0), a):
            out += [e / f * upper for _, upper in bounds]
    return out


def _has_root(rel: Rel) -> bool:
    roots = [p for e in (rel.lhs, rel.rhs) for p in sp.Mul.make_args(e) if p.is_Pow]
    return any(p.exp.is_Rational and p.exp.q == 2 and not p.is_number for p in roots)


def _square(e: sp.Expr) -> sp.Expr:
    return sp.Mul(*(f**2 for f in sp.Mul.make_args(e)))


def _certain(rel: Rel, a: Argument) -> bool:
    """By arithmetic, as it stands or with quantities as they were derived."""
    whole = Rel(rel.op, a.spelled_out(rel.lhs), a.spelled_out(rel.rhs))
    forms = [rel] if whole == rel else [rel, whole]
    return any(a.prove(r, quick=True) for r in forms) or any(a.prove(r) for r in reversed(forms))


def _bounds(e: sp.Expr, a: Argument) -> list[tuple[bool, sp.Expr]]:
    """(strict, upper bound) pairs for an expression, from the facts; the latest first."""
    out = []
    for f in reversed(a.facts):
        for r in (f, Rel(FLIP[f.op], f.rhs, f.lhs)):
            if r.lhs == e and r.op in ("<", "<=", "="):
                out.append((r.op == "<", r.rhs))
    return out


def same_expression(x: sp.Expr, y: sp.Expr, a: Argument) -> bool:
    from refutable.derivations.normal import is_zero

    if x == y or is_zero(x - y, a.region.integers, a.region.positive):
        return True
    return is_zero(a.read(x) - a.read(y), a.region.integers, a.region.positive)


def at_most(goal: Rel, a: Argument) -> bool:
    """c Sum f <= d Sum g, over one range, where c f <= d g for every index in it."""
    left, right = (_sum(e) for e in (goal.lhs, goal.rhs))
    if left is None or right is None:
        return False
    (c, f), (d, g) = left, right
    if len(f.limits) != 1 or len(g.limits) != 1:
        return False
    (i, lo, hi), (j, lo2, hi2) = f.limits[0], g.limits[0]
    if lo != lo2 or hi != hi2:
        return False
    if goal.op == "<" and not a.prove(Rel("<=", lo, hi)):
        return False  # an empty sum is not below an empty sum
    inside = a.copy()
    inside.region.variables[i] = Variable(i, lo, sp.oo, integer=True)
    inside.region.facts.append(Rel("<=", i, hi))
    rel = Rel(goal.op, c * f.function, d * g.function.xreplace({j: i}))
    return conclude(rel, inside) is not None


def _sum(e: sp.Expr) -> tuple[sp.Expr, sp.Sum] | None:
    """A factor and one sum that make up the expression."""
    found = [f for f in sp.Mul.make_args(e) if isinstance(f, sp.Sum)]
    if len(found) != 1:
        return None
    return sp.Mul(*(f for f in sp.Mul.make_args(e) if f is not found[0])), found[0]
