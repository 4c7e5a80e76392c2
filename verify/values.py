"""Values of quantities at instances, by two engines that share no code, and their comparison.

`Exact` asks the exact engine, `Symbolic` puts the instance into derived formulas. Both remember
what they computed: the judge, the mutants and the repairs ask for the same numbers.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from functools import lru_cache

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.counts import draw_count
from refutable.derivations.derive import derive
from refutable.derivations.errors import Contradiction, OutsideFragment
from refutable.derivations.matrices import has_matrices
from refutable.derivations.normal import power_series
from refutable.derivations.response import Response

from . import exact
from .arithmetic import rational
from .atinfinity import settle
from .atpoint import limit_at, put
from .deduce import Deduction, replace_limits, varies
from .effort import steps
from .endless import endless
from .exact import grids
from .finiteness import value_where
from .instances import compare, prepare
from .region import region_of
from .rewrites import read_off, rewrite
from .vectors import response_at

__all__ = ["Exact", "Symbolic", "cheap", "cross_check", "glance", "written_out"]

BUDGET = 15_000
MOST_TERMS = 2000


def _freeze(at: Mapping) -> tuple:
    return tuple(sorted(((str(k), str(v)) for k, v in at.items())))


class Exact:
    """Values from the exact engine, remembered per (node, instance)."""

    name = "exact"

    def __init__(self, budget: int = BUDGET, of_laws: int | None = None):
        self.budget = budget
        self.of_laws = of_laws  # the budget of a joint law, where it is not the engine's own
        self.known: dict[tuple, sp.Expr | OutsideFragment] = {}
        self.numbers: dict[tuple, sp.Expr] = {}  # of expressions that are no plain arithmetic
        self.asked = 0

    def node(self, node: sp.Expr, at: Mapping) -> sp.Expr:
        names = _names(node)
        key = (node, tuple((k, v) for k, v in at.items() if _text(k) in names))
        if key not in self.known:
            self.asked += 1
            try:
                self.known[key] = self._value(node, at)
            except OutsideFragment as err:
                self.known[key] = err
        got = self.known[key]
        if isinstance(got, OutsideFragment):
            raise got
        return got

    def _value(self, node: sp.Expr, at: Mapping) -> sp.Expr:
        if isinstance(node, Response):
            vec, tag, index = node.args
            values = {k: v for k, v in at.items() if isinstance(v, sp.Expr)}
            place = Q.NoiseVec(tag, index.xreplace(values))
            return exact.vector_coefficients(vec, at).get(place, sp.Integer(0))
        if has_matrices(node):
            return grids.number(node, at)
        return exact.value(node, at, self.budget)

    def __call__(self, e: sp.Expr, at: Mapping) -> sp.Expr:
        """The value of an expression: its quantities one by one, then arithmetic."""
        nodes = _outer(e)
        if any(not node.free_symbols <= set(at) for node in nodes):
            return exact.value(e, at, self.budget)  # a node under a sum: the engine writes it out
        table = {node: self.node(node, at) for node in nodes}
        plain = rational(e, {**at, **table})
        if plain is not None:
            return plain
        key = (e, *at.items())
        if key not in self.numbers:
            self.numbers[key] = _number(e.xreplace(table), at)
        return self.numbers[key]


@lru_cache(maxsize=4)
def cheap(budget: int) -> Exact:
    """Values under a small budget, remembered from one claim and reading to the next."""
    return Exact(budget)


@lru_cache(maxsize=4)
def glance(budget: int) -> Exact:
    """As `cheap`, with joint laws under the same budget."""
    return Exact(budget, budget)


class Symbolic:
    """Values from derived formulas; limits are taken before the instance is put in."""

    name = "symbolic"

    def __init__(self, deduction: Deduction):
        self.d = deduction
        self.rewritten: dict[sp.Expr, sp.Expr] = {}

    def node(self, node: sp.Expr, at: Mapping) -> sp.Expr:
        if isinstance(node, Response):
            return response_at(node, at)
        if has_matrices(node):
            raise OutsideFragment("a trace has no formula in numbers", part="matrices")
        if isinstance(node, (Q.DrawCount, Q.Coefficient)):
            return self(self._by_name(node), at)
        if isinstance(node, Q.Functional) and not isinstance(node, (S.Lim, S.LimSup, S.LimInf)):
            return exact.value(node, at)  # a functional of the truth: arithmetic only
        if isinstance(node, (S.Lim, S.LimSup, S.LimInf)):
            return self._limit(node, at)
        try:
            formula = self.d.literal(node)
        except OutsideFragment:
            return self._iterated(node, at)
        got = self.d.derived[node]
        if got.index is not None and got.valid_from is not None:
            here = _scalar(at, got.index)
            if here is not None and (here < got.valid_from) == True:  # noqa: E712
                formula = got.early(int(here))  # type: ignore[misc]
        return value_where(node, self(formula, at), at)

    def _iterated(self, node: sp.Expr, at: Mapping) -> sp.Expr:
        """Without a closed form: the recurrence itself, run with the numbers of the instance."""
        if not isinstance(node, Q.Mean) or node.given is not None or not varies(node):
            raise OutsideFragment(f"{node} has no formula", part=str(node))
        values = {s: v for s, v in at.items() if isinstance(v, (sp.Expr, sp.Lambda))}
        return self(derive(put(node, values)).formula, at)

    def _limit(self, node: sp.Expr, at: Mapping) -> sp.Expr:
        """On the claim's whole region where that can be told, else at this instance."""
        claim = self.d.claim
        known = self._from_closed_form(node, at)
        if known is not None:
            return known
        known = _remembered((node, None), claim, lambda: self._limit_everywhere(node))
        if isinstance(known, OutsideFragment):
            here = _freeze({k: v for k, v in at.items() if str(k) in _names(node)})
            known = _remembered((node, here), claim, lambda: limit_at(node, at, claim))
        if isinstance(known, OutsideFragment):
            raise known
        return self(known, at)

    def _from_closed_form(self, node: sp.Expr, at: Mapping) -> sp.Expr | None:
        """The limit of one mean, read off its derived formula at this instance; None if not."""
        expr, x, to = node.args
        factor, mean = expr.as_independent(x, as_Add=False)
        if to is not sp.oo or not isinstance(mean, Q.Mean) or _inside(x, mean):
            return None
        here = {s: v for s, v in at.items() if s != x and isinstance(v, sp.Expr)}
        try:
            formula = (factor * self.d.formula(mean)).xreplace(here)
            value = settle(formula, x, lambda e: self(e, at))
            return None if value is None else self(value, at)
        except OutsideFragment:
            return None

    def _limit_everywhere(self, node: sp.Expr) -> sp.Expr:
        expr, _ = rewrite(node, self.d.claim.domain)
        region = region_of(self.d.claim, [expr])
        value = replace_limits(expr, Deduction(self.d.claim, region), region)
        return value.xreplace({v: k for k, v in region.names.items()})

    def _formulas(self, e: sp.Basic) -> dict[sp.Expr, sp.Expr]:
        """Derived formulas of the quantities that have one."""
        table = {}
        for n in e.atoms(Q.Mean, Q.Prob):
            with contextlib.suppress(OutsideFragment):
                table[n] = self.d.formula(n)
        return table

    def _by_name(self, node: sp.Expr) -> sp.Expr:
        """A draw count as cases, a coefficient as that of the derived polynomial."""
        if isinstance(node, Q.DrawCount):
            return draw_count(node)
        return read_off(node.xreplace({node.args[0]: self.d.formula(node.args[0])}))

    def __call__(self, e: sp.Expr, at: Mapping) -> sp.Expr:
        if e not in self.rewritten:
            self.rewritten[e], _ = rewrite(e, self.d.claim.domain)
        e = self.rewritten[e]
        nodes = _outer(e)
        if any(not node.free_symbols <= set(at) for node in nodes if not isinstance(node, S.Lim)):
            raise OutsideFragment("a quantity under a sum")
        table = {node: self.node(node, at) for node in nodes}
        plain = rational(e, {**at, **table})
        return _number(e.xreplace(table), at) if plain is None else plain


