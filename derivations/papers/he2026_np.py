"""he2026, Section 4: the empirical distribution function of a continuous law."""

from sympy import Function, Rational, oo, sqrt

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals
from refutable.derivations.families import Cdf
from refutable.derivations.papers.he2026_processes import (
    HIGH,
    MEDIUM,
    ErrF,
    cdf,
    distance,
    k,
    limit,
    m,
    n,
    t,
    w,
    wstar,
)
from refutable.derivations.process import Draw, Model, Pool, Process, Truth
from refutable.derivations.statement import (
    And,
    Implies,
    Lim,
    Minimises,
    Parts,
    eq,
    ge,
    gt,
    le,
    lt,
)

CLOSED = Reals(0, 1)
NP = {n: Integers(1), m: Integers(1), w: CLOSED}
F = cdf()
QUANTITIES = {ErrF: distance(F)}
ErrP, ErrO = Function("Err_pool"), Function("Err_opt")

pooled = Process(
    "CDF, merged",
    Cdf(),
    Pool([Draw(Truth(), n, "real"), Draw(Model(), m, "synthetic")]),
    first=Pool([Draw(Truth(), n, "real")]),
    index=t,
    origin=0,
)

claim(
    "he.np.def",
    Parts(),
    "definition",
    **HIGH,
    locator="Section 4, equation (9)",
    domain={n: Integers(1), m: Integers(1), t: Integers(0)},
    parts={
        "s1": {
            "statement": eq(ErrF(t), ErrP(t)),
            "kind": "identity",
            "quantities": {ErrF: distance(cdf(n / (n + m))), ErrP: distance(pooled)},
            "note": "the special weight gives the merged sample",
        },
        "s2": {
            "statement": eq(ErrF(0), 1 / (6 * n)),
            "quantities": {ErrF: distance(cdf(w))},
            "domain": {w: CLOSED},
        },
    },
)


def value(w):
    """The limiting error that (10) states."""
    ratio = n / m
    top = w**2 + ratio * (1 - w) ** 2
    return top / (6 * (n * (2 * w - w**2) + ratio * (1 - w) ** 2))


claim(
    "he.thm3",
    Parts(),
    "closed form",
    **MEDIUM,
    locator="Section 4, Theorem 3, equation (10)",
    domain=NP,
    quantities=QUANTITIES,
    parts={
        "s1": eq(limit(ErrF), value(w)),
        "s2": {"statement": lt(limit(ErrF), oo), "kind": "bound"},
        "s3": {"statement": eq(Lim(limit(ErrF), w, 0), Rational(1, 6)), "kind": "limit"},
    },
)

tilde = (sqrt((n - 1) ** 2 + 4 * n * m) - (n + 1)) / (2 * (m - 1))
in_n = tilde.subs(m, n / k)
claim(
    "he.thm3.opt",
    Parts(),
    "optimum",
    **MEDIUM,
    locator="Section 4, Theorem 3, optimal weight",
    domain={**NP, m: Integers(2)},
    quantities=QUANTITIES,
    parts={
        "s1": Minimises(tilde, limit(ErrF), w, CLOSED),
        "s2": {
            "statement": eq(Lim(in_n, n), wstar(k)),
            "kind": "limit",
            "domain": {k: Reals(0, lo_open=True)},
        },
    },
)

theta = (n - 1) / (n + 2 * m - 1)
claim(
    "he.thm3.stages",
    Parts(),
    "bound",
    **HIGH,
    locator="Section 4, the two stages",
    domain=NP,
    quantities=QUANTITIES,
    parts={
        "s1": Implies(le(w, theta), ge(limit(ErrF), 1 / (6 * n))),
        "s2": Implies(And(gt(w, theta), lt(w, 1)), lt(limit(ErrF), 1 / (6 * n))),
        "s3": {"statement": eq(Lim(theta, m), 0), "kind": "limit"},
    },
)

#: The optimal weight in a form that also holds for m = 1.
best = 2 * n / (n + 1 + sqrt((n - 1) ** 2 + 4 * n * m))
claim(
    "he.thm3.naive",
    Parts(),
    "prose",
    **HIGH,
    locator="Section 1, contribution (2), for the distribution function",
    domain={n: Integers(1), m: Integers(1)},
    parts={
        "s1": {
            "statement": gt(limit(ErrP), limit(ErrO)),
            "quantities": {ErrP: distance(cdf(n / (n + m))), ErrO: distance(cdf(best))},
            "note": "the naive weight has a larger limiting error than the optimal one; how m = 1 is"  # noqa: E501
            " treated is lost",
        },
        "s2": {
            "statement": eq(Lim(limit(ErrP) / limit(ErrO), m), oo),
            "quantities": {ErrP: distance(cdf(n / (n + m))), ErrO: distance(cdf(best))},
            "note": "the loss of efficiency is unbounded",
        },
    },
)
