"""A counterexample to a statement of pure arithmetic, asked of an SMT solver.

Where no random quantity occurs and everything is a polynomial or a quotient of two, the solver may
find numbers that satisfy the premises and not the conclusion. Nothing rests on its word: the
numbers are put into the statement exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sympy as sp
import z3

from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.domain import Integers, Reals
from refutable.derivations.errors import OutsideFragment

from .instances import Instance
from .positivity import COMPARE

__all__ = ["countermodel"]

STEPS = 400_000  # of the solver, each time
RANGE = 4  # halves between -RANGE and RANGE are tried first, for a reader's sake


def countermodel(claim: Claim) -> Instance | None:
    """Numbers of the domain for which the statement is false, as the solver says; not checked here.

    None where it finds none in its steps, or cannot read the statement.
    """
    names: dict[sp.Symbol, z3.ArithRef] = {}
    for s, d in claim.domain.items():
        if not isinstance(d, (Integers, Reals)):
            return None
        names[s] = z3.ToReal(z3.Int(str(s))) if isinstance(d, Integers) else z3.Real(str(s))
    read = _Reader(names)
    try:
        wanted = [read.formula(h) for h in claim.assumptions]
        wanted += [bound for s, d in claim.domain.items() for bound in _within(read, s, d)]
        wanted.append(z3.Not(read.formula(claim.bound())))
    except OutsideFragment:
        return None
    wanted += read.defined
    for near in (True, False):
        solver = z3.Solver()
        solver.set("rlimit", STEPS)
        solver.add(*wanted)
        if near:
            solver.add(*_simple(names.values()))
        if solver.check() == z3.sat:
            return _numbers(solver.model(), names)
    return None


def _within(read: _Reader, s: sp.Symbol, d: Integers | Reals) -> list[z3.BoolRef]:
    """The range of a symbol; its ends may be expressions in others."""
    lower = ">" if getattr(d, "lo_open", False) else ">="
    upper = "<" if getattr(d, "hi_open", False) else "<="
    out = [] if d.lo is -sp.oo else [read.formula(S.Rel(lower, s, d.lo))]
    return out if d.hi is sp.oo else [*out, read.formula(S.Rel(upper, s, d.hi))]


def _simple(names: Iterable[z3.ArithRef]) -> list[z3.BoolRef]:
    return [part for x in names for part in (z3.IsInt(2 * x), x >= -RANGE, x <= RANGE)]


def _numbers(model: z3.ModelRef, names: Mapping[sp.Symbol, z3.ArithRef]) -> Instance | None:
    out: Instance = {}
    for s, x in names.items():
        value = model.eval(x, model_completion=True)
        if not z3.is_rational_value(value):  # a root: not put in exactly
            return None
        number = value.as_fraction()
        out[s] = sp.Rational(number.numerator, number.denominator)
    return out


class _Reader:
    """Statements as formulas of the solver. defined: the divisors that must not vanish."""

    def __init__(self, names: Mapping[sp.Symbol, z3.ArithRef]):
        self.names = names
        self.defined: list[z3.BoolRef] = []

    def formula(self, st: sp.Basic) -> z3.BoolRef:
        if isinstance(st, S.Rel) and isinstance(st.lhs, sp.Expr) and isinstance(st.rhs, sp.Expr):
            num, den = sp.fraction(sp.together(st.lhs - st.rhs))
            top, zero = self.term(num), z3.RealVal(0)
            if den == 1:
                return COMPARE[st.op](top, zero)
            bottom = self.term(den)
            self.defined.append(bottom != zero)
            return COMPARE[st.op](top if st.op in ("=", "!=") else top * bottom, zero)
        parts = {S.And: z3.And, S.Or: z3.Or, S.Not: z3.Not, S.Implies: z3.Implies}
        for kind, make in parts.items():
            if isinstance(st, kind):
                return make(*(self.formula(x) for x in st.args))
        if isinstance(st, S.Iff):
            return self.formula(st.args[0]) == self.formula(st.args[1])
        raise OutsideFragment(f"no formula of arithmetic: {type(st).__name__}", part=str(st))

    def term(self, e: sp.Expr) -> z3.ArithRef:
        if e.is_Rational:
            return z3.RealVal(f"{e.p}/{e.q}")
        if e in self.names:
            return self.names[e]
        if e.is_Add:
            return z3.Sum([self.term(a) for a in e.args])
        if e.is_Mul:
            return z3.Product([self.term(a) for a in e.args])
        if e.is_Pow and e.exp.is_Integer and e.exp > 0:
            return z3.Product([self.term(e.base)] * int(e.exp))
        raise OutsideFragment(f"no polynomial: {e}", part=str(e))
