"""seddik2024: what the text makes of Theorem 1 and Proposition 1 (Sec. 3.1)."""

from sympy import Derivative, Lambda, Symbol, symbols

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals, Simplex
from refutable.derivations.papers.seddik2024_processes import (
    FS,
    FS_DOMAIN,
    PAPER,
    S_0,
    S,
    fully_synthetic,
    i,
    j,
    m,
    n,
    p,
    q,
    rho,
    s,
    s_tilde,
)
from refutable.derivations.quantity import (
    Fixation,
    IsDirac,
    Mean,
    NormInf,
    Prob,
    SqNorm,
    Support,
    Tag,
)
from refutable.derivations.statement import (
    And,
    Exists,
    ForAll,
    Implies,
    Lim,
    Monotone,
    Parts,
    Prose,
    eq,
    gt,
    le,
)

ET, Const, c_low, c_up = Symbol("ET"), Symbol("Const"), Symbol("c_low"), Symbol("c_up")
FUNCTIONALS = {
    S: Lambda(m, Mean(SqNorm(FS.model(m)))),
    S_0: SqNorm(FS.truth),
    s_tilde: Support(FS.truth),
    rho: Lambda(m, Prob(IsDirac(FS.model(m)))),
    ET: Mean(FS.collapse_time),
}
CONSTANT = Reals(0, lo_open=True)
SIZES = {n: Integers(1), p: Simplex()}

claim(
    "seddik.prose.ET_On",
    Exists(Const, ForAll(n, le(ET, Const * n))),
    "prose",
    paper=PAPER,
    locator="paragraph after Theorem 1, Fig. 2",
    domain={**SIZES, Const: CONSTANT},
    quantities=FUNCTIONALS,
)

claim(
    "seddik.prose.orders",
    And(
        Exists(c_low, ForAll(n, le(c_low * n, ET))),
        Exists(c_up, ForAll(n, le(ET, c_up * n**2))),
    ),
    "asymptotic",
    paper=PAPER,
    locator="paragraph after Theorem 1",
    domain={**SIZES, c_low: CONSTANT, c_up: CONSTANT},
    quantities=FUNCTIONALS,
)

decay = (1 - 1 / n) ** m
spread = (1 - S_0) / (1 - 1 / s_tilde)
rho_low, rho_up = 1 - n * (1 - S_0) * decay, 1 - spread * decay
time_low, time_up = 1 + spread * (n - 1), 1 + (1 - S_0) * n * (n - 1)
x = Symbol("S0")  # S_0 as a variable
FS_q = fully_synthetic(q)
ET_p, ET_q = symbols("ET_p ET_q")

claim(
    "seddik.prose.obs",
    Parts(),
    "prose",
    paper=PAPER,
    locator="the three observations after Theorem 1",
    domain=FS_DOMAIN,
    quantities=FUNCTIONALS,
    parts={
        "s1": {"statement": And(eq(Lim(S(m), m), 1), eq(Lim(rho(m), m), 1)), "kind": "limit"},
        "s2": {
            "statement": And(
                eq((1 - S(m)) / (1 - S_0), decay),
                eq((1 - rho_low) / (n * (1 - S_0)), decay),
                eq((1 - rho_up) / spread, decay),
            ),
            "kind": "identity",
        },
        "s3": {
            "statement": And(
                Monotone(rho_low, n, "nonincreasing"), Monotone(rho_up, n, "nonincreasing")
            ),
            "kind": "monotonicity",
        },
        "s4": {
            "statement": And(
                Monotone(time_low, n, "nondecreasing"), Monotone(time_up, n, "nondecreasing")
            ),
            "kind": "monotonicity",
        },
        "s5": Prose("the dependence of these bounds on n is polynomial"),
        "s6": {
            "statement": And(
                eq(Derivative(time_up.xreplace({S_0: x}), x), -n * (n - 1)),
                eq(Derivative(time_low.xreplace({S_0: x}), x), -(n - 1) / (1 - 1 / s_tilde)),
            ),
            "kind": "identity",
            "domain": {x: Reals(0, 1)},
        },
        "s7": {
            "statement": Implies(gt(SqNorm(FS.truth), SqNorm(FS_q.truth)), le(ET_p, ET_q)),
            "domain": {q: Simplex()},
            "quantities": {ET_p: Mean(FS.collapse_time), ET_q: Mean(FS_q.collapse_time)},
        },
    },
)

claim(
    "seddik.prose.tails",
    Parts(),
    "prose",
    paper=PAPER,
    locator="Sec. 3.1, after Proposition 1",
    domain={**FS_DOMAIN, s: Integers(2), p: Simplex(s), i: Integers(1, s), j: Integers(1, s)},
    parts={
        "s1": {"statement": eq(Lim(Mean(NormInf(FS.model(m))), m), 1), "kind": "limit"},
        "s2": Implies(
            gt(FS.truth[i], FS.truth[j]),
            gt(Prob(Fixation(Tag(FS), i)), Prob(Fixation(Tag(FS), j))),
        ),
    },
)
