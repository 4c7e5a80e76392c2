"""The linear-regression loops of gerstgrasser2024, and the symbols its claims share.

The linear model y = X w* + E. Generation n = 1 is fitted to real labels; each later generation is
fitted to labels that the model before it gave, with fresh noise of variance sigma^2. Test error is
measured in the metric of the input covariance.
"""

from sympy import Function, Symbol

from refutable import (
    Accumulate,
    Categorical,
    Draw,
    Integers,
    Lambda,
    Linear,
    Mean,
    Model,
    Pool,
    Process,
    Reals,
    Simplex,
    SqNorm,
)

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

#: The language models of the experiments as data plans: T documents from each model.
masses = Symbol("p")
LM_REP = Process("LM-replace", Categorical(masses), Pool([Draw(Model(), T)]), index=n)
LM_ACC = Process("LM-accumulate", Categorical(masses), Accumulate(Draw(Model(), T)), index=n)
LM = {n: Integers(1), T: Integers(1), masses: Simplex()}


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
