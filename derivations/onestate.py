"""Means at several generations, all in moments of one generation.

Where a recurrence has no closed form (sizes and shares that are arbitrary sequences), the recurrence
itself still says how a moment at generation t + c depends on the moments at generation t. So means
at different generations can be compared: each is pulled back to the earliest one.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from . import quantity as Q
from .errors import OutsideFragment
from .families import Linear
from .moments import MomentSystem
from .recurrences import closed_form
from .remember import remembered
from .terms import Term, name_truth, terms

__all__ = ["Opened", "earliest", "open_at"]


@dataclass(frozen=True)
class Opened:
    """A mean in moments of one generation.

    formula: in parameters, functionals of the truth and Mean nodes of that generation (`moments`).
    first: the formula holds where the paper index of that generation is at least this.
    """

    formula: sp.Expr
    moments: tuple[sp.Expr, ...]
    first: int


def earliest(node: sp.Expr) -> tuple[sp.Expr, int] | None:
    """(index symbol, offset) of the latest generation a mean looks at; None for other nodes."""
    if not isinstance(node, Q.Mean) or node.given is not None:
        return None
    try:
        found = [t for t in terms(node.args[0]) if t.target != 1]
    except OutsideFragment:
        return None
    if not found or not all(t.symbolic and type(t.system) is MomentSystem for t in found):
        return None
    tops = {t.system.process.paper(t.top).as_coeff_Add()[::-1] for t in found}
    symbols = {s for s, _ in tops}
    if len(symbols) != 1:
        return None
    return symbols.pop(), min(int(c) for _, c in tops)


@remembered(4096)
def open_at(node: sp.Expr, base: sp.Expr) -> Opened:
    """`node` in moments of the models of paper index `base` (and earlier, where it remembers)."""
    formula: sp.Expr = sp.Integer(0)
    moments: list[sp.Expr] = []
    first = 0
    for t in terms(node.args[0]):
        if t.target == 1:
            formula += t.coefficient
            continue
        value, used = _open(t, base)
        formula += t.coefficient * value
        moments += used
        process = t.system.process
        first = max(first, int(process.paper(t.system.warm_up)))
    return Opened(formula, tuple(dict.fromkeys(moments)), first)


def _open(t: Term, base: sp.Expr) -> tuple[sp.Expr, list[sp.Expr]]:
    if type(t.system) is not MomentSystem or not t.symbolic:
        raise OutsideFragment("a mean of another kind", part="state")
    process = t.system.process
    low = process.internal(base)
    back = sp.expand(t.top - low)
    if not back.is_Integer or back < 0:
        raise OutsideFragment(f"generation {t.top} is not after {low}", part="state")
    g, e = sp.Dummy("g", integer=True), t.target
    for j in range(int(back)):
        e = sp.expand(t.system.pull_back(e, g).xreplace({g: t.top - j}))
    out, moments = sp.Integer(0), []
    for mono, c in _monomials(t.system, e):
        known = _closed(t.system, mono, low)
        if known is not None:
            out += c * known
            continue
        moment = _moment(t, mono, base)
        if t.token is None and t.system.theta in c.free_symbols:
            raise OutsideFragment("a sum over coordinates of a product", part="state")
        out += c * moment
        moments.append(moment)
    opaque = {m: sp.Dummy(f"m{k}") for k, m in enumerate(dict.fromkeys(moments))}
    poly = sp.Poly(sp.expand(out.xreplace(opaque)), *opaque.values()) if opaque else None
    if poly is None:
        return name_truth(out, t), []
    value: sp.Expr = sp.Integer(0)
    for powers, c in poly.terms():
        used = [m for m, k in zip(opaque, powers, strict=True) if k]
        value += c * used[0] if used else name_truth(c, t)
    return t.system.opened(value), moments


def _monomials(system: MomentSystem, e: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]]:
    symbols = list(system.components.values())
    if not symbols:
        return [(sp.Integer(1), e)]
    poly = sp.Poly(e, *symbols)
    return [
        (sp.prod([x**k for x, k in zip(symbols, powers, strict=True)]), c)
        for powers, c in poly.terms()
    ]


def _closed(system: MomentSystem, mono: sp.Expr, low: sp.Expr) -> sp.Expr | None:
    """The mean of a monomial where it has a closed form of its own."""
    if mono == 1:
        return sp.Integer(1)
    if sp.Poly(mono, *mono.free_symbols).total_degree() > 1:
        return None
    g = sp.Dummy("g", integer=True)
    try:
        form = closed_form(system.recurrence(mono, system.warm_up, g))
    except OutsideFragment:
        return None
    return form.formula.xreplace({g: low}) if not form.formula.has(sp.Product, sp.Sum) else None


def _moment(t: Term, mono: sp.Expr, base: sp.Expr) -> sp.Expr:
    """The Mean node that a monomial in the latest model stands for."""
    process = t.system.process
    names = {s: c for c, s in t.system.components.items()}
    if len(mono.free_symbols) != 1:
        raise OutsideFragment("a product of different components", part="state")
    (x,) = mono.free_symbols
    power = sp.degree(mono, x)
    component = names[x]
    if component[0] not in ("model", "pooled") or (component[0] == "model" and component[1] != 1):
        raise OutsideFragment(f"the component {component}", part="state")
    model = process.model(base)
    if isinstance(process.family, Linear):
        return Q.Mean(Q.SqNorm(model - process.truth))
    if t.token is not None:
        return Q.Mean(t.kind(model, t.token) ** power)
    if power != 2:
        raise OutsideFragment(f"a sum of powers {power}", part="state")
    return Q.Mean(Q.SqNorm(model))
