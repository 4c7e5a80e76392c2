"""A batch of size zero is no batch: it adds nothing to the pool that declares it."""

import pytest
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.families import Categorical
from refutable.derivations.process import Draw, Model, Once, Pool, Process, Truth
from refutable.verify.exact import Undefined, value

n, p = sp.symbols("n p")
HALF = sp.Rational(1, 2)


def _split(kept: int) -> Process:
    """n draws, `kept` of them declared apart."""
    return Process(
        "split", Categorical(p), Pool([Draw(Model(), kept, "a"), Draw(Model(), n - kept, "b")])
    )


@pytest.mark.parametrize("size", [1, 2, 3])
def test_one_draw_apart_is_the_same_loop(size):
    """Naming one draw of n changes nothing, also where no other draw is left."""
    whole = Process("whole", Categorical(p), Pool([Draw(Model(), n)]))
    at = {n: sp.Integer(size), p: (HALF, HALF)}
    for g in (1, 2):
        a, b = (value(Q.Mean(Q.SqNorm(x.model(g))), at) for x in (_split(1), whole))
        assert a == b


def test_retained_batch_of_size_zero():
    """An empty corpus leaves the pool to the other batch."""
    real = Once(Truth(), n, "real")
    process = Process("ps", Categorical(p), Pool([real, Draw(Truth(), 2, "fresh")]))
    at = {n: sp.Integer(0), p: (HALF, HALF)}
    assert value(Q.Mean(Q.SqNorm(process.model(1))), at) == sp.Rational(3, 4)


def test_nothing_at_all_is_undefined():
    """Where every batch is empty there is no model; a negative size is no size."""
    empty = Process("empty", Categorical(p), Pool([Draw(Model(), n)]))
    for size in (0, -1):
        with pytest.raises(Undefined):
            value(Q.Mean(Q.SqNorm(empty.model(1))), {n: sp.Integer(size), p: (HALF, HALF)})
