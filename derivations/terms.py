"""Reading a random number: which polynomial in which components of which moment system.

`terms(x)` splits a polynomial in functionals into summands; each is a polynomial in one coordinate
(or one set's mass), one squared norm, or one quadratic invariant of a covariance matrix.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

from . import quantity as Q
from .errors import OutsideFragment
from .families import Cdf, Gaussian, Linear, Scalar
from .modes import ModedSystem
from .moments import Component, MomentSystem
from .process import Once, Process

__all__ = ["Term", "linear", "name_truth", "terms"]


@dataclass(frozen=True)
class Term:
    """One summand of a Mean: coefficient x E[target], target in components of one system."""

    coefficient: sp.Expr
    system: MomentSystem
    target: sp.Expr
    token: sp.Expr | None  # None: summed over coordinates
    top: sp.Expr  # internal generation of the latest vector
    symbolic: bool
    kind: type


def terms(x: sp.Expr) -> Iterator[Term]:
    """The summands of a random number, each a polynomial in one coordinate or one square norm."""
    x = _apart(x)
    atoms = [a for a in _outermost(x) if _is_random(a)]
    if not atoms:
        yield Term(x, None, sp.Integer(1), None, sp.Integer(0), False, Q.Coord)  # type: ignore[arg-type]
        return
    names = {a: sp.Dummy(f"a{k}") for k, a in enumerate(atoms)}
    try:
        poly = sp.Poly(sp.expand(x.xreplace(names)), *names.values())
    except sp.PolynomialError as err:
        raise OutsideFragment(f"{x} is no polynomial in functionals", part=str(x)) from err
    if any(c.free_symbols & set(names.values()) for c in poly.coeffs()):
        raise OutsideFragment(f"{x} is no polynomial in functionals", part=str(x))
    for powers, c in poly.terms():
        used = [(a, k) for a, k in zip(atoms, powers, strict=True) if k]
        if not used:
            yield Term(c, None, sp.Integer(1), None, sp.Integer(0), False, Q.Coord)  # type: ignore[arg-type]
            continue
        yield _monomial(c, used)


def _monomial(c: sp.Expr, used: list[tuple[sp.Expr, int]]) -> Term:
    kinds = {type(a) for a, _ in used}
    if kinds == {Q.SqNorm}:
        if len(used) > 1 or used[0][1] > 1:
            raise OutsideFragment(
                "a product of square norms", part=" * ".join(str(a) for a, _ in used)
            )
        vectors, token, kind = [(used[0][0].args[0], 2)], None, Q.SqNorm
    elif kinds == {Q.Trace}:
        token, kind = None, Q.Trace
        vectors = [(a.args[0], k) for a, k in used]
    elif kinds in ({Q.Coord}, {Q.Mass}):
        tokens = {a.args[1] for a, _ in used}
        if len(tokens) > 1:
            raise OutsideFragment(f"a product of coordinates {sorted(map(str, tokens))}")
        (token,), (kind,) = tokens, kinds
        vectors = [(a.args[0], k) for a, k in used]
    else:
        word = next(
            iter(sorted(k.__name__ for k in kinds - {Q.SqNorm, Q.Coord, Q.Mass})), "a product"
        )
        raise OutsideFragment(f"the mean of {word} does not close", part=word)
    process = _process(vectors)
    if isinstance(process.family, Scalar) and kind is Q.SqNorm:
        token, kind = sp.Integer(1), Q.Coord
    leaves = [v for vec, _ in vectors for _, v in linear(vec)]
    mode = _mode(process, kinds, leaves)
    system, place, top, symbolic = _clock(process, leaves, mode)
    if mode == "trace" and process.family.centre == "pool":
        return _pooled(c, vectors, process, system, place, top, symbolic)
    target = sp.Integer(1)
    for vec, k in vectors:
        target *= sum((w * place(v) for w, v in linear(vec)), sp.Integer(0)) ** k
    if isinstance(process.family, Linear) or mode == "mean":
        if (
            token is not None
            or sp.simplify(sum(w for vec, _ in vectors for w, _ in linear(vec))) != 0
        ):
            raise OutsideFragment("only distances between means or weights close")
        zero = system.truths["mean"] if isinstance(system, ModedSystem) else system.theta
        target = sp.expand(target.xreplace({zero: sp.Integer(0)}))
    return Term(c, system, sp.expand(target), token, top, symbolic, kind)


def _apart(x: sp.Expr) -> sp.Expr:
    """Traces of differences as differences of traces, where covariances are no linear statistic."""
    table = {
        a: sum((w * Q.Trace(v) for w, v in a.args[0].terms), sp.Integer(0))
        for a in x.atoms(Q.Trace)
        if isinstance(a.args[0], Q.Comb)
        and any(getattr(p.family, "centre", "") == "pool" for p in Q.processes_of(a))
    }
    return x.xreplace(table) if table else x


def _pooled(c, vectors, process, system, place, top, symbolic) -> Term:  # type: ignore[no-untyped-def]
    """tr C of one model, centred at the mean of its data."""
    ((v, power),) = vectors if len(vectors) == 1 else ((None, 2),)
    if power != 1 or not isinstance(v, Q.CovVec):
        raise OutsideFragment("a product of covariances centred at a pool's mean", part="Trace")
    target = place(v, "second") - place(v, "mean") ** 2
    factor = system.ratio(process.internal(v.args[1]))
    return Term(c * factor, system, sp.expand(target), None, top, symbolic, Q.Trace)


def _mode(process: Process, kinds: set[type], leaves: list[Q.Vec]) -> str | None:
    """Which invariant of a Gaussian model is asked for; None for scalar families."""
    if not isinstance(process.family, Gaussian):
        if any(isinstance(v, (Q.CovVec, Q.TruthCov)) for v in leaves):
            raise OutsideFragment("a covariance matrix of a family that has none")
        return None
    matrices = {isinstance(v, (Q.CovVec, Q.TruthCov)) for v in leaves}
    if kinds == {Q.Trace} and matrices == {True}:
        return "trace"
    if kinds == {Q.SqNorm} and len(matrices) == 1:
        if matrices == {True} and process.family.centre == "pool":
            raise OutsideFragment("squares of covariances centred at a pool's mean", part="SqNorm")
        return "frobenius" if matrices == {True} else "mean"
    raise OutsideFragment("this functional of a Gaussian model does not close")


def _clock(process: Process, leaves: list[Q.Vec], mode: str | None):  # type: ignore[no-untyped-def]
    """The moment system, the component of each vector, and the generation of the latest one."""
    generations = {
        v: process.internal(v.args[-1])
        for v in leaves
        if isinstance(v, (Q.ModelVec, Q.BatchVec, Q.CovVec))
    }
    split = {v: (e.as_coeff_Add()[1], e.as_coeff_Add()[0]) for v, e in generations.items()}
    bases = {rest for rest, _ in split.values() if rest != 0}
    if len(bases) > 1:
        raise OutsideFragment(f"generations that differ by a symbol: {sorted(map(str, bases))}")
    symbolic = bool(bases)
    base = next(iter(bases), sp.Integer(0))
    if symbolic and not base.is_Symbol:
        raise OutsideFragment(f"generation {base} is not a symbol plus a number")
    moving = {v: int(c) for v, (rest, c) in split.items() if rest != 0 or not symbolic}
    top = max(moving.values(), default=0)
    lags = 1 + max((top - c for c in moving.values()), default=0) if symbolic else 1
    system = (MomentSystem if mode is None else ModedSystem)(process, lags=lags)

    def component(v: Q.Vec) -> Component:
        if isinstance(v, (Q.TruthVec, Q.TruthCov)):
            return ("truth",)
        if isinstance(v, Q.BatchVec):
            name = v.args[1].name
            if any(isinstance(b, Once) and b.name == name for f in process.fits for b in f.batches):
                return ("once", name)
            if not symbolic and moving[v] != top:
                raise OutsideFragment("batches of different concrete generations")
            return ("past", name, 1 + top - moving[v])
        if v in moving and symbolic:
            return ("model", 1 + top - moving[v])
        c = int(split[v][1])
        if c < 0:
            raise OutsideFragment(f"generation {c} of {process.name} does not exist")
        if not symbolic and c == top:
            return ("model", 1) if c else ("truth",)
        return ("frozen", c)

    def place(v: Q.Vec, mode: str | None = mode) -> sp.Expr:
        c = component(v)
        return system.in_mode(c, mode) if isinstance(system, ModedSystem) else system.symbol(c)

    for v in leaves:
        place(v)
    return system, place, base + top, symbolic


def name_truth(e: sp.Expr, t: Term) -> sp.Expr:
    """Powers of the true coordinate as functionals of the truth."""
    return t.system.opened(_named(e, t))


def _named(e: sp.Expr, t: Term) -> sp.Expr:
    process, theta = t.system.process, t.system.theta
    if isinstance(t.system, ModedSystem):
        return t.system.name_truth(e)
    if isinstance(process.family, Linear):
        return e.xreplace({theta: sp.Integer(0)})
    if isinstance(process.family, Scalar):
        return e.xreplace({theta: process.family.truth})
    if t.token is not None:
        return e.xreplace({theta: t.kind(process.truth, t.token)})
    out: sp.Expr = sp.Integer(0)
    for summand in sp.Add.make_args(e):
        free, bound = summand.as_independent(theta, as_Add=False)
        num, den = sp.fraction(sp.together(bound))
        if theta in den.free_symbols or not num.is_polynomial(theta):
            raise OutsideFragment("a sum over coordinates of a quotient")
        part: sp.Expr = sp.Integer(0)
        for (k,), c in sp.Poly(num, theta).terms():
            if isinstance(process.family, Cdf):
                part += c * process.family.integral(k)
                continue
            if k == 0 or k > 2:
                raise OutsideFragment(f"a sum of powers {k} of the truth has no name")
            part += c * (sp.Integer(1) if k == 1 else Q.SqNorm(process.truth))
        out += free * sp.factor(part) / den
    return out


def _process(vectors: list[tuple[Q.Vec, int]]) -> Process:
    found = Q.processes_of(sp.Tuple(*(v for v, _ in vectors)))
    if len(found) != 1:
        raise OutsideFragment("vectors of no process, or of several", part="joint law of processes")
    return found[0]


def linear(vec: Q.Vec) -> list[tuple[sp.Expr, Q.Vec]]:
    if isinstance(vec, Q.Comb):
        return vec.terms
    if isinstance(vec, (Q.TruthVec, Q.ModelVec, Q.BatchVec, Q.CovVec, Q.TruthCov)):
        return [(sp.Integer(1), vec)]
    raise OutsideFragment(f"{type(vec).__name__} is no linear statistic here", part=str(vec))


def _outermost(x: sp.Basic) -> list[sp.Expr]:
    """Functional nodes that stand under no other functional, in order of appearance."""
    found: list[sp.Expr] = []
    walk = sp.preorder_traversal(x)
    for node in walk:
        if isinstance(node, Q.Functional):
            if node not in found:
                found.append(node)
            walk.skip()
    return found


def _is_random(a: sp.Expr) -> bool:
    return bool(a.atoms(Q.ModelVec, Q.BatchVec, Q.CovVec, Q.NoiseVec, Q.CollapseTime))
