"""Quantities without a closed form: what is known of them all the same.

For one random probability vector V on a lattice, split at the event "V is a point mass":

    E f(V) = rho * f(point mass) + (1 - rho) * E[f(V) | not a point mass],   rho = P(point mass),

and on the second event 1/s <= |V|_2^2 <= |V|_inf <= 1 - 1/n. Bounds that are linear in f pass to
the conditional means. Where E|V|_2^2 has a closed form, this pins rho between two formulas.
For the collapse time, E T = sum_k P(T > k) turns the same split into bounds of its sum.

A bound that grows with the sample size only comes from the ancestors of a generation: a of them
have a common parent with probability c(a) = 1 - prod_{j<a} (1 - j/n) >= x/(1 + x) for
x = a (a - 1)/(2 n), and one ancestor makes a point mass. So E T - 1 <= sum_{a=2}^n 1/c(a)
<= sum_{a=2}^n (1 + 2 n/(a (a - 1))) = 3 (n - 1).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.derive import derive, full_resample
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.functions import Defined
from refutable.derivations.normal import geometric_sum
from refutable.derivations.process import Process
from refutable.derivations.statement import Rel

from .calculus import holds
from .events import event_facts
from .jordan import PositivePart
from .region import Region
from .tokensums import power_sums

__all__ = ["add_facts"]


def add_facts(e: sp.Basic, region: Region, formula: Callable[[sp.Expr], sp.Expr]) -> list[str]:
    """Facts about the opaque quantities of `e`; returns the ids of the lemmas they rest on.

    formula: the derived formula of a Mean (raises OutsideFragment where there is none).
    """
    lemmas: list[str] = []
    vectors = {n.args[0].args[0] for n in e.atoms(Q.Prob) if isinstance(n.args[0], Q.IsDirac)}
    vectors |= {
        n.args[0].args[0]
        for n in e.atoms(Q.Mean)
        if isinstance(n.args[0], Q.NormInf) and isinstance(n.args[0].args[0], Q.ModelVec)
    }
    for v in sorted(vectors, key=sp.default_sort_key):
        if isinstance(v, Q.ModelVec):
            _split(v, region, formula)
            lemmas.append("lemma.split")
    for t in sorted(e.atoms(Q.CollapseTime), key=sp.default_sort_key):
        if any(n.args[0] == t for n in e.atoms(Q.Mean)):
            _collapse_time(t.args[0].process, region)
            lemmas += ["lemma.split", "lemma.tailsum", "lemma.coalescence"]
    event_facts(e, region)
    _signs_of_defined(e, region)
    _positive_parts(e, region)
    _sure_coordinates(e, region, formula)
    power_sums(e, region)
    return list(dict.fromkeys(lemmas))


def _signs_of_defined(e: sp.Basic, region: Region) -> None:
    """What a defined function of one variable never falls below where its argument ranges."""
    for f in sorted(e.atoms(Defined), key=sp.default_sort_key):
        v = region.variables.get(region.abstract(f.args[0])) if len(f.args) == 1 else None
        if v is None or f in region.names or not (v.lo.is_number and v.hi.is_number):
            continue
        least = _floor(type(f), v.lo, v.hi, v.lo_open, v.hi_open)
        if least is not None:
            for spelling in {region.abstract(f), f}:
                region.bound(spelling, least, sp.oo)


@lru_cache(maxsize=256)
def _floor(f: type[Defined], *ends: object) -> int | None:
    """A whole number from 2 down to 0 that the function never falls below; None without."""
    x = sp.Dummy("x", real=True)
    for least in (2, 1, 0):
        try:
            if holds(Rel(">=", f(x), least), x, sp.Interval(*ends)):
                return least
        except OutsideFragment:
            return None
    return None


def _positive_parts(e: sp.Basic, region: Region) -> None:
    """v(A) <= (v)+ and -v(A) <= (v)+ for a mass-free v; no test errs less than the best one."""
    for part in sorted(e.atoms(PositivePart), key=sp.default_sort_key):
        (v,) = part.args
        x = region.bound(part, 0, sp.oo)
        for chosen in {m.args[1] for m in e.atoms(Q.Mass)}:
            mass = region.abstract(sp.Add(*(c * Q.Mass(w, chosen) for c, w in v.terms)))
            region.facts += [Rel("<=", mass, x), Rel("<=", -mass, x)]
        for test in e.atoms(Q.TypeTwo):
            if test.args[0] - test.args[1] in (v, -v):
                region.facts.append(Rel(">=", test.args[2] + region.name(test), 1 - x))


def _sure_coordinates(e: sp.Basic, region: Region, formula: Callable[[sp.Expr], sp.Expr]) -> None:
    """P(v_i = 1) <= E v_i <= P(v_i = 1) + 1 - P(v is a point mass)."""
    for node in sorted(e.atoms(Q.Prob), key=sp.default_sort_key):
        event = node.args[0]
        if not (isinstance(event, Rel) and isinstance(event.lhs, Q.Coord) and event.rhs == 1):
            continue
        try:
            mean = region.abstract(formula(Q.Mean(event.lhs)))
        except OutsideFragment:
            continue
        sure = region.name(node)
        settled = Q.Prob(Q.IsDirac(event.lhs.args[0]))
        if settled not in region.names:
            region.bound(settled, 0, 1)
        region.facts += [
            Rel("<=", sure, mean),
            Rel("<=", mean, sure + 1 - region.name(settled)),
        ]
        _another_token(event.lhs, sure, region.name(settled), region)


def _support(process: Process, region: Region) -> sp.Symbol:
    node = Q.Support(process.truth)
    if node not in region.names:
        region.bound(node, 1, sp.oo, integer=True)
    return region.name(node)


def _split(v: Q.ModelVec, region: Region, formula: Callable[[sp.Expr], sp.Expr]) -> None:
    process, index = v.args[0].process, v.args[1]
    size = full_resample(process)
    s = _support(process, region)
    rho = region.bound(Q.Prob(Q.IsDirac(v)), 0, 1)
    square, top = Q.Mean(Q.SqNorm(v)), Q.Mean(Q.NormInf(v))
    a = region.bound(sp.Tuple(square, sp.Symbol("given_not_dirac")), 0, 1)
    b = region.bound(sp.Tuple(top, sp.Symbol("given_not_dirac")), 0, 1)
    region.facts += [Rel(">=", a * s, 1), Rel("<=", a, b)]
    if size is not None:
        n = size.xreplace({process.index: index})
        region.facts += [Rel("<=", b, 1 - 1 / n)]
    for node, conditional in ((square, a), (top, b)):
        try:
            value: sp.Basic = region.abstract(formula(node))
        except OutsideFragment:
            value = region.bound(node, 0, 1)
        region.facts.append(Rel("=", value, rho + (1 - rho) * conditional))


def _another_token(x: Q.Coord, sure: sp.Symbol, settled: sp.Symbol, region: Region) -> None:
    """A truth with other tokens: one of them may be all of the first n draws, and then stays."""
    process = x.args[0].args[0].process
    if full_resample(process) is None:
        return
    truth = region.variables.get(region.names.get(Q.NormInf(process.truth)))
    if truth is not None and truth.hi_open:
        region.facts.append(Rel("<", sure, settled))


@lru_cache(maxsize=64)
def _survival_sum(process: Process) -> sp.Expr:
    """W = sum over k >= 1 of 1 - E|p(k)|^2, in closed form."""
    k = sp.Dummy("k", integer=True)
    spread = sp.factor(1 - derive(Q.Mean(Q.SqNorm(process.model(k)))).formula)
    first = process.origin
    closed = geometric_sum(sp.powsimp(spread), k, sp.Integer(first), k)
    if closed is None:
        raise OutsideFragment("the survival sum has no closed form")
    decaying = [p for p in closed.atoms(sp.Pow) if k in p.exp.free_symbols]
    return sp.cancel(sp.together(closed.xreplace({p: sp.Integer(0) for p in decaying})))


def _collapse_time(process: Process, region: Region) -> None:
    """With W = sum_{k>=1} (1 - E|p(k)|^2):  (E T - 1)/n <= W <= (1 - 1/s)(E T - 1).

    And E T - 1 <= 3 (n - 1), by the common ancestor.
    """
    size = full_resample(process)
    if size is None:
        raise OutsideFragment("the collapse time of a process that can leave a point mass")
    first = process.origin
    s = _support(process, region)
    mean = region.bound(Q.Mean(process.collapse_time), first, sp.oo)
    w = region.abstract(_survival_sum(process))
    region.facts += [
        Rel(">=", w * size, mean - first),
        Rel("<=", w, (1 - 1 / s) * (mean - first)),
        Rel("<=", mean - first, 3 * (size - 1)),
    ]
