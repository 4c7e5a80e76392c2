"""Values of observables and truth of events on a shard of sampled paths.

Events compare exactly: where both sides lie on a known lattice, differences below half a step
are equalities; where they do not, a replicate that is too close to call counts either way.
"""

from __future__ import annotations

import math

import numpy as np
import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.errors import DomainError, OutsideFragment

from .bounds import Indicator
from .empirical import combined
from .instance import finite, number, probabilities, whole
from .paths import Curve, Lattice, Paths, common, scaled
from .scope import Scope

__all__ = ["holds", "sampled", "value"]

#: Rounding errors of an observable stay far below this, relative to its size.
TOLERANCE = 1e-9
#: Largest number of classes for which all subsets are tried.
SUBSETS = 14


def value(e: sp.Basic, scope: Scope, paths: Paths) -> np.ndarray:
    """The observable on every replicate, (runs,)."""
    out = sampled(e, scope, paths)
    if not np.all(np.isfinite(out)):
        raise OutsideFragment(f"{e} is not finite on some paths", part="unbounded observable")
    return out


def sampled(e: sp.Basic, scope: Scope, paths: Paths) -> np.ndarray:
    """`value`, with NaN on the replicates where there is none."""
    with np.errstate(all="ignore"):
        return np.broadcast_to(np.asarray(_value(e, scope, paths), float), (paths.runs,))


def holds(event: sp.Basic, scope: Scope, paths: Paths) -> tuple[np.ndarray, np.ndarray]:
    """(certainly, possibly): two boolean arrays (runs,)."""
    if isinstance(event, (sp.Rel,)):
        event = S.to_statement(event)
    if isinstance(event, S.Rel):
        return _relation(event, scope, paths)
    if isinstance(event, (S.And, sp.And, S.Or, sp.Or)):
        pairs = [holds(a, scope, paths) for a in event.args]
        join = np.logical_and if isinstance(event, (S.And, sp.And)) else np.logical_or
        return join.reduce([a for a, _ in pairs]), join.reduce([b for _, b in pairs])
    if isinstance(event, (S.Not, sp.Not)):
        yes, maybe = holds(event.args[0], scope, paths)
        return ~maybe, ~yes
    if isinstance(event, S.Implies):
        (ayes, amaybe), (byes, bmaybe) = (holds(a, scope, paths) for a in event.args)
        return ~amaybe | byes, ~ayes | bmaybe
    if isinstance(event, S.Iff):
        (ayes, amaybe), (byes, bmaybe) = (holds(a, scope, paths) for a in event.args)
        sure = (ayes == amaybe) & (byes == bmaybe)
        return sure & (ayes == byes), ~sure | (ayes == byes)
    if isinstance(event, Q.IsDirac):
        if paths.norms is not None and scope.terms(event.args[0])[0][1][0] == "model":
            dirac = _kept(event.args[0], scope, paths.norms) == 1
        else:
            dirac = np.broadcast_to(_support(event.args[0], scope, paths) == 1, (paths.runs,))
        return dirac, dirac
    if isinstance(event, Q.Fixation):
        model = paths.vectors["model", scope.longest]
        i = _token(event.args[1], scope)
        done = np.count_nonzero(model, axis=1) == 1
        return done & (model[:, i] > 0), ~done | (model[:, i] > 0)
    raise OutsideFragment(f"the event {type(event).__name__}", part=type(event).__name__)


