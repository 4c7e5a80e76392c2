"""Names in a formula: declared ones, indices of sums, calls of declared functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from .build import names_in
from .calls import call
from .canon import spell
from .declare import Declarer
from .errors import LatexError, UnknownName
from .names import Entry
from .spelling import atom_at
from .vocabulary import FONTS, GREEK, HINTS

if TYPE_CHECKING:
    from .parser import Parser

__all__ = ["read", "unknown"]


def read(p: Parser) -> tuple[sp.Basic, str] | None:
    """The value of the name that stands here; None where no name is declared."""
    found = _find(p)
    if p.declarer is not None and _declare(p, p.declarer, found):
        found = _find(p)
    if found is None:
        return None
    start = p.at
    key_or_entry, after, places = found
    p.at = after
    if not isinstance(key_or_entry, Entry):
        return p.bound[key_or_entry], "name"
    entry = key_or_entry
    _seen(p, entry, start)
    if entry.is_function:
        return call(p, entry, start), "name"
    edges = [start + 1, *(x for place in sorted(places.values()) for x in place), after]
    if any(p.mentions_bound(*edges[i : i + 2]) for i in range(0, len(edges), 2)):
        raise p.unsupported(
            f"{entry.key} is declared as one symbol, but mentions the index of a sum or limit",
            "declare its letter as a Function, or the key as a template with a Lambda",
            start,
        )
    if not places:
        return entry.value, "name"
    template = entry.value
    assert isinstance(template, sp.Lambda)
    return template(*(_hole(p, *places[v]) for v in template.variables)), "name"


def _find(p: Parser) -> tuple[Entry | tuple[str, ...], int, dict] | None:
    """(index or Entry, place after it, holes) of the longest name, or None."""
    best: tuple[Entry | tuple[str, ...], int, dict] | None
    best = p.names.find(p.tokens, p.at, p.end)
    for key in p.bound:
        after = p.at + len(key)
        if after <= p.end and tuple(t.text for t in p.tokens[p.at : after]) == key:
            best = (key, after, {}) if best is None or after >= best[1] else best
    return best


def _declare(p: Parser, declarer: Declarer, found) -> bool:  # type: ignore[no-untyped-def]
    """With `declare=True`: declare what stands here, unless it is known already."""
    atom = atom_at(p.tokens, p.at, p.end)
    if atom is None or (p.text in ("e", r"\mathrm{e}", r"\pi") and atom.sub is None and not found):
        return False
    if found is not None:
        entry, after, _ = found
        if after >= atom.stop or (isinstance(entry, Entry) and entry.key in p.given):
            return False
        is_function = isinstance(entry, Entry) and entry.is_function
        if is_function and (atom.sub is None or entry.texts in declarer.sequences):
            return False
    if not declarer.meet(p):
        return False
    p.names = declarer.as_names(p.given)
    return True


def _seen(p: Parser, entry: Entry, at: int) -> None:
    """Remember the symbols of a name, and refuse one that an index would capture."""
    value = entry.value
    parts = {value} if isinstance(value, sp.core.function.UndefinedFunction) else set()
    if isinstance(value, sp.Basic):
        own = set(value.variables) if isinstance(value, sp.Lambda) else set()
        parts |= names_in(value) - own
        parts -= {b for node in value.atoms(sp.Sum, sp.Product) for b in node.bound_symbols}
    for part in parts:
        p.met.setdefault(part, at)
    for symbol in set(p.bound.values()) & parts:
        if value is not symbol:
            raise p.unsupported(
                f"{entry.key} stands for an expression with {symbol}, the index of a sum around",
                "use another letter for the index",
                at,
            )


def _hole(p: Parser, start: int, stop: int) -> sp.Expr:
    with p.window(start, stop):
        index, p.in_index = p.in_index, True
        bars, p.bars = p.bars, 0
        value = p.expression()
        p.in_index, p.bars = index, bars
    return value


def unknown(p: Parser, at: int) -> LatexError:
    """The name at this place is not declared."""
    atom = atom_at(p.tokens, at, p.end, key=True) or atom_at(p.tokens, at, p.end)
    plain = atom_at(p.tokens, at, p.end)
    if atom is not None and not (p.tokens[at].is_letter and atom.bracket and not atom.sub):
        spelling = spell(p.tokens[at : (plain or atom).stop])
    else:
        spelling = p.tokens[at].text
    pos = p.tokens[at].pos
    if p.tokens[at].text in HINTS:
        return p.unsupported(f"{spelling} is not read", HINTS[p.tokens[at].text], at)
    name = spelling[1:]
    if spelling.startswith("\\") and name.isalpha() and name not in GREEK | FONTS and atom is None:
        hint = "it is neither read nor declared; a macro of one's own must be written out"
        return UnknownName(f"unknown macro {spelling}", hint, p.source, pos)
    hint = f"declare it in names; {p.names.near(spelling)}"
    if spelling in map(str, p.ever_bound):
        hint = "the sum or limit over it ends before: put what that reaches over in parentheses"
    return UnknownName(f"{spelling} is not declared", hint, p.source, pos)
