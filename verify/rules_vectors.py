"""Rules of proof scripts about norms, and about largest values over sets of tokens."""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.normal import is_zero
from refutable.derivations.statement import Rel
from refutable.derivations.steps import Step

from .argument import Argument, Rejected, probability_vector
from .cases import branches, resolve, spelled
from .positivity import prove
from .region import Region, Variable
from .unfold import unfold

__all__ = [
    "average_over_sets",
    "cauchy_schwarz",
    "holds_over_sets",
    "largest_set",
    "over_sets",
    "triangle",
]


def cauchy_schwarz(step: Step, a: Argument) -> list[Rel]:
    """(E|X|_1)^2 <= s E|X|_2^2, also given models; before: the mean of the norm.

    |x|_1 <= sqrt(s) |x|_2 for s coordinates, and E Y <= sqrt(E Y^2).
    """
    node = step.before
    if not isinstance(node, Q.Mean) or not isinstance(node.args[0], Q.Norm1):
        raise Rejected(f"Cauchy-Schwarz is used on the mean of a sum of sizes (got {node!r})")
    x = node.args[0].args[0]
    second = Q.Mean(Q.SqNorm(x), node.given) if node.given is not None else Q.Mean(Q.SqNorm(x))
    return [Rel("<=", node**2, a.classes(x) * second)]


def triangle(step: Step, a: Argument) -> list[Rel]:
    """|sum c_i x_i|_1 <= sum |c_i| |x_i|_1.

    before: the norm on the left.  args: parts, pairs (coefficient, vector) that make up its vector
    once models are opened by the process's step.
    """
    norm, parts = step.before, step.args["parts"]
    if not isinstance(norm, Q.Norm1):
        raise Rejected(f"a sum of sizes is needed (got {norm!r})")
    gap = unfold(norm.args[0], a.region)
    for c, x in parts:
        for piece, share in unfold(x, a.region).items():
            gap[piece] = gap.get(piece, sp.Integer(0)) - c * share
    if not all(is_zero(c, a.region.integers, a.region.positive) for c in gap.values()):
        gap = _closed(norm.args[0], parts)
        if not all(is_zero(c, a.region.integers, a.region.positive) for c in gap.values()):
            raise Rejected(f"the parts do not make up {norm.args[0]}")
    total = sp.Integer(0)
    for c, x in parts:
        if not a.prove(Rel(">=", c, 0)):
            raise Rejected(f"the coefficient {c} is not certain to be nonnegative")
        total += c * Q.Norm1(x)
    return [Rel("<=", norm, total)]


def _closed(v: Q.Vec, parts) -> dict:  # type: ignore[no-untyped-def]
    """The difference without opening any model: index symbols may hide what a model is made of."""
    out: dict[Q.Vec, sp.Expr] = {}
    for c, w in [(sp.Integer(1), v), *((-c, x) for c, x in parts)]:
        for cc, leaf in w.terms if isinstance(w, Q.Comb) else [(sp.Integer(1), w)]:
            out[leaf] = out.get(leaf, sp.Integer(0)) + c * cc
    return out


def average_over_sets(step: Step, a: Argument) -> list[Rel]:
    """max_A v(A) (1 - v(A)) >= (1 - |v|_2^2)/4 for a probability vector v; before: v.

    For a uniformly random set A, i and j lie on different sides with chance one half. For one of
    h = floor(s/2) of s classes that chance is 2 h (s - h)/(s (s - 1)), at least (1 + 1/s)/2, which
    gives (1 + 1/s) (1 - |v|_2^2)/4; args: of halves (True for this bound).
    """
    v = step.before
    if not probability_vector(v):
        raise Rejected(f"{v} is not known to be a probability vector")
    more = 1 + 1 / a.classes(v) if step.args.get("of halves") else sp.Integer(1)
    return [Rel(">=", Q.LambdaMax(v), more * (1 - Q.SqNorm(v)) / 4)]


