"""When are two expressions identical? A normal form, and a second opinion of another make.

An expression is rewritten as a rational function of *generators*: its symbols, powers f**m of
irreducible factors f with an integer symbol m as exponent, roots (with their minimal relation),
sums and products up to a canonical last index, and whatever else stays opaque. If the numerator
vanishes as a polynomial, the expression is zero wherever it is defined. The converse does not
hold (generators may be related in ways not known here), so a non-zero normal form refutes
nothing: that takes an exact instance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import flint
import sympy as sp
from sympy.core.symbol import Str

from .errors import OutsideFragment

__all__ = ["Normaliser", "flint_is_zero", "identical", "is_zero", "rational_form"]

MAX_PEEL = 40


@dataclass
class Normaliser:
    """Rewrites expressions over one shared table of generators.

    integers: symbols that take integer values only (exponents may be split over products).
    positive: symbols known to be positive (even roots may be pulled apart).
    """

    integers: frozenset[sp.Symbol] = frozenset()
    positive: frozenset[sp.Symbol] = frozenset()
    table: dict[sp.Basic, sp.Symbol] = field(default_factory=dict)
    relations: dict[sp.Symbol, tuple[int, sp.Expr]] = field(default_factory=dict)

    def generator(self, key: sp.Basic) -> sp.Symbol:
        if key not in self.table:
            self.table[key] = sp.Dummy(f"g{len(self.table)}")
        return self.table[key]

    @property
    def meaning(self) -> dict[sp.Symbol, sp.Basic]:
        """generator -> what it stands for."""
        return {v: k for k, v in self.table.items()}

    # -- the walk --------------------------------------------------------------------------

    def rewrite(self, e: sp.Expr) -> sp.Expr:
        """`e` in terms of generators; rational in them."""
        if e.is_Rational or e.is_Symbol:
            return e
        if e.is_Add or e.is_Mul:
            return e.func(*(self.rewrite(a) for a in e.args))
        if e.is_Pow:
            return self._power(e.base, e.exp)
        if isinstance(e, sp.exp):
            return self._exp(e.args[0])
        if isinstance(e, sp.Sum):
            return self._sum(e)
        if isinstance(e, sp.Product):
            return self._product(e)
        if isinstance(e, (sp.factorial, sp.binomial, sp.gamma, sp.RisingFactorial)):
            return self._factorial(e)
        if isinstance(e, (sp.harmonic,)):
            order = e.args[1] if len(e.args) > 1 else sp.Integer(1)
            k = sp.Dummy("k", integer=True)
            return self._sum(sp.Sum(k ** (-order), (k, 1, e.args[0])))
        if isinstance(e, (sp.log, sp.sin, sp.cos)):
            return self.generator(e.func(canonical(e.args[0])))
        if isinstance(e, sp.Derivative):
            done = e.doit()
            return self.generator(e) if isinstance(done, sp.Derivative) else self.rewrite(done)
        if isinstance(e, (sp.Max, sp.Min, sp.Abs, sp.floor, sp.ceiling)):
            return self.generator(e.func(*(canonical(a) for a in e.args)))
        return self.generator(e)

    def _power(self, base: sp.Expr, exp: sp.Expr) -> sp.Expr:
        if exp.is_Integer:
            return self.rewrite(base) ** exp
        if exp.is_Rational:
            return self._root(base, exp)
        if base is sp.E:
            return self._exp(exp)
        out: sp.Expr = sp.Integer(1)
        for term in sp.Add.make_args(sp.expand(exp)):
            c, mono = term.as_coeff_Mul()
            if mono == 1:
                out *= self._power(base, c)
                continue
            if not mono.free_symbols <= self.integers or c.q != 1 or not _integer_valued(mono):
                out *= self.generator(sp.Pow(canonical(base), mono / c.q)) ** c.p
                continue
            for f, k in _factors(base):
                if f == -1:
                    if (k * c.p) % 2:
                        out *= self._sign(mono)
                else:
                    out *= self.generator(sp.Pow(f, mono, evaluate=False)) ** (k * c.p)
        return out

    def _sign(self, mono: sp.Expr) -> sp.Expr:
        g = self.generator(sp.Pow(-1, mono, evaluate=False))
        self.relations[g] = (2, sp.Integer(1))
        return g

    def _root(self, base: sp.Expr, exp: sp.Rational) -> sp.Expr:
        out: sp.Expr = sp.Integer(1)
        inside = sp.Integer(1)
        for f, k in _factors(base):
            if self._is_positive(f):
                out *= self._plain_root(f, exp * k)
            else:
                inside *= f**k
        return out if inside == 1 else out * self._plain_root(sp.factor(inside), exp)

    def _plain_root(self, f: sp.Expr, exp: sp.Rational) -> sp.Expr:
        if exp.q == 1:
            return self.rewrite(f) ** exp
        g = self.generator(sp.Pow(f, sp.Rational(1, exp.q), evaluate=False))
        self.relations[g] = (exp.q, self.rewrite(f))
        whole, rest = divmod(exp.p, exp.q)
        return self.rewrite(f) ** whole * g**rest

    def _is_positive(self, f: sp.Expr) -> bool:
        if f.is_Rational:
            return bool(f > 0)
        if not f.free_symbols <= self.positive or not f.is_polynomial():
            return False
        return all(c > 0 for c in sp.Poly(f).coeffs())

    def _exp(self, arg: sp.Expr) -> sp.Expr:
        out: sp.Expr = sp.Integer(1)
        for term in sp.Add.make_args(sp.expand(arg)):
            c, mono = term.as_coeff_Mul()
            out *= self.generator(sp.exp(mono / c.q, evaluate=False)) ** c.p
        return out

    def _factorial(self, e: sp.Expr) -> sp.Expr:
        if isinstance(e, sp.binomial):
            n, k = e.args
            if k.is_Integer and k >= 0:
                return self.rewrite(sp.prod([n - j for j in range(int(k))]) / sp.factorial(k))
            return self._factorial_of(n) / (self._factorial_of(k) * self._factorial_of(n - k))
        if isinstance(e, sp.gamma):
            return self._factorial_of(e.args[0] - 1)
        if isinstance(e, sp.RisingFactorial):
            x, k = e.args
            return self._factorial_of(x + k - 1) / self._factorial_of(x - 1)
        return self._factorial_of(e.args[0])

    def _factorial_of(self, arg: sp.Expr) -> sp.Expr:
        rest, c = _split_integer(arg)
        if rest == 0:
            return sp.factorial(c)
        g = self.generator(sp.factorial(rest))
        if abs(c) > MAX_PEEL:
            return self.generator(sp.factorial(arg))
        for j in range(1, c + 1):
            g = g * self.rewrite(rest + j)
        for j in range(0, -c):
            g = g / self.rewrite(rest - j)
        return g

    def _sum(self, e: sp.Sum) -> sp.Expr:
        *inner, (k, a, b) = e.limits
        body = e.function
        if len(inner) == 1 and k not in body.free_symbols:
            (j, ja, jb) = inner[0]
            if jb == k and ja == a:  # sum over j <= k <= b: each j occurs b - j + 1 times
                return self._sum(sp.Sum(sp.expand((b - j + 1) * body), (j, a, b)))
        if inner:
            body = sp.Sum(body, *inner)
        return self._sum_over(body, k, a, b)

    def _sum_over(self, body: sp.Expr, k: sp.Symbol, a: sp.Expr, b: sp.Expr) -> sp.Expr:
        if b is sp.oo and (value := power_series(body, k, a)) is not None:
            return self.rewrite(value)
        if b is sp.oo or a is -sp.oo:
            return self.generator(_opaque("sum", canonical(body), k, a, b))
        if (b - a).is_Integer:
            return self._explicit(body, k, a, int(b - a) + 1, sp.Add)
        out: sp.Expr = sp.Integer(0)
        body = _own_indices(body)
        i = _index(k, body, a, b)
        body = _one_quotient(body, k)
        for term in sp.Add.make_args(sp.expand(sp.expand_power_base(body))):
            free, bound = term.as_independent(k, as_Add=False)
            fixed, bound = self._fixed_powers(bound, k)
            out += self.rewrite(free) * fixed * self._sum_term(bound, k, a, b, i)
        return out

    def _fixed_powers(self, e: sp.Expr, k: sp.Symbol) -> tuple[sp.Expr, sp.Expr]:
        """base**(u + v) with v free of k comes out of a sum over k as base**v."""
        fixed, rest = sp.Integer(1), []
        for f in sp.Mul.make_args(e):
            out, inside = sp.Integer(0), f
            if f.is_Pow and k in f.exp.free_symbols and k not in f.base.free_symbols:
                out, within = sp.expand(f.exp).as_independent(k, as_Add=True)
                inside = f.base**within
            fixed *= self._power(f.base, out) if out != 0 else 1
            rest.append(inside)
        return fixed, sp.Mul(*rest)

    def _sum_term(
        self, bound: sp.Expr, k: sp.Symbol, a: sp.Expr, b: sp.Expr, i: sp.Symbol
    ) -> sp.Expr:
        closed = geometric_sum(bound, k, a, b)
        if closed is not None:
            return self.rewrite(closed)
        # the index starts at 1: shift by the first index
        shifted = bound.xreplace({k: i + a - 1})
        last, c = _split_integer(sp.expand(b - a + 1))
        if abs(c) > MAX_PEEL:
            last, c = b - a + 1, 0
        g = self.generator(_opaque("sum", _by_depth(canonical(shifted)), i, sp.Integer(1), last))
        for j in range(1, c + 1):
            g = g + self.rewrite(shifted.xreplace({i: last + j}))
        for j in range(0, -c):
            g = g - self.rewrite(shifted.xreplace({i: last - j}))
        return g

    def _product(self, e: sp.Product) -> sp.Expr:
        body, (k, a, b), *rest = (e.function, *e.limits)
        if rest:
            return self._product(sp.Product(sp.Product(body, (k, a, b)), *rest))
        if b is sp.oo:
            return self.generator(sp.Product(canonical(body), (k, a, b)))
        if (b - a).is_Integer:
            return self._explicit(body, k, a, int(b - a) + 1, sp.Mul)
        if k not in body.free_symbols:
            return self._power(body, b - a + 1)
        if a.is_Integer and abs(a - 1) <= MAX_PEEL and body.is_rational_function():
            return self._rational_product(body, k, int(a), b)
        body = _own_indices(body)
        i = _index(k, body, a, b)
        shifted = canonical(body.xreplace({k: i + a - 1}))
        last, c = _split_integer(sp.expand(b - a + 1))
        if abs(c) > MAX_PEEL:
            last, c = b - a + 1, 0
        g: sp.Expr = self.generator(_by_depth(sp.Product(shifted, (i, 1, last))))
        for j in range(1, c + 1):
            g = g * self.rewrite(shifted.xreplace({i: last + j}))
        for j in range(0, -c):
            g = g / self.rewrite(shifted.xreplace({i: last - j}))
        return g

    def _rational_product(self, body: sp.Expr, k: sp.Symbol, a: int, b: sp.Expr) -> sp.Expr:
        """Over 1, ..., b, one generator for each irreducible factor; constants as powers."""
        body = _own_indices(body)
        i = _index(k, body, a, b)
        last, c = _split_integer(sp.expand(b))
        if abs(c) > MAX_PEEL:
            last, c = b, 0
        out: sp.Expr = sp.Integer(1)
        for part, sign in zip(sp.fraction(sp.cancel(sp.together(body))), (1, -1), strict=True):
            content, factors = sp.factor_list(part)
            for f, m in [(content, 1), *factors]:
                g = self._factor_product(f.xreplace({k: i}), i, a, last, c, b)
                out *= g ** (sign * m)
        return out

    def _factor_product(self, f, i, a: int, last, c: int, b):  # type: ignore[no-untyped-def]
        if i not in f.free_symbols:
            return self._power(f, b - a + 1)
        if (f - i).is_Integer and a + f - i >= 1:
            return self._factorial_of(b + f - i) / sp.factorial(a + f - i - 1)
        if q := _whole_shift(f, i):
            return self._factor_product(
                sp.expand(f.xreplace({i: i - q})), i, a + q, last, c + q, b + q
            )
        if 0 in [f.xreplace({i: sp.Integer(j)}) for j in range(1, a)]:
            return self.generator(_opaque("product", canonical(f), i, sp.Integer(a), b))
        g = self.generator(_by_depth(sp.Product(sp.expand(f), (i, 1, last))))
        for j in range(1, c + 1):
            g = g * self.rewrite(f.xreplace({i: last + j}))
        for j in range(0, -c):
            g = g / self.rewrite(f.xreplace({i: last - j}))
        for j in range(1, a):
            g = g / self.rewrite(f.xreplace({i: sp.Integer(j)}))
        for j in range(a, 1):
            g = g * self.rewrite(f.xreplace({i: sp.Integer(j)}))
        return g

    def _explicit(self, body, k, a, terms, join):  # type: ignore[no-untyped-def]
        if terms > 4 * MAX_PEEL:
            raise OutsideFragment(f"a sum of {terms} explicit terms")
        return join(*(self.rewrite(body.xreplace({k: a + j})) for j in range(max(0, terms))))

    # -- decisions -------------------------------------------------------------------------

    def numerator(self, e: sp.Expr) -> sp.Expr:
        """The expanded numerator of `e` over the generators, roots reduced."""
        return self._expanded(self.rewrite(e))

    def _expanded(self, e: sp.Expr) -> sp.Expr:
        num = sp.expand(sp.fraction(sp.together(e))[0])
        for g, (degree, value) in self.relations.items():
            if num.has(g):
                num = _reduce(num, g, degree, value)
        return num

    def is_zero(self, e: sp.Expr) -> bool:
        """True if the normal form vanishes; False says nothing."""
        return self.numerator(e) == 0


def _reduce(num: sp.Expr, g: sp.Symbol, degree: int, value: sp.Expr) -> sp.Expr:
    p = sp.Poly(num, g)
    out = sp.Integer(0)
    for (k,), c in p.terms():
        whole, rest = divmod(k, degree)
        out += c * value**whole * g**rest
    return sp.expand(sp.fraction(sp.together(out))[0])


def _index(k: sp.Symbol, *parts: sp.Basic) -> sp.Symbol:
    """A name for the index k of a sum or product that nothing in it has; bound ones are dummies."""
    taken = {s.name for p in parts for s in sp.sympify(p).free_symbols - {k}}
    name = "_k"
    while name in taken:
        name += "'"
    return sp.Symbol(name, integer=True)


def _own_indices(e: sp.Expr) -> sp.Expr:
    """`e` with a dummy for every index of a sum or product: none is free as well."""
    if not e.atoms(sp.Sum, sp.Product):
        return e
    if not isinstance(e, (sp.Sum, sp.Product)):
        return e.func(*(_own_indices(x) for x in e.args))
    body, limits = _own_indices(e.function), [tuple(x) for x in e.limits]
    for place, (k, a, b) in enumerate(limits):
        d = sp.Dummy("k", integer=True)
        body = body.xreplace({k: d})
        inner = [(j, p.xreplace({k: d}), q.xreplace({k: d})) for j, p, q in limits[:place]]
        limits[: place + 1] = [*inner, (d, a, b)]
    return e.func(body, *limits)


def _by_depth(e: sp.Expr, depth: int = 0) -> sp.Expr:
    """`e` with indices named after their depth, where `_own_indices` gave each one a dummy."""
    if not e.atoms(sp.Sum, sp.Product):
        return e
    if not isinstance(e, (sp.Sum, sp.Product)):
        return e.func(*(_by_depth(x, depth) for x in e.args))
    body = _by_depth(e.function, depth + len(e.limits))
    names = {
        k: sp.Symbol(f"_index{depth + place}", integer=True)
        for place, (k, _, _) in enumerate(e.limits)
        if isinstance(k, sp.Dummy)
    }
    limits = [(names.get(k, k), a.xreplace(names), b.xreplace(names)) for k, a, b in e.limits]
    return e.func(body.xreplace(names), *limits)


def _whole_shift(f: sp.Expr, i: sp.Symbol) -> int:
    """q with f(i) = g(i + q), the same for all linear factors that are shifts of each other."""
    line = sp.Poly(f, i)
    if line.degree() != 1:
        return 0
    alpha, beta = line.nth(1), line.nth(0)
    if alpha.is_Integer and beta.is_Integer:
        return int(sp.floor(beta / alpha))
    symbols = sorted(alpha.free_symbols, key=str)
    if not symbols or not beta.is_polynomial(*symbols):
        return 0
    q = sp.div(beta, alpha, *symbols)[0]
    return int(q) if q.is_Integer else 0


def _opaque(word: str, *parts: sp.Basic) -> sp.Basic:
    """A key for the table; a Tuple, because SymPy flattens a sum of sums."""
    return sp.Tuple(Str(word), *parts)


def _integer_valued(mono: sp.Expr) -> bool:
    return mono.is_polynomial() and all(c.is_Integer for c in sp.Poly(mono).coeffs())


def _split_integer(e: sp.Expr) -> tuple[sp.Expr, int]:
    """e = rest + c with an integer c and no integer term in rest."""
    c, rest = sp.expand(e).as_coeff_Add()
    if not c.is_Integer:
        whole = int(sp.floor(c))
        return rest + (c - whole), whole
    return rest, int(c)


@lru_cache(maxsize=8192)
def canonical(e: sp.Expr) -> sp.Expr:
    """One spelling of an expression that goes into an opaque generator."""
    try:
        return sp.factor(sp.together(sp.powdenest(e)))
    except (sp.PolynomialError, AttributeError):
        return sp.together(e)


def _one_quotient(body: sp.Expr, k: sp.Symbol) -> sp.Expr:
    """A summand whose divisors are sums with the index in them, as one quotient."""
    nested = [
        p for p in body.atoms(sp.Pow) if p.exp.is_negative and p.base.is_Add and p.base.has(k)
    ]
    if not nested:
        return body
    fixed = [x for x in body.atoms(sp.Sum, sp.Product) if k not in x.free_symbols]
    names = {x: sp.Dummy(f"s{j}") for j, x in enumerate(sorted(fixed, key=sp.default_sort_key))}
    try:
        tidy = sp.factor(sp.cancel(sp.together(body.xreplace(names))))
    except (sp.PolynomialError, AttributeError):
        return body
    return tidy.xreplace({v: x for x, v in names.items()})


@lru_cache(maxsize=8192)
def _factors(base: sp.Expr) -> list[tuple[sp.Expr, int]]:
    """Irreducible factors with exponents; numbers split into primes and a sign."""
    if base.is_Rational:
        out = [(sp.Integer(f), k) for f, k in sp.factorint(abs(base.p)).items() if f != 1]
        out += [(sp.Integer(f), -k) for f, k in sp.factorint(base.q).items()]
        if base < 0:
            out.append((sp.Integer(-1), 1))
        return out if base != 0 else [(sp.Integer(0), 1)]
    num, den = sp.fraction(sp.together(base))
    out = []
    for part, sign in ((num, 1), (den, -1)):
        try:
            c, fs = sp.factor_list(part)
        except (sp.PolynomialError, TypeError):  # TypeError: conditions of cases have no order
            c, fs = sp.Integer(1), [(part, 1)]
        if c.is_Rational:
            out += [(f, sign * k) for f, k in _factors(sp.Rational(c))] if c != 1 else []
        else:
            out.append((c, sign))
        for f, k in fs:
            lead = _lead(f)
            if lead.is_Rational and lead < 0:
                f = sp.expand(-f)
                if k % 2:
                    out.append((sp.Integer(-1), 1))
            out.append((f, sign * k))
    return out


@lru_cache(maxsize=2048)
def _lead(f: sp.Expr) -> sp.Expr:
    """The leading coefficient, by symbols or, where they stand inside functions, by generators."""
    if not f.free_symbols:
        return f
    try:
        return sp.Poly(f, *sorted(f.free_symbols, key=str)).LC()
    except sp.PolynomialError:
        return sp.Poly(f).LC()


def power_series(body: sp.Expr, k: sp.Symbol, a: sp.Expr) -> sp.Expr | None:
    """The sum of c k**-p over k >= a, for integers p >= 2 and a >= 1, as a zeta value; else None.

    >>> k = sp.Symbol("k")
    >>> power_series(1 / k**2, k, sp.Integer(2))
    -1 + pi**2/6
    """
    c, power = sp.powsimp(body).as_independent(k, as_Add=False)
    base, p = power.as_base_exp()
    if base != k or not p.is_Integer or p > -2 or not (a.is_Integer and a >= 1):
        return None
    return c * (sp.zeta(-p) - sum((sp.Integer(j) ** p for j in range(1, int(a))), sp.Integer(0)))


@lru_cache(maxsize=2048)
def geometric_sum(body: sp.Expr, k: sp.Symbol, a: sp.Expr, b: sp.Expr) -> sp.Expr | None:
    """Closed form of the sum over k = a..b of k**j r**k (j <= 3), or None.

    Found by undetermined coefficients of an antidifference, so it is right by construction:
    F(k + 1) - F(k) = k**j r**k. For a symbolic r it is undefined where r = 1.
    """
    ratio, poly = sp.Integer(1), sp.Integer(1)
    for f in sp.Mul.make_args(body):
        if f.is_polynomial(k):
            poly *= f
        elif f.is_Pow and k not in f.base.free_symbols and sp.expand(f.exp).is_polynomial(k):
            p = sp.Poly(sp.expand(f.exp), k)
            if p.degree() != 1 or not p.LC().is_Rational or not p.LC().is_Integer:
                return None
            ratio *= f.base ** p.LC()
            poly *= f.base ** (p.nth(0))
        else:
            return None
    p = sp.Poly(poly, k)
    if p.is_zero:
        return sp.Integer(0)
    if p.degree() > 6:
        return None
    r = sp.together(ratio)
    degree = p.degree() + (1 if r == 1 else 0)
    coeffs = sp.symbols(f"_c0:{degree + 1}")
    shape = sum(c * k**j for j, c in enumerate(coeffs))
    residual = sp.expand(r * shape.xreplace({k: k + 1}) - shape - p.as_expr())
    equations = sp.Poly(residual, k).coeffs()
    solution = sp.solve(equations, coeffs, dict=True)
    if not solution:
        return None
    shape = shape.xreplace(solution[0]).xreplace({coeffs[0]: sp.Integer(0)})

    def at(x: sp.Expr) -> sp.Expr:
        power = sp.Integer(1) if r == 1 else ratio**x
        return shape.subs(k, x) * power

    return at(b + 1) - at(a)


def rational_form(e: sp.Expr, normaliser: Normaliser) -> tuple[sp.Expr, sp.Expr]:
    """(numerator, denominator) over the normaliser's generators, no common factor."""
    num, den = sp.fraction(sp.cancel(sp.together(normaliser.rewrite(e))))
    return sp.expand(num), sp.expand(den)


