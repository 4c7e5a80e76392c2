"""Seddik et al. 2024 (arXiv:2404.05090): the experiments, as far as the text says how they ran."""

from refutable import (
    And,
    Integers,
    IsDirac,
    Lambda,
    Lim,
    Mean,
    Monotone,
    Prob,
    Prose,
    Simplex,
    SqNorm,
    claim,
    eq,
    lt,
    symbols,
)
from refutable.derivations.papers.seddik2024_processes import (
    FS,
    FS_DOMAIN,
    PS,
    PS_DOMAIN,
    m,
    n,
    p,
    rho,
)

PAPER = "seddik2024"
s, ell, contexts = symbols("s ell c")

claim(
    "seddik.exp.fig1",
    And(eq(s**ell, contexts), eq(Lim(rho(m), m), 1)),
    "experiment",
    paper=PAPER,
    locator="Figure 1",
    domain={n: Integers(1000, 1000), m: Integers(1), p: Simplex(3)},
    where={s: 3, ell: 4, contexts: 81},
    quantities={rho: Lambda(m, Prob(IsDirac(FS.model(m))))},
    note="Every trajectory reaches a vertex: the chance of a point mass tends to one.",
)

SETTINGS = {
    "fig2": (
        "Figure 2",
        "The mean of T over 100 runs grows about linearly in n for n up to 400; 600 tokens, several"
        " initial laws. The laws and the mean values are in the image only.",
    ),
    "fig3": (
        "Figure 3",
        "A character model of tiny Shakespeare (65 tokens), trained for 2000 iterations, averaged"
        " over 300 contexts: the deviation grows with synthetic data only and stays bounded with"
        " real data mixed in. Architecture, sizes and plotted values are in images only.",
    ),
    "fig4": (
        "Figure 4",
        "MR(K) and RS with n = 10, 100 runs, 500 generations, 600 tokens of which 52 have positive"
        " chance, S_0 = 0.1. The law and the larger K are in the image only.",
    ),
    "fig5": (
        "Figure 5",
        "PS with N = 100, 50 generations, 100 runs, 600 tokens of which 52 have positive chance,"
        " S_0 = 0.1; the dashed line is formula (9). The law and the values of n are in the image"
        " only.",
    ),
    "fig6": (
        "Figure 6",
        "PS with n = 10, N = 100, 50 generations, 100 runs: the dispersion increases and the drift"
        " decreases with S_0. The initial laws are in the image only.",
    ),
}


def deviation(process):
    """E |model m - truth|^2."""
    return Mean(SqNorm(process.model(m) - process.truth))


#: What a transformer can be asked: the directions, not the sizes.
DIRECTIONS = {
    "fig3": {
        "empirical": And(
            Monotone(deviation(FS), m, "increasing"), lt(deviation(PS), deviation(FS))
        ),
        "domain": {**FS_DOMAIN, **PS_DOMAIN},
        "note": "The direction reads bounded as lower than with synthetic data only.",
    }
}

for name, (locator, text) in SETTINGS.items():
    more = DIRECTIONS.get(name, {})
    claim(f"seddik.exp.{name}", Prose(text), "experiment", paper=PAPER, locator=locator, **more)
