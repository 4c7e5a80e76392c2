r"""LaTeX names for what a moment closure speaks of: models, batches, their products, the truth.

A coordinate of a categorical model is a number. A Gaussian mean, a covariance and a vector of
regression weights are not: of these the closure follows the first power (a vector or matrix) and
inner products, and each is written as what it is, `\hat{\Sigma}_t` or `\|\hat{\Sigma}_t\|_F^2`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy as sp

from .families import Categorical
from .families.linear import Linear
from .modes import ModedSystem
from .moments import Component, MomentSystem
from .process import Process

__all__ = ["LETTERS", "OTHER", "Names", "summed"]

#: Spells an expression in LaTeX.
Tex = Callable[[sp.Basic], str]
#: Family -> its true parameter and its estimate; a categorical family has a letter of its own.
LETTERS = {
    "Linear": ("w^{*}", r"\hat{w}"),
    "Gaussian": (r"\mu", r"\hat{\mu}"),
    "Cdf": ("F", r"\hat{F}"),
}
OTHER = (r"\theta^{*}", r"\hat{\theta}")
STAR = "^{*}"
#: Modes whose symbols are numbers by themselves; of the others only products are.
NUMBERS = {
    "trace": r"\mathrm{{tr}}\left({1}\right)",
    # about the true mean, and about a component's own
    "second": r"\left(\mathrm{{tr}}\left({1}\right)+\left\|{0}-\mu\right\|^2\right)",
    "scatter": r"\mathrm{{tr}}\left({1}\right)",
}


class Names:
    """How the moments of one system are written, at any generation."""

    def __init__(self, system: MomentSystem, tex: Tex):
        self.system, self.tex = system, tex
        family = system.process.family
        self.vectors = isinstance(system, ModedSystem) or isinstance(family, Linear)
        self.moded = isinstance(system, ModedSystem)

    # -- sides of a row ------------------------------------------------------------------

    def mean(self, mono: sp.Expr, index: sp.Expr) -> str:
        """E[monomial], its components at a generation of the paper's clock."""
        return rf"\mathbb{{E}}\left[{self._product(mono, index)}\right]"

    def term(self, c: sp.Expr, mono: sp.Expr, index: sp.Expr) -> str:
        """c E[monomial]; a factor of the truth in c is multiplied as a vector where it is one."""
        truth = next((s for s in self._vector_truths() if c.has(s)), None)
        if truth is None:
            return _times(self.written(c, mono), self.mean(mono, index), self.tex)
        rest = sp.cancel(c / truth)
        if truth == self._truth_of("mean") or rest.has(truth):
            return "" if not rest.has(truth) else _times(c, self.mean(mono, index), self.tex)
        letter = self._letter(truth)
        mean = self.mean(mono, index)
        body = rf"\mathrm{{tr}}\left({letter}\,{mean}\right)" if self.moded else rf"{letter} \cdot {mean}"
        return _times(self.written(rest, mono), body, self.tex)

    def forcing(self, e: sp.Expr, mono: sp.Expr) -> str:
        """What stands alone on the side of E[monomial], or a closed form of it."""
        shown = self.written(e, mono)
        return self.tex(shown) if shown != 0 else ""

    def written(self, e: sp.Expr, mono: sp.Expr) -> sp.Expr:
        """`e` in the letters of the truth, sorted by its invariants."""
        table = self._truth_table(_degree(mono, self.system.generators()))
        truths = [s for s in table if e.has(s)]
        if not self.vectors or not truths:
            return e.xreplace(table)
        out: list[sp.Expr] = []
        for summand in sp.Add.make_args(e):
            free, bound = summand.as_independent(*truths, as_Add=False)
            num, den = sp.fraction(sp.together(bound))
            if not num.is_polynomial(*truths) or den.has(*truths):
                return e.xreplace(table)
            for powers, c in sp.Poly(num, *truths).terms():
                named = sp.prod([_power(table[s], k) for s, k in zip(truths, powers, strict=True)])
                out.append(sp.factor(c / den) * free * named)
        return sp.Add(*out)

    # -- truths --------------------------------------------------------------------------

    def _truth_of(self, mode: str) -> sp.Symbol | None:
        return self.system.truths[mode] if isinstance(self.system, ModedSystem) else None

    def _vector_truths(self) -> list[sp.Symbol]:
        """Symbols of the truth that are vectors or matrices."""
        if isinstance(self.system, ModedSystem):
            return [self.system.truths["mean"], self.system.truths["frobenius"]]
        return [self.system.theta] if self.vectors else []

    def _letter(self, truth: sp.Symbol) -> str:
        family = self.system.process.family
        if self.moded:
            return sp.latex(family.truth)
        return _letters(self.system.process, self.tex)[0]

    def _truth_table(self, degree: int) -> dict[sp.Symbol, sp.Expr]:
        """The truth's symbols as letters: in a row of degree two only its squares stay alone."""
        system = self.system
        if isinstance(system, ModedSystem):
            cov = sp.latex(system.process.family.truth)
            square = sp.Symbol(rf"\left\|{cov}\right\|_{{F}}")
            trace = sp.Symbol(rf"\mathrm{{tr}}\left({cov}\right)")
            return {
                system.truths["mean"]: sp.Integer(0),
                system.truths["trace"]: trace,
                system.truths["second"]: trace,
                system.truths["frobenius"]: sp.Symbol(cov) if degree == 1 else square,
            }
        letter = _letters(system.process, self.tex)[0]
        if self.vectors:
            name = letter if degree == 1 else rf"\left\|{letter}\right\|"
            return {system.theta: sp.Symbol(name)}
        return {system.theta: sp.Symbol(_coordinate(letter, system.process))}

    # -- monomials -----------------------------------------------------------------------

    def _product(self, mono: sp.Expr, index: sp.Expr) -> str:
        system = self.system
        powers = mono.as_powers_dict()
        if not self.vectors:
            names = {s: self._component(c, index) for c, s in system.components.items()}
            return self.tex(mono.xreplace({s: sp.Symbol(names[s]) for s in powers}))
        groups: dict[str, list[str]] = {}
        for (c, mode), s in self._symbols().items():
            name = self._in_mode(c, mode, index)
            groups.setdefault(mode, []).extend([name] * int(powers.get(s, 0)))
        return r"\,".join(_joined(mode, found) for mode, found in groups.items() if found)

    def _symbols(self) -> Mapping[tuple[Component, str], sp.Symbol]:
        if isinstance(self.system, ModedSystem):
            return self.system.moded
        return {(c, "vector"): s for c, s in self.system.components.items()}

    def _in_mode(self, c: Component, mode: str, index: sp.Expr) -> str:
        if mode == "vector":
            return self._component(c, index)
        mean, cov = _gaussian(c, index)
        if mode in NUMBERS:
            return NUMBERS[mode].format(mean, cov)
        return rf"\left({mean}-\mu\right)" if mode == "mean" else cov

    def _component(self, c: Component, index: sp.Expr) -> str:
        process = self.system.process
        kind, *rest = c
        at = sp.latex(index - (rest[-1] - 1)) if kind in ("model", "past") else sp.latex(index)
        if kind == "frozen":
            at = sp.latex(process.paper(rest[0]))
        truth, estimate = _letters(process, self.tex)
        batch = rf"\mathrm{{{rest[0]}}}" if kind in ("once", "past") else ""
        if isinstance(process.family, Categorical):
            if batch:
                return rf"\overline{{x}}_i^{{{batch}" + (f",({at})}}" if kind == "past" else "}")
            letter, mark = (estimate, "") if kind in ("model", "frozen") else (rf"\overline{{{estimate}}}", r"\,")
            return rf"{letter}_i^{{{mark}({at})}}"
        letter = estimate if kind in ("model", "frozen", "once", "past") else rf"\overline{{{truth}}}"
        above = rf"^{{{batch}}}" if batch else ""
        below = "" if kind == "once" else f"_{{{at}}}"
        return f"{letter}{above}{below}" + ("(x)" if type(process.family).__name__ == "Cdf" else "")


