"""Sums over all tokens of a polynomial in a vector's coordinates, as functionals of the vector.

    sum_i c = c s,    sum_i v_i = total mass,    sum_i v_i w_i = <v, w>  (by polarisation),

where s is the number of classes that the claim declares for the truth, so that the sum is over
all of them and not over some. Other sums are left as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.domain import Domain, Simplex
from refutable.derivations.families import Categorical
from refutable.derivations.statement import Rel

from .region import Region

__all__ = ["mass", "power_sums", "sum_tokens"]


def sum_tokens(e: sp.Basic, domain: Mapping[sp.Basic, Domain]) -> sp.Basic:
    """`e` with every sum over all tokens carried out that can be."""
    table: dict[sp.Basic, sp.Basic] = {}
    for node in e.atoms(sp.Sum):
        if len(node.limits) != 1:
            continue
        i, first, last = node.limits[0]
        closed = _closed(node.function, i, last, domain) if first == 1 else None
        if closed is not None:
            table[node] = closed
    return e.xreplace(table) if table else e


def _closed(
    body: sp.Expr, i: sp.Symbol, last: sp.Expr, domain: Mapping[sp.Basic, Domain]
) -> sp.Expr | None:
    found = [c for c in body.atoms(Q.Coord) if i in c.free_symbols]
    if not found or any(c.args[1] != i or i in c.args[0].free_symbols for c in found):
        return None
    if any(_size(c.args[0], domain) != last for c in found):
        return None
    names = {c: sp.Dummy() for c in sorted(found, key=sp.default_sort_key)}
    plain = body.xreplace(names)
    if i in plain.free_symbols or not plain.is_polynomial(*names.values()):
        return None
    back = {x: c.args[0] for c, x in names.items()}
    total: sp.Expr = sp.Integer(0)
    for powers, coefficient in sp.Poly(plain, *names.values()).terms():
        vs = [back[x] for x, k in zip(names.values(), powers, strict=True) for _ in range(k)]
        part = _inner(vs, last)
        if part is None:
            return None
        total += coefficient * part
    return total


def _inner(vs: list[Q.Vec], size: sp.Expr) -> sp.Expr | None:
    if not vs:
        return size
    if len(vs) == 1:
        return mass(vs[0])
    if len(vs) == 2:
        v, w = vs
        if v == w:
            return Q.SqNorm(v)
        return (Q.SqNorm(v) + Q.SqNorm(w) - Q.SqNorm(v - w)) / 2
    return None


def mass(v: Q.Vec) -> sp.Expr | None:
    """The total of a vector's coordinates: one for laws, zero for noise."""
    if isinstance(v, Q.Comb):
        parts = [(c, mass(w)) for c, w in v.terms]
        if any(x is None for _, x in parts):
            return None
        return sp.Add(*(c * x for c, x in parts))
    if isinstance(v, Q.NoiseVec):
        return sp.Integer(0)
    return sp.Integer(1) if isinstance(v, _LAWS) else None


_LAWS = (Q.TruthVec, Q.ModelVec, Q.BatchVec, Q.AnyVec)


def _size(v: Q.Vec, domain: Mapping[sp.Basic, Domain]) -> sp.Expr | None:
    """The declared number of classes of a vector; None where none is declared."""
    if isinstance(v, Q.Comb):
        sizes = {_size(w, domain) for _, w in v.terms}
        return sizes.pop() if len(sizes) == 1 else None
    if isinstance(v, Q.AnyVec):
        symbol = v.args[0]
    elif isinstance(v, (*_LAWS, Q.NoiseVec)):
        family = v.args[0].process.family
        if not isinstance(family, Categorical):
            return None
        symbol = family.truth
    else:
        return None
    d = domain.get(symbol)
    return d.size if isinstance(d, Simplex) else None


def power_sums(e: sp.Basic, region: Region) -> None:
    """Facts about sums of third and higher powers of the coordinates of a law.

    0 <= sum v_i^k <= |v|_inf^(k - 1), and at most |v|_2^2, since 0 <= v_i <= |v|_inf <= 1.
    """
    for node in sorted(e.atoms(sp.Sum), key=sp.default_sort_key):
        base, k = node.function.as_base_exp()
        i = node.limits[0][0]
        if len(node.limits) != 1 or not isinstance(base, Q.Coord) or base.args[1] != i:
            continue
        v = base.args[0]
        categorical = isinstance(v, Q.AnyVec) or (
            isinstance(v, _LAWS) and isinstance(v.args[0].process.family, Categorical)
        )
        if not (categorical and k.is_Integer and k > 2) or i in v.free_symbols:
            continue
        tops = [(Q.NormInf(v), k - 1), (Q.SqNorm(v), 1)]
        for spelling in dict.fromkeys((region.abstract(node), node)):
            x = region.bound(spelling, 0, 1)
            for f, power in tops:
                if f in region.names:
                    region.facts.append(Rel("<=", x, region.names[f] ** power))
