"""Whether an equation has a real solution, at an instance: the roots of one polynomial.

The unknown is taken as it stands, or through y = exp(x) where it only stands in exponentials of
whole multiples of itself. SymPy counts the roots by sign changes (Sturm); FLINT, asked a second
time, encloses every complex root. Candidates for a proof solve the equation with its symbols.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import flint
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.errors import OutsideFragment

__all__ = ["no_root", "solutions", "solvable"]


def solvable(st: S.Exists, at: Mapping) -> tuple[bool | None, S.Rel, sp.Expr, sp.Expr, str]:
    """(truth or None, relation, left side as far as it is known, right side, what was found)."""
    rel = _equation(st)
    values = {k: v for k, v in at.items() if isinstance(v, sp.Expr) and k != st.symbol}
    lhs, rhs = (side.xreplace(values) for side in (rel.lhs, rel.rhs))
    if lhs.has(sp.zoo, sp.nan) or rhs.has(sp.zoo, sp.nan):
        return None, rel, lhs, rhs, "a side is not defined here"
    poly, within = _polynomial(st, values)
    found = bool(poly.is_zero or _count(poly, within) > 0)
    return found, rel, lhs, rhs, "" if found else f"no {st.symbol} solves it"


def no_root(st: S.Exists, at: Mapping) -> str | None:
    """FLINT's view: no enclosure of a root touches the range; None where one does."""
    values = {k: v for k, v in at.items() if isinstance(v, sp.Expr) and k != st.symbol}
    try:
        poly, within = _polynomial(st, values)
    except OutsideFragment:
        return None
    if poly.is_zero:
        return None
    coefficients = [flint.fmpq(int(c.p), int(c.q)) for c in reversed(poly.all_coeffs())]
    roots = [r for r, _ in flint.fmpq_poly(coefficients).complex_roots()]
    if any(_may_lie(r, within) for r in roots):
        return None
    shown = ", ".join(flint.acb(r).str(6, radius=False) for r in roots)
    name = st.symbol if poly.gen == st.symbol else sp.exp(st.symbol)
    return f"FLINT: {name} would be {shown}, not in {within}" if roots else "FLINT: no root at all"


def solutions(st: S.Exists) -> Iterator[sp.Expr]:
    """The unknown in terms of the other symbols, where the equation is linear in it or its power."""
    try:
        rel = _equation(st)
        y, back = _unknown(rel.lhs - rel.rhs, st.symbol)
    except OutsideFragment:
        return
    e = (rel.lhs - rel.rhs).xreplace(back)
    num = sp.Poly(sp.fraction(sp.together(e))[0], y) if e.is_rational_function(y) else None
    if num is None or num.degree() != 1:
        return
    value = sp.factor(sp.cancel(-num.nth(0) / num.nth(1)))
    yield sp.log(value) if y != st.symbol else value


def _equation(st: S.Exists) -> S.Rel:
    rel = st.body
    if not isinstance(rel, S.Rel) or rel.op != "=" or isinstance(rel.lhs, Q.Vec):
        raise OutsideFragment("Exists has no instances", part="Exists")
    return rel


def _unknown(e: sp.Expr, x: sp.Symbol) -> tuple[sp.Symbol, dict[sp.Expr, sp.Expr]]:
    """The variable of the polynomial, and how to write the equation in it."""
    waves = [w for w in e.atoms(sp.exp) if x in w.free_symbols]
    if not waves:
        return x, {}
    y = sp.Dummy("y", positive=True)
    table = {}
    for w in waves:
        k = sp.expand(w.args[0]).coeff(x, 1)
        if not k.is_Integer or sp.expand(w.args[0] - k * x) != 0:
            raise OutsideFragment(f"the exponential {w}", part="Exists")
        table[w] = y**k
    if x in e.xreplace(table).free_symbols:
        raise OutsideFragment(f"{x} inside and outside of an exponential", part="Exists")
    return y, table


def _polynomial(st: S.Exists, values: Mapping) -> tuple[sp.Poly, sp.Interval]:
    """A rational polynomial with the solutions as its roots, and the range of its variable."""
    if len(st.args) < 3:
        raise OutsideFragment("Exists has no instances", part="Exists")
    rel, within = _equation(st), st.args[2]
    e = (rel.lhs - rel.rhs).xreplace(values)
    y, table = _unknown(e, st.symbol)
    if y != st.symbol:
        ends = sp.exp(within.inf), sp.exp(within.sup)
        grown = sp.Interval(*ends, within.left_open, within.right_open)
        within = grown & sp.Interval.open(0, sp.oo)
    num, den = (sp.expand(part) for part in sp.fraction(sp.together(e.xreplace(table))))
    both = (num, den)
    if not all(p.is_polynomial(y) and p.free_symbols <= {y} for p in both):
        raise OutsideFragment("an equation that is not polynomial", part="Exists")
    top, bottom = (sp.Poly(p, y) for p in both)
    ends = [b for b in (within.inf, within.sup) if b.is_finite]
    if not all(c.is_Rational for c in (*top.all_coeffs(), *bottom.all_coeffs(), *ends)):
        raise OutsideFragment("an equation with irrational numbers", part="Exists")
    while not top.is_zero and (common := top.gcd(bottom)).degree() > 0:
        top = top.quo(common)
    return top, within


def _count(poly: sp.Poly, within: sp.Interval) -> int:
    """Distinct roots in the range, by Sturm's theorem; ends that are excluded do not count."""
    low, high = (b if b.is_finite else None for b in (within.inf, within.sup))
    found = poly.count_roots(low, high)
    shut = [b for b, is_open in ((low, within.left_open), (high, within.right_open)) if is_open]
    return found - sum(1 for b in shut if b is not None and poly.eval(b) == 0)


def _may_lie(root: flint.acb, within: sp.Interval) -> bool:
    """Does an enclosure touch the range? A root that is exactly a rational end is that end."""
    root = flint.acb(root)
    if not root.imag.contains(0):
        return False
    x = root.real
    for end, is_open, beyond in (
        (within.inf, within.left_open, lambda b: x < b),
        (within.sup, within.right_open, lambda b: x > b),
    ):
        if not end.is_finite:
            continue
        b = flint.arb(flint.fmpq(int(end.p), int(end.q)))
        if beyond(b) or (is_open and x == b):
            return False
    return True