def _scalar(at: Mapping, e: sp.Expr) -> sp.Expr | None:
    got = e.xreplace({k: v for k, v in at.items() if isinstance(v, sp.Expr)})
    return got if got.is_number else None


_LIMITS_OF = (S.Lim, S.LimSup, S.LimInf)
_LIMITS: dict[tuple, sp.Expr | OutsideFragment] = {}


def _remembered(what: tuple, claim: Claim, find: Callable[[], sp.Expr]):  # type: ignore[no-untyped-def]
    """A limit or the refusal to take it, once per domain and hypotheses: mutants ask again."""
    key = (*what, repr(sorted(map(str, claim.domain.items()))), claim.assumptions, steps())
    if key not in _LIMITS:
        try:
            _LIMITS[key] = find()
        except OutsideFragment as err:
            _LIMITS[key] = err
    return _LIMITS[key]


@lru_cache(maxsize=4096)
def _text(s: sp.Basic) -> str:
    return str(s)


@lru_cache(maxsize=4096)
def _inside(x: sp.Symbol, mean: sp.Expr) -> bool:
    """Is the index also a size or a weight of the process?"""
    return any(x in p.parameters for p in Q.processes_of(mean))


@lru_cache(maxsize=4096)
def _names(node: sp.Basic) -> frozenset[str]:
    """What the value of a node may depend on: its own symbols and those of its processes.

    Not the symbols of its limits, unless they also stand outside of them.
    """
    own = {str(s) for s in node.free_symbols}
    bound = {str(x) for e in node.atoms(S.Lim, S.LimSup, S.LimInf) for x in e.bound_symbols}
    inside = {str(x) for p in Q.processes_of(node) for x in p.parameters}
    return frozenset(own | (inside - bound if isinstance(node, _LIMITS_OF) else inside))


