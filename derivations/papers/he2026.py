"""He, Xu & Cheng 2026, "Recursive Learning Without Collapse" (arXiv 2502.18049): definitions and
Theorem 1. The displays of the paper are lost in the text used; every formula is a reconstruction.
"""

from sympy import Symbol, oo, sqrt

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals
from refutable.derivations.papers.he2026_processes import (
    GAUSS,
    HIGH,
    MEDIUM,
    Err,
    ErrS,
    f,
    gauss,
    limit,
    m,
    n,
    of_gauss,
    s2,
    t,
    trS,
    w,
)
from refutable.derivations.quantity import Mean, Trace
from refutable.derivations.statement import Implies, Lim, Parts, eq, ge, gt, le, lt

G = gauss()
QUANTITIES = of_gauss(G)
CLOSED = {w: Reals(0, 1)}

claim(
    "he.def.est",
    Parts(),
    "definition",
    **HIGH,
    locator="Section 3.1, equations (1) and (2)",
    domain={**GAUSS, **CLOSED},
    quantities=QUANTITIES,
    convention="divisors n-1 and m-1, each batch centred at its own mean",
    parts={
        "s1": {
            "statement": eq(Mean(Trace(G.covariance(t))), trS),
            "domain": {t: Integers(0)},
            "note": "unbiased covariances at every weight",
        },
        "s2": {
            "statement": eq(ErrS(0), (trS**2 + s2) / (n - 1)),
            "note": "the round from real data alone: one separately centred covariance",
        },
        "s3": {"statement": eq(Err(0), trS / n)},
    },
)

claim(
    "he.def.err",
    Parts(),
    "definition",
    **HIGH,
    locator="Section 3.1, equations (3) and (4)",
    domain=GAUSS,
    quantities=QUANTITIES,
    note="the limits exist in the extended numbers: finite for the mean, in two regimes for the"
    " covariance",
    parts={
        "s1": ge(limit(Err), 0),
        "s2": {
            "statement": ge(limit(ErrS), 0),
            "domain": {w: Reals(1 - sqrt((m - 1) / (m + 1)), 1, lo_open=True)},
        },
    },
)

c = Symbol("c")
claim(
    "he.def1",
    Parts(),
    "definition",
    **MEDIUM,
    locator="Section 2.2, Definition 1",
    domain={**GAUSS, c: Reals(0, lo_open=True)},
    note="told apart by the two extreme weights: synthetic data alone keep the limiting error"
    " above every constant; the current real batch alone does not",
    parts={
        "s1": {"statement": ge(limit(Err), c), "quantities": of_gauss(gauss(0))},
        "s2": {
            "statement": eq(Lim(limit(Err), n), 0),
            "quantities": of_gauss(gauss(1)),
        },
    },
)

# -- Theorem 1 ---------------------------------------------------------------------------------

claim(
    "he.thm1.mean",
    Parts(),
    "closed form",
    **HIGH,
    locator="Section 3.1, Theorem 1 (mean)",
    domain=GAUSS,
    quantities=QUANTITIES,
    parts={
        "s1": {
            "statement": eq(Err(t), w**2 * trS / n + (1 - w) ** 2 * (Err(t - 1) + trS / m)),
            "kind": "recurrence",
            "domain": {t: Integers(1)},
        },
        "s2": eq(limit(Err), trS / n * f(w, n / m)),
    },
)

q = (1 - w) ** 2
noise = w**2 / (n - 1) + q / (m - 1)
D = (1 - q * (m + 1) / (m - 1)) * (1 - q * (m - 2) / (m - 1))
C1 = noise * (1 - q) / D
C2 = noise * (1 - q * (m - 3) / (m - 1)) / D
theta = 1 - sqrt((m - 1) / (m + 1))

claim(
    "he.thm1.cov",
    eq(limit(ErrS), C1 * trS**2 + C2 * s2),
    "closed form",
    **HIGH,
    locator="Section 3.1, Theorem 1 (covariance)",
    domain={**GAUSS, w: Reals(theta, 1, lo_open=True)},
    quantities=QUANTITIES,
)

claim(
    "he.thm1.regimes",
    Parts(),
    "bound",
    **HIGH,
    locator="Section 3.1, the two regimes after Theorem 1",
    domain={**GAUSS, **CLOSED},
    quantities=QUANTITIES,
    parts={
        "s1": Implies(le(w, theta), eq(limit(ErrS), oo)),
        "s2": Implies(gt(w, theta), lt(limit(ErrS), oo)),
    },
)
