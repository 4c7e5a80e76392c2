"""Wrong versions of a relation between matrices, or between traces and ranks of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp

from refutable.derivations.matrices import Rank, has_matrices
from refutable.derivations.quantity import Mean, Prob

__all__ = ["matrix_changes"]

Change = tuple[str, str, sp.Basic]


def matrix_changes(
    side: sp.Expr, scalars: Callable[[sp.Expr], Iterator[Change]]
) -> Iterator[Change]:
    """(rule, change, changed side); scalars: the changes of an expression without matrices."""
    if isinstance(side, (sp.MatrixExpr, sp.MatrixBase)):
        yield from _of_matrix(side)
        return
    found = sorted(_scalar_nodes(side), key=sp.default_sort_key)
    names = {node: sp.Symbol(f"_m{k}") for k, node in enumerate(found)}
    back = {name: node for node, name in names.items()}
    for rule, change, new in scalars(side.xreplace(names)):
        yield rule, _named(change, back), new.xreplace(back)
    for node in found:
        for inverse in sorted(node.atoms(sp.Inverse), key=sp.default_sort_key):
            twice = node.xreplace({inverse: inverse * inverse})
            yield "exponent", f"{inverse} squared", side.xreplace({node: twice})


def _named(change: str, back: dict) -> str:
    for name, node in back.items():
        change = change.replace(str(name), str(node))
    return change


def _scalar_nodes(e: sp.Basic) -> set[sp.Basic]:
    if isinstance(e, (sp.Trace, Rank, Mean, Prob)) and has_matrices(e):
        return {e}
    return {x for a in e.args for x in _scalar_nodes(a)}


def _of_matrix(m: sp.MatrixExpr) -> Iterator[Change]:
    yield "sign", "sign of the side", -m
    yield "off by one", "the side doubled", 2 * m
    if isinstance(m, sp.MatAdd):
        for a in m.args:
            rest = [x for x in m.args if x != a]
            yield "sign", f"sign of the term {a}", sp.MatAdd(*rest, -a)
            yield "dropped", f"the term {a} dropped", sp.MatAdd(*rest)
    for inverse in sorted(m.atoms(sp.Inverse), key=sp.default_sort_key):
        yield "exponent", f"{inverse} squared", m.xreplace({inverse: inverse * inverse})
