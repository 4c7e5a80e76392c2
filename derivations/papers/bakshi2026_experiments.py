"""bakshi2026, Section 5 and Appendix C: what the theory predicts for the experiments.

Base sizes, the true law and most schedules are lost; the stand-ins are n_0 = 100, sizes
100 (t + 1)^p and weights 1/10, t^(-1/2), 1/t and 1/t^2. Predictions hold for every true law.
"""

from itertools import pairwise

from sympy import Integer, Piecewise, Rational, log

from refutable import (
    Accumulate,
    And,
    Draw,
    Integers,
    Lim,
    Mix,
    Model,
    Monotone,
    Pool,
    Process,
    Prose,
    Simplex,
    Truth,
    chain,
    claim,
    eq,
    ge,
    gt,
    lt,
)
from refutable.derivations.papers.bakshi2026_processes import (
    EVER,
    SIZES,
    A,
    R,
    accumulation,
    family,
    mixture,
    of,
    reconstructed,
    risk,
    synthetic,
    t,
    theta,
)
from refutable.derivations.statement import Parts, decimal

LAST = 20
SLOW = {"0.1": Rational(1, 10), "t^(-1/2)": t ** Rational(-1, 2), "1/t": 1 / t, "1/t^2": t**-2}


def sizes(power):
    return Integer(100) * (t + 1) ** power


def fit(share, power):
    return mixture(f"M, {share}, power {power}", SLOW[share], sizes(power))


def vanishes(share, *powers):
    """The risk tends to zero with sizes of these powers."""
    return And(*(eq(Lim(risk(fit(share, k), t), t), 0) for k in powers))


def pooling(share, power):
    """All data pooled, new ones from the mixture."""
    return Process(
        f"pooled, {share}, power {power}",
        family,
        Accumulate(Draw(Mix(SLOW[share], Truth(), Model()), sizes(power), "data")),
        first=Pool([Draw(Truth(), sizes(power), "data")]),
        index=t,
        origin=0,
    )


claim(
    "bakshi.exp.fig2",
    Parts(),
    "experiment",
    **reconstructed("0.5", "Section 5.1, Figure 2; Appendix C.1"),
    domain={theta: Simplex()},
    note="stand-ins for the schedules; a true law that is no point mass",
    parts={
        "s1": {"statement": And(vanishes("0.1", 1), vanishes("0.1", 2), vanishes("0.1", 3)),
               "note": "top row, fixed weight: every increasing size"},
        "s2": {"statement": And(vanishes("t^(-1/2)", 1), vanishes("t^(-1/2)", 2)),
               "note": "slowly decaying weight"},
        "s3": {"statement": vanishes("1/t", 2), "note": "weight 1/t, quadratic sizes"},
        "s4": {"statement": gt(Lim(risk(fit("1/t^2", 3), t), t), 0),
               "note": "fastest decay: no size shown drives the risk to zero"},
        "s5": {"statement": lt(risk(fit("1/t^2", 2), LAST), risk(fit("1/t^2", 2), 0)),
               "note": "but a fast one ends below the first risk, at t = 20"},
        "s6": {"statement": lt(risk(pooling("0.1", 0), LAST), risk(fit("0.1", 0), LAST)),
               "note": "bottom row: pooling helps when the size is fixed, at t = 20"},
    },
)  # fmt: skip


def piled(power):
    return accumulation(f"A, power {power}", sizes(power))


claim(
    "bakshi.exp.fig3",
    Parts(),
    "experiment",
    **reconstructed("0.5", "Section 5.1, Figure 3"),
    domain={theta: Simplex()},
    note="stand-ins n_t = 100 (t + 1)^p",
    parts={
        "s1": {
            "statement": Monotone(R(t), t, "nondecreasing"),
            "domain": {**EVER, **SIZES},
            "quantities": of(A),
            "note": "the risk increases until it stabilises: for every choice of sizes",
        },
        "s2": {
            "statement": ge(R(t), R(0)),
            "domain": {**EVER, **SIZES},
            "quantities": of(A),
            "note": "never better than the first fit: for every choice of sizes",
        },
        "s3": {
            "statement": And(
                *(gt(risk(piled(j), LAST), risk(piled(k), LAST)) for j, k in pairwise(range(4)))
            ),
            "note": "faster growth lowers the limit, read at t = 20",
        },
    },
)

