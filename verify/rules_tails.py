"""Rules of proof scripts about tail probabilities."""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.functions import Defined
from refutable.derivations.process import Draw, Pool, Process
from refutable.derivations.statement import Rel
from refutable.derivations.steps import Step

from . import calculus
from .argument import Argument, Rejected, probability_vector

__all__ = ["proportion", "union_over_sets"]

X = sp.Dummy("x")
#: The best constant in P(proportion - x >= d) <= exp(-n k(x) d^2), for a proportion of mean x.
RATE = sp.log((1 - X) / X) / (1 - 2 * X)


def _empirical(v: Q.Vec) -> tuple[Process, sp.Expr] | None:
    """The process whose model 1 this is, and the number of draws from its truth."""
    if not isinstance(v, Q.ModelVec):
        return None
    process = v.args[0].process
    fit = process.fit_at(1)
    if process.internal(v.args[1]) != 1 or not isinstance(fit, Pool) or len(fit.batches) != 1:
        return None
    (b,) = fit.batches
    if not isinstance(b, Draw) or b.keep is not None or fit.weights is not None:
        return None
    return process, b.size.xreplace({process.index: v.args[1]})


def proportion(step: Step, a: Argument) -> list[Rel]:
    """P(V(A) - p(A) >= d) <= exp(-n f(pi_p) d^2) for every set A, V the mean of n draws from p.

    before: the probability, of masses of one set.  args: rate, a defined decreasing function f with
    f = log((1 - x)/x)/(1 - 2x) between 0 and 1/2, infinite at 0 and 2 at 1/2.
    The tail of a proportion has this rate at min(p(A), 1 - p(A)) (lemma.kearns-saul), which is at
    most pi_p by definition.
    """
    node, f = step.before, step.args["rate"]
    event = node.args[0] if isinstance(node, Q.Prob) and node.given is None else None
    if not isinstance(event, Rel) or event.op != ">=":
        raise Rejected(f"P(V(A) - p(A) >= d) is needed (got {node!r})")
    masses = sorted(event.lhs.atoms(Q.Mass), key=sp.default_sort_key)
    drawn = [m for m in masses if _empirical(m.args[0])]
    if len(masses) != 2 or len(drawn) != 1:
        raise Rejected(f"masses of one set under an empirical law and its truth: {event.lhs}")
    process, n = _empirical(drawn[0].args[0])  # type: ignore[misc]
    true = Q.Mass(process.truth, drawn[0].args[1])
    if event.lhs != drawn[0] - true or not a.prove(Rel(">", event.rhs, 0)):
        raise Rejected(f"{event.lhs} >= {event.rhs} is no excess over a mean")
    _check_rate(f)
    a.lemmas.append("lemma.kearns-saul")
    bound = sp.exp(-n * f(Q.PiMax(process.truth)) * event.rhs**2)
    return [Rel("<=", node, bound)]


def _check_rate(f: type[Defined]) -> None:
    half, on = sp.Rational(1, 2), sp.Interval(0, sp.Rational(1, 2))
    inner = sp.Interval.open(0, half)
    value = f.definition(X)
    for rel, part in calculus._cases(Rel("=", value, 0), X, inner):
        if part != inner or sp.simplify(rel.lhs - RATE) != 0:
            raise Rejected(f"{f.__name__} is another rate")
    if f(0) is not sp.oo or f(half) != 2 or not calculus.decreasing(value, X, on):
        raise Rejected(f"{f.__name__} is not continued at the ends")


def union_over_sets(step: Step, a: Argument) -> list[Rel]:
    """P(|V - p|_1 >= e) <= (2^s - 2) g, where P(V(A) - p(A) >= e/2) <= g for every set A.

    For probability vectors |v - w|_1 = 2 max_A (v(A) - w(A)); for e > 0 the empty and the full set
    do not count.  before: the known relation for a set symbol A.  args: event (the norm event).
    """
    known, event = step.before, step.args["event"]
    node = known.lhs
    if known not in a.facts or known.op != "<=" or not isinstance(node, Q.Prob):
        raise Rejected(f"{known} is no known bound of a tail")
    masses = sorted(node.args[0].lhs.atoms(Q.Mass), key=sp.default_sort_key)
    sets = {m.args[1] for m in masses}
    if len(sets) != 1 or known.rhs.has(*sets) or event.rhs.has(*sets):
        raise Rejected("the bound must be the same for every set")
    (chosen,) = sets
    if not isinstance(chosen, sp.Symbol) or chosen in a.region.variables:
        raise Rejected(f"{chosen} must stand for any set")
    if not isinstance(event, Rel) or event.op != ">=" or not isinstance(event.lhs, Q.Norm1):
        raise Rejected(f"an event |V - p|_1 >= e is needed (got {event!r})")
    terms = {w: c for c, w in event.lhs.args[0].terms}
    excess = sum((c * Q.Mass(w, chosen) for w, c in terms.items()), sp.Integer(0))
    if not all(probability_vector(w) for w in terms):
        raise Rejected("both vectors must be probability vectors")
    if sorted(terms.values()) != [-1, 1] or excess != node.args[0].lhs:
        raise Rejected(f"{node.args[0].lhs} is not the excess of {event.lhs}")
    if sp.expand(node.args[0].rhs - event.rhs / 2) != 0 or not a.prove(Rel(">", event.rhs, 0)):
        raise Rejected("the threshold for a set must be half of that of the norm, and positive")
    s = a.classes(event.lhs)
    return [Rel("<=", Q.Prob(event), (2**s - 2) * known.rhs)]
