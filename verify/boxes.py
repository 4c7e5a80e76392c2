"""A polynomial on a box, written through non-negative parameters, in FLINT's arithmetic.

Each variable becomes a quotient of polynomials in its parameter and the variables that its range
mentions, the last one first. The sign of the result can then be read off its coefficients.
"""

from __future__ import annotations

import flint
import sympy as sp

from refutable.derivations.errors import OutsideFragment

__all__ = ["Written", "written"]

MAX_TERMS = 4000
_NAMES: dict[int, flint.fmpq_mpoly_ctx] = {}


class Written:
    """numerator / denominator over the parameters; `exponents` and `coefficients` of each."""

    def __init__(self, num, den, places: list[int]):  # type: ignore[no-untyped-def]
        self.num, self.den, self.places = num, den, places

    def terms(self) -> list[tuple[tuple[int, ...], flint.fmpq]]:
        """(exponents of the parameters, coefficient) of the numerator."""
        pairs = zip(self.num.monoms(), self.num.coeffs(), strict=True)
        return [(tuple(m[i] for i in self.places), c) for m, c in pairs]

    @property
    def sign_of_denominator(self) -> int | None:
        """1 or -1 where all coefficients of the denominator agree, else None."""
        signs = {c > 0 for c in self.den.coeffs()}
        return None if len(signs) != 1 else 1 if True in signs else -1


def written(
    e: sp.Expr, ranges: list[tuple[sp.Symbol, sp.Expr, sp.Expr]], cap: int = MAX_TERMS
) -> Written:
    """`e` with each symbol s replaced by lo + x (hi infinite) or (lo + hi x)/(1 + x), x >= 0.

    ranges: (symbol, lo, hi); a range mentions earlier symbols only.  The parameter of a range from
    0 to 1 runs the other way round: s = 1/(1 + x).
    Raises OutsideFragment for more than `cap` terms or what is no polynomial over the rationals.
    """
    k = len(ranges)
    if 2 * k not in _NAMES:
        names = [f"v{i}" for i in range(2 * k)] or ["v0"]
        _NAMES[2 * k] = flint.fmpq_mpoly_ctx.get(names, flint.Ordering.lex)
    ring = _NAMES[2 * k]
    gens = ring.gens()
    place = {s: i for i, (s, _, _) in enumerate(ranges)}
    num, den = _read(e, place, gens, ring)
    for i in range(k - 1, -1, -1):
        top, bottom = _value(*ranges[i][1:], gens[k + i], place, gens, ring)
        num, up = _put(num, i, top, bottom, ring)
        den, down = _put(den, i, top, bottom, ring)
        if up >= down:
            den *= bottom ** (up - down)
        else:
            num *= bottom ** (down - up)
        if len(num.coeffs()) > cap or len(den.coeffs()) > cap:
            raise OutsideFragment(f"more than {cap} terms")
    return Written(num, den, list(range(k, 2 * k)))


def _value(lo: sp.Expr, hi: sp.Expr, x, place, gens, ring):  # type: ignore[no-untyped-def]
    one = ring.constant(1)
    if lo == 0 and hi == 1:
        return one, one + x
    nl, dl = _read(lo, place, gens, ring)
    if hi is sp.oo:
        return nl + x * dl, dl
    nh, dh = _read(hi, place, gens, ring)
    return nl * dh + nh * dl * x, dl * dh * (one + x)


def _put(p, i: int, top, bottom, ring):  # type: ignore[no-untyped-def]
    """bottom**d * p(v_i = top/bottom) and the degree d of p in v_i."""
    parts: dict[int, dict[tuple[int, ...], flint.fmpq]] = {}
    for m, c in zip(p.monoms(), p.coeffs(), strict=True):
        rest = tuple(0 if j == i else a for j, a in enumerate(m))
        parts.setdefault(int(m[i]), {})[rest] = c
    degree = max(parts, default=0)
    out, power = ring.constant(0), ring.constant(1)
    for d in range(degree, -1, -1):
        out = out * top
        if d in parts:
            out += ring.from_dict(parts[d]) * power
        power *= bottom
    return out, degree


def _read(e: sp.Expr, place: dict[sp.Symbol, int], gens, ring):  # type: ignore[no-untyped-def]
    """(numerator, denominator) of a rational expression in the symbols."""
    if e.is_Rational:
        return ring.constant(flint.fmpq(int(e.p), int(e.q))), ring.constant(1)
    if e.is_Symbol and e in place:
        return gens[place[e]], ring.constant(1)
    if e.is_Add:
        n, d = ring.constant(0), ring.constant(1)
        for a in e.args:
            n2, d2 = _read(a, place, gens, ring)
            n, d = (n + n2, d) if d == d2 else (n * d2 + n2 * d, d * d2)
        return n, d
    if e.is_Mul:
        n, d = ring.constant(1), ring.constant(1)
        for a in e.args:
            n2, d2 = _read(a, place, gens, ring)
            n, d = n * n2, d * d2
        return n, d
    if e.is_Pow and e.exp.is_Integer:
        n, d = _read(e.base, place, gens, ring)
        k = int(e.exp)
        return (n**k, d**k) if k >= 0 else (d**-k, n**-k)
    raise OutsideFragment(f"{e} is no rational expression", part=str(e))
