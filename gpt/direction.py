"""Which directions of an error a claim states, read from its statement, or from `empirical`.

The fragment: relations and monotonicity of *errors*, where an error is a squared or absolute
distance between a model and the truth (its expectation too), possibly times a positive number:

    Monotone(E|p(m) - p|^2, m, "increasing")      the error grows
    Rel("<", E|p(a) - p|^2, E|q(b) - q|^2)        one error is below another
    Rel("<=", E|p(m) - p|^2, c E|p(1) - p|^2)     it stays below c times the first

joined by `and`. Everything else (equalities, limits, prose) is outside the fragment and refused:
a network's error in nats is not the theory's number, only its order can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp

from ..derivations import quantity as Q
from ..derivations.claim import Claim
from ..derivations.errors import OutsideFragment
from ..derivations.process import Process
from ..derivations.statement import And, ForAll, Monotone, Rel

__all__ = ["Direction", "directions"]

ERRORS = (Q.SqNorm, Q.Norm1, Q.NormInf, Q.TotalVariation)


@dataclass(frozen=True)
class Term:
    """factor * error of `process` at internal generation `m`, or `back` before the last one run."""

    factor: sp.Expr
    process: Process
    m: int | None = None
    back: int = 0

    def at(self, last: int) -> int:
        return last - self.back if self.m is None else self.m

    def __str__(self) -> str:
        when = f"at generation {self.m}" if self.m else "at the last generation"
        when += f" but {self.back}" if self.back else ""
        factor = "" if self.factor == 1 else f"{self.factor} * "
        return f"{factor}error of {self.process.name} {when}"


@dataclass(frozen=True)
class Direction:
    """`low` is claimed to lie below `high`."""

    low: Term
    high: Term

    @property
    def processes(self) -> tuple[Process, ...]:
        return (self.low.process, self.high.process)

    def __str__(self) -> str:
        return f"{self.low} < {self.high}"

    def sample(self, results, last: int) -> list[float]:  # type: ignore[no-untyped-def]
        """high - low per repeat, in nats of divergence; positive is the claimed direction."""

        def values(t: Term) -> dict[int, float]:
            found = results.table[t.process.name]["divergence"].get(t.at(last), {})
            return {r: float(t.factor) * v for r, v in found.items()}

        a, b = values(self.low), values(self.high)
        return [b[r] - a[r] for r in sorted(a.keys() & b.keys())]


def directions(claim: Claim) -> list[Direction]:
    """The directions of a claim; OutsideFragment names the part that is none."""
    if claim.is_prose and claim.direction is None:
        raise OutsideFragment("prose without a formal reading", part="prose")
    out = _read(claim.bound() if claim.direction is None else claim.direction)
    if not out:
        raise OutsideFragment("the statement holds no direction", part="statement")
    return out


def _read(node: sp.Basic) -> list[Direction]:
    if isinstance(node, And):
        return [d for part in node.args for d in _read(part)]
    if isinstance(node, ForAll):
        return _read(node.args[-1])
    if isinstance(node, Monotone):
        return [_monotone(node)]
    if isinstance(node, Rel) and node.op in ("<", "<=", ">", ">="):
        low, high = (node.lhs, node.rhs) if node.op in ("<", "<=") else (node.rhs, node.lhs)
        return [Direction(*_aligned(low, high))]
    kind = f"a relation {node.op}" if isinstance(node, Rel) else type(node).__name__
    raise OutsideFragment(f"{kind} is no direction of an error", part=kind)


def _monotone(node: Monotone) -> Direction:
    expr, symbol, name = node.args[0], node.args[1], node.args[2].name
    term = _term(expr)
    if symbol not in _index(expr).free_symbols:
        raise OutsideFragment(
            f"monotone in {symbol}, which is not the generation", part=str(symbol)
        )
    first, last = replace(term, m=1), replace(term, m=None)
    grows = name in ("increasing", "nondecreasing")
    return Direction(first, last) if grows else Direction(last, first)


def _aligned(low: sp.Basic, high: sp.Basic) -> tuple[Term, Term]:
    """Two errors to be compared; of two indices m and m + k the larger is the last generation."""
    a, b = _term(low), _term(high)
    if a.m is None and b.m is None:
        ahead = a.process.internal(_index(low)) - b.process.internal(_index(high))
        if not ahead.is_Integer:
            raise OutsideFragment("two errors at unrelated generations", part=str(ahead))
        return replace(a, back=max(0, -int(ahead))), replace(b, back=max(0, int(ahead)))
    return a, b


def _term(expr: sp.Basic) -> Term:
    factor, error = _error(expr)
    (model,) = error.atoms(Q.ModelVec)
    process = model.args[0].process
    m = process.internal(model.args[1])
    if m.is_number and not (m.is_integer and m >= 1):
        raise OutsideFragment(f"generation {m} has no fit", part=str(error))
    return Term(factor, process, int(m) if m.is_number else None)


def _index(expr: sp.Basic) -> sp.Expr:
    (model,) = _error(expr)[1].atoms(Q.ModelVec)
    return model.args[1]


def _error(expr: sp.Basic) -> tuple[sp.Expr, sp.Basic]:
    """(positive number, distance of one model from the truth); refuses anything else."""
    factor, rest = sp.Integer(1), expr
    if isinstance(expr, sp.Expr):
        factor, rest = expr.as_independent(Q.Mean, *ERRORS, as_Add=False)
    if isinstance(rest, Q.Mean):
        rest = rest.args[0]
    if not (isinstance(rest, ERRORS) and factor.is_number and factor.is_positive):
        raise OutsideFragment(f"{expr} is no error of a model", part=str(expr))
    vectors = rest.atoms(Q.ModelVec, Q.TruthVec, Q.BatchVec, Q.NoiseVec, Q.AnyVec)
    models = [v for v in vectors if isinstance(v, Q.ModelVec)]
    truths = [v for v in vectors if isinstance(v, Q.TruthVec)]
    if len(vectors) != 2 or len(models) != 1 or len(truths) != 1:
        raise OutsideFragment(
            f"{expr} is no distance between a model and the truth", part=str(expr)
        )
    return factor, rest
