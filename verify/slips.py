"""Repairs for slips of the pen: a factor left out, one letter in place of another, a broken link.

They are tried before a smaller domain is: a statement that is true everywhere with one letter put
right is not one that lacks a hypothesis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim, expand
from refutable.derivations.domain import Integers

__all__ = ["by_letter", "factor_left_out", "linked"]

MOST = 40  # letters in place of others


def factor_left_out(
    claim: Claim, formula: sp.Expr, on_left: bool
) -> tuple[S.Rel, str, Claim] | None:
    """The printed side times a letter or two of the domain, where that is what was derived.

    formula: what the quantity on the other side was derived to be.
    """
    rel = claim.statement
    if not isinstance(rel, S.Rel):
        return None
    printed, other = (rel.lhs, rel.rhs) if on_left else (rel.rhs, rel.lhs)
    whole = expand(printed, claim.where)
    if whole == 0:
        return None
    factor = sp.cancel(sp.together(formula / whole))
    letters = sp.Mul.make_args(factor)
    if not letters or not all(x.is_Symbol and x in claim.domain for x in letters):
        return None
    side = printed * factor
    fixed = S.Rel("=", side, other) if on_left else S.Rel("=", other, side)
    return fixed, f"the factor {factor} is missing", replace(claim, statement=fixed, readings=())


def by_letter(claim: Claim) -> Iterator[tuple[sp.Basic, str]]:
    """(statement, what was changed): another letter as the end of a sum, or as an index in it.

    The end of a sum becomes another whole number of the domain; an index in the body of nested
    sums becomes the index of another of them, at one place.
    """
    st, told = claim.statement, 0
    whole = [
        s for s, d in claim.domain.items() if isinstance(d, Integers) and isinstance(s, sp.Symbol)
    ]
    for node in sorted(st.atoms(sp.Sum), key=sp.default_sort_key):
        for new, change in (*_ends(node, whole), *_indices(node)):
            if told < MOST:
                told += 1
                yield st.xreplace({node: new}), change


def _ends(node: sp.Sum, whole: list[sp.Symbol]) -> Iterator[tuple[sp.Expr, str]]:
    for k, (i, lo, hi) in enumerate(node.limits):
        for s in whole if hi in whole else ():
            if s != hi:
                limits = list(node.limits)
                limits[k] = sp.Tuple(i, lo, s)
                yield sp.Sum(node.function, *limits), f"the last index {hi} becomes {s}"


def _indices(node: sp.Sum) -> Iterator[tuple[sp.Expr, str]]:
    bound = [x[0] for x in node.limits]
    for path in _paths(node.function, set(bound)):
        old = _at(node.function, path)
        for new in bound:
            if new != old:
                body = _put(node.function, path, new)
                yield sp.Sum(body, *node.limits), f"the index {old} becomes {new}"


def _paths(e: sp.Basic, bound: set) -> Iterator[tuple[int, ...]]:
    for k, a in enumerate(e.args):
        if a in bound:
            yield (k,)
        else:
            yield from ((k, *rest) for rest in _paths(a, bound))


def _at(e: sp.Basic, path: tuple[int, ...]) -> sp.Basic:
    return _at(e.args[path[0]], path[1:]) if path else e


def _put(e: sp.Basic, path: tuple[int, ...], new: sp.Basic) -> sp.Basic:
    if not path:
        return new
    args = list(e.args)
    args[path[0]] = _put(args[path[0]], path[1:], new)
    return e.func(*args)


def linked(claim: Claim, facts: tuple[S.Rel, ...]) -> Iterator[tuple[S.Rel, str]]:
    """Of a bound that rests on links of a chain: what the links prove of the same quantity."""
    body = claim.bound()
    if not isinstance(body, S.Rel) or isinstance(body.lhs, Q.Vec) or body.op not in ("<", "<="):
        return
    for f in facts:
        if f.op in ("<", "<=") and f.lhs == body.lhs and f.rhs != body.rhs:
            yield f, "what the link that it rests on proves"
