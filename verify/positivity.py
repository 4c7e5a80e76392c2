"""Certificates of inequalities: signs of coefficients, and SMT after abstraction.

`prove(rel, region)` returns a Certificate or None; None says nothing. Two methods:

* coefficients: every variable is written through non-negative parameters (n = lo + x,
  t = (a + b u)/(1 + u), base**(m - lo) = 1/(1 + y) for a base in [0, 1]). If all coefficients
  of numerator and denominator are non-negative, so is the quotient. Integers are split at their
  corner when that is needed.
* smt: the negation of the abstracted inequality is unsatisfiable over the reals (z3). Only
  `unsat` counts; the budget is counted in solver steps.

The abstraction of a power loses its coupling to the base; what is used of it (0 <= base <= 1
gives 0 <= base**k <= 1, base**k <= base for k >= 1, Bernoulli, monotone in the base) is proved
first, as an inequality of its own.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

import sympy as sp
import z3

from refutable.derivations.errors import OutsideFragment
from refutable.derivations.normal import canonical, geometric_sum
from refutable.derivations.rationalfunctions import quotient
from refutable.derivations.statement import Rel

from .atoms import euler, exponential, power, units
from .boxes import written
from .effort import FULL, steps
from .elementary import LOGARITHM, logarithm, sharper, sine
from .region import Region, Variable
from .vertices import at_corners

__all__ = ["Certificate", "contradictory", "prove", "relevant", "sign"]

MAX_TERMS = 4000
MAX_SPLITS = 3


@dataclass(frozen=True)
class Certificate:
    """How an inequality was shown; `detail` is one line, `lemmas` what it rests on."""

    method: str
    detail: str
    lemmas: tuple[str, ...] = ()


def _has_root(e: sp.Basic) -> bool:
    return any(not p.exp.is_Integer and not p.exp.free_symbols for p in e.atoms(sp.Pow))


@dataclass
class _Abstraction:
    """An expression made polynomial: powers, sums and the like become variables with facts."""

    region: Region
    depth: int = 0
    table: dict[sp.Basic, sp.Symbol] = field(default_factory=dict)
    powers: list[tuple[sp.Symbol, sp.Expr, sp.Symbol]] = field(default_factory=list)
    roots: list[tuple[sp.Symbol, sp.Expr, int]] = field(default_factory=list)
    units: dict[sp.Expr, sp.Rational] = field(default_factory=dict)
    euler: sp.Expr | None = None
    lemmas: list[str] = field(default_factory=list)

    def proves(self, rel: Rel) -> bool:
        """Is the relation certain before anything was abstracted, from facts without roots?

        Facts with roots would ask the same of themselves.
        """
        plain = self._plain_region()
        plain.facts = [f for f in plain.facts if not _has_root(f)]
        for s, v in list(plain.variables.items()):
            if _has_root(v.lo) or _has_root(v.hi):
                lo = (-sp.oo, False) if _has_root(v.lo) else (v.lo, v.lo_open)
                hi = (sp.oo, False) if _has_root(v.hi) else (v.hi, v.hi_open)
                plain.variables[s] = replace(v, lo=lo[0], hi=hi[0], lo_open=lo[1], hi_open=hi[1])
        return prove(rel, plain, self.depth + 1) is not None

    def rewrite(self, e: sp.Expr) -> sp.Expr:
        if e.is_Rational or e.is_Symbol:
            return e
        if e.is_number and e.is_real and e.is_finite:
            c, rest = e.as_coeff_Mul()
            return (
                c * self._constant(rest)
                if not rest.is_Add
                else c * sp.Add(*map(self.rewrite, rest.args))
            )
        if e.is_Add:
            return sp.Add(*(self.rewrite(a) for a in e.args))
        if e.is_Mul:
            return self._product(e)
        if e.is_Pow and e.exp.is_Integer:
            return self.rewrite(e.base) ** e.exp
        if e.is_Pow and e.exp.is_Rational:
            return self._root(e.base, e.exp)
        if e.is_Pow and e.base is not sp.E and e.exp.free_symbols:
            return self._power(e.base, e.exp)
        if isinstance(e, sp.exp):
            return exponential(e, self)
        if isinstance(e, sp.log):
            return logarithm(e, self)
        if isinstance(e, sp.sin):
            return sine(e, self)
        if isinstance(e, sp.Sum):
            return self._sum(e)
        if isinstance(e, sp.harmonic):
            k = sp.Dummy("k", integer=True)
            order = e.args[1] if len(e.args) > 1 else sp.Integer(1)
            return self._sum(sp.Sum(k**-order, (k, 1, e.args[0])))
        return self.new(e, Variable(sp.Dummy()))

    def _product(self, e: sp.Expr) -> sp.Expr:
        """A product, factor by factor; its irrational constants are one constant."""
        numbers = [a for a in e.args if a.is_number and not a.is_Rational]
        constant = sp.Mul(*numbers)
        if not (constant.is_real and constant.is_finite):
            numbers, constant = [], sp.Integer(1)
        return self.rewrite(constant) * sp.Mul(
            *(self.rewrite(a) for a in e.args if a not in numbers)
        )

    def new(self, key: sp.Basic, v: Variable) -> sp.Symbol:
        if key not in self.table:
            self.table[key] = v.symbol
            self.region.variables[v.symbol] = v
        return self.table[key]

    def _constant(self, e: sp.Expr) -> sp.Expr:
        """An irrational constant, between two rationals 1e-15 apart; one variable for its powers."""
        if e.is_Pow and e.exp.is_Integer and not e.base.is_Rational:
            c, rest = e.base.as_coeff_Mul()
            return (c * self._constant(rest)) ** e.exp
        c, rest = (1 / e).as_coeff_Mul()
        if e not in self.table and rest in self.table:
            return 1 / (c * self.table[rest])
        number = e.evalf(40)
        if not number.is_Float and not number.is_Rational:
            raise OutsideFragment(f"the value of {e}", part=type(e).__name__)
        value = sp.Rational(sp.floor(number * 10**15), 10**15)
        return self.new(
            e, Variable(sp.Dummy("c"), value, value + sp.Rational(1, 10**15), True, True)
        )

    def _root(self, base: sp.Expr, exp: sp.Rational) -> sp.Expr:
        parts = self._positive_factors(base)
        if parts is not None:
            return sp.Mul(*(self._root(f, exp * k) if (exp * k).q > 1 else
                            self.rewrite(f) ** (exp * k) for f, k in parts))  # fmt: skip
        inside = self.rewrite(base)
        key = sp.Pow(canonical(base), sp.Rational(1, exp.q), evaluate=False)
        fresh = key not in self.table
        shut = fresh and self.depth <= 1 and self.proves(Rel(">", base, 0))
        r = self.new(key, Variable(sp.Dummy("r"), sp.Integer(0), sp.oo, shut))
        if fresh:
            num, den = sp.fraction(sp.together(inside))
            self.region.facts.append(Rel("=", r**exp.q * den, num))
        return r**exp.p

    def _positive_factors(self, base: sp.Expr) -> list[tuple[sp.Expr, sp.Integer]] | None:
        """Factors with integer exponents, all positive, so that a root may be pulled apart."""
        parts = [f.as_base_exp() for f in sp.Mul.make_args(sp.factor(base))]
        if len(parts) < 2 or not all(k.is_Integer for _, k in parts):
            return None
        positive = self._plain_region().positive
        sure = all(
            f.is_positive or f in positive or self.proves(Rel(">=" if k > 0 else ">", f, 0))
            for f, k in parts
        )
        return parts if sure else None

    def _power(self, base: sp.Expr, exp: sp.Expr) -> sp.Expr:
        rest, c = sp.expand(exp).as_coeff_Add()[::-1]
        m = rest
        coefficient, m = rest.as_coeff_Mul()
        v = self.region.variables.get(m)
        if (
            not c.is_Integer
            or v is None
            or not v.integer
            or not v.lo.is_Integer
            or not coefficient.is_Integer
            or (coefficient < 0 and not self.proves(Rel(">", base, 0)))
        ):
            return power(base, exp, self)
        base_c = canonical(base**coefficient)
        key = sp.Tuple(base_c, m)
        fresh = key not in self.table
        x = self.new(key, Variable(sp.Dummy("w")))
        if fresh:
            self._power_facts(x, base_c, m, v)
        return x * self.rewrite(base) ** (c + coefficient * v.lo)

    def _power_facts(self, x: sp.Symbol, base: sp.Expr, m: sp.Symbol, v: Variable) -> None:
        region = self.region
        if self.depth > 2:
            return
        steps = m - v.lo
        plain = self._plain_region()
        if base.is_number:
            below = bool(0 <= base <= 1) if base.is_real else False
            above = bool(base >= 1)
        else:
            below = prove(Rel(">=", base, 0), plain, self.depth + 1) and prove(
                Rel("<=", base, 1), plain, self.depth + 1
            )
            above = not below and bool(prove(Rel(">=", base, 1), plain, self.depth + 1))
        inner = self.rewrite(base)
        num, den = sp.fraction(sp.together(inner))
        if below:
            strict = bool(base.is_number and base > 0) or bool(
                not base.is_number and prove(Rel(">", base, 0), plain, self.depth + 1)
            )
            region.variables[x] = Variable(x, sp.Integer(0), sp.Integer(1), strict, False)
            region.facts.append(Rel(">=", x * den, den - steps * (den - num)))
            for other, base2, m2 in self.powers:
                if m2 == m and prove(Rel("<=", base, base2), plain, self.depth + 1):
                    region.facts.append(Rel("<=", x, other))
                elif m2 == m and prove(Rel("<=", base2, base), plain, self.depth + 1):
                    region.facts.append(Rel("<=", other, x))
        elif above:
            region.variables[x] = Variable(x, sp.Integer(1))
            region.facts.append(Rel(">=", x * den, den + steps * (num - den)))
        self.powers.append((x, base, m))

    def _plain_region(self) -> Region:
        """The region without the variables of this abstraction."""
        mine = set(self.table.values())
        return Region(
            {s: v for s, v in self.region.variables.items() if s not in mine},
            [f for f in self.region.facts if not f.free_symbols & mine],
            dict(self.region.names),
        )

    def _sum(self, e: sp.Sum) -> sp.Expr:
        if len(e.limits) == 1:
            k, a, b = e.limits[0]
            falling = any(
                p.exp.coeff(k, 1).could_extract_minus_sign()
                for p in e.function.atoms(sp.Pow)
                if k in p.exp.free_symbols and p.exp.is_polynomial(k)
            )
            body = e.function.xreplace({k: a + b - k}) if falling else e.function
            closed = geometric_sum(body, k, a, b)
            if closed is not None:
                return self.rewrite(closed)
            c, body = sp.factor(e.function).as_independent(k, as_Add=False)
            if a.is_Integer and b is not sp.oo and not body.free_symbols - {k}:
                return self.rewrite(c) * self._finite_sum(sp.Sum(body, (k, a, b)), k, a, b)
        return self.new(e, Variable(sp.Dummy("s")))

    def _finite_sum(self, e: sp.Sum, k: sp.Symbol, a: sp.Expr, b: sp.Expr) -> sp.Expr:
        """A partial sum of positive numbers: between its first term and the whole series."""
        body = e.function
        rest, c = sp.expand(b).as_coeff_Add()[::-1]
        v = self.region.variables.get(rest)
        if v is None or not v.integer or not prove_sequence_positive(body, k, a):
            return self.new(e, Variable(sp.Dummy("s")))
        shift: sp.Expr = sp.Integer(0)
        if c.is_Integer and c != 0:  # sum up to m + c from the sum up to m
            sign_ = 1 if c > 0 else -1
            for j in range(1, abs(int(c)) + 1):
                shift += sign_ * body.xreplace({k: rest + (j if c > 0 else 1 - j)})
        key = sp.Sum(body, (k, a, rest))
        fresh = key not in self.table
        first = sp.Add(*(body.xreplace({k: a + j}) for j in range(max(0, int(v.lo - a) + 1))))
        s = self.new(key, Variable(sp.Dummy("s"), first))
        if fresh:
            whole = series_value(body, k, a)
            if whole is not None and whole.is_finite:
                self.region.facts.append(Rel("<", s, self.rewrite(whole)))
        return s + self.rewrite(shift)


def prove_sequence_positive(body: sp.Expr, k: sp.Symbol, a: sp.Expr) -> bool:
    """Is body(k) > 0 for every integer k >= a?"""
    region = Region({k: Variable(k, a, sp.oo, integer=True)})
    try:
        return prove(Rel(">", body, 0), region, 1) is not None
    except OutsideFragment:
        return False


def series_value(body: sp.Expr, k: sp.Symbol, a: sp.Expr) -> sp.Expr | None:
    """The value of a convergent p-series (shifted by whole terms), infinity where it diverges."""
    j = sp.Wild("j", exclude=[k])
    c = sp.Wild("c", exclude=[k, 0])
    match = body.match(c * k**j)
    if not match or not match[j].is_Integer or a < 1:
        return None
    power = -match[j]
    if power <= 1:
        return sp.oo
    head = sp.Add(*(sp.Integer(i) ** -power for i in range(1, int(a))))
    return match[c] * (sp.zeta(power) - head)


def sign(e: sp.Expr, region: Region, depth: int = 0) -> int | None:
    """1 if e > 0 on the region, -1 if e < 0, None if unknown."""
    if prove(Rel(">", e, 0), region, depth):
        return 1
    if prove(Rel("<", e, 0), region, depth):
        return -1
    return None


def prove(rel: Rel, region: Region, depth: int = 0, splits: int = MAX_SPLITS) -> Certificate | None:
    """A certificate that rel holds on the whole region, or None. Answers are remembered."""
    if rel.op in ("<", "<="):
        return prove(Rel({"<": ">", "<=": ">="}[rel.op], rel.rhs, rel.lhs), region, depth, splits)
    if rel.op not in (">", ">="):
        return None
    splits = splits if steps() == FULL else min(splits, 1)
    return _proved(rel, region.frozen, depth, splits, steps())


@lru_cache(maxsize=4096)
def _proved(
    rel: Rel, frozen: tuple, depth: int, splits: int, effort: int
) -> Certificate | None:
    region = Region.thawed(frozen)
    strict = rel.op == ">"
    goal = (
        sp.expand(region.abstract(rel.lhs) - region.abstract(rel.rhs))
        if (rel.lhs - rel.rhs).is_polynomial()
        else region.abstract(rel.lhs) - region.abstract(rel.rhs)
    )
    work = region.copy()
    abstraction = _Abstraction(work, depth)
    abstraction.units = units([goal, *work.facts])
    abstraction.euler = euler([goal])
    try:
        e = abstraction.rewrite(goal)
        _bounds_with_roots(work)
        work.facts = [_rewritten(f, abstraction) for f in work.facts]
    except (OutsideFragment, RecursionError):
        return None
    num, den = quotient(e)
    if not e.free_symbols:
        ok = bool(e > 0) if strict else bool(e >= 0)
        return (
            Certificate("evaluation", f"{e} is {'positive' if strict else 'not negative'}")
            if ok
            else None
        )
    found = _coefficients(num, den, strict, work, splits)
    if found:
        return found
    if depth > 1:
        return None

    def sure(top: sp.Expr, bottom: sp.Expr, there: Region) -> Certificate | None:
        return _coefficients(top, bottom, strict, there, splits) or _smt(top, bottom, strict, there)

    corners = at_corners(num, den, [x for x, *_ in abstraction.powers], work, sure)
    if corners is not None:
        detail = f"affine in its powers; positive at their {corners} corners"
        found = Certificate("corners", detail)
    else:
        found = _smt(num, den, strict, work)
    if found is not None:
        return replace(found, lemmas=tuple(dict.fromkeys(abstraction.lemmas)))
    least = sharper(goal, lambda r: prove(r, region, depth + 1))
    found = None if least is None else prove(Rel(rel.op, least, 0), region, depth + 1)
    return found and replace(found, lemmas=(LOGARITHM, *found.lemmas))


def _bounds_with_roots(region: Region) -> None:
    """A bound that holds a root becomes a fact; the variable keeps what a number says of it."""
    for s, v in list(region.variables.items()):
        for side, bound, shut in (("lo", v.lo, v.lo_open), ("hi", v.hi, v.hi_open)):
            if bound.is_number or not any(not p.exp.is_Integer for p in bound.atoms(sp.Pow)):
                continue
            op = {("lo", True): ">", ("lo", False): ">="}.get((side, shut), "<" if shut else "<=")
            region.facts.append(Rel(op, s, bound))
            region.variables[s] = replace(
                region.variables[s],
                **{side: -sp.oo if side == "lo" else sp.oo, f"{side}_open": False},
            )


def contradictory(region: Region) -> bool:
    """Do the facts exclude every point of the region? False says nothing."""
    work = region.copy()
    abstraction = _Abstraction(work, 1)
    try:
        work.facts = [_rewritten(f, abstraction) for f in work.facts]
        return _smt(sp.Integer(-1), sp.Integer(1), False, work) is not None
    except (OutsideFragment, RecursionError):
        return False


def _rewritten(f: Rel, a: _Abstraction) -> Rel:
    return Rel(f.op, a.rewrite(f.lhs), a.rewrite(f.rhs))


# -- coefficients ------------------------------------------------------------------------


def _coefficients(
    num: sp.Expr, den: sp.Expr, strict: bool, region: Region, splits: int
) -> Certificate | None:
    used = sorted((num * den).free_symbols, key=str)
    positive_den = _nonneg(den, True, region)
    if positive_den is None:
        flipped = _nonneg(-den, True, region)
        if flipped is None:
            positive_den = None
        else:
            num, den, positive_den = -num, -den, flipped
    if positive_den is not None:
        line = _nonneg(num, strict, region)
        if line:
            return Certificate("coefficients", line)
    if splits == 0:
        return None
    for s in used:
        v = region.variables.get(s)
        if v is None or not v.integer or not v.lo.is_Integer or v.hi is not sp.oo:
            continue
        low_num, _, corner = _fixed(num, s, v.lo, region)
        low_den = sp.expand(den.xreplace({s: v.lo}))
        low = _coefficients(low_num, low_den, strict, corner, splits - 1)
        if low is None:
            continue
        up = region.restrict(replace(v, lo=v.lo + 1))
        high = _coefficients(num, den, strict, up, splits - 1)
        if high is not None:
            return Certificate(
                "coefficients",
                f"case {s} = {v.lo}: {low.detail}; case {s} >= {v.lo + 1}: {high.detail}",
            )
    return None


def _nonneg(e: sp.Expr, strict: bool, region: Region) -> str | None:
    """Is the polynomial e >= 0 (> 0) on the box of the region? A line that says why, or None."""
    ranges: list[tuple[sp.Symbol, sp.Expr, sp.Expr]] = []
    inner: list[bool] = []  # is the parameter zero only outside the range?
    for s in _ordered(e.free_symbols, region):
        v = region.variables.get(s)
        if v is None or v.lo.is_infinite or (v.hi.is_infinite and v.hi is not sp.oo):
            return None
        unit = v.lo == 0 and v.hi == 1
        if strict and v.hi is not sp.oo and not v.hi_open and not _closed_top_ok(e, s, v, region):
            return None
        if strict and unit and not v.lo_open and not _at(e, s, sp.Integer(0), region):
            return None
        ranges.append((s, v.lo, v.hi))
        inner.append(v.hi_open if unit else v.lo_open)
    try:
        found = written(e, ranges, MAX_TERMS)
    except OutsideFragment:
        return None
    sign_ = found.sign_of_denominator
    terms = [(powers, c * (sign_ or 0)) for powers, c in found.terms()]
    if sign_ is None or any(c < 0 for _, c in terms):
        return None
    if strict and not any(
        all(k == 0 or free for k, free in zip(powers, inner, strict=True)) for powers, _ in terms
    ):
        return None
    return f"{len(terms)} coefficients, none negative"


def _closed_top_ok(e: sp.Expr, s: sp.Symbol, v: Variable, region: Region) -> bool:
    """For a strict inequality the closed upper end is checked by itself."""
    return _at(e, s, v.hi, region)


def _at(e: sp.Expr, s: sp.Symbol, value: sp.Expr, region: Region) -> bool:
    """Is e > 0 where s has this value?"""
    return _nonneg(*_fixed(e, s, value, region)) is not None


def _fixed(
    e: sp.Expr, s: sp.Symbol, value: sp.Expr, region: Region
) -> tuple[sp.Expr, bool, Region]:
    """The strict question e > 0 where s has this value, in e and in the other ranges."""
    there = region.copy()
    there.variables.pop(s, None)
    put = {s: value}
    for x, v in there.variables.items():
        if s in v.lo.free_symbols | v.hi.free_symbols:
            there.variables[x] = replace(v, lo=v.lo.xreplace(put), hi=v.hi.xreplace(put))
    return sp.expand(e.xreplace(put)), True, there


def _ordered(symbols: set[sp.Symbol], region: Region) -> list[sp.Symbol]:
    """Symbols so that each one's bounds mention earlier ones only."""
    out: list[sp.Symbol] = []

    def visit(s: sp.Symbol) -> None:
        if s in out:
            return
        v = region.variables.get(s)
        if v is not None:
            for t in sorted(v.lo.free_symbols | v.hi.free_symbols, key=str):
                visit(t)
        out.append(s)

    for s in sorted(symbols, key=str):
        visit(s)
    return out


