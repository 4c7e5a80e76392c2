"""Claims and a judge whose words are chosen by the test, not computed."""

from sympy import Symbol

from refutable.derivations.claim import claim
from refutable.derivations.domain import Integers
from refutable.derivations.statement import le, lt
from refutable.verify.verdict import (
    Counterexample,
    Evidence,
    MutantTally,
    ReadingVerdict,
    Repair,
    Verdict,
)

n = Symbol("n")

FILE = """from refutable import *
n = Symbol("n")
for word in {words!r}:
    claim("t." + word.replace(" ", "_"), lt(0, n), "bound", domain={{n: Integers(1)}},
          paper="stub", locator="eq. (1)")
"""


def claim_file(folder, *words, name="claim_stub.py"):
    """A file with a claim `t.WORD` for each word; `judge` gives it that word."""
    path = folder / name
    path.write_text(FILE.format(words=words))
    return str(path)


def judge(c, options, done):
    """The verdict that the claim's id names."""
    word = c.id.partition(".")[2].partition(".")[0].replace("_", " ")
    if word == "crash":
        raise ValueError("an engine\nbroke")
    if word == "interrupt":
        raise KeyboardInterrupt
    return Verdict(c, word, f"because it is {word}", seconds=0.25)


def make(id="t.one", **fields):
    """One claim `0 < n`."""
    return claim(
        id, lt(0, n), "bound", domain={n: Integers(1)}, paper="stub", locator="eq. (1)", **fields
    )[0]


def full(word="refuted"):
    """A verdict with every field filled in."""
    return Verdict(
        make("t.full"),
        word,
        "two\nlines, <tag> & 50%",
        "formula",
        readings=[
            ReadingVerdict("fresh", True, word, "r"),
            ReadingVerdict("reused", False, "proved", ""),
        ],
        evidence=[Evidence("montecarlo", "fails", "z = 9", ("0.1", "0.2"), "0.01", 1.23456)],
        counterexample=Counterexample(
            "instance", {"n": "2", "p": ["1/2", "1/2"]}, "25/32", "=", "173/224", "exact",
            "symbolic", ["p(2) = (1, 0) with probability 1/4"], {n: 2},
        ),
        repair=Repair(le(1, n), "strictness", n - 1, "proved"),
        slack={
            "bound": "upper", "instances": 4, "vacuous": False, "says nothing at": 1,
            "smallest ratio": "1/2", "smallest at": {"n": "1"},
            "largest ratio": "1", "largest at": {"n": "3"},
        },
        trusted=["lemma.toeplitz"],
        boundary=[{"corner": "n = 1", "outcome": "holds", "instance": {"n": "1"}}],
        mutants=MutantTally(3, 1, 1, 0, 0, ["sign"], [
            {"change": "sign", "rule": "sign", "fate": "undetected", "why": ""}
        ]),
        seconds=0.5,
    )  # fmt: skip
