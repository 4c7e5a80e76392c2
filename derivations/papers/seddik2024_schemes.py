"""Seddik et al. 2024 (arXiv:2404.05090), App. 9.2: most recent models, randomly sampled data.

MR(K) is declared for K = 2 and K = 3. In the reading "fresh" every generation makes new draws from
each model of its window; in the reading "reused" eq. (5) is taken literally, and a model's draws
serve every generation whose window it is in.
"""

from refutable import (
    And,
    Function,
    Integers,
    IsDirac,
    Lambda,
    Lim,
    Mean,
    Min,
    Not,
    Prob,
    Reading,
    SqNorm,
    Symbol,
    Tokens,
    Tuple,
    claim,
    eq,
    floor,
    ge,
    gt,
    le,
    lt,
)
from refutable.derivations.papers.seddik2024_processes import (
    FS,
    FS_DOMAIN,
    RS,
    S,
    i,
    m,
    most_recent,
    n,
    p,
    rho,
)

PAPER = "seddik2024"
K = Symbol("K")
TWO, THREE = most_recent(2, floor(n / 2)), most_recent(3, floor(n / 3))
TWO_REUSED = most_recent(2, floor(n / 2), reused=True)
THREE_REUSED = most_recent(3, floor(n / 3), reused=True)
WIDE = {**FS_DOMAIN, n: Integers(3)}


def dirac(process):  # type: ignore[no-untyped-def]
    """P(model m is a point mass), as a function of m."""
    return Lambda(m, Prob(IsDirac(process.model(m))))


def settled(process):  # type: ignore[no-untyped-def]
    """P(models m and m + 1 are the same point mass), which then stays, for a window of two."""
    return Lambda(m, Prob(IsDirac((process.model(m) + process.model(m + 1)) / 2)))


def regained(process, g):  # type: ignore[no-untyped-def]
    """P(model g + 1 is no point mass, given that model g is one)."""
    return Prob(Not(IsDirac(process.model(g + 1))), IsDirac(process.model(g)))


rho_2, rho_3, fixed = Function("rho_2"), Function("rho_3"), Function("rho_fixed")
T_1, T_2, n_t = (Symbol(name) for name in ("ET_1", "ET_2", "n_t"))

claim(
    "seddik.sets.MR",
    ge(n_t * Min(m, K), 1),
    "definition",
    paper=PAPER,
    locator="App. 9.2, Most Recent Models",
    domain={K: Integers(1), n: Integers(1), m: Integers(1)},
    where={n_t: floor(n / K)},
    note="Model m is the empirical law of the pooled draws, so the pool must not be empty: it has"
    " n_t draws from each of min(m, K) models.",
    parts={
        "s1": {
            "statement": eq(n_t, n),
            "kind": "identity",
            "where": {K: 1},
            "domain": {},
        },
        "s2": {
            "statement": And(le(fixed(m), rho(m)), eq(Lim(fixed(m), m), 1)),
            "kind": "prose",
            "domain": {**FS_DOMAIN, n: Integers(2)},
            "quantities": {fixed: settled(TWO), rho: dirac(FS)},
            "readings": (
                Reading("collapsed for good, K = 2 against K = 1, fresh"),
                Reading(
                    "T is the first point mass, K = 2 against K = 1, fresh",
                    statement=le(T_1, T_2),
                    quantities={T_1: Mean(FS.collapse_time), T_2: Mean(TWO.collapse_time)},
                ),
                Reading(
                    "collapsed for good, K = 2 against K = 1, fresh, K divides n: the delay alone",
                    statement=le(fixed(m), rho(m)),
                    hypotheses=(eq(2 * floor(n / 2), n),),
                ),
            ),
            "note": "With K = 2 a model has 2 floor(n/2) draws, one fewer than n where n is odd.",
        },
        "s3": {
            "statement": And(gt(regained(TWO, 1), 0), gt(regained(TWO, 2), 0)),
            "kind": "prose",
            "domain": {n: Integers(4), p: FS_DOMAIN[p]},
            "readings": (
                Reading("fresh, K = 2, m = 1 and 2"),
                Reading(
                    "reused, K = 2, m = 1 and 2",
                    statement=And(gt(regained(TWO_REUSED, 1), 0), gt(regained(TWO_REUSED, 2), 0)),
                ),
            ),
            "note": "It can happen: shown at the first two generations, with two draws or more"
            " from each model.",
        },
        "s4": {
            "statement": And(eq(Lim(rho_2(m), m), 1), eq(Lim(rho_3(m), m), 1)),
            "kind": "prose",
            "domain": WIDE,
            "quantities": {rho_2: dirac(TWO), rho_3: dirac(THREE)},
            "readings": (
                Reading("fresh, K = 2 and 3"),
                Reading(
                    "reused, K = 2 and 3",
                    quantities={rho_2: dirac(TWO_REUSED), rho_3: dirac(THREE_REUSED)},
                ),
            ),
        },
    },
)

S_2 = Function("S_2")

claim(
    "seddik.sets.RS",
    And(
        eq(Mean(RS.model(2)[i], Tuple(RS.model(1))), (RS.truth[i] + RS.model(1)[i]) / 2),
        eq(
            Mean(RS.model(3)[i], Tuple(RS.model(1), RS.model(2))),
            (RS.truth[i] + RS.model(1)[i] + RS.model(2)[i]) / 3,
        ),
    ),
    "definition",
    paper=PAPER,
    locator="App. 9.2, Randomly Sampled Data",
    domain={n: Integers(1), p: FS_DOMAIN[p], i: Tokens(p)},
    note="A draw comes from each earlier model with the same chance, the truth included; said of"
    " the second and third models.",
    parts={
        "s1": {
            "statement": lt(Lim(S(m), m), 1),
            "kind": "prose",
            "domain": FS_DOMAIN,
            "quantities": {S: Lambda(m, Mean(SqNorm(RS.model(m))))},
            "note": "Fresh draws, the sources g integrated out.",
        },
        "s2": {
            "statement": And(lt(Lim(S(m), m), 1), eq(Lim(S_2(m), m), 1)),
            "kind": "prose",
            "domain": {**FS_DOMAIN, n: Integers(2)},
            "quantities": {
                S: Lambda(m, Mean(SqNorm(RS.model(m)))),
                S_2: Lambda(m, Mean(SqNorm(TWO.model(m)))),
            },
            "note": "Said of the limits of S_m, with K = 2 and fresh draws.",
        },
    },
)
