"""Rules of proof scripts that make a relation between means strict.

What holds in every run is strict on average once it is strict in an event of positive probability.
The event here: all data are of one token. No batch ever excludes it, since whatever a batch is
drawn from gives a token of all earlier data a positive share.
"""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.process import Draw, Once, Past, Pool, Process
from refutable.derivations.statement import Rel
from refutable.derivations.steps import Step

from .argument import Argument, Rejected, probability_vector
from .positivity import prove
from .region import Region, Variable
from .rules_means import leaves, mean_of, source_of
from .rules_vectors import holds_over_sets
from .unfold import unfold

__all__ = ["strict_mean", "strict_mean_over_sets"]

#: The value of a functional at a point mass.
AT_POINT_MASS = {Q.PiMax: 0, Q.LambdaMax: 0, Q.SqNorm: 1, Q.NormInf: 1}


def strict_mean(step: Step, a: Argument) -> list[Rel]:
    """From x <= y in every run, and x < y where all data are of one token: E x < E y.

    before: the known relation.  args: given (models), where the mean is taken given them; then the
    data are those of fresh batches of later generations.
    """
    known, given = step.before, step.args.get("given")
    sides = _known(known, a)
    drawn = sorted({*leaves(known.lhs), *leaves(known.rhs)}, key=sp.default_sort_key)
    if given is None:
        _one_token_may_be_all(drawn, a)
    else:
        drawn = [v for v in drawn if v not in given]
        if len(set(_fresh(drawn, given, a))) > 1:
            raise Rejected("batches of several models need have no token in common")
    here = Rel("<", *(_at_point_mass(side, set(drawn)) for side in sides))
    if not a.prove(here):
        raise Rejected(f"{here.lhs} < {here.rhs} is not certain where all data are of one token")
    return [Rel("<", *(mean_of(side, given) for side in sides))]


def strict_mean_over_sets(step: Step, a: Argument) -> list[Rel]:
    """As `strict mean`, for a bound of a largest value over sets, set by set.

    before: F(w) <= ..., a known relation.  args: given; drawn, a fresh batch from the latest model;
    kept, a given vector, each of whose tokens that model has. All data of the batch may be of one
    token of `kept`: then a set has mass 1 under the batch and more than 0 under `kept`, or mass 0
    under the batch and less than 1 under `kept`.
    """
    known, given = step.before, step.args["given"]
    drawn, kept = step.args["drawn"], step.args["kept"]
    low, high = _known(known, a)
    (latest,) = _fresh([drawn], given, a)
    if kept not in given or not probability_vector(kept):
        raise Rejected(f"{kept} is no given probability vector")
    if not _has_tokens_of(latest, kept, a.region):
        raise Rejected(f"{latest} is not certain to have the tokens of {kept}")
    strict = Rel("<", low, high)
    for in_set in (True, False):
        masses = {
            drawn: (sp.Integer(int(in_set)), False, False),
            kept: (None, in_set, not in_set),
        }
        holds_over_sets(strict, a, masses)
    return [Rel("<", mean_of(low, given), mean_of(high, given))]


def _known(rel: object, a: Argument) -> tuple[sp.Expr, sp.Expr]:
    """The lower and the upper side of a known relation."""
    if not isinstance(rel, Rel) or rel not in a.facts or rel.op not in ("<=", ">=", "<", ">"):
        raise Rejected(f"{rel} is no known inequality")
    return (rel.lhs, rel.rhs) if rel.op[0] == "<" else (rel.rhs, rel.lhs)


def _fresh(drawn: list, given: sp.Tuple, a: Argument) -> list[Q.Vec]:
    """The given models that these fresh batches, later than all that is given, are drawn from."""
    sources = [source_of(v) for v in drawn]
    if not drawn or any(s not in given for s in sources):
        raise Rejected("fresh batches from given models are needed")
    for v in drawn:
        for g in given:
            if not isinstance(g, Q.ModelVec) or not a.prove(Rel(">", v.args[2], g.args[1])):
                raise Rejected(f"{v} is not certain to be drawn after {g}")
    return sources  # type: ignore[return-value]


def _one_token_may_be_all(drawn: list, a: Argument) -> None:
    """All models and batches are point masses at one token, with a positive probability."""
    processes: set[Process] = {v.args[0].process for v in drawn if _of_process(v)}
    if len(processes) != 1 or not all(map(_of_process, drawn)):
        raise Rejected("models and batches of one process are needed")
    (process,) = processes
    for fit in process.fits:
        plain = isinstance(fit, Pool) and all(
            isinstance(b, (Once, Past)) or (isinstance(b, Draw) and b.keep is None)
            for b in fit.batches
        )
        if not plain:
            raise Rejected(f"a fit of {process.name} is not to plain data alone")
    for v in drawn:
        if not probability_vector(v):
            raise Rejected(f"{v} is no probability vector")
        if not a.prove(Rel(">=", process.internal(v.args[-1]), 1)):
            raise Rejected(f"{v} may be the truth")


def _of_process(v: sp.Basic) -> bool:
    return isinstance(v, (Q.ModelVec, Q.BatchVec))


def _at_point_mass(e: sp.Expr, drawn: set) -> sp.Expr:
    """`e` where the drawn vectors are one point mass."""
    if isinstance(e, Q.Functional) and drawn & set(leaves(e)):
        v = e.args[0]
        if v in drawn and type(e) in AT_POINT_MASS:
            return sp.Integer(AT_POINT_MASS[type(e)])
        if isinstance(e, Q.Norm1) and isinstance(v, Q.Comb) and {w for _, w in v.terms} <= drawn:
            return abs(sp.Add(*(c for c, _ in v.terms)))
        raise Rejected(f"the value of {e} at a point mass is not known")
    if not e.args or not drawn & set(leaves(e)):
        return e
    if isinstance(e, (Q.Mean, Q.Prob)):
        raise Rejected(f"{e} is itself a mean")
    return e.func(*(_at_point_mass(x, drawn) for x in e.args))


def _has_tokens_of(model: Q.Vec, kept: Q.Vec, region: Region) -> bool:
    """Does the model contain the other vector with a positive share, at every generation?"""
    if model == kept:
        return True
    try:
        inner = unfold(kept, region)
        index = model.args[1]
        at_first = region.variables.get(index)
        if list(inner.values()) != [1]:
            return False
        (piece,) = inner
        first = model.args[0].process.origin
        later = region
        if at_first is not None and at_first.lo == first:
            if model.xreplace({index: sp.sympify(first)}) != kept:
                return False
            later = region.restrict(
                Variable(index, at_first.lo + 1, at_first.hi, integer=at_first.integer)
            )
        shares = unfold(model, later)
    except OutsideFragment:
        return False
    signs = [Rel(">" if v == piece else ">=", share, 0) for v, share in shares.items()]
    laws = all(probability_vector(v) for v in shares)
    return piece in shares and laws and all(prove(s, later) is not None for s in signs)
