"""Seddik et al. 2024 (arXiv:2404.05090): the experiments, as far as the text says how they ran."""

from refutable import And, Integers, IsDirac, Lambda, Lim, Prob, Prose, Simplex, claim, eq, symbols
from refutable.derivations.papers.seddik2024_processes import FS, m, n, p, rho

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

for name, (locator, text) in SETTINGS.items():
    claim(f"seddik.exp.{name}", Prose(text), "experiment", paper=PAPER, locator=locator)
