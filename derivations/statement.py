"""Statements: our own relations and quantifiers, which never evaluate themselves.

SymPy's relations simplify on sight: with positive symbols `Lt(0, n/(N + n))` is already `True`,
and the claim has vanished. These nodes only hold their two sides.

Free symbols of a statement are universally quantified over the claim's domain. A statement about
random numbers that stand under no expectation is meant almost surely.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy.core.symbol import Str
from sympy.printing.precedence import PRECEDENCE

from .domain import Domain
from .errors import StatementError
from .quantity import Event, Functional, Vec

__all__ = [
    "And",
    "Eventually",
    "Exists",
    "ForAll",
    "Iff",
    "Implies",
    "Lim",
    "LimInf",
    "LimSup",
    "Member",
    "Minimises",
    "Monotone",
    "Not",
    "Or",
    "Parts",
    "Prose",
    "Rel",
    "Statement",
    "chain",
    "decimal",
    "eq",
    "ge",
    "gt",
    "le",
    "lt",
    "ne",
    "relations",
    "to_statement",
]

OPS = {"=": "=", "!=": r"\neq", "<=": r"\le", "<": "<", ">=": r"\ge", ">": ">"}
FLIP = {"=": "=", "!=": "!=", "<=": ">=", "<": ">", ">=": "<=", ">": "<"}
NEGATE = {"=": "!=", "!=": "=", "<=": ">", "<": ">=", ">=": "<", ">": "<="}


class Statement(Event):
    """Base class. Every statement about random numbers is also an event."""


def _side(x: object) -> sp.Basic:
    if isinstance(x, bool) or x in (sp.true, sp.false):
        raise StatementError(f"a side of a relation is already {x}: it evaluated itself away")
    e = sp.sympify(x)
    if not isinstance(e, (sp.Expr, Vec, sp.MatrixBase)):
        raise StatementError(f"a side of a relation must be a number or a vector (got {x!r})")
    return e


class Rel(Statement):
    """lhs op rhs; args: (Str(op), lhs, rhs) with op one of = != <= < >= >.

    >>> import sympy as sp
    >>> n = sp.Symbol("n", positive=True)
    >>> Rel("<", 0, n / (1 + n))
    Rel(<, 0, n/(n + 1))
    """

    def __new__(cls, op: object, lhs: object, rhs: object) -> Rel:
        name = op.name if isinstance(op, Str) else str(op)
        if name not in OPS:
            raise StatementError(f"unknown relation {name!r}; use one of {' '.join(OPS)}")
        left, right = _side(lhs), _side(rhs)
        if isinstance(left, Vec) != isinstance(right, Vec):
            raise StatementError(f"a vector is compared with a number: {left} {name} {right}")
        if isinstance(left, Vec) and name not in ("=", "!="):
            raise StatementError(f"vectors have no order: {left} {name} {right}")
        return super().__new__(cls, Str(name), left, right)

    @property
    def op(self) -> str:
        return self.args[0].name

    @property
    def lhs(self) -> sp.Basic:
        return self.args[1]

    @property
    def rhs(self) -> sp.Basic:
        return self.args[2]

    @property
    def negated(self) -> Rel:
        return Rel(NEGATE[self.op], self.lhs, self.rhs)

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return f"{printer._print(self.lhs)} {OPS[self.op]} {printer._print(self.rhs)}"

    def _sympystr(self, printer) -> str:  # type: ignore[no-untyped-def]
        return f"Rel({self.op}, {printer._print(self.lhs)}, {printer._print(self.rhs)})"


def eq(lhs: object, rhs: object) -> Rel:
    """lhs = rhs."""
    return Rel("=", lhs, rhs)


def ne(lhs: object, rhs: object) -> Rel:
    """lhs != rhs."""
    return Rel("!=", lhs, rhs)


def le(lhs: object, rhs: object) -> Rel:
    """lhs <= rhs."""
    return Rel("<=", lhs, rhs)


def lt(lhs: object, rhs: object) -> Rel:
    """lhs < rhs."""
    return Rel("<", lhs, rhs)


def ge(lhs: object, rhs: object) -> Rel:
    """lhs >= rhs."""
    return Rel(">=", lhs, rhs)


def gt(lhs: object, rhs: object) -> Rel:
    """lhs > rhs."""
    return Rel(">", lhs, rhs)


class _Logical(Statement):
    def __new__(cls, *parts: object) -> Statement:
        return super().__new__(cls, *(to_statement(p) for p in parts))


class And(_Logical):
    """All of the parts hold."""

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return r" \;\text{ and }\; ".join(printer._print(p) for p in self.args)


class Or(_Logical):
    """At least one of the parts holds."""

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return r" \;\text{ or }\; ".join(printer._print(p) for p in self.args)


class Not(_Logical):
    """The part does not hold."""

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return rf"\text{{not }} \left({printer._print(self.args[0])}\right)"


class Implies(_Logical):
    """If the first part holds, so does the second."""

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return rf"{printer._print(self.args[0])} \;\Rightarrow\; {printer._print(self.args[1])}"


class Iff(_Logical):
    """Both parts hold or neither does."""

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return rf"{printer._print(self.args[0])} \iff {printer._print(self.args[1])}"


class _Quantified(Statement):
    word = ""

    def __new__(cls, symbol: sp.Symbol, body: object) -> Statement:
        if not isinstance(symbol, sp.Symbol):
            raise StatementError(f"{cls.__name__} binds a symbol (got {symbol!r})")
        return super().__new__(cls, symbol, to_statement(body))

    @property
    def symbol(self) -> sp.Symbol:
        return self.args[0]

    @property
    def body(self) -> Statement:
        return self.args[1]

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return rf"{self.word}{printer._print(self.symbol)}:\; {printer._print(self.body)}"


class ForAll(_Quantified):
    """For every value of the symbol in its domain (only needed inside an Exists)."""

    word = r"\forall "


class Exists(_Quantified):
    """For some value of the symbol in its domain; a bound claim says which interval that is."""

    word = r"\exists "

    def __new__(cls, symbol: sp.Symbol, body: object, *within: sp.Interval) -> Statement:
        made = super().__new__(cls, symbol, body)
        return Statement.__new__(cls, *made.args, *within) if within else made


class Eventually(_Quantified):
    """From some value of the (integer) symbol on."""

    word = r"\text{for all large }"


class _LimitLike(Functional):
    """A limit of a number; args: (expression, symbol, where to)."""

    name = "lim"
    precedence = PRECEDENCE["Mul"]

    def __new__(cls, expr: object, symbol: sp.Symbol, to: object = sp.oo) -> Functional:
        if not isinstance(symbol, sp.Symbol):
            raise StatementError(f"a limit needs its symbol (got {symbol!r})")
        return super().__new__(cls, expr, symbol, to)

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return (self.args[0].free_symbols - {self.args[1]}) | self.args[2].free_symbols

    @property
    def bound_symbols(self) -> list[sp.Symbol]:
        return [self.args[1]]

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        body, x, to = (printer._print(a) for a in self.args)
        body = rf"\left({body}\right)" if self.args[0].is_Add else body
        text = rf"\{self.name}_{{{x}\to {to}}} {body}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"


class Lim(_LimitLike):
    """The limit (it must exist, in the extended reals)."""


class LimSup(_LimitLike):
    """The upper limit; it always exists in the extended reals."""

    name = "limsup"


class LimInf(_LimitLike):
    """The lower limit; it always exists in the extended reals."""

    name = "liminf"


class Member(Statement):
    """x is one of the integers first, ..., last; args: (x, first, last)."""

    def __new__(cls, x: object, first: object, last: object = sp.oo) -> Member:
        return super().__new__(cls, _side(x), _side(first), _side(last))

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        x, a, b = (printer._print(s) for s in self.args)
        return rf"{x} \in \{{{a},\dots,{b}\}}"


class Monotone(Statement):
    """expr is monotone in a symbol over its domain; args: (expr, symbol, Str(direction)).

    direction: "increasing", "decreasing" (strict), "nondecreasing" or "nonincreasing".
    """

    DIRECTIONS = ("increasing", "decreasing", "nondecreasing", "nonincreasing")

    def __new__(cls, expr: object, symbol: sp.Symbol, direction: object) -> Monotone:
        name = direction.name if isinstance(direction, Str) else str(direction)
        if name not in cls.DIRECTIONS:
            raise StatementError(f"direction must be one of {cls.DIRECTIONS} (got {name!r})")
        return super().__new__(cls, _side(expr), symbol, Str(name))

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        x, s = printer._print(self.args[0]), printer._print(self.args[1])
        return rf"{x} \text{{ is {self.args[2].name} in }} {s}"


class Over(sp.Atom):
    """Carries a Domain inside a statement; equal when the declarations are equal."""

    def __new__(cls, domain: Domain) -> Over:
        obj = super().__new__(cls)
        obj.domain = domain
        return obj

    def _hashable_content(self) -> tuple[str]:
        return (repr(self.domain),)

    def __getnewargs__(self) -> tuple[Domain]:
        return (self.domain,)

    def _sympystr(self, printer) -> str:  # type: ignore[no-untyped-def]
        return repr(self.domain)


class Minimises(Statement):
    """value is the one point of a domain that minimises objective over symbol.

    args: (value, objective, symbol, Over(domain)); the symbol is bound.
    """

    def __new__(
        cls, value: object, objective: object, symbol: sp.Symbol, over: Domain | Over
    ) -> Minimises:
        carrier = over if isinstance(over, Over) else Over(over)
        return super().__new__(cls, _side(value), _side(objective), symbol, carrier)

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return self.args[0].free_symbols | (self.args[1].free_symbols - {self.args[2]})

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        v, f, s = (printer._print(a) for a in self.args[:3])
        return rf"{v} = \arg\min_{{{s}}} {f}"


class Prose(Statement):
    """A sentence without a formal reading; args: (Str(text))."""

    def __new__(cls, text: object) -> Prose:
        return super().__new__(cls, text if isinstance(text, Str) else Str(str(text)))

    @property
    def text(self) -> str:
        return self.args[0].name

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return rf"\text{{{self.text}}}"


def chain(first: object, *links: object) -> And:
    """`chain(a, "<=", b, "<", c)`: a <= b and b < c, each link a relation of its own."""
    if len(links) % 2 or not links:
        raise StatementError("chain needs: side, relation, side[, relation, side ...]")
    sides = [first, *links[1::2]]
    return And(*(Rel(op, a, b) for op, a, b in zip(links[::2], sides, sides[1:], strict=False)))


def decimal(x: object, digits: str) -> And:
    """x rounds to a printed decimal: it is within half a unit of the last place.

    >>> decimal(sp.pi, "3.14")
    Rel(>=, pi, 627/200) & Rel(<=, pi, 629/200)
    """
    half = sp.Rational(1, 2 * 10 ** len(digits.partition(".")[2]))
    return And(ge(x, sp.Rational(digits) - half), le(x, sp.Rational(digits) + half))


_SYMPY = {
    sp.Equality: "=",
    sp.Unequality: "!=",
    sp.LessThan: "<=",
    sp.StrictLessThan: "<",
    sp.GreaterThan: ">=",
    sp.StrictGreaterThan: ">",
}


def to_statement(x: object) -> Statement:
    """`x` as a statement; a SymPy relation that is still one is taken over."""
    if isinstance(x, (Statement, Event)):
        return x  # type: ignore[return-value]
    if isinstance(x, bool) or x in (sp.true, sp.false):
        raise StatementError(
            f"the statement is already {x}: SymPy evaluated it away."
            " Write it with eq, le, lt, ge, gt, ne of refutable"
        )
    for kind, op in _SYMPY.items():
        if isinstance(x, kind):
            return Rel(op, x.lhs, x.rhs)
    raise StatementError(f"a statement is needed, such as eq(a, b) or le(a, b) (got {x!r})")


def relations(statement: sp.Basic) -> Iterator[Rel]:
    """All relations in a statement, outermost first, left to right."""
    for node in sp.preorder_traversal(statement):
        if isinstance(node, Rel):
            yield node


class Parts(Statement):
    """The conjunction of a claim's own parts: for an entry that has no statement of its own."""

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return r"\text{all of its parts}"
