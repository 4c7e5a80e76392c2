"""Matrices in statements: fixed ones, Gaussian ones, stacks and sums of them.

SymPy's MatrixSymbol, products, transposes, inverses and `Trace` are used as they are. Added here:
a matrix with independent Gaussian rows, blocks stacked on top of each other, a sum of matrices over
a symbolic range, rank, and the domain of a fixed matrix.

>>> import sympy as sp
>>> n, T, d, i = sp.symbols("n T d i", positive=True)
>>> X = sp.MatrixSymbol("X", T, d)
>>> Stacked(X, i, 1, n).shape
(T*n, d)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import sympy as sp
from sympy.core.symbol import Str

from .domain import Domain, Value, concrete
from .errors import DomainError, StatementError
from .quantity import Event

__all__ = ["FullRank", "Gauss", "MatSum", "Matrices", "Pinv", "Rank", "Stacked", "has_matrices"]


class Gauss(sp.MatrixExpr):
    """`rows` independent rows N(0, cov); args: (name, index, rows, cov).

    cov: a symmetric matrix expression, or a number for a single column. Gaussian matrices with
    different names or indices are independent.
    """

    def __new__(cls, name: object, rows: object, cov: object, index: object = 0) -> Gauss:
        if isinstance(name, Str) and isinstance(index, sp.MatrixExpr):
            raise StatementError("Gauss(name, rows, cov, index): the index is a number")
        word = name if isinstance(name, Str) else Str(str(name))
        return super().__new__(cls, word, sp.sympify(rows), sp.sympify(cov), sp.sympify(index))

    @property
    def cov(self) -> sp.Expr:
        return self.args[2]

    @property
    def index(self) -> sp.Expr:
        return self.args[3]

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        cov = self.args[2]
        return self.args[1], cov.shape[1] if isinstance(cov, sp.MatrixExpr) else sp.Integer(1)

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        name = self.args[0].name
        return name if self.index == 0 else rf"{name}_{{{printer._print(self.index)}}}"

    def _sympystr(self, printer) -> str:  # type: ignore[no-untyped-def]
        return self._latex(printer)


class _Ranged(sp.MatrixExpr):
    def __new__(cls, body: sp.MatrixExpr, symbol: sp.Symbol, first: object, last: object):  # type: ignore[no-untyped-def]
        if not isinstance(body, sp.MatrixExpr):
            raise StatementError(f"{cls.__name__} takes a matrix (got {body!r})")
        return super().__new__(cls, body, symbol, sp.sympify(first), sp.sympify(last))

    @property
    def count(self) -> sp.Expr:
        return self.args[3] - self.args[2] + 1

    @property
    def free_symbols(self) -> set[sp.Basic]:
        body, i, a, b = self.args
        return (body.free_symbols - {i}) | a.free_symbols | b.free_symbols


class Stacked(_Ranged):
    """body(first), ..., body(last) on top of each other; args: (body, symbol, first, last)."""

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        rows, cols = self.args[0].shape
        return self.count * rows, cols

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        body, i, a, b = (printer._print(x) for x in self.args)
        return rf"\left[{body}\right]_{{{i}={a},\dots,{b}}}"


class MatSum(_Ranged):
    """The sum of body over an integer range; args: (body, symbol, first, last)."""

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        return self.args[0].shape

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        body, i, a, b = (printer._print(x) for x in self.args)
        return rf"\sum_{{{i}={a}}}^{{{b}}} {body}"


class Rank(sp.Expr):
    """The rank of a matrix."""

    is_commutative = True
    is_integer = True

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return rf"\mathrm{{rank}}\,{printer._print(self.args[0])}"


class FullRank(Event):
    """The columns of a matrix are linearly independent; args: (matrix)."""

    def _latex(self, printer) -> str:  # type: ignore[no-untyped-def]
        return rf"{printer._print(self.args[0])}\text{{ has full column rank}}"


class Pinv(sp.MatrixExpr):
    """(A'A)^{-1} A'; args: (A). A node of its own, so that products with A stay as they are."""

    def __new__(cls, a: sp.MatrixExpr) -> Pinv:
        return super().__new__(cls, a)

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        rows, cols = self.args[0].shape
        return cols, rows

    @property
    def explicit(self) -> sp.MatrixExpr:
        """The definition, written out."""
        (a,) = self.args
        return sp.Inverse(a.T * a) * a.T

    def _latex(self, printer, exp=None) -> str:  # type: ignore[no-untyped-def]
        return rf"{printer._print(self.args[0])}^{{\dagger}}"


@lru_cache(maxsize=4096)
def has_matrices(e: sp.Basic) -> bool:
    """Whether an expression or statement speaks of matrices."""
    return bool(e.atoms(sp.MatrixSymbol, Gauss))


@dataclass(frozen=True)
class Matrices(Domain):
    """Real matrices of a given shape; `full_rank`: independent columns; `definite`: symmetric > 0.

    Members are a few small integer matrices.

    >>> next(Matrices(2, 2, definite=True).members({}))
    Matrix([
    [2, 1],
    [1, 2]])
    """

    rows: object
    cols: object
    full_rank: bool = False
    definite: bool = False

    def __post_init__(self) -> None:
        for name in ("rows", "cols"):
            e = sp.sympify(getattr(self, name))
            if not isinstance(e, sp.Expr):
                raise DomainError(f"Matrices({name}=...) must be a number or a symbol (got {e!r})")
            object.__setattr__(self, name, e)
        if self.definite and self.rows != self.cols:
            raise DomainError("a definite matrix is square")

    @property
    def depends(self) -> tuple[sp.Symbol, ...]:  # type: ignore[override]
        return tuple(sorted(self.rows.free_symbols | self.cols.free_symbols, key=str))

    def members(self, at: Mapping[sp.Basic, object]) -> Iterator[Value]:
        r, c = (int(concrete(x, at)) for x in (self.rows, self.cols))
        yield from _members(r, c, self.full_rank, self.definite)

    def contains(self, value: Value, at: Mapping[sp.Basic, object]) -> bool:
        if not isinstance(value, sp.MatrixBase) or value.shape != tuple(
            int(concrete(x, at)) for x in (self.rows, self.cols)
        ):
            return False
        if self.definite and not (value.is_symmetric() and value.is_positive_definite):
            return False
        return not self.full_rank or value.rank() == value.cols

    def corners(self, at: Mapping[sp.Basic, object]) -> list[Value]:
        return []


@lru_cache(maxsize=256)
def _members(r: int, c: int, full_rank: bool, definite: bool) -> tuple[sp.ImmutableMatrix, ...]:
    if definite:
        one = sp.eye(r)
        more = (_integers(r, r, seed) for seed in (1, 2))
        return tuple(map(sp.ImmutableMatrix, (one + sp.ones(r, r), *(b.T * b + one for b in more))))
    candidates = (_integers(r, c, seed) for seed in range(1, 40))
    good = (m for m in candidates if not full_rank or m.rank() == c)
    return tuple(sp.ImmutableMatrix(m) for m in islice(good, 3))


def _integers(rows: int, cols: int, seed: int) -> sp.Matrix:
    """Small integers that look irregular and are the same every time."""
    return sp.Matrix(rows, cols, lambda r, c: (3 + seed * (5 * r + 7 * c + r * c * c)) % 7 - 2)
