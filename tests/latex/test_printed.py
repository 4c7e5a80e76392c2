"""What quantities and statements print is LaTeX that can be set, and read back as one formula."""

from __future__ import annotations

import pytest
import sympy as sp

from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Model, Pool, Process
from refutable.derivations.quantity import AnyVec, Coord, Mean, NormInf, SqNorm
from refutable.derivations.statement import Lim, LimSup, eq
from refutable.verify.latex import read
from refutable.verify.latex.canon import canonical

n, m, i, x = sp.symbols("n m i x")
FS = Process("FS", Categorical("p"), Pool([Draw(Model(), n, "y")]), index=m)


@pytest.mark.parametrize(
    "node",
    [
        Coord(FS.model(m), i) ** 2,
        Coord(FS.truth, i) ** 2,
        Coord(AnyVec(sp.Symbol("q")), i) ** 2,
        Coord(FS.model(m) - FS.truth, i) ** 2,
        SqNorm(FS.model(m)) ** 2,
        NormInf(FS.model(m)) ** 2,
        Mean(SqNorm(FS.model(m))) ** 2,
        Mean(Coord(FS.batch("y", m), i) ** 2, FS.model(m - 1)),
        Lim(x + 1, x) ** 2,
    ],
    ids=sp.latex,
)
def test_powers_have_one_superscript(node):
    assert canonical(sp.latex(node))


def test_a_power_of_a_plain_coordinate_needs_no_brackets():
    assert sp.latex(Coord(FS.truth, i) ** 2) == "p_{i}^{2}"
    assert sp.latex(Coord(FS.model(m), i) ** 2) == r"\left(p^{(m)}_{i}\right)^{2}"


@pytest.mark.parametrize("limit", [Lim(1 + 1 / n, n), 2 * LimSup(n * x - x, n), Lim(n / 2, n) + x])
def test_limits_say_how_far_they_reach(limit):
    statement = eq(limit, 1)
    assert read(sp.latex(statement), {"n": n, "x": x}) == statement