def is_zero(
    e: sp.Expr, integers: Iterable[sp.Symbol] = (), positive: Iterable[sp.Symbol] = ()
) -> bool:
    """Is `e` identically zero (where defined)? FLINT and exact points agree; False says nothing.

    >>> m, n = sp.symbols("m n")
    >>> is_zero((1 - 1/n)**(m + 1) - (n - 1)/n * ((n - 1)/n)**m, integers=[m])
    True
    """
    normaliser = Normaliser(frozenset(integers), frozenset(positive))
    rewritten = normaliser.rewrite(e)
    return flint_is_zero(rewritten, normaliser) and _vanishes_at_points(rewritten, normaliser)


def _vanishes_at_points(e: sp.Expr, normaliser: Normaliser, points: int = 3) -> bool:
    """The second opinion: exact evaluation at rational points, roots and signs kept as letters."""
    roots = normaliser.relations
    symbols = set(e.free_symbols).union(*(v.free_symbols for _, v in roots.values()))
    points_of = sorted(symbols - set(roots), key=str)
    found = 0
    for k in range(4 * points):
        at = {s: sp.Rational(17 + 13 * i + 29 * k, 11 + 7 * i + k) for i, s in enumerate(points_of)}
        value = e.xreplace(at)
        if roots and not value.has(sp.zoo, sp.nan):
            here = {g: (degree, v.xreplace(at)) for g, (degree, v) in roots.items()}
            value = Normaliser(relations=here)._expanded(value)
        if value.has(sp.zoo, sp.nan):
            continue
        if value != 0:
            return False
        found += 1
        if found == points:
            return True
    return found > 0


