"""bakshi2026, decaying weights: Proposition 3.4 and Remark 3.5."""

from sympy import Piecewise, Symbol, log, oo

from refutable import (
    ForAll,
    Implies,
    Integers,
    Lim,
    LimSup,
    Reading,
    Reals,
    Schedule,
    claim,
    eq,
    ge,
    gt,
    lt,
)
from refutable.derivations.papers.bakshi2026_processes import (
    ANY_TRUTH,
    LATER,
    SIZES,
    M,
    R,
    al,
    mixture,
    ns,
    of,
    reconstructed,
    t,
)
from refutable.derivations.statement import Parts

POSITIVE = {al: Schedule(Reals(0, 1, lo_open=True))}


def enough(relation, bound):
    """The size of stage t is large enough; the stage before has size n_{t-1}."""
    return relation(ns(t), bound)


beta = al(t) * (2 - al(t))
printed = enough(gt, 1 + (ns(t - 1) - 1) / beta)
claim(
    "bakshi.prop3.4.1",
    Implies(printed, lt(R(t), R(t - 1))),
    "monotonicity",
    **reconstructed("0.75", "Section 3, Proposition 3.4(1)"),
    domain={**LATER, **ANY_TRUTH, **POSITIVE, **SIZES},
    quantities=of(M),
    readings=[
        Reading("exact threshold"),
        Reading(
            "n_{t-1}/beta", statement=Implies(enough(ge, ns(t - 1) / beta), lt(R(t), R(t - 1)))
        ),
        Reading(
            "n_{t-1}/alpha", statement=Implies(enough(ge, ns(t - 1) / al(t)), lt(R(t), R(t - 1)))
        ),
    ],
    parts={
        "s1": {
            "statement": Implies(ForAll(t, printed), lt(LimSup(R(t), t), R(0))),
            "kind": "bound",
            "note": "where every stage is large enough",
        },
    },
)

DECAY = {al: Schedule(Reals(0, 1), to=0, summable=False)}
claim(
    "bakshi.prop3.4.2",
    eq(Lim(R(t), t), 0),
    "limit",
    **reconstructed("0.65", "Section 3, Proposition 3.4(2)"),
    domain={**ANY_TRUTH, **DECAY, **SIZES},
    quantities=of(M),
    readings=[
        Reading("B: 1/n_t summable", domain={ns: Schedule(Integers(1), inverse_summable=True)}),
        Reading("A: alpha_t n_t unbounded", hypotheses=(eq(Lim(al(t) * ns(t), t), oo),)),
    ],
    note="the condition on the sizes is lost; reading B 0.65, reading A 0.3",
)

# -- Remark 3.5: stand-ins for the examples -----------------------------------------------------

p = Symbol("p")
squares = (t + 1) ** 2
SLOW = {
    "s1": (t ** (-p), {p: Reals(0, 1, lo_open=True)}),
    "s2": (Piecewise((1, t < 2), (1 / log(1 + t), True)), {}),
    "s3": (Piecewise((1, t < 2), (1 / (t * log(1 + t)), True)), {}),
}
claim(
    "bakshi.rem3.5",
    Parts(),
    "prose",
    **reconstructed("0.3", "Section 3, Remark 3.5"),
    domain=ANY_TRUTH,
    note="the examples are lost; stand-ins, with n_t = (t + 1)^2",
    parts={
        name: {
            "statement": eq(Lim(R(t), t), 0),
            "kind": "limit",
            "domain": more,
            "quantities": of(mixture(f"M, example {name}", share, squares)),
        }
        for name, (share, more) in SLOW.items()
    },
)
