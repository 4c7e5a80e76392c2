"""`value`, `atoms` and `outcomes`: what the judge asks the exact engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp
from sympy.core.function import AppliedUndef

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.families import Linear

from .chain import BUDGET, Budget
from .errors import Undefined
from .evaluate import Evaluator
from .ground import At, ground, to_sympy
from .linear import vector_coefficients
from .reader import Env

__all__ = ["atoms", "bare", "outcomes", "same_vectors", "value"]

NODES = (Q.Mean, Q.Prob, Q.Functional)


def value(expr: sp.Expr, at: At, budget: int = BUDGET) -> sp.Expr:
    """The exact value of `expr` at the instance `at`, as a SymPy number.

    expr: a SymPy expression over means, probabilities and functionals of vectors; schedules and
    finite sums are written out. The law of the process is enumerated in rationals.
    Raises OutsideFragment for limits, infinite sums, unbounded states and random numbers outside
    an expectation; BudgetExceeded where more than `budget` weighted transitions would be needed;
    Undefined where the expression has no value at this instance (a condition of probability zero,
    a division by zero); DomainError where a symbol has no value.

    >>> from refutable.derivations.families import Categorical
    >>> from refutable.derivations.process import Draw, Model, Once, Pool, Process, Truth
    >>> N, n = sp.symbols("N n")
    >>> real = Once(Truth(), N, "real")
    >>> PS = Process("PS", Categorical("p"), Pool([real, Draw(Model(), n)]), first=Pool([real]))
    >>> half = sp.Rational(1, 2)
    >>> value(Q.Mean(Q.SqNorm(PS.model(2))), {sp.Symbol("p"): (half, half), N: 2, n: 2})
    25/32
    """
    evaluator = Evaluator(at, Budget(budget))
    grounded = ground(sp.sympify(expr), at)
    return _number(grounded, {node: to_sympy(evaluator.constant(node)) for node in bare(grounded)})


def _number(grounded: sp.Expr, values: dict[sp.Basic, sp.Expr]) -> sp.Expr:
    out = grounded.xreplace(values)
    if out.free_symbols or out.atoms(AppliedUndef):
        missing = sorted(map(str, out.free_symbols | {a.func for a in out.atoms(AppliedUndef)}))
        raise DomainError(f"{missing[0]} has no value in this instance")
    if out.has(sp.nan, sp.zoo):
        raise Undefined("the expression has no value at this instance", part="not defined")
    return out


def bare(e: sp.Basic) -> Iterator[sp.Basic]:
    """The outermost means, probabilities and functionals."""
    if isinstance(e, NODES):
        yield e
    else:
        for a in e.args:
            yield from bare(a)


def atoms(statement: sp.Basic, at: At, budget: int = BUDGET) -> list[tuple[sp.Expr, dict]]:
    """The joint law of what is random in a statement that is meant almost surely.

    Each entry is the probability of an atom and a dict that maps every outermost Mean, Prob and
    Functional of the statement to its exact value there: as the node is written in `statement`,
    and as it is after the values of `at` are put in. The two sides of a relation between vectors
    are mapped to column matrices, an event `IsDirac` to true or false.
    Probabilities are positive and sum to one; equal atoms are merged.
    Raises as `value` does.

    >>> from refutable.derivations.families import Categorical
    >>> from refutable.derivations.process import Draw, Model, Pool, Process
    >>> FS = Process("FS", Categorical("p"), Pool([Draw(Model(), 2)]))
    >>> at = {sp.Symbol("p"): (sp.Rational(1, 2), sp.Rational(1, 2))}
    >>> [(str(w), sorted(map(str, d.values()))) for w, d in atoms(FS.model(1)[1], at)]
    [('1/4', ['1']), ('1/2', ['1/2']), ('1/4', ['0'])]
    """
    return [(w, d) for w, d, _ in _atoms(statement, at, budget, judge=False)]


def outcomes(
    statement: S.Statement, at: At, budget: int = BUDGET
) -> list[tuple[sp.Expr, dict, bool]]:
    """`atoms`, and whether the statement holds there."""
    return _atoms(statement, at, budget, judge=True)


def same_vectors(lhs: Q.Vec, rhs: Q.Vec, at: At, budget: int = BUDGET) -> bool:
    """Whether two vectors are equal with probability one at this instance.

    By cancelling, by the coefficients of the noise (linear processes), or atom by atom.

    >>> v = Q.AnyVec(sp.Symbol("v"))
    >>> same_vectors(v + v, 2 * v, {})
    True
    """
    gap = ground(lhs - rhs, at)
    if not gap.args:
        return True
    processes = [tag.process for tag in gap.atoms(Q.Tag)]
    if not processes or any(isinstance(process.family, Linear) for process in processes):
        return not vector_coefficients(gap, at)
    return all(ok for _, _, ok in outcomes(S.eq(lhs, rhs), at, budget))


def _atoms(statement: sp.Basic, at: At, budget: int, *, judge: bool) -> list:
    for node in sp.preorder_traversal(statement):
        if isinstance(node, (S.ForAll, S.Exists, S.Eventually)):
            raise OutsideFragment("atoms of a quantified statement", part="quantifier")
    evaluator = Evaluator(at, Budget(budget))
    grounded = ground(statement, at)
    keys: dict[sp.Basic, list[sp.Basic]] = {}
    for node in _parts(grounded):
        keys.setdefault(node, [node])
    for node in _parts(statement):
        keys.setdefault(ground(node, at), []).append(node)
    exprs = [grounded, *(k for k in keys if not isinstance(k, Q.Vec))]
    process = evaluator.process_of(*exprs, *(v for v in keys if isinstance(v, Q.Vec)))
    reader = evaluator.reader(process, exprs)
    runs = evaluator.runs(reader, [*keys, grounded])
    read: dict[sp.Basic, Callable[[Env], object]] = {}
    for node in keys:
        if isinstance(node, Q.Vec):
            read[node] = reader.vector(node)
        elif isinstance(node, Q.IsDirac):
            read[node] = reader.event(node)
        else:
            read[node] = reader.number(node)
    holds = reader.event(grounded) if judge else (lambda env: True)
    merged: dict[tuple, list] = {}
    for env, w in runs:
        found = {node: _shown(f(env)) for node, f in read.items()}
        entry = merged.setdefault(
            tuple(found.values()),
            [0, {k: x for node, x in found.items() for k in keys[node]}, holds(env)],
        )
        entry[0] += w
    return [(to_sympy(w), d, ok) for w, d, ok in merged.values()]


def _shown(x: object) -> sp.Basic:
    if isinstance(x, bool):
        return sp.true if x else sp.false
    return sp.ImmutableMatrix([to_sympy(c) for c in x]) if isinstance(x, list) else to_sympy(x)


def _parts(e: sp.Basic) -> Iterator[sp.Basic]:
    """What `atoms` gives values for: see there. Nothing inside a sum with a bound symbol."""
    if isinstance(e, (*NODES, Q.IsDirac, Q.Vec)):
        yield e
    elif not isinstance(e, (sp.Sum, sp.Product)):
        for a in e.args:
            yield from _parts(a)
