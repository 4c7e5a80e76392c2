"""How a paper spells what a claim declares: the names with which its equations are read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import sympy as sp
from sympy.core.function import AppliedUndef, FunctionClass, UndefinedFunction

from ...derivations.claim import Claim
from ...derivations.errors import RefutableError, StatementError
from ...derivations.functions import Defined
from ...derivations.quantity import Functional, Mean, Prob, Vec, processes_of
from .names import Entry, Names

__all__ = ["names_of"]

_REMARK = re.compile(r"\s*([A-Za-z]\w*)\s*(?:\(([\w\s,]*)\))?\s*=\s*(\S.*)\Z")
_PLACES = sp.symbols("_1:9")
#: How much a spelling counts: a remark, what occurs in the statement, what else is declared.
_TOLD, _THERE, _DECLARED, _QUANTITY = range(4)


def names_of(claim: Claim, remarks: Sequence[str] = ()) -> Names:
    r"""How the paper spells what the claim declares.

    Symbols and functions as SymPy prints them (`S_0`, `\sigma`; a word upright), what a symbol
    stands for as it prints (`\mathbb{E}[T]` for the mean of T, an index becomes a place), and
    what the remarks `% names: ET = \mathbb{E}[T]` or `% names: S(m) = \sigma_m` say. A spelling
    that stands for two different things is no name at all.

    >>> from refutable.derivations.claim import claim
    >>> from refutable.derivations.domain import Reals
    >>> from refutable.derivations.statement import le
    >>> T = sp.Symbol("ET")
    >>> (c,) = claim("c", le(T, 1), "bound", domain={T: Reals()})
    >>> sorted(names_of(c, [r"ET = \mathbb{E}[T]"]).mapping)
    ['\\mathbb{E}[T]', '\\mathrm{ET}']
    """
    there = _objects(claim.statement, *claim.where.values())
    every = {x for table in (claim.domain, claim.where, claim.quantities) for x in table}
    declared = {x for x in every if isinstance(x, (sp.Symbol, FunctionClass))} | there
    told = dict(pair for r in remarks if (pair := _remark(r, declared)) is not None)
    offers = [(_TOLD, key, value) for key, value in told.items()]
    offers += [(_THERE if x in there else _DECLARED, _spelling(x), x) for x in declared]
    offers += [(_THERE, key, value) for key, value in _printed(claim)]
    offers += [(_QUANTITY, key, value) for key, value in _quantities(claim)]
    best: dict[tuple[str, ...], tuple[int, str, object]] = {}
    double: set[tuple[str, ...]] = set()
    for rank, key, value in sorted(offers, key=lambda o: (o[0], o[1], str(o[2]))):
        entry = _entry(key, value)
        if entry is None:
            continue
        pattern, meaning = _meaning(entry)
        if pattern not in best:
            best[pattern] = rank, key, value
        elif best[pattern][0] == rank and _meaning(_known(*best[pattern][1:]))[1] != meaning:
            double.add(pattern)
    return Names({key: value for p, (_, key, value) in best.items() if p not in double})


def _objects(*expressions: sp.Basic) -> set[object]:
    """The symbols and functions that occur."""
    out: set[object] = set()
    for e in expressions:
        out |= {a.func for a in e.atoms(AppliedUndef)} | {type(f) for f in e.atoms(Defined)}
        out |= {s for s in e.free_symbols if isinstance(s, sp.Symbol)}
    return out


def _name(x: object) -> str:
    return x.__name__ if isinstance(x, FunctionClass) else str(x)


def _spelling(x: object) -> str:
    """As SymPy prints it; a word of several letters upright."""
    key = sp.latex(sp.Symbol(_name(x)))
    if _entry(key, x) is not None:
        return key
    word = re.match(r"([A-Za-z]{2,})(_\{.*\})?\Z", key)
    return rf"\mathrm{{{word[1]}}}{word[2] or ''}" if word else rf"\mathrm{{{_name(x)}}}"


def _printed(claim: Claim) -> Iterator[tuple[str, object]]:
    """The quantities of the statement, as they print."""
    alone = len(processes_of(claim.bound())) < 2  # two processes print their models alike
    for node in sp.preorder_traversal(claim.statement):
        if isinstance(node, (Functional, Mean, Prob, Vec)):
            key = sp.latex(node)
            yield key, _template(key, node) if alone else node


def _quantities(claim: Claim) -> Iterator[tuple[str, object]]:
    """The quantities that symbols and functions stand for, as they print."""
    for x, value in claim.quantities.items():
        if isinstance(value, sp.Lambda) and isinstance(x, UndefinedFunction):
            yield sp.latex(value.expr), sp.Lambda(value.variables, x(*value.variables))
        elif isinstance(x, sp.Symbol):
            yield sp.latex(value), x


def _template(key: str, node: sp.Basic) -> sp.Basic:
    """The node with its indices as places, where each stands by itself in the key."""
    places = []
    for s in sorted(node.free_symbols, key=str):
        entry = _entry(key, sp.Lambda((s,), node))
        if entry is not None and entry.holes:
            places.append(s)
    whole = sp.Lambda(tuple(places), node) if places else node
    return whole if _entry(key, whole) is not None else node


def _entry(key: str, value: object) -> Entry | None:
    """The key as a name with this meaning; None where it cannot be one."""
    try:
        return _known(key, value)
    except StatementError:
        return None


def _known(key: str, value: object) -> Entry:
    return Names({key: value}).entries[0]


def _meaning(entry: Entry) -> tuple[tuple[str, ...], object]:
    """(the spelling with its places left open, what it means with letters of ours there)."""
    pattern = tuple("" if k in entry.holes else t for k, t in enumerate(entry.texts))
    value = entry.value
    if isinstance(value, sp.Lambda) and entry.holes:
        order = [entry.holes[k] for k in sorted(entry.holes)]
        letters = dict(zip(order, _PLACES, strict=False))
        value = value(*(letters[v] for v in value.variables))
    return pattern, value


def _remark(text: str, objects: set[object]) -> tuple[str, object] | None:
    """(spelling, value) of a remark; None where it speaks of another claim's symbol."""
    match = _REMARK.match(text)
    if match is None:
        raise StatementError(
            f"read the remark `% names: {text}`; it is no `SYMBOL = LATEX`; write"
            r" `% names: ET = \mathbb{E}[T]`"
        )
    symbol, variables, key = match.groups()
    x = next((x for x in sorted(objects, key=_name) if _name(x) == symbol), None)
    if x is None:
        return None
    value: object = x
    if variables is not None:
        arguments = [sp.Symbol(v.strip()) for v in variables.split(",") if v.strip()]
        if not arguments or not isinstance(x, FunctionClass):
            raise StatementError(
                f"read the remark `% names: {text}`; {symbol} is no function; leave the"
                " parentheses out"
            )
        value = sp.Lambda(tuple(arguments), x(*arguments))
    try:
        Names({key.strip(): value})
    except RefutableError as err:
        raise StatementError(f"read the remark `% names: {text}`; {err}") from err
    return key.strip(), value
