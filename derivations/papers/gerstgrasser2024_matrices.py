"""Gerstgrasser et al. 2024: the set-up, the test error and Lemma 3, as statements about matrices.

`X` is the T x d design, fixed where a statement holds for every design of full column rank and
Gaussian (rows N(0, Sigma)) where it is about a mean over designs. A row vector x stands for the
transposed test input.
"""

from sympy import Inverse, MatrixSymbol, Symbol, Trace

from refutable import (
    And,
    Integers,
    Prob,
    Reals,
    claim,
    eq,
    mean,
)
from refutable.derivations.matrices import FullRank, Gauss, Matrices, Pinv, Rank, Stacked
from refutable.derivations.statement import Parts

PAPER = "gerstgrasser2024"

n, T, d, sigma = Symbol("n"), Symbol("T"), Symbol("d"), Symbol("sigma")
i = Symbol("i")
SIZES = {n: Integers(1), d: Integers(1), T: Integers(d)}

X, Sigma = MatrixSymbol("X", T, d), MatrixSymbol("Sigma", d, d)
design = {X: Matrices(T, d, full_rank=True)}
tower = Stacked(X, i, 1, n)
P = Pinv(X)

claim(
    "gerst.setup.process",
    Parts(),
    "definition",
    paper=PAPER,
    locator='Section 3.1, "Synthetic Data Generation Process"',
    domain={**SIZES, **design},
    parts={
        "s1": eq(tower.T * tower, n * X.T * X),
        "s2": And(eq(X * P * X, X), eq(P * X * P, P), eq((X * P).T, X * P), eq((P * X).T, P * X)),
        "s3": eq(Rank(tower), d),
    },
)

x, eps = Gauss("x", 1, Sigma), Gauss("epsilon", 1, sigma**2)
w, w_star = MatrixSymbol("w", d, 1), MatrixSymbol("w_star", d, 1)
off = x * w - (x * w_star + eps)

claim(
    "gerst.eq1.testerr",
    eq(mean(Trace(off.T * off)) - sigma**2, Trace((w - w_star).T * Sigma * (w - w_star))),
    "identity",
    paper=PAPER,
    locator="eq. (1), repeated as eq. (7)",
    domain={
        d: Integers(1),
        sigma: Reals(0),
        Sigma: Matrices(d, d, definite=True),
        w: Matrices(d, 1),
        w_star: Matrices(d, 1),
    },
    note="given the training data; x and the test noise are independent of them, so the mean over"
    " the training data follows",
)

A = MatrixSymbol("A", d, d)
random_design = Gauss("X", T, Sigma)

claim(
    "gerst.lem3",
    Parts(),
    "identity",
    paper=PAPER,
    locator="Appendix B, Lemma 3, eq. (5)",
    domain={
        d: Integers(1),
        T: Integers(d + 2),
        Sigma: Matrices(d, d, definite=True),
        A: Matrices(d, d),
    },
    parts={
        "s1": eq(Prob(FullRank(random_design)), 1),
        "s2": {
            "statement": eq(
                mean(Trace(A * Inverse(random_design.T * random_design))),
                Trace(A * Inverse(Sigma)) / (T - d - 1),
            ),
            "note": "for every matrix A: two matrices with equal traces against every A are equal",
        },
    },
)
