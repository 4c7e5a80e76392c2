"""bakshi2026, filtering with a classifier: Section 3 and Appendix D."""

from sympy import Rational, Symbol, binomial

from refutable import (
    AnyVec,
    Integers,
    Lim,
    Mass,
    Mean,
    Monotone,
    Prob,
    Reals,
    Simplex,
    Subsets,
    Sum,
    Tokens,
    TotalVariation,
    claim,
    eq,
    ge,
    gt,
)
from refutable.derivations.papers.bakshi2026_processes import (
    ANY_TRUTH,
    LATER,
    SHARES,
    SIZES,
    F,
    R,
    a,
    al,
    eta_1,
    eta_2,
    filtered,
    ns,
    of,
    reconstructed,
    t,
    theta,
)
from refutable.derivations.quantity import LeastErrors, SqNorm, TypeTwo
from refutable.derivations.statement import Parts

k, j, n, q = Symbol("k"), Symbol("j"), Symbol("n"), Symbol("q")
RATES = {eta_1: Reals(0, 1), eta_2: Reals(0, 1)}
DOMAIN = {**LATER, **ANY_TRUTH, **SHARES, **SIZES, **RATES}


def share(x, real=1 - eta_1, synthetic=eta_2):
    """The share of real data among the kept ones, as printed."""
    return x * real / (x * real + (1 - x) * synthetic)


def chance(x, real=1 - eta_1, synthetic=eta_2):
    """The chance that a datum is kept, as printed."""
    return x * real + (1 - x) * synthetic


def law(process, weight):
    """A kept datum follows a mixture with this weight of the truth."""
    return eq(
        Mean(process.model(t)[k], given=process.model(t - 1)),
        weight * process.truth[k] + (1 - weight) * process.model(t - 1)[k],
    )


SOMETHING = [gt(chance(al(t)), 0)]
TOKEN = {k: Tokens(theta)}

claim(
    "bakshi.filter.alpha",
    law(F, share(al(t))),
    "identity",
    **reconstructed("0.95", "Section 3, Using a classifier before training"),
    domain={**DOMAIN, **TOKEN},
    hypotheses=SOMETHING,
)

claim(
    "bakshi.filter.size",
    eq(Mean(F.kept(t)), ns(t) * chance(al(t))),
    "identity",
    **reconstructed("0.95", "Section 3, Using a classifier before training"),
    domain=DOMAIN,
    hypotheses=SOMETHING,
    parts={
        "s1": {
            "statement": eq(
                Prob(eq(F.kept(t), j)),
                binomial(ns(t), j) * chance(al(t)) ** j * (1 - chance(al(t))) ** (ns(t) - j),
            ),
            "kind": "distributional",
            "domain": {j: Integers(0)},
            "note": "the number of kept data is binomial",
        }
    },
)

half = Rational(1, 2)
COIN = filtered("F, random classifier", al(t), ns(t), half, half)
claim(
    "bakshi.filter.random",
    Parts(),
    "identity",
    **reconstructed("0.95", "Section 3, example of a random classifier"),
    domain={**LATER, **ANY_TRUTH, **SHARES, **SIZES},
    parts={
        "s1": {"statement": law(COIN, al(t)), "domain": TOKEN},
        "s2": eq(Mean(COIN.kept(t)), ns(t) / 2),
    },
)

# -- the oracle --------------------------------------------------------------------------------

#: P* and the last fitted model, as two arbitrary laws on the same categories.
truth, model = AnyVec(theta), AnyVec(Symbol("u"))
A, K = Symbol("A"), Symbol("K")
LAWS = {
    K: Integers(1),
    theta: Simplex(K, nontrivial=False),
    model.args[0]: Simplex(K, nontrivial=False),
}
tv = TotalVariation(truth, model)
level = Symbol("eta")

claim(
    "bakshi.oracle.tv",
    eq(LeastErrors(truth, model), 1 - tv),
    "identity",
    **reconstructed("0.95", "Section 3, Oracle classifier, first display"),
    domain=LAWS,
    parts={
        "s1": {
            "statement": ge(1 - Mass(truth, A) + Mass(model, A), 1 - tv),
            "kind": "bound",
            "domain": {A: Subsets(theta)},
            "note": "A: the categories that a deterministic test calls real",
        },
        "s2": {
            "statement": ge(level + TypeTwo(truth, model, level), 1 - tv),
            "kind": "bound",
            "domain": {level: Reals(0, 1)},
            "note": "randomised tests of every level",
        },
    },
)

