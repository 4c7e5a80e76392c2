"""The hypothesis that is missing: the largest simple domain on which a statement holds.

Options are lower limits raised by one or two, open ends, positive coordinates, and orders or
equalities of two integers. The statement is evaluated once at many instances; a conjunction of at
most three numerical options is tried where it excludes every failure and keeps some success,
fewest first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim, expand
from refutable.derivations.domain import Integers, Reals, Schedule, Simplex
from refutable.derivations.errors import OutsideFragment, RefutableError

from .deduce import Deduction
from .exact import Undefined
from .instances import check_at, instances
from .mutants import token_symbols
from .region import region_of
from .undefined import undefined_at
from .values import Exact, Symbolic

__all__ = ["smaller_domains", "vacuous"]

FEWER = 5  # a fifth of the instances: a limit of limits is derived afresh at each
KEPT = 3  # a repair must say something: so many instances must be left


def smaller_domains(
    claim: Claim, exact: Exact, witness: dict | None, judged: int
) -> Iterator[tuple[S.Statement, Claim]]:
    """(missing hypothesis, the claim with it), largest domains first; not yet proved.

    judged: the number of instances that the claim was judged at, whose values are known.
    """
    nested = any(e.args[0].has(S.Lim) for e in claim.bound().atoms(S.Lim))
    ats = instances(claim, judged)[:: FEWER if nested else 1]
    if witness and witness not in ats:
        ats.append(witness)
    good, bad = _truth(claim, ats, exact)
    if not bad or not good:
        return
    known = {**claim.where, **claim.quantities}
    options = [(h, _where(expand(h, known), ats)) for h in _options(claim)]
    options = [(h, mask) for h, mask in options if mask & bad != bad and mask & good]
    plain = [(h, mask) for h, mask in options if h.rhs.is_number]
    for size in (1, 2, 3):
        for chosen in combinations(options if size == 1 else plain, size):
            if len({h.lhs for h, _ in chosen}) < size:
                continue
            mask = (1 << len(ats)) - 1
            for _, m in chosen:
                mask &= m
            if mask & bad or bin(mask & good).count("1") < KEPT:
                continue
            if any(_redundant(chosen, k, bad) for k in range(size)):
                continue
            hs = tuple(h for h, _ in chosen)
            yield hs[0] if size == 1 else S.And(*hs), _restricted(claim, hs)


def _redundant(chosen: tuple, k: int, bad: int) -> bool:
    """Without its k-th member the conjunction excludes every failure already."""
    rest = [m for j, (_, m) in enumerate(chosen) if j != k]
    if not rest:
        return False
    mask = rest[0]
    for m in rest[1:]:
        mask &= m
    return not mask & bad


def _truth(claim: Claim, ats: list[dict], exact: Exact) -> tuple[int, int]:
    """Bit masks of the instances at which the statement holds, and fails.

    One that holds because its premise does not says nothing: it counts as neither.
    """
    body = claim.bound()
    good = bad = 0
    other = None
    for k, at in enumerate(ats):
        try:
            truth = check_at(body, at, exact).truth
        except (ZeroDivisionError, Undefined):
            truth = None
        except OutsideFragment:
            other = other or Symbolic(Deduction(claim, region_of(claim, [body])))
            try:
                truth = check_at(body, at, other).truth
            except (OutsideFragment, ZeroDivisionError):
                continue
        good |= (truth is True and not vacuous(body, at, exact)) << k
        bad |= (truth is False or (truth is None and undefined_at(body, at))) << k
    return good, bad


def vacuous(body: sp.Basic, at: dict, exact: Exact) -> bool:
    """Is the premise of the statement false at this instance?"""
    if not isinstance(body, S.Implies) or isinstance(body.args[0], S.ForAll):
        return False
    try:
        return check_at(body.args[0], at, exact).truth is False
    except (RefutableError, ZeroDivisionError):
        return False


def _where(h: S.Rel, ats: list[dict]) -> int:
    """Bit mask of the instances that satisfy a hypothesis."""
    mask = 0
    for k, at in enumerate(ats):
        try:
            mask |= (check_at(h, at).truth is True) << k
        except (OutsideFragment, ZeroDivisionError):
            continue
    return mask


def _options(claim: Claim) -> Iterator[S.Rel]:
    letters = {v: k for k, v in claim.quantities.items() if isinstance(k, sp.Symbol)}
    below = {p.base for p in claim.statement.atoms(sp.Pow) if p.exp.is_negative}
    for divisor in sorted(below & set(claim.where), key=str):
        yield S.gt(divisor, 0)
    for s, d in claim.domain.items():
        if isinstance(d, Integers) and d.lo.is_Integer:
            yield S.ge(s, d.lo + 1)
        if isinstance(d, Reals):
            if d.lo.is_finite and not d.lo_open:
                yield S.gt(s, d.lo)
            if d.hi.is_finite and not d.hi_open:
                yield S.lt(s, d.hi)
    for s, d in claim.domain.items():
        if isinstance(d, Simplex) and not d.nontrivial:
            yield S.lt(Q.NormInf(Q.AnyVec(s)), 1)
    for s, d in claim.domain.items():
        if isinstance(d, Schedule) and isinstance(d.values, Integers) and d.values.lo.is_Integer:
            for start in sorted({p.origin for p in Q.processes_of(claim.bound())}):
                yield S.ge(s(start), d.values.lo + 1)
    for node in sorted(claim.bound().atoms(Q.Coord, Q.Mass), key=sp.default_sort_key):
        if isinstance(node.args[0], (Q.TruthVec, Q.AnyVec)):
            yield S.gt(letters.get(node, node), 0)
    others = token_symbols(claim) | {
        d.size for d in claim.domain.values() if isinstance(d, Simplex)
    }
    integers = [s for s, d in claim.domain.items() if isinstance(d, Integers) and s not in others]
    for s in integers:
        if claim.domain[s].lo.is_Integer:  # type: ignore[attr-defined]
            yield S.ge(s, claim.domain[s].lo + 2)  # type: ignore[attr-defined]
    for gap in (0, 1, 2):
        for a in integers:
            for b in integers:
                if a != b:
                    yield S.le(a, b - gap)
    for a, b in combinations(integers, 2):
        yield S.eq(a, b)


def _restricted(claim: Claim, hypotheses: tuple[S.Rel, ...]) -> Claim:
    domain, extra = dict(claim.domain), list(claim.hypotheses)
    for h in hypotheses:
        d = domain.get(h.lhs)
        law = domain.get(h.lhs.args[0].args[0]) if isinstance(h.lhs, Q.NormInf) else None
        if isinstance(law, Simplex) and isinstance(h.lhs.args[0], Q.AnyVec):
            domain[h.lhs.args[0].args[0]] = replace(law, nontrivial=True)
            continue
        if isinstance(d, Integers) and h.op == ">=" and h.rhs.is_Integer:
            domain[h.lhs] = replace(d, lo=h.rhs)
        elif isinstance(d, Reals) and h.op in ("<", ">"):
            domain[h.lhs] = replace(d, lo_open=True) if h.op == ">" else replace(d, hi_open=True)
        else:
            extra.append(h)
    return replace(claim, domain=domain, hypotheses=tuple(extra))
