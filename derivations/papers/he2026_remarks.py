"""he2026, Proposition 1 and Remarks 1 to 3: weights per datum, merging, ridge, horizons."""

from sympy import Symbol, log, oo

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers, Reals, Spectrum
from refutable.derivations.families import Gaussian
from refutable.derivations.papers.he2026_processes import (
    GAUSS,
    HIGH,
    LOW,
    MEDIUM,
    WEIGHT,
    Err,
    Err1,
    Sigma,
    T,
    gauss,
    k,
    limit,
    m,
    n,
    of_gauss,
    t,
    trS,
    w,
    wstar,
)
from refutable.derivations.process import Accumulate, Draw, Process, Truth
from refutable.derivations.statement import And, Lim, Minimises, Parts, eq, ge, gt, lt

SIZES = {x: d for x, d in GAUSS.items() if x != w}

a, b = Symbol("n_a"), Symbol("m_b")
claim(
    "he.prop1",
    Parts(),
    "optimum",
    **HIGH,
    locator="Section 3.1, Proposition 1, update rule (5)",
    domain=GAUSS,
    quantities=of_gauss(gauss()),
    note="Weights a_i, b_j per datum enter the limiting error through w = sum a_i and the effective"
    " sizes n_a = w^2/sum a_i^2 and m_b = (1-w)^2/sum b_j^2 alone; by Cauchy-Schwarz n_a <= n and"
    " m_b <= m, with equality for equal weights only. The limit is finite for 0 < w < 2 only.",
    parts={
        "s1": {
            "statement": Minimises(
                wstar(n / m), limit(Err), w, Reals(0, 2, lo_open=True, hi_open=True)
            ),
            "domain": {w: Reals(0, 2, lo_open=True, hi_open=True)},
            "note": "equal weights within each batch, of any sign",
        },
        "s2": {
            "statement": ge(limit(Err1), limit(Err)),
            "kind": "bound",
            "domain": {
                w: Reals(0, 2, lo_open=True, hi_open=True),
                a: Reals(0, n, lo_open=True),
                b: Reals(0, m, lo_open=True),
            },
            "quantities": of_gauss(gauss(), gauss(w, b, a)),
            "note": "unequal weights within a batch act as smaller batches",
        },
    },
)

xb, yb, mu = Symbol("xbar"), Symbol("ybar"), Symbol("mu")
LINE = {xb: Reals(), yb: Reals(), mu: Reals()}

claim(
    "he.rem1",
    Parts(),
    "identity",
    **HIGH,
    locator="Section 3.1, Remark 1",
    domain=SIZES,
    quantities=of_gauss(gauss(n / (n + m)), gauss(wstar(n / m))),
    parts={
        "s1": {
            "statement": Minimises(
                n / (n + m) * xb + m / (n + m) * yb,
                n * (mu - xb) ** 2 + m * (mu - yb) ** 2,
                mu,
                Reals(),
            ),
            "domain": LINE,
            "note": "the summed squared loss, up to what does not depend on mu",
        },
        "s2": {
            "statement": lt(k / (1 + k), wstar(k)),
            "kind": "bound",
            "domain": {k: Reals(0, lo_open=True)},
        },
        "s3": {"statement": gt(limit(Err), limit(Err1)), "kind": "bound"},
    },
)

lam = (1 - w) / w
claim(
    "he.rem2",
    Minimises(w * xb + (1 - w) * yb, (mu - xb) ** 2 + lam * (mu - yb) ** 2, mu, Reals()),
    "identity",
    **MEDIUM,
    locator="Section 3.1, Remark 2",
    domain={w: WEIGHT, **LINE},
)

claim(
    "he.rem3.floor",
    And(ge(limit(Err), trS / n * wstar(n / m)), gt(trS / n * wstar(n / m), 0)),
    "limit",
    **MEDIUM,
    locator="Section 3.1, Remark 3, first part",
    domain=GAUSS,
    quantities=of_gauss(gauss()),
)

HORIZON = {n: Integers(2), T: Integers(1), Sigma: Spectrum()}
kept = Process(
    "Gauss, real data kept",
    Gaussian(Sigma),
    Accumulate(Draw(Truth(), n, "real")),
    index=t,
    origin=0,
)
claim(
    "he.rem3.rate",
    Parts(),
    "asymptotic",
    **LOW,
    locator="Section 3.1, Remark 3, second part",
    domain=HORIZON,
    note="'sufficiently large' is read as: the synthetic size may grow with the horizon T; here"
    " n T^2 per round",
    parts={
        "s1": {
            "statement": lt(Lim(n * T / log(T) * Err(T), T), oo),
            "quantities": of_gauss(gauss(log(T) / T, n * T**2)),
        },
        "s2": {
            "statement": eq(Err(T), trS / (n * (T + 1))),
            "kind": "closed form",
            "domain": {T: Integers(0)},
            "quantities": of_gauss(kept),
        },
    },
)