def summed(terms: list[str]) -> str:
    """Terms that were printed one by one, as a sum.

    >>> summed(["a", "- b", "", "-c"])
    'a - b - c'
    """
    out = ""
    for t in (t.strip() for t in terms if t.strip()):
        minus = t.startswith("-")
        body = t[1:].strip() if minus else t
        out += (("-" if minus else "") if not out else (" - " if minus else " + ")) + body
    return out or "0"


def _times(c: sp.Expr, body: str, tex: Tex) -> str:
    """c times what is already LaTeX."""
    c = sp.factor(c)
    if c in (1, -1):
        return body if c == 1 else f"- {body}"
    text = tex(c)
    return (rf"\left({text}\right)" if c.is_Add else text) + r"\, " + body


def _power(letter: sp.Expr, k: int) -> sp.Expr:
    """A power of a letter; the square of a norm is a letter of its own, without brackets."""
    norm = isinstance(letter, sp.Symbol) and letter.name.startswith(r"\left\|")
    return sp.Symbol(f"{letter.name}^{{2}}") if norm and k == 2 else letter**k


def _letters(process: Process, tex: Tex) -> tuple[str, str]:
    """The true parameter and its estimate."""
    if isinstance(process.family, Categorical):
        letter = tex(process.family.truth)
        return letter, letter.removesuffix(STAR)
    return LETTERS.get(type(process.family).__name__, OTHER)


def _coordinate(letter: str, process: Process) -> str:
    if isinstance(process.family, Categorical):
        return letter.removesuffix(STAR) + "_i" + STAR * letter.endswith(STAR)
    return f"{letter}(x)" if type(process.family).__name__ == "Cdf" else letter


def _gaussian(c: Component, index: sp.Expr) -> tuple[str, str]:
    """The mean and the covariance of a component of a Gaussian process."""
    kind, *rest = c
    below = index - (rest[-1] - 1) if kind in ("model", "past") else index
    below = rest[0] if kind == "frozen" else below
    name = rf"^{{\mathrm{{{rest[0]}}}}}" if kind in ("once", "past") else ""
    mean, cov = (r"\hat{\mu}", r"\hat{\Sigma}") if not name else (r"\overline{x}", "S")
    at = "" if kind == "once" else f"_{{{sp.latex(below)}}}"
    return f"{mean}{name}{at}", f"{cov}{name}{at}"


def _joined(mode: str, found: list[str]) -> str:
    """One or two factors of a mode: a vector, or a product of two."""
    if mode in NUMBERS:
        same = len(found) == 2 and found[0] == found[1]
        return f"{found[0]}^{{2}}" if same else r"\,".join(found)
    if len(found) == 1:
        return found[0].removeprefix(r"\left(").removesuffix(r"\right)") if mode == "mean" else found[0]
    a, b = found
    if a == b:
        inner = a.removeprefix(r"\left(").removesuffix(r"\right)") if mode == "mean" else a
        return rf"\left\|{inner}\right\|" + ("_{F}" if mode == "frobenius" else "") + "^{2}"
    return rf"\mathrm{{tr}}\left({a}{b}\right)" if mode == "frobenius" else rf"{a} \cdot {b}"


def _degree(mono: sp.Expr, symbols: list[sp.Symbol]) -> int:
    found = [s for s in symbols if mono.has(s)]
    return sp.Poly(mono, *found).total_degree() if found else 0
