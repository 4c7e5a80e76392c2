"""Limits inside a statement: of derived formulas, and of quantities that have none.

The law settles where every generation is drawn afresh from the latest model: the chance of a point
mass tends to one, because 1 - n (1 - E|p(m)|_2^2) is below it. Then E|p(m)|_inf tends to one as
well, and P(p_i(m) = 1) has the limit of E p_i(m), from which it differs by at most the chance that
the law has not settled.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.derive import full_resample
from refutable.derivations.errors import OutsideFragment

from .events import sure_coordinate
from .limits import limit
from .region import Region
from .vanishing import VANISHING, random_numbers, vanishes

__all__ = ["limit_of", "surely"]

Formula = Callable[[sp.Expr], sp.Expr]


def limit_of(
    body: sp.Expr, x: sp.Symbol, to: sp.Expr, region: Region, formula: Formula
) -> tuple[sp.Expr, list[str]]:
    """(limit, lemmas) of an expression whose derivable quantities are formulas already."""
    left = sorted(body.atoms(Q.Mean, Q.Prob), key=sp.default_sort_key)
    left = [node for node in left if x in node.free_symbols]
    if not left:
        return limit(body, x, to, region)
    lemmas: list[str] = []
    table = {}
    for node in left:
        table[node], more = _opaque(node, x, to, region, formula)
        lemmas += more
    value = body.xreplace(table)
    if x in value.free_symbols:
        raise OutsideFragment(f"the limit of {body}", part=str(body))
    num, den = sp.fraction(sp.cancel(sp.together(value)))
    if den == 0 or value.has(sp.zoo, sp.nan):
        raise OutsideFragment(f"a limit with a vanishing denominator: {body}", part=str(body))
    return num / den, list(dict.fromkeys(lemmas))


def surely(
    body: sp.Expr, x: sp.Symbol, to: sp.Expr, region: Region, formula: Formula
) -> tuple[dict[sp.Expr, sp.Expr], list[str]]:
    """Random numbers that move with x -> their almost sure limits as x grows, and lemmas.

    Raises OutsideFragment where one is not known: as a variable it would stand still.
    """
    table, lemmas = {}, []
    for node in random_numbers(body):
        if x not in node.free_symbols:
            continue
        v = node.args[0]
        if to is not sp.oo:
            raise OutsideFragment(f"a limit of {node} at {to}", part=str(node))
        if vanishes(node, x, region):
            table[node] = sp.Integer(0)
            lemmas.append(VANISHING)
        elif isinstance(node, (Q.SqNorm, Q.NormInf)) and isinstance(v, Q.ModelVec):
            table[node] = sp.Integer(1)  # a point mass stays one
            lemmas += _settles(v, False, x, region, formula)
        else:
            raise OutsideFragment(f"the almost sure limit of {node}", part=str(node))
    return table, lemmas


def _opaque(
    node: sp.Expr, x: sp.Symbol, to: sp.Expr, region: Region, formula: Formula
) -> tuple[sp.Expr, list[str]]:
    inner = node.args[0]
    if len(node.args) > 1 or to is not sp.oo:
        raise OutsideFragment(f"the limit of {node}", part=str(node))
    if isinstance(inner, (Q.IsDirac, Q.NormInf)):
        return sp.Integer(1), _settles(inner.args[0], isinstance(node, Q.Mean), x, region, formula)
    coordinate = inner.lhs if isinstance(inner, S.Rel) and isinstance(inner.lhs, Q.Coord) else None
    if coordinate is not None and inner == sure_coordinate(coordinate):
        lemmas = _settles(coordinate.args[0], False, x, region, formula)
        value, more = limit(region.abstract(formula(Q.Mean(coordinate))), x, to, region)
        return value, [*lemmas, *more]
    raise OutsideFragment(f"the limit of {node}", part=str(node))


def _settles(v: Q.Vec, of_norm: bool, x: sp.Symbol, region: Region, formula: Formula) -> list[str]:
    """Lemmas by which the chance of a point mass (the mean largest coordinate) tends to one."""
    size = full_resample(v.args[0].process) if isinstance(v, Q.ModelVec) else None
    if size is None:
        raise OutsideFragment(f"whether {v} settles", part=str(v))
    square = region.abstract(formula(Q.Mean(Q.SqNorm(v))))
    value, lemmas = limit(square if of_norm else 1 - size * (1 - square), x, sp.oo, region)
    if value != 1:
        raise OutsideFragment(f"whether {v} settles", part=str(v))
    return [*lemmas, "lemma.split"]
