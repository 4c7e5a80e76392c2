"""Declare the names of a formula that comes without declarations (`declare=True`).

Every name becomes a symbol as it is spelled, and says so. A name whose subscript mentions the
index of a sum, or whose head is listed in `sequences`, is a function of its index instead. A
letter before a parenthesis is a product where the letter also stands alone in the formula, a
function if it is one of f, g, h, F, G, phi, psi, and ambiguous otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from .canon import spell
from .errors import AmbiguousLatex
from .lexer import Token
from .names import Names
from .spelling import Atom, atom_at, matching
from .vocabulary import GREEK

if TYPE_CHECKING:
    from .parser import Parser

__all__ = ["Again", "Declarer", "symbol_name"]

_FUNCTION_LETTERS = {"f", "g", "h", "F", "G", "H", r"\phi", r"\varphi", r"\psi"}


class Again(Exception):
    """A name turned out to be a function of its index: read the formula once more."""


def symbol_name(tokens: list[Token]) -> str:
    """The SymPy name of a spelled name: short where LaTeX can be had back from it.

    >>> from .canon import canonical
    >>> [symbol_name(canonical(s)) for s in (r"\\sigma_0", "S_{m+1}", r"\\hat\\mu_m")]
    ['sigma_0', 'S_{m+1}', '\\\\hat{\\\\mu}_{m}']
    """
    texts = [t.text for t in tokens]
    plain = [t[1:] if t[1:] in GREEK else t for t in texts]
    if len(plain) == 1 and plain[0].isalpha():
        return plain[0]
    inside = plain[3:-1]
    if texts[1:3] == ["_", "{"] and texts[-1] == "}" and plain[0].isalpha():
        if len(inside) == 1 and inside[0].isalnum():
            return f"{plain[0]}_{inside[0]}"
        if inside and all(len(x) == 1 and x.isalnum() for x in inside):
            return f"{plain[0]}_{''.join(inside)}"
    return spell(tokens)


class Declarer:
    """Gives a meaning to every name that is met; `names` collects them."""

    def __init__(self, tokens: list[Token], sequences: set[tuple[str, ...]] | None = None):
        self.tokens = tokens
        self.sequences = set(sequences or ())
        self.templates: set[tuple[tuple[str, ...], bool]] = set()  # (head, has a subscript)
        self.names: dict[str, object] = {}
        self.notes: list[str] = []

    def forget(self) -> None:
        """Before the formula is read again."""
        self.names.clear()
        self.notes.clear()

    def meet(self, p: Parser) -> bool:
        """Declare the name at the parser's place; False where there is none."""
        atom = atom_at(p.tokens, p.at, p.end)
        if atom is None:
            return False
        key = spell(p.tokens[atom.start : atom.stop])
        head = p.tokens[slice(*atom.head)]
        if atom.bracket or head[0].text == r"\|":
            self._quantity(p, atom, key)
        elif self._is_template(p, atom, head):
            self._declare_template(p, atom, head)
        elif self._is_function(p, atom, head):
            self._declare_function(p, head)
        else:
            self.names[key] = sp.Symbol(symbol_name(p.tokens[atom.start : atom.stop]))
            self.notes.append(f"{key}: one symbol")
        return True

    def _quantity(self, p: Parser, atom: Atom, key: str) -> None:
        if p.mentions_bound(atom.start, atom.stop):
            raise p.unsupported(
                f"{key} depends on the index of a sum or limit",
                "declare it as a template, key -> Lambda(index, ...)",
            )
        self.names[key] = sp.Symbol(symbol_name(p.tokens[atom.start : atom.stop]))
        self.notes.append(f"{key}: a quantity, taken as one symbol")

    def _is_function(self, p: Parser, atom: Atom, head: list[Token]) -> bool:
        texts = tuple(t.text for t in head)
        called = atom.stop < p.end and p.tokens[atom.stop].text == "("
        if called and atom.sub is None:
            return self._call_or_product(p, atom, texts)
        if called and not self._stands_alone((*texts, "_")):
            raise self._which(p, atom)
        bound = atom.sub is not None and p.mentions_bound(*atom.sub)
        if bound and atom.primes:
            raise p.unsupported(
                f"{spell(p.tokens[atom.start : atom.stop])} depends on the index of a sum",
                "declare it as a template, key -> Lambda(index, ...)",
            )
        if bound and texts not in self.sequences:
            self.sequences.add(texts)
            raise Again
        plain = atom.sub is not None and not (atom.sup or atom.primes)
        return texts in self.sequences and plain

    def _is_template(self, p: Parser, atom: Atom, head: list[Token]) -> bool:
        """Does it have a superscript in parentheses, and move with the index of a sum?"""
        if atom.sup is None or p.tokens[atom.sup[0]].text != "(" or atom.primes:
            return False
        shape = tuple(t.text for t in head), atom.sub is not None
        if p.mentions_bound(atom.head[1], atom.stop) and shape not in self.templates:
            self.templates.add(shape)
            raise Again
        return shape in self.templates

    def _declare_template(self, p: Parser, atom: Atom, head: list[Token]) -> None:
        """p_i^{(m)} as p_at(i, m): one argument for all of each script."""
        letters = [c for c in "abcdefgh" if c != head[0].text]
        function = sp.Function(f"{symbol_name(head)}_at")
        key, args = spell(head), []
        if atom.sub is not None:
            args.append(sp.Symbol(letters[0]))
            key += f"_{{{letters[0]}}}"
        args.append(sp.Symbol(letters[1]))
        key += f"^{{({letters[1]})}}"
        self.names[key] = sp.Lambda(tuple(args), function(*args))
        self.notes.append(f"{key}: the function {function}({', '.join(map(str, args))})")

    def _declare_function(self, p: Parser, head: list[Token]) -> None:
        key = spell(head)
        self.names[key] = sp.Function(symbol_name(head))
        self.notes.append(f"{key}: a function of its index or argument")

    def _call_or_product(self, p: Parser, atom: Atom, texts: tuple[str, ...]) -> bool:
        if self._stands_alone(texts):
            return False
        if atom.sup or atom.primes or texts[0] not in _FUNCTION_LETTERS:
            raise self._which(p, atom)
        return True

    def _which(self, p: Parser, atom: Atom) -> AmbiguousLatex:
        name = spell(p.tokens[atom.start : atom.stop])
        if name in ("O", "o", r"\Omega", r"\Theta"):
            return p.ambiguous(
                f"{name}(...) says how something grows, not what it is",
                "state a bound with its constant, or declare the letter",
                atom.start,
            )
        return p.ambiguous(
            f"{name}(...) is a product or a call of a function",
            rf"write {name} \cdot (...) for a product, or declare {name}",
            atom.start,
        )

    def _stands_alone(self, texts: tuple[str, ...]) -> bool:
        """Does it occur somewhere not before a parenthesis, a letter also without index?"""
        every = [t.text for t in self.tokens]
        for i in range(len(every) - len(texts) + 1):
            j = i + len(texts)
            if tuple(every[i:j]) != texts or self._in_subscript(i):
                continue
            if texts[-1] == "_":
                j = matching(self.tokens, j) or j
                while j < len(every) and every[j] == "'":
                    j += 1
            if (every[j] if j < len(every) else "") not in ("(", "_", "'"):
                return True
        return False

    def _in_subscript(self, i: int) -> bool:
        """A lone letter in a subscript may be a label, not the quantity itself."""
        return i >= 2 and self.tokens[i - 1].text == "{" and self.tokens[i - 2].text == "_"

    def as_names(self, given: Names) -> Names:
        """The names given and those declared here."""
        return Names({**given.mapping, **self.names})
