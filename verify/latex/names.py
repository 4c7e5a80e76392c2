"""Declared names: LaTeX spelling -> SymPy symbol, function, quantity or template.

A key is one atom as LaTeX prints it. What it may be:

- `n`, `\\sigma`, `\\hat\\mu_m`, `S_0`, `p_i^{(m)}`, `\\theta^*`: a letter with its scripts;
- `\\mathbb{E}[T]`, `\\operatorname{Var}(X_m)`, `\\Pr[X_m = 0]`, `\\|\\theta_m - \\theta\\|^2`:
  a quantity, matched as a whole, whatever stands inside.

What its value means:

- an expression (a symbol, a quantity): the atom is that expression;
- a function (`Function("S")`, or a class such as `sympy.harmonic`): `S_{m+1}`, `S_{m,i}` and
  `S(m+1)` are calls of it (of `E_{dev}`, only `E_{dev}(m)`); a Lambda whose variables do not stand
  in the key is such a function;
- any other Lambda: the key is a template. Each variable stands in the key in a place of its own
  (a whole script, or between brackets and commas), where any expression may stand:
  `{r"p_i^{(m)}": Lambda((m, i), p(m, i))}` reads `p_j^{(m-1)}` as `p(m - 1, j)`.

The longest key that fits is taken: `S_0` before `S`, if both are declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

import sympy as sp
from sympy.core.function import FunctionClass

from ...derivations.errors import StatementError
from .canon import canonical
from .errors import LatexError
from .lexer import Token
from .spelling import BARS, ENDS, OPENERS, atom_at, matching

__all__ = ["Entry", "Names"]


@dataclass(frozen=True)
class Entry:
    """A declared name: its key, the texts of the key's tokens, its value, a template's holes."""

    key: str
    texts: tuple[str, ...]
    value: object
    holes: Mapping[int, sp.Symbol] = field(default_factory=dict)

    @property
    def is_function(self) -> bool:
        return isinstance(self.value, FunctionClass) or (
            isinstance(self.value, sp.Lambda) and not self.holes
        )


class Names:
    """A set of declared names, ready to be looked up at a place in a formula.

    >>> names = Names({"S": sp.Function("S"), "S_0": sp.Symbol("S_0")})
    >>> [e.key for e in names.entries]
    ['S_0', 'S']
    """

    def __init__(self, names: Mapping[str, object] | Names | None = None):
        given = names.mapping if isinstance(names, Names) else dict(names or {})
        self.mapping: dict[str, object] = given
        entries: dict[tuple[str, ...], Entry] = {}
        for key, value in given.items():
            entry = _entry(key, value)
            if entry.texts in entries:
                old = entries[entry.texts].key
                raise StatementError(f"names: {old!r} and {key!r} are the same name")
            entries[entry.texts] = entry
        self.entries = sorted(entries.values(), key=lambda e: (-len(e.texts), len(e.holes)))
        self._first: dict[str, list[Entry]] = {}
        for e in self.entries:
            self._first.setdefault(e.texts[0], []).append(e)

    def __contains__(self, key: str) -> bool:
        return any(e.key == key for e in self.entries)

    def find(self, tokens: list[Token], at: int, end: int) -> tuple[Entry, int, dict] | None:
        """(entry, place after it, {variable: (start, stop) of its tokens}) of the longest key."""
        for entry in self._first.get(tokens[at].text, ()) if at < end else ():
            hit = _match(entry, tokens, at, end)
            if hit is not None:
                return entry, *hit
        return None

    def near(self, spelling: str) -> str:
        """A hint: the names that look like this one, else the first of all."""
        keys = [e.key for e in self.entries]
        close = get_close_matches(spelling, keys, 3, 0.5)
        close = close or [k for k in keys if k[0] == spelling[0] != "\\"][:3] or sorted(keys)[:8]
        return f"declared: {', '.join(close)}" if close else "no name is declared"


def _match(entry: Entry, tokens: list[Token], at: int, end: int) -> tuple[int, dict] | None:
    places: dict[sp.Symbol, tuple[int, int]] = {}
    for k, text in enumerate(entry.texts):
        if k in entry.holes:
            start = at
            while at < end and tokens[at].text not in ENDS | {","}:
                after = matching(tokens, at, end) if tokens[at].text in OPENERS else at + 1
                if after is None:
                    return None
                at = after
            if at == start:
                return None
            places[entry.holes[k]] = (start, at)
        elif at < end and tokens[at].text == text:
            at += 1
        else:
            return None
    return at, places


def _entry(key: str, value: object) -> Entry:
    try:
        tokens = canonical(key)
    except LatexError as err:
        raise StatementError(f"names: the key {key!r} is not read: {err}") from err
    texts = tuple(t.text for t in tokens)
    atom = atom_at(tokens, 0, len(tokens), key=True) if tokens else None
    if atom is None or atom.stop != len(tokens):
        raise StatementError(
            f"names: the key {key!r} is not one name; it must be a letter with its scripts, or a"
            r" bracketed quantity such as \mathbb{E}[T] (a word is \mathrm{word})"
        )
    if isinstance(value, sp.Lambda):
        holes = _holes(key, tokens, value)
        if holes:
            return Entry(key, texts, value, holes)
    elif not isinstance(value, (sp.Basic, sp.MatrixBase, FunctionClass)):
        raise StatementError(
            f"names: {key!r} must stand for a SymPy symbol, expression, Function or Lambda"
            f" (got {value!r})"
        )
    entry = Entry(key, texts, value)
    if entry.is_function and (atom.bracket or texts[0] in BARS):
        raise StatementError(
            f"names: {key!r} stands for a function, so it must be a name without arguments; for a"
            " template use a Lambda whose variables stand in the key"
        )
    return entry


def _holes(key: str, tokens: list[Token], value: sp.Lambda) -> dict[int, sp.Symbol]:
    spelled = {tuple(t.text for t in canonical(sp.latex(v))): v for v in value.variables}
    holes: dict[int, sp.Symbol] = {}
    for k in range(1, len(tokens) - 1):
        variable = spelled.get((tokens[k].text,))
        before, after = tokens[k - 1].text, tokens[k + 1].text
        if variable is not None and before in OPENERS | {","} and after in ENDS | {","}:
            holes[k] = variable
    met = [spelled[(t.text,)] for t in tokens if (t.text,) in spelled]
    if holes and (sorted(met, key=str) != sorted(value.variables, key=str)):
        raise StatementError(
            f"names: each variable of the Lambda of {key!r} must stand once in the key, alone in"
            " a script or between brackets and commas, and nowhere else"
        )
    return holes
