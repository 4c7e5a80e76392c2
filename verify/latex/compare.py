"""Is the statement of a paper's equation the statement of a claim?

"same" is shown by a normal form (the same sides, or the same difference of sides up to a number);
"differs" by exact numbers at which one of the two holds and the other does not. A function value,
and a random quantity or limit that stands in both, is a free number there. Everything else is "not
decided".
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ...derivations.claim import Claim, expand
from ...derivations.domain import Integers, Reals
from ...derivations.errors import OutsideFragment, RefutableError
from ...derivations.normal import identical
from ...derivations.quantity import Vec
from ...derivations.statement import FLIP, And, Parts, Prose, Rel, Statement
from .witness import separate

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True)
class Comparison:
    """outcome: "same", "differs" or "not decided"; detail in words; the difference of the sides
    (paper minus claim) where there is one; at: the numbers that separate the two."""

    outcome: str
    detail: str = ""
    difference: sp.Expr | None = None
    at: str = ""


def compare(paper: Statement, claim: Claim) -> Comparison:
    """The paper's statement against the claim's, with the claim's abbreviations put in both.

    >>> from refutable.derivations.domain import Integers, Reals
    >>> from refutable.derivations.claim import claim
    >>> from refutable.derivations.statement import le
    >>> n, x = sp.symbols("n x")
    >>> (c,) = claim("c", le(x, 1 - 1 / n), "bound", domain={n: Integers(1), x: Reals(0, 1)})
    >>> compare(le(n * x / n, (n - 1) / n), c).outcome
    'same'
    >>> compare(le(x, 1 - 1 / n**2), c).outcome
    'differs'
    """
    if isinstance(claim.statement, (Prose, Parts)):
        return Comparison("not decided", "the claim is no formula of its own; see its parts")
    try:
        return _pair(_renamed(expand(paper, claim.where)), _renamed(claim.expanded()), claim)
    except RefutableError as err:
        return Comparison("not decided", " ".join(str(err).split()))


def _renamed(e: sp.Basic, depth: int = 0) -> sp.Basic:
    """Indices of sums, limits and integrals named by their depth: their letters do not matter."""
    bound = list(getattr(e, "bound_symbols", ()))
    # assumed real, so that they equal no symbol of a claim
    names = {s: sp.Symbol(f"i_{depth + k}", real=True) for k, s in enumerate(bound)}
    e = e.xreplace(names) if names else e
    if not e.args:
        return e
    args = [_renamed(a, depth + len(bound)) for a in e.args]
    return e.func(*args) if any(a is not b for a, b in zip(args, e.args, strict=True)) else e


def _pair(paper: sp.Basic, stated: sp.Basic, claim: Claim) -> Comparison:
    if paper == stated:
        return Comparison("same")
    if isinstance(paper, Rel) and isinstance(stated, Rel):
        return _relations(paper, stated, claim)
    ours, theirs = _parts(paper), _parts(stated)
    if isinstance(paper, And) or isinstance(stated, And):
        if len(ours) != len(theirs):
            return _unequal_chains(ours, theirs, claim)
        return _in_order(ours, theirs, claim)
    if type(paper) is type(stated) and len(paper.args) == len(stated.args):
        found = [_pair(a, b, claim) for a, b in zip(paper.args, stated.args, strict=True)]
        if all(c.outcome == "same" for c in found):
            return Comparison("same")
    return Comparison("not decided", "the two are built differently")


def _parts(statement: sp.Basic) -> list[sp.Basic]:
    if isinstance(statement, And):
        return [x for part in statement.args for x in _parts(part)]
    return [statement]


def _in_order(ours: list[sp.Basic], theirs: list[sp.Basic], claim: Claim) -> Comparison:
    """Part by part; a part may have moved."""
    left = list(theirs)
    missing: list[int] = []
    for k, part in enumerate(ours):
        hit = next((x for x in left if _pair(part, x, claim).outcome == "same"), None)
        if hit is None:
            missing.append(k)
        else:
            left.remove(hit)
    if not missing:
        return Comparison("same")
    found = [_pair(ours[missing[0]], x, claim) for x in left]
    told = found[0]
    sure = all(c.outcome == "differs" for c in found)
    detail = f"relation {missing[0] + 1}: {told.detail}"
    return Comparison("differs" if sure else "not decided", detail, told.difference, told.at)


def _unequal_chains(ours: list[sp.Basic], theirs: list[sp.Basic], claim: Claim) -> Comparison:
    few, many = sorted((ours, theirs), key=len)
    inside = all(any(_pair(a, b, claim).outcome == "same" for b in many) for a in few)
    detail = f"{len(ours)} relations in the paper, {len(theirs)} in the claim"
    if inside:
        who = "claim" if few is theirs else "paper"
        detail += f"; those of the {who} are among them: give the row an id of its own"
    return Comparison("not decided", detail)


def _relations(paper: Rel, stated: Rel, claim: Claim) -> Comparison:
    ours, theirs = _oriented(paper), _oriented(stated)
    if any(isinstance(x, (Vec, sp.MatrixBase)) for r in (ours, theirs) for x in (r.lhs, r.rhs)):
        return Comparison("not decided", "vectors or matrices that are not written alike")
    if any(x in (sp.oo, -sp.oo) for r in (ours, theirs) for x in (r.lhs, r.rhs)):
        same = ours.op == theirs.op and all(
            a == b
            or (a.is_finite is not False and b.is_finite is not False and _zero(a - b, claim))
            for a, b in ((ours.lhs, theirs.lhs), (ours.rhs, theirs.rhs))
        )
        return Comparison("same" if same else "not decided", "" if same else "infinite sides")
    d1, d2 = ours.lhs - ours.rhs, theirs.lhs - theirs.rhs
    if ours.op == theirs.op and _proportional(d1, d2, ours.op, claim):
        return Comparison("same")
    difference = _difference(ours, theirs, claim) or None
    numbers = separate((ours.op, d1), (theirs.op, d2), claim)
    signs = "" if ours.op == theirs.op else f"{ours.op} in the paper, {theirs.op} in the claim; "
    if numbers is None:
        detail = f"{signs}neither shown equal nor separated by numbers"
        return Comparison("not decided", detail, difference)
    holds = "paper" if numbers.first else "claim"
    detail = f"{signs}at {numbers.text} only the {holds}'s holds"
    return Comparison("differs", detail, difference, numbers.text)


def _oriented(r: Rel) -> Rel:
    return Rel(FLIP[r.op], r.rhs, r.lhs) if r.op in (">", ">=") else r


def _proportional(d1: sp.Expr, d2: sp.Expr, op: str, claim: Claim) -> bool:
    """d1 = c d2 with c not zero, and positive where the relation has a direction."""
    equation = op in ("=", "!=")
    factors = [sp.Integer(1), *([sp.Integer(-1)] if equation else [])]
    if any(_zero(d1 - c * d2, claim) for c in factors):
        return True
    if sp.count_ops(d1) + sp.count_ops(d2) > 300:
        return False
    try:
        c = sp.cancel(d1 / d2) if d2 != 0 else sp.Integer(0)
    except (sp.PolynomialError, NotImplementedError):
        return False
    sign = _sign(c, claim)
    return (sign > 0 or (sign < 0 and equation)) and _zero(d1 - c * d2, claim)


def _sign(c: sp.Expr, claim: Claim) -> int:
    """The sign that sums and products of symbols have by their domains; 0 where it is not known."""
    if c.is_Rational:
        return int(sp.sign(c))
    if c.is_Add:
        signs = {_sign(a, claim) for a in c.args}
        return signs.pop() if len(signs) == 1 else 0
    if c.is_Mul:
        return int(sp.prod(_sign(a, claim) for a in c.args))
    if c.is_Pow and c.exp.is_Integer:
        return _sign(c.base, claim) ** abs(int(c.exp))
    domain = claim.domain.get(c)
    lo = sp.sympify(domain.lo) if isinstance(domain, (Integers, Reals)) else sp.Integer(-1)
    return int(bool(lo.is_positive or (lo == 0 and getattr(domain, "lo_open", False))))


def _zero(e: sp.Expr, claim: Claim) -> bool:
    """Shown to vanish by a normal form; False says nothing."""
    if sp.expand(e) == 0:
        return True
    whole = [s for s, d in claim.domain.items() if isinstance(d, Integers)]
    try:
        return identical(e, sp.Integer(0), whole)
    except (OutsideFragment, sp.PolynomialError, NotImplementedError, ValueError):
        return False


def _difference(ours: Rel, theirs: Rel, claim: Claim) -> sp.Expr:
    """Paper minus claim, of the side that differs."""
    left, right = ours.lhs - theirs.lhs, ours.rhs - theirs.rhs
    if _zero(left, claim):
        return sp.Integer(0) if _zero(right, claim) else sp.factor(right)
    if _zero(right, claim):
        return sp.factor(left)
    return sp.factor(left - right)
