"""Further steps for seddik2024, for versions of a statement with less room in them. Not trusted.

Where the scripts do not reach a statement, these are put behind them: errors halved by averages over
sets of half the classes, bounds that are shown one generation later, and squares of norms.
"""

from __future__ import annotations

import sympy as sp

from ..papers import seddik2024_functions as f
from ..papers.seddik2024_functions import j, k, m, n, phi, s, x
from ..quantity import LambdaMax, Mean, PiMax, SqNorm
from ..statement import ge, le
from ..steps import Step
from .seddik2024 import (
    ANY_G,
    BY_MEAN,
    BY_ZETA,
    ERROR,
    FIRST,
    FOR_EACH,
    HALF,
    MORE,
    OFF,
    QUARTER,
    ROOT,
    SOLVED,
    SPARE,
    UPTO_HALF,
    WIDE,
    ZETA,
    Dev,
    Err,
    above,
    b,
    by_classes,
    model,
    norm,
    p1,
    q,
    square,
)


def only_if(part, steps):  # type: ignore[no-untyped-def]
    """The steps, for statements in which this part stands."""
    return tuple(Step(x.rule, x.before, x.after, {**x.args, "if": part}) for x in steps)


TIGHT = le(Err(k), sp.sqrt(1 / (n * phi(ZETA))) * f.G_10)

#: E|error|_1 is at most half of its bound by zeta, and one generation more at most doubles the sum.
HALVES = ge(LambdaMax(p1), (1 + 1 / s) * (1 - SqNorm(p1)) / 4)
HALF_BOUND = le(Err(k), BY_ZETA.rhs / 2)
WIDE_ZETA = ge(1 / phi(ZETA), (1 + 1 / s) * (1 - FIRST) / 2)
CLASSES = le(s, sp.pi / 2 * (s - 1) ** 2 * (1 + 1 / s))
ERROR_SQUARE = le(s * (1 - FIRST), sp.pi / phi(ZETA) * f.G_10**2 / 4)
ERROR_BY_HALF = (
    Step("average over sets", p1, None, {"of halves": True}),
    Step("mean", HALVES),
    Step("compare", None, WIDE_ZETA),
    Step("compare", None, CLASSES),
    Step("multiply", CLASSES, None, {"by": 1 - FIRST}),
    Step("multiply", WIDE_ZETA, None, {"by": sp.pi * (s - 1) ** 2}),
    *by_classes(1 / phi(ZETA) / 4),
    Step("compare", None, ERROR_SQUARE),
    Step("multiply", ERROR_SQUARE, None, {"by": 1 / n}),
    Step("multiply", le(Mean(SqNorm(ERROR)), (1 - FIRST) / n), None, {"by": s}),
    Step("compare", None, HALF_BOUND),
)
LATER_SOLVED = SOLVED.xreplace({k: k + 1})
POWERS = sp.Sum(b ** (k + 1 - j), (j, 1, k))
MORE_POWERS = POWERS.xreplace({k: k + 1})
ONE_MORE = (
    *ERROR_BY_HALF,
    Step("at every index", HALF_BOUND, None, FOR_EACH),
    Step("at every index", SOLVED, None, {"symbol": k, "value": k + 1}),
    Step("compare terms", None, le(LATER_SOLVED.rhs, BY_ZETA.rhs / 2 * MORE_POWERS)),
    Step("compare", None, le(MORE_POWERS, 2 * POWERS)),
    Step("multiply", le(MORE_POWERS, 2 * POWERS), None, {"by": BY_ZETA.rhs / 2}),
)

