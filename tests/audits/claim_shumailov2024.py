"""Shumailov et al. 2024, "AI models collapse when trained on recursively generated data": a Gaussian refitted to its own draws.

One dimension, n draws in each generation, the unbiased variance. Generation t = 1 is fitted to
draws of the truth.
"""

from refutable import *
from refutable.derivations.domain import Spectrum
from refutable.derivations.families import Gaussian
from refutable.derivations.quantity import Trace

t, n, Sigma = symbols("t n Sigma")
V, U, S, s0 = Function("V"), Function("U"), Function("S"), Symbol("s_0")

chain = Process("Gaussian chain", Gaussian(Sigma), Pool([Draw(Model(), n)]), index=t)
spread = Trace(chain.covariance(t))
given = {
    "domain": {t: Integers(1), n: Integers(2), Sigma: Spectrum(1)},
    "quantities": {
        V: Lambda(t, mean(SqNorm(chain.model(t) - chain.truth))),
        S: Lambda(t, mean(spread)),
        U: Lambda(t, spread),
        s0: Trace(chain.true_covariance),
    },
}

CLAIMS = [
    claim("shumailov.datum", eq(V(t) + S(t), s0 * (1 + t / n)), "closed form", **given),
    # The variance of the mean itself is one sigma^2 less: the datum has its own.
    claim("shumailov.mean", eq(V(t), s0 * (1 + t / n)), "closed form", **given),
    claim("shumailov.unbiased", eq(S(t), s0), "closed form", **given),
    claim("shumailov.collapse_in_mean", eq(Lim(S(t), t), 0), "limit", **given),
    claim("shumailov.collapse", eq(Lim(U(t), t), 0), "limit", mode="almost surely", **given),
    claim("shumailov.stays", gt(Lim(U(t), t), 0), "limit", mode="almost surely", **given),
]
