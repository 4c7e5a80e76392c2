"""Distances of laws by the positive part of their difference (Jordan decomposition).

For a vector c let c+ and c- be the sums of its positive parts and of its negative ones, so that
c+ - c- is its total mass. Then |c|_1 = c+ + c-, and the largest |c(A)| over sets A of tokens is
max(c+, c-): take all positive coordinates, or all negative ones. For a difference of two
probability vectors v, w the mass is zero and both parts are the same. A test that calls the tokens
of A real errs with 1 - v(A) + w(A) in all, and randomising averages such sums: the least is
1 - (v - w)+.
"""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q

from .tokensums import mass

__all__ = ["LEMMA", "PositivePart", "split_differences"]

LEMMA = "lemma.jordan"


class PositivePart(Q.Functional):
    """Sum of the positive coordinates of a vector; args: (vector)."""


def split_differences(e: sp.Basic) -> sp.Basic:
    """`e` with l1 norms and total variations of mass-free differences by positive parts.

    Only where both occur: a single norm is as good a name as its half.
    """
    if not e.atoms(Q.TotalVariation):
        return e
    table: dict[sp.Basic, sp.Basic] = {}
    for node in e.atoms(Q.LeastErrors):
        if mass(v := node.args[0] - node.args[1]) == 0:
            table[node] = 1 - PositivePart(_oriented(v))
    for node in e.atoms(Q.Norm1, Q.TotalVariation):
        v = node.args[0] if isinstance(node, Q.Norm1) else node.args[0] - node.args[1]
        if mass(v) != 0:
            continue
        part = PositivePart(_oriented(v))
        table[node] = 2 * part if isinstance(node, Q.Norm1) else part
    return e.xreplace(table)


def _oriented(v: Q.Vec) -> Q.Vec:
    """v or -v, the same for both: a mass-free vector has equal parts."""
    return min(v, -v, key=sp.default_sort_key)
