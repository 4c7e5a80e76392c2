"""Seddik et al. 2024 (arXiv:2404.05090), App. 8.3: the proof of Theorem 4, eqs. (17) to (20).

The sample of n draws from model k, "p^(k) with a hat" in the paper, is the batch "y" of
generation k + 1, here hat(k). All numbers that depend on p^(1) are means over it.
"""

from sympy import Integral

from refutable import (
    LambdaMax,
    Mean,
    Norm1,
    Prob,
    Rational,
    Reals,
    Sum,
    Symbol,
    Tuple,
    claim,
    eq,
    exp,
    ge,
    le,
    lt,
    oo,
    pi,
    sqrt,
    symbols,
)
from refutable.derivations.papers.seddik2024_functions import (
    ANY_LAW,
    EL,
    EL1,
    EMPIRICAL,
    PS_LAW,
    ZETA,
    Dev,
    Epi,
    Err,
    G,
    N,
    Root,
    hat,
    k,
    means,
    n,
    phi,
    phi_p,
    phi_p_is,
    zeta,
)
from refutable.derivations.papers.seddik2024_processes import PS, j
from refutable.derivations.statement import Parts

PAPER = "seddik2024"
model, p1 = PS.model, PS.model(1)
share = n / (N + n)
t, P, Q = symbols("t P Q")

# -- (17) and (18): one step, and its solution -------------------------------------------------

claim(
    "seddik.thm4.eq17",
    Parts(),
    "identity",
    paper=PAPER,
    locator="App. 8.3, eq. (17)",
    domain=PS_LAW,
    parts={
        "s1": eq(model(k + 1), N / (N + n) * p1 + share * hat(k)),
        "s2": eq(model(k + 1) - p1, share * (hat(k) - p1)),
        "s3": {
            "statement": le(
                Norm1(model(k + 1) - p1),
                share * Norm1(hat(k) - model(k)) + share * Norm1(model(k) - p1),
            ),
            "kind": "bound",
        },
    },
)

claim(
    "seddik.thm4.eq18",
    le(Dev(k + 1), Sum(share ** (k + 1 - j) * Err(j), (j, 1, k))),
    "bound",
    paper=PAPER,
    locator="App. 8.3, eq. (18)",
    domain=PS_LAW,
    quantities=means,
)

# -- the mean of one sampling error ------------------------------------------------------------

c = Symbol("varphi_k")  # phi at pi_k
tail = Prob(ge(Norm1(EMPIRICAL.model(1) - EMPIRICAL.truth), t))
err = Mean(Norm1(EMPIRICAL.model(1) - EMPIRICAL.truth))
GIVEN = "p stands for the value of p^(k), from which the n draws are made"

claim(
    "seddik.thm4.tail-integral",
    Parts(),
    "bound",
    paper=PAPER,
    locator="App. 8.3, between eqs. (18) and (19)",
    domain=PS_LAW,
    quantities=means,
    parts={
        "s1": {
            "statement": le(Symbol("P_tail"), G * exp(-n * phi_p * t**2 / 4)),
            "domain": {**ANY_LAW, t: Reals(0, lo_open=True)},
            "symbols": (*ANY_LAW, t),
            "quantities": {**phi_p_is, Symbol("P_tail"): tail},
            "assumes": ("seddik.lem1",),
            "note": GIVEN,
        },
        "s2": {
            "statement": eq(Integral(exp(-n * c * t**2 / 4), (t, 0, oo)), sqrt(pi / (n * c))),
            "kind": "identity",
            "domain": {c: Reals(2)},
            "symbols": (n, c),
        },
        "s3": {
            "statement": le(Symbol("E_err_given"), G * sqrt(pi / (n * phi_p))),
            "domain": ANY_LAW,
            "symbols": ANY_LAW,
            "quantities": {**phi_p_is, Symbol("E_err_given"): err},
            "assumes": ("s1",),
            "note": GIVEN,
        },
        "s4": le(Err(k), sqrt(pi / n) * G * Root(k)),
        "s5": le(sqrt(pi / n) * G * Root(k), sqrt(pi / (n * phi(Epi(k)))) * G),
    },
)

claim(
    "seddik.thm4.eq19",
    le(
        Dev(k + 1),
        sqrt(pi / n) * G * Sum(share ** (k + 1 - j) * phi(Epi(j)) ** Rational(-1, 2), (j, 1, k)),
    ),
    "bound",
    paper=PAPER,
    locator="App. 8.3, eq. (19)",
    domain=PS_LAW,
    quantities=means,
)

# -- the largest lambda ------------------------------------------------------------------------

a, b = symbols("a b")
squared = {a: N / (N + n), b: share}
given = Mean(LambdaMax(model(k + 1)), Tuple(p1, model(k)))
given_hat = Mean(LambdaMax(hat(k)), model(k))

claim(
    "seddik.thm4.lambda",
    Parts(),
    "bound",
    paper=PAPER,
    locator="App. 8.3, after eq. (19)",
    domain=PS_LAW,
    where=squared,
    quantities=means,
    parts={
        "s1": {
            "statement": eq(
                (a * P + b * Q) * (a * (1 - P) + b * (1 - Q)),
                a**2 * P * (1 - P) + b**2 * Q * (1 - Q) + a * b * ((1 - P) * Q + P * (1 - Q)),
            ),
            "kind": "identity",
            "domain": {P: Reals(0, 1), Q: Reals(0, 1)},
            "symbols": (N, n, P, Q),
        },
        "s2": {
            "statement": le((1 - P) * Q + P * (1 - Q), 1),
            "domain": {P: Reals(0, 1), Q: Reals(0, 1)},
            "symbols": (P, Q),
        },
        "s3": le(given, a**2 * LambdaMax(p1) + b**2 * given_hat + a * b),
        "s4": le(given_hat, Rational(1, 4)),
        "s5": le(EL(k + 1), (N**2 * EL1 + N * n + n**2 / 4) / (N + n) ** 2),
        "s6": {
            "statement": eq(
                (N**2 * EL1 + N * n + n**2 / 4) / (N + n) ** 2,
                Rational(1, 4) - (Rational(1, 4) - EL1) * (N / (N + n)) ** 2,
            ),
            "kind": "identity",
        },
        "s7": {
            "statement": le(
                EL(k + 1), Rational(1, 4) - (Rational(1, 4) - EL1) * (N / (N + n)) ** 2
            ),
            "assumes": ("s5", "s6"),
        },
        "s8": le(Epi(k), 2 * EL(k)),
        "s9": {"statement": le(Epi(k), ZETA), "assumes": ("s7", "s8")},
    },
)

claim(
    "seddik.thm4.eq20",
    Parts(),
    "bound",
    paper=PAPER,
    locator="App. 8.3, eq. (20)",
    domain=PS_LAW,
    where={zeta: ZETA},
    quantities=means,
    parts={
        "s1": le(Dev(k + 1), sqrt(pi / (n * phi(zeta))) * G * Sum(share ** (k + 1 - j), (j, 1, k))),
        "s2": lt(
            sqrt(pi / (n * phi(zeta))) * G * Sum(share ** (k + 1 - j), (j, 1, k)),
            sqrt(n * pi / phi(zeta)) * G / N,
        ),
    },
)
