"""Steps of a derivation, and the closed list of rules that a proof script may use.

A step says: by this rule, from `before`, follows `after`. Scripts and engines that produce steps
are not trusted; the checkers in `verify` are. A rule without a checker does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy as sp

__all__ = ["LHS", "RHS", "RULES", "Step"]

#: The sides of the relation that is to be proved, wherever a script speaks of them.
LHS, RHS = sp.Symbol("left side"), sp.Symbol("right side")

#: Rules of proof scripts: name -> what it says.
RULES = {
    "at every index": "a relation that holds for every value of an index, at another value",
    "average over sets": "over random sets A, the mean of v(A)(1 - v(A)) is (1 - |v|^2)/4; of half the classes, more",
    "Cauchy-Schwarz": "(E|X|_1)^2 <= s E|X|_2^2 for a vector of s coordinates",
    "compare": "the relation follows from the earlier ones by arithmetic",
    "compare terms": "a sum is at most another where each term is",
    "concave power": "a power below one of a positive concave function is concave",
    "derive": "the mean is derived from the process",
    "exponentiate": "u <= c log v gives exp(u/c) <= v",
    "first term": "a sum is its first term and the rest; at least its first, if none is negative",
    "function": "a function of one variable, on an interval",
    "Jensen": "E f(X) <= f(E X) for a concave f",
    "largest set": "lambda = pi (1 - pi) for the largest values over sets",
    "layer cake": "E X is the integral of P(X >= t)",
    "Markov": "P(X >= a) <= E X / a for X >= 0",
    "mean": "means of both sides",
    "minimum": "a number below a minimum is below each of its members",
    "monotone": "a decreasing function of a larger number is smaller",
    "multiply": "both sides times a number that is not negative",
    "over sets": "a largest value over sets, compared set by set",
    "proportion": "the upper tail of a proportion of n independent draws",
    "split": "a mean, split by whether the model is a point mass",
    "spreads": "a loop that keeps its real data spreads around any fixed point, on average",
    "strict mean": "means of both sides, which differ where all data are of one token",
    "strict mean over sets": "the same, for a largest value over sets, set by set",
    "tangent": "exp(u) lies above its tangents",
    "tower": "the mean of a conditional mean",
    "triangle": "the triangle inequality",
    "union over sets": "|v - w|_1 >= e needs a set A with v(A) - w(A) >= e/2",
    "unroll": "a recurrence u(k + 1) <= b u(k) + c(k), solved",
}


@dataclass(frozen=True)
class Step:
    """One line of a derivation."""

    rule: str
    before: Any = None
    after: Any = None
    args: dict[str, Any] = field(default_factory=dict, hash=False)
