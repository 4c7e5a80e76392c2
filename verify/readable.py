"""Messages of the engines in the notation of the page: SymPy's text of a node becomes a formula."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import sympy as sp

from refutable.derivations.claim import Claim
from refutable.derivations.quantity import Event, Functional, Mean, Prob, Vec
from refutable.derivations.statement import Eventually, Exists, ForAll

from .mathwords import in_letters
from .typeset import sequences_of
from .verdict import Verdict
from .words import formula

__all__ = ["make_readable", "readable", "spoken"]


def spoken(v: Verdict) -> Callable[[str], str]:
    """How a message about this verdict is put in the claim's letters."""
    nodes, names = _nodes(v.claim), sequences_of(v.claim)
    return lambda text: in_letters(text, {**_named(nodes, text), **v.letters}, names)


def make_readable(v: Verdict) -> Verdict:
    """The same verdict; its reasons and details name the claim's quantities as it states them."""
    said = spoken(v)
    v.reason = said(v.reason)
    for r in v.readings:
        r.reason = said(r.reason)
    for e in v.evidence:
        e.detail = said(e.detail)
    for row in v.boundary:
        row["corner"] = said(row["corner"])
        row["outcome"] = said(row["outcome"])
    return v


def readable(text: str, claim: Claim, at: dict[sp.Basic, sp.Basic] | None = None) -> str:
    """The text with every node of the claim (at an instance, if one is given) as a formula."""
    for old, new in sorted(_named(_nodes(claim, at), text).items(), key=lambda pair: -len(pair[0])):
        text = text.replace(old, new)
    return text


def _nodes(claim: Claim, at: dict[sp.Basic, sp.Basic] | None = None) -> dict[str, sp.Basic]:
    """SymPy's text of a node -> the node."""
    table: dict[str, sp.Basic] = {}
    for root in (claim.bound(), claim.statement, *claim.assumptions):
        for node in sp.preorder_traversal(root):
            if isinstance(node, (Event, Mean, Prob, Functional, Vec)):
                with suppress(Exception):  # a verdict is not lost because a node has no name
                    here = node.xreplace(_free(at, node)) if at else node
                    table.setdefault(str(here), here)
    return table


def _named(nodes: dict[str, sp.Basic], text: str) -> dict[str, str]:
    """SymPy's text of a node -> ours, for the nodes that a text speaks of."""
    found: dict[str, str] = {}
    for old, node in nodes.items():
        if old in text:
            with suppress(Exception):
                found[old] = formula(node)
    return found


def _free(at: dict[sp.Basic, sp.Basic], node: sp.Basic) -> dict[sp.Basic, sp.Basic]:
    """The instance without the symbols that the node binds: a limit keeps its own."""
    bound: set[sp.Basic] = set()
    for part in sp.preorder_traversal(node):
        bound |= set(getattr(part, "bound_symbols", ()))
        bound |= set(part.variables) if isinstance(part, sp.Derivative) else set()
        bound |= {part.symbol} if isinstance(part, (Eventually, Exists, ForAll)) else set()
    return {s: value for s, value in at.items() if s not in bound}
