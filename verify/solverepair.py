"""One wrong place in a printed formula: what would have to stand there.

For an equation with a derived quantity on one side, a part of the other side is taken for unknown.
If the equation is linear in it, it is solved; the solution is a repair where it is about as simple
as what it replaces and does not depend on the generation. The simplest result comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp
from sympy.core.function import AppliedUndef

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim, expand
from refutable.derivations.errors import RefutableError
from refutable.derivations.normal import Normaliser
from refutable.derivations.rationalfunctions import factored, quotient

from .abbreviate import changed
from .instances import index_symbols
from .mutants import places, replace_at
from .region import region_of

__all__ = ["solved_places"]

GENERATIONS = (sp.Integer(4), sp.Integer(5))  # at which a place is solved for in numbers first
MORE = 4  # operations that a solution may have beyond what it replaces


def solved_places(
    claim: Claim, formula: sp.Expr, on_left: bool
) -> Iterator[tuple[S.Rel, str, Claim]]:
    """(repaired relation, what was changed, the claim with it); not yet proved.

    formula: what the quantity on the other side was derived to be, in the claim's letters.
    """
    rel = claim.statement
    assert isinstance(rel, S.Rel)
    printed, other = (rel.lhs, rel.rhs) if on_left else (rel.rhs, rel.lhs)
    moving = index_symbols(claim)
    normaliser = Normaliser(region_of(claim, []).integers)
    target = normaliser.rewrite(formula)
    found = [(path, node) for path, node in places(printed) if path]
    sides: dict[sp.Expr, tuple[sp.Expr, sp.Expr]] = {}
    for path, node in found:
        if node.atoms(AppliedUndef) or expand(node, claim.where).free_symbols & moving:
            continue
        new = _solution(claim, printed, path, formula, target, normaliser)
        if new is None or sp.count_ops(new) > sp.count_ops(node) + MORE or new == node:
            continue
        if new.free_symbols & moving or not _known(new, node, claim):
            continue
        sides.setdefault(replace_at(printed, path, new), (node, new))
    for side in sorted(sides, key=lambda e: (sp.count_ops(e), str(e))):
        fixed = S.Rel("=", side, other) if on_left else S.Rel("=", other, side)
        old, instead = changed(printed, side) or sides[side]
        yield fixed, f"{old} becomes {instead}", replace(claim, statement=fixed, readings=())


def _solution(  # type: ignore[no-untyped-def]
    claim: Claim, printed: sp.Expr, path, formula: sp.Expr, target: sp.Expr, normaliser: Normaliser
):
    u = sp.Dummy("u")
    plain = expand(replace_at(printed, path, u), claim.where) - formula
    if _bent(plain, u) or not _resting(plain, u, claim):
        return None
    try:
        gap = normaliser.rewrite(expand(replace_at(printed, path, u), claim.where)) - target
        poly = sp.Poly(quotient(gap)[0], u)
    except (RefutableError, sp.PolynomialError):
        return None
    if poly.degree() != 1:
        return None
    value = factored(-poly.nth(0) / poly.nth(1))
    if value.free_symbols & set(normaliser.table.values()):
        return None
    return min(_spellings(value, claim), key=sp.count_ops)


def _bent(gap: sp.Expr, u: sp.Symbol) -> bool:
    """Is the gap not linear in u? Told with every other letter at one number, which is cheap.

    Numbers may only lower the degree of a polynomial: where it is two, it is so in letters.

    >>> a, u = sp.symbols("a u")
    >>> _bent(a * u - 1, u), _bent(a * u**2 - 1, u), _bent((u**2 - 1) / (u - 1) - a, u)
    (False, True, False)
    """
    try:
        return sp.Poly(sp.fraction(sp.cancel(gap.xreplace(_primes(gap, u))))[0], u).degree() > 1
    except sp.PolynomialError:  # an exponent or a sum with u in it
        return False


def _primes(gap: sp.Expr, u: sp.Symbol) -> dict[sp.Expr, sp.Expr]:
    """Every other letter of the gap, and every functional, at a number of its own."""
    letters = sorted(gap.atoms(Q.Functional) | gap.free_symbols - {u}, key=sp.default_sort_key)
    return {x: sp.Integer(sp.prime(k + 5)) for k, x in enumerate(letters)}


def _resting(gap: sp.Expr, u: sp.Symbol, claim: Claim) -> bool:
    """Could u stay the same from one generation to the next? False where numbers say no.

    The gap is solved for u at two generations, every other letter at one number.
    """
    moving = index_symbols(claim)
    letters = sorted(gap.atoms(Q.Functional) | gap.free_symbols - {u}, key=sp.default_sort_key)
    if not gap.free_symbols & moving or any(
        f.free_symbols & moving for f in letters if not isinstance(f, sp.Symbol)
    ):
        return True
    table = _primes(gap, u)
    roots = [_root(gap.xreplace({**table, **dict.fromkeys(moving, g)}), u) for g in GENERATIONS]
    return None not in roots and len(set(roots)) == 1


def _root(gap: sp.Expr, u: sp.Symbol) -> sp.Expr | None:
    """The only u that closes the gap; None where there is none."""
    try:
        poly = sp.Poly(sp.fraction(sp.together(gap.doit()))[0], u)
    except sp.PolynomialError:
        return None
    return -poly.nth(0) / poly.nth(1) if poly.degree() == 1 else None


def _spellings(e: sp.Expr, claim: Claim) -> Iterator[sp.Expr]:
    """The expression in plain letters, and with one of the paper's abbreviations for another."""
    yield e
    yield sp.expand(e)
    for letter in claim.where:
        if not isinstance(letter, sp.Symbol):
            continue
        body = expand(claim.where[letter], claim.where)
        for s in sorted(body.free_symbols & e.free_symbols, key=str):
            equation = sp.fraction(sp.together(body - letter))[0]
            if sp.Poly(equation, s).degree() != 1:
                continue
            (root,) = sp.solve(equation, s)
            new = factored(e.xreplace({s: root}))
            yield new
            yield sp.expand(new)


def _known(new: sp.Expr, node: sp.Expr, claim: Claim) -> bool:
    """Sizes, abbreviations and letters of the replaced part only; a number for a number."""
    if node.is_number and not new.is_number:
        return False
    plain = {s for s in (*claim.domain, *claim.where) if isinstance(s, sp.Symbol)}
    return not new.atoms(Q.Functional) and new.free_symbols <= plain | node.free_symbols
