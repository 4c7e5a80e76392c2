"""The boundary table: a claim at the smallest and largest values that its symbols permit."""

from __future__ import annotations

import sympy as sp

from refutable.derivations.claim import Claim
from refutable.derivations.errors import OutsideFragment

from .instances import check_at, instances, named
from .values import Exact

__all__ = ["boundary_table"]

MAX_ROWS = 8


def boundary_table(claim: Claim, exact: Exact) -> list[dict]:
    """One row per corner: the instance, the two sides, and whether the statement holds there."""
    found = instances(claim, 60)
    rows: list[dict] = []
    body = claim.bound()
    for symbol, domain in claim.domain.items():
        for corner in _corners(domain):
            at = next((a for a in found if a.get(symbol) == corner), None)
            if at is None or any(r["instance"] == named(at) for r in rows):
                continue
            rows.append(_row(symbol, corner, body, at, exact))
            if len(rows) == MAX_ROWS:
                return rows
    return rows


def _corners(domain) -> list:  # type: ignore[no-untyped-def]
    try:
        return domain.corners({})
    except (TypeError, KeyError, NotImplementedError, ValueError):
        return []


def _row(symbol: sp.Basic, corner: object, body: sp.Basic, at: dict, exact: Exact) -> dict:
    try:
        c = check_at(body, at, exact)
        word = {True: "holds", False: "fails", None: "not defined"}[c.truth]
        sides = (str(c.lhs), str(c.rhs)) if c.lhs is not None and c.truth is not None else ("", "")
    except (OutsideFragment, ZeroDivisionError) as err:
        word, sides = f"not evaluated: {err}", ("", "")
    text = str(corner) if not isinstance(corner, tuple) else f"({', '.join(map(str, corner))})"
    return {
        "corner": f"{symbol} = {text}",
        "instance": named(at),
        "lhs": sides[0],
        "rhs": sides[1],
        "outcome": word,
    }
