"""Limits of a mean under arbitrary sequences, from its affine step r' = f + g r.

Lemmas, each elementary (r >= 0, g >= 0, all for all large t):

* floor:        f + g r >= B always            => liminf r >= B;
* ceiling:      f + g r <= B + e, e -> 0       => limsup r <= B;
* invariant:    r <= B at first, and r <= B => f + g r <= B   => r <= B;
* attained:     g <= 1, f -> 0, r bounded      => g -> 1 where r comes near its upper limit L, so that
                what the premise says of r = L at a limit of terms with g >= 1 holds of L;
* contraction:  f + g B <= B, g <= q < 1       => limsup r <= B
                (above B the excess shrinks by q, at or below B it stays there);
* vanishing:    g <= q < 1, f -> 0             => r -> 0;
* summable:     1 - g >= a, sum a = oo, sum f < oo          => r -> 0;
* Toeplitz:     0 <= g <= 1, 1 - g >= a, sum a = oo, f/a -> 0  => r -> 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import sympy as sp
from sympy.core.function import AppliedUndef

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.domain import Schedule
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Categorical

from .affine import affine_step, is_square
from .limits import certified_limit
from .positivity import prove
from .region import Region, Variable
from .sequences import spell

if TYPE_CHECKING:
    from .deduce import Deduction

__all__ = ["limit_relation"]

LIMITS = (S.Lim, S.LimSup, S.LimInf)
CONTRACTION, TOEPLITZ = "lemma.contraction", "lemma.toeplitz"


def limit_relation(rel: S.Rel, d: Deduction, region: Region) -> bool | None:
    """Whether a relation between one limit of a mean and a bound is proved; None: not of that kind."""
    op, lhs, rhs = rel.op, rel.lhs, rel.rhs
    if not isinstance(lhs, LIMITS):
        op, lhs, rhs = S.FLIP[op], rhs, lhs
    if not isinstance(lhs, LIMITS) or rhs.atoms(*LIMITS) or lhs.args[2] is not sp.oo:
        return None
    node, x, _ = lhs.args
    if not isinstance(node, Q.Mean) or x in rhs.free_symbols:
        return None
    try:
        sight = _Sight.of(node, x, rhs, d, region)
    except OutsideFragment:
        return None
    below, above = op in ("=", "<="), op in ("=", ">=")
    if not (below or above):
        return None
    needs_limit = isinstance(lhs, S.Lim) and op != "="
    if needs_limit:
        return None
    ok = (not above or sight.floor()) and (not below or sight.ceiling())
    return ok if ok else None


def _next(
    premise: S.ForAll, node: sp.Expr, x: sp.Symbol, r: sp.Symbol, later: sp.Expr
) -> list[S.Rel]:
    """What a premise about all indices says of the step to index x + 1.

    r, later: the mean at x and at x + 1.
    """
    if not isinstance(premise.body, S.Rel):
        return []
    at = premise.body.xreplace({premise.symbol: x + 1})
    at = at.xreplace({node: r, node.subs(x, x + 1): later})
    return [] if at.atoms(Q.Mean) else [at]


@dataclass
class _Sight:
    """The step at an arbitrary late index: f, g, the mean r and the bound B over one region."""

    d: Deduction
    region: Region
    x: sp.Symbol
    f: sp.Expr
    g: sp.Expr
    r: sp.Symbol
    bound: sp.Expr
    terms: dict[sp.Symbol, AppliedUndef]
    node: sp.Expr
    begins: int
    settled: list[S.Rel]  # what the premises say where the mean stays as it is

    @classmethod
    def of(
        cls, node: sp.Expr, x: sp.Symbol, bound: sp.Expr, d: Deduction, region: Region
    ) -> _Sight:
        if not is_square(node):
            raise OutsideFragment("the sign of the mean", part=str(node))
        step = affine_step(node, x)
        here = region.copy()
        here.variables[x] = Variable(x, sp.Integer(step.first), sp.oo, integer=True)
        table = {n: d.formula(n) for n in bound.atoms(Q.Mean)}
        r = sp.Dummy("r")
        here.variables[r] = Variable(r, sp.Integer(0))
        later = step.forcing + step.factor * r
        known = [fact for p in d.always for fact in _next(p, node, x, r, later)]
        count = len(known)
        known += [fact for p in d.always for fact in _next(p, node, x, r, r)]
        every = sp.Tuple(
            step.forcing, step.factor, bound.xreplace(table),
            *(side for fact in known for side in (fact.lhs, fact.rhs)),
        )  # fmt: skip
        f, g, b, *sides = spell(every, here, d.claim.domain)
        said = [
            S.Rel(fact.op, *(here.abstract(e) for e in sides[2 * k : 2 * k + 2]))
            for k, fact in enumerate(known)
        ]
        here.facts += said[:count]
        parts = [sp.factor(here.abstract(e)) for e in (f, g, b)]
        names = {v: k for k, v in here.names.items() if isinstance(k, AppliedUndef)}
        names = {v: k for v, k in names.items() if x in k.free_symbols}  # the others are fixed
        out = cls(d, here, x, *parts[:2], r, parts[2], names, node, step.first, said[count:])
        if not (out.sure(">=", out.f) and out.sure(">=", out.g)):
            raise OutsideFragment("the signs of the step", part="step")
        return out

    def sure(self, op: str, e: sp.Expr, value: object = 0) -> bool:
        e, value = sp.sympify(e), sp.sympify(value)
        gap = sp.cancel(sp.together(e - value))
        if gap.is_number:
            return bool({">=": gap >= 0, ">": gap > 0, "<=": gap <= 0, "<": gap < 0}[op])
        return prove(S.Rel(op, e, value), self.region) is not None

    def say(self, lemma: str | None, text: str) -> bool:
        self.d.say("comparison", f"r' = f + g r with f = {self.f}, g = {self.g}: {text}")
        if lemma is not None and lemma not in self.d.lemmas:
            self.d.lemmas.append(lemma)
        return True

    def floor(self) -> bool:
        if self.bound == 0:
            return self.say(None, "r >= 0")
        if self.sure(">=", self.f + self.g * self.r, self.bound):
            return self.say(None, f"always at least {self.bound}")
        return False

    def ceiling(self) -> bool:
        b, f, g = self.bound, self.f, self.g
        if self.sure("<=", f + g * self.r, b):
            return self.say(None, f"always at most {b}")
        if self.tends_to_zero(f) and self.sure("<=", g * self.r, b) and b != 0:
            return self.say(None, f"at most {b} + f, and f tends to 0")
        if self.d.always and self.starts_below() and self._kept_below():
            return self.say(None, f"at most {b} at first, and from then on")
        if self.d.always and self._attained():
            return self.say(None, f"g tends to 1 where r comes near its upper limit, at most {b}")
        contracts = next(self.below_one(), None)
        if contracts is not None and self.sure("<=", f + g * b, b):
            return self.say(CONTRACTION, f"the excess over {b} shrinks by g <= {contracts} < 1")
        if b == 0 and contracts is not None and self.tends_to_zero(f):
            return self.say(TOEPLITZ, f"g <= {contracts} < 1 and f tends to 0")
        return b == 0 and self._slowly()

    def starts_below(self) -> bool:
        """Is the mean at most the bound at the first index of the step?"""
        try:
            first = self.d.formula(self.node.subs(self.x, self.begins))
        except OutsideFragment:
            return False
        first = self.region.abstract(spell(first, self.region, self.d.claim.domain))
        return self.sure("<=", first, self.bound)

    def _kept_below(self) -> bool:
        inner = self.region.copy()
        inner.facts.append(S.Rel("<=", self.r, self.bound))
        return prove(S.Rel("<=", self.f + self.g * self.r, self.bound), inner) is not None

    def _attained(self) -> bool:
        """Is the bound at least every L > 0 that the premise allows at g >= 1, and zero?"""
        if not (self._bounded() and self.tends_to_zero(self.f) and self.sure("<=", self.g, 1)):
            return False
        inner, g = self.region.copy(), self.g
        inner.facts = [f for f in inner.facts if not f.free_symbols & {*self.terms, self.r}]
        growing = [v for v in self.terms if inner.variables[v].hi is sp.oo]
        for v in [v for v in growing if v in g.free_symbols]:
            if g != self.g or not self.tends_to_zero(1 / v):
                return False
            g = certified_limit(g, v, self.region)
        sides = sp.Tuple(*(side for rel in self.settled for side in (rel.lhs, rel.rhs)))
        if any(rel.op == "!=" for rel in self.settled) or not all(
            e.is_polynomial(*self.terms, self.r) for e in (*sides, g)
        ):
            return False  # what is not continuous, or not closed, need not hold in the limit
        if sp.Tuple(sides, g).free_symbols & {*growing, self.x}:
            return False
        for v in self.terms:
            inner.variables[v] = replace(inner.variables[v], lo_open=False, hi_open=False)
        for rel in self.settled:
            closed = rel.op + "=" if rel.op in ("<", ">") else rel.op
            inner.facts.append(S.Rel(closed, rel.lhs, rel.rhs))
        inner.facts += [S.Rel(">=", g, 1), *self._ceilings()]
        inner.variables[self.r] = Variable(self.r, sp.Integer(0), sp.oo, lo_open=True)
        return self.sure(">=", self.bound) and (
            prove(S.Rel("<=", self.r, self.bound), inner) is not None
        )

    def _ceilings(self) -> list[S.Rel]:
        """The largest spread that a random probability vector around the truth can have, if kept."""
        spreads = {1 - Q.SqNorm(p.truth) for p in Q.processes_of(self.node)}
        caps = (self.region.abstract(e) for e in spreads)
        kept = [replace(self, bound=e) for e in caps if not e.atoms(Q.SqNorm)]
        return [
            S.Rel("<=", self.r, one.bound)
            for one in kept
            if one.starts_below() and one._kept_below()
        ]

    def _bounded(self) -> bool:
        """A combination of probability vectors whose coefficients do not move."""
        (v,) = self.node.args[0].args
        fixed = isinstance(v, Q.ModelVec) or (
            isinstance(v, Q.Comb) and all(self.x not in c.free_symbols for c, _ in v.terms)
        )
        laws = (isinstance(p.family, Categorical) for p in Q.processes_of(self.node))
        return fixed and all(laws)

    def _slowly(self) -> bool:
        """g is not kept away from one: the sum of 1 - g diverges."""
        if not self.sure("<=", self.g, 1):
            return False
        for v, call in self.terms.items():
            schedule = self.d.claim.domain.get(call.func)
            if not isinstance(schedule, Schedule) or schedule.summable is not False:
                continue
            if not (self.sure(">=", v) and self.sure(">=", 1 - self.g, v)):
                continue
            if self.summable(self.f):
                return self.say(
                    TOEPLITZ, f"1 - g >= {call}, whose sum diverges; f has a finite sum"
                )
            if self.vanishes_against(self.f, v):
                return self.say(
                    TOEPLITZ, f"1 - g >= {call}, whose sum diverges; f/{call} tends to 0"
                )
        return False

    # -- what the sequences do ------------------------------------------------------------------

    def below_one(self) -> Iterator[sp.Expr]:
        """Bounds q of g that do not move with the index, proved to be below one."""
        moving = [v for v in self.terms if v in self.g.free_symbols]
        choices = []
        for v in moving:
            var = self.region.variables[v]
            choices.append([e for e in (var.lo, var.hi) if e.is_finite is not False or e is sp.oo])
        for ends in product(*choices):
            q = self.g
            try:
                for v, end in zip(moving, ends, strict=True):
                    q = certified_limit(q, v, self.region) if end is sp.oo else q.xreplace({v: end})
            except OutsideFragment:
                continue
            q = sp.cancel(q)
            if self.x not in q.free_symbols and self.sure("<=", self.g, q) and self.sure("<", q, 1):
                yield q

    def tends_to_zero(self, e: sp.Expr) -> bool:
        """Bounded terms aside, e is a multiple of 1/f(t) with f(t) -> oo."""
        for v, call in self.terms.items():
            schedule = self.d.claim.domain.get(call.func)
            if isinstance(schedule, Schedule) and schedule.to is sp.oo and v in e.free_symbols:
                rest = sp.cancel(e * v)
                if not rest.free_symbols & {*self.terms, self.x}:
                    return True
        return False

    def summable(self, e: sp.Expr) -> bool:
        for v, call in self.terms.items():
            schedule = self.d.claim.domain.get(call.func)
            if isinstance(schedule, Schedule) and v in e.free_symbols:
                power = {True: 1}.get(schedule.inverse_summable)
                rest = sp.cancel(e * v) if power else None
                if rest is not None and not rest.free_symbols & {*self.terms, self.x}:
                    return True
        return False

    def vanishes_against(self, e: sp.Expr, v: sp.Symbol) -> bool:
        """e/v -> 0, by a hypothesis that a product of terms tends to infinity."""
        for h in self.d.claim.assumptions:
            if not (isinstance(h, S.Rel) and h.op == "=" and h.rhs is sp.oo):
                continue
            if not isinstance(h.lhs, S.Lim) or h.lhs.args[2] is not sp.oo:
                continue
            p, y = h.lhs.args[0], h.lhs.args[1]
            grows = self.region.abstract(p.subs(y, self.x + 1))
            rest = sp.cancel(e / v * grows)
            if not rest.free_symbols & {*self.terms, self.x}:
                return True
        return False
