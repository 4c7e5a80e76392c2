"""Statements and expressions as Python source for a claim file."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.printing.str import StrPrinter

import refutable

from ...derivations import statement as S

__all__ = ["code"]

_RELATIONS = {"=": "eq", "!=": "ne", "<=": "le", "<": "lt", ">=": "ge", ">": "gt"}


def code(e: sp.Basic, names: Mapping[sp.Basic, str]) -> str:
    """Python source that builds `e`, with these variables for its symbols and functions.

    What `from refutable import *` gives is named as it is, the rest of SymPy as `sp.something`.

    >>> n, x = sp.symbols("n x")
    >>> code(S.le(sp.Rational(1, 2) + 1 / n, sp.sin(x)), {n: "n", x: "x"})
    'le(Rational(1, 2) + 1/n, sp.sin(x))'
    """
    return _Code(names).doprint(e)


class _Code(StrPrinter):
    printmethod = "_code"  # our nodes' own way to print themselves is for people

    def __init__(self, names: Mapping[sp.Basic, str]):
        super().__init__({"sympy_integers": False})
        self.names = names

    def _call(self, name: str, args: object) -> str:
        home = name if name in refutable.__all__ else f"sp.{name}"
        return f"{home}({', '.join(self._print(a) for a in args)})"  # type: ignore[attr-defined]

    def _print_Symbol(self, e: sp.Symbol) -> str:
        return self.names.get(e, str(e))

    _print_Dummy = _print_Symbol

    def _print_Rational(self, e: sp.Rational) -> str:
        return f"Rational({e.p}, {e.q})"

    def _print_Function(self, e: sp.Function) -> str:
        if isinstance(e, AppliedUndef):
            return f"{self.names[e.func]}({', '.join(self._print(a) for a in e.args)})"
        return self._call(type(e).__name__, e.args)

    def _print_LatticeOp(self, e: sp.Basic) -> str:
        return self._call(type(e).__name__, sorted(e.args, key=sp.default_sort_key))

    def _print_Abs(self, e: sp.Basic) -> str:
        return self._call("Abs", e.args)

    def _print_ExprCondPair(self, e: sp.Basic) -> str:
        return f"({self._print(e.args[0])}, {self._print(e.args[1])})"

    def _print_Relational(self, e: sp.Basic) -> str:
        return f"sp.{type(e).__name__}({self._print(e.lhs)}, {self._print(e.rhs)}, evaluate=False)"

    def _print_Exp1(self, e: sp.Basic) -> str:
        return "sp.E"

    def _print_And(self, e: sp.Basic) -> str:
        if isinstance(e, S.Statement):
            return self.emptyPrinter(e)
        args = sorted(e.args, key=sp.default_sort_key)
        return f"sp.{type(e).__name__}({', '.join(map(self._print, args))}, evaluate=False)"

    _print_Or = _print_And

    def _print_Piecewise(self, e: sp.Basic) -> str:
        return f"Piecewise({', '.join(map(self._print, e.args))}, evaluate=False)"

    def _print_Sum(self, e: sp.Basic) -> str:
        return self._call(type(e).__name__, [e.function, *e.limits])

    _print_Product = _print_Integral = _print_Sum

    def _print_Derivative(self, e: sp.Basic) -> str:
        return self._call("Derivative", e.args)

    def _print_Tuple(self, e: sp.Basic) -> str:
        return f"({', '.join(self._print(a) for a in e)})"

    def _print_ImmutableDenseMatrix(self, e: sp.MatrixBase) -> str:
        rows = (f"[{', '.join(map(self._print, row))}]" for row in e.tolist())
        return f"sp.ImmutableMatrix([{', '.join(rows)}])"

    def _print_Rel(self, e: S.Rel) -> str:
        return f"{_RELATIONS[e.op]}({self._print(e.lhs)}, {self._print(e.rhs)})"

    def emptyPrinter(self, e: sp.Basic) -> str:
        """Our own nodes: their class with their parts."""
        return self._call(type(e).__name__, e.args)
