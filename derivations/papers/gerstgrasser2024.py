"""Gerstgrasser et al. 2024, "Is Model Collapse Inevitable?" (arXiv 2404.01413): the theorems.

`E(i)` is the least squares fit X^+ E_i to the label noise of iteration i: the paper's
(X'X)^{-1} X' E_i. The batch "y" of iteration i has the fit X^+ Y_i.
"""

from sympy import Identity, Inverse, MatrixSymbol, Symbol, Trace, pi

from refutable import (
    And,
    Integers,
    Lambda,
    Lim,
    Mean,
    Reading,
    SqNorm,
    Sum,
    VecSum,
    claim,
    eq,
    le,
    log,
    lt,
    oo,
)
from refutable.derivations.matrices import Gauss, Matrices, MatSum, Pinv
from refutable.derivations.papers.gerstgrasser2024_processes import (
    ACC,
    MULT_FRESH,
    PAPER,
    REP_FRESH,
    TALL,
    UNIT,
    WIDE,
    Eacc,
    Emult,
    Erep,
    T,
    d,
    error,
    i,
    j,
    k,
    n,
    of_acc,
    of_mult,
    of_rep,
    share,
    share_acc,
    share_mult,
    sigma,
)
from refutable.derivations.response import Response
from refutable.derivations.statement import Parts

# -- Theorem 1 ---------------------------------------------------------------------------------

w, w_star, E = ACC.model, ACC.truth, ACC.noise

claim(
    "gerst.thm1",
    eq(w(n), w_star + VecSum(E(i) / i, i, 1, n)),
    "closed form",
    paper=PAPER,
    locator="Theorem 1, eq. (2), repeated as eq. (6)",
    domain=TALL,
)

twice = VecSum(VecSum(E(j) / j, j, 1, i), i, 1, n) + VecSum(E(i), i, 1, n + 1)
printed = VecSum((n + 2 - i) / i * E(i), i, 1, n + 1)
target = (n + 1) * VecSum(E(i) / i, i, 1, n + 1)

claim(
    "gerst.thm1.proof",
    Parts(),
    "proof step",
    paper=PAPER,
    locator="Appendix B, proof of Theorem 1",
    domain=TALL,
    parts={
        "s1": eq(w(1), w_star + E(1)),
        "s2": eq(w(n + 1), VecSum(ACC.batch("y", i), i, 1, n + 1) / (n + 1)),
        "s3": eq(w(n + 1), (w_star + E(1) + VecSum(w(i - 1) + E(i), i, 2, n + 1)) / (n + 1)),
        "s4": eq(w(n + 1), (w_star + VecSum(w(i), i, 1, n) + VecSum(E(i), i, 1, n + 1)) / (n + 1)),
        "s5": eq(w(n + 1), ((n + 1) * w_star + twice) / (n + 1)),
        "s6": eq(w(n + 1), w_star + twice / (n + 1)),
        "s7": {
            "statement": eq(Symbol("coef_j"), (n + 2 - j) / j),
            "domain": {j: Integers(1, n + 1)},
            "quantities": {Symbol("coef_j"): Response(twice, ACC, j)},
        },
        "s8": eq(twice, printed),
        "s9": eq(printed, target),
        "s10": eq(twice, target),
        "s11": eq(w(n + 1), w_star + VecSum(E(i) / i, i, 1, n + 1)),
    },
)

# -- Theorem 2 ---------------------------------------------------------------------------------

claim(
    "gerst.thm2",
    Parts(),
    "closed form",
    paper=PAPER,
    locator="Theorem 2, eq. (3), repeated as eq. (10)",
    domain=WIDE,
    quantities=of_acc,
    parts={
        "s1": eq(Eacc(n), UNIT * Sum(1 / i**2, (i, 1, n))),
        "s2": {
            "statement": le(UNIT * Sum(1 / i**2, (i, 1, n)), UNIT * pi**2 / 6),
            "kind": "bound",
        },
    },
)

X, S = MatrixSymbol("X", T, d), MatrixSymbol("S", T, 1)
G = X.T * X
labels = MatSum(Gauss("E", T, sigma**2, i) / i, i, 1, n)
isotropic = Gauss("X", T, Identity(d))
one_design = {X: Matrices(T, d, full_rank=True)}
FINITE = Sum(1 / i**2, (i, 1, n))

