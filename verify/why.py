"""Why a statement counts as proved, in a line of words."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from sympy import Basic

from refutable.derivations.quantity import Functional, Mean, Prob, Vec, processes_of

from .deduce import Deduction
from .words import formula

__all__ = ["letters", "why_proved"]

#: The last rule of a proof, in words.
RULES = {
    "normal form": "both sides are the same",
    "induction": "equal by induction",
    "coefficients": "signs of coefficients",
    "smt": "the negation is unsatisfiable",
    "limit": "limit certified",
    "evaluation": "evaluated",
    "case": "shown case by case",
    "case by case": "shown case by case",
    "script": "shown by a proof script",
    "optimum": "the value is smallest there, on either side of it",
    "one state": "means opened at one generation",
    "comparison": "compared with a recurrence that bounds it",
    "finite": "no denominator vanishes",
    "corners": "holds at the corners of the domain, between which it is affine",
    "matrix words": "both sides are the same sum of matrix products",
    "existence": "a value that will do is named",
    "monotone": "it decreases from the first index on",
    "divergence": "its growth is certified",
    "lattice": "it counts data",
    "empty premise": "nothing satisfies its premise",
    "step": "the sign of each step",
}


def why_proved(d: Deduction, holding: int) -> str:
    """How it was shown, and at how many exact instances it was seen to hold.

    Only a statement about a random process is said to be derived from one; the others are algebra.
    """
    rule = d.lines[-1][0] if d.lines else "normal form"
    if rule == "coefficient":
        text = "every noise coefficient derived from the process agrees"
    elif rule == "fit":
        text = "the process's own step: both sides are the same mean of batches"
    else:
        text = f"{_origin(d)}; {RULES.get(rule, rule)}"
    return text + (f"; holds at {holding} exact instances" if holding else "")


def _origin(d: Deduction) -> str:
    if d.derived:
        return "derived from the process"
    body = d.claim.bound()
    return "for every state of the process" if processes_of(body) else "by algebra, no process in it"


def letters(d: Deduction, spell: Callable[[Basic], str] = formula) -> dict[str, str]:
    """What lines of a proof have for a quantity, a variable or SymPy's text -> as one reads it."""
    trees = [*d.letters, *(x.formula for x in d.derived.values())]
    sides = [x for r in d.shown for x in (r.lhs, r.rhs) if isinstance(x, Basic) and x.args]
    nodes = {n for e in (*trees, *sides) for n in e.atoms(Mean, Prob, Functional, Vec)}
    nodes |= set(sides)
    table = {}
    for text, node in [*((s, n) for n, s in d.letters.items()), *((n, n) for n in nodes)]:
        with suppress(Exception):  # a quantity without a name keeps its letter
            table[str(text)] = spell(node)
    return table
