"""The oracle of the enumeration: every labelled draw written out, with no counts and no vocabulary.

Here a process is a plain function that is given the history and says what is drawn and how the
draws are combined; each of the s^n sequences of tokens of a batch is a run of its own.
"""

from fractions import Fraction as F
from itertools import product
from math import comb

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.families import Categorical
from refutable.derivations.process import (
    Accumulate,
    Average,
    Draw,
    Exact,
    Filter,
    Mix,
    Model,
    Once,
    Past,
    Pool,
    Process,
    Truth,
)
from refutable.verify.exact import value

m, n, N = sp.symbols("m n N")
p = sp.Symbol("p")
LAWS = [
    (F(1, 2), F(1, 2)),
    (F(1, 3), F(2, 3)),
    (F(1, 2), F(1, 3), F(1, 6)),
    (F(3, 4), F(0), F(1, 4)),
]


def mean_of(draws, size):
    return tuple(F(draws.count(i), len(draws)) for i in range(size))


def mix(*parts):
    return tuple(sum(w * v[i] for w, v in parts) for i in range(len(parts[0][1])))


def labelled(truth, generations, fit):
    """(probability, history) of every run; history[g] is the model, history["b", g] the batches."""
    runs = [(F(1), {0: truth})]
    for g in range(1, generations + 1):
        grown = []
        for weight, history in runs:
            laws, combine = fit(history, g)
            for tokens in product(*(product(range(len(truth)), repeat=k) for _, k in laws)):
                chance = weight
                for (law, _), drawn in zip(laws, tokens, strict=True):
                    for i in drawn:
                        chance *= law[i]
                if chance:
                    means = [mean_of(drawn, len(truth)) for drawn in tokens]
                    grown.append((chance, {**history, ("b", g): means, g: combine(means)}))
        runs = grown
    assert sum(w for w, _ in runs) == 1
    return runs


def second_moment(runs, g):
    return sum(w * sum(x * x for x in h[g]) for w, h in runs)


def drift(runs, g):
    return sum(w * sum(abs(x - y) for x, y in zip(h[g], h[1], strict=True)) for w, h in runs)


def fully(h, g):
    return [(h[g - 1], 2)], lambda b: b[0]


def partially(h, g):
    if g == 1:
        return [(h[0], 2)], lambda b: b[0]
    return [(h[g - 1], 2)], lambda b: mix((F(1, 2), h[1]), (F(1, 2), b[0]))


def accumulating(h, g):
    if g == 1:
        return [(h[0], 2)], lambda b: b[0]
    return [(h[g - 1], 2)], lambda b: mix((F(g - 1, g), h[g - 1]), (F(1, g), b[0]))


def recent_fresh(h, g):
    if g == 1:
        return [(h[0], 1)], lambda b: b[0]
    return [(h[g - 1], 1), (h[g - 2], 1)], lambda b: mix((F(1, 2), b[0]), (F(1, 2), b[1]))


def recent_reused(h, g):
    if g == 1:
        return [(h[0], 2)], lambda b: b[0]
    return [(h[g - 1], 2)], lambda b: mix((F(1, 2), b[0]), (F(1, 2), h["b", g - 1][0]))


def averaged(h, g):
    return [(mix(*((F(1, g), h[t]) for t in range(g))), 2)], lambda b: b[0]


def mixture(h, g):
    law = h[0] if g == 1 else mix((F(1, 3), h[0]), (F(2, 3), h[g - 1]))
    return [(law, g + 1)], lambda b: b[0]


def weighted(h, g):
    if g == 1:
        return [(h[0], 2)], lambda b: b[0]
    return [(h[0], 1), (h[g - 1], 2)], lambda b: mix((F(1, 4), b[0]), (F(3, 4), b[1]))


def half_exact(h, g):
    return [(h[g - 1], 2)], lambda b: mix((F(1, 5), h[0]), (F(4, 5), b[0]))


