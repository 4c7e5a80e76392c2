"""The grammar: statements of relations, sums of terms, products, powers. Nothing is guessed.

    expression = [+|-] term {(+|-) term}
    term       = factor {[\\cdot | /] factor}      one / at most, and nothing multiplied after it
    factor     = primary {! | ^{expression}}

What a primary is: `primary.py`, `calls.py`, `operators.py`, `environments.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sympy as sp

from . import adjacency, primary
from .build import apply, factorial, power
from .cursor import Cursor
from .declare import Declarer
from .lexer import Token
from .names import Names
from .spelling import is_decoration
from .vocabulary import CLOSERS, RELATIONS

__all__ = ["Factor", "Parser"]

_MULTIPLY = (r"\cdot", "*")
_STOPS = {
    "", "+", "-", "/", "!", "^", "_", "'", ",", ";", ":", ".", "&", r"\\", *_MULTIPLY, *RELATIONS,
    *CLOSERS.values(), r"\Rightarrow", r"\iff", r"\wedge", r"\vee", r"\to", r"\in", r"\mid",
}  # fmt: skip
STOP_WORDS = {"and", "or", "if", "for", "otherwise", "else", "when", "where", "with"}


@dataclass(frozen=True)
class Factor:
    """A factor of a term. kind: "number", "fraction" (of numbers), "quotient", "power",
    "factorial", "bare" (\\log n), "call" (\\log(n)), "name", "operator" (a sum, ...), "e",
    "matrix" or "plain".
    """

    value: sp.Basic
    kind: str
    at: int


class Parser(Cursor):
    """A formula with its declared names; bound: the indices of the sums and limits around."""

    def __init__(self, source: str, tokens: list[Token], names: Names, declarer: Declarer | None):
        super().__init__(source, tokens)
        self.names, self.given, self.declarer = names, names, declarer
        self.bound: dict[tuple[str, ...], sp.Symbol] = {}
        self.ever_bound: dict[sp.Symbol, int] = {}
        self.met: dict[object, int] = {}  # symbols and functions read, and where first
        self.derived: set[sp.Symbol] = set()  # variables of derivatives in the term just read
        self.plain_d: int | None = None  # where a plain d was read as a differential
        self.bars = 0  # bare bars open around this place
        self.in_index = False

    # -- expressions -------------------------------------------------------------------------

    def expression(self) -> sp.Expr:
        """A sum of terms."""
        start = self.at
        with self.deeper():
            sign = self.take().text if self.text in ("+", "-") else "+"
            terms = [self._signed(sign)]
            watched, self.derived = self.derived, set()
            while self.text in ("+", "-"):
                at = self.at
                sign = self.take().text
                terms.append(self._signed(sign))
                for variable in watched & terms[-1].free_symbols:
                    raise self.ambiguous(
                        f"does the derivative before this sign reach as far as {variable} here",
                        "put the derivative, or what it is taken of, in parentheses",
                        at,
                    )
                watched |= self.derived
                self.derived = set()
        if len(terms) == 1:
            return terms[0]
        self.scalars(*terms, at=start)
        return sp.Add(*terms)

    def _signed(self, sign: str) -> sp.Expr:
        if self.text in ("+", "-"):
            raise self.malformed("two signs in a row", "put the second in parentheses")
        at = self.at
        value = self.term()
        if sign == "-":
            self.scalars(value, at=at)
        return -value if sign == "-" else value

    def term(self, factors: list[Factor] | None = None) -> sp.Expr:
        """A product of factors; they are added to `factors`."""
        factors = [] if factors is None else factors
        last = self.factor()
        factors.append(last)
        value, slash = last.value, None
        while True:
            at = self.at
            if self.text in _MULTIPLY or self.text == "/":
                sign = self.take().text
                adjacency.explicit(self, sign, last, slash is not None, at)
                last = self.factor()
                if sign == "/" and last.kind == "operator":
                    raise self.ambiguous("a sum, product or limit after /", r"write \frac", at)
            elif self.starts_factor():
                sign, last = "", adjacency.juxtaposed(self, last, slash is not None)
            else:
                return value
            factors.append(last)
            self.scalars(value, last.value, at=at)
            with self.building(at):
                if sign == "/":
                    slash = at
                    value = apply(sp.Mul, value, power(last.value, sp.Integer(-1)))
                else:
                    value = apply(sp.Mul, value, last.value)

    def scalars(self, *values: sp.Basic, at: int) -> None:
        """Arithmetic is for numbers only."""
        if not all(isinstance(v, sp.Expr) and not isinstance(v, sp.MatrixBase) for v in values):
            raise self.unsupported(
                "a matrix or vector inside arithmetic", "name the whole expression", at
            )

    def starts_factor(self) -> bool:
        """Can a factor begin at this token?"""
        t = self.peek
        if t is None or t.text in _STOPS:
            return False
        if t.text.startswith((r"\end{", r"\mathrm{")):
            return t.text[8:-1] not in STOP_WORDS and not t.text.startswith(r"\end{")
        if t.text in ("|", r"\|"):
            return t.side == "open" or (t.side == "" and not self.bars)
        return True

    # -- factors -----------------------------------------------------------------------------

    def factor(self) -> Factor:
        """A primary with factorials and powers."""
        at = self.at
        with self.deeper():
            value, kind = primary.read(self)
            while self.text in ("!", "^", "_", "'"):
                self.scalars(value, at=at)
                if kind in ("fraction", "quotient"):
                    found = f"does {self.text} belong to the fraction or to its last part"
                    raise self.ambiguous(found, "put the fraction in parentheses")
                if kind in ("bare", "operator"):
                    raise self.ambiguous(
                        f"does {self.text} belong to the argument or to the whole",
                        "add parentheses",
                    )
                if self.text == "!":
                    value, kind = self._factorial(value, kind)
                elif self.text == "^":
                    value, kind = self._power(value, kind)
                else:
                    raise primary.unknown(self, at)
        return Factor(value, kind, at)

    def _factorial(self, value: sp.Expr, kind: str) -> tuple[sp.Expr, str]:
        at = self.at
        mark = self.take()
        if self.text == "=" and self.peek is not None and self.peek.pos == mark.end:
            raise self.ambiguous("!= is a factorial or a relation", r"write \neq, or n! = ...", at)
        if kind == "power":
            raise self.ambiguous("x^n! has two readings", "write (x^n)! or x^{n!}", at)
        if self.text == "!" or kind == "factorial":
            raise self.ambiguous("n!! is a double factorial or (n!)!", "write (n!)!", at)
        with self.building(at):
            return factorial(value), "factorial"

    def _power(self, base: sp.Expr, kind: str) -> tuple[sp.Expr, str]:
        at = self.at
        after = self.closing(at + 1)
        if kind == "power":
            raise self.ambiguous("a power of a power", "write (x^a)^b or x^{a b}", at)
        if is_decoration(self.tokens, at + 2, after - 1):
            raise self.ambiguous(
                "a superscript that is part of a name, or a power in parentheses",
                "declare the name with its superscript, or leave the parentheses out",
                at,
            )
        bars, self.bars = self.bars, 0
        with self.window(at + 2, after - 1):
            exponent = self.expression()
        self.bars = bars
        self.at = after
        self.scalars(exponent, at=at)
        with self.building(at):
            return (apply(sp.exp, exponent) if kind == "e" else power(base, exponent)), "power"

    # -- names -------------------------------------------------------------------------------

    def constant(self, spelling: str, value: sp.Expr) -> None:
        """Tell that a letter is a number, where names are declared on the way."""
        note = f"{spelling}: the number {value.evalf(4)}..."
        if self.declarer is not None and note not in self.declarer.notes:
            self.declarer.notes.append(note)

    def mentions_bound(self, start: int, stop: int) -> bool:
        """Is an index of a sum or limit around spelled between these places?"""
        texts = tuple(t.text for t in self.tokens[start:stop])
        return any(texts[i : i + len(key)] == key for key in self.bound for i in range(len(texts)))

    @contextmanager
    def binding(self, key: tuple[str, ...], symbol: sp.Symbol, at: int) -> Iterator[None]:
        """The index of a sum or limit, inside it."""
        if key in self.bound:
            raise self.ambiguous(
                f"{symbol} is already the index of a sum or limit around", "use another letter", at
            )
        self.bound[key] = symbol
        self.ever_bound.setdefault(symbol, at)
        yield
        del self.bound[key]
