"""Dohmatob et al. 2024, "Model collapse demystified": least squares on labels of the model before.

Every generation draws a fresh Gaussian design of T rows; t = 1 is fitted to real labels.
"""

from refutable import *

t, T, d, sigma = symbols("t T d sigma")
R = Function("R")
chain = Process("relabelled", Linear(d, None, sigma**2), Pool([Draw(Model(), T)]), index=t)
given = {
    "domain": {t: Integers(1), d: Integers(1), T: Integers(d + 2), sigma: Reals(0)},
    "quantities": {R: Lambda(t, mean(SqNorm(chain.model(t) - chain.truth)))},
}

CLAIMS = [
    claim("dohmatob.risk", eq(R(t), t * sigma**2 * d / (T - d - 1)), "closed form", **given),
    claim("dohmatob.growth", eq(R(t + 1) - R(t), R(1)), "recurrence", **given),
    # A printed slip: the generation before the first fit counted as one.
    claim("dohmatob.off", eq(R(t), (t + 1) * sigma**2 * d / (T - d - 1)), "closed form", **given),
    # The corner of the domain: with one row less the risk is infinite, not large.
    claim(
        "dohmatob.corner",
        lt(R(t), oo),
        "bound",
        **{**given, "domain": {**given["domain"], T: Integers(d)}},
    ),
]
