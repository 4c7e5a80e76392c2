"""How a paper spells what a claim declares: the names with which its equations are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction

from ...derivations.claim import Claim
from ...derivations.errors import RefutableError, StatementError
from ...derivations.quantity import Functional, Mean, Prob, Vec
from .names import Names

__all__ = ["names_of"]

_REMARK = re.compile(r"\s*([A-Za-z]\w*)\s*(?:\(([\w\s,]*)\))?\s*=\s*(\S.*)\Z")


def names_of(claim: Claim, remarks: Sequence[str] = ()) -> Names:
    r"""How the paper spells what the claim declares.

    Symbols and functions as SymPy prints them (`S_0`, `\sigma`; a word upright), what a symbol
    stands for as it prints (`\mathbb{E}[T]` for the mean of T, an index becomes a place), and
    what the remarks `% names: ET = \mathbb{E}[T]` or `% names: S(m) = \sigma_m` say.

    >>> from refutable.derivations.claim import claim
    >>> from refutable.derivations.domain import Reals
    >>> from refutable.derivations.statement import le
    >>> T = sp.Symbol("ET")
    >>> (c,) = claim("c", le(T, 1), "bound", domain={T: Reals()})
    >>> list(names_of(c, [r"ET = \mathbb{E}[T]"]).mapping)
    ['\\mathrm{ET}', '\\mathbb{E}[T]']
    """
    objects = _objects(claim)
    names: dict[str, object] = {}
    for x in sorted(objects, key=str):
        spelling = sp.latex(sp.Symbol(_name(x)))
        key = spelling if _fits(spelling, x) else rf"\mathrm{{{_name(x)}}}"
        if _fits(key, x):
            names.setdefault(key, x)
    for key, value in _printed(claim):
        if _fits(key, value):
            names.setdefault(key, value)
    for remark in remarks:
        told = _remark(remark, objects)
        if told is not None:
            names = {**_without(names, told[0]), told[0]: told[1]}
    return Names(_distinct(names))


def _objects(claim: Claim) -> set[sp.Basic]:
    """Symbols and functions that the claim declares or mentions."""
    out = {x for table in (claim.domain, claim.where, claim.quantities) for x in table}
    for e in (claim.statement, *claim.where.values()):
        out |= {a.func for a in e.atoms(AppliedUndef)}
        out |= {s for s in e.free_symbols if isinstance(s, sp.Symbol)}
    return {x for x in out if isinstance(x, (sp.Symbol, UndefinedFunction))}


def _name(x: object) -> str:
    return x.__name__ if isinstance(x, UndefinedFunction) else str(x)


def _printed(claim: Claim) -> Iterable[tuple[str, object]]:
    """Quantities as they print: those of the statement, and those that symbols stand for."""
    for node in sp.preorder_traversal(claim.statement):
        if isinstance(node, (Functional, Mean, Prob, Vec)):
            yield sp.latex(node), node
    for x, value in claim.quantities.items():
        if isinstance(value, sp.Lambda) and isinstance(x, UndefinedFunction):
            yield sp.latex(value.expr), sp.Lambda(value.variables, x(*value.variables))
        elif isinstance(x, sp.Symbol):
            yield sp.latex(value), x


def _fits(key: str, value: object, beside: Mapping[str, object] | None = None) -> bool:
    """Is the key one name, with a meaning it can have, and no other spelling of one beside it?"""
    try:
        Names({**(beside or {}), key: value})
    except StatementError:
        return False
    return True


def _distinct(names: Mapping[str, object]) -> dict[str, object]:
    """Without later spellings of a name that is there already."""
    out: dict[str, object] = {}
    for key, value in names.items():
        if _fits(key, value, out):
            out[key] = value
    return out


def _without(names: dict[str, object], key: str) -> dict[str, object]:
    return {k: v for k, v in names.items() if _fits(k, sp.Integer(0), {key: sp.Integer(0)})}


def _remark(text: str, objects: set[sp.Basic]) -> tuple[str, object] | None:
    """(spelling, value) of a remark; None where it speaks of another claim's symbol."""
    match = _REMARK.match(text)
    if match is None:
        raise StatementError(
            f"read the remark `% names: {text}`; it is no `SYMBOL = LATEX`; write"
            r" `% names: ET = \mathbb{E}[T]`"
        )
    symbol, variables, key = match.groups()
    x = next((x for x in sorted(objects, key=str) if _name(x) == symbol), None)
    if x is None:
        return None
    value: object = x
    if variables is not None:
        arguments = [sp.Symbol(v.strip()) for v in variables.split(",") if v.strip()]
        if not arguments or not isinstance(x, UndefinedFunction):
            raise StatementError(
                f"read the remark `% names: {text}`; {symbol} is no function of it"
            )
        value = sp.Lambda(tuple(arguments), x(*arguments))
    try:
        Names({key.strip(): value})
    except RefutableError as err:
        raise StatementError(f"read the remark `% names: {text}`; {err}") from err
    return key.strip(), value
