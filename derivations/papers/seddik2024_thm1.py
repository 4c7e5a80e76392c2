"""seddik2024, Theorem 1: the fully synthetic loop collapses (Sec. 3.1 and App. 8.2)."""

from sympy import Function, Lambda, Sum, Symbol, oo

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.papers.seddik2024_processes import (
    FS,
    FS_DOMAIN,
    PAPER,
    S_0,
    S,
    i,
    j,
    k,
    m,
    n,
    p,
    rho,
    s,
    s_tilde,
)
from refutable.derivations.quantity import (
    AnyVec,
    IsDirac,
    Mean,
    NormInf,
    Prob,
    SqNorm,
    Support,
)
from refutable.derivations.statement import (
    And,
    Lim,
    Member,
    Monotone,
    Parts,
    eq,
    ge,
    gt,
    le,
)

FS_TOKENS = {**FS_DOMAIN, s: Integers(2), p: Simplex(s)}  # the vocabulary size by its letter
ET, P_tail, e_inf = Symbol("ET"), Function("P_T"), Function("E_inf")
decay = (1 - 1 / n) ** m
spread = (1 - S_0) / (1 - 1 / s_tilde)

FUNCTIONALS = {
    S: Lambda(m, Mean(SqNorm(FS.model(m)))),
    S_0: SqNorm(FS.truth),
    s_tilde: Support(FS.truth),
    rho: Lambda(m, Prob(IsDirac(FS.model(m)))),
    e_inf: Lambda(m, Mean(NormInf(FS.model(m)))),
    ET: Mean(FS.collapse_time),
    P_tail: Lambda(k, Prob(gt(FS.collapse_time, k))),
}

earlier = FS.model(m - 1)

claim(
    "seddik.thm1.Sm",
    eq(S(m), 1 - decay * (1 - S_0)),
    "closed form",
    paper=PAPER,
    locator="Theorem 1(1), eqs. (6) and (14), App. 8.2",
    domain=FS_DOMAIN,
    quantities=FUNCTIONALS,
    parts={
        "s1": {
            "statement": eq(
                Mean(FS.model(m)[i] ** 2, earlier),
                earlier[i] / n + (1 - 1 / n) * earlier[i] ** 2,
            ),
            "kind": "identity",
            "domain": {s: Integers(2), p: Simplex(s), i: Integers(1, s)},
        },
        "s2": {
            "statement": eq(
                Mean(SqNorm(FS.model(m)), earlier), 1 / n + (1 - 1 / n) * SqNorm(earlier)
            ),
            "kind": "identity",
        },
        "s3": {"statement": eq(S(m), 1 / n + (1 - 1 / n) * S(m - 1)), "kind": "recurrence"},
        "s4": {
            "statement": eq(
                1 / n + (1 - 1 / n) * (1 - (1 - 1 / n) ** (m - 1) * (1 - S_0)),
                1 - decay * (1 - S_0),
            ),
            "kind": "identity",
        },
        "s5": {
            "statement": And(Monotone(S(m), m, "nondecreasing"), eq(Lim(S(m), m), 1)),
            "kind": "limit",
        },
    },
)

x = AnyVec(p)  # any probability vector
claim(
    "seddik.thm1.Sm_le_norminf",
    le(S(m), e_inf(m)),
    "bound",
    paper=PAPER,
    locator="App. 8.2, proof of Theorem 1",
    domain=FS_TOKENS,
    quantities=FUNCTIONALS,
    parts={
        "s1": {
            "statement": eq(S(m), Mean(Sum(FS.model(m)[i] * FS.model(m)[i], (i, 1, s)))),
            "kind": "identity",
        },
        "s2": le(Sum(x[i] ** 2, (i, 1, s)), Sum(x[i], (i, 1, s)) * NormInf(x)),
        "s3": {"statement": eq(Sum(x[i], (i, 1, s)) * NormInf(x), NormInf(x)), "kind": "identity"},
    },
)

claim(
    "seddik.thm1.sigma_ge",
    ge(SqNorm(FS.model(m)), 1 / s_tilde),
    "bound",
    paper=PAPER,
    locator="App. 8.2, proof of Theorem 1",
    domain=FS_DOMAIN,
    quantities=FUNCTIONALS,
)

lower = 1 - n * (1 - S_0) * decay
upper = 1 - spread * decay
claim(
    "seddik.thm1.rho",
    And(le(lower, rho(m)), le(rho(m), upper)),
    "bound",
    paper=PAPER,
    locator="Theorem 1(2), eq. (7), App. 8.2",
    domain=FS_DOMAIN,
    quantities=FUNCTIONALS,
    parts={
        "s1": {
            "statement": Member(n * NormInf(FS.model(m)), 1, n),
            "kind": "distributional",
        },
        "s2": le(rho(m) + (1 - rho(m)) / s_tilde, S(m)),
        "s3": le(S(m), e_inf(m)),
        "s4": le(e_inf(m), rho(m) + (1 - 1 / n) * (1 - rho(m))),
        "s5": {"statement": le(lower, rho(m)), "assumes": ("s3", "s4", "seddik.thm1.Sm")},
        "s6": {"statement": le(rho(m), upper), "assumes": ("s2", "seddik.thm1.Sm")},
    },
)

claim(
    "seddik.thm1.ET",
    And(le(1 + spread * (n - 1), ET), le(ET, 1 + (1 - S_0) * n * (n - 1))),
    "bound",
    paper=PAPER,
    locator="Theorem 1(3), eq. (8), App. 8.2",
    domain={n: Integers(1), p: Simplex()},
    quantities=FUNCTIONALS,
)

after = (1 - 1 / n) ** k
claim(
    "seddik.thm1.ET.sum",
    Parts(),
    "bound",
    paper=PAPER,
    locator="App. 8.2, end of the proof of Theorem 1",
    domain={k: Integers(1), n: Integers(1), p: Simplex()},
    quantities=FUNCTIONALS,
    parts={
        "s1": {"statement": eq(P_tail(k), 1 - rho(k)), "kind": "identity"},
        "s2": le(spread * after, P_tail(k)),
        "s3": le(P_tail(k), n * (1 - S_0) * after),
        "s4": {"statement": eq(ET, Sum(P_tail(j), (j, 0, oo))), "kind": "identity"},
    },
)
