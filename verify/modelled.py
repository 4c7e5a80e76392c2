"""A failing instance by the solver: values of numbers at which a statement about them is false.

Only for statements between rational functions of numbers that range over intervals or integers. The
solver proposes values; whether they lie in the domain and the statement fails there, exact arithmetic
decides.
"""

from __future__ import annotations

import sympy as sp
import z3

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.domain import Integers, Reals
from refutable.derivations.errors import OutsideFragment, RefutableError

from .effort import steps
from .instances import Instance, check_at, order_of, satisfies
from .positivity import _COMPARE, _quotient

__all__ = ["modelled"]

#: Digits of a value that is not rational, in its place a rational one near it.
DIGITS = 12


def modelled(claim: Claim, body: sp.Basic) -> Instance | None:
    """An instance of the domain at which the statement is false, or None."""
    order = order_of(claim)
    if not all(isinstance(claim.domain[s], (Integers, Reals)) for s in order):
        return None
    if body.atoms(Q.Mean, Q.Prob, Q.Functional, Q.Vec):
        return None
    asked = _Question(claim)
    try:
        asked.solver.add(asked.fails(body), *(asked.holds(h) for h in claim.assumptions))
        asked.bound(order)
    except OutsideFragment:
        return None
    if asked.solver.check() != z3.sat:
        return None
    at = asked.values(order)
    try:
        inside = all(claim.domain[s].contains(at[s], at) for s in order) and satisfies(claim, at)
        return at if inside and check_at(body, at).truth is False else None
    except (RefutableError, ZeroDivisionError):
        return None


class _Question:
    """Statements as formulas of the solver."""

    def __init__(self, claim: Claim):
        self.claim, self.names = claim, {s: f"v{k}" for k, s in enumerate(claim.domain)}
        self.solver = z3.Solver()
        self.solver.set("rlimit", steps())

    def bound(self, order: list) -> None:  # type: ignore[type-arg]
        for s in order:
            d = self.claim.domain[s]
            assert isinstance(d, (Integers, Reals))
            shut = (getattr(d, "lo_open", False), getattr(d, "hi_open", False))
            if d.lo is not -sp.oo:
                self.solver.add(self.holds(S.Rel(">" if shut[0] else ">=", s, d.lo)))
            if d.hi is not sp.oo:
                self.solver.add(self.holds(S.Rel("<" if shut[1] else "<=", s, d.hi)))

    def holds(self, st: sp.Basic) -> z3.BoolRef:
        """The statement, true and defined."""
        if isinstance(st, S.Rel) and isinstance(st.lhs, sp.Expr):
            num, den = _quotient(st.lhs - st.rhs)
            n, d, zero = self.term(num), self.term(den), z3.RealVal(0)
            return z3.And(d != zero, _COMPARE[st.op](n if st.op in ("=", "!=") else n * d, zero))
        if isinstance(st, (S.And, S.Or)):
            return (z3.And if isinstance(st, S.And) else z3.Or)([self.holds(p) for p in st.args])
        if isinstance(st, S.Not):
            return self.fails(st.args[0])
        if isinstance(st, S.Implies):
            return z3.Or(self.fails(st.args[0]), self.holds(st.args[1]))
        raise OutsideFragment(f"the solver cannot read {type(st).__name__}", part=type(st).__name__)

    def fails(self, st: sp.Basic) -> z3.BoolRef:
        """The statement, false and defined."""
        if isinstance(st, S.Rel) and isinstance(st.lhs, sp.Expr):
            return self.holds(st.negated)
        if isinstance(st, (S.And, S.Or)):
            return (z3.Or if isinstance(st, S.And) else z3.And)([self.fails(p) for p in st.args])
        if isinstance(st, S.Not):
            return self.holds(st.args[0])
        if isinstance(st, S.Implies):
            return z3.And(self.holds(st.args[0]), self.fails(st.args[1]))
        raise OutsideFragment(f"the solver cannot read {type(st).__name__}", part=type(st).__name__)

    def symbol(self, s: sp.Basic) -> z3.ArithRef:
        if s not in self.names:
            raise OutsideFragment(f"{s} is no number of the domain", part=str(s))
        whole = isinstance(self.claim.domain[s], Integers)
        return (z3.Int if whole else z3.Real)(self.names[s])

    def term(self, e: sp.Expr) -> z3.ArithRef:
        if e.is_Rational:
            return z3.RealVal(f"{e.p}/{e.q}")
        if e.is_Symbol:
            return z3.ToReal(x) if (x := self.symbol(e)).is_int() else x
        if e.is_Add:
            return z3.Sum([self.term(a) for a in e.args])
        if e.is_Mul:
            return z3.Product([self.term(a) for a in e.args])
        if e.is_Pow and e.exp.is_Integer and e.exp > 0:
            return z3.Product([self.term(e.base)] * int(e.exp))
        raise OutsideFragment(f"the solver cannot read {e}", part=str(e))

    def values(self, order: list) -> Instance:  # type: ignore[type-arg]
        found = self.solver.model()
        out: Instance = {}
        for s in order:
            v = found.eval(self.symbol(s), model_completion=True)
            v = v.approx(DIGITS) if z3.is_algebraic_value(v) else v
            out[s] = sp.Rational(v.as_fraction() if z3.is_rational_value(v) else v.as_long())
        return out
