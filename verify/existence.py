"""Statements that some number exists: candidates, each one proved.

The list: small whole numbers and their inverses, and functionals of the true distribution that a
nontrivial one keeps positive; then what solves an equation in that number. A candidate may not
mention what the statement binds after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.domain import Domain, Integers, Reals
from refutable.derivations.families import Categorical

from .positivity import prove
from .region import Region, Variable
from .solvable import solutions

__all__ = ["candidates", "fits", "prove_exists", "prove_none_exists"]

NUMBERS = tuple(sp.Rational(x) for x in ("1", "2", "3", "4", "10", "1/2", "1/4"))


def candidates(body: sp.Basic) -> Iterator[sp.Expr]:
    """Numbers that may do for a symbol of `body`."""
    yield from NUMBERS
    for process in Q.processes_of(body):
        if isinstance(process.family, Categorical):
            yield 1 - Q.SqNorm(process.truth)
            yield 1 / Q.Support(process.truth)


def fits(value: sp.Expr, domain: Domain | None, region: Region) -> bool:
    """Is the candidate in the domain of the symbol, on the whole region?"""
    if domain is None:
        return True
    if isinstance(domain, Integers):
        return bool(value.is_Integer) and domain.contains(value, {})
    if not isinstance(domain, Reals):
        return False
    x = region.abstract(value)
    if not all(prove(S.Rel(">", log.args[0], 0), region) for log in x.atoms(sp.log)):
        return False  # not a real number everywhere
    low = domain.lo is -sp.oo or prove(S.Rel(">" if domain.lo_open else ">=", x, domain.lo), region)
    high = domain.hi is sp.oo or prove(S.Rel("<" if domain.hi_open else "<=", x, domain.hi), region)
    return bool(low and high)


def prove_exists(
    st: S.Exists, domain: Domain | None, region: Region, attempt: Callable[[sp.Basic], bool]
) -> sp.Expr | None:
    """The first candidate with which the body is proved; None where none does."""
    for value in (*candidates(st.body), *solutions(st)):
        if fits(value, domain, region) and attempt(st.body.xreplace({st.symbol: value})):
            return value
    return None


def prove_none_exists(
    st: S.Exists,
    domain: Domain | None,
    region: Region,
    attempt: Callable[[sp.Basic, Region], bool],
) -> str | None:
    """How a statement "some c does for all n" fails: for every c some n contradicts it; or None.

    n is any, or as large as needed: see `_late`.
    """
    inner = st.body
    if not isinstance(inner, S.ForAll) or not isinstance(inner.body, S.Rel):
        return None
    c, n = st.symbol, inner.symbol
    if not isinstance(domain, Reals) or n not in region.variables:
        return None
    here = region.restrict(Variable(c, domain.lo, domain.hi, domain.lo_open, domain.hi_open))
    for fact, words in _late(c, n, st.body, here):
        late = here.copy()
        late.facts += [fact] if fact is not None else []
        if attempt(inner.body.negated, late):
            return f"any {n}{words}"
    return None


def _late(
    c: sp.Symbol, n: sp.Symbol, body: sp.Basic, region: Region
) -> Iterator[tuple[S.Rel | None, str]]:
    """Facts that some whole n satisfies for each c: none; n k >= c + 1 and n c >= 4 for k, c > 0."""
    yield None, ""
    if region.variables[n].hi is not sp.oo:
        return
    slopes: list[sp.Expr] = [sp.Integer(1)]
    for k in candidates(body):
        slopes += [] if k.is_number else [k, k**2]
    for k in slopes:
        slope = region.abstract(k)
        if prove(S.Rel(">", slope, 0), region):
            yield S.Rel(">=", n * slope, c + 1), f" >= ({c} + 1)/({k})"
    if prove(S.Rel(">", c, 0), region):
        yield S.Rel(">=", n * c, 4), f" >= 4/{c}"