REAL = Once(Truth(), N, "real")
CASES = {
    "fully": (fully, Pool([Draw(Model(), 2)]), None),
    "partially": (partially, Pool([REAL, Draw(Model(), n)]), Pool([REAL])),
    "partially, the retained batch only named later": (
        partially,
        Pool([Once(Truth(), 2, "real"), Draw(Model(), n)]),
        Pool([Once(Truth(), N, "real")]),
    ),
    "accumulating": (accumulating, Accumulate(Draw(Model(), n)), None),
    "accumulating, from a first pool": (
        accumulating,
        Accumulate(Draw(Model(), n, name="x")),
        Pool([Draw(Truth(), N, name="x")]),
    ),
    "recent, fresh draws": (recent_fresh, Pool([Draw(Model(1), 1), Draw(Model(2), 1)]), None),
    "recent, reused draws": (
        recent_reused,
        Pool([Draw(Model(), 2, name="y"), Past("y", 1)]),
        None,
    ),
    "averaged": (averaged, Pool([Draw(Average(), 2)]), None),
    "mixture": (
        mixture,
        Pool([Draw(Mix(sp.Rational(1, 3), Truth(), Model()), m + 2)]),
        Pool([Draw(Truth(), m + 2)]),
    ),
    "weighted": (
        weighted,
        Pool([Draw(Truth(), 1), Draw(Model(), 2)], weights=[sp.Rational(1, 4), sp.Rational(3, 4)]),
        Pool([Draw(Truth(), 2)]),
    ),
    "half exact": (
        half_exact,
        Pool([Exact(Truth()), Draw(Model(), 2)], weights=[sp.Rational(1, 5), sp.Rational(4, 5)]),
        None,
    ),
}


@pytest.mark.parametrize("law", LAWS, ids=str)
@pytest.mark.parametrize("name", CASES)
def test_counts_agree_with_labelled_draws(name, law):
    fit, step, first = CASES[name]
    process = Process("X", Categorical("p"), step, first=first, index=m, origin=0)
    last = 3 if len(law) == 2 else 2
    runs = labelled(law, last, fit)
    at = {p: tuple(sp.Rational(x.numerator, x.denominator) for x in law), n: 2, N: 2}
    for g in range(1, last + 1):
        model = process.model(g - 1)
        assert value(Q.Mean(Q.SqNorm(model)), at) == second_moment(runs, g)
        assert value(Q.Mean(Q.Norm1(model - process.model(0))), at) == drift(runs, g)
        largest = sum(w * max(h[g]) for w, h in runs)
        assert value(Q.Mean(Q.NormInf(model)), at) == largest
        collapsed = sum(w for w, h in runs if max(h[g]) == 1)
        assert value(Q.Prob(Q.IsDirac(model)), at) == collapsed
        early = sum(w for w, h in runs if any(max(h[t]) == 1 for t in range(1, g + 1)))
        assert value(Q.Prob(S.le(process.collapse_time, g - 1)), at) == early


@pytest.mark.parametrize("empty", ["redraw", "keep"])
def test_a_filter_keeps_each_datum_by_its_hidden_source(empty):
    """One generation after an exact start: source and fate of each datum written out."""
    real, fake, share, size = F(1, 2), F(1, 5), F(1, 3), 2
    truth, old = (F(1, 4), F(3, 4)), (F(1), F(0))
    total, kept_none = F(0), F(0)
    second = F(0)
    for fate in product(product((0, 1), (0, 1), (True, False)), repeat=size):
        chance, kept = F(1), []
        for source, token, keep in fate:
            law, pass_ = (truth, real) if source == 0 else (old, fake)
            chance *= (share if source == 0 else 1 - share) * law[token]
            chance *= pass_ if keep else 1 - pass_
            kept += [token] * keep
        if kept:
            q = mean_of(kept, 2)
            second += chance * sum(x * x for x in q)
            total += chance
        else:
            kept_none += chance
    second = second / total if empty == "redraw" else second + kept_none * sum(x * x for x in old)
    step = Pool(
        [
            Draw(
                Mix(sp.Rational(1, 3), Truth(), Model()),
                n,
                keep=Filter(sp.Rational(1, 2), sp.Rational(1, 5), empty=empty),
            )
        ]
    )
    process = Process("F", Categorical("p"), step, first=Pool([Draw(Truth(), 1)]), index=m)
    at = {p: (sp.Rational(1, 4), sp.Rational(3, 4)), n: size}
    given = Q.Mean(Q.SqNorm(process.model(2)), S.eq(process.model(1)[1], 1))
    assert value(given, at) == second


def test_the_number_kept_is_binomial():
    """E[1/Z | Z >= 1] enters the variance of a filtered mean of one source."""
    size, chance, q = 3, F(2, 5), F(1, 3)
    weights = [comb(size, z) * chance**z * (1 - chance) ** (size - z) for z in range(size + 1)]
    inverse = sum(w / z for z, w in enumerate(weights) if z) / (1 - weights[0])
    step = Pool([Draw(Model(), n, keep=Filter(1, sp.Rational(2, 5)))])
    process = Process("F", Categorical("p"), step, index=m)
    at = {p: (sp.Rational(1, 3), sp.Rational(2, 3)), n: size}
    gap = process.model(1)[1] - process.truth[1]
    assert value(Q.Mean(gap**2), at) == q * (1 - q) * inverse
