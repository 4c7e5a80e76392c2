"""The checkers of the rules of proof scripts.

A checker takes a step and what is known, and returns the relations that the step shows; it
raises Rejected where the step does not follow. Nothing else makes a relation known.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.statement import Rel
from refutable.derivations.steps import Step

from . import calculus
from .argument import Argument, Rejected
from .conclude import at_most, conclude
from .positivity import prove
from .region import Variable
from .rules_means import jensen, layer_cake, markov, mean, split, tower
from .rules_spread import spreads
from .rules_strict import strict_mean, strict_mean_over_sets
from .rules_sums import first_term
from .rules_tails import proportion, union_over_sets
from .rules_vectors import average_over_sets, cauchy_schwarz, largest_set, over_sets, triangle

__all__ = ["CHECKERS"]

Checker = Callable[[Step, Argument], list[Rel]]


def relation(step: Step) -> Rel:
    """The relation that the step states."""
    if not isinstance(step.after, Rel) or not isinstance(step.after.lhs, sp.Expr):
        raise Rejected(f"rule {step.rule!r} needs the relation it shows (got {step.after!r})")
    return step.after


def derive(step: Step, a: Argument) -> list[Rel]:
    """A mean equals what was derived from the process, at every permitted index."""
    node = step.before
    if not isinstance(node, (Q.Mean, Q.Prob)):
        raise Rejected(f"only means and probabilities are derived (got {node!r})")
    formula = a.d.formula(node)
    got = a.d.derived[node]
    if got.index is not None and got.valid_from is not None:
        v = a.region.variables.get(got.index)
        if v is None or not prove(Rel(">=", got.index, got.valid_from), a.region):
            raise Rejected(f"the formula of {node} holds from {got.index} = {got.valid_from} on")
    return [Rel("=", node, formula)]


def compare(step: Step, a: Argument) -> list[Rel]:
    """A relation that follows from the earlier ones."""
    rel = relation(step)
    if conclude(rel, a) is None:
        raise Rejected(f"{rel.lhs} {rel.op} {rel.rhs} does not follow from what is known")
    return [rel]


def compare_terms(step: Step, a: Argument) -> list[Rel]:
    """A relation between sums, from the relations between their terms."""
    rel = relation(step)
    if not at_most(rel, a):
        raise Rejected(f"the terms of {rel.lhs} are not shown to be {rel.op} those of {rel.rhs}")
    return [rel]


def function(step: Step, a: Argument) -> list[Rel]:
    """A relation in one variable x that holds on an interval, at given values of x.

    args: x, on (an Interval), at (a tuple of values inside it).
    """
    rel, x, on = relation(step), step.args["x"], step.args["on"]
    if (rel.lhs.free_symbols | rel.rhs.free_symbols) != {x} or not calculus.holds(rel, x, on):
        raise Rejected(f"{rel.lhs} {rel.op} {rel.rhs} is not certain for {x} in {on}")
    out = []
    for u in step.args["at"]:
        low = Rel(">" if on.left_open else ">=", u, on.inf)
        high = Rel("<" if on.right_open else "<=", u, on.sup)
        for need in (low, high):
            if abs(need.rhs) is not sp.oo and not a.prove(need):
                raise Rejected(f"{need.lhs} {need.op} {need.rhs} is not certain")
        out.append(Rel(rel.op, rel.lhs.xreplace({x: u}), rel.rhs.xreplace({x: u})))
    return out


def monotone(step: Step, a: Argument) -> list[Rel]:
    """f(v) < f(u) for u < v in an interval on which f is strictly decreasing.

    args: x, of (f in x), on (an Interval), values (u, v).
    """
    x, f, on, (u, v) = (step.args[key] for key in ("x", "of", "on", "values"))
    if not calculus.decreasing(f, x, on):
        raise Rejected(f"{f} is not certain to decrease on {on}")
    needs = [Rel("<", u, v)]
    for w in (u, v):
        needs.append(Rel(">" if on.left_open else ">=", w, on.inf))
        needs.append(Rel("<" if on.right_open else "<=", w, on.sup))
    for need in needs:
        if not a.prove(need):
            raise Rejected(f"{need.lhs} {need.op} {need.rhs} is not certain")
    return [Rel("<", f.xreplace({x: v}), f.xreplace({x: u}))]


def concave_power(step: Step, a: Argument) -> list[Rel]:
    """(w^r)'' < 0 at a point of an open interval on which w > 0 and w'' < 0, for 0 < r < 1.

    before: the second derivative of w^r.  args: x, base (w), power (r), on.
    """
    node, x, w, r, on = step.before, *(step.args[key] for key in ("x", "base", "power", "on"))
    if not isinstance(node, sp.Derivative) or list(node.variable_count) != [sp.Tuple(x, 2)]:
        raise Rejected(f"a second derivative in {x} is needed (got {node!r})")
    span = calculus.Span(on.inf, on.sup)
    if not (r.is_Rational and 0 < r < 1) or sp.simplify(node.expr**2 / w ** (2 * r)) != 1:
        raise Rejected(f"{node.expr} is not {w} to the power {r}")
    if calculus.sign_on(w, x, span) != 1 or calculus.sign_on(sp.diff(w, x, 2), x, span) != -1:
        raise Rejected(f"{w} is not certain to be positive and concave on {on}")
    if not (a.prove(Rel(">", x, on.inf)) and a.prove(Rel("<", x, on.sup))):
        raise Rejected(f"{x} is not certain to lie inside {on}")
    return [Rel("<", node, sp.Integer(0))]


def exponentiate(step: Step, a: Argument) -> list[Rel]:
    """From u <= c log v with c > 0: exp(u/c) <= v."""
    known, c, v = step.before, step.args["factor"], step.args["of"]
    u = known.lhs
    if not _known(known, a) or known.op not in ("<", "<=") or known.rhs != c * sp.log(v):
        raise Rejected(f"{known} is no known bound by {c} log {v}")
    if not a.prove(Rel(">", c, 0)) or not a.prove(Rel(">", v, 0)):
        raise Rejected(f"{c} > 0 and {v} > 0 are needed")
    return [Rel(known.op, sp.exp(u / c), v)]


def tangent(step: Step, a: Argument) -> list[Rel]:
    """exp(u) >= exp(c) (1 + u - c); before: exp(u).  args: at (the number c)."""
    node, c = step.before, sp.sympify(step.args["at"])
    if not isinstance(node, sp.exp) or node.args[0].is_real is False:
        raise Rejected(f"an exponential of a real number is needed (got {node!r})")
    if not (c.is_number and c.is_real):
        raise Rejected(f"the tangent is drawn at a number (got {c})")
    return [Rel(">=", node, sp.exp(c) * (1 + node.args[0] - c))]


def minimum(step: Step, a: Argument) -> list[Rel]:
    """From u <= c min(v, w) with c >= 0: u <= c v and u <= c w."""
    known, c = step.before, step.args["factor"]
    least = [m for m in known.rhs.atoms(sp.Min) if known.rhs == c * m]
    if not _known(known, a) or known.op not in ("<", "<=") or not least:
        raise Rejected(f"{known} is no known bound by {c} times a minimum")
    if not a.prove(Rel(">=", c, 0)):
        raise Rejected(f"{c} >= 0 is needed")
    return [Rel(known.op, known.lhs, c * v) for v in least[0].args]


def multiply(step: Step, a: Argument) -> list[Rel]:
    """From u <= v: c u <= c v for c >= 0, and the same of < for c > 0; args: by (c)."""
    known, c = step.before, sp.sympify(step.args["by"])
    if known not in a.facts or known.op not in ("<", "<=", ">", ">=", "="):
        raise Rejected(f"{known} is not known")
    strict = known.op in ("<", ">")
    if known.op != "=" and not a.prove(Rel(">" if strict else ">=", c, 0)):
        raise Rejected(f"{c} is not certain to be {'positive' if strict else 'nonnegative'}")
    return [Rel(known.op, c * known.lhs, c * known.rhs)]


def _known(rel: Rel, a: Argument) -> bool:
    return rel in a.facts or rel in a.d.claim.assumptions


def at_every_index(step: Step, a: Argument) -> list[Rel]:
    """A relation shown for a symbol, at another value of it: a new symbol, or its next value.

    args: symbol, value, and for a new symbol `first` and `last`.
    """
    known, symbol, value = step.before, step.args["symbol"], step.args["value"]
    old = a.region.variables.get(symbol)
    if known not in a.facts or old is None or not old.integer:
        raise Rejected(f"{known} is not known for every integer {symbol}")
    if any(symbol in h.free_symbols for h in a.d.claim.assumptions):
        raise Rejected(f"a hypothesis speaks of {symbol}")
    if isinstance(value, sp.Symbol) and value not in a.region.variables:
        a.region.variables[value] = Variable(value, sp.sympify(step.args["first"]), integer=True)
    if not a.prove(Rel(">=", value, old.lo)):
        raise Rejected(f"{value} is not certain to be at least {old.lo}")
    if old.hi is not sp.oo and not a.prove(Rel("<=", value, old.hi)):
        raise Rejected(f"{value} is not certain to be at most {old.hi}")
    return [known.xreplace({symbol: value})]


def unroll(step: Step, a: Argument) -> list[Rel]:
    """From u(k + 1) <= b u(k) + c(k), b >= 0: u(k + 1) <= R(k), where R solves the recurrence.

    before: the recurrence, a known relation.  after: the relation for R.  args: symbol (k), and
    first: a known bound of u at the first k, where u(first) is at most zero.
    """
    known, after, k = step.before, relation(step), step.args["symbol"]
    v = a.region.variables.get(k)
    if known not in a.facts or known.op not in ("<", "<=") or v is None or not v.integer:
        raise Rejected(f"{known} is no known recurrence in {k}")
    if after.op != "<=" or after.lhs != known.lhs:
        raise Rejected(f"what is shown must be a bound of {known.lhs}")
    earlier = known.lhs.xreplace({k: k - 1})
    b = sp.expand(known.rhs).coeff(earlier, 1)
    rest = sp.expand(known.rhs - b * earlier)
    if rest.has(earlier) or b.has(k) or not a.prove(Rel(">=", b, 0)):
        raise Rejected(f"{known.rhs} is not b u({k}) + c({k}) with b >= 0 free of {k}")
    start = _tidy(earlier.xreplace({k: v.lo}))
    if start != 0 and Rel("<=", start, 0) not in a.facts and Rel("=", start, 0) not in a.facts:
        raise Rejected(f"{start} is not known to be at most zero")
    from .conclude import same_expression

    solution = after.rhs
    first = solution.xreplace({k: v.lo}).doit()
    if not same_expression(first, rest.xreplace({k: v.lo}), a):
        raise Rejected("the solution fails at the first index")
    step_up = solution.xreplace({k: k + 1}) - b * solution - rest.xreplace({k: k + 1})
    if not same_expression(step_up, sp.Integer(0), a):
        raise Rejected("the solution fails the recurrence")
    return [after]


def _tidy(e: sp.Basic) -> sp.Basic:
    """`e` with combinations of vectors collected again; the norm of nothing is zero."""
    if not e.args:
        return e
    args = [_tidy(x) for x in e.args]
    if isinstance(e, Q.Comb):
        return Q.Comb.of([(x.args[0], x.args[1]) for x in args])
    if isinstance(e, (Q.Norm1, Q.SqNorm, Q.NormInf)) and args[0] == Q.Comb():
        return sp.Integer(0)
    if isinstance(e, Q.Mean) and args[0] == 0:
        return sp.Integer(0)
    return e.func(*args)


CHECKERS: dict[str, Checker] = {
    "at every index": at_every_index,
    "average over sets": average_over_sets,
    "Cauchy-Schwarz": cauchy_schwarz,
    "compare": compare,
    "compare terms": compare_terms,
    "concave power": concave_power,
    "derive": derive,
    "exponentiate": exponentiate,
    "first term": first_term,
    "function": function,
    "Jensen": jensen,
    "largest set": largest_set,
    "layer cake": layer_cake,
    "Markov": markov,
    "mean": mean,
    "minimum": minimum,
    "monotone": monotone,
    "multiply": multiply,
    "over sets": over_sets,
    "proportion": proportion,
    "split": split,
    "spreads": spreads,
    "strict mean": strict_mean,
    "strict mean over sets": strict_mean_over_sets,
    "tangent": tangent,
    "tower": tower,
    "triangle": triangle,
    "union over sets": union_over_sets,
    "unroll": unroll,
}
