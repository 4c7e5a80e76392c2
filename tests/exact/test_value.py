"""The exact engine against numbers that follow from elsewhere."""

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Model, Once, Pool, Process, Truth
from refutable.verify.exact import value

m, n, N = sp.symbols("m n N")
p = sp.Symbol("p")
R = sp.Rational
HALF = (R(1, 2), R(1, 2))
FS = Process("FS", Categorical("p"), Pool([Draw(Model(), n)]), index=m)
REAL = Once(Truth(), N, "real")
PS = Process("PS", Categorical("p"), Pool([REAL, Draw(Model(), n)]), first=Pool([REAL]), index=m)


def test_the_smallest_partially_synthetic_instance():
    """By hand: p(2) is a point mass, (3, 1)/4 or (1, 1)/2 with probability 1/2, 1/4, 1/4."""
    assert value(Q.Mean(Q.SqNorm(PS.model(m))), {p: HALF, N: 2, n: 2, m: 2}) == R(25, 32)


@pytest.mark.parametrize("law", [HALF, (R(1, 2), R(1, 3), R(1, 6)), (R(2, 3), R(0), R(1, 3))])
@pytest.mark.parametrize("process", [FS, PS])
def test_a_model_is_a_martingale(process, law):
    for token in range(1, len(law) + 1):
        at = {p: law, N: 2, n: 3, m: 3}
        assert value(Q.Mean(process.model(m)[token]), at) == law[token - 1]
