"""Gerstgrasser et al. 2024, "Is Model Collapse Inevitable?" (arXiv 2404.01413): the theorems.

The linear model y = X w* + E. Generation n = 1 is fitted to real labels; each later generation is
fitted to labels that the model before it gave, with fresh noise of variance sigma^2.

Names. `E(i)` is the least squares fit X^+ E_i to the label noise of iteration i: the paper's
(X'X)^{-1} X' E_i. The batch "y" of iteration i has the fit X^+ Y_i. Test error is measured in the
metric of the input covariance; where the paper takes Sigma = I that is the Euclidean norm.
"""

from sympy import Function, Symbol, pi

from refutable import (
    Accumulate,
    Draw,
    Integers,
    Lambda,
    Lim,
    Linear,
    Mean,
    Model,
    Pool,
    Process,
    Reading,
    Reals,
    SqNorm,
    Sum,
    VecSum,
    claim,
    eq,
    le,
    log,
    oo,
)
from refutable.derivations.response import Response
from refutable.derivations.statement import Parts

PAPER = "gerstgrasser2024"

n, T, d, sigma = Symbol("n"), Symbol("T"), Symbol("d"), Symbol("sigma")
i, j, k = Symbol("i"), Symbol("j"), Symbol("k")

TALL = {n: Integers(1), d: Integers(1), T: Integers(d), sigma: Reals(0)}
WIDE = {**TALL, T: Integers(d + 2)}
UNIT = sigma**2 * d / (T - d - 1)

shared, fresh = Linear(d, T, sigma**2), Linear(d, None, sigma**2)
ACC = Process("LR-accumulate", shared, Accumulate(Draw(Model(), T, "y")), index=n)
REP = Process("LR-replace", shared, Pool([Draw(Model(), T, "y")]), index=n)
REP_FRESH = Process("LR-replace, fresh designs", fresh, Pool([Draw(Model(), T, "y")]), index=n)
MULT = Process("LR-replace-multiple", shared, Pool([Draw(Model(), T * n, "y")]), index=n)
MULT_FRESH = Process(
    "LR-replace-multiple, fresh designs", fresh, Pool([Draw(Model(), T * n, "y")]), index=n
)


def error(process, index):
    """The test error of the model with this index: E |w_index - w*|^2."""
    return Mean(SqNorm(process.model(index) - process.truth))


Eacc, Erep, Emult = Function("E_accum"), Function("E_replace"), Function("E_multiple")
share = Function("mse_share")
of_acc = {Eacc: Lambda(n, error(ACC, n))}
of_rep = {Erep: Lambda(n, error(REP, n))}
of_mult = {Emult: Lambda(n, error(MULT, n))}
#: What the noise of iteration i adds: the step from the model before it to the model after it.
share_acc = {share: Lambda(i, Mean(SqNorm(ACC.model(i) - ACC.model(i - 1))))}
share_mult = {share: Lambda(i, Mean(SqNorm(MULT.model(i) - MULT.model(i - 1))))}

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

claim(
    "gerst.thm2.prose",
    Parts(),
    "prose",
    paper=PAPER,
    locator="end of Section 3.2",
    domain=WIDE,
    parts={
        "s1": {
            "statement": eq(T / (T * i), 1 / i),
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
