"""he2026, claims of the abstract, the introduction and the prose between the theorems."""

from sympy import Rational, Symbol, sqrt

from refutable.derivations.claim import claim
from refutable.derivations.domain import Reals
from refutable.derivations.papers.he2026_processes import (
    HIGH,
    RATIO,
    WHOLE,
    Err,
    ErrF,
    ErrL,
    ErrS,
    cdf,
    distance,
    f,
    gauss,
    glm,
    k,
    limit,
    n,
    of_gauss,
    s2,
    t,
    trM,
    trS,
    w,
)
from refutable.derivations.statement import Lim, Minimises, Parts, eq, gt

claim(
    "he.prose.unified",
    Parts(),
    "prose",
    **HIGH,
    locator="Abstract; Section 1, contributions (1) and (2)",
    domain=RATIO,
    hypotheses=WHOLE,
    quantities=of_gauss(gauss(w, n / k)),
    note="n times the limiting error tends to a constant of the model times f(w, k)",
    parts={
        "s1": eq(Lim(n * limit(Err), n), f(w, k) * trS),
        "s2": eq(Lim(n * limit(ErrS), n), f(w, k) * (trS**2 + s2)),
        "s3": {
            "statement": eq(Lim(Lim(n * ErrL(t), n), t), f(w, k) * trM),
            "domain": {trM: Reals(0, lo_open=True)},
            "quantities": {ErrL: distance(glm(w, n / k))},
            "note": "to first order",
        },
        "s4": {
            "statement": eq(Lim(n * limit(ErrF), n), f(w, k) / 6),
            "quantities": {ErrF: distance(cdf(w, n / k))},
        },
    },
)

x1, x2, y1, y2, theta = (Symbol(x) for x in ["x1", "x2", "y1", "y2", "theta"])
REAL = {x: Reals() for x in (x1, x2, y1, y2, theta)}
xb, yb = (x1 + x2) / 2, (y1 + y2) / 2
mean = w * xb + (1 - w) * yb


def square(at):
    """The weighted mean square about a point: two real and two synthetic numbers."""
    return (
        w * ((x1 - at) ** 2 + (x2 - at) ** 2) / 2 + (1 - w) * ((y1 - at) ** 2 + (y2 - at) ** 2) / 2
    )


claim(
    "he.prose.special",
    Parts(),
    "prose",
    **HIGH,
    locator="Section 3.2, opening paragraph",
    domain={**REAL, w: Reals(0, 1)},
    note="one dimension, two real and two synthetic numbers. The weighted normal likelihood is"
    " largest at the weighted mean, and for an unknown variance at the mean square about it;"
    " framework 1 centres each batch at its own mean and divides by size minus one. The limiting"
    " errors agree to first order.",
    parts={
        "s1": Minimises(mean, square(theta), theta, Reals()),
        "s2": eq(
            square(mean),
            w * ((x1 - xb) ** 2 + (x2 - xb) ** 2) + (1 - w) * ((y1 - yb) ** 2 + (y2 - yb) ** 2),
        ),
    },
)

claim(
    "he.prose.collapse1",
    gt(Lim(limit(ErrS), n), 0),
    "prose",
    **HIGH,
    locator="Section 3.1, regime (1) with Definition 1",
    domain={**RATIO, w: Reals(0, 1 - sqrt(Rational(1, 3)))},
    hypotheses=WHOLE,
    quantities=of_gauss(gauss(w, n / k)),
    note="Definition 1 speaks of every n at fixed w and k: the limiting error stays away from zero"
    " however large the samples. The weights here are those that regime (1) holds at m = 2.",
)
