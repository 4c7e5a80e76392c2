"""Limits of products of a rational function over 1, ..., t, by Euler's gamma function.

With as many zeros r_i as poles s_i and the same sum,

    prod_{k >= a} prod_i (k - r_i)/(k - s_i) = prod_i G(a - s_i)/G(a - r_i),

and G(1 - r) G(1 + r) = pi r / sin(pi r). A leading coefficient c other than one comes out as a power
of c first. Where the sums differ the product tends to zero or infinity: refused here.
"""

from __future__ import annotations

import sympy as sp

from refutable.derivations.errors import OutsideFragment

__all__ = ["GAMMA", "converging", "product_limit"]

GAMMA = "lemma.gamma_product"


def product_limit(e: sp.Expr, x: sp.Symbol) -> sp.Expr:
    """The limit of an expression that is affine in one product up to x; else OutsideFragment."""
    products = [p for p in e.atoms(sp.Product) if x in p.free_symbols]
    if len(products) != 1:
        raise OutsideFragment(f"the limit of {e}")
    (p,) = products
    (k, a, b), *rest = p.limits
    if rest or not a.is_Integer or a < 1 or not (b - x).is_Integer or x in p.function.free_symbols:
        raise OutsideFragment(f"the limit of {p}")
    lead, value = converging(p.function, k, int(a))
    P = sp.Dummy("P")
    e = sp.expand(e.xreplace({p: P * lead ** (b - a + 1)}))
    fixed, moving = sp.Integer(0), sp.Integer(0)
    for term in sp.Add.make_args(e):
        coefficient = sp.powsimp(sp.powdenest(term / P if term.has(P) else term, force=False))
        coefficient = sp.cancel(_merged(coefficient, x))
        if coefficient.has(P) or x in coefficient.free_symbols:
            raise OutsideFragment(f"the limit of {term}")
        fixed, moving = (
            (fixed, moving + coefficient) if term.has(P) else (fixed + coefficient, moving)
        )
    return fixed + sp.factor(moving) * value


def _merged(e: sp.Expr, x: sp.Symbol) -> sp.Expr:
    """Powers with x in the exponent, one for each base."""
    exponents: dict[sp.Expr, sp.Expr] = {}
    out = sp.Integer(1)
    for f in sp.Mul.make_args(e):
        base, exp = f.as_base_exp()
        if x in exp.free_symbols:
            exponents[base] = exponents.get(base, sp.Integer(0)) + exp
        else:
            out *= f
    return out * sp.prod([base ** sp.expand(exp) for base, exp in exponents.items()])


def converging(body: sp.Expr, k: sp.Symbol, a: int) -> tuple[sp.Expr, sp.Expr]:
    """(c, the infinite product of body / c from a on)."""
    num, den = sp.fraction(sp.cancel(sp.together(body)))
    if not (num.is_polynomial(k) and den.is_polynomial(k)):
        raise OutsideFragment(f"the product of {body}")
    top, bottom = sp.Poly(num, k), sp.Poly(den, k)
    if top.degree() != bottom.degree() or top.degree() < 1:
        raise OutsideFragment(f"the product of {body} vanishes or grows")
    zeros, poles = top.monic(), bottom.monic()
    if sp.cancel(zeros.nth(zeros.degree() - 1) - poles.nth(poles.degree() - 1)) != 0:
        raise OutsideFragment(f"the product of {body} vanishes or grows")
    return sp.cancel(top.LC() / bottom.LC()), _gammas(poles, a) / _gammas(zeros, a)


def _gammas(poly: sp.Poly, a: int) -> sp.Expr:
    """prod G(a - r) over the roots r of a monic polynomial with factors of degree one or two."""
    k, out = poly.gen, sp.Integer(1)
    for f, m in sp.factor_list(poly.as_expr(), k)[1]:
        f = sp.Poly(f, k).monic()
        if f.degree() == 1:
            out *= _simple(a + f.nth(0)) ** m
        elif f.degree() == 2 and (c := f.nth(1) / 2).is_Integer and a + c >= 1:
            # (k + c)^2 - q: the roots are opposite once the index is shifted by c
            out *= _opposite(sp.cancel(c**2 - f.nth(0)), a + c) ** m
        else:
            raise OutsideFragment(f"the roots of {f.as_expr()}")
    return out


def _simple(z: sp.Expr) -> sp.Expr:
    return sp.factorial(z - 1) if z.is_Integer and z > 0 else sp.gamma(z)


def _opposite(q: sp.Expr, a: int) -> sp.Expr:
    """G(a - r) G(a + r) with r^2 = q."""
    num, den = sp.fraction(q)
    r = sp.sqrt(num) / sp.sqrt(den)
    return sp.pi * r / sp.sin(sp.pi * r) * sp.prod([j**2 - q for j in range(1, a)])
