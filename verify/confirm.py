"""A counterexample must be confirmed by an engine that did not find it.

Derived formulas confirm the exact engine; FLINT's balls confirm plain arithmetic; the exact law,
run far enough, confirms a limit; sampling confirms the rest, at the run's false-alarm rate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.errors import Contradiction, OutsideFragment, RefutableError
from refutable.derivations.functions import opened
from refutable.derivations.response import Response

from . import exact as exact_engine
from .deduce import Deduction, deduce
from .exact.oracle import forwards
from .implied import window
from .instances import _arb, check_at, compare, prepare
from .sampling import FALSE_ALARM
from .solvable import no_root
from .values import Exact, Symbolic
from .vanishing import half_moment, random_numbers, vanishes
from .vectors import K, formal

__all__ = ["Confirmation", "account_of", "confirm"]


_QUANTITIES = (
    *(Q.Mean, Q.Prob, Q.ModelVec, Q.BatchVec, Q.CollapseTime, Q.DrawCount, Q.Coefficient),
    Response,
)


#: Steps that sampling may take to confirm a failure (it stops where it can tell), and how near sides
#: count as equal meanwhile.
BUDGET = 60_000_000
CLOSE = 1e-6
#: An account by hand is at most so long, values aside.
LINES = 24


@dataclass(frozen=True)
class Confirmation:
    """Which engine agrees, in words, and how a reader can check the instance by hand."""

    engine: str
    detail: str
    account: list[str] = field(default_factory=list)
    deduction: Deduction | None = None


def confirm(
    claim: Claim, at: dict, check, finder: str, exact: Exact, seed: int
) -> Confirmation | None:  # type: ignore[no-untyped-def]
    """A second engine's view of a failing instance; None where none can be had."""
    body = claim.bound()
    account = account_of(body, at)
    if finder == "symbolic":
        return _limit_by_exact(claim, body, at, exact, account)
    if check.rel is not None and isinstance(check.rel.lhs, Q.Vec):
        return _vector(check, at, account)
    if isinstance(body, S.Exists):
        alone = no_root(body, at)
        return alone and Confirmation("certificate", alone, account)
    if not body.atoms(*_QUANTITIES):
        return _arithmetic(check, at, account)
    d = deduce(claim)
    got = _symbolic(body, at, check, d, account)
    return got or _forwards(body, at, account, d) or _sampling(claim, check, at, seed, account, d)


def _forwards(body: sp.Basic, at: dict, account: list[str], d: Deduction) -> Confirmation | None:
    """Collapse times and point masses once more, by the chain of counts instead of its dual."""

    def value(e: sp.Expr, where: dict) -> sp.Expr:
        nodes = [x for x in e.atoms(Q.Mean, Q.Prob) if not isinstance(x.given, sp.Tuple)]
        known = {x: forwards(x, where) for x in nodes}
        return exact_engine.value(e.xreplace(known), where)

    try:
        again = check_at(body, at, value)
    except (RefutableError, ZeroDivisionError):
        return None
    if again.truth is not False:
        return None
    detail = f"the absorbing chain, followed forwards, gives {again.lhs} against {again.rhs}"
    return Confirmation("exact", detail, account, d)


def _symbolic(
    body: sp.Basic, at: dict, check, d: Deduction, account: list[str]
) -> Confirmation | None:  # type: ignore[no-untyped-def]
    try:
        again = check_at(body, at, Symbolic(d))
    except (OutsideFragment, ZeroDivisionError):
        return None
    if again.truth is True:
        raise Contradiction(
            f"{d.claim.id}: the exact engine refutes it at {at} ({check.lhs} against {check.rhs}),"
            f" the derived formulas satisfy it ({again.lhs} against {again.rhs})"
        )
    if again.truth is None:
        return None
    detail = (
        "the derived formula gives the same values"
        if compare("=", again.lhs, check.lhs) and compare("=", again.rhs, check.rhs)
        else f"the derived formula gives {again.lhs} against {again.rhs}"
    )
    return Confirmation("symbolic", detail, account, d)


def _arithmetic(check, at: dict, account: list[str]) -> Confirmation | None:  # type: ignore[no-untyped-def]
    """No random quantity: the two numbers, again, in FLINT's interval arithmetic."""
    if check.rel is None or check.lhs is None or check.rhs is None:
        return Confirmation("certificate", "membership of a number in a range", account)
    if any(side in (sp.oo, -sp.oo) for side in (check.lhs, check.rhs)):
        return _unbounded(check, at, account)
    difference = prepare(check.lhs - check.rhs)
    ball = _arb(difference)
    if ball is None:
        return None
    op = check.rel.op
    clear = {
        "=": ball != 0,
        "<": ball >= 0,
        "<=": ball > 0,
        ">": ball <= 0,
        ">=": ball < 0,
        "!=": difference == 0,
    }[op]
    if not clear and difference == 0 and op in ("<", ">"):
        clear = True
    return (
        Confirmation("certificate", f"FLINT: difference {ball.str(12)}", account) if clear else None
    )


