"""What a claim must be made of, beyond each field by itself: said before anything is judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction

from .errors import ClaimError, StatementError
from .quantity import processes_of

if TYPE_CHECKING:
    from .claim import Claim

__all__ = ["check_empirical", "check_names", "check_sides", "check_table"]


def check_table(id: str, what: str, table: Mapping) -> None:
    """The keys of `domain`, `where` and `quantities` are symbols or functions, values expressions.

    Raises ClaimError.
    """
    if not isinstance(table, Mapping):
        raise ClaimError(f"claim {id}: {what} must be a dict from symbols (got {table!r})")
    for key, value in table.items():
        if not isinstance(key, (sp.Basic, UndefinedFunction)):
            raise ClaimError(
                f"claim {id}: {what} has the key {key!r}; use the symbol or the function itself"
            )
        if what == "domain":
            continue
        if callable(value) and not isinstance(value, (sp.Basic, type)):
            raise ClaimError(
                f"claim {id}: {what} of {key} is a Python function; write Lambda(index, formula)"
            )
        if isinstance(key, UndefinedFunction) and not isinstance(value, sp.Lambda):
            raise ClaimError(
                f"claim {id}: {key} is a function, so its value in {what} must be a"
                f" Lambda(index, formula) (got {value!r})"
            )


def check_names(c: Claim, expressions: Iterable[sp.Basic]) -> None:
    """No two symbols of a claim are spelled alike (assumptions tell them apart), no two functions.

    A function and a symbol may be: a schedule alpha(t) and its limit alpha. Raises ClaimError.
    """
    found: dict[tuple[str, bool], sp.Basic] = {}
    symbols: set[sp.Basic] = {*c.domain, *c.where, *c.quantities}
    for e in expressions:
        symbols |= e.free_symbols | {a.func for a in e.atoms(AppliedUndef)}
    for s in sorted(symbols, key=lambda s: (str(s), sp.srepr(s))):
        other = found.setdefault((str(s), isinstance(s, UndefinedFunction)), s)
        if other is not s and other != s:
            raise ClaimError(
                f"claim {c.id}: two different things are called {s}: {_kind(other)} and {_kind(s)};"
                " declare it once, without assumptions"
            )


def _kind(s: sp.Basic) -> str:
    if isinstance(s, UndefinedFunction):
        return "a function"
    assumed = ", ".join(
        sorted(k for k, v in s._assumptions_orig.items() if v and k != "commutative")
    )
    return f"a symbol declared {assumed}" if assumed else "a plain symbol"


def check_sides(id: str, expressions: Sequence[sp.Basic]) -> None:
    """Nothing has become nan or 1/0 already. Raises StatementError."""
    for e in expressions:
        if e.has(sp.nan, sp.zoo):
            raise StatementError(
                f"claim {id}: the statement holds {'nan' if e.has(sp.nan) else '1/0'}: SymPy has"
                " evaluated something undefined; write it with symbols"
            )


def check_empirical(c: Claim) -> None:
    """A direction to be tested belongs to prose about an experiment, and to a process.

    Raises ClaimError.
    """
    if c.empirical is None:
        return
    if not c.is_prose or c.kind not in ("experiment", "prose"):
        raise ClaimError(
            f"claim {c.id}: empirical= is the direction that prose about an experiment states;"
            f" this {c.kind} has a formal statement, which is judged as it stands; leave it out"
        )
    if not processes_of(c.direction):
        raise ClaimError(
            f"claim {c.id}: empirical= speaks of no process, so nothing can be run;"
            " write it with errors such as Mean(SqNorm(loop.model(t) - loop.truth))"
        )
