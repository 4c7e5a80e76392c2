"""Proof scripts for seddik2024: Theorems 3 and 4 and the bounds of App. 7 and 8.3. Not trusted.

Theorems 3 and 4 do not need the quoted tail bound here. The drift X = p^(k+1) - p^(1) has a second
moment that the process gives in closed form, at most n (1 - E|p^(1)|^2)/N^2, and (E|X|_1)^2 is at
most s times that. On the other side G_n(s) >= 2 (s - 1) in every case, 1/phi(x) >= x, and zeta is
at least 2 E lambda_1 >= (1 - E|p^(1)|^2)/2.
"""

from __future__ import annotations

import sympy as sp

from ..papers import seddik2024_functions as f
from ..papers.seddik2024_functions import EMPIRICAL, PS, N, hat, j, k, m, n, phi, s, x, y
from ..quantity import LambdaMax, Mass, Mean, Norm1, PiMax, Prob, SqNorm
from ..statement import ge, le, lt
from ..steps import LHS, Step

QUARTER, HALF = sp.Rational(1, 4), sp.Rational(1, 2)
model, p1 = PS.model, PS.model(1)
a, b = N / (N + n), n / (N + n)
UPTO_HALF, BELOW_HALF = sp.Interval(0, HALF), sp.Interval.Ropen(0, HALF)


# -- parts that several scripts share ----------------------------------------------------------


def above(*values):  # type: ignore[no-untyped-def]
    """1/phi(u) lies between u and one half."""
    where = {"x": x, "on": UPTO_HALF, "at": values}
    return (
        Step("function", None, ge(1 / phi(x), x), where),
        Step("function", None, le(1 / phi(x), HALF), where),
    )


#: G_n(s) >= 2 (s - 1), in whichever of its two versions the statement has.
LARGE = tuple(Step("compare", None, ge(G, 2 * (s - 1)), {"if": G}) for G in (f.G_10, f.G_13))
FIRST = Mean(SqNorm(p1))
#: E lambda_1 >= (1 - E|p^(1)|^2)/4.
SPREAD = (
    Step("average over sets", p1),
    Step("mean", ge(LambdaMax(p1), (1 - SqNorm(p1)) / 4)),
)


def norm(X):  # type: ignore[no-untyped-def]
    return Mean(Norm1(X))


def drift(index):  # type: ignore[no-untyped-def]
    """(E|p^(index) - p^(1)|_1)^2 <= s n (1 - E|p^(1)|^2)/N^2."""
    X = model(index) - p1
    return (
        Step("Cauchy-Schwarz", norm(X)),
        Step("derive", Mean(SqNorm(X))),
        Step("derive", FIRST),
        Step("compare", None, le(Mean(SqNorm(X)), n * (1 - FIRST) / N**2)),
    )


def spread_by_pi(v):  # type: ignore[no-untyped-def]
    """1/phi(pi) >= 2 pi (1 - pi) >= (1 - |v|^2)/2 for pi = pi_v."""
    u = PiMax(v)
    return (
        Step("average over sets", v),
        Step("largest set", v),
        Step(
            "function", None, ge(1 / phi(x) / 2, x * (1 - x)), {"x": x, "on": UPTO_HALF, "at": (u,)}
        ),
        Step("compare", None, le((1 - SqNorm(v)) / 4, u * (1 - u))),
        Step("compare", None, le((1 - SqNorm(v)) / 4, 1 / phi(u) / 2)),
        Step("compare", None, ge(1 / phi(u), (1 - SqNorm(v)) / 2)),
        *above(u),
    )


ZETA = f.ZETA.xreplace({f.EL1: Mean(LambdaMax(p1))})
ERROR = hat(k) - model(k)
Dev, Err = (lambda i: norm(model(i) - p1)), (lambda i: norm(hat(i) - model(i)))
ROOT = sp.sqrt(sp.pi / n) * f.G_10

#: |p^(k+1) - p^(1)|_1 in two parts, and its mean solved for: eqs. (17) and (18).
PARTS = [(b, ERROR), (b, model(k) - p1)]
TWO_PARTS = Step("triangle", Norm1(model(k + 1) - p1), None, {"parts": PARTS})
IN_TWO = le(Norm1(model(k + 1) - p1), b * Norm1(ERROR) + b * Norm1(model(k) - p1))
ONE_STEP = le(Dev(k + 1), b * Err(k) + b * Dev(k))
SOLVED = le(Dev(k + 1), sp.Sum(b ** (k + 1 - j) * Err(j), (j, 1, k)))
EQ18 = (
    TWO_PARTS,
    Step("mean", IN_TWO),
    Step("unroll", ONE_STEP, SOLVED, {"symbol": k}),
)
FOR_EACH = {"symbol": k, "value": j, "first": 1}

