"""bakshi2026, naturally adaptive weights: Section 6 and Appendix E."""

from sympy import E, Symbol, exp

from refutable import (
    ForAll,
    Implies,
    Integers,
    LimSup,
    Reals,
    Schedule,
    claim,
    eq,
    le,
    oo,
)
from refutable.derivations.papers.bakshi2026_processes import (
    ANY_TRUTH,
    LATER,
    M_SIZE,
    SHARES,
    M,
    R,
    al,
    n,
    ns,
    of,
    reconstructed,
    t,
)
from refutable.derivations.statement import Parts

c, lam, x = Symbol("c"), Symbol("lambda"), Symbol("x")
POSITIVE = Reals(0, lo_open=True)
#: What (1 - alpha_t)^2 <= g(R_{t-1}) with x g(x) <= c says of the weights.
adaptive = ForAll(t, le((1 - al(t)) ** 2 * R(t - 1), c))

claim(
    "bakshi.propE.1",
    Parts(),
    "bound",
    **reconstructed("0.8", "Appendix E, Proposition E.1"),
    domain={**ANY_TRUTH, **SHARES, c: POSITIVE},
    note="examples 0.4, as stand-ins",
    parts={
        "s1": {
            "statement": Implies(adaptive, le(LimSup(R(t), t), R(0) + (n - 1) / n * c)),
            "domain": {**LATER, n: Integers(1)},
            "quantities": of(M_SIZE),
        },
        "s2": {
            "statement": Implies(adaptive, le(LimSup(R(t), t), c)),
            "domain": {**LATER, ns: Schedule(Integers(1), to=oo)},
            "quantities": of(M),
        },
        "s3": {
            "statement": eq(x * (c / x), c),
            "domain": {x: POSITIVE},
            "symbols": [x, c],
            "confidence": "0.4",
            "note": "example (i), g(x) = c/x",
        },
        "s4": {
            "statement": le(x * exp(-2 * lam * x), 1 / (2 * lam * E)),
            "domain": {x: Reals(0), lam: POSITIVE},
            "symbols": [x, lam],
            "confidence": "0.4",
            "note": "example (ii), g(x) = exp(-2 lambda x), with c = 1/(2 lambda e)",
        },
    },
)