def _unbounded(check, at: dict, account: list[str]) -> Confirmation | None:  # type: ignore[no-untyped-def]
    """A side that is infinite: near the instance FLINT's balls leave every bound behind."""
    rel = check.rel
    infinite = rel.lhs if check.lhs in (sp.oo, -sp.oo) else rel.rhs
    at = {s: v for s, v in at.items() if isinstance(v, sp.Expr)}
    for s in sorted(infinite.free_symbols & set(at), key=str):
        for side in (1, -1):
            near = [opened(infinite).xreplace({**at, s: at[s] + side * sp.Rational(1, 10**k)})
                    for k in (10, 100, 1000)]  # fmt: skip
            balls = [_arb(e.doit()) for e in near]
            if all(b is not None for b in balls) and all(
                abs(y) > 2 * abs(x) for x, y in pairwise(balls)
            ):
                shown = ", ".join(b.str(6, radius=False) for b in balls)
                detail = f"FLINT: at distances 1e-10, 1e-100, 1e-1000 from {s} it is {shown}"
                return Confirmation("certificate", detail, account)
    return None


def _vector(check, at: dict, account: list[str]) -> Confirmation | None:  # type: ignore[no-untyped-def]
    rel = check.rel
    try:
        gap = formal(rel.lhs) + formal(rel.rhs).scaled(sp.Integer(-1))
    except OutsideFragment:
        return None
    values = {k: v for k, v in at.items() if isinstance(v, sp.Expr)}
    tops = [int(p.hi.xreplace(values)) for p in gap.pieces] or [0]
    for k in range(1, max(tops) + 1):
        total = sp.Integer(0)
        for p in gap.pieces:
            if p.lo.xreplace(values) <= k <= p.hi.xreplace(values):
                total += p.coefficient.xreplace({**values, K: sp.Integer(k)}).doit()
        if total != 0:
            return Confirmation(
                "symbolic", f"derived coefficients of noise {k} differ by {total}", account
            )
    return None


def _sampling(
    claim: Claim, check, at: dict, seed: int, account: list[str], d: Deduction
) -> Confirmation | None:  # type: ignore[no-untyped-def]
    from refutable import montecarlo

    if check.rel is None:
        return None
    try:
        out = montecarlo.check(
            check.rel, at, seed=seed, key=f"{claim.id}/confirm", budget=BUDGET, delta=CLOSE,
            alpha=FALSE_ALARM,
        )  # fmt: skip
    except RefutableError:
        return None
    if out.outcome != "refuted":
        return None
    return Confirmation("montecarlo", out.detail, account, d)


def _limit_by_exact(
    claim: Claim, body: sp.Basic, at: dict, exact: Exact, account: list[str]
) -> Confirmation | None:
    """The exact law, further and further out, approaches the derived limit, not the stated one."""
    nodes = _outermost(body)
    if not nodes:
        return None
    d = deduce(claim)
    sym = Symbolic(d)
    for node in nodes:
        if random_numbers(node.args[0]):
            return _surely_zero(node, at, account, d)
        try:
            derived = approached(node, at, exact, sym)
        except (RefutableError, ZeroDivisionError):
            return None
        if derived is None:
            return None
    return Confirmation(
        "exact", f"the exact law at 4, 8, 16 approaches the derived limit {derived}", account, d
    )


def _outermost(e: sp.Basic) -> list[sp.Expr]:
    """Limits that stand under no other limit."""
    every = e.atoms(S.Lim, S.LimSup, S.LimInf)
    inner = {x for node in every for x in node.args[0].atoms(S.Lim, S.LimSup, S.LimInf)}
    return sorted(every - inner, key=sp.default_sort_key)


def approached(node: sp.Expr, at: dict, exact: Exact, sym: Symbolic) -> sp.Expr | None:
    """The derived limit at an instance, where the exact law at 4, 8, 16 comes near it; else None.

    A limit inside is replaced by its derived value at each of the three, which the exact law there
    must come near as well.
    """
    expr, x, to = node.args
    if to is not sp.oo:
        return None
    derived = sym.node(node, at)
    gaps = []
    for k in (4, 8, 16):
        here = {**at, x: sp.Integer(k)}
        inner = {i: approached(i, here, exact, sym) for i in _outermost(expr)}
        if any(v is None for v in inner.values()):
            return None
        value = exact(expr.xreplace(inner), here) if inner else window(node, exact, k, at)
        gaps.append(sp.S.Zero if value == derived else abs(value - derived))  # infinite, both may be
    near = gaps[2] <= gaps[1] <= gaps[0] and not (gaps[2] > gaps[0] / 2 and gaps[0] != 0)
    return derived if near else None


def _surely_zero(
    node: sp.Expr, at: dict, account: list[str], d: Deduction
) -> Confirmation | None:
    """A covariance that dies out: the mean of its root shrinks by a factor below one."""
    expr, x, _ = node.args
    if not isinstance(node, S.Lim) or not vanishes(expr, x, d.region):
        return None
    ball = half_moment(expr, at)
    if ball is None or not ball < 1:
        return None
    detail = f"FLINT: the mean of its root shrinks by {ball.str(8)} each time, so its limit is 0"
    return Confirmation("certificate", detail, account, d)


def account_of(body: sp.Basic, at: dict) -> list[str]:
    """Lines that a reader can check by hand, where the exact engine can tell the law.

    Every quantity gets its value; the laws behind it are told as long as they are short.
    """
    lines: list[str] = []
    for node in sorted(body.atoms(Q.Mean, Q.Prob), key=sp.default_sort_key):
        try:
            told = exact_engine.explain(node, at)
        except RefutableError:
            continue
        new = [line for line in told if line not in lines]
        lines += new if len(lines) + len(new) <= LINES else new[-1:]
    return lines