def identical(
    a: sp.Expr, b: sp.Expr, integers: Iterable[sp.Symbol] = (), positive: Iterable[sp.Symbol] = ()
) -> bool:
    """Are `a` and `b` the same wherever both are defined? False says nothing."""
    return is_zero(a - b, integers, positive)


def flint_is_zero(e: sp.Expr, normaliser: Normaliser | None = None) -> bool:
    """The second opinion: the same rational function built with FLINT's multivariate ring.

    `e` is rational in its symbols; roots are reduced with the normaliser's relations.
    """
    symbols = set(e.free_symbols)
    relations = dict(normaliser.relations) if normaliser else {}
    for _ in range(3):
        for g in list(symbols):
            if g in relations:
                symbols |= relations[g][1].free_symbols
    order = sorted(symbols, key=str)
    if not order:
        return bool(sp.nsimplify(e) == 0)
    ring = flint.fmpq_mpoly_ctx.get([f"v{i}" for i in range(len(order))], flint.Ordering.lex)
    gens = dict(zip(order, ring.gens(), strict=True))

    def walk(x: sp.Expr):  # type: ignore[no-untyped-def]
        if x.is_Rational:
            return ring.constant(flint.fmpq(int(x.p), int(x.q))), ring.constant(1)
        if x.is_Symbol:
            return gens[x], ring.constant(1)
        if x.is_Add:
            n, d = walk(x.args[0])
            for a in x.args[1:]:
                n2, d2 = walk(a)
                if d == d2:
                    n = n + n2
                else:
                    common = d.gcd(d2)
                    n, d = n * (d2 / common) + n2 * (d / common), d * (d2 / common)
            return n, d
        if x.is_Mul:
            n, d = ring.constant(1), ring.constant(1)
            for a in x.args:
                n2, d2 = walk(a)
                n, d = n * n2, d * d2
            return n, d
        if x.is_Pow and x.exp.is_Integer:
            n, d = walk(x.base)
            k = int(x.exp)
            return (n**k, d**k) if k >= 0 else (d**-k, n**-k)
        raise OutsideFragment(f"FLINT cannot read {x}", part=str(x))

    num, _ = walk(e)
    for g, (degree, value) in relations.items():
        if g in gens:
            num = _flint_reduce(num, order.index(g), degree, walk(value), ring)
    return bool(num == 0)


def _flint_reduce(num, var, degree, value, ring):  # type: ignore[no-untyped-def]
    """num with g**degree replaced by value = n/d, cleared of denominators."""
    vn, vd = value
    terms = list(zip(num.monoms(), num.coeffs(), strict=True))
    top = max((m[var] // degree for m, _ in terms), default=0)
    out = ring.constant(0)
    for m, c in terms:
        whole, rest = divmod(m[var], degree)
        reduced = tuple(rest if i == var else x for i, x in enumerate(m))
        out += ring.from_dict({reduced: c}) * vn**whole * vd ** (top - whole)
    return out
