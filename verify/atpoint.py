"""Limits at one instance: the numbers are put into the process, and the limit is taken afterwards.

What a limit is may depend on the side of a threshold, and a closed form may be undefined just at
it; the process with numbers in place of symbols is derived afresh and knows its own case.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.claim import Claim
from refutable.derivations.errors import NoLimit, OutsideFragment, RefutableError
from refutable.derivations.process import Process

from . import exact
from .affinelimits import explicit_limit, filled
from .deduce import Deduction, replace_limits, varies
from .region import Region, region_of

__all__ = ["limit_at", "put"]


def put(e: sp.Basic, values: Mapping[sp.Basic, sp.Expr]) -> sp.Basic:
    """`e` with numbers for symbols, inside its processes as well."""
    tags = {tag: Q.Tag(_concrete(tag.process, values)) for tag in e.atoms(Q.Tag)}
    return filled(e.xreplace(tags), values)


def _concrete(process: Process, values: Mapping[sp.Basic, sp.Expr]) -> Process:
    mine = {s: v for s, v in values.items() if s in process.parameters}
    if not mine:
        return process
    family, step, first = (_put(x, mine) for x in (process.family, process.step, process.first))
    named = ", ".join(f"{s} = {v}" for s, v in sorted(mine.items(), key=str))
    return replace(
        process, name=f"{process.name} at {named}", family=family, step=step, first=first
    )


def _put(x: object, values: Mapping[sp.Basic, sp.Expr]):  # type: ignore[no-untyped-def]
    if isinstance(x, sp.Basic):
        return filled(x, values)
    if isinstance(x, tuple):
        return tuple(_put(y, values) for y in x)
    if is_dataclass(x) and not isinstance(x, type):
        return type(x)(**{f.name: _put(getattr(x, f.name), values) for f in fields(x)})
    return x


def limit_at(node: sp.Expr, at: Mapping, claim: Claim) -> sp.Expr:
    """The value of a Lim node in functionals of the truth; raises OutsideFragment."""
    bound = {x for e in sp.preorder_traversal(node) for x in getattr(e, "bound_symbols", ())}
    values = {s: v for s, v in at.items() if isinstance(v, (sp.Expr, sp.Lambda))}
    values = {s: v for s, v in values.items() if s not in bound}
    if varies(node.args[0]):
        try:
            return explicit_limit(node, region_of(claim, [node]), values)
        except NoLimit:
            raise
        except OutsideFragment:
            pass  # the process with numbers may still say
    e = put(node, values)
    region = _with_truth(region_of(claim, [e]), at)
    value = replace_limits(e, Deduction(claim, region), region)
    return value.xreplace({v: k for k, v in region.names.items() if isinstance(v, sp.Dummy)})


def _with_truth(region: Region, at: Mapping) -> Region:
    """The region with the functionals of the true law at their values."""
    table = {}
    for node, variable in region.names.items():
        if isinstance(node, Q.SqNorm) and isinstance(node.args[0], Q.TruthVec):
            with contextlib.suppress(RefutableError):
                table[variable] = exact.value(node, at)
    out = region.put(table)
    out.names.update({node: table[v] for node, v in region.names.items() if v in table})
    return out
