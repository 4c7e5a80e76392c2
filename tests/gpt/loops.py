"""Five directions that transformers can be asked: `refutable verify tests/gpt/loops.py --full`."""

from refutable import (
    Accumulate,
    And,
    Categorical,
    Draw,
    Filter,
    Integers,
    Mean,
    Mix,
    Model,
    Monotone,
    Pool,
    Process,
    Prose,
    Rational,
    Simplex,
    SqNorm,
    Truth,
    claim,
    le,
    lt,
    pi,
    symbols,
)

t, p = symbols("t p")
DOMAIN = {t: Integers(1), p: Simplex()}
DOCUMENTS = 72
REAL = Pool([Draw(Truth(), DOCUMENTS)])


def loop(name, step, first=None):
    return Process(name, Categorical(p), step, first, index=t)


def share(name, alpha, draws=DOCUMENTS, keep=None):
    """Documents of which a share is fresh real text, perhaps filtered."""
    return loop(name, Pool([Draw(Mix(alpha, Truth(), Model()), draws, keep=keep)]), REAL)


def error(process, index=t):
    return Mean(SqNorm(process.model(index) - process.truth))


synthetic = loop("synthetic", Pool([Draw(Model(), DOCUMENTS)]))
everything = loop("everything", Accumulate(Draw(Model(), DOCUMENTS)))
half = share("half fresh", Rational(1, 2))
tenth = share("a tenth fresh", Rational(1, 10))
# The filters keep 36 and 18 of 100 documents, so that 72 are left, as many as without them.
blunt = Filter(real=Rational(9, 10), synthetic=Rational(3, 10))
sharp = Filter(real=Rational(9, 10), synthetic=Rational(1, 10))
filtered = share("a tenth fresh, filtered", Rational(1, 10), 200, blunt)
purified = share("a tenth fresh, sharply filtered", Rational(1, 10), 400, sharp)

TOLD = {
    "replace": ("Replacing, the error grows.", Monotone(error(synthetic), t, "increasing")),
    "accumulate": (
        "Accumulating, the error stays bounded and below that of replacing.",
        And(
            le(error(everything), pi**2 / 6 * error(everything, 1)),
            lt(error(everything), error(synthetic)),
        ),
    ),
    "fresh": ("A fixed share of fresh data helps.", lt(error(half), error(synthetic))),
    "filter": (
        "A filter helps where as many documents are left as without it.",
        lt(error(filtered), error(tenth)),
    ),
    "sharp": ("A sharper filter helps as well.", lt(error(purified), error(tenth))),
}

for name, (text, direction) in TOLD.items():
    claim(f"own.{name}", Prose(text), "experiment", domain=DOMAIN, empirical=direction)