#: E|error of model k|_1 by pi_k without the root of pi, and by pi of the next model.
BY_MEAN_TIGHT = le(Err(k), f.G_10 / sp.sqrt(n) * phi(Mean(PiMax(model(k)))) ** -HALF)
NEXT = model(k + 1)
NEXT_PI = Mean(PiMax(NEXT))
NEXT_SPREAD, NEXT_LARGEST = ge(LambdaMax(NEXT), (1 - SqNorm(NEXT)) / 4), le(LambdaMax(NEXT), PiMax(NEXT))
SLOWLY = le(3 * (1 - Mean(SqNorm(model(k)))) / 4, 1 - Mean(SqNorm(NEXT)))
BY_NEXT_MEAN = le(Err(k), ROOT * phi(NEXT_PI) ** -HALF)
NEXT_MEANS = (
    ge(Mean(LambdaMax(NEXT)), QUARTER - Mean(SqNorm(NEXT)) / 4),
    le(Mean(LambdaMax(NEXT)), NEXT_PI),
    ge(1 / phi(NEXT_PI), NEXT_PI),
)
NEXT_WIDE = le(1 - Mean(SqNorm(model(k))), 16 / phi(NEXT_PI) / 3)
NEXT_CLASSES = le(s, 3 * sp.pi / 4 * (s - 1) ** 2)
NEXT_SQUARE = le(s * (1 - Mean(SqNorm(model(k)))), sp.pi / phi(NEXT_PI) * f.G_10**2)
ONE_SQUARE = le(Mean(SqNorm(ERROR)), (1 - Mean(SqNorm(model(k)))) / n)
ERROR_BY_NEXT = (
    Step("Cauchy-Schwarz", norm(ERROR)),
    *(Step("derive", Mean(SqNorm(v))) for v in (ERROR, model(k), NEXT)),
    Step("average over sets", NEXT),
    Step("mean", NEXT_SPREAD),
    Step("over sets", None, NEXT_LARGEST),
    Step("mean", NEXT_LARGEST),
    *above(NEXT_PI),
    Step("compare", None, ONE_SQUARE),
    Step("compare", None, SLOWLY),
    Step("multiply", SLOWLY, None, {"by": sp.Rational(4, 3)}),
    *(Step("multiply", rel, None, {"by": sp.Rational(16, 3)}) for rel in NEXT_MEANS),
    Step("compare", None, NEXT_WIDE),
    Step("compare", None, NEXT_CLASSES),
    Step("multiply", NEXT_WIDE, None, {"by": s}),
    Step("multiply", NEXT_CLASSES, None, {"by": 16 / phi(NEXT_PI) / 3}),
    *by_classes(1 / phi(NEXT_PI)),
    Step("compare", None, NEXT_SQUARE),
    Step("multiply", NEXT_SQUARE, None, {"by": 1 / n}),
    Step("multiply", ONE_SQUARE, None, {"by": s}),
    Step("compare", None, BY_NEXT_MEAN),
    Step("at every index", BY_NEXT_MEAN, None, FOR_EACH),
)

#: E|error|_1 of model k, and of the next one, is at most half of the bound by E pi_k.
PI, SQUARES = Mean(PiMax(model(k))), Mean(SqNorm(model(k)))
BY_HALVES = ge(LambdaMax(model(k)), (1 + 1 / s) * (1 - SqNorm(model(k))) / 4)
PROFILE = le(LambdaMax(model(k)), PiMax(model(k)) - PiMax(model(k)) ** 2)
TANGENT = ge(PiMax(model(k)) ** 2, 2 * PI * PiMax(model(k)) - PI**2)
EL_K, SECOND = Mean(LambdaMax(model(k))), Mean(PiMax(model(k)) ** 2)
LEAST_EL = ge(EL_K, sp.expand((1 + 1 / s) * (1 - SQUARES) / 4))
MOST_EL = le(EL_K, PI - SECOND)
ABOVE_PROFILE = ge(1 / phi(x), 2 * (x - x**2))
WIDE_PI = le((1 + 1 / s) * (1 - SQUARES) / 2, 1 / phi(PI))
SAME_SQUARE = le(s * (1 - SQUARES), sp.pi / phi(PI) * f.G_10**2 / 4)
LATER_ERROR = ERROR.xreplace({k: k + 1})
LATER_SQUARE = le(Mean(SqNorm(LATER_ERROR)), (1 - SQUARES) / n)
HALVED = tuple(le(Err(i), BY_MEAN.rhs / 2) for i in (k, k + 1))
BOTH_BY_HALF = (
    Step("average over sets", model(k), None, {"of halves": True}),
    Step("mean", BY_HALVES),
    Step("largest set", model(k)),
    Step("compare", None, PROFILE),
    Step("mean", PROFILE),
    Step("compare", None, TANGENT),
    Step("mean", TANGENT),
    Step("function", None, ABOVE_PROFILE, {"x": x, "on": UPTO_HALF, "at": (PI,)}),
    Step("compare", None, le((1 + 1 / s) * (1 - SQUARES) / 2, 2 * LEAST_EL.rhs)),
    *(Step("multiply", rel, None, {"by": 2}) for rel in (LEAST_EL, MOST_EL)),
    Step("compare", None, le(2 * PI - 2 * SECOND, 2 * PI - 2 * PI**2)),
    Step("compare", None, WIDE_PI),
    Step("compare", None, CLASSES),
    Step("multiply", CLASSES, None, {"by": 1 - SQUARES}),
    Step("multiply", WIDE_PI, None, {"by": sp.pi * (s - 1) ** 2}),
    *by_classes(1 / phi(PI) / 4),
    Step("compare", None, SAME_SQUARE),
    Step("multiply", SAME_SQUARE, None, {"by": 1 / n}),
    *(Step("derive", Mean(SqNorm(v))) for v in (ERROR, LATER_ERROR, model(k))),
    Step("compare", None, ONE_SQUARE),
    Step("compare", None, LATER_SQUARE),
    *(Step("Cauchy-Schwarz", norm(v)) for v in (ERROR, LATER_ERROR)),
    *(Step("multiply", rel, None, {"by": s}) for rel in (ONE_SQUARE, LATER_SQUARE)),
    *(Step("compare", None, rel) for rel in HALVED),
)

