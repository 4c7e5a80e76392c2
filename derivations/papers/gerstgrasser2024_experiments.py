"""Gerstgrasser et al. 2024: the printed table, the experiments, and remarks without a theorem.

A printed decimal stands for the interval of half a unit in its last place: a difference of printed
numbers agrees with a printed change when they differ by at most three half units, and an order of
printed numbers holds when it holds at the worst ends.
"""

from sympy import Abs, Rational, Symbol, harmonic, pi

from refutable import And, Lim, Monotone, Prose, Reals, Sum, claim, eq, gt, le, lt
from refutable.derivations.papers.gerstgrasser2024_processes import (
    LM,
    LM_ACC,
    LM_REP,
    PAPER,
    UNIT,
    WIDE,
    Eacc,
    Emult,
    Erep,
    error,
    i,
    n,
    of_acc,
    of_mult,
    of_rep,
)
from refutable.derivations.statement import Parts

# row: model; then the printed losses at t = 1, t = 4 accumulating, t = 4 and t = 10 replacing,
# t = 4 replacing with more data, each with its printed change; "" where there is none
TABLE_2 = {
    "9M": ("1.82", ("1.74", "-0.07"), ("2.39", "0.58"), ("2.91", "1.09"), ("2.18", "0.36")),
    "9M03": ("1.82", ("1.75", "-0.06"), ("5.82", "4.00"), ("9.85", "8.04"), ()),
    "small1": ("2.56", ("2.28", "-0.28"), ("3.21", "0.65"), ("3.72", "1.16"), ("2.91", "0.35")),
    "small3": ("1.99", ("1.87", "-0.12"), ("2.62", "0.63"), (), ()),
    "12M": ("2.06", ("1.94", "-0.12"), ("2.72", "0.66"), (), ()),
    "42M": ("1.90", ("1.76", "-0.14"), ("2.52", "0.62"), (), ()),
    "126M": ("1.71", ("1.59", "-0.12"), ("2.23", "0.53"), (), ()),
}
COLUMNS = ("acc", "repl", "repl10", "star")
HALF = Rational(1, 200)

printed = {}
for row, (first, *cells) in TABLE_2.items():
    printed[Symbol(f"one_{row}")] = Rational(first)
    for column, cell in zip(COLUMNS, cells, strict=True):
        if cell:
            printed[Symbol(f"{column}_{row}")] = Rational(cell[0])
            printed[Symbol(f"delta_{column}_{row}")] = Rational(cell[1])


def cells(column):
    """(loss at t = 1, loss in this column, printed change) of every row that has one."""
    return [
        (Symbol(f"one_{row}"), Symbol(f"{column}_{row}"), Symbol(f"delta_{column}_{row}"))
        for row in TABLE_2
        if Symbol(f"{column}_{row}") in printed
    ]


def surely(relation, smaller, larger):
    """The order holds whatever the printed numbers were before rounding."""
    return relation(smaller + HALF, larger - HALF)


claim(
    "gerst.table2",
    Parts(),
    "table",
    paper=PAPER,
    locator="Appendix C, Table 2",
    domain={},
    where=printed,
    parts={
        "s1": And(
            *(
                le(Abs(loss - one - delta), 3 * HALF)
                for column in COLUMNS
                for one, loss, delta in cells(column)
            )
        ),
        "s2": And(*(surely(le, acc, one) for one, acc, _ in cells("acc"))),
        "s3": And(
            *(surely(lt, one, repl) for col in ("repl", "repl10") for one, repl, _ in cells(col))
        ),
        "s4": And(
            *(surely(lt, one, star) for one, star, _ in cells("star")),
            *(
                surely(lt, Symbol(f"star_{row}"), Symbol(f"repl_{row}"))
                for row in TABLE_2
                if Symbol(f"star_{row}") in printed
            ),
        ),
        "s5": And(
            *(
                gt(
                    Symbol(f"{col}_9M03") - Symbol("one_9M03") - 2 * HALF,
                    Symbol(f"{col}_9M") - Symbol("one_9M") + 2 * HALF,
                )
                for col in ("repl", "repl10")
            )
        ),
    },
)

c = Symbol("c")
claim(
    "gerst.remark.sublinear",
    eq(Lim(Sum(i ** (-c), (i, 1, n)) / (n ** (1 - c) / (1 - c)), n), 1),
    "asymptotic",
    paper=PAPER,
    locator="Appendix A, theory paragraph on Dohmatob et al. 2024b",
    domain={c: Reals(hi=1, hi_open=True)},
    note="c is not defined in the text; it is the exponent of a scaling law in the cited work",
)
claim(
    "gerst.prose.ridge",
    Prose("The analysis extends readily to ridge regression and to the kernel setting."),
    "prose",
    paper=PAPER,
    locator="Section 3.1, note on extensions",
)

claim(
    "gerst.exp.linreg",
    And(
        eq(Erep(n), UNIT * n), eq(Emult(n), UNIT * harmonic(n)), eq(Eacc(n), UNIT * harmonic(n, 2))
    ),
    "experiment",
    paper=PAPER,
    locator="Section 3.3, Figures 7 and 16",
    domain=WIDE,
    quantities={**of_rep, **of_mult, **of_acc},
    note="the three laws that the simulations are said to match; stacked designs",
)
claim(
    "gerst.exp.lm",
    Parts(),
    "experiment",
    paper=PAPER,
    locator="Section 2.1, Figures 2 and 3, Table 1, Appendix C",
    parts={
        "s1": {
            "statement": Prose(
                "Replacing: test cross-entropy rises with iterations, whatever the model."
            ),
            "empirical": Monotone(error(LM_REP, n), n, "increasing"),
            "domain": LM,
        },
        "s2": {
            "statement": Prose(
                "Accumulating: test cross-entropy is equal or lower as iterations grow."
            ),
            "empirical": And(
                lt(error(LM_ACC, n), error(LM_REP, n)),
                le(error(LM_ACC, n), pi**2 / 6 * error(LM_ACC, 1)),
                le(error(LM_ACC, n), error(LM_ACC, 1)),
            ),
            "domain": LM,
            "note": "the last direction is the printed one; the one before it is the bound that the"
            " theory of the paper has for regressions; the paper takes one epoch of all data, so"
            " its models take more steps the more data there are",
        },
        "s3": Prose("Ablations do not change the picture."),
    },
    note="curves beyond Table 2 are not in the text",
)
claim(
    "gerst.exp.geodiff",
    Prose(
        "Replacing raises the test loss, mostly at the first synthetic iteration; accumulating"
        " leaves it about constant."
    ),
    "experiment",
    paper=PAPER,
    locator="Section 2.2, Figure 4",
    note="loss values are not in the text",
)
claim(
    "gerst.exp.vae",
    Prose(
        "Replacing raises the error fast and ends in a single mode; accumulating raises it much"
        " more slowly."
    ),
    "experiment",
    paper=PAPER,
    locator="Section 2.3, Figures 5, 6 and 15, Appendix D",
    note="loss values and the number of iterations are not in the text",
)
