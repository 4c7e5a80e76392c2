"""How far a true bound is from the truth: the ratio of its sides over exact instances, near and far.

A bound says nothing where it lies outside the range that its quantity has in any case: a
probability bounded by one or more from above, a norm bounded by zero or less from below.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.errors import RefutableError
from refutable.derivations.families import Categorical

from .instances import check_at, instances, named, relevant
from .probes import spread
from .values import Exact, glance

__all__ = ["slack_of"]

NEAR, FAR = 40, 48  # instances
BUDGET = 1_000  # weighted transitions per quantity, far out
ENOUGH = 4  # instances that a description of a region must cover
#: Sizes of vectors; of a difference of two probability vectors the l1 norm and this square reach 2.
NORMS = (Q.SqNorm, Q.NormInf, Q.Norm1, Q.TotalVariation, Q.Trace)


@dataclass(frozen=True)
class _Row:
    at: dict
    value: sp.Expr
    bound: sp.Expr
    empty: bool  # the bound says nothing here


def slack_of(claim: Claim, exact: Exact) -> list[dict] | dict | None:
    """For each inequality with a quantity on one side: smallest and largest ratio of its sides.

    vacuous: the bound says nothing at any instance.  None where there is no such inequality.
    """
    body = claim.bound()
    rels = body.args if isinstance(body, S.And) else (body,)
    rels = [r for r in rels if isinstance(r, S.Rel) and _is_bound(r)]
    if not rels:
        return None
    ats = [(at, exact) for at in instances(claim, NEAR)]
    ats += [(at, glance(min(BUDGET, exact.budget))) for at in spread(claim, FAR)]
    out = [row for r in rels if (row := _one(r, claim, ats))]
    return None if not out else out[0] if len(out) == 1 else {"links": out}


def _is_bound(rel: S.Rel) -> bool:
    return (
        rel.op in ("<", "<=", ">", ">=")
        and not isinstance(rel.lhs, Q.Vec)
        and _random(rel.lhs) != _random(rel.rhs)
    )


def _one(rel: S.Rel, claim: Claim, ats: list[tuple[dict, Exact]]) -> dict | None:
    left = _random(rel.lhs)
    upper = (rel.op in ("<", "<=")) == left
    shown = relevant(claim)
    low, high = _range(rel.lhs if left else rel.rhs)
    rows: dict[str, _Row] = {}
    for whole, value in ats:
        at = {s: v for s, v in whole.items() if s in shown}
        if repr(at) in rows:
            continue
        try:
            c = check_at(rel, whole, value)
        except (RefutableError, ZeroDivisionError):
            continue
        if c.truth is None or c.lhs is None or not c.lhs.is_real or not c.rhs.is_real:
            continue
        true, bound = (c.lhs, c.rhs) if left else (c.rhs, c.lhs)
        empty = bool(bound >= high) if upper else bool(bound <= low)
        rows[repr(at)] = _Row(at, true, bound, empty)
    return _told(list(rows.values()), upper) if rows else None


def _told(rows: list[_Row], upper: bool) -> dict:
    ratios = [
        (r.value / r.bound if upper else r.bound / r.value, r.at)
        for r in rows
        if r.bound > 0 and r.value > 0
    ]
    count = sum(r.empty for r in rows)
    out: dict = {
        "bound": "upper" if upper else "lower",
        "instances": len(rows),
        "vacuous": count == len(rows),
        "says nothing at": count,
        "says nothing where": _region(rows) if 0 < count < len(rows) else None,
    }
    if ratios:
        small, large = min(ratios, key=lambda r: r[0]), max(ratios, key=lambda r: r[0])
        out |= {
            "smallest ratio": _text(small[0]),
            "smallest at": named(small[1]),
            "largest ratio": _text(large[0]),
            "largest at": named(large[1]),
        }
    return out


def _region(rows: list[_Row]) -> str | None:
    """`n >= 9`, or `n >= 9 at m = 1`: true of all these instances; None where nothing short is."""
    numbers = [s for s, v in rows[0].at.items() if isinstance(v, sp.Rational)]
    for s in numbers:
        if (text := _threshold(rows, s)) is not None:
            return text
    for fixed in numbers:
        for value in sorted({r.at[fixed] for r in rows}):
            part = [r for r in rows if r.at[fixed] == value]
            for s in (x for x in numbers if x != fixed):
                text = _threshold(part, s) if len(part) >= ENOUGH else None
                if text is not None:
                    return f"{text} at {fixed} = {value}"
    return None


def _threshold(rows: list[_Row], s: sp.Symbol) -> str | None:
    """The values of s at which nothing is said are those from one on, or up to one."""
    nothing = {r.at[s] for r in rows if r.empty}
    something = {r.at[s] for r in rows if not r.empty}
    if not nothing or not something:
        return None
    if min(nothing) > max(something):
        return f"{s} >= {min(nothing)}"
    if max(nothing) < min(something):
        return f"{s} <= {max(nothing)}"
    return None


def _text(x: sp.Expr) -> str:
    return str(x) if x.is_Rational and x.q < 10**6 else str(sp.N(x, 6))


def _random(e: sp.Basic) -> bool:
    return bool(e.atoms(Q.Mean, Q.Prob))


def _range(e: sp.Basic) -> tuple[sp.Expr, sp.Expr]:
    """What lies between these says something: the range of the quantity, whatever the process."""
    if isinstance(e, Q.Prob):
        return sp.Integer(0), sp.Integer(1)
    x = e.args[0] if isinstance(e, Q.Mean) else e
    if isinstance(x, Q.TotalVariation):
        return sp.Integer(0), sp.Integer(1)
    if isinstance(x, (*NORMS, Q.Coord, Q.Mass)) and _is_law(x.args[0]):
        return sp.Integer(0), sp.Integer(1)
    if isinstance(x, (Q.SqNorm, Q.Norm1)) and _is_difference(x.args[0]):
        return sp.Integer(0), sp.Integer(2)
    return (sp.Integer(0) if isinstance(x, NORMS) else -sp.oo), sp.oo


def _is_law(v: sp.Basic) -> bool:
    """A probability vector of a categorical process."""
    known = isinstance(v, (Q.TruthVec, Q.ModelVec, Q.BatchVec))
    return known and isinstance(v.args[0].process.family, Categorical)


def _is_difference(v: sp.Basic) -> bool:
    pairs = v.terms if isinstance(v, Q.Comb) else []
    return sorted(c for c, _ in pairs) == [-1, 1] and all(_is_law(w) for _, w in pairs)
