"""How far a true bound is from the truth: the ratio of its sides over small exact instances."""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.errors import OutsideFragment

from .instances import check_at, instances, named
from .values import Exact

__all__ = ["slack_of"]

MAX_INSTANCES = 40


def slack_of(claim: Claim, exact: Exact) -> list[dict] | dict | None:
    """For each inequality with a quantity on one side: smallest and largest ratio of its sides.

    vacuous: at every instance the bound says nothing (a probability bounded by at least one from
    above or by at most zero from below).  None where there is no such inequality.
    """
    body = claim.bound()
    rels = body.args if isinstance(body, S.And) else (body,)
    out = [row for r in rels if isinstance(r, S.Rel) and (row := _one(r, claim, exact))]
    return None if not out else out[0] if len(out) == 1 else {"links": out}


def _one(rel: S.Rel, claim: Claim, exact: Exact) -> dict | None:
    if rel.op not in ("<", "<=", ">", ">=") or isinstance(rel.lhs, Q.Vec):
        return None
    left, right = _random(rel.lhs), _random(rel.rhs)
    if left == right:
        return None
    rows = []
    for at in instances(claim, MAX_INSTANCES):
        try:
            c = check_at(rel, at, exact)
        except (OutsideFragment, ZeroDivisionError):
            continue
        if c.truth is None or c.lhs is None or not c.lhs.is_real or not c.rhs.is_real:
            continue
        value, bound = (c.lhs, c.rhs) if left else (c.rhs, c.lhs)
        rows.append((at, value, bound))
    if not rows:
        return None
    upper = (rel.op in ("<", "<=")) == left
    ratios = [(v / b if upper else b / v, at) for at, v, b in rows if b > 0 and v > 0]
    probability = _is_probability(rel.lhs if left else rel.rhs)
    empty = [at for at, _, b in rows if probability and ((b >= 1) if upper else (b <= 0))]
    out: dict = {
        "bound": "upper" if upper else "lower",
        "instances": len(rows),
        "vacuous": len(empty) == len(rows),
        "says nothing at": len(empty),
    }
    if ratios:
        low, high = min(ratios, key=lambda r: r[0]), max(ratios, key=lambda r: r[0])
        out |= {
            "smallest ratio": _text(low[0]),
            "smallest at": named(low[1]),
            "largest ratio": _text(high[0]),
            "largest at": named(high[1]),
        }
    return out


def _text(x: sp.Expr) -> str:
    return str(x) if x.is_Rational and x.q < 10**6 else str(sp.N(x, 6))


def _random(e: sp.Basic) -> bool:
    return bool(e.atoms(Q.Mean, Q.Prob))


def _is_probability(e: sp.Basic) -> bool:
    return isinstance(e, Q.Prob) or (
        isinstance(e, Q.Mean) and isinstance(e.args[0], (Q.SqNorm, Q.NormInf, Q.Coord, Q.Mass))
    )
