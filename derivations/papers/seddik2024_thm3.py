"""Seddik et al. 2024 (arXiv:2404.05090): Theorems 3 and 4, and rule (11) for the sample size."""

from sympy import Derivative, E

from refutable import (
    Exists,
    ForAll,
    Implies,
    Integers,
    Mean,
    Min,
    Norm1,
    Reading,
    Reals,
    Symbol,
    claim,
    eq,
    exp,
    ge,
    le,
    log,
    lt,
    pi,
    sqrt,
)
from refutable.derivations.papers.seddik2024_functions import (
    C_0,
    G_13,
    HIGH,
    LATER,
    PS_LAW,
    SPARSE,
    ZETA,
    Dev,
    G,
    N,
    epsilon,
    k,
    means,
    n,
    phi,
    s,
    zeta,
)
from refutable.derivations.papers.seddik2024_processes import PS, m
from refutable.derivations.statement import Parts

PAPER = "seddik2024"
c0 = Symbol("C_0")
model, p1 = PS.model, PS.model(1)
BOTH_G = (Reading("G as in (10)"), Reading("G as in (13)", quantities={G: G_13}))

claim(
    "seddik.thm4.eq16",
    lt(Dev(k + 1), sqrt(n * pi / phi(zeta)) * G / N),
    "bound",
    paper=PAPER,
    locator="Theorem 4, eq. (16)",
    domain=PS_LAW,
    where={zeta: ZETA},
    quantities=means,
    readings=BOTH_G,
)

claim(
    "seddik.thm3",
    lt(Dev(m), sqrt(pi * n / 2) * G / N),
    "bound",
    paper=PAPER,
    locator="Theorem 3",
    domain=LATER,
    quantities=means,
    readings=BOTH_G,
    parts={
        "s1": {
            "statement": le(sqrt(n * pi / phi(zeta)), sqrt(n * pi / 2)),
            "kind": "proof step",
            "locator": "App. 8.3, proof of Theorem 3",
            "where": {zeta: ZETA},
        },
    },
)

claim(
    "seddik.prose.mindep",
    Parts(),
    "prose",
    paper=PAPER,
    locator="after Theorem 3",
    domain=LATER,
    quantities=means,
    parts={
        "s1": eq(Derivative(sqrt(pi * n / 2) * G / N, m), 0),
        "s2": le(Mean(Norm1(model(m) - PS.truth)), Dev(m) + Mean(Norm1(p1 - PS.truth))),
    },
)

# -- how much synthetic data -------------------------------------------------------------------

BUDGET = 2 * pi * exp(-2) * Min(s - 2, log(sqrt(2) * pi * N * epsilon / (6 * E * s)))

claim(
    "seddik.eq11",
    lt(Dev(m), epsilon),
    "bound",
    paper=PAPER,
    locator="eq. (11)",
    domain={**LATER, epsilon: Reals(0, lo_open=True)},
    quantities=means,
    hypotheses=(ge(s, HIGH), le(n, BUDGET)),
    parts={
        "s1": {
            "statement": eq(E / c0, 2 * pi * exp(-2)),
            "kind": "identity",
            "where": {c0: C_0},
            "symbols": (),
            "own_hypotheses": True,
        },
        "s2": {
            "statement": le(sqrt(pi * n / 2) * SPARSE / N, epsilon),
            "symbols": (s, n, N, epsilon),
        },
    },
)

share_const = Symbol("c")
claim(
    "seddik.prose.exponential",
    Exists(
        share_const,
        ForAll(
            N,
            ForAll(
                n,
                Implies(ForAll(m, le(Dev(m), epsilon)), le(n, share_const * log(N))),
            ),
        ),
    ),
    "prose",
    paper=PAPER,
    locator="after eq. (11); abstract",
    domain={
        **LATER,
        N: Integers(2),
        epsilon: Reals(0, lo_open=True),
        share_const: Reals(0, lo_open=True),
    },
    quantities=means,
    note="For a given law and epsilon, the largest n that keeps every later model within epsilon"
    " of the first grows at most like log N.",
)
