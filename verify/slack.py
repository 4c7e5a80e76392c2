"""How far a true bound is from the truth: the ratio of its sides over exact instances, near and far.

A limit has its certified value. Where both sides are random, or neither is, the side that is
written first counts as the value and the other one as its bound.

A bound says nothing where it lies outside the range that its quantity has in any case: a
probability bounded by one or more from above, a norm bounded by zero or less from below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

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

SHARE = 3  # every third of the instances that were judged, whose values are known
FAR = 48  # instances far out, of a claim judged at 120 near ones
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


def slack_of(
    claim: Claim,
    exact: Exact,
    limits: Mapping[sp.Basic, sp.Expr] = MappingProxyType({}),
    judged: int = 120,
) -> list[dict] | dict | None:
    """For each inequality that is concluded: smallest and largest ratio of its sides.

    limits: limits of the statement -> their values, as the proof found them.
    judged: the number of instances that the claim was judged at.
    vacuous: the bound says nothing at any instance.  None where there is no inequality.
    """
    rels = [
        (premise, rel)
        for premise, rel in _concluded(claim.bound())
        if rel.op in ("<", "<=", ">", ">=") and not isinstance(rel.lhs, Q.Vec)
    ]
    if not rels:
        return None
    ats = [(at, exact) for at in instances(claim, judged)[::SHARE]]
    ats += [(at, glance(min(BUDGET, exact.budget))) for at in spread(claim, FAR * judged // 120)]
    out = [row for premise, r in rels if (row := _one(premise, r, claim, ats, dict(limits)))]
    return None if not out else out[0] if len(out) == 1 else {"links": out}


def _concluded(st: sp.Basic, premise: sp.Basic | None = None) -> Iterator[tuple[sp.Basic | None, S.Rel]]:
    """(premise, relation) for every relation that a statement concludes."""
    if isinstance(st, S.Rel):
        yield premise, st
    elif isinstance(st, S.And):
        for part in st.args:
            yield from _concluded(part, premise)
    elif isinstance(st, S.Implies) and premise is None:
        yield from _concluded(st.args[1], st.args[0])


def _one(
    premise: sp.Basic | None,
    rel: S.Rel,
    claim: Claim,
    ats: list[tuple[dict, Exact]],
    limits: dict[sp.Basic, sp.Expr],
) -> dict | None:
    left = _random(rel.lhs) or not _random(rel.rhs)
    upper = (rel.op in ("<", "<=")) == left
    shown = relevant(claim)
    low, high = _range(rel.lhs if left else rel.rhs)
    rel = rel.xreplace(limits)
    if rel.has(sp.oo, -sp.oo):
        return None
    rows: dict[str, _Row] = {}
    for whole, value in ats:
        at = {s: v for s, v in whole.items() if s in shown}
        if repr(at) in rows:
            continue
        try:
            if premise is not None and check_at(premise, whole, value).truth is not True:
                continue
            c = check_at(rel, whole, value)
        except (RefutableError, ZeroDivisionError):
            continue
        if c.truth is None or c.lhs is None or not c.lhs.is_real or not c.rhs.is_real:
            continue
        true, bound = (c.lhs, c.rhs) if left else (c.rhs, c.lhs)
        empty = bool(bound >= high) if upper else bool(bound <= low)
        rows[repr(at)] = _Row(at, true, bound, empty)
    told = _told(list(rows.values()), upper) if rows else {}
    return told if "smallest ratio" in told or told.get("says nothing at") else None


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
        small, large = min(ratios, key=_size), max(ratios, key=_size)
        out |= {
            "smallest ratio": _text(small[0]),
            "smallest at": named(small[1]),
            "largest ratio": _text(large[0]),
            "largest at": named(large[1]),
        }
    return out


def _size(ratio: tuple[sp.Expr, dict]) -> sp.Expr:
    """What ratios are ordered by: themselves, or thirty digits of an irrational one."""
    return ratio[0] if ratio[0].is_Rational else sp.N(ratio[0], 30)


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
