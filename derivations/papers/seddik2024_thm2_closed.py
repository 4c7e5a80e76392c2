"""seddik2024, Theorem 2: the closed form, its derivation and its bounds (Sec. 3.2, App. 8.3)."""

from sympy import Function, Lambda, Sum, symbols

from refutable.derivations.claim import Reading, claim
from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.papers.seddik2024_processes import (
    PAPER,
    PS,
    PS_DOMAIN,
    S_0,
    N,
    S,
    i,
    j,
    m,
    n,
    p,
    s,
)
from refutable.derivations.quantity import Coefficient, Mean, SqNorm
from refutable.derivations.statement import Parts, chain, eq, le, lt

DOMAIN = {**PS_DOMAIN, s: Integers(2), p: Simplex(s), i: Integers(1, s)}
SIZES = {N: Integers(1), n: Integers(1)}

alpha, beta, p_i, coef_p, coef_p2 = symbols("alpha beta p_i coef_p coef_p2")
nu = Function("nu")
ABBREVIATIONS = {alpha: n / (N + n), beta: alpha * ((1 + 1 / N) * alpha - 1 / N)}
second = Mean(PS.model(m + 1)[i] ** 2)
MEANINGS = {
    S: Lambda(m, Mean(SqNorm(PS.model(m)))),
    S_0: SqNorm(PS.truth),
    nu: Lambda(m, Mean(PS.model(m)[i] ** 2)),
    p_i: PS.truth[i],
    coef_p: Coefficient(second, PS.truth[i], 1),
    coef_p2: Coefficient(second, PS.truth[i], 2),
}
FIELDS = {"paper": PAPER, "domain": DOMAIN, "where": ABBREVIATIONS, "quantities": MEANINGS}

now, before = (1 - beta ** (m + 1)) / (1 - beta), (1 - beta**m) / (1 - beta)
mid_1 = (now - alpha * (2 - alpha) * before) / N
mid_2 = (1 - 1 / N) * (now - alpha**2 * before)
claim(
    "seddik.thm2.midline",
    eq(nu(m + 1), mid_1 * p_i + mid_2 * p_i**2),
    "closed form",
    locator="App. 8.3, last multi-line display, first member",
    **FIELDS,
    parts={"s1": eq(coef_p, mid_1), "s2": eq(coef_p2, mid_2)},
)

below = 1 + (1 + 1 / N) * alpha
first = 1 + 2 * alpha - (1 - 1 / N) * alpha * beta**m
last = 1 + alpha - alpha * beta**m / N
eq9 = first / N / below + (1 - 1 / N) * S_0 / below * last
line = p_i / N / below * first + (1 - 1 / N) * p_i**2 / below * last
claim(
    "seddik.thm2.nuline",
    eq(nu(m + 1), line),
    "closed form",
    locator="App. 8.3, last multi-line display, second member",
    **FIELDS,
    parts={
        "s1": eq(coef_p, first / (N * below)),
        "s2": eq(coef_p2, (1 - 1 / N) * last / below),
        "s3": {"statement": eq(mid_1 * p_i + mid_2 * p_i**2, line), "kind": "identity"},
        "s4": {
            "statement": eq(Sum(line.xreplace({p_i: PS.truth[j]}), (j, 1, s)), eq9),
            "kind": "identity",
        },
    },
)

claim(
    "seddik.thm2.eq9",
    eq(S(m + 1), eq9),
    "closed form",
    paper=PAPER,
    locator="Theorem 2, eq. (9)",
    domain=PS_DOMAIN,
    where=ABBREVIATIONS,
    quantities=MEANINGS,
)

claim(
    "seddik.thm2.betarange",
    chain(0, "<", beta, "<", alpha, "<", 1),
    "bound",
    paper=PAPER,
    locator="App. 8.3, after the proof of eq. (9)",
    domain=SIZES,
    where=ABBREVIATIONS,
)

limit_S = ((1 + 2 * alpha) / N + (1 - 1 / N) * (1 + alpha) * S_0) / below
gap = (1 - 1 / N) * (1 + alpha) * (1 - S_0) / below
claim(
    "seddik.thm2.bound",
    Parts(),
    "bound",
    locator="App. 8.3, strict bound after the proof of eq. (9)",
    **{**FIELDS, "domain": {**DOMAIN, m: Integers(2)}},
    parts={
        "s1": lt(nu(m), ((1 + 2 * alpha) * p_i / N + (1 - 1 / N) * (1 + alpha) * p_i**2) / below),
        "s2": lt(S(m), limit_S),
        "s3": {"statement": eq(limit_S, 1 - gap), "kind": "identity"},
    },
)

claim(
    "seddik.thm2.gamma",
    chain((1 + alpha) / (2 + 3 * alpha) * (1 - S_0), "<=", gap, "<=", 1 - S_0),
    "bound",
    paper=PAPER,
    locator="App. 8.3, range of gamma",
    domain={**SIZES, p: Simplex()},
    where=ABBREVIATIONS,
    quantities={S_0: SqNorm(PS.truth)},
    readings=(
        Reading("1/N at most 1/2, as the reason given says", hypotheses=(le(1 / N, "1/2"),)),
        Reading("N not restricted"),
    ),
)
