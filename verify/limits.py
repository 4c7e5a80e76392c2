"""Limits of derived formulas.

`limit(e, x, to, region)` handles rational functions of x with powers base**x (the base proved to
lie in [0, 1), (-1, 1), or to be 1) and powers base(x)**m with another exponent. What is left goes
to SymPy's Gruntz algorithm, is compared with exact evaluation far out, and is then listed as
resting on "lemma.gruntz".
"""

from __future__ import annotations

import contextlib
from functools import lru_cache

import mpmath
import sympy as sp

from refutable.derivations.errors import NoLimit, OutsideFragment
from refutable.derivations.rationalfunctions import factored
from refutable.derivations.statement import Rel

from .dominance import dominant_limit
from .positivity import prove
from .productlimits import GAMMA, product_limit
from .region import Region
from .squeeze import squeezed_limit
from .sumlimits import UnknownSign, power_log_limit, settle_sums

__all__ = ["certified_limit", "limit"]


def limit(e: sp.Expr, x: sp.Symbol, to: sp.Expr, region: Region) -> tuple[sp.Expr, list[str]]:
    """(limit, lemmas it rests on); raises OutsideFragment where it cannot be certified."""
    if x not in e.free_symbols:
        return e, []
    lemmas: list[str] = []
    if to is sp.oo:
        e, lemmas = settle_sums(e, x, region)
        try:
            return certified_limit(e, x, region), lemmas
        except OutsideFragment:
            pass
        for rule in (dominant_limit, squeezed_limit):
            with contextlib.suppress(OutsideFragment):
                return rule(e, x, region), lemmas
        try:
            return power_log_limit(e, x, region), lemmas
        except UnknownSign:
            raise
        except OutsideFragment:
            pass
    if any(x in f.free_symbols for f in e.atoms(sp.Sum, sp.Product)):
        return _of_product(e, x, to, region), [*lemmas, GAMMA]
    return _gruntz(e, x, to, region), [*lemmas, "lemma.gruntz"]


def _of_product(e: sp.Expr, x: sp.Symbol, to: sp.Expr, region: Region) -> sp.Expr:
    if to is not sp.oo or any(x in f.free_symbols for f in e.atoms(sp.Sum)):
        raise OutsideFragment(f"the limit of {e}")
    value = product_limit(e, x)
    if not _agrees(e, x, to, value, region):
        raise OutsideFragment(f"the limit {value} of a product disagrees with evaluation")
    return value


def certified_limit(e: sp.Expr, x: sp.Symbol, region: Region) -> sp.Expr:
    """The limit at infinity by leading coefficients and decaying powers alone."""
    if x not in e.free_symbols:
        return e
    return _rational_limit(_drop_decaying(e, x, region), x, region)


def _drop_decaying(e: sp.Expr, x: sp.Symbol, region: Region) -> sp.Expr:
    """Powers base**(c x + d) with a base proved below one in size vanish against polynomials."""
    table = {}
    for p in e.atoms(sp.Pow):
        if x not in p.exp.free_symbols:
            continue
        if x in p.base.free_symbols:
            raise OutsideFragment(f"{p} has the variable in base and exponent")
        exponent = sp.Poly(sp.expand(p.exp), x) if sp.expand(p.exp).is_polynomial(x) else None
        if exponent is None or exponent.degree() != 1 or not exponent.LC().is_nonzero:
            raise OutsideFragment(f"the exponent of {p}")
        base = sp.cancel(p.base if exponent.LC() > 0 else 1 / p.base)
        if not _below_one(base, region):
            raise OutsideFragment(f"whether |{base}| < 1")
        table[p] = sp.Integer(0)
    for f in e.atoms(sp.Sum, sp.Product, sp.Function):
        if x in f.free_symbols:
            raise OutsideFragment(f"the limit of {type(f).__name__}")
    return e.xreplace(table)


def _below_one(base: sp.Expr, region: Region) -> bool:
    """Is |base| < 1: everywhere, or from some value on of a symbol that an outer limit sends up?"""
    if base.is_number:
        return bool(abs(base) < 1)
    if prove(Rel("<", base, 1), region) and (
        prove(Rel(">=", base, 0), region) or prove(Rel(">", base, -1), region)
    ):
        return True
    late = sorted(base.free_symbols & region.eventual, key=str)
    if not late:
        return False
    fixed = _rational_limit(base, late[0], region)
    return not (fixed.is_number and not fixed.is_finite) and _below_one(fixed, region)


