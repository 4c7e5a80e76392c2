"""Bakshi and Chakraborty 2026, "From Collapse to Improvement" (arXiv 2602.10531): mixtures.

The displays of the text are lost; the formulas are reconstructions, each with the chance that the
paper prints something equivalent.
"""

from sympy import Symbol

from refutable import (
    And,
    Integers,
    Lim,
    LimInf,
    LimSup,
    Mean,
    Reading,
    Reals,
    Schedule,
    Tokens,
    chain,
    claim,
    eq,
    oo,
)
from refutable.derivations.papers.bakshi2026_processes import (
    ANY_TRUTH,
    EVER,
    LATER,
    M_FIXED,
    M_SIZE,
    SHARES,
    SIZES,
    H,
    M,
    R,
    a,
    al,
    n,
    ns,
    of,
    reconstructed,
    t,
    theta,
)

k = Symbol("k")

claim(
    "bakshi.eq1",
    eq(
        Mean(M.model(t + 1)[k], given=M.model(t)),
        al(t + 1) * M.truth[k] + (1 - al(t + 1)) * M.model(t)[k],
    ),
    "definition",
    **reconstructed("1", "Section 2, eq. (1)"),
    domain={**EVER, **ANY_TRUTH, k: Tokens(theta), **SHARES, **SIZES},
    note="the law of a datum of stage t + 1, given the fitted model of stage t",
)

claim(
    "bakshi.thm3.1",
    And(
        eq(R(t), ns(0) / ns(t) * R(0) + (ns(t) - 1) / ns(t) * (1 - al(t)) ** 2 * R(t - 1)),
        eq(R(0), H / ns(0)),
    ),
    "recurrence",
    **reconstructed("0.9", "Section 3, Theorem 3.1"),
    domain={**LATER, **ANY_TRUTH, **SHARES, **SIZES},
    quantities=of(M),
    note="the recurrence was seen verbatim; the value of R_0 is filled in (0.9)",
)

upper = R(0) / (1 - (1 - 1 / n) * (1 - a) ** 2)
at_least = {
    a: Reals(0, 1, lo_open=True),
    al: Schedule(Reals(a, 1)),
}
claim(
    "bakshi.cor3.2.1",
    chain(R(0), "<=", LimSup(R(t), t), "<=", upper, "=", n * R(0) / (1 + (n - 1) * a * (2 - a))),
    "bound",
    **reconstructed("0.7", "Section 3, Corollary 3.2(1)"),
    domain={n: Integers(1), **ANY_TRUTH, **at_least},
    quantities=of(M_SIZE),
    readings=[
        Reading("limsup"),
        Reading("limit", statement=eq(LimSup(R(t), t), LimInf(R(t), t))),
    ],
    note="fixed size, n_0 included; the upper bound is surer (0.9) than the two-sided form (0.7);"
    " the second reading asks whether the limit exists at all",
)

claim(
    "bakshi.cor3.2.2",
    eq(Lim(R(t), t), 0),
    "limit",
    **reconstructed("0.95", "Section 3, Corollary 3.2(2)"),
    domain={**ANY_TRUTH, **at_least, ns: Schedule(Integers(1), to=oo)},
    quantities=of(M),
)

claim(
    "bakshi.rem3.3",
    eq(Lim(R(t), t), upper),
    "limit",
    **reconstructed("0.95", "Section 3, Remark 3.3"),
    domain={n: Integers(1), a: Reals(0, 1), **ANY_TRUTH},
    quantities=of(M_FIXED),
    parts={
        "s1": eq(Lim(upper, a, 0), n * R(0)),
        "s2": eq(Lim(upper, a, 1), R(0)),
    },
)
