"""bakshi2026, purely synthetic data and accumulation: Sections 3.1 and 3.1.1, Appendix A."""

from sympy import Product, Symbol, exp, oo, pi

from refutable import (
    Function,
    Integers,
    Lambda,
    Lim,
    Monotone,
    Prose,
    Reading,
    Schedule,
    Sum,
    chain,
    claim,
    eq,
    ge,
    gt,
    le,
)
from refutable.derivations.papers.bakshi2026_processes import (
    A_FIXED,
    ANY_TRUTH,
    EVER,
    LATER,
    SIZES,
    SYNTHETIC,
    A,
    R,
    n,
    ns,
    of,
    reconstructed,
    risk,
    s,
    synthetic,
    t,
)
from refutable.derivations.statement import Parts

ANY = {**ANY_TRUTH, **SIZES}
GROWING = {**ANY_TRUTH, ns: Schedule(Integers(1), to=oo)}
R_inf = Lim(R(t), t)

k = Symbol("k")
claim(
    "bakshi.cor3.6",
    eq(R_inf, ns(0) * R(0) * (1 - Product(1 - 1 / ns(s), (s, 0, oo)))),
    "closed form",
    **reconstructed("0.5", "Section 3.1, Corollary 3.6"),
    domain=ANY,
    quantities=of(SYNTHETIC),
    note="the exact product 0.5; some two-sided statement of this kind 0.95",
    parts={
        "s1": {"statement": chain(R(0), "<=", R_inf, "<=", ns(0) * R(0)), "kind": "bound"},
        "s2": {
            "statement": le(R_inf - R(0), (ns(0) - 1) * R(0) * Sum(1 / ns(s), (s, 1, oo))),
            "kind": "bound",
        },
        "s3": {
            "statement": eq(Lim(Sum(1 / (k * (s + 1) ** 2), (s, 1, oo)), k), 0),
            "kind": "limit",
            "note": "with n_t = k (t + 1)^2 after stage 0 and large k the gap to R_0 is small",
        },
    },
)

N = Sum(ns(s), (s, 0, t))
claim(
    "bakshi.thmA.1",
    eq(R(t), ns(t) / N**2 * ns(0) * R(0) + (1 - ns(t) / N**2) * R(t - 1)),
    "recurrence",
    **reconstructed("0.9", "Appendix A, Theorem A.1, eq. (2)"),
    domain={**LATER, **ANY},
    quantities=of(A),
    parts={
        "s1": {
            "statement": eq(R(t), R(0) / (t + 1) ** 2 + (1 - 1 / (n * (t + 1) ** 2)) * R(t - 1)),
            "domain": {n: Integers(1)},
            "quantities": of(A_FIXED),
            "note": "eq. (3) is lost; read as the case of a fixed size",
        },
    },
)

zeta = pi**2 / 6
claim(
    "bakshi.prop3.7",
    Parts(),
    "bound",
    **reconstructed("0.5", "Section 3.1.1, Proposition 3.7"),
    domain={n: Integers(1), **ANY_TRUTH},
    quantities=of(A_FIXED),
    note="the lower bound is lost (0.5, the other form 0.15); the upper one 0.85",
    parts={
        "s1": {
            "statement": Monotone(R(t), t, "increasing"),
            "kind": "monotonicity",
            "domain": EVER,
            "note": "read from the first stage on; where it fails the risk is constant for ever, so"
            " that it is not increasing eventually either",
        },
        "s2": le(R_inf, zeta * R(0)),
        "s3": {
            "statement": ge(R_inf, n * R(0) * (1 - exp(-zeta / n))),
            "readings": [
                Reading("exponential"),
                Reading("polynomial", statement=ge(R_inf, zeta * R(0) * (1 - (zeta - 1) / n))),
            ],
        },
    },
)

claim(
    "bakshi.prop3.8",
    Parts(),
    "limit",
    **reconstructed("0.75", "Section 3.1.1, Proposition 3.8"),
    domain=GROWING,
    quantities=of(A),
    parts={
        "s1": {
            "statement": gt(R(t), R(0)),
            "domain": LATER,
            "note": "read stage by stage; by s3 the limit exists and is at least R_1",
        },
        "s2": {
            "statement": Prose(
                "where the limit is below n_0 R_0, the risk is eventually strictly increasing:"
                " strict growth under arbitrary sizes, given the limit, is not expressed"
            ),
            "kind": "prose",
        },
        "s3": {
            "statement": Monotone(R(t), t, "nondecreasing"),
            "kind": "monotonicity",
            "domain": EVER,
        },
    },
)

R_acc = Function("R_acc")
BOTH = {**of(SYNTHETIC), R_acc: Lambda(t, risk(A, t))}
claim(
    "bakshi.acc.noextra",
    ge(R_acc(t), R(t)),
    "prose",
    **reconstructed("0.95", "Section 3.1.1, last paragraph"),
    domain={**EVER, **ANY_TRUTH, ns: Schedule(Integers(1), to=oo, monotone="increasing")},
    quantities=BOTH,
    note="the same growing sizes with and without accumulation",
    parts={
        "s1": {
            "statement": le(zeta * R(0), R_inf),
            "kind": "bound",
            "domain": {n: Integers(2)},
            "quantities": of(synthetic("M, synthetic only, fixed size", n)),
            "symbols": [n, *ANY_TRUTH],
            "note": "for a fixed size the bound of prop3.7 is below what retraining gives",
        },
    },
)

claim(
    "bakshi.prose.noimprove",
    Parts(),
    "prose",
    **reconstructed("0.95", "Section 4, opening; Section 5.1; Section 6"),
    domain={**EVER, **ANY},
    note="the categorical chain, without and with accumulation",
    parts={
        "s1": {"statement": ge(R(t), R(0)), "quantities": of(SYNTHETIC)},
        "s2": {"statement": ge(R(t), R(0)), "quantities": of(A)},
        "s3": {
            "statement": Monotone(R(t), t, "nondecreasing"),
            "quantities": of(SYNTHETIC),
            "note": "estimation quality only worsens",
        },
        "s4": {"statement": Monotone(R(t), t, "nondecreasing"), "quantities": of(A)},
    },
)
