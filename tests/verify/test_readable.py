"""Messages at an instance: what a node binds keeps its name."""

import pytest
import sympy as sp

from refutable import claim
from refutable.derivations import statement as S
from refutable.derivations.domain import Integers, Reals
from refutable.verify.readable import readable

x, n = sp.symbols("x n")


@pytest.mark.parametrize(
    "statement",
    [
        S.Exists(x, S.eq(x, n)),
        S.Implies(S.ForAll(n, S.ge(x, n)), S.ge(x, 1)),
        S.Eventually(n, S.ge(n, x)),
        S.eq(sp.Derivative(x**2, x), 2 * x),
    ],
)
def test_a_bound_symbol_is_not_replaced_by_its_value(statement):
    (c,) = claim("a.b", statement, "bound", domain={x: Reals(), n: Integers(1)})
    assert readable("as it is", c, {x: sp.Integer(0), n: sp.Integer(1)}) == "as it is"
