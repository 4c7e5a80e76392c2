"""Rows of recurrences against outcomes written out: a wrong row is found, a right one is not."""

from dataclasses import replace

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.derive import derive
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Categorical
from refutable.derivations.naming import Names, summed
from refutable.derivations.onestep import check_one_step
from refutable.derivations.process import Process
from refutable.derivations.story import story
from refutable.verify.loader import load_built_in
from refutable.verify.typeset import tex
from refutable.verify.untex import untex
from tests.processes import ACCUMULATE, LINEAR, MIXED, PS, WEIGHTED


def _recurrence(node):
    steps = {s.rule: s for s in derive(node).steps}
    return steps["recurrence"].after, steps["recurrence"].args["system"]


def _square(process):
    return Q.Mean(Q.SqNorm(process.model(process.index) - process.truth))


def _built_in(name, which=0):
    claims = {c.id: c for c in load_built_in()}
    body = claims[name].bound()
    return sorted(body.atoms(Q.Mean), key=str)[which]


def _gauss():
    return _built_in("he.thm1.cov")


NODES = {
    "real data kept": lambda: _square(PS),
    "accumulated": lambda: _square(ACCUMULATE),
    "mixture": lambda: _square(MIXED),
    "weighted": lambda: _square(WEIGHTED),
    "linear": lambda: _square(LINEAR),
    "Gaussian": _gauss,
    "a size n/k": lambda: _built_in("he.cor1.4.s1"),
    "batches of 500": lambda: _built_in("he.exp.adult"),
    "weights with roots": lambda: _built_in("he.thm3.naive.s1", 1),
}


@pytest.mark.parametrize("name", NODES)
def test_every_row_is_compared_and_a_changed_one_is_found(name):
    r, system = _recurrence(NODES[name]())
    for k, label in enumerate(r.labels):
        assert check_one_step(system, label, r).startswith("equals")
        for j in range(len(r.labels)):
            if r.matrix[k, j] == 0:
                continue
            wrong = r.matrix.copy()
            wrong[k, j] = wrong[k, j] * sp.Rational(101, 100)
            with pytest.raises(OutsideFragment, match="fails"):
                check_one_step(system, label, replace(r, matrix=wrong))


@pytest.mark.parametrize("name", NODES)
def test_a_changed_forcing_is_found(name):
    r, system = _recurrence(NODES[name]())
    wrong = r.forcing.copy()
    wrong[0, 0] = wrong[0, 0] + sp.Rational(1, 100)
    with pytest.raises(OutsideFragment, match="fails"):
        check_one_step(system, r.labels[0], replace(r, forcing=wrong))


def test_matrices_are_not_written_as_norms():
    lines = [untex(x.latex) for x in story(derive(_gauss()), tex)]
    assert "E[Σ̂ₜ] = (1 − w) E[Σ̂ₜ₋₁] + Σ w" in lines
    assert any("tr(Σ E[Σ̂ₜ₋₁])" in x for x in lines)
    assert not any("E[‖Σ̂ₜ‖_F] " in x or "θ" in x for x in lines)


def test_sums_of_printed_terms():
    assert summed(["", "-a", "- b", "c"]) == "-a - b + c"
    assert summed([""]) == "0"


def test_a_star_goes_above_the_index():
    star = sp.Symbol("theta_star")
    process = Process("STAR", Categorical(star), PS.step, first=PS.first, index=PS.index)
    r, system = _recurrence(_square(process))
    names = Names(system, tex)
    shown = [names.mean(x, process.index) + names.forcing(r.forcing[k, 0], x) for k, x in enumerate(r.labels)]
    assert any(r"\theta_i^{(m)}" in x for x in shown)
    assert not any("star" in x for x in shown)