def _rational_limit(e: sp.Expr, x: sp.Symbol, region: Region) -> sp.Expr:
    """Leading coefficients; powers base(x)**m count by the limit of their base."""
    table = {}
    for p in e.atoms(sp.Pow):
        if x in p.base.free_symbols and not p.exp.is_Integer:
            if x in p.exp.free_symbols or not p.base.is_rational_function(x):
                raise OutsideFragment(f"the limit of {p}")
            inner = _rational_limit(p.base, x, region)
            if not inner.is_finite and inner.is_number:
                raise OutsideFragment(f"the base of {p} is unbounded")
            if inner == 0:
                raise OutsideFragment(f"the base of {p} vanishes")
            table[p] = sp.Dummy("w")
            table[p] = inner**p.exp if inner != 1 else sp.Integer(1)
    e, num, den = _quotient(e.xreplace(table))
    if not (num.is_polynomial(x) and den.is_polynomial(x)):
        raise OutsideFragment(f"{e} is not rational in {x}")
    pn, pd = sp.Poly(num, x), sp.Poly(den, x)
    if pn.is_zero:
        return sp.Integer(0)
    if pn.degree() < pd.degree():
        return sp.Integer(0)
    lead = factored(pn.LC() / pd.LC())
    if pn.degree() == pd.degree():
        return lead
    for s, value in ((">", sp.oo), ("<", -sp.oo)):
        if prove(Rel(s, lead, 0), region):
            return value
    raise OutsideFragment(f"the sign of the leading coefficient {lead}")


@lru_cache(maxsize=512)
def _quotient(e: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    e = sp.cancel(sp.together(e))
    return e, *sp.fraction(e)


def _gruntz(e: sp.Expr, x: sp.Symbol, to: sp.Expr, region: Region) -> sp.Expr:
    if any(x in p.base.free_symbols and x in p.exp.free_symbols for p in e.atoms(sp.Pow)):
        raise OutsideFragment(f"{e} has the variable in base and exponent of a power")
    free = e.free_symbols - {x}
    fresh = {
        s: sp.Symbol(f"{s.name}_", positive=True)
        if s in region.positive
        else sp.Symbol(f"{s.name}_", real=True)
        for s in free
    }
    y = sp.Symbol("_x", positive=True)
    body = e.doit().xreplace({**fresh, x: y})
    try:
        value = sp.limit(body, y, to, "-" if to is sp.oo else "+")
        other = value if to is sp.oo else sp.limit(body, y, to, "-")
    except (NotImplementedError, ValueError, RecursionError, TypeError) as err:
        raise OutsideFragment(f"SymPy finds no limit of {e}") from err
    if isinstance(value, sp.Limit) or value.has(sp.Limit, sp.AccumBounds, sp.nan):
        raise OutsideFragment(f"SymPy finds no limit of {e}")
    if other != value and sp.simplify(other - value) != 0:
        raise NoLimit(f"{e} tends to {value} on one side and to {other} on the other")
    value = value.xreplace({v: k for k, v in fresh.items()})
    if not _agrees(e, x, to, value, region):
        raise OutsideFragment(f"SymPy's limit {value} disagrees with evaluation")
    return value


def _agrees(e: sp.Expr, x: sp.Symbol, to: sp.Expr, value: sp.Expr, region: Region) -> bool:
    """The distance to the proposed limit shrinks along a sequence, at one inner point."""
    at = {}
    for s in (e.free_symbols | value.free_symbols) - {x}:
        v = region.variables.get(s)
        lo = v.lo if v is not None and v.lo.is_finite else sp.Integer(0)
        at[s] = lo + (sp.Rational(3) if v is None or v.hi is sp.oo else (v.hi - lo) / 3)
    at = {s: v.xreplace(at) for s, v in at.items()}
    far = (20, 60, 180) if e.atoms(sp.Sum, sp.Product, sp.harmonic) else (10**2, 10**4, 10**6)
    near = [to + sp.Rational((-1) ** (k // 2), 10**k) for k in (2, 4, 6)]
    points = far if to is sp.oo else near
    here = e.doit().xreplace(at) if far[0] == 10**2 else e.xreplace(at)
    goal = sp.N(value.xreplace(at), 40)
    gaps = []
    with mpmath.workdps(60):
        for p in points:
            now = _digits(here, x, sp.sympify(p))
            gaps.append(-abs(now) if value in (sp.oo, -sp.oo) else abs(now - goal))
    if not all(g.is_number and g.is_finite for g in gaps):
        return False
    return bool(gaps[2] < gaps[0] or gaps[2] == 0 or gaps[2] < sp.Rational(1, 10**20))


def _digits(e: sp.Expr, x: sp.Symbol, value: sp.Expr) -> sp.Expr:
    """Forty digits of e at x = value; no power with a huge exponent is written out on the way."""
    if e.atoms(sp.Sum, sp.Product, sp.harmonic):
        return sp.N(e.xreplace({x: value}).doit(), 40)
    return e.evalf(40, subs={x: value})