claim(
    "bakshi.oracle.np",
    Parts(),
    "closed form",
    **reconstructed("0.9", "Section 3, Oracle classifier, second part"),
    domain={**LAWS, level: Reals(0, 1)},
    parts={
        "s1": eq(TypeTwo(truth, model, level), 1 - level - tv),
        "s2": {
            "statement": eq(
                share(a, 1 - level, TypeTwo(truth, model, level)),
                share(a, 1 - level, 1 - level - tv),
            ),
            "domain": {a: Reals(0, 1)},
        },
    },
)

# -- Appendix D --------------------------------------------------------------------------------

REAL = filtered("F, real data only", 1, ns(t), 1 - eta_1, eta_2)
SYNTHETIC = filtered("F, synthetic data only", 0, ns(t), 1 - eta_1, eta_2)
claim(
    "bakshi.D1",
    Parts(),
    "definition",
    **reconstructed("0.95", "Appendix D, Assumption D.1"),
    domain={**LATER, **ANY_TRUTH, **SIZES, **RATES},
    note="data of one source alone: what is kept still follows the law of that source",
    parts={
        "s1": {"statement": law(REAL, 1), "domain": TOKEN, "hypotheses": [gt(1 - eta_1, 0)]},
        "s2": {"statement": law(SYNTHETIC, 0), "domain": TOKEN, "hypotheses": [gt(eta_2, 0)]},
        "s3": {
            "statement": eq(Mean(REAL.kept(t)), ns(t) * (1 - eta_1)),
            "hypotheses": [gt(1 - eta_1, 0)],
        },
        "s4": {
            "statement": eq(Mean(SYNTHETIC.kept(t)), ns(t) * eta_2),
            "hypotheses": [gt(eta_2, 0)],
        },
    },
)


def inverse(n, q):
    """E[1/Z | Z >= 1] for a binomial Z, as printed."""
    return Sum(binomial(n, j) * q**j * (1 - q) ** (n - j) / j, (j, 1, n)) / (1 - (1 - q) ** n)


def step(inv, x):
    """The recurrence with the mean inverse size and the share of real data put in."""
    return inv * (1 - SqNorm(F.truth)) + (1 - inv) * (1 - x) ** 2 * R(t - 1)


claim(
    "bakshi.thmD.2",
    eq(R(t), step(inverse(ns(t), chance(al(t))), share(al(t)))),
    "recurrence",
    **reconstructed("0.9", "Appendix D, Theorem D.2, eq. (5)"),
    domain=DOMAIN,
    hypotheses=SOMETHING,
    quantities=of(F),
)

claim(
    "bakshi.remD.3",
    Parts(),
    "asymptotic",
    **reconstructed("0.85", "Appendix D, Remark D.3"),
    domain=RATES,
    note="no range of sizes is given; the approximation is that of E[1/Z | Z >= 1] by 1/(n q)",
    parts={
        "s1": {
            "statement": eq(inverse(n, q), 1 / (n * q)),
            "kind": "identity",
            "domain": {n: Integers(1), q: Reals(0, 1, lo_open=True)},
            "note": "the sign of approximate equality read as equality",
        },
        "s4": {
            "statement": eq(Lim(n * q * inverse(n, q), n), 1),
            "domain": {n: Integers(1), q: Reals(0, 1, lo_open=True)},
            "note": "read as a statement about large sizes",
        },
        "s2": {
            "statement": Monotone(share(a), eta_2, "nonincreasing"),
            "domain": {a: Reals(0, 1)},
            "hypotheses": [gt(chance(a), 0)],
            "kind": "monotonicity",
            "note": "the trade-off: a stricter classifier raises the share of real data ...",
        },
        "s3": {
            "statement": Monotone(n * chance(a), eta_2, "nondecreasing"),
            "domain": {a: Reals(0, 1), n: Integers(1)},
            "kind": "monotonicity",
            "note": "... and lowers the expected number of kept data",
        },
    },
)
