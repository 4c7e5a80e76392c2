"""Messages of the engines in the notation of the page: SymPy's text of a node becomes a formula."""

from __future__ import annotations

from contextlib import suppress

import sympy as sp

from refutable.derivations.claim import Claim
from refutable.derivations.quantity import Event, Functional, Mean, Prob, Vec
from refutable.derivations.statement import Eventually, Exists, ForAll

from .verdict import Verdict
from .words import formula

__all__ = ["make_readable", "readable"]


def make_readable(v: Verdict) -> Verdict:
    """The same verdict; its reasons and details name the claim's quantities as it states them."""
    pairs = _pairs(v.claim)
    v.reason = _replaced(v.reason, pairs)
    for r in v.readings:
        r.reason = _replaced(r.reason, pairs)
    for e in v.evidence:
        e.detail = _replaced(e.detail, pairs)
    for row in v.boundary:
        row["outcome"] = _replaced(row["outcome"], pairs)
    return v


def readable(text: str, claim: Claim, at: dict[sp.Basic, sp.Basic] | None = None) -> str:
    """The text with every node of the claim (at an instance, if one is given) as a formula."""
    return _replaced(text, _pairs(claim, at))


def _pairs(claim: Claim, at: dict[sp.Basic, sp.Basic] | None = None) -> list[tuple[str, str]]:
    """(SymPy's text, ours), the longest first."""
    table: dict[str, str] = {}
    for root in (claim.bound(), claim.statement, *claim.assumptions):
        for node in sp.preorder_traversal(root):
            if isinstance(node, (Event, Mean, Prob, Functional, Vec)):
                here = node.xreplace(_free(at, node)) if at else node
                with suppress(Exception):  # a verdict is not lost because a node has no name
                    table.setdefault(str(here), formula(here))
    return sorted(table.items(), key=lambda pair: -len(pair[0]))


def _free(at: dict[sp.Basic, sp.Basic], node: sp.Basic) -> dict[sp.Basic, sp.Basic]:
    """The instance without the symbols that the node binds: a limit keeps its own."""
    bound: set[sp.Basic] = set()
    for part in sp.preorder_traversal(node):
        bound |= set(getattr(part, "bound_symbols", ()))
        bound |= set(part.variables) if isinstance(part, sp.Derivative) else set()
        bound |= {part.symbol} if isinstance(part, (Eventually, Exists, ForAll)) else set()
    return {s: value for s, value in at.items() if s not in bound}


def _replaced(text: str, pairs: list[tuple[str, str]]) -> str:
    for old, new in pairs:
        text = text.replace(old, new)
    return text
