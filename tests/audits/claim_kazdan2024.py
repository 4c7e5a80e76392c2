"""Kazdan et al. 2024, "Collapse or thrive?": a Gaussian in one dimension refitted to all data so far.

n draws in each generation, the variance of all draws about their common mean; t = 1 is fitted to
draws of the truth. The divisor is the number of data, or one less.
"""

from sympy import sin

from refutable import *

t, n, k, Sigma = symbols("t n k Sigma")
V, U, D, s0 = Function("V"), Function("U"), Function("D"), Symbol("s_0")


def chain(divisor):
    """The loop with a divisor."""
    family = Gaussian(Sigma, divisor=divisor, centre="pool")
    return Process(f"pooled, divisor {divisor}", family, Accumulate(Draw(Model(), n, "x")), index=t)


plain, unbiased = chain("n"), chain("n-1")
given = {
    "domain": {t: Integers(1), n: Integers(2), Sigma: Spectrum(1)},
    "quantities": {
        V: Lambda(t, mean(Trace(plain.covariance(t)))),
        U: Lambda(t, mean(Trace(unbiased.covariance(t)))),
        D: Lambda(t, mean(SqNorm(plain.model(t + 1) - plain.model(t)))),
        s0: Trace(plain.true_covariance),
    },
}
root = pi / sqrt(n)

CLAIMS = [
    claim(
        "kazdan.variance",
        eq(V(t), s0 * Product(1 - 1 / (n * k**2), (k, 1, t))),
        "closed form",
        **given,
    ),
    claim("kazdan.limit", eq(Lim(V(t), t), s0 * sin(root) / root), "limit", **given),
    # Centring at the pooled mean or not, the increments of the mean are smaller by a factor of t.
    claim("kazdan.increment", eq(D(t), V(t) / (n * (t + 1) ** 2)), "identity", **given),
    claim("kazdan.increment_index", eq(D(t), V(t) / (n * (t + 1))), "identity", **given),
    claim(
        "kazdan.unbiased",
        eq(U(t), s0 * Product(1 - 1 / (k * (n * k - 1)), (k, 2, t))),
        "closed form",
        **given,
    ),
    # The limit of the other divisor.
    claim("kazdan.unbiased_limit", eq(Lim(U(t), t), s0 * sin(root) / root), "limit", **given),
    claim(
        "kazdan.family",
        Prose("there is a family of models for which accumulating data does not avoid collapse"),
        "prose",
    ),
]
