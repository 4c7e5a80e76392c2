"""What `derive=True` asks for: recurrence, closed form and limit of a claim's quantities."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.derive import derive
from refutable.derivations.errors import OutsideFragment

from .affine import affine_step
from .deduce import Deduction, deduce, replace_limits
from .page import Page
from .typeset import sequences_of
from .words import formula

__all__ = ["Found", "derived", "print_derived"]


@dataclass(frozen=True)
class Found:
    """What was derived of one mean: each a relation, or why there is none.

    index, first: where the closed form begins, or None where it is no formula of an index.
    """

    node: sp.Expr
    recurrence: S.Rel | str
    closed: S.Rel | str
    limit: S.Rel | str
    index: sp.Symbol | None = None
    first: sp.Expr | None = None


def derived(claim: Claim) -> list[Found]:
    """Every mean and probability of the statement, then of the quantities, each once."""
    d = deduce(claim)
    roots = [claim.bound(), *claim.quantities.values()]
    nodes: dict[sp.Expr, None] = {}
    for root in roots:
        body = root.expr if isinstance(root, sp.Lambda) else root
        for node in sorted(body.atoms(Q.Mean, Q.Prob), key=sp.default_sort_key):
            nodes.setdefault(node)
    return [_found(node, d) for node in nodes]


def _found(node: sp.Expr, d: Deduction) -> Found:
    try:
        closed: S.Rel | str = S.eq(node, d.formula(node))
        index, first = derive(node).index, derive(node).valid_from
    except OutsideFragment as err:
        return Found(node, str(err), str(err), str(err))
    if index is None:
        return Found(node, "it moves with no index", closed, "it moves with no index")
    return Found(node, _recurrence(node, index), closed, _limit(node, index, d), index, first)


def _recurrence(node: sp.Expr, index: sp.Symbol) -> S.Rel | str:
    try:
        step = affine_step(node, index)
    except OutsideFragment as err:
        return str(err)
    return S.eq(node.subs(index, index + 1), step.forcing + step.factor * node)


def _limit(node: sp.Expr, index: sp.Symbol, d: Deduction) -> S.Rel | str:
    limit = S.Lim(node, index)
    try:
        return S.eq(limit, replace_limits(limit, d, d.region).xreplace(_named(d)))
    except OutsideFragment as err:
        return str(err)


def _named(d: Deduction) -> dict[sp.Symbol, sp.Basic]:
    return {v: k for k, v in d.region.names.items()}


def print_derived(claim: Claim, page: Page) -> None:
    """A block for each, in the claim's letters where it has some."""
    names = sequences_of(claim)
    page.heading("Derived")
    for x in derived(claim):
        begin = f" (from {x.index} = {x.first})" if x.first is not None else ""
        page.formula(formula(x.node, names), indent=2)
        for what, got in (
            ("recurrence", x.recurrence), ("closed form", x.closed), ("limit", x.limit),
        ):  # fmt: skip
            if isinstance(got, str):
                page.text(f"{what}: none: {got}", hang=4)
            else:
                page.text(f"{what}{begin * (what == 'closed form')}:")
                page.formula(formula(got, names), indent=6)
