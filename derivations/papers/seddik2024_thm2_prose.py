"""seddik2024: what the text makes of Theorem 2 (Sec. 3.2, with Figs. 5 and 6)."""

from sympy import Function, Lambda, oo, symbols

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals, Simplex
from refutable.derivations.papers.seddik2024_processes import (
    PAPER,
    PS,
    PS_DOMAIN,
    S_0,
    N,
    S,
    m,
    n,
    p,
    partially_synthetic,
    q,
    r,
)
from refutable.derivations.quantity import IsDirac, Mean, Norm1, Prob, SqNorm
from refutable.derivations.statement import (
    And,
    Implies,
    Lim,
    Monotone,
    Not,
    Parts,
    Prose,
    eq,
    ge,
    gt,
    le,
)

alpha, beta = symbols("alpha beta")
ABBREVIATIONS = {alpha: n / (N + n), beta: alpha * ((1 + 1 / N) * alpha - 1 / N)}
MEANINGS = {S: Lambda(m, Mean(SqNorm(PS.model(m)))), S_0: SqNorm(PS.truth)}

#: n = r N with a ratio r that tends to 0 while N stays.
by_ratio = partially_synthetic(synthetic=r * N)
claim(
    "seddik.thm2.approx_small",
    Parts(),
    "asymptotic",
    paper=PAPER,
    locator="Sec. 3.2, text after Theorem 2, n much smaller than N",
    domain={m: Integers(1), N: Integers(1), r: Reals(0, oo, lo_open=True), p: Simplex()},
    quantities={
        S: Lambda(m, Mean(SqNorm(by_ratio.model(m)))),
        S_0: SqNorm(by_ratio.truth),
    },
    parts={
        "s1": eq(Lim(S(m + 1), r, 0), 1 / N + (1 - 1 / N) * S_0),
        "s2": eq(Lim(1 / N + (1 - 1 / N) * S_0, N), S_0),
    },
)

stated = 1 / N + (1 - 1 / N) * (2 - 1 / N) * S_0 / (2 + 1 / N)
claim(
    "seddik.thm2.approx_large",
    Parts(),
    "asymptotic",
    paper=PAPER,
    locator="Sec. 3.2, text after Theorem 2, n much larger than N",
    domain=PS_DOMAIN,
    where=ABBREVIATIONS,
    quantities=MEANINGS,
    parts={
        "s1": And(eq(Lim(alpha, n), 1), eq(Lim(beta, n), 1)),
        "s2": {"statement": eq(Lim(S(m + 1), n), stated), "assumes": ("seddik.thm2.eq9",)},
        "s3": eq(Lim(stated, N), S_0),
    },
)

claim(
    "seddik.prose.collapse_ps",
    eq(Prob(IsDirac(PS.model(m)), Not(IsDirac(PS.model(1)))), 0),
    "prose",
    paper=PAPER,
    locator="Sec. 3.2, first paragraph",
    domain=PS_DOMAIN,
)

drift = Function("drift")
claim(
    "seddik.prose.fig5",
    Parts(),
    "prose",
    paper=PAPER,
    locator="end of Sec. 3.2, Fig. 5",
    domain=PS_DOMAIN,
    quantities={drift: Lambda(m, Mean(Norm1(PS.model(m) - PS.model(1))))},
    parts={
        "s1": Prose("the sum of squares stays roughly constant when n grows"),
        "s2": {"statement": Monotone(drift(m), n, "nondecreasing")},
    },
)

PS_q = partially_synthetic(q)
S_p, S_q, drift_p, drift_q = (Function(x) for x in ("S_p", "S_q", "drift_p", "drift_q"))
p_more = gt(SqNorm(PS.truth), SqNorm(PS_q.truth))
claim(
    "seddik.prose.fig6",
    Parts(),
    "prose",
    paper=PAPER,
    locator="end of Sec. 3.2, Fig. 6",
    domain={**PS_DOMAIN, q: Simplex()},
    quantities={
        S_p: Lambda(m, Mean(SqNorm(PS.model(m)))),
        S_q: Lambda(m, Mean(SqNorm(PS_q.model(m)))),
        drift_p: Lambda(m, Mean(Norm1(PS.model(m) - PS.model(1)))),
        drift_q: Lambda(m, Mean(Norm1(PS_q.model(m) - PS_q.model(1)))),
    },
    parts={
        "s1": {"statement": Implies(p_more, ge(S_p(m), S_q(m))), "kind": "monotonicity"},
        "s2": Implies(p_more, le(drift_p(m), drift_q(m))),
    },
)