@lru_cache(maxsize=4096)
def _outer(e: sp.Basic) -> list[sp.Expr]:
    """Outermost Mean, Prob and Functional nodes, each once."""
    out: list[sp.Expr] = []
    walk = sp.preorder_traversal(e)
    for node in walk:
        if isinstance(node, (Q.Mean, Q.Prob, Q.Functional)):
            if node not in out:
                out.append(node)
            walk.skip()
    return out


def _number(e: sp.Expr, at: Mapping) -> sp.Expr:
    from sympy.core.function import AppliedUndef

    calls = {a: at[a.func](*a.args) for a in e.atoms(AppliedUndef) if a.func in at}
    e = prepare(e.xreplace(calls) if calls else e)
    e = e.xreplace({k: v for k, v in at.items() if isinstance(v, sp.Expr)})
    e = written_out(e)
    e = e.xreplace({x: endless(x) for x in e.atoms(sp.Sum, sp.Product) if x.limits[0][2] is sp.oo})
    for node in e.atoms(sp.Sum, sp.Product):
        ends = [b - a for _, a, b in node.limits if b is not sp.oo]
        unending = isinstance(node, sp.Product) and len(ends) < len(node.limits)
        if unending or not all(end.is_integer for end in ends):
            raise OutsideFragment(f"the range of {node}", part="range")
    if e.atoms(sp.Sum, sp.Product, sp.harmonic, sp.Piecewise, sp.Derivative, sp.Integral):
        e = e.doit()
    if e.free_symbols:
        raise OutsideFragment(
            f"{sorted(map(str, e.free_symbols))[0]} has no value at this instance"
        )
    return e


def written_out(e: sp.Expr) -> sp.Expr:
    """`e` with every sum and product over a concrete finite range carried out term by term.

    >>> k = sp.Symbol("k")
    >>> written_out(sp.Sum(1 / k**2, (k, 1, 3)))
    49/36
    """
    table = {node: _terms(node) for node in e.atoms(sp.Sum, sp.Product, sp.harmonic)}
    table = {node: value for node, value in table.items() if value is not None}
    return written_out(e.xreplace(table)) if table else e


@lru_cache(maxsize=4096)
def _terms(node: sp.Expr) -> sp.Expr | None:
    if isinstance(node, sp.harmonic):
        k = sp.Dummy("k")
        order = node.args[1] if len(node.args) > 1 else sp.Integer(1)
        node = sp.Sum(k**-order, (k, 1, node.args[0]))
    *inner, (k, a, b) = node.limits
    if b is sp.oo and not inner and isinstance(node, sp.Sum):
        return power_series(node.function, k, a)
    if not (a.is_Integer and b.is_Integer) or b - a > MOST_TERMS:
        return None
    body = node.func(node.function, *inner) if inner else node.function
    span = (sp.Integer(j) for j in range(int(a), int(b) + 1))
    parts = [body.subs(k, j) if inner else body.xreplace({k: j}) for j in span]
    return sp.Mul(*parts) if isinstance(node, sp.Product) else sp.Add(*parts)


def cross_check(nodes: list[sp.Expr], ats: list[Mapping], ex: Exact, sym: Symbolic) -> int:
    """Compare both engines on every node at every instance; how many comparisons were made.

    Raises Contradiction where they differ: an internal error, never a verdict.
    """
    made = 0
    for node in nodes:
        for at in ats:
            if not node.free_symbols <= set(at):
                continue  # under a sum: its index has no value of its own
            try:
                a, b = ex.node(node, at), sym.node(node, at)
            except (OutsideFragment, ZeroDivisionError):
                continue
            if b.has(sp.zoo, sp.nan) or a.has(sp.zoo, sp.nan):
                continue
            if compare("=", a, b) is False:
                raise Contradiction(
                    f"{node} at {dict(at)}: the exact engine says {a}, the symbolic engine {b}"
                )
            made += 1
    return made