def _relation(r: S.Rel, scope: Scope, paths: Paths) -> tuple[np.ndarray, np.ndarray]:
    if isinstance(r.lhs, Q.Vec):
        gap, step = _vector(r.lhs - r.rhs, scope, paths)
        gap = np.max(np.abs(gap), axis=-1)
    else:
        gap = np.asarray(_value(r.lhs, scope, paths)) - np.asarray(_value(r.rhs, scope, paths))
        step = common([_lattice(r.lhs, scope, paths), _lattice(r.rhs, scope, paths)])
    gap = np.broadcast_to(np.asarray(gap, float), (paths.runs,))
    if not np.all(np.isfinite(gap)):
        raise OutsideFragment(
            f"{r} compares numbers that are not finite", part="unbounded observable"
        )
    tolerance = TOLERANCE * max(1.0, float(np.max(np.abs(gap))))
    exact = step is not None and 1 / step > 4 * tolerance
    close = np.abs(gap) < (0.5 / step if exact and step else tolerance)
    sign = np.where(close, 0, np.sign(gap)).astype(int)
    allowed = {"=": (0,), "!=": (-1, 1), "<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}[r.op]
    yes = np.isin(sign, allowed)
    return (yes, yes) if exact else (yes & ~close, yes | close)


def _token(i: sp.Basic, scope: Scope) -> int:
    k = whole(i, "a token")
    if k > scope.classes:
        raise DomainError(f"token {k} of {scope.classes} classes")
    return k - 1


def _vector(v: sp.Basic, scope: Scope, paths: Paths) -> tuple[np.ndarray, Lattice]:
    terms = scope.terms(v)
    scope.check_shift(v)
    out: np.ndarray | float = 0.0
    steps: list[Lattice] = []
    for c, key in terms:
        if key[0] == "truth":
            x, step = paths.truth, paths.truth_lattice
        elif key[0] == "truecov" and paths.true_covariance is not None:
            x, step = paths.true_covariance, None
        elif key[0] == "any":
            p = probabilities(scope.at, key[1])
            x, step = np.array([float(q) for q in p]), common(q.denominator for q in p)
        elif key in paths.vectors:
            x, step = paths.vectors[key], paths.lattice[key]
        else:
            raise OutsideFragment(f"{v}: no such batch at that generation", part=str(key))
        out = x if len(terms) == 1 and c == 1 else out + float(c) * x
        steps.append(scaled(c, step))
    return np.asarray(out), common(steps)


def _support(v: sp.Basic, scope: Scope, paths: Paths) -> np.ndarray:
    terms = scope.terms(v)
    if len(terms) != 1 or terms[0][0] != 1 or terms[0][1][0] == "noise" or not scope.simplex:
        raise OutsideFragment("the support of a difference of vectors", part="Support")
    return np.count_nonzero(_vector(v, scope, paths)[0], axis=-1)


def _value(e: sp.Basic, scope: Scope, paths: Paths) -> np.ndarray | float:
    if isinstance(e, Indicator):
        yes, maybe = holds(e.args[0], scope, paths)
        if np.any(yes != maybe):
            raise OutsideFragment(f"{e.args[0]} is too close to call on some paths", part="event")
        return yes.astype(float)
    if isinstance(e, Q.CollapseTime):
        assert scope.process is not None
        assert paths.collapsed is not None
        first = np.where(paths.collapsed > 0, paths.collapsed, paths.horizon + 1)
        return first + scope.process.origin - 1.0
    if isinstance(e, Q.Functional):
        return _functional(e, scope, paths)
    if e.is_number:
        return finite(e, "a constant")
    parts = [_value(a, scope, paths) for a in e.args]
    if isinstance(e, sp.Add):
        return sum(parts[1:], parts[0])
    if isinstance(e, sp.Mul):
        return math.prod(parts[1:], start=parts[0])
    if isinstance(e, sp.Pow):
        return np.asarray(parts[0], float) ** parts[1]
    for kind, f in ((sp.Min, np.minimum), (sp.Max, np.maximum)):
        if isinstance(e, kind):
            out = parts[0]
            for x in parts[1:]:
                out = f(out, x)
            return out
    for kind, g in ((sp.Abs, np.abs), (sp.exp, np.exp), (sp.log, np.log)):
        if isinstance(e, kind):
            return g(parts[0])
    raise OutsideFragment(
        f"the function {type(e).__name__} of random numbers", part=type(e).__name__
    )


def _functional(e: Q.Functional, scope: Scope, paths: Paths) -> np.ndarray:
    if isinstance(e, Q.Support):
        return _support(e.args[0], scope, paths)
    if isinstance(e, Q.TotalVariation):
        gap, _ = _vector(e.args[0] - e.args[1], scope, paths)
        return np.maximum(np.maximum(gap, 0).sum(axis=-1), np.maximum(-gap, 0).sum(axis=-1))
    for kind, kept in ((Q.SqNorm, paths.norms), (Q.Norm1, paths.lengths)):
        if isinstance(e, kind) and kept is not None:
            return _kept(e.args[0], scope, kept)
    if not e.vectors:
        raise OutsideFragment(f"the functional {type(e).__name__}", part=type(e).__name__)
    if scope.curve and isinstance(e, Q.SqNorm):
        return combined([(float(c), _curve(e, k, paths)) for c, k in scope.terms(e.args[0])]).square()
    x, step = _vector(e.args[0], scope, paths)
    if isinstance(e, Q.Coord):
        return x[..., _token(e.args[1], scope)]
    if isinstance(e, Q.Mass):
        if not isinstance(e.args[1], sp.FiniteSet) and e.args[1] is not sp.S.EmptySet:
            raise DomainError(f"the set of {e} needs a value (got {e.args[1]})")
        return x[..., [_token(i, scope) for i in sorted(e.args[1])]].sum(axis=-1)
    if isinstance(e, Q.SqNorm):
        return np.einsum("...i,...i->...", x, x)
    if isinstance(e, Q.Trace):
        return x[..., :: math.isqrt(x.shape[-1]) + 1].sum(axis=-1)
    if isinstance(e, Q.Norm1):
        return np.abs(x).sum(axis=-1)
    if isinstance(e, Q.NormInf):
        return np.abs(x).max(axis=-1)
    if isinstance(e, (Q.PiMax, Q.LambdaMax)):
        part = _nearest_half(x, step)
        return np.minimum(part, 1 - part) if isinstance(e, Q.PiMax) else part * (1 - part)
    raise OutsideFragment(f"the functional {type(e).__name__}", part=type(e).__name__)


def _curve(e: Q.Functional, key: tuple, paths: Paths) -> Curve:
    if key not in paths.curves:
        raise OutsideFragment(f"{e}: no such batch at that generation", part=str(key))
    return paths.curves[key]


def _kept(v: sp.Basic, scope: Scope, norms: np.ndarray) -> np.ndarray:
    """The norm of a model (or its error), which was kept instead of the vector."""
    ((_, key),) = [(c, key) for c, key in scope.terms(v) if key[0] == "model"]
    return norms[:, key[1] - 1]


def _nearest_half(x: np.ndarray, step: Lattice) -> np.ndarray:
    """The mass, nearest to one half, of a set of classes: it maximises both v and v (1 - v)."""
    s = x.shape[-1]
    if s <= SUBSETS:
        masks = (np.arange(1 << max(s - 1, 0))[:, None] >> np.arange(s)) & 1
        mass = x @ masks.T.astype(float)
        best = np.argmin(np.abs(mass - 0.5), axis=-1)
        return np.take_along_axis(mass, np.expand_dims(best, -1), axis=-1)[..., 0]
    if step is None or step > 1 << 16:
        raise OutsideFragment(f"all subsets of {s} classes", part="PiMax")
    rows = np.sort(np.rint(np.atleast_2d(x) * step).astype(int), axis=-1)
    counts = [tuple(row) for row in rows[:, (rows > 0).any(axis=0)].tolist()]  # many come again
    found = {row: _reachable([c for c in row if c > 0], step) for row in set(counts)}
    out = np.array([found[row] for row in counts]) / step
    return out if x.ndim > 1 else out[0]


def _reachable(counts: list[int], total: int) -> int:
    """The subset sum of the counts nearest to total / 2 from below."""
    sums = 1
    for c in counts:
        sums |= sums << c
    return (sums & ((1 << (total // 2 + 1)) - 1)).bit_length() - 1


def _lattice(e: sp.Basic, scope: Scope, paths: Paths) -> Lattice:
    """A number L such that L times the observable is always an integer, or None."""
    if isinstance(e, (Indicator, Q.Support, Q.CollapseTime)):
        return 1
    if isinstance(e, Q.SqNorm) and paths.norms is not None:
        return paths.norm_lattice
    if scope.curve:
        return None if isinstance(e, Q.Functional) or not e.is_Rational else e.q
    if isinstance(e, Q.Functional):
        steps = [_vector(v, scope, paths)[1] for v in e.vectors]
        step = common(steps)
        return scaled(number(1, "one"), None if step is None else step * step) if isinstance(
            e, (Q.SqNorm, Q.LambdaMax)) else step  # fmt: skip
    if e.is_number:
        return e.q if e.is_Rational else None
    parts = [_lattice(a, scope, paths) for a in e.args]
    if isinstance(e, (sp.Add, sp.Min, sp.Max, sp.Abs)):
        return common(parts)
    if isinstance(e, sp.Mul):
        return None if None in parts else common([math.prod(parts)])  # type: ignore[arg-type]
    if isinstance(e, sp.Pow) and e.exp.is_Integer and e.exp > 0 and parts[0] is not None:
        return common([parts[0] ** int(e.exp)])
    return None
