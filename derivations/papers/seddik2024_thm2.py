"""seddik2024, Theorem 2: second moments of the partially synthetic loop (Sec. 3.2, App. 8.3)."""

from sympy import Function, Lambda, Piecewise, Sum, symbols

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.papers.seddik2024_processes import (
    PAPER,
    PS,
    PS_DOMAIN,
    PS_DRAWS,
    S_0,
    N,
    S,
    i,
    j,
    k,
    m,
    n,
    p,
    s,
)
from refutable.derivations.quantity import Mean, SqNorm
from refutable.derivations.statement import Parts, eq

DOMAIN = {**PS_DOMAIN, s: Integers(2), p: Simplex(s), i: Integers(1, s)}
LATER = {m: Integers(2)}

alpha, beta, p_i, E_A2, E_B2, C = symbols("alpha beta p_i E_A2 E_B2 C")
nu, y0y, y0p = Function("nu"), Function("E_y0y"), Function("E_y0p")
ABBREVIATIONS = {
    alpha: n / (N + n),
    beta: alpha * ((1 + 1 / N) * alpha - 1 / N),
}
#: A real draw and a synthetic one, each by itself: all real draws are exchangeable, and so are all
#: draws of one generation, so one of each stands for any.
real, synthetic = PS_DRAWS.batch("y0", m)[i], PS_DRAWS.batch("y1", m)[i]
cross = Mean(real * synthetic)
MOMENTS = {
    S: Lambda(m, Mean(SqNorm(PS.model(m)))),
    S_0: SqNorm(PS.truth),
    nu: Lambda(m, Mean(PS.model(m)[i] ** 2)),
    p_i: PS.truth[i],
    E_A2: N**2 * Mean(PS.batch("real", m)[i] ** 2),
    E_B2: n**2 * Mean(PS.batch("y", m)[i] ** 2),
    C: N * n * cross,  # the double sum of (15): all its terms are alike
    y0p: Lambda(m, Mean(real * PS_DRAWS.model(m)[i])),
}
FIELDS = {"paper": PAPER, "domain": DOMAIN, "where": ABBREVIATIONS, "quantities": MOMENTS}

claim(
    "seddik.thm2.nu1",
    eq(nu(1), p_i / N + (1 - 1 / N) * p_i**2),
    "closed form",
    locator="App. 8.3, first line",
    **FIELDS,
)

total = N + n
square = N * p_i + (N**2 - N) * p_i**2 + n * p_i + (n**2 - n) * nu(m - 1)
claim(
    "seddik.thm2.eq15",
    Parts(),
    "recurrence",
    locator="App. 8.3, display that ends in eq. (15)",
    **{**FIELDS, "domain": {**DOMAIN, **LATER}},
    parts={
        "s1": {
            "statement": eq(
                nu(m),
                (E_A2 + E_B2 + 2 * Sum(Sum(y0y(k, k), (k, 1, n)), (j, 1, N))) / total**2,
            ),
            "kind": "identity",
            # the k-th of N real draws and the k-th of n synthetic ones; no draw, no mass
            "quantities": {y0y: Lambda((j, k), Piecewise((cross, (j <= N) & (k <= n)), (0, True)))},
        },
        "s2": eq(nu(m), (square + 2 * C) / total**2),
        "s3": eq(
            nu(m),
            p_i / total
            + (N**2 - N) / total**2 * p_i**2
            + (n**2 - n) / total**2 * nu(m - 1)
            + 2 * C / total**2,
        ),
        "s4": {"statement": eq(cross, y0p(m - 1)), "kind": "identity"},
    },
)

claim(
    "seddik.thm2.cross",
    Parts(),
    "recurrence",
    locator="App. 8.3, after eq. (15)",
    **{**FIELDS, "domain": {**DOMAIN, **LATER}},
    parts={
        "s1": {
            "statement": eq(y0p(m - 1), (p_i + (N - 1) * p_i**2) / total + n / total * y0p(m - 2)),
            "domain": {m: Integers(3)},
        },
        "s2": {"statement": eq(y0p(1), (p_i + (N - 1) * p_i**2) / N), "kind": "closed form"},
        "s3": {
            "statement": eq(
                y0p(m - 1),
                (1 - alpha ** (m - 2)) / (1 - alpha) * (p_i + (N - 1) * p_i**2) / total
                + alpha ** (m - 2) * y0p(1),
            ),
            "kind": "closed form",
        },
        "s4": {
            "statement": eq(y0p(m - 1), (p_i + (N - 1) * p_i**2) / N),
            "kind": "closed form",
        },
    },
)

claim(
    "seddik.thm2.recursion",
    eq(
        nu(m),
        (1 - alpha) * (1 + 2 * alpha) / N * p_i
        + (1 - 1 / N) * (1 - alpha**2) * p_i**2
        + alpha * ((1 + 1 / N) * alpha - 1 / N) * nu(m - 1),
    ),
    "recurrence",
    locator="App. 8.3, recursion in alpha",
    **{**FIELDS, "domain": {**DOMAIN, **LATER}},
)
