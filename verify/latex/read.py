"""`read`: a LaTeX formula as a statement or expression, with declared names only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sympy as sp

from ...derivations.statement import Statement
from . import statements
from .build import names_in, unreal
from .canon import canonical
from .declare import Again, Declarer
from .errors import MalformedLatex
from .names import Names
from .parser import Parser

__all__ = ["Understood", "read", "understand"]


@dataclass(frozen=True)
class Understood:
    """What was read, the names with their meanings, and remarks on each in words."""

    statement: Statement | sp.Basic
    names: Mapping[str, object]
    notes: tuple[str, ...] = ()


def read(
    tex: str, names: Mapping[str, object] | Names | None = None, *, declare: bool = False
) -> Statement | sp.Basic:
    """The statement (or expression, where there is no relation) that the formula spells.

    names: LaTeX spelling -> symbol, function, quantity or Lambda; see `names.py`. Any other name
    is an error, unless `declare` declares it. Relations are `Rel`, never SymPy's own.
    Raises UnknownName, AmbiguousLatex, UnsupportedLatex or MalformedLatex, with the place.

    Where it fails: SymPy rewrites on sight (2(x+1) is 2x + 2, n(n-1)/n is n - 1), so a
    denominator can be cancelled; a name that vanishes altogether is an error.

    >>> from refutable.derivations.errors import RefutableError
    >>> m, n = sp.symbols("m n")
    >>> names = {"m": m, "n": n, "S": sp.Function("S")}
    >>> read(r"S_{m+1} = S_m + \\frac1n (1 - S_m)", names)
    Rel(=, S(m + 1), S(m) + (1 - S(m))/n)
    >>> try:
    ...     read("1/2n", names)
    ... except RefutableError as err:
    ...     print(err)
    column 4: 1/2n has two readings; write \\frac{1}{2} n or 1/(2n)
    """
    return understand(tex, names, declare=declare).statement


def understand(
    tex: str,
    names: Mapping[str, object] | Names | None = None,
    *,
    declare: bool = True,
    sequences: Iterable[tuple[str, ...]] = (),
) -> Understood:
    """What `read` reads, with the declarations that were made on the way.

    sequences: heads (token texts) whose subscript is an argument, for `declare`.

    >>> sorted(understand(r"\\sum_{i=1}^{s} p_i^2 = S_0").names)
    ['S_{0}', 'p', 's']
    """
    tokens = canonical(tex)
    if not tokens:
        raise MalformedLatex("nothing to read", "write a formula", tex, 0)
    given = Names(names)
    declarer = Declarer(tokens, set(sequences)) if declare else None
    while True:
        p = Parser(tex, tokens, given, declarer)
        try:
            result = statements.read(p)
            break
        except Again:
            declarer.forget()  # type: ignore[union-attr]
    _check(p, result)
    if declarer is None:
        return Understood(result, given.mapping)
    used = {**given.mapping, **declarer.names}
    return Understood(result, used, tuple(declarer.notes))


def _check(p: Parser, result: sp.Basic) -> None:
    """Nothing was lost, captured or undefined on the way into SymPy."""
    for symbol, at in p.ever_bound.items():
        if symbol in result.free_symbols:
            raise p.ambiguous(
                f"{symbol} is the index of a sum, limit or integral, and stands outside it too",
                "put all that it reaches over in parentheses, or use another letter",
                at,
            )
    if (what := unreal(result)) is not None:
        raise p.unsupported(what, "correct the formula", 0)
    if p.plain_d is not None and p.declarer is not None and "d" in p.declarer.names:
        raise p.ambiguous(
            "d is a name here and a differential there", r"write \mathrm{d}", p.plain_d
        )
    kept = names_in(result) | set(p.ever_bound)
    for name, at in p.met.items():
        if name not in kept:
            raise p.unsupported(f"{name} cancels: SymPy evaluates it away", "cancel it by hand", at)
