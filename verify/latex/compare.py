"""Is the statement of a paper's equation the statement of a claim?

"same" is shown by a normal form: the same sides, or both times a positive number; or, where an
unknown stands in the relation, the same difference of sides up to a positive factor. (Two relations
between known numbers do not become the same statement by both being true, or both false.)
"differs" is shown by exact numbers, at which one of the two holds and the other does not, or at
which one side has another value while the other side is the same; or by another relation sign
between the same sides. Everything else is "not decided".
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy.core.function import AppliedUndef

from ...derivations.claim import Claim, expand
from ...derivations.domain import Integers, Reals
from ...derivations.errors import OutsideFragment, RefutableError
from ...derivations.normal import identical
from ...derivations.quantity import Functional, Mean, Prob, Vec
from ...derivations.statement import FLIP, And, Rel, Statement
from .witness import nonzero, separate

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True)
class Comparison:
    """outcome: "same", "differs" or "not decided"; detail: why, in words; difference: paper minus
    claim, of the side that is not the same."""

    outcome: str
    detail: str = ""
    difference: sp.Expr | None = None


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
        return next((c for c in found if c.outcome == "differs"), found[-1])
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
    return Comparison("differs" if sure else "not decided", detail, told.difference)


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
    pairs = [(ours.lhs, theirs.lhs), (ours.rhs, theirs.rhs)]
    if any(isinstance(x, (Vec, sp.MatrixBase)) for pair in pairs for x in pair):
        return Comparison("not decided", "vectors or matrices that are not written alike")
    equal = [a == b or (_finite(a, b) and _zero(a - b, claim)) for a, b in pairs]
    if ours.op != theirs.op and all(equal):
        told = f"the sign is {ours.op} in the paper, {theirs.op} in the claim"
        return Comparison("differs", told)
    if ours.op == theirs.op and (all(equal) or _rearranged(ours, theirs, claim)):
        return Comparison("same")
    return _apart(ours, theirs, pairs, equal, claim)


def _finite(a: sp.Expr, b: sp.Expr) -> bool:
    return not {a, b} & {sp.oo, -sp.oo}


def _apart(ours: Rel, theirs: Rel, pairs: list, equal: list[bool], claim: Claim) -> Comparison:
    """Two relations that are not shown to be the same: numbers that tell them apart, if any."""
    signs = "" if ours.op == theirs.op else f"{ours.op} in the paper, {theirs.op} in the claim; "
    if not all(_finite(*p) for p in pairs):
        return Comparison("not decided", f"{signs}infinite sides that are not written alike")
    (l1, l2), (r1, r2) = pairs
    difference = l1 - l2 - (r1 - r2)
    if any(equal):
        difference = r1 - r2 if equal[0] else l1 - l2
    shown = sp.factor(difference) or None
    numbers = separate((ours.op, l1 - r1), (theirs.op, l2 - r2), claim)
    if numbers is not None:
        holds = "paper" if numbers.first else "claim"
        detail = f"{signs}at {numbers.text} only the {holds}'s holds"
        return Comparison("differs", detail, shown)
    at = nonzero(difference, claim) if any(equal) else None
    if at is not None:
        side = "right" if equal[0] else "left"
        detail = f"{signs}at {at} the {side} side has another value"
        return Comparison("differs", detail, shown)
    return Comparison("not decided", f"{signs}neither shown equal nor told apart by numbers", shown)


def _oriented(r: Rel) -> Rel:
    return Rel(FLIP[r.op], r.rhs, r.lhs) if r.op in (">", ">=") else r


def _rearranged(ours: Rel, theirs: Rel, claim: Claim) -> bool:
    """Are the sides exchanged or multiplied by a positive factor, or terms moved across?"""
    if not _finite(ours.lhs, ours.rhs) or not _finite(theirs.lhs, theirs.rhs):
        return False
    equation = ours.op in ("=", "!=")
    if equation and _zero(ours.lhs - theirs.rhs, claim) and _zero(ours.rhs - theirs.lhs, claim):
        return True
    d1, d2 = ours.lhs - ours.rhs, theirs.lhs - theirs.rhs
    unknown = _has_unknown(d2, claim)
    for c in _factors(ours.rhs, theirs.rhs, claim, equation):
        if not unknown and not c.is_Rational:
            continue
        if _zero(ours.lhs - c * theirs.lhs, claim) and _zero(ours.rhs - c * theirs.rhs, claim):
            return True
    return unknown and any(_zero(d1 - c * d2, claim) for c in _factors(d1, d2, claim, equation))


def _factors(a: sp.Expr, b: sp.Expr, claim: Claim, equation: bool) -> list[sp.Expr]:
    """Candidates c for a = c b: not zero, and positive where the relation has a direction."""
    simple = [sp.Integer(1), *([sp.Integer(-1)] if equation else [])]
    if sp.count_ops(a) + sp.count_ops(b) > 300 or _zero(b, claim):
        return simple
    try:
        c = sp.cancel(a / b)
    except (sp.PolynomialError, NotImplementedError, ZeroDivisionError):
        return simple
    sign = _sign(c, claim)
    return [*simple, c] if sign > 0 or (sign < 0 and equation) else simple


def _has_unknown(d: sp.Expr, claim: Claim) -> bool:
    """Is something in it that the claim's domain does not count off: a function value, a quantity,
    a real number?"""
    num = sp.fraction(sp.cancel(sp.together(d)))[0] if sp.count_ops(d) < 300 else d
    loose = {s for s in num.free_symbols if not isinstance(claim.domain.get(s), Integers)}
    return bool(loose or num.atoms(AppliedUndef, Functional, Mean, Prob))


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
