"""A derivation as lines: formula in LaTeX, rule, and a check of its own for every line.

The lines are made from the recurrence and closed form that were derived, not from any statement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import comb

import sympy as sp

from .derive import Derived
from .errors import OutsideFragment
from .families import Categorical
from .modes import ModedSystem
from .moments import MomentSystem, Recurrence
from .process import Process
from .recurrences import certify

__all__ = ["Line", "check_one_step", "story"]

#: Spells an expression in LaTeX.
Tex = Callable[[sp.Basic], str]
#: What stands for a mode of a Gaussian component, whose mean is {0} and whose covariance {1}.
MODES = {
    "mean": r"\left\|{0}-\mu\right\|",
    "trace": r"\mathrm{{tr}}\left({1}\right)",
    "frobenius": r"\left\|{1}\right\|_{{F}}",
    # about the true mean, and about a component's own
    "second": r"\left(\mathrm{{tr}}\left({1}\right)+\left\|{0}-\mu\right\|^2\right)",
    "scatter": r"\mathrm{{tr}}\left({1}\right)",
}


@dataclass(frozen=True)
class Line:
    """One line: the rule, what it says in LaTeX, and whether its own check passed."""

    rule: str
    latex: str
    checked: str


def story(d: Derived, tex: Tex = sp.latex) -> list[Line]:
    """The lines of one derived quantity, each re-checked while it is written.

    tex: spells a formula in LaTeX; a caller that prints other formulas beside gives its own.
    """
    lines: list[Line] = []
    for step in d.steps:
        if step.rule == "recurrence":
            lines += _recurrence(step.after, step.args["system"], tex)
        elif step.rule == "closed form":
            lines += _closed(step.before, step.after, step.args["system"], tex)
        elif step.rule == "lattice fixation":
            lines.append(
                Line("fixation", _fixation(step, tex), "mean is constant; spread tends to zero")
            )
        else:
            lines.append(
                Line(
                    step.rule,
                    f"{tex(d.node)} = {tex(d.formula)}",
                    "computed generation by generation",
                )
            )
    if any(s.rule == "closed form" for s in d.steps):
        lines.append(Line("result", f"{tex(d.node)} = {tex(d.formula)}", _spot_check(d)))
    return lines


def _names(system: MomentSystem, g: sp.Expr, now: bool) -> dict[sp.Symbol, sp.Expr]:
    """Components as printed symbols, after generation g (now) or before it."""
    index = system.process.paper(g) if now else system.process.paper(g - 1)
    table: dict[sp.Symbol, sp.Expr] = {}
    for c, s in system.components.items():
        table[s] = sp.Symbol(_component(c, index, system.process))
    table[system.theta] = sp.Symbol("p_i")
    if isinstance(system, ModedSystem):
        for (c, mode), s in system.moded.items():
            table[s] = sp.Symbol(MODES[mode].format(*_letters(c, index)))
        for mode, s in system.truths.items():
            table[s] = (
                sp.Symbol(MODES["trace" if mode == "second" else mode].format(r"\mu", r"\Sigma"))
                if mode != "mean"
                else sp.S(0)
            )
    return table


def _letters(c: tuple, index: sp.Expr) -> tuple[str, str]:
    """The mean and the covariance of a component of a Gaussian process."""
    kind, *rest = c
    below = index - (rest[-1] - 1) if kind in ("model", "past") else index
    below = rest[0] if kind == "frozen" else below
    name = rf"^{{\mathrm{{{rest[0]}}}}}" if kind in ("once", "past") else ""
    mean, cov = (r"\hat{\mu}", r"\hat{\Sigma}") if not name else (r"\overline{x}", r"S")
    return tuple(f"{letter}{name}_{{{sp.latex(below)}}}" for letter in (mean, cov))  # type: ignore[return-value]


def _component(c: tuple, index: sp.Expr, process: Process) -> str:
    kind, *rest = c
    at = sp.latex(index - (rest[-1] - 1)) if kind in ("model", "past") else sp.latex(index)
    if kind == "model":
        return rf"p_i^{{({at})}}"
    if kind == "frozen":
        return rf"p_i^{{({process.paper(rest[0])})}}"
    if kind == "once":
        return rf"\overline{{x}}_i^{{\mathrm{{{rest[0]}}}}}"
    if kind == "past":
        return rf"\overline{{x}}_i^{{\mathrm{{{rest[0]}}},({at})}}"
    return rf"\overline{{p}}_i^{{\,({at})}}"


def _recurrence(r: Recurrence, system: MomentSystem, tex: Tex) -> list[Line]:
    g = (
        system.process.index
        if system.process.origin == 1
        else system.process.internal(system.process.index)
    )
    lines = []
    now, before = _names(system, sp.sympify(g), True), _names(system, sp.sympify(g), False)
    for k, label in enumerate(r.labels):
        left = rf"\mathbb{{E}}\left[{tex(label.xreplace(now))}\right]"
        terms = [
            _times(
                r.matrix[k, j].xreplace({r.generation: g, r.theta: sp.Symbol("p_i")}),
                rf"\mathbb{{E}}\left[{tex(other.xreplace(before))}\right]",
                tex,
            )
            for j, other in enumerate(r.labels)
            if r.matrix[k, j] != 0
        ]
        forcing = r.forcing[k, 0].xreplace({**before, r.generation: g, r.theta: sp.Symbol("p_i")})
        if forcing != 0:
            terms.append(tex(forcing))
        lines.append(
            Line(
                "one step", f"{left} = {' + '.join(terms) or '0'}", check_one_step(system, label, r)
            )
        )
    return lines


def _times(c: sp.Expr, body: str, tex: Tex) -> str:
    if c == 1:
        return body
    text = tex(sp.factor(c))
    return (rf"\left({text}\right)" if c.is_Add else text) + r"\, " + body


def _closed(r: Recurrence, closed, system: MomentSystem, tex: Tex) -> list[Line]:  # type: ignore[no-untyped-def]
    certify(r, closed)
    g = system.process.internal(system.process.index)
    names = _names(system, sp.sympify(g), True)
    lines = []
    for label, e in zip(r.labels, closed.entries, strict=True):
        body = e.xreplace({**names, r.generation: sp.sympify(g), r.theta: sp.Symbol("p_i")})
        lines.append(
            Line(
                "closed form",
                rf"\mathbb{{E}}\left[{tex(label.xreplace(names))}\right] = {tex(body)}",
                "put back into the recurrence and its first value; FLINT agrees",
            )
        )
    return lines


def _fixation(step, tex: Tex) -> str:  # type: ignore[no-untyped-def]
    n = tex(step.args["size"])
    return (
        rf"\mathbb{{E}}[x_t]-{n}\,\mathbb{{E}}[x_t(1-x_t)]\le\mathbb{{P}}(x_t=1)"
        r"\le\mathbb{E}[x_t],\quad "
        rf"\mathbb{{E}}[x_t]={tex(step.args['mean'])}"
    )


def _spot_check(d: Derived) -> str:
    """The formula against the recurrence run for three generations."""
    from .recurrences import iterate

    if d.recurrence is None or d.closed is None:
        return "sum of the lines above"
    r, c = d.recurrence, d.closed
    for k in range(c.start, c.start + 3):
        at = c.formula.xreplace({r.generation: sp.Integer(k)}).doit()
        if sp.cancel(sp.together(at - iterate(r, k))) != 0:
            raise OutsideFragment(f"the closed form differs from the recurrence at generation {k}")
    return f"equals the recurrence at generations {c.start} to {c.start + 2}"


def check_one_step(system: MomentSystem, label: sp.Expr, r: Recurrence) -> str:
    """One row of the recurrence against the explicit law of the batches, at sizes 1 and 2.

    Every batch of a categorical coordinate is a binomial count: all outcomes are summed, in
    rationals, from a state with distinct rational components.
    """
    if not isinstance(system.process.family, Categorical):
        return "second moment of the family's noise"
    g = r.generation
    updates, batches = system.step(g)
    k = r.labels.index(label)
    free = sorted(
        (system.process.parameters - {system.process.family.truth})
        & _all_symbols(updates, batches),
        key=str,
    )
    if any(not isinstance(s, sp.Symbol) for s in system.process.parameters):
        return "closure of the conditional moments"
    for size in (1, 2):
        put = {
            s: sp.Integer(size) if not _is_share(s, updates, batches) else sp.Rational(1, 3)
            for s in free
        }
        put |= {g: sp.Integer(5), system.theta: sp.Rational(1, 3)}
        state = {s: sp.Rational(1, j + 2) for j, s in enumerate(system.components.values())}
        want = sum(
            (
                r.matrix[k, j].xreplace(put) * other.xreplace(state)
                for j, other in enumerate(r.labels)
            ),
            r.forcing[k, 0].xreplace(put),
        )
        got = _enumerate(label, updates, batches, {**put, **state}, system)
        if got is None:
            return "closure of the conditional moments"
        if sp.nsimplify(got - want) != 0:
            raise OutsideFragment(
                f"row {label} of the recurrence fails its enumeration: {got} against {want}"
            )
    return "equals the sum over all outcomes at sizes 1 and 2"


def _all_symbols(updates: dict, batches: dict) -> set[sp.Symbol]:
    out: set[sp.Symbol] = set()
    for e in updates.values():
        out |= sp.sympify(e).free_symbols
    for law, size in batches.values():
        out |= law.free_symbols | size.free_symbols
    return out


def _is_share(s: sp.Symbol, updates: dict, batches: dict) -> bool:
    return not any(s in size.free_symbols for _, size in batches.values())


def _enumerate(label, updates, batches, put, system):  # type: ignore[no-untyped-def]
    """E[label] after one generation, over all binomial outcomes; None where a law leaves [0, 1]."""
    laws, sizes, names = [], [], list(batches)
    for law, size in batches.values():
        q, n = law.xreplace(put), size.xreplace(put)
        if not (q.is_Rational and 0 <= q <= 1 and n.is_Integer and 1 <= n <= 12):
            return None
        laws.append(Fraction(int(q.p), int(q.q)))
        sizes.append(int(n))
    table = {s: updates[c] for c, s in system.components.items() if c in updates}
    target = label.xreplace(table).xreplace(put)
    total = sp.Integer(0)
    for counts in product(*(range(n + 1) for n in sizes)):
        weight = Fraction(1)
        for x, n, q in zip(counts, sizes, laws, strict=True):
            weight *= comb(n, x) * q**x * (1 - q) ** (n - x)
        means = {s: sp.Rational(x, n) for s, x, n in zip(names, counts, sizes, strict=True)}
        total += sp.Rational(weight.numerator, weight.denominator) * target.xreplace(means)
    return total
