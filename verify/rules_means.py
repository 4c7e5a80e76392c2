"""Rules of proof scripts about means."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.functions import opened
from refutable.derivations.process import Draw, Model, Once, Process, Truth
from refutable.derivations.statement import Rel
from refutable.derivations.steps import Step

from . import calculus
from .argument import Argument, Rejected, probability_vector

__all__ = [
    "jensen",
    "layer_cake",
    "leaves",
    "markov",
    "mean",
    "mean_of",
    "source_of",
    "split",
    "tower",
]

RANDOM = (Q.ModelVec, Q.BatchVec, Q.NoiseVec, Q.CollapseTime)


def _random(e: sp.Basic) -> bool:
    """Does a value depend on the run, outside any expectation?"""
    if isinstance(e, (Q.Mean, Q.Prob)):
        return isinstance(e.given, sp.Tuple) and _random(e.given)
    return isinstance(e, RANDOM) or any(_random(a) for a in e.args)


def mean_of(e: sp.Expr, given: sp.Tuple | None = None) -> sp.Expr:
    """E[e | given], taken apart by linearity; what does not depend on the run comes out."""
    out = sp.Integer(0)
    for term in sp.Add.make_args(sp.expand(e)):
        factors = sp.Mul.make_args(term)
        known = [f for f in factors if not _random(f) or _seen(f, given)]
        rest = sp.Mul(*(f for f in factors if f not in known))
        out += sp.Mul(*known) * (1 if rest == 1 else _single(rest, given))
    return out


def _seen(f: sp.Expr, given: sp.Tuple | None) -> bool:
    """Is f a function of the given vectors?"""
    return given is not None and set(leaves(f)) <= set(given)


def leaves(e: sp.Basic) -> Iterator[sp.Basic]:
    """The vectors and times that a value outside any expectation depends on."""
    if isinstance(e, (Q.Mean, Q.Prob)):
        if isinstance(e.given, sp.Tuple):
            yield from (v for g in e.given for v in leaves(g))
    elif isinstance(e, RANDOM):
        yield e
    else:
        for a in e.args:
            yield from leaves(a)


def _single(x: sp.Expr, given: sp.Tuple | None) -> sp.Expr:
    if given is None:
        return Q.Mean(x)
    return Q.Mean(x, sp.Tuple(*_relevant(x, given)))


def _relevant(x: sp.Expr, given: sp.Tuple) -> list[sp.Basic]:
    """The given models that the law of x depends on.

    A fresh batch from the latest model alone depends on that model, whatever else is given about
    the past.
    """
    vectors = set(leaves(x))
    sources = {source_of(v) for v in vectors}
    if None in sources or not all(s in given for s in sources):
        return list(given)
    return [v for v in given if v in sources]


def source_of(v: sp.Basic) -> sp.Basic | None:
    """The model that a fresh batch is drawn from, where it is the latest one."""
    if not isinstance(v, Q.BatchVec):
        return None
    process: Process = v.args[0].process
    named = [b for f in process.fits for b in f.batches if getattr(b, "name", "") == v.args[1].name]
    if not named or any(not isinstance(b, Draw) or b.keep or b.source != Model(1) for b in named):
        return None
    return process.model(v.args[2] - 1)


def _later(given: sp.Tuple, x: sp.Basic) -> bool:
    """Is every given model older than every fresh batch in x?"""
    for v in set(leaves(x)):
        if isinstance(v, Q.BatchVec):
            for g in given:
                if not isinstance(g, Q.ModelVec):
                    return False
                gap = sp.expand(v.args[2] - g.args[1])
                if gap.is_number and gap < 1:
                    return False
    return True


def mean(step: Step, a: Argument) -> list[Rel]:
    """From x <= y in every run: E[x | given] <= E[y | given]; before: the known relation."""
    known, given = step.before, step.args.get("given")
    if known not in a.facts or known.op not in ("<=", ">=", "=", "<", ">"):
        raise Rejected(f"{known} is not known")
    if given is not None and not (_later(given, known.lhs) and _later(given, known.rhs)):
        raise Rejected("something given is not older than the draws")
    return [Rel(known.op, mean_of(known.lhs, given), mean_of(known.rhs, given))]


def tower(step: Step, a: Argument) -> list[Rel]:
    """From E[x | given] <= y in every run: E x <= E y; before: the known relation.

    The mean of c E[x | given] is c E x, where c does not depend on the run.
    """
    known = step.before
    if known not in a.facts:
        raise Rejected(f"{known} is not known")
    sides = []
    for side in (known.lhs, known.rhs):
        total = sp.Integer(0)
        for term in sp.Add.make_args(sp.expand(side)):
            fixed = [f for f in sp.Mul.make_args(term) if not _random(f)]
            rest = [f for f in sp.Mul.make_args(term) if f not in fixed]
            if len(rest) == 1 and isinstance(rest[0], Q.Mean):
                total += sp.Mul(*fixed) * Q.Mean(rest[0].args[0])
            elif any(isinstance(f, (Q.Mean, Q.Prob)) for f in rest):
                raise Rejected(f"{term} is no multiple of one conditional mean")
            else:
                total += mean_of(term)
        sides.append(total)
    return [Rel(known.op, *sides)]


def jensen(step: Step, a: Argument) -> list[Rel]:
    """E f(X) <= f(E X), f = w^r with w positive and concave on an interval and 0 < r <= 1.

    before: X, whose values lie in the interval `on`.  args: x, power (r), base (w, in x), of (f in
    x, a formula or a defined function with f = w^r inside and at most its limit at the ends).
    """
    value, x, on = step.before, step.args["x"], step.args["on"]
    f, w, r = step.args["of"], step.args["base"], sp.sympify(step.args["power"])
    span = calculus.Span(on.inf, on.sup)
    if not (r.is_Rational and 0 < r <= 1) or w.free_symbols != {x} or f.free_symbols != {x}:
        raise Rejected(f"a positive function to a power between 0 and 1 is needed (got {w}**{r})")
    if calculus.sign_on(w, x, span) != 1 or calculus.sign_on(sp.diff(w, x, 2), x, span) != -1:
        raise Rejected(f"{w} is not certain to be positive and concave on {on}")
    _equal_inside(f, w**r, x, on)
    if not (_within(value, on) or (
        a.prove(Rel(">=", value, on.inf)) and a.prove(Rel("<=", value, on.sup))
    )):  # fmt: skip
        raise Rejected(f"{value} is not certain to lie in {on}")
    return [Rel("<=", Q.Mean(f.xreplace({x: value})), f.xreplace({x: Q.Mean(value)}))]


def _within(value: sp.Basic, on: sp.Interval) -> bool:
    from .argument import RANGES

    if type(value) not in RANGES or not probability_vector(value.args[0]):
        return False
    lo, shut, hi = RANGES[type(value)]
    return bool(sp.Interval(lo, hi, left_open=shut).is_subset(on))


def _equal_inside(f: sp.Expr, wr: sp.Expr, x: sp.Symbol, on: sp.Interval) -> None:
    """f = w^r in the open interval; at an end, f is zero or the limit of w^r."""
    inner = sp.Interval.open(on.inf, on.sup)
    whole = opened(f)
    for rel, part in calculus._cases(Rel("=", whole, 0), x, inner):
        if part != inner or sp.simplify(sp.expand_log(sp.log(rel.lhs / wr), force=True)) != 0:
            raise Rejected(f"{f} is not {wr} on {part}")
    for end, is_open in ((on.inf, on.left_open), (on.sup, on.right_open)):
        if is_open:
            continue
        at = whole.subs(x, end)
        base = wr.base if isinstance(wr, sp.Pow) else wr
        limit = calculus.removable(base, x, end)
        if at != 0 and (limit is None or at != limit ** (wr.exp if isinstance(wr, sp.Pow) else 1)):
            raise Rejected(f"{f} is not continued at {end}")


def markov(step: Step, a: Argument) -> list[Rel]:
    """P(X >= c) <= E X / c for X >= 0 and c > 0; before: the probability."""
    node = step.before
    event = node.args[0] if isinstance(node, Q.Prob) and node.given is None else None
    if not isinstance(event, Rel) or event.op not in (">=", ">") or _random(event.rhs):
        raise Rejected(f"P(X >= c) is needed (got {node!r})")
    x, c = event.lhs, event.rhs
    if not a.prove(Rel(">=", x, 0)) or not a.prove(Rel(">", c, 0)):
        raise Rejected(f"{x} >= 0 and {c} > 0 are needed")
    return [Rel("<=", node, Q.Mean(x) / c)]


def layer_cake(step: Step, a: Argument) -> list[Rel]:
    """From P(X >= t) <= g(t) for every t > 0: E X <= integral of g over [0, oo), for X >= 0.

    before: the known relation.  args: t.
    """
    known, t = step.before, step.args["t"]
    node = known.lhs
    event = node.args[0] if isinstance(node, Q.Prob) and node.given is None else None
    v = a.region.variables.get(t)
    if known not in a.facts or known.op != "<=" or not isinstance(event, Rel) or event.rhs != t:
        raise Rejected(f"a known bound of P(X >= {t}) is needed (got {known})")
    if v is None or v.lo != 0 or v.hi is not sp.oo or t in event.lhs.free_symbols:
        raise Rejected(f"{t} must range over all positive numbers")
    if any(t in f.free_symbols for f in a.d.claim.assumptions):
        raise Rejected(f"a hypothesis speaks of {t}")
    if event.op not in (">=", ">") or not a.prove(Rel(">=", event.lhs, 0)):
        raise Rejected(f"{event.lhs} >= 0 is needed")
    return [Rel("<=", Q.Mean(event.lhs), sp.Integral(known.rhs, (t, 0, sp.oo)))]


def split(step: Step, a: Argument) -> list[Rel]:
    """E f(V) <= rho f(point mass) + (1 - rho) top, where f(V) <= top unless V is a point mass.

    before: the mean, of the largest coordinate or of the square norm of the mean of n data. Away
    from point masses these are at most 1 - 1/n and 1 - 2/n + 2/n^2 <= 1 - 1/n.
    args: size (n), the number of data that the model is the mean of.
    """
    node, n = step.before, step.args["size"]
    if not isinstance(node, Q.Mean) or node.given is not None:
        raise Rejected(f"a mean is needed (got {node!r})")
    f = node.args[0]
    v = f.args[0] if isinstance(f, (Q.NormInf, Q.SqNorm)) else None
    if not isinstance(v, Q.ModelVec) or not probability_vector(v):
        raise Rejected(f"a largest coordinate or square norm of a model is needed (got {f})")
    if not _lattice(v.args[0].process, n):
        raise Rejected(f"{v} is not the mean of {n} data")
    rho = Q.Prob(Q.IsDirac(v))
    return [Rel("<=", node, rho + (1 - rho) * (1 - 1 / n))]


def _lattice(process: Process, n: sp.Expr) -> bool:
    """Is every model the mean of n data?"""
    for fit in process.fits:
        sizes = [b.size for b in fit.batches if isinstance(b, (Draw, Once))]
        plain = all(isinstance(b, Once) or not b.keep for b in fit.batches)
        if getattr(fit, "weights", None) is not None or not plain:
            return False
        if len(sizes) != len(fit.batches) or sp.simplify(sp.Add(*sizes) - n) != 0:
            return False
    return all(
        not isinstance(b, Once) or isinstance(b.source, Truth)
        for f in process.fits
        for b in f.batches
    )
