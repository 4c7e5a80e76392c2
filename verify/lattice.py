"""Membership in a range of integers: relative frequencies are counts over a sample size."""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Categorical
from refutable.derivations.normal import is_zero
from refutable.derivations.process import Draw, Once, Pool
from refutable.derivations.statement import Rel

from .positivity import prove
from .region import Region

__all__ = ["is_whole", "sample_size", "with_floors", "without_floors"]


def sample_size(v: Q.Vec) -> sp.Expr:
    """A number D for which D v has whole coordinates: all data of the fit, each weighing the same.

    Raises OutsideFragment for weighted or filtered pools and for fits that change.
    """
    if not isinstance(v, Q.ModelVec):
        raise OutsideFragment(f"the sample size of {v}", part="sample size")
    process, index = v.args[0].process, v.args[1]
    fit = process.step
    if (
        not isinstance(process.family, Categorical)
        or not isinstance(fit, Pool)
        or fit.weights is not None
    ):
        raise OutsideFragment(f"the sample size of {process.name}", part="sample size")
    if process.first is not None:
        raise OutsideFragment("the sample size where the first fit differs", part="sample size")
    total: sp.Expr = sp.Integer(0)
    for b in fit.batches:
        late = isinstance(b, Draw) and b.source.max_lag > 1
        if not isinstance(b, (Draw, Once)) or getattr(b, "keep", None) is not None or late:
            raise OutsideFragment(f"the sample size of {b!r}", part="sample size")
        total += b.size.xreplace({process.index: index})
    return total


def is_whole(x: sp.Expr, integers: frozenset[sp.Symbol]) -> bool:
    """Is x an integer, as a whole multiple of a coordinate or of the largest one?"""
    parts = sorted(x.atoms(Q.Coord, Q.NormInf, Q.Mass), key=sp.default_sort_key)
    if not parts:
        return x.free_symbols <= integers and x.is_polynomial() and _whole_coefficients(x)
    poly = sp.Poly(x, *parts) if x.is_polynomial(*parts) else None
    if poly is None or poly.total_degree() > 1:
        return False
    for powers, c in poly.terms():
        if sum(powers) == 0:
            if not is_whole(c, integers):
                return False
            continue
        node = parts[powers.index(1)]
        times = sp.cancel(c / sample_size(node.args[0]))
        if not (is_zero(times - 1) or is_whole(times, integers)):
            return False
    return True


def without_floors(e: sp.Expr, region: Region) -> sp.Expr:
    """`e` with floor(x) and ceiling(x) written as x where x is an integer."""
    rounded = e.atoms(sp.floor, sp.ceiling)
    return e.xreplace({f: f.args[0] for f in rounded if is_whole(f.args[0], region.integers)})


def with_floors(rel: Rel, region: Region) -> Region:
    """The region with every floor of the relation as an integer: at most x, and 1, 0 or more.

    floor(x) >= k where x >= k, for an integer k.
    """
    found = sorted(rel.atoms(sp.floor), key=sp.default_sort_key)
    found = [f for f in found if f not in region.names]
    if not found:
        return region
    out = region.copy()
    for f in found:
        x = region.abstract(f.args[0])
        least = next((k for k in (1, 0) if prove(Rel(">=", x, k), region)), -sp.oo)
        s = out.bound(f, least, sp.oo, integer=True)
        out.facts.append(Rel("<=", s, x))
    return out


def _whole_coefficients(x: sp.Expr) -> bool:
    return (
        all(c.is_Integer for c in sp.Poly(x, *x.free_symbols).coeffs())
        if x.free_symbols
        else (bool(x.is_Integer))
    )
