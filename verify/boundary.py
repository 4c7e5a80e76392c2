"""The boundary table: a claim at the smallest and largest values that its symbols permit.

Exactly, against the process, under a small budget: a row that would cost more says so.
"""

from __future__ import annotations

import sympy as sp

from refutable.derivations.claim import Claim
from refutable.derivations.errors import RefutableError

from .corners import Corner, corners
from .exact import Undefined
from .instances import check_at, named, relevant
from .undefined import zero_divisor
from .values import Exact, glance
from .vectortext import value_text

__all__ = ["boundary_table"]

MAX_ROWS = 10
BUDGET = 2_000  # weighted transitions per quantity


def boundary_table(claim: Claim, exact: Exact) -> list[dict]:
    """One row per corner: the instance, the two sides, and whether the statement holds there."""
    body = claim.bound()
    value = glance(min(BUDGET, exact.budget))
    shown = relevant(claim)
    return [_row(c, shown, body, value) for c in corners(claim, MAX_ROWS)]


def _row(c: Corner, shown: set[sp.Basic], body: sp.Basic, value: Exact) -> dict:
    word, sides = _outcome(body, c.at, value)
    return {
        "corner": ", ".join(f"{k} = {value_text(v)}" for k, v in named(dict(c.ends)).items()),
        "instance": named({s: v for s, v in c.at.items() if s in shown}),
        "lhs": sides[0],
        "rhs": sides[1],
        "outcome": word,
    }


def _outcome(body: sp.Basic, at: dict, value: Exact) -> tuple[str, tuple[str, str]]:
    nothing = ("", "")
    divisor = zero_divisor(body, at)
    if divisor is not None:
        return f"not defined: divides by {divisor}", nothing
    try:
        c = check_at(body, at, value)
    except (ZeroDivisionError, Undefined) as err:
        return f"not defined: {err}", nothing
    except RefutableError as err:
        return f"not evaluated: {str(err).partition(':')[0]}", nothing
    if c.truth is None:
        return "not defined" if c.note else "cannot tell", nothing
    sides = (str(c.lhs), str(c.rhs)) if c.lhs is not None and c.rhs is not None else nothing
    return ("holds" if c.truth else "fails"), sides

