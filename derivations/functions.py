"""Functions that a paper defines by a formula: kept by name, evaluated at numbers.

SymPy would melt a piecewise formula into whatever stands around it. A defined function stays one
node, so that a proof can speak of it; `definition` opens it.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from .errors import StatementError

__all__ = ["Defined", "defined", "opened"]


class Defined(sp.Function):
    """Base class of defined functions; `definition` is the Lambda that says what it is."""

    definition: sp.Lambda
    is_extended_real = True
    is_commutative = True

    @classmethod
    def eval(cls, *args: sp.Expr) -> sp.Expr | None:
        if all(a.is_number and not a.free_symbols for a in args):
            return _put(cls.definition, *args)
        return None

    def _eval_derivative(self, symbol: sp.Symbol) -> sp.Expr:
        return self.definition(*self.args).diff(symbol)

    def __reduce_ex__(self, protocol: int):  # type: ignore[no-untyped-def]
        return _call, (type(self).__name__, self.definition, self.args)


@lru_cache(maxsize=4096, typed=True)
def _put(definition: sp.Lambda, *args: sp.Expr) -> sp.Expr:
    return definition(*args)


def defined(name: str, definition: sp.Lambda) -> type[Defined]:
    """The function `name` that is given by `definition`; equal declarations give one function.

    >>> x, y = sp.symbols("x y")
    >>> f = defined("f", sp.Lambda(x, sp.Piecewise((0, x < 0), (x, True))))
    >>> f(y) + 1, f(-3), f(y).definition(2)
    (f(y) + 1, 0, 2)
    """
    if not isinstance(definition, sp.Lambda) or definition.free_symbols:
        raise StatementError(
            f"function {name}: a Lambda without free symbols is needed (got {definition!r})"
        )
    return _made(name, definition)


@lru_cache(maxsize=1024)
def _made(name: str, definition: sp.Lambda) -> type[Defined]:
    body = {"definition": definition, "nargs": len(definition.variables)}
    return type(name, (Defined,), body)  # type: ignore[return-value]


def _call(name: str, definition: sp.Lambda, args: tuple[sp.Expr, ...]) -> sp.Expr:
    return _made(name, definition)(*args)


def opened(e: sp.Basic) -> sp.Basic:
    """`e` with every defined function replaced by its formula.

    >>> x, y = sp.symbols("x y")
    >>> opened(1 + defined("g", sp.Lambda(x, x**2))(y))
    y**2 + 1
    """
    while found := list(e.atoms(Defined)):
        e = e.xreplace({a: a.definition(*a.args) for a in found})
    return e
