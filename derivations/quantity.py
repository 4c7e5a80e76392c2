"""Quantities: functionals of a process, as a small tree of SymPy nodes.

Vectors: the truth, the model of a generation, a batch mean, sampling noise, an arbitrary
probability vector, and linear combinations of these. Functionals of vectors (a coordinate, norms,
the mass of a set, ...) are random numbers; `Mean` and `Prob` take their expectation. Nothing here
evaluates anything: engines do.

Because the nodes are SymPy objects, an index can be any expression and `subs` reaches it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp
from sympy.printing.precedence import PRECEDENCE

from .errors import StatementError

if TYPE_CHECKING:
    from .process import Process

__all__ = [
    "AnyVec",
    "BatchVec",
    "Coefficient",
    "CollapseTime",
    "Comb",
    "Coord",
    "CovVec",
    "Event",
    "Fixation",
    "Functional",
    "IsDirac",
    "KeptCount",
    "LambdaMax",
    "LeastErrors",
    "Mass",
    "Mean",
    "ModelVec",
    "NoiseVec",
    "Norm1",
    "NormInf",
    "PiMax",
    "Prob",
    "SqNorm",
    "Support",
    "Tag",
    "TotalVariation",
    "Trace",
    "TruthCov",
    "TruthVec",
    "TypeTwo",
    "Vec",
    "VecSum",
    "processes_of",
    "put_parameters",
]


class Tag(sp.Atom):
    """Carries a Process inside a SymPy tree; equal when name and declaration are equal."""

    def __new__(cls, process: Process) -> Tag:
        obj = super().__new__(cls)
        obj.process = process
        kind = type(process.family)
        # Families of users may have the same name and fields, and mean different things.
        own = 0 if kind.__module__.startswith("refutable.") else id(kind)
        obj.content = (process.name, repr(process), own)
        obj.letters = None
        return obj

    def _hashable_content(self) -> tuple[str, str, int]:
        return self.content

    @property
    def free_symbols(self) -> set[sp.Basic]:
        """What a quantity of the process depends on: its sizes, weights and shares, its truth."""
        if self.letters is None:
            self.letters = {x for x in self.process.parameters if isinstance(x, sp.Symbol)}
        return set(self.letters)

    def __getnewargs__(self) -> tuple[Process]:
        return (self.process,)

    def sort_key(self, order=None):  # type: ignore[no-untyped-def]
        return self.class_key(), (1, self._hashable_content()), sp.S.One.sort_key(), sp.S.One

    def _sympystr(self, printer: object) -> str:
        return self.process.name

    def _latex(self, printer: object) -> str:
        return rf"\mathrm{{{self.process.name}}}"


class Vec(sp.Basic):
    """A vector: base class. `v[i]` is its coordinate i (1-based)."""

    __iter__ = None

    def __getitem__(self, token: object) -> Coord:
        return Coord(self, sp.sympify(token))

    def __add__(self, other: object) -> Comb:
        return Comb.of([(sp.Integer(1), self), (sp.Integer(1), _vec(other))])

    def __sub__(self, other: object) -> Comb:
        return Comb.of([(sp.Integer(1), self), (sp.Integer(-1), _vec(other))])

    def __neg__(self) -> Comb:
        return Comb.of([(sp.Integer(-1), self)])

    def __mul__(self, factor: object) -> Comb:
        return Comb.of([(_factor(factor), self)])

    __rmul__ = __mul__

    def __truediv__(self, factor: object) -> Comb:
        return Comb.of([(1 / _factor(factor), self)])


def _vec(x: object) -> Vec:
    if not isinstance(x, Vec):
        raise StatementError(f"a vector is needed here (got {x!r})")
    return x


def _factor(x: object) -> sp.Expr:
    e = sp.sympify(x)
    if not isinstance(e, sp.Expr):
        raise StatementError(f"a vector can only be multiplied by a number (got {x!r})")
    return e


class TruthVec(Vec):
    """args: (tag)."""

    @property
    def free_symbols(self) -> set[sp.Basic]:
        """The truth depends on no size."""
        return {x for x in (getattr(self.args[0].process.family, "truth", None),) if x is not None}

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return r"p"


class ModelVec(Vec):
    """args: (tag, paper index)."""

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return rf"p^{{({printer._print(self.args[1])})}}"


class BatchVec(Vec):
    """args: (tag, batch name, paper index)."""

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        name, index = self.args[1].name, printer._print(self.args[2])
        return rf"\overline{{\mathrm{{{name}}}}}^{{({index})}}"


class CovVec(Vec):
    """The fitted covariance matrix, as a vector; args: (tag, paper index)."""

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return rf"\hat\Sigma_{{{printer._print(self.args[1])}}}"


class TruthCov(Vec):
    """The true covariance matrix, as a vector; args: (tag)."""

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return r"\Sigma"


class NoiseVec(Vec):
    """args: (tag, paper index): batch mean minus its law, at that generation."""

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return rf"\varepsilon_{{{printer._print(self.args[1])}}}"


class AnyVec(Vec):
    """args: (symbol with a Simplex domain): an arbitrary probability vector of no process."""

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return printer._print(self.args[0])


class Comb(Vec):
    """A linear combination; args: (Tuple(coefficient, vector), ...)."""

    @classmethod
    def of(cls, terms: list[tuple[sp.Expr, Vec]]) -> Comb:
        total: dict[Vec, sp.Expr] = {}
        for c, v in terms:
            parts = (
                [(c * a.args[0], a.args[1]) for a in v.args] if isinstance(v, Comb) else [(c, v)]
            )
            for cc, vv in parts:
                total[vv] = total.get(vv, sp.Integer(0)) + cc
        pairs = [sp.Tuple(c, v) for v, c in total.items() if c != 0]
        return cls(*sorted(pairs, key=sp.default_sort_key))

    @property
    def terms(self) -> list[tuple[sp.Expr, Vec]]:
        return [(a.args[0], a.args[1]) for a in self.args]

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        out = ""
        for c, v in self.terms:
            body = printer._print(v)
            if c == 1:
                out += f"+{body}"
            elif c == -1:
                out += f"-{body}"
            else:
                text = printer._print(c)
                text = rf"\left({text}\right)" if c.is_Add else text
                out += f"+{text}\\,{body}" if not text.startswith("-") else f"{text}\\,{body}"
        return out.removeprefix("+") or "0"


class VecSum(Vec):
    """The sum of vectors over an integer range; args: (vector, symbol, first, last)."""

    def __new__(cls, body: Vec, symbol: sp.Symbol, first: object, last: object) -> VecSum:
        return super().__new__(cls, _vec(body), symbol, sp.sympify(first), sp.sympify(last))

    @property
    def free_symbols(self) -> set[sp.Basic]:
        body, i, a, b = self.args
        return (body.free_symbols - {i}) | a.free_symbols | b.free_symbols

    @property
    def bound_symbols(self) -> list[sp.Symbol]:
        return [self.args[1]]

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        body, i, a, b = (printer._print(x) for x in self.args)
        if isinstance(self.args[0], Comb) and len(self.args[0].terms) > 1:
            body = rf"\left({body}\right)"
        return rf"\sum_{{{i}={a}}}^{{{b}}} {body}"


class Functional(sp.Expr):
    """A real number computed from vectors: base class. Commutative, real."""

    is_commutative = True
    is_extended_real = True
    is_real = True

    symbol = ""

    def __new__(cls, *args: object) -> Functional:
        return sp.Expr.__new__(cls, *(sp.sympify(a) for a in args))

    @property
    def vectors(self) -> list[Vec]:
        return [a for a in self.args if isinstance(a, Vec)]


class Coord(Functional):
    """Coordinate `token` (1-based) of a vector; args: (vector, token)."""

    @property
    def precedence(self) -> int:
        """Printing: a power of p^{(m)}_i needs brackets, one of p_i does not."""
        simple = isinstance(self.args[0], (TruthVec, AnyVec))
        return PRECEDENCE["Atom" if simple else "Mul"]

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        v, i = self.args
        body = printer._print(v)
        body = rf"\left({body}\right)" if isinstance(v, Comb) else body
        text = rf"{body}_{{{printer._print(i)}}}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"


def _raised(text: str, exp: str | None) -> str:
    return text if exp is None else rf"{text}^{{{exp}}}"


def _norm_latex(sub: str):  # type: ignore[no-untyped-def]
    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        text = rf"\left\|{printer._print(self.args[0])}\right\|_{{{sub}}}"
        return text if exp is None else rf"{text}^{{{exp}}}"

    return _latex


class SqNorm(Functional):
    """Squared Euclidean norm; args: (vector)."""

    precedence = PRECEDENCE["Mul"]

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        text = rf"\left\|{printer._print(self.args[0])}\right\|_2^2"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"


class Trace(Functional):
    """Trace of a covariance matrix; args: (matrix)."""

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        text = rf"\mathrm{{tr}}\left({printer._print(self.args[0])}\right)"
        return text if exp is None else rf"{text}^{{{exp}}}"


class Norm1(Functional):
    """Sum of absolute values; args: (vector)."""

    _latex = _norm_latex("1")


class NormInf(Functional):
    """Largest absolute value; args: (vector)."""

    _latex = _norm_latex(r"\infty")


class TotalVariation(Functional):
    """max over sets A of |v(A) - w(A)|; args: (v, w)."""

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        v, w = (printer._print(a) for a in self.args)
        return _raised(rf"\mathrm{{TV}}\left({v},{w}\right)", exp)


class LeastErrors(Functional):
    """The least sum of both error rates of a test between two laws; args: (v, w)."""

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        v, w = (printer._print(a) for a in self.args)
        text = rf"\inf\left(\eta_1+\eta_2\right)\left({v},{w}\right)"
        return text if exp is None else rf"{text}^{{{exp}}}"


class TypeTwo(Functional):
    """The least type-II error of a test between two laws at a level; args: (v, w, level).

    A (randomised) test calls a token real with some chance. Among those that do so with mean at
    least 1 - level under v, the least mean under w.
    """

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        v, w, x = (printer._print(a) for a in self.args)
        text = rf"\beta_{{{x}}}\left({v},{w}\right)"
        return text if exp is None else rf"{text}^{{{exp}}}"


class Mass(Functional):
    """Sum of the coordinates in a set of tokens; args: (vector, set symbol)."""

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        v, a = (printer._print(x) for x in self.args)
        return rf"{v}({a})" if exp is None else rf"{v}({a})^{{{exp}}}"


class PiMax(Functional):
    """max over sets A of min(v(A), 1 - v(A)); args: (vector)."""

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        return _raised(rf"\pi_{{{printer._print(self.args[0])}}}", exp)


class LambdaMax(Functional):
    """max over sets A of v(A) (1 - v(A)); args: (vector)."""

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        return _raised(rf"\lambda\left({printer._print(self.args[0])}\right)", exp)


class Support(Functional):
    """Number of positive coordinates; args: (vector)."""

    is_integer = True

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        return _raised(rf"\left|\mathrm{{supp}}\,{printer._print(self.args[0])}\right|", exp)


class CollapseTime(Functional):
    """First paper index at which the model is a point mass; args: (tag)."""

    is_integer = True

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        return "T" if exp is None else f"T^{{{exp}}}"


class DrawCount(Functional):
    """Number of data that a fit takes from one earlier model; args: (tag, model index, fit index).

    Both indices are the paper's; the truth counts as the model before the first fit.
    """

    is_integer = True

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        t, m = (printer._print(a) for a in self.args[1:])
        text = rf"n_{{{t}}}^{{({m})}}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"


class KeptCount(Functional):
    """How many data of a fit's one batch its filter keeps, before anything is redrawn.

    args: (tag, index of the fit).
    """

    is_integer = True

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        text = rf"\tilde n_{{{printer._print(self.args[1])}}}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"


class Coefficient(Functional):
    """Coefficient of a power of a true coordinate in a mean, which is a polynomial in it.

    args: (mean, coordinate of the truth, power).
    """

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        mean, x, k = (printer._print(a) for a in self.args)
        text = rf"\left[{x}^{{{k}}}\right] {mean}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"


class Event(sp.Basic):
    """Something that happens or not: base class (relations and logical nodes are events too)."""


class IsDirac(Event):
    """The vector is a point mass; args: (vector)."""

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return rf"\left\|{printer._print(self.args[0])}\right\|_\infty=1"


class Fixation(Event):
    """The models converge to the point mass at a token; args: (tag, token)."""

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return rf"\lim_t p^{{(t)}}=\delta_{{{printer._print(self.args[1])}}}"


class Mean(sp.Expr):
    """Expectation; args: (random number[, condition]).

    The condition is an event, or a Tuple of vectors (the mean is then a function of them).
    """

    is_commutative = True
    is_extended_real = True
    is_real = True

    def __new__(cls, x: object, given: object = None) -> Mean:
        x = sp.sympify(x)
        if given is None:
            return sp.Expr.__new__(cls, x)
        if isinstance(given, Vec):
            given = sp.Tuple(given)
        return sp.Expr.__new__(cls, x, given)

    @property
    def given(self) -> sp.Basic | None:
        return self.args[1] if len(self.args) > 1 else None

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        body = printer._print(self.args[0])
        if self.given is not None:
            cond = self.given
            body += r"\mid " + (
                ",".join(printer._print(c) for c in cond)
                if isinstance(cond, sp.Tuple)
                else printer._print(cond)
            )
        text = rf"\mathbb{{E}}\left[{body}\right]"
        return text if exp is None else rf"{text}^{{{exp}}}"


class Prob(sp.Expr):
    """Probability of an event; args: (event[, condition])."""

    is_commutative = True
    is_extended_real = True
    is_real = True

    def __new__(cls, event: sp.Basic, given: object = None) -> Prob:
        if isinstance(given, Vec):
            given = sp.Tuple(given)
        args = (event,) if given is None else (event, given)
        return sp.Expr.__new__(cls, *args)

    @property
    def given(self) -> sp.Basic | None:
        return self.args[1] if len(self.args) > 1 else None

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        body = printer._print(self.args[0])
        if self.given is not None:
            body += r"\mid " + printer._print(self.given)
        text = rf"\mathbb{{P}}\left({body}\right)"
        return text if exp is None else rf"{text}^{{{exp}}}"


def put_parameters(e: sp.Basic, table: dict[sp.Symbol, sp.Expr]) -> sp.Basic:
    """`e` with other sizes, weights and shares, in its processes too, where `subs` does not reach.

    >>> from refutable.derivations.families import Categorical
    >>> from refutable.derivations.process import Draw, Model, Pool, Process
    >>> n = sp.Symbol("n")
    >>> loop = Process("loop", Categorical("p"), Pool([Draw(Model(), n)]))
    >>> put_parameters(SqNorm(loop.model(1)), {n: n + 1}).args[0].args[0].process.step.batches[0].size
    n + 1
    """  # noqa: E501
    tags = {tag: Tag(tag.process.put(table)) for tag in e.atoms(Tag)}
    return e.xreplace(tags).subs(table, simultaneous=True)


def processes_of(expr: sp.Basic) -> list[Process]:
    """The processes that an expression mentions, in a fixed order, each once."""
    tags = sorted(expr.atoms(Tag), key=lambda t: t._hashable_content())
    return [t.process for t in tags]