#: E|error of model k|_1 <= n^(-1/2) G E phi(pi_k)^(-1/2), and by Jensen with E pi_k inside.
GIVEN = le(Mean(Norm1(ERROR), model(k)), f.G_10 / sp.sqrt(n) * phi(PiMax(model(k))) ** -HALF)
ONE_ERROR = (
    *LARGE,
    *spread_by_pi(model(k)),
    Step("Cauchy-Schwarz", Mean(Norm1(ERROR), model(k))),
    Step("derive", Mean(SqNorm(ERROR), model(k))),
    Step("compare", None, GIVEN),
    Step("tower", GIVEN),
)
INSIDE = Step(
    "Jensen",
    PiMax(model(k)),
    None,
    {"x": x, "on": UPTO_HALF, "of": phi(x) ** -HALF, "base": 1 / f.PHI, "power": HALF},
)
BY_MEAN = le(Err(k), ROOT * phi(Mean(PiMax(model(k)))) ** -HALF)
JENSEN = (INSIDE, *above(Mean(PiMax(model(k)))))

#: E|error of model k|_1 <= sqrt(pi/(n phi(zeta))) G.
BY_ZETA = le(Err(k), sp.sqrt(sp.pi / (n * phi(ZETA))) * f.G_10)
BELOW_ZETA = lt(BY_ZETA.lhs, BY_ZETA.rhs)
ERROR_BY_ZETA = (
    *LARGE,
    *SPREAD,
    *above(ZETA),
    Step("Cauchy-Schwarz", norm(ERROR)),
    Step("derive", Mean(SqNorm(ERROR))),
    Step("derive", FIRST),
    Step("compare", None, le(Mean(SqNorm(ERROR)), (1 - FIRST) / n)),
    Step("compare", None, BY_ZETA),
)


def square(u, value):  # type: ignore[no-untyped-def]
    """1/phi(u)^2 >= u (1 - u): the logarithmic mean of u and 1 - u is at least the geometric one."""
    where = {"x": x, "on": UPTO_HALF, "at": (u,)}
    return (
        Step("function", None, ge(1 / phi(x) ** 2, x * (1 - x)), where),
        Step("compare", None, ge(1 / phi(u) ** 2, value)),
    )


def by_classes(inverse):  # type: ignore[no-untyped-def]
    """(s - 1)^2 <= G^2/4, and both times 4 pi/phi^2."""
    known = le((s - 1) ** 2, f.G_10**2 / 4)
    where = {"if": f.G_10}
    return (
        Step("compare", None, known, where),
        Step("multiply", known, None, {"by": 4 * sp.pi * inverse, **where}),
    )


#: s (1 - E|p^(1)|^2) n/N^2 < pi n G^2/(N phi(zeta))^2: as sharp with one phi more.
ROOM = 1 / phi(ZETA) ** 2
TOP = 4 * sp.pi * ROOM * (f.G_10**2 / 4)
LESS, MORE = 8 * sp.pi * (s - 1) ** 2 / 3, 4 * sp.pi * (s - 1) ** 2
SPARE = (
    *square(ZETA, ZETA / 2),
    Step("compare", None, ge(ROOM, (1 - FIRST) / 4)),
    Step("compare", None, le(s * (1 - FIRST), LESS * ((1 - FIRST) / 4))),
    Step("multiply", ge(ROOM, (1 - FIRST) / 4), None, {"by": LESS}),
    Step("compare", None, lt(LESS * ROOM, MORE * ROOM)),
    *by_classes(ROOM),
    Step("compare", None, lt(s * (1 - FIRST), TOP), {"if": f.G_10}),
    Step("multiply", lt(s * (1 - FIRST), TOP), None, {"by": n / N**2, "if": f.G_10}),
    Step("compare", None, le(n, n**2)),
    Step("multiply", le(n, n**2), None, {"by": TOP / N**2, "if": f.G_10}),
    Step("compare", None, le(s * Mean(SqNorm(model(k + 1) - p1)), n / N**2 * (s * (1 - FIRST)))),
)

# -- largest values over sets ------------------------------------------------------------------

PAST = sp.Tuple(p1, model(k))
MIXED = le(LambdaMax(model(k + 1)), a**2 * LambdaMax(p1) + b**2 * LambdaMax(hat(k)) + a * b)
BY_MIXING = (Step("over sets", None, MIXED), Step("mean", MIXED), Step("strict mean", MIXED))
#: As sharp as MIXED, with a third power at either end.
CUBES = tuple(
    le(MIXED.lhs, MIXED.rhs - (1 - c) * c**2 * LambdaMax(v)) for c, v in ((a, p1), (b, hat(k)))
)
TOP_FIRST = le(LambdaMax(p1), QUARTER)
TOP = le(LambdaMax(hat(k)), QUARTER)
DOUBLE = le(PiMax(model(k)), 2 * LambdaMax(model(k)))

# -- tails -------------------------------------------------------------------------------------

q = EMPIRICAL.truth
WIDE, ANY_G = 1 / phi(PiMax(q)) ** 2, {"if": f.G_10}
OFF, A, eps = EMPIRICAL.model(1) - q, sp.Symbol("A"), f.epsilon
EXCESS = ge(Mass(EMPIRICAL.model(1), A) - Mass(q, A), eps / 2)
SET_TAIL = le(Prob(EXCESS), sp.exp(-n * phi(PiMax(q)) * (eps / 2) ** 2))