claim(
    "gerst.thm2.proof",
    Parts(),
    "proof step",
    paper=PAPER,
    locator="Appendix B, proof of Theorem 2, eqs. (6)-(8)",
    domain=WIDE,
    quantities=of_acc,
    parts={
        "s1": {
            "statement": And(
                eq(Eacc(n), Mean(SqNorm(VecSum(E(i) / i, i, 1, n)))),
                eq(
                    Trace((Pinv(X) * S).T * Pinv(X) * S),
                    Trace(S.T * X * Inverse(G) * Inverse(G) * X.T * S),
                ),
            ),
            "domain": {**one_design, S: Matrices(T, 1)},
            "note": "S stands for the sum of E_i/i; the second equation holds for every design",
        },
        "s2": {
            "statement": eq(
                Mean(Trace(labels.T * X * Inverse(G) * Inverse(G) * X.T * labels)),
                Sum(sigma**2 / i**2, (i, 1, n)) * Trace(X * Inverse(G) * Inverse(G) * X.T),
            ),
            "domain": one_design,
            "note": "given the design, for every design; its mean follows",
        },
        "s3": {
            "statement": eq(Trace(X * Inverse(G) * Inverse(G) * X.T), Trace(Inverse(G))),
            "domain": one_design,
            "note": "for every design; its mean follows",
        },
        "s4": eq(Mean(Trace(Inverse(isotropic.T * isotropic))), d / (T - d - 1)),
        "s5": eq(Eacc(n), Sum(sigma**2 / i**2 * d / (T - d - 1), (i, 1, n))),
        "s6": {
            "statement": lt(
                Sum(sigma**2 / i**2 * d / (T - d - 1), (i, 1, n)),
                sigma**2 * d / (T - d - 1) * pi**2 / 6,
            ),
            "kind": "bound",
        },
        "s7": {
            "statement": And(lt(FINITE, pi**2 / 6), eq(Sum(1 / i**2, (i, 1, oo)), pi**2 / 6)),
            "kind": "bound",
        },
    },
)

claim(
    "gerst.thm2.prose",
    Parts(),
    "prose",
    paper=PAPER,
    locator="end of Section 3.2",
    domain=WIDE,
    parts={
        "s1": {
            "statement": eq(T / Sum(T, (k, 1, i)), 1 / i),
            "domain": {i: Integers(1)},
            "note": "T rows of iteration i among the T i rows collected up to it",
        },
        "s2": {
            "statement": eq(share(i), UNIT / i**2),
            "domain": {i: Integers(1)},
            "quantities": share_acc,
        },
        "s3": {"statement": le(Sum(1 / i**2, (i, 1, n)), pi**2 / 6), "kind": "bound"},
    },
)

# -- replacing -----------------------------------------------------------------------------------

by_design = [
    Reading("shared"),
    Reading("fresh", quantities={Erep: Lambda(n, error(REP_FRESH, n))}),
]
claim(
    "gerst.eq4",
    Parts(),
    "closed form",
    paper=PAPER,
    locator="eq. (4), cited from Dohmatob et al. 2024a",
    domain=WIDE,
    quantities=of_rep,
    parts={
        "s1": {"statement": eq(Erep(n), UNIT * n), "readings": by_design},
        "s2": {
            "statement": eq(Erep(n + 1) - Erep(n), UNIT),
            "kind": "recurrence",
            "readings": by_design,
        },
    },
)
claim(
    "gerst.eq9",
    eq(Erep(n), UNIT * n),
    "closed form",
    paper=PAPER,
    locator="Appendix E, eq. (9)",
    domain=WIDE,
    quantities=of_rep,
    readings=by_design,
)

multiple_by_design = [
    Reading("stacked"),
    Reading(
        "fresh",
        quantities={
            Emult: Lambda(n, error(MULT_FRESH, n)),
            share: Lambda(i, Mean(SqNorm(MULT_FRESH.model(i) - MULT_FRESH.model(i - 1)))),
        },
    ),
]
claim(
    "gerst.eq11",
    Parts(),
    "closed form",
    paper=PAPER,
    locator="Appendix E, eq. (11), footnotes 1 and 2",
    domain=WIDE,
    quantities={**of_mult, **share_mult},
    parts={
        "s1": {
            "statement": eq(Emult(n), UNIT * Sum(1 / k, (k, 1, n))),
            "readings": multiple_by_design,
        },
        "s2": {
            "statement": eq(Lim(Sum(1 / k, (k, 1, n)) / log(n), n), 1),
            "kind": "asymptotic",
        },
        "s3": {
            "statement": eq(share(i), UNIT / i),
            "domain": {i: Integers(1)},
            "readings": multiple_by_design,
        },
        "s4": {
            "statement": eq(Lim(Emult(n), n), oo),
            "kind": "asymptotic",
            "readings": multiple_by_design,
        },
    },
)
