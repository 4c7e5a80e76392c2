"""A derivation as lines: formula in LaTeX, rule, and a check of its own for every line.

The lines are made from the recurrence and closed form that were derived, not from any statement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import sympy as sp

from .derive import Derived
from .errors import OutsideFragment
from .moments import MomentSystem, Recurrence
from .naming import Names, summed
from .onestep import check_one_step
from .quantity import processes_of
from .recurrences import certify

__all__ = ["Line", "story"]

#: Spells an expression in LaTeX.
Tex = Callable[[sp.Basic], str]

#: Rules by another name, where theirs says nothing to a reader.
RULES = {"early": "first generations", "one step": "conditional mean"}

#: What is done about a line that has no recurrence of its own.
CHECKS = {
    "early": "moments taken back to the start, generation by generation; not compared by itself",
    "one step": "one conditional moment of the process; not compared by itself",
}


@dataclass(frozen=True)
class Line:
    """One line: the rule, what it says in LaTeX, and whether its own check passed.

    process: the name of the process it is about.
    """

    rule: str
    latex: str
    checked: str
    process: str = ""


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
                    RULES.get(step.rule, step.rule),
                    f"{tex(d.node)} = {tex(d.formula)}",
                    CHECKS.get(step.rule, "not compared by itself"),
                )
            )
    if any(s.rule == "closed form" for s in d.steps):
        lines.append(Line("result", f"{tex(d.node)} = {tex(d.formula)}", _spot_check(d)))
    name = ", ".join(p.name for p in processes_of(d.node))
    return [replace(x, process=name) for x in lines]


def _recurrence(r: Recurrence, system: MomentSystem, tex: Tex) -> list[Line]:
    names, g = Names(system, tex), system.process.internal(system.process.index)
    now = system.process.index
    here = {r.generation: sp.sympify(g)}
    lines = []
    for k, label in enumerate(r.labels):
        terms = [
            names.term(r.matrix[k, j].xreplace(here), other, now - 1)
            for j, other in enumerate(r.labels)
            if r.matrix[k, j] != 0
        ]
        terms.append(names.forcing(r.forcing[k, 0].xreplace(here), label))
        lines.append(
            Line(
                "one step",
                f"{names.mean(label, now)} = {summed(terms)}",
                check_one_step(system, label, r),
            )
        )
    return lines


def _closed(r: Recurrence, closed, system: MomentSystem, tex: Tex) -> list[Line]:  # type: ignore[no-untyped-def]
    certify(r, closed)
    names, g = Names(system, tex), system.process.internal(system.process.index)
    return [
        Line(
            "closed form",
            f"{names.mean(label, system.process.index)} = "
            f"{tex(names.written(e.xreplace({r.generation: sp.sympify(g)}), label))}",
            "put back into the recurrence and its first value; FLINT agrees",
        )
        for label, e in zip(r.labels, closed.entries, strict=True)
    ]


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