# -- rule (11) ---------------------------------------------------------------------------------

BUDGET = 2 * sp.pi * sp.exp(-2)
RATIO = sp.sqrt(2) * sp.pi * N * eps / (6 * sp.E * s)
LEAST = le(n, BUDGET * sp.Min(s - 2, sp.log(RATIO)))
REACH = 6 * sp.E * s * sp.exp(n * sp.exp(2) / (2 * sp.pi)) / (sp.sqrt(2) * sp.pi * N)
RULE = (
    Step("minimum", LEAST, None, {"factor": BUDGET}),
    Step("exponentiate", le(n, BUDGET * sp.log(RATIO)), None, {"factor": BUDGET, "of": RATIO}),
    Step("compare", None, le(REACH, eps)),
)

SCRIPTS = {
    "seddik.lem1.s1": (
        Step("proportion", Prob(EXCESS), None, {"rate": phi}),
        Step("union over sets", SET_TAIL, None, {"event": ge(Norm1(OFF), eps)}),
    ),
    "seddik.phi.props.s2": (
        Step("monotone", None, None, {"x": x, "of": phi(x), "on": UPTO_HALF, "values": (x, y)}),
    ),
    "seddik.phi.props.s3": (
        Step("function", None, ge(phi(x), 2), {"x": x, "on": UPTO_HALF, "at": (x,)}),
    ),
    "seddik.phi.props.s5": (
        Step(
            "concave power",
            LHS,
            None,
            {"x": x, "base": 1 / f.PHI, "power": HALF, "on": sp.Interval.open(0, HALF)},
        ),
    ),
    "seddik.thm4.eq17.s3": (TWO_PARTS,),
    "seddik.thm4.eq18": EQ18,
    "seddik.thm4.tail-integral.s3": (
        *LARGE,
        Step("compare", None, ge(SqNorm(q), 1 / s)),
        *spread_by_pi(q),
        Step("Cauchy-Schwarz", norm(OFF)),
        Step("derive", Mean(SqNorm(OFF))),
    ),
    "seddik.thm4.tail-integral.s4": (*ONE_ERROR, *JENSEN),
    "seddik.thm4.tail-integral.s5": (*LARGE, *JENSEN),
    "seddik.thm4.eq19": (
        *EQ18,
        *ONE_ERROR,
        *JENSEN,
        Step("compare", None, BY_MEAN),
        Step("at every index", BY_MEAN, None, FOR_EACH),
    ),
    "seddik.thm4.lambda.s3": (
        Step("over sets", None, MIXED),
        *(Step("over sets", None, rel) for rel in CUBES),
        *(Step("mean", rel, None, {"given": PAST}) for rel in (*CUBES, MIXED)),
        Step("strict mean over sets", MIXED, None, {"given": PAST, "drawn": hat(k), "kept": p1}),
    ),
    "seddik.thm4.lambda.s4": (
        Step("over sets", None, TOP),
        Step("mean", TOP, None, {"given": sp.Tuple(model(k))}),
        Step("strict mean", TOP, None, {"given": sp.Tuple(model(k))}),
    ),
    "seddik.thm4.lambda.s5": BY_MIXING,
    "seddik.thm4.lambda.s7": BY_MIXING,  # as far as it holds, it says what s5 says
    "seddik.thm4.lambda.s8": (Step("over sets", None, DOUBLE), Step("mean", DOUBLE)),
    "seddik.thm4.eq20.s1": (
        *EQ18,
        *ERROR_BY_ZETA,
        Step("compare", None, BELOW_ZETA),
        Step("at every index", BELOW_ZETA, None, FOR_EACH),
    ),
    "seddik.thm4.eq20.s2": (*LARGE, *SPREAD, *above(ZETA)),
    "seddik.thm4.eq16": (*LARGE, *drift(k + 1), *SPREAD, *above(ZETA)),
    "seddik.thm3": (*LARGE, *drift(m)),
    "seddik.thm3.s1": (
        *above(ZETA),
        Step("over sets", None, TOP_FIRST),
        Step("strict mean", TOP_FIRST),
        Step("function", None, lt(1 / phi(x), HALF), {"x": x, "on": BELOW_HALF, "at": (ZETA,)}),
    ),
    "seddik.prose.mindep.s2": (
        Step(
            "triangle",
            Norm1(model(m) - PS.truth),
            None,
            {"parts": [(1, model(m) - p1), (1, p1 - PS.truth)]},
        ),
        Step(
            "mean",
            le(Norm1(model(m) - PS.truth), Norm1(model(m) - p1) + Norm1(p1 - PS.truth)),
        ),
    ),
    "seddik.eq11": (*RULE, *drift(m), Step("compare", None, lt(Dev(m), REACH))),
    "seddik.eq11.s2": RULE,
}