#: One generation more: its first error stands against the first term of the sum, by halves.
ROOTS = sp.Sum(b ** (k + 1 - j) * phi(Mean(PiMax(model(j)))) ** -HALF, (j, 1, k))
LATER_ERRORS = sp.Sum(b ** (k + 1 - j) * Err(j + 1), (j, 1, k))
AT_ONE = {k: sp.Integer(1)}
FIRST_ERROR, FIRST_ROOT = Err(k).xreplace(AT_ONE), BY_MEAN.rhs.xreplace(AT_ONE) / 2
ONE_MORE_BY_PI = (
    *BOTH_BY_HALF,
    *(Step("at every index", rel, None, FOR_EACH) for rel in HALVED),
    Step("at every index", HALVED[0], None, {"symbol": k, "value": sp.Integer(1)}),
    Step("at every index", SOLVED, None, {"symbol": k, "value": k + 1}),
    *above(Mean(PiMax(model(j))), Mean(PiMax(p1))),
    Step("first term", LATER_SOLVED.rhs),
    Step("compare terms", None, le(LATER_ERRORS, ROOT / 2 * ROOTS)),
    Step("first term", ROOTS, None, {"least": True}),
    Step("multiply", le(b**k * FIRST_ROOT * 2 / ROOT, ROOTS), None, {"by": ROOT / 2}),
    Step("multiply", HALVED[0].xreplace(AT_ONE), None, {"by": b ** (k + 1)}),
    Step("compare", None, le(b ** (k + 1) * FIRST_ROOT, b**k * FIRST_ROOT)),
    Step("compare", None, le(b ** (k + 1) * FIRST_ERROR, ROOT / 2 * ROOTS)),
    Step("compare", None, le(b ** (k + 1) * FIRST_ERROR + LATER_ERRORS, ROOT * ROOTS)),
)

SHARPER = {
    "seddik.thm4.eq19": (
        Step("compare", None, BY_MEAN_TIGHT),
        Step("at every index", BY_MEAN_TIGHT, None, FOR_EACH),
        *only_if(PiMax(model(j + 1)), ERROR_BY_NEXT),
        *only_if(Dev(k + 2), ONE_MORE_BY_PI),
    ),
    "seddik.thm4.eq16": SPARE,
    "seddik.thm4.eq20.s1": (
        Step("compare", None, TIGHT),
        Step("at every index", TIGHT, None, FOR_EACH),
        *only_if(Dev(k + 2), ONE_MORE),
    ),
    "seddik.thm4.tail-integral.s3": (
        *square(PiMax(q), (1 - SqNorm(q)) / 4),
        Step("compare", None, le(s * (1 - SqNorm(q)), MORE * ((1 - SqNorm(q)) / 4))),
        Step("multiply", ge(WIDE, (1 - SqNorm(q)) / 4), None, {"by": MORE}),
        *by_classes(WIDE),
        Step("compare", None, le(s * (1 - SqNorm(q)), 4 * sp.pi * WIDE * (f.G_10**2 / 4)), ANY_G),
        Step(
            "multiply",
            le(s * (1 - SqNorm(q)), 4 * sp.pi * WIDE * (f.G_10**2 / 4)),
            None,
            {"by": 1 / n, **ANY_G},
        ),
        Step("compare", None, le(s * Mean(SqNorm(OFF)), 1 / n * (s * (1 - SqNorm(q))))),
    ),
    "seddik.prose.mindep.s2": (Step("spreads", Dev(m)),),
    "seddik.eq11.s2": (Step("tangent", sp.exp(n * sp.exp(2) / (4 * sp.pi)), None, {"at": 1}),),
}
