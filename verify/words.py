"""Processes and domains in words, for people who know the paper and not the code."""

from __future__ import annotations

import re
from collections.abc import Mapping

import sympy as sp

from refutable.derivations.domain import (
    Domain,
    Integers,
    Reals,
    Schedule,
    Simplex,
    Subsets,
    Tokens,
)
from refutable.derivations.families import Categorical, Gaussian, Linear, Scalar
from refutable.derivations.process import (
    Accumulate,
    Average,
    Batch,
    Draw,
    Exact,
    Fit,
    Mix,
    Model,
    Once,
    Past,
    Pool,
    Process,
    Source,
    Truth,
)

from .typeset import tex
from .untex import untex

__all__ = ["domain_lines", "formula", "process_lines"]

#: How other families estimate, in words.
FAMILIES = {
    "Gaussian": "sample means and unbiased covariances",
    "Cdf": "empirical distribution functions",
    "FirstOrder": "estimates to first order in 1/n",
}


def formula(e: object, sequences: set[str] | tuple[str, ...] = ()) -> str:
    """A formula on one line of plain text.

    >>> import sympy as sp
    >>> formula(1 - sp.Symbol("alpha")**2 / sp.Symbol("N"))
    '1 − α²/N'
    """
    return untex(tex(sp.sympify(e), sequences))


def domain_lines(domain: Mapping[sp.Basic, Domain]) -> list[str]:
    """A line per kind of domain: `m, n ∈ {1, 2, …}`, `p a probability vector, no point mass`."""
    same: dict[str, list[str]] = {}
    for symbol, d in domain.items():
        name = symbol.__name__ if isinstance(symbol, type) else symbol
        same.setdefault(_domain(d), []).append(formula(sp.Symbol(str(name))))
    return [f"{', '.join(names)} {text}" for text, names in same.items()]


def _domain(d: Domain) -> str:
    if isinstance(d, Integers):
        lo, hi = formula(d.lo), formula(d.hi)
        if d.hi is not sp.oo:
            return f"∈ {{{lo}, …, {hi}}}"
        return f"∈ {{{lo}, {formula(sp.sympify(d.lo) + 1)}, …}}"
    if isinstance(d, Reals):
        low = "(" if d.lo_open or d.lo is -sp.oo else "["
        high = ")" if d.hi_open or d.hi is sp.oo else "]"
        return f"∈ {low}{formula(d.lo)}, {formula(d.hi)}{high}"
    if isinstance(d, Simplex):
        classes = "" if d.size is None else f" on {formula(d.size)} classes"
        return f"a probability vector{classes}{', no point mass' if d.nontrivial else ''}"
    if isinstance(d, Tokens):
        return f"a class of {formula(d.vector)}"
    if isinstance(d, Subsets):
        return f"a set of classes of {formula(d.vector)}"
    if isinstance(d, Schedule):
        return _schedule(d)
    said = re.split(r"[:;,.(]", type(d).__doc__ or str(d))[0].strip()
    return f"among {said[:1].lower()}{said[1:]}"


def _schedule(d: Schedule) -> str:
    limit = None if d.to is None else f"tending to {formula(d.to)}"
    total = {None: None, True: "with a finite sum", False: "with an infinite sum"}[d.summable]
    more = ", ".join(x for x in (d.monotone, limit, total) if x)
    return f"a sequence, each member {_domain(d.values)}{', ' + more if more else ''}"


def process_lines(process: Process) -> list[str]:
    """What a process does, one line per kind of generation."""
    origin = formula(process.index), process.origin
    lines = [f"{process.name}: {_family(process)}; {origin[0]} = {origin[1]} is the first fit"]
    if process.first is not None:
        lines.append(f"{origin[0]} = {origin[1]}: {_fit(process.first)}")
        lines.append(f"{origin[0]} > {origin[1]}: {_fit(process.step)}")
    else:
        lines.append(f"each {origin[0]}: {_fit(process.step)}")
    return lines


def _family(process: Process) -> str:
    family = process.family
    if isinstance(family, Categorical):
        return "relative frequencies"
    if type(family) is Linear:
        design = "fresh designs" if family.rows is None else f"one design of {family.rows} rows"
        return f"least squares on {design}"
    if isinstance(family, Gaussian) and family.centre == "pool":
        divisor = "their number" + ", less one" * (family.divisor == "n-1")
        return f"the mean of all data of a fit and their covariance about it, divided by {divisor}"
    if isinstance(family, Scalar):
        return f"{type(family).__name__} ({family.convention})"
    return FAMILIES.get(type(family).__name__, type(family).__name__)


def _fit(fit: Fit) -> str:
    if isinstance(fit, Accumulate):
        return f"{_batch(fit.batch)}, pooled with all draws so far"
    batches = [_batch(b) for b in fit.batches]
    text = " and ".join(batches) if len(batches) < 3 else ", ".join(batches)
    if isinstance(fit, Pool) and fit.weights is not None:
        return f"{text}, with weights {', '.join(formula(w) for w in fit.weights)}"
    return text + (", pooled" if len(batches) > 1 else "")


def _batch(b: Batch) -> str:
    if isinstance(b, Once):
        return f"the same {formula(b.size)} draws from {_source(b.source)} (“{b.name}”)"
    if isinstance(b, Draw):
        kept = ""
        if b.keep is not None:
            kept = f", kept with chance {formula(b.keep.real)} if real"
            kept += f" and {formula(b.keep.synthetic)} if not"
        return f"{formula(b.size)} fresh draws from {_source(b.source)}{kept}"
    if isinstance(b, Past):
        return f"the draws “{b.name}” of {_ago(b.lag)}, again"
    if isinstance(b, Exact):
        return f"{_source(b.source)} itself"
    return str(b)


def _source(s: Source) -> str:
    if isinstance(s, Truth):
        return "the truth"
    if isinstance(s, Model):
        return "the latest model" if s.lag == 1 else f"the model of {_ago(s.lag)}"
    if isinstance(s, Average):
        return "all earlier models, the truth among them, at random"
    if isinstance(s, Mix):
        shares = formula(s.share), formula(1 - sp.sympify(s.share))
        return f"a mixture ({shares[0]} of {_source(s.first)}, {shares[1]} of {_source(s.second)})"
    return str(s)


def _ago(lag: int) -> str:
    return f"{lag} generation{'s' * (lag != 1)} ago"
