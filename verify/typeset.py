"""Formulas as LaTeX, in the order and with the indices that a paper would use.

SymPy puts `1 - x` as `- x + 1` and an indexed quantity as `S(m + 1)`; here numbers and positive
terms come first, and a quantity of the claim gets its index below: `S_{m + 1}`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction
from sympy.printing.latex import LatexPrinter

from refutable.derivations.claim import Claim
from refutable.derivations.domain import Schedule
from refutable.derivations.families import Categorical
from refutable.derivations.naming import LETTERS, OTHER
from refutable.derivations.process import Process
from refutable.derivations.quantity import (
    Comb,
    Coord,
    Functional,
    Mean,
    ModelVec,
    Prob,
    SqNorm,
    Tag,
    TruthVec,
    VecSum,
)
from refutable.derivations.statement import Lim, LimInf, LimSup

__all__ = ["sequences_of", "tex"]
#: A name of several letters is set upright: in italics it reads as a product.
_WORD = re.compile(r"[A-Za-z]{3,}")


def tex(e: sp.Basic, sequences: Collection[str] = (), several: bool = False) -> str:
    """LaTeX; functions whose name is among `sequences` get their argument as an index.

    several: a model's letter says of which process it is.

    >>> import sympy as sp
    >>> m, S = sp.Symbol("m"), sp.Function("S")
    >>> tex(1 - S(m + 1), {"S"})
    '1 - S_{m + 1}'
    """
    return _Tex(sequences, several).doprint(e)


def sequences_of(claim: Claim) -> set[str]:
    """The names of the claim's schedules and of its quantities that have a process's clock."""
    indexed = [
        f
        for f, body in claim.quantities.items()
        if isinstance(f, UndefinedFunction) and body.atoms(Tag)
    ]
    schedules = [f for f, d in claim.domain.items() if isinstance(d, Schedule)]
    return {f.__name__ for f in (*indexed, *schedules)}


class _Tex(LatexPrinter):
    def __init__(self, sequences: Collection[str], several: bool = False):
        super().__init__()
        self._sequences, self._several = sequences, several

    def _as_ordered_terms(self, expr: sp.Add, order: Any = None) -> list[sp.Expr]:
        terms = super()._as_ordered_terms(expr, order)
        if all(_is_monomial(t) for t in terms):
            return sorted(terms, key=_is_negative) if _is_negative(terms[0]) else terms
        return sorted(terms, key=lambda t: (_is_negative(t), not t.is_number))

    def _print(self, expr: Any, **kwargs: Any) -> str:
        own = {TruthVec: self._truth, ModelVec: self._model, Coord: self._coord, Comb: self._comb,
               VecSum: self._vecsum, Lim: self._limit, LimSup: self._limit,
               LimInf: self._limit}.get(type(expr))  # fmt: skip
        return super()._print(expr, **kwargs) if own is None else own(expr)

    def _print_Symbol(self, expr: sp.Symbol, style: str = "plain") -> str:
        if expr.name.startswith("_") and expr.name.strip("_"):  # an index of our own making
            expr = sp.Symbol(expr.name.lstrip("_"))
        stem, _, accent = expr.name.rpartition("_")
        if stem and accent in ("tilde", "hat", "bar"):
            return rf"\{accent}{{{self._deal_with_super_sub(stem)}}}"
        if stem and accent == "star":
            return rf"{self._deal_with_super_sub(stem)}^{{*}}"
        shown = super()._print_Symbol(expr, style)
        word = shown == expr.name and _WORD.fullmatch(shown)
        return rf"\mathrm{{{shown}}}" if word else shown

    def _print_Function(self, expr: sp.Expr, exp: Any = None) -> str:
        name = self._deal_with_super_sub(expr.func.__name__)
        listed = isinstance(expr, AppliedUndef) and expr.func.__name__ in self._sequences
        if not listed or "_" in name or "^" in name:
            return super()._print_Function(expr, exp)
        text = f"{name}_{{{','.join(self._print(a) for a in expr.args)}}}"
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _truth(self, v: TruthVec) -> str:
        if _is_categorical(v):
            return _letter(v.args[0].process, self)
        return LETTERS.get(type(v.args[0].process.family).__name__, OTHER)[0]

    def _model(self, v: ModelVec) -> str:
        index = self._print(v.args[1])
        name = v.args[0].process.name.replace("_", r"\_")
        mark = rf"\mathrm{{{name}}}" if self._several and name.isascii() and " " not in name else ""
        if _is_categorical(v):
            letter = _letter(v.args[0].process, self).removesuffix("^{*}")
            return rf"{letter}^{{({index}){',' if mark else ''}{mark}}}"
        letter = LETTERS.get(type(v.args[0].process.family).__name__, OTHER)[1]
        return f"{letter}_{{{index}}}" + (f"^{{{mark}}}" if mark else "")

    def _coord(self, e: Coord) -> str:
        v, i = e.args
        body, index = self._print(v), self._print(i)
        if isinstance(v, (ModelVec, TruthVec)) and _is_categorical(v):
            letter, _, above = body.partition("^")
            return f"{letter}_{{{index}}}" + (f"^{above}" if above else "")
        simple = not isinstance(v, (Comb, VecSum)) and "_" not in body
        return rf"{body}_{{{index}}}" if simple else rf"\left({body}\right)_{{{index}}}"

    def _comb(self, v: Comb) -> str:
        out = ""
        for c, w in sorted(v.terms, key=lambda t: _is_negative(t[0])):
            body = self._print(w)
            size = -c if _is_negative(c) else c
            text = "" if size == 1 else self._print(size)
            text = rf"\left({text}\right) " if size.is_Add else text and f"{text} "
            out += f" {'-' if _is_negative(c) else '+'} {text}{body}"
        return out.removeprefix(" + ").strip() or "0"

    def _vecsum(self, v: VecSum) -> str:
        body, i, a, b = v.args
        text = self._print(body)
        if isinstance(body, Comb) and len(body.terms) > 1:
            text = rf"\left({text}\right)"
        return rf"\sum_{{{self._print(i)}={self._print(a)}}}^{{{self._print(b)}}} {text}"

    def _limit(self, e: Lim | LimSup | LimInf) -> str:
        body, x, to = (self._print(a) for a in e.args)
        body = rf"\left({body}\right)" if e.args[0].is_Add else body
        return rf"\{e.name}_{{{x}\to {to}}} {body}"

    def _print_Pow(self, expr: sp.Pow) -> str:
        base, exponent = expr.args
        own = isinstance(base, (Functional, Mean, Prob))
        if not own or (exponent.is_Rational and exponent.is_negative) or exponent == sp.S.Half:
            return super()._print_Pow(expr)
        text = self._print(base)
        if isinstance(base, SqNorm) or (isinstance(base, Coord) and "^" in text):
            text = rf"\left({text}\right)"
        return f"{text}^{{{self._print(exponent)}}}"


def _is_monomial(t: sp.Expr) -> bool:
    """A number times powers of symbols."""
    return all(
        f.is_Number or f.is_Symbol or (f.is_Pow and f.base.is_Symbol and f.exp.is_Integer)
        for f in sp.Mul.make_args(t)
    )


def _is_negative(t: sp.Expr) -> bool:
    return bool(t.could_extract_minus_sign()) if t.is_number else bool(t.as_coeff_Mul()[0] < 0)


def _is_categorical(v: sp.Basic) -> bool:
    return isinstance(v.args[0].process.family, Categorical)


def _letter(process: Process, printer: _Tex) -> str:
    """The letter of a categorical process: its true distribution."""
    return printer._print(process.family.truth)  # type: ignore[attr-defined]
