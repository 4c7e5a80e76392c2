"""The same numbers by another algorithm: collapse by following the law forwards.

`value` reads the fully synthetic loop through its ancestors; here its states are counts of tokens,
T is the absorption time of their chain, and point masses are counted in the enumerated law.
"""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import OutsideFragment

from . import hitting
from .chain import BUDGET, Budget, Chain
from .evaluate import Evaluator
from .ground import At, ground, to_sympy
from .lumping import full

__all__ = ["forwards"]


def forwards(node: sp.Expr, at: At, budget: int = BUDGET) -> sp.Expr:
    """E[T] or the probability of a point mass, by the chain of counts.

    Raises OutsideFragment for other nodes, BudgetExceeded for too many states.

    >>> from refutable.derivations.families import Categorical
    >>> from refutable.derivations.process import Draw, Model, Pool, Process
    >>> fs = Process("FS", Categorical("p"), Pool([Draw(Model(), 2)]))
    >>> half = sp.Rational(1, 2)
    >>> forwards(Q.Mean(fs.collapse_time), {sp.Symbol("p"): (half, half)})
    2
    """
    grounded = ground(node, at)
    engine = Evaluator(at, Budget(budget))
    inner = grounded.args[0]
    if isinstance(grounded, Q.Mean) and isinstance(inner, Q.CollapseTime):
        process = inner.args[0].process
        instance = engine.instance(process)
        time = hitting.expected_time(Chain(instance, full(len(instance.truth)), engine.budget))
        return to_sympy(time) + process.origin - 1
    if isinstance(grounded, Q.Prob) and isinstance(inner, Q.IsDirac) and grounded.given is None:
        reader = engine.reader(engine.process_of(inner), [inner])
        event = reader.event(inner)
        return to_sympy(sum(w for env, w in engine.runs(reader, [inner]) if event(env)))
    raise OutsideFragment(f"{node} has one algorithm only", part=str(node))
