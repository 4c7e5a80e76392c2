"""Seddik et al. 2024 (arXiv:2404.05090), App. 7: the tail bound, G_n(s), phi and pi_p; eq. (10)."""

from sympy import Derivative, E

from refutable import (
    AnyVec,
    Implies,
    Integers,
    Lim,
    Min,
    Norm1,
    PiMax,
    Prob,
    Rational,
    Reading,
    Reals,
    Simplex,
    Symbol,
    claim,
    eq,
    exp,
    ge,
    le,
    lt,
    ne,
    oo,
)
from refutable.derivations.papers.seddik2024_functions import (
    ANY_LAW,
    C_0,
    C_1,
    CASES_10,
    CASES_13,
    EMPIRICAL,
    G_10,
    G_13,
    HALF,
    HIGH,
    LOW,
    MIDDLE,
    PHI,
    SPARSE,
    G,
    epsilon,
    n,
    p,
    phi,
    phi_p,
    phi_p_is,
    s,
    x,
    y,
)
from refutable.derivations.statement import Parts, decimal

PAPER = "seddik2024"
SIZES = {n: Integers(1), s: Integers(2)}
c0, c1, u = Symbol("C_0"), Symbol("C_1"), Symbol("u")

# -- G_n(s) ------------------------------------------------------------------------------------

claim(
    "seddik.G.def",
    lt(c0 * n / 4 + 2, c0 * n / E + 2),
    "definition",
    paper=PAPER,
    locator="Theorem 3, eq. (10)",
    domain={n: Integers(1)},
    where={c0: C_0},
    note="The cases of (10) are s >= b, a <= s < b and s < a. They exclude each other and cover"
    " every s, so that G is one number, when a < b.",
    parts={
        "s1": {
            "statement": eq(CASES_13, CASES_10),
            "locator": "Lemma 1, eq. (13), against eq. (10)",
            "domain": {s: Integers(2)},
            "where": {},
            "hypotheses": (ne(s, HIGH), ne(s, LOW)),
            "note": "An integer s meets a border of (13), where two closed conditions hold at"
            " once, only if e^2/(2 pi) or e^3/(8 pi) times an integer n is an integer.",
            "readings": (
                Reading("off the borders"),
                Reading(
                    "n real, on the border of the first two cases of (13)",
                    statement=eq(MIDDLE.xreplace({n: u}), SPARSE.xreplace({n: u})),
                    quantities={u: (s - 2) * E / C_0},
                ),
            ),
        },
        "s2": {
            "statement": decimal(c0, "3.19"),
            "locator": "Theorem 3, after eq. (10)",
            "domain": {},
        },
        "s3": {
            "statement": decimal(c1, "2.93"),
            "locator": "Theorem 3, after eq. (10)",
            "where": {c1: C_1},
        },
    },
)

# -- the tail bound ----------------------------------------------------------------------------

tail = Prob(ge(Norm1(EMPIRICAL.model(1) - EMPIRICAL.truth), epsilon))
P_tail = Symbol("P_tail")
TAIL = {**phi_p_is, P_tail: tail}
gauss = exp(-n * phi_p * epsilon**2 / 4)

claim(
    "seddik.lem1",
    le(P_tail, gauss * G),
    "bound",
    paper=PAPER,
    locator="Lemma 1",
    domain={**ANY_LAW, epsilon: Reals(0, lo_open=True)},
    quantities={**TAIL, G: G_10},
    readings=(
        Reading("G as in (10)"),
        Reading("G as in (13)", quantities={G: G_13}),
    ),
    quoted="Mardia, Jiao, Tanczos, Nowak and Weissman 2020 (Information and Inference 9(4), 813-850)",
    parts={
        "s1": {
            "statement": le(P_tail, (2**s - 2) * gauss),
            "locator": "after Lemma 1",
            "note": "The display leaves out what the norm is compared with; read with >= epsilon.",
        },
        "s2": {
            "statement": Implies(le(n, s), lt(G, 2**s - 2)),
            "locator": "after Lemma 1, last sentence",
            "kind": "prose",
            "domain": {s: Integers(2)},
            "symbols": (n, s),
            "note": "An improvement is a smaller factor before the same exponential.",
        },
        "s3": {
            "statement": eq(Lim((2**s - 2) * exp(-n * y * epsilon**2 / 4), s), oo),
            "locator": "after Lemma 1",
            "kind": "prose",
            "domain": {y: Reals(2), epsilon: Reals(0, 2, lo_open=True)},
            "symbols": (n, s, y, epsilon),
            "note": "For a given n and a value y of phi the bound exceeds every number as s grows,"
            " while it bounds a probability.",
        },
    },
)

# -- phi, pi_p, and a bound of a minimum -------------------------------------------------------

UPTO_HALF = {x: Reals(0, HALF)}

claim(
    "seddik.phi.props",
    Parts(),
    "definition",
    paper=PAPER,
    locator="App. 7, after eq. (12)",
    domain={x: Reals(0, HALF, hi_open=True)},
    parts={
        "s1": eq(Lim(PHI, x, HALF), 2),
        "s2": {
            "statement": lt(phi(y), phi(x)),
            "kind": "monotonicity",
            "domain": {**UPTO_HALF, y: Reals(0, HALF)},
            "hypotheses": (lt(x, y),),
        },
        "s3": {"statement": ge(phi(x), 2), "kind": "bound", "domain": UPTO_HALF},
        "s4": {"statement": lt(phi(x), oo), "kind": "bound"},
        "s5": {
            "statement": le(Derivative(PHI ** Rational(-1, 2), (x, 2)), 0),
            "kind": "bound",
            "locator": "App. 8.3, before eq. (19)",
            "domain": {x: Reals(0, HALF, lo_open=True, hi_open=True)},
        },
    },
)

claim(
    "seddik.pi.def",
    le(Symbol("pi_p"), HALF),
    "bound",
    paper=PAPER,
    locator="eq. (12)",
    domain={p: Simplex(nontrivial=False)},
    quantities={Symbol("pi_p"): PiMax(AnyVec(p))},
)

claim(
    "seddik.minx",
    le(Min(x, 1 - x), 2 * x * (1 - x)),
    "bound",
    paper=PAPER,
    locator="App. 8.3, before the bound of E pi_k",
    domain={x: Reals(0, 1)},
)
