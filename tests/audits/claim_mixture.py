"""A scheme outside the catalogue: a retained corpus beside data from a contaminated source.

Every generation mixes, with weight w, the same N real data and, with weight 1 - w, n fresh data of
which each is real with chance a and drawn from the latest model otherwise.
"""

from refutable import (
    Categorical,
    Draw,
    Function,
    Integers,
    Lambda,
    Lim,
    Mix,
    Model,
    Once,
    Pool,
    Process,
    Reals,
    Simplex,
    SqNorm,
    Symbol,
    Truth,
    claim,
    eq,
    mean,
    symbols,
)

t, n, N, w, a, p = symbols("t n N w a p")
H, R, c = Symbol("H"), Function("R"), Symbol("c")

corpus = Once(Truth(), N, "corpus")
scheme = Process(
    "corpus_and_mixture",
    Categorical(p),
    step=Pool([corpus, Draw(Mix(a, Truth(), Model()), n)], weights=[w, 1 - w]),
    first=Pool([corpus]),
    index=t,
)
domain = {
    t: Integers(1),
    n: Integers(1),
    N: Integers(1),
    w: Reals(0, 1, lo_open=True),
    a: Reals(0, 1),
    p: Simplex(),
}
risk = mean(SqNorm(scheme.model(t) - scheme.truth))
quantities = {R: Lambda(t, risk), H: 1 - SqNorm(scheme.truth)}
where = {c: (1 - w) * (1 - a)}
settled = H * (w**2 * (1 + c) / (N * (1 - c)) + (1 - w) ** 2 / n) / (1 - c**2 * (1 - 1 / n))

CLAIMS = [
    claim("mixture.first", eq(R(1), H / N), "closed form", domain=domain, quantities=quantities),
    claim(
        "mixture.limit",
        eq(Lim(R(t), t), settled),
        "limit",
        domain=domain,
        quantities=quantities,
        where=where,
    ),
    # A tempting slip: the corpus counted as if it were fresh in every generation.
    claim(
        "mixture.limit_as_if_fresh",
        eq(Lim(R(t), t), H * (w**2 / N + (1 - w) ** 2 / n) / (1 - c**2 * (1 - 1 / n))),
        "limit",
        domain=domain,
        quantities=quantities,
        where=where,
    ),
]