TEN = {theta: Simplex(10)}
fixed = mixture("M, setting 4", Rational(1, 10), 100)
START = synthetic("M, setting 1", sizes(1))
QUADRATIC = synthetic("M, setting 2", sizes(2))
PILE = accumulation("A, setting 3", 100)


def capped(e):
    return Piecewise((1, t < 2), (e, True))


claim(
    "bakshi.exp.c2",
    Parts(),
    "experiment",
    **reconstructed("0.5", "Appendix C.2, Figure 6"),
    domain=TEN,
    quantities=of(fixed),
    note="the categorical column only, ten categories; sizes and weights are stand-ins",
    parts={
        "s1": {
            "statement": eq(Lim(R(t), t), 100 * R(0)),
            "quantities": of(START),
            "note": "setting 1: total collapse",
        },
        "s2": {
            "statement": And(
                lt(Lim(risk(QUADRATIC, t), t), 100 * risk(QUADRATIC, 0)),
                gt(Lim(risk(QUADRATIC, t), t), risk(QUADRATIC, 0)),
            ),
            "note": "setting 2: collapse with bounded error",
        },
        "s3": {
            "statement": lt(Lim(R(t), t), 2 * R(0)),
            "quantities": of(PILE),
            "note": "setting 3: accumulation",
        },
        "s4": {
            "statement": eq(
                Lim(R(t), t), R(0) / (1 - (1 - Rational(1, 100)) * Rational(9, 10) ** 2)
            ),
            "note": "setting 4: the dashed line",
        },
        "s5": {
            "statement": chain(0, "<", Lim(R(t), t), "<", R(0)),
            "quantities": of(fit("1/t", 1)),
            "note": "setting 5 stabilises: at a positive level below the first risk",
        },
        "s6": {"statement": vanishes("0.1", 1), "note": "setting 6 improves"},
        "s7": {"statement": vanishes("t^(-1/2)", 1), "note": "setting 7 improves"},
        "s8": {
            "statement": eq(Lim(R(t), t), 0),
            "quantities": of(mixture("M, setting 8", capped(1 / log(t + 1)), sizes(1))),
            "note": "setting 8 improves",
        },
    },
)

width, layers, block, vocabulary = 256, 4, 128, 50257
ROUND = Integer(1000)  # documents; a stand-in
ONLY_SYNTHETIC = synthetic("setting 0", ROUND)
A_QUARTER_FRESH = mixture("setting 2", Rational(1, 4), ROUND)
claim(
    "bakshi.exp.gpt",
    Prose("settings 0 to 3 of a small language model: a finding about trained networks"),
    "experiment",
    **reconstructed("0.5", "Section 5.2, Figure 4; Appendix C.3"),
    note="document counts are lost; the text says both that setting 3 does not improve and that it"
    " improves",
    parts={
        "s1": {
            "statement": decimal(
                (vocabulary * width + block * width + layers * 12 * width**2) / Integer(10) ** 6,
                "16",
            ),
            "kind": "table",
            "note": "about 16 million parameters: tied token table, positions, four blocks of"
            " 12 width^2 weights",
        },
        "s2": {
            "statement": Prose(
                "Setting 0, synthetic documents only, collapses: perplexity grows with the rounds."
                " Setting 2, where a fixed share is fresh, does not: it ends lower."
            ),
            "empirical": And(
                Monotone(risk(ONLY_SYNTHETIC, t), t, "increasing"),
                lt(risk(A_QUARTER_FRESH, t), risk(ONLY_SYNTHETIC, t)),
            ),
            "domain": {t: Integers(1), theta: Simplex()},
        },
    },
)
