"""bakshi2026, the role of fresh data: Section 4 and Appendix B."""

from sympy import Rational, Symbol, log

from refutable import (
    Accumulate,
    And,
    Draw,
    Implies,
    Integers,
    Mean,
    Minimises,
    Model,
    Or,
    Process,
    Reals,
    SqNorm,
    claim,
    eq,
    ge,
    gt,
    le,
    lt,
    ne,
)
from refutable.derivations.families import FirstOrder
from refutable.derivations.papers.bakshi2026_processes import a, reconstructed
from refutable.derivations.process import Pool, Truth

x, y, p, target, slope = (Symbol(name) for name in ["x", "y", "p", "target", "slope"])
L_x, L_y, L_m = Symbol("L_x"), Symbol("L_y"), Symbol("L_m")
mean = p * x + (1 - p) * y
TWO = {x: Reals(), y: Reals(), p: Reals(0, 1)}


def averaged(loss):
    """The loss of the conditional mean against the conditional mean of the loss."""
    return le(loss(mean), p * loss(x) + (1 - p) * loss(y))


claim(
    "bakshi.thm4.1",
    Implies(
        And(ge(L_x, L_m + slope * (x - mean)), ge(L_y, L_m + slope * (y - mean))),
        le(L_m, p * L_x + (1 - p) * L_y),
    ),
    "bound",
    **reconstructed("0.9", "Section 4, Theorem 4.1"),
    domain={**TWO, L_x: Reals(), L_y: Reals(), L_m: Reals(), slope: Reals()},
    note="the second estimator takes two values x and y given the first data set, with chances p"
    " and 1 - p; L_m is the loss at its conditional mean, where a convex loss has a supporting line",
    parts={
        "s1": {
            "statement": averaged(lambda e: (e - target) ** 2),
            "domain": {target: Reals()},
            "symbols": [*TWO, target],
            "note": "squared error",
        },
    },
)

u, v = Symbol("u"), Symbol("v")
INSIDE = Reals(0, 1, lo_open=True, hi_open=True)
LAWS = {p: Reals(0, 1), u: INSIDE, v: INSIDE, a: Reals(0, 1, lo_open=True)}


def gain(weight):
    """KL(W || P_1) - KL(W || P_2) for laws on two points, W the first argument."""
    return weight * log(v / u) + (1 - weight) * log((1 - v) / (1 - u))


q = a * p + (1 - a) * u
claim(
    "bakshi.thm4.2",
    Implies(ge(gain(q), 0), ge(gain(p), 0)),
    "bound",
    **reconstructed("0.9", "Section 4, Theorem 4.2"),
    domain=LAWS,
    note="two points: P* = (p, 1 - p), P_1 = (u, 1 - u), P_2 = (v, 1 - v), Q = alpha P* +"
    " (1 - alpha) P_1; P_2 need only be no further from Q than P_1 is, the class is arbitrary",
    parts={
        "s1": {
            "statement": Implies(
                ne(u, p),
                gt(p * log(q / u) + (1 - p) * log((1 - q) / (1 - u)), 0),
            ),
            "domain": {p: INSIDE},
            "symbols": [p, u, a],
            "confidence": "0.5",
            "note": "strict where the class is all laws, so that P_2 = Q, and P_1 is not P*",
        },
    },
)

# -- Appendix B.1 ------------------------------------------------------------------------------

n_1, n_2, t = Symbol("n_1"), Symbol("n_2"), Symbol("t")
pooled = Process(
    "N, pooled",
    FirstOrder(1),
    Accumulate(Draw(Model(), n_2, "data")),
    first=Pool([Draw(Truth(), n_1, "data")]),
    index=t,
    origin=1,
)
E_2 = Mean(SqNorm(pooled.model(2) - pooled.truth))
stated = 1 / n_1 + n_2 / (n_1 + n_2) ** 2
claim(
    "bakshi.B1.acc",
    eq(E_2, stated),
    "closed form",
    **reconstructed("0.9", "Appendix B.1, first part"),
    domain={n_1: Integers(1), n_2: Integers(1)},
    parts={
        "s1": {"statement": gt(stated, 1 / n_1), "kind": "bound"},
    },
)

star, now, theta = Symbol("theta_star"), Symbol("theta_1"), Symbol("theta")
MEANS = {star: Reals(), now: Reals(), a: Reals(0, 1, lo_open=True)}
moved = a * star + (1 - a) * now


def loss(at):
    """E_Q (x - at)^2 / 2 for Q = alpha N(theta*, 1) + (1 - alpha) N(theta_1, 1)."""
    return a * ((star - at) ** 2 + 1) / 2 + (1 - a) * ((now - at) ** 2 + 1) / 2


def central(k):
    """The central moments of Q: those of N(d, 1) about 0 are d^3 + 3 d and d^4 + 6 d^2 + 3."""
    one = {
        2: lambda d: d**2 + 1,
        3: lambda d: d**3 + 3 * d,
        4: lambda d: d**4 + 6 * d**2 + 3,
    }[k]
    return a * one(star - moved) + (1 - a) * one(now - moved)


claim(
    "bakshi.B1.mix",
    Minimises(moved, loss(theta), theta, Reals()),
    "identity",
    **reconstructed("0.85", "Appendix B.1, second part"),
    domain=MEANS,
    parts={
        "s1": Or(ne(central(3), 0), ne(central(4), 3 * central(2) ** 2)),
        "s2": eq((moved - star) ** 2, (1 - a) ** 2 * (now - star) ** 2),
        "s3": {
            "statement": Implies(ne(now, star), lt((moved - star) ** 2, (now - star) ** 2)),
            "kind": "bound",
        },
    },
)

P_STAR = {star: 1, now: 0}
claim(
    "bakshi.B1.nonconvex",
    Implies(lt(a, Rational(1, 2)), lt(loss(0).subs(P_STAR), loss(1).subs(P_STAR))),
    "optimum",
    **reconstructed("0.6", "Appendix B.1, last part"),
    domain={a: Reals(0, 1, lo_open=True)},
    note="stand-in: the class N(0, 1), N(1, 1) with P* = N(1, 1) and P_1 = N(0, 1)",
)
