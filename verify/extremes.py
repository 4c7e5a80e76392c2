"""A last look for a counterexample in corners of the domain, for what nothing else told.

One size large and the others small; a late generation; many classes and few data, so that hardly a
token is drawn twice; a truth that is nearly a point mass. What is not defined at such an instance,
where the statement that it was made from holds, is not defined on the whole domain.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.claim import Claim
from refutable.derivations.domain import Integers, Reals, Simplex
from refutable.derivations.errors import RefutableError

from .exact import Undefined
from .instances import Instance, check_at, index_symbols, instances, order_of, satisfies
from .probes import BUDGET, LADDER, _complete, _rungs
from .rewrites import rewrite
from .values import Exact, glance

__all__ = ["extremes", "last_look"]

LARGE = (9, 17, 33)
FEW = (2, 3, 5)
CLASSES = (17, 33)
NEARLY = sp.Rational(99, 100)


def last_look(claim: Claim, body: sp.Basic, true: sp.Basic, exact: Exact) -> Instance | None:
    """An instance at which `body` is false, or not defined where `true` holds; None without."""
    spelled, _ = rewrite(body, claim.domain)
    if spelled != body:  # a sum to infinity, say, is told in words that have values
        for at in instances(claim, 40):
            if _told(spelled, at, exact) is False:
                return at
    value = glance(min(BUDGET, exact.budget))
    for at in extremes(claim):
        got = _told(body, at, value)
        if got is False or (got == "undefined" and _told(true, at, value) is True):
            return at
    return None


def _told(body: sp.Basic, at: Instance, value: Exact) -> bool | str | None:
    """Whether the statement holds here: "undefined" where it has no value, None if not told."""
    try:
        check = check_at(body, at, value)
    except (Undefined, ZeroDivisionError):
        return "undefined"
    except RefutableError:
        return None
    return "undefined" if check.truth is None and check.note else check.truth


def extremes(claim: Claim) -> Iterator[Instance]:
    """Instances in the corners of the domain that satisfy the hypotheses."""
    order = order_of(claim)
    scalars = [s for s in order if isinstance(claim.domain[s], (Integers, Reals))]
    if not scalars or len(scalars) != len([s for s in order if not _is_vector(claim, s)]):
        return
    processes = Q.processes_of(claim.bound())
    indices = index_symbols(claim).difference(*(process.parameters for process in processes))
    supports = {d.size for d in claim.domain.values() if isinstance(d, Simplex)} & set(scalars)
    sizes = [s for s in scalars if s not in supports | indices]
    sizes = [s for s in sizes if isinstance(claim.domain[s], Integers)]
    lowest = {s: _rungs(claim.domain[s], s in indices, LADDER)[0] for s in scalars}
    seen: list[Instance] = []
    for chosen, near in _corners(lowest, sizes, supports, indices):
        at = _complete(claim, order, {s: sp.sympify(v) for s, v in chosen.items()}, near)
        if at is not None and near:
            at |= {s: _nearly(v) for s, v in at.items() if isinstance(v, tuple)}
        if at is not None and at not in seen and satisfies(claim, at):
            seen.append(at)
            yield at


def _is_vector(claim: Claim, s: sp.Basic) -> bool:
    return isinstance(claim.domain[s], Simplex)


def _corners(lowest: dict, sizes: list, supports: set, indices: set) -> Iterator[tuple[dict, bool]]:
    """(values of the scalars, whether the truth is nearly a point mass)."""
    for large, few in product(LARGE, FEW):
        for s in sizes:
            yield {**lowest, **dict.fromkeys(sizes, few), s: large}, False
    late = [s for s in lowest if s in indices]
    for large, few in product(LARGE[1:], FEW[:2]) if late else ():
        yield {**lowest, **dict.fromkeys(sizes, few), **dict.fromkeys(late, large)}, False
    for large, s in product(LARGE, sizes):
        yield {**lowest, **dict.fromkeys(sizes, 1), s: large}, True
    for classes, few in product(CLASSES, FEW) if supports else ():
        yield {**lowest, **dict.fromkeys(sizes, few), **dict.fromkeys(supports, classes)}, False


def _nearly(v: tuple) -> tuple:
    """A point mass but for one part in a hundred, which the others share."""
    return (NEARLY, *((1 - NEARLY) / (len(v) - 1),) * (len(v) - 1))