# -- SMT ---------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def _quotient(e: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """As `quotient`; facts recur often."""
    return quotient(e)


COMPARE = {
    ">=": operator.ge,
    ">": operator.gt,
    "=": operator.eq,
    "<=": operator.le,
    "<": operator.lt,
    "!=": operator.ne,
}


def _smt(num: sp.Expr, den: sp.Expr, strict: bool, region: Region) -> Certificate | None:
    solver = z3.SolverFor("QF_NRA")
    solver.set("rlimit", steps())
    names: dict[sp.Symbol, z3.ArithRef] = {}

    def term(e: sp.Expr) -> z3.ArithRef:
        if e.is_Rational:
            return z3.RealVal(f"{e.p}/{e.q}")
        if e.is_Symbol:
            if e not in names:
                names[e] = z3.Real(f"v{len(names)}")
            return names[e]
        if e.is_Add:
            return z3.Sum([term(a) for a in e.args])
        if e.is_Mul:
            return z3.Product([term(a) for a in e.args])
        if e.is_Pow and e.exp.is_Integer and e.exp > 0:
            return z3.Product([term(e.base)] * int(e.exp))
        raise OutsideFragment(f"SMT cannot read {e}", part=str(e))

    def add(op: str, e: sp.Expr) -> None:
        n, d = _quotient(e)
        zero, tn = z3.RealVal(0), term(n)
        if d == 1:
            body = COMPARE[op](tn, zero)
        else:  # multiply by the square of the denominator, which must not vanish
            td = term(d)
            left = tn if op in ("=", "!=") else tn * td
            body = z3.And(td != zero, COMPARE[op](left, zero))
        solver.add(body)

    try:
        used = relevant(num * den, region)
        for f in used:
            add(f.op, f.lhs - f.rhs)
        need = set((num * den).free_symbols)
        for f in used:
            need |= f.free_symbols
        for s in _ordered(need, region):
            v = region.variables.get(s)
            if v is None:
                continue
            lo, hi = _outward(v.lo, sp.floor), _outward(v.hi, sp.ceiling)
            if lo.is_finite is not False and lo is not -sp.oo:
                add(">" if v.lo_open else ">=", s - lo)
            if hi is not sp.oo:
                add("<" if v.hi_open else "<=", s - hi)
        add("!=", den)
        add("<" if not strict else "<=", num * den)
    except OutsideFragment:
        return None
    if solver.check() == z3.unsat:
        return Certificate("smt", f"negation unsatisfiable over the reals ({len(used)} facts)")
    return None


def _outward(bound: sp.Expr, rounded: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
    """An irrational number as a rational a little outside of the range that it bounds."""
    if not bound.is_number or bound.is_Rational or not bound.is_finite:
        return bound
    return sp.Rational(rounded(bound.evalf(40) * 10**15), 10**15)


def relevant(e: sp.Expr, region: Region) -> list[Rel]:
    """The facts that share variables with the goal, directly or through other facts.

    A goal without variables asks whether the facts contradict each other: then all count.
    """
    if not e.free_symbols:
        return list(region.facts)
    seen, out = set(e.free_symbols), []
    changed = True
    while changed:
        changed = False
        for f in region.facts:
            if f not in out and f.free_symbols & seen:
                out.append(f)
                seen |= f.free_symbols
                changed = True
    return out
