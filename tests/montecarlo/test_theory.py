"""Theory beside a table, against the enumeration of all states; large sizes against sampling.

False alarms: intervals at level 1e-9 (6).
"""

from __future__ import annotations

import pytest
import sympy as sp

from refutable.derivations.families import Categorical
from refutable.derivations.process import Accumulate, Draw, Model, Pool, Process
from refutable.derivations.quantity import Prob
from refutable.derivations.statement import gt
from refutable.montecarlo import lent
from refutable.montecarlo import theory as module
from refutable.montecarlo.quantities import QUANTITIES
from refutable.montecarlo.simulate import run
from refutable.montecarlo.theory import theory
from refutable.verify import simulated
from refutable.verify.exact import value

m, n, p = sp.symbols("m n p")
FS = Process("FS", Categorical("p"), Pool([Draw(Model(), n)]), index=m)
AT = {n: sp.Integer(3), p: tuple(sp.Rational(k, 6) for k in (2, 2, 1, 1, 0))}


@pytest.mark.parametrize("name", ["support", "l1", "tv", "lost", "collapsed", "sqnorm", "risk"])
def test_theory_is_the_enumeration(name):
    assert lent.of_token is simulated._of_token
    found = theory(FS, AT, name, [1, 2, 3])
    exact = [value(QUANTITIES[name](FS, sp.Integer(g)), AT) for g in (1, 2, 3)]
    assert found == pytest.approx([float(x) for x in exact], rel=1e-12)


def test_mean_times_are_sums_of_the_tail():
    """E min(T, m) is the sum of P(T > g) over g < m."""
    tail = [float(value(Prob(gt(FS.collapse_time, g)), AT)) for g in range(3)]
    assert theory(FS, AT, "time", [1, 2, 3]) == pytest.approx([tail[0], sum(tail[:2]), sum(tail)])


def test_large_sizes_have_theory_and_sampling_agrees():
    at = {n: sp.Integer(300), p: (sp.Rational(1, 52),) * 52}
    table = run(FS, at, [1, 40], 3000, ["support", "l1", "lost"], alpha=1e-9)
    for row in table.rows:
        assert row.lo < row.theory < row.hi
        assert row.hi - row.lo < 0.1 * max(1, row.theory)


def test_no_theory_where_there_is_none(monkeypatch):
    pile = Process("ACC", Categorical("p"), Accumulate(Draw(Model(), n)), index=m)
    assert theory(pile, AT, "support", [1]) is None
    monkeypatch.setattr(module, "WORK", 10)
    assert theory(FS, AT, "support", [1]) is None
    monkeypatch.setattr(lent, "of_token", None)
    assert theory(FS, AT, "l1", [1]) is None
