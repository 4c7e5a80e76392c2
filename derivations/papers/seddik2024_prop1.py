"""seddik2024, Proposition 1 and its proof: which token survives (Sec. 3.1 and App. 8.2)."""

from sympy import Function, Lambda, Symbol

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Simplex
from refutable.derivations.papers.seddik2024_processes import FS, FS_DOMAIN, PAPER, i, m, p, s
from refutable.derivations.quantity import Fixation, Mean, Prob, Tag
from refutable.derivations.statement import And, Lim, Not, Parts, eq, le

DOMAIN = {**FS_DOMAIN, s: Integers(2), p: Simplex(s), i: Integers(1, s)}

#: E_m: collapsed by generation m.  F_m: all mass on token i at generation m.
E_m = le(FS.collapse_time, m)
F_m = eq(FS.model(m)[i], 1)

P_E, P_F, P_EE = Function("P_E"), Function("P_F"), Function("P_EE")
P_fix, p_i = Symbol("P_fix_i"), Symbol("p_i")
Ep, Ep_E, Ep_not_E, P_F_E = (Function(x) for x in ("Ep", "Ep_E", "Ep_notE", "P_F_E"))
MEANINGS = {
    P_E: Lambda(m, Prob(E_m)),
    P_F: Lambda(m, Prob(F_m)),
    P_EE: Lambda(m, Prob(And(E_m, E_m))),
    P_F_E: Lambda(m, Prob(F_m, E_m)),
    Ep: Lambda(m, Mean(FS.model(m)[i])),
    Ep_E: Lambda(m, Mean(FS.model(m)[i], E_m)),
    Ep_not_E: Lambda(m, Mean(FS.model(m)[i], Not(E_m))),
    P_fix: Prob(Fixation(Tag(FS), i)),
    p_i: FS.truth[i],
}

claim(
    "seddik.prop1",
    eq(P_fix, p_i),
    "distributional",
    paper=PAPER,
    locator="Proposition 1, App. 8.2",
    domain={key: DOMAIN[key] for key in DOMAIN if key != m},
    quantities=MEANINGS,
)

claim(
    "seddik.prop1.proof",
    Parts(),
    "proof step",
    paper=PAPER,
    locator="App. 8.2, proof of Proposition 1",
    domain=DOMAIN,
    quantities=MEANINGS,
    parts={
        "s1": le(P_F(m), P_E(m)),
        "s2": eq(Lim(P_F(m), m), P_fix),
        "s3": eq(Lim(P_E(m), m), 1),
        "s4": eq(Lim(Ep(m), m), p_i),
        "s5": eq(Ep(m), P_E(m) * Ep_E(m) + (1 - P_E(m)) * Ep_not_E(m)),
        "s6": eq(Lim(Ep(m), m), Lim(Ep_E(m), m)),
        "s7": eq(Ep_E(m), P_F_E(m)),
        "s8": eq(Lim(P_F_E(m), m), Lim(P_EE(m) / P_E(m), m)),
        "s9": eq(Lim(P_EE(m) / P_E(m), m), Lim(P_F(m) / P_E(m), m)),
        "s10": And(
            eq(Lim(P_F(m) / P_E(m), m), Lim(P_F(m), m)),
            eq(Lim(P_F(m), m), P_fix),
        ),
    },
)