def largest_set(step: Step, a: Argument) -> list[Rel]:
    """max_A v(A) (1 - v(A)) = pi (1 - pi) for pi = max_A min(v(A), 1 - v(A)); before: v.

    u (1 - u) is the same for u = v(A) and u = 1 - v(A), and grows with the smaller of the two.
    """
    v = step.before
    if not probability_vector(v):
        raise Rejected(f"{v} is not known to be a probability vector")
    spread, u = Q.LambdaMax(v), Q.PiMax(v)
    return [Rel(op, spread, u * (1 - u)) for op in (">=", "<=")]


#: What a functional is the largest value of: a function of the mass of a set.
_PROFILE = {
    Q.PiMax: lambda x: sp.Min(x, 1 - x),
    Q.LambdaMax: lambda x: x * (1 - x),
}


def over_sets(step: Step, a: Argument) -> list[Rel]:
    """F(w) <= sum c_i F_i(v_i) + c, from the same relation between masses of one set.

    F and F_i are largest values over sets A of a function of the mass of A; w is a combination of
    the vectors v_i once it is opened by the process's step; c_i >= 0. The masses range over [0, 1].
    """
    rel = step.after
    if not isinstance(rel, Rel) or rel.op != "<=" or type(rel.lhs) not in _PROFILE:
        raise Rejected(f"a bound of a largest value over sets is needed (got {rel!r})")
    holds_over_sets(rel, a)
    return [rel]


#: Of a vector: the mass of a set under it if that is fixed, and whether the ends 0, 1 are left out.
Masses = dict[Q.Vec, tuple[sp.Expr | None, bool, bool]]


def holds_over_sets(rel: Rel, a: Argument, known: Masses | None = None) -> None:
    """Rejects a relation that is not certain for every set; known: what masses are known to be."""
    parts = sorted(rel.rhs.atoms(*_PROFILE), key=sp.default_sort_key)
    vectors = list(dict.fromkeys(f.args[0] for f in parts))
    mass = {v: sp.Dummy("x") for v in vectors}
    left = _mass(rel.lhs.args[0], mass, a)
    right = sp.expand(rel.rhs)
    for f in parts:
        c = right.coeff(f, 1)
        if right.coeff(f, 2) != 0 or c.has(*_PROFILE) or not a.prove(Rel(">=", c, 0)):
            raise Rejected(f"the right side is not linear in {f} with a coefficient >= 0")
    put = {f: _PROFILE[type(f)](mass[f.args[0]]) for f in parts}
    here = Rel(rel.op, _PROFILE[type(rel.lhs)](left), right.xreplace(put))
    region = a.region.copy()
    for v, x in mass.items():
        value, no_zero, no_one = (known or {}).get(v, (None, False, False))
        if value is not None:
            here = here.xreplace({x: value})
        region.variables[x] = Variable(x, sp.Integer(0), sp.Integer(1), no_zero, no_one)
    for x in left.free_symbols - set(region.variables):
        region.variables[x] = Variable(x, sp.Integer(0), sp.Integer(1))
    if not _in_cases(here, region):
        raise Rejected(f"{here.lhs} {here.op} {here.rhs} is not certain for masses between 0 and 1")


def _mass(w: Q.Vec, mass: dict[Q.Vec, sp.Expr], a: Argument) -> sp.Expr:
    """The mass of a set under w, from those under the named vectors."""
    if w in mass:
        return mass[w]
    if not mass:  # bounded by a constant
        if not probability_vector(w):
            raise Rejected(f"{w} is not known to be a probability vector")
        return sp.Dummy("x")
    named: dict[Q.Vec, sp.Expr] = {}
    for v, x in mass.items():
        opened = unfold(v, a.region)
        if list(opened.values()) != [1]:
            raise Rejected(f"{v} is itself a mixture")
        named[next(iter(opened))] = x
    total = sp.Integer(0)
    for piece, c in unfold(w, a.region).items():
        if piece not in named:
            raise Rejected(f"{w} also contains {piece}")
        total += c * named[piece]
    return total


def _in_cases(rel: Rel, region: Region, depth: int = 0) -> bool:
    rel = resolve(Rel(rel.op, spelled(rel.lhs), spelled(rel.rhs)), region)
    parts = branches(rel, region) if rel.has(sp.Piecewise) else None
    if parts is None:
        return prove(rel, region) is not None
    return depth < 6 and all(_in_cases(rel, part, depth + 1) for part in parts)
