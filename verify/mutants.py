"""Wrong versions of a statement, made by rule: signs, +-1, exponents, swapped symbols, ...

A check that passes a wrong statement as well is no check. Each mutant is killed at an exact
instance, or shown to be equivalent to the statement, implied by it, or true for a reason of its
own; what is left is undetected, and that is a failure of the tool.

The same rules, applied to a refuted statement, propose its repair.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import sympy as sp
from sympy.core.function import AppliedUndef

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim, expand
from refutable.derivations.domain import Integers, Reals, Schedule
from refutable.derivations.matrices import has_matrices

from .matrixmutants import matrix_changes
from .words import formula

__all__ = ["MAX_MUTANTS", "Mutant", "mutants_of", "places", "replace_at", "token_symbols"]

MAX_MUTANTS = 24


@dataclass(frozen=True)
class Mutant:
    """A wrong version: what was changed, and the changed statement."""

    change: str
    rule: str
    statement: sp.Basic


def mutants_of(claim: Claim, limit: int | None = MAX_MUTANTS) -> list[Mutant]:
    """Mutants of the claim's statement as printed, then with the paper's abbreviations put in.

    Quantities are left alone: an engine derives them.
    """
    tokens = token_symbols(claim) | {x.symbol for x in claim.statement.atoms(S.Exists)}
    numbers = [s for s, d in claim.domain.items() if isinstance(d, (Integers, Reals))]
    symbols = [s for s in (*numbers, *claim.where) if isinstance(s, sp.Symbol)]
    symbols = [s for s in symbols if s not in tokens]
    bodies = [claim.statement]
    if claim.where and claim.expanded() != claim.statement:
        bodies.append(claim.expanded())
    seen: set[sp.Basic] = {claim.expanded()}
    places = _places(claim.expanded(), claim)
    out = []
    for body in bodies:
        for m in _mutate(body, symbols, set(claim.quantities)):
            plain = expand(m.statement, claim.where)
            if plain not in seen and _places(plain, claim) <= places:
                seen.add(plain)
                out.append(m)
    out += [m for m in _other_events(claim) if m.statement not in seen]
    if limit is None or len(out) <= limit:
        return out
    return _spread(out, limit)


def _places(st: sp.Basic, claim: Claim) -> set[sp.Basic]:
    """Real numbers at whose places a sequence or a model is taken: such a version says nothing."""
    calls = [c for c in st.atoms(AppliedUndef) if isinstance(claim.domain.get(c.func), Schedule)]
    found = {s for c in calls for s in c.free_symbols}
    found |= {s for v in st.atoms(Q.ModelVec, Q.BatchVec) for s in v.args[-1].free_symbols}
    return {s for s in found if isinstance(claim.domain.get(s), Reals)}


def token_symbols(claim: Claim) -> set[sp.Basic]:
    """Symbols that name a token: another kind of thing than a size or a generation."""
    return {c.args[1] for c in claim.bound().atoms(Q.Coord) if c.args[1].is_Symbol}


def _other_events(claim: Claim) -> Iterator[Mutant]:
    """A member of an intersection of events is replaced by another event of the claim."""
    events: list[sp.Basic] = []
    meets: dict[sp.Basic, sp.Basic] = {}
    for name, body in claim.quantities.items():
        inner = body.expr if isinstance(body, sp.Lambda) else body
        if isinstance(inner, Q.Prob) and inner.given is None:
            if isinstance(inner.args[0], S.And):
                meets[name] = body
            elif inner.args[0] not in events:
                events.append(inner.args[0])
    for name, body in meets.items():
        inner = body.expr if isinstance(body, sp.Lambda) else body
        members = inner.args[0].args
        for k, old in enumerate(members):
            for other in events:
                if other in members:
                    continue
                new = Q.Prob(S.And(*(other if j == k else x for j, x in enumerate(members))))
                calls = claim.statement.atoms(AppliedUndef) | claim.statement.free_symbols
                table = {
                    c: sp.Lambda(body.variables, new)(*c.args)
                    if isinstance(body, sp.Lambda)
                    else new
                    for c in calls
                    if (c.func if isinstance(c, AppliedUndef) else c) == name
                }
                if table:
                    change = f"{formula(old)} becomes {formula(other)}"
                    yield Mutant(change, "event", claim.statement.xreplace(table))


def _spread(found: list[Mutant], limit: int) -> list[Mutant]:
    """At most `limit`, taken in turn from every rule."""
    rules: dict[str, list[Mutant]] = {}
    for m in found:
        rules.setdefault(m.rule, []).append(m)
    out: list[Mutant] = []
    while len(out) < limit and any(rules.values()):
        for rule in rules.values():
            if rule and len(out) < limit:
                out.append(rule.pop(0))
    return out


def _mutate(st: sp.Basic, symbols: list[sp.Symbol], bound: set) -> Iterator[Mutant]:
    rels = list(_stated(st))
    for rel in rels:
        yield from _relation_mutants(st, rel)
        if isinstance(rel.lhs, Q.Vec):
            for side, other, place in ((rel.rhs, rel.lhs, 2), (rel.lhs, rel.rhs, 1)):
                for rule, change, new in _vector_changes(side):
                    yield Mutant(change, rule, _put(st, rel, place, new, other))
            continue
        of_matrices = has_matrices(rel)
        for side, other, place in ((rel.rhs, rel.lhs, 2), (rel.lhs, rel.rhs, 1)):
            changes = (
                _expression_changes(side, symbols, bound)
                if not of_matrices
                else (matrix_changes(side, lambda e: _expression_changes(e, symbols, bound)))
            )
            for rule, change, new in changes:
                yield Mutant(change, rule, _put(st, rel, place, new, other))
    for node in sp.preorder_traversal(st):
        if isinstance(node, S.Monotone):
            flip = {
                "increasing": "decreasing",
                "decreasing": "increasing",
                "nondecreasing": "nonincreasing",
                "nonincreasing": "nondecreasing",
            }
            new = S.Monotone(node.args[0], node.args[1], flip[node.args[2].name])
            yield Mutant("direction turned round", "relation", st.xreplace({node: new}))
        if isinstance(node, S.Minimises):
            value, *rest = node.args
            for rule, change, new in _expression_changes(value, symbols, bound):
                yield Mutant(change, rule, st.xreplace({node: S.Minimises(new, *rest)}))
        if isinstance(node, S.Member):
            x, a, b = node.args
            yield Mutant(
                f"first member {a + 1}", "off by one", st.xreplace({node: S.Member(x, a + 1, b)})
            )
            if b is not sp.oo:
                yield Mutant(
                    f"last member {b - 1}", "off by one", st.xreplace({node: S.Member(x, a, b - 1)})
                )


def _stated(st: sp.Basic) -> Iterator[S.Rel]:
    """The relations of a statement, without those that describe an event inside a quantity."""
    walk = sp.preorder_traversal(st)
    for node in walk:
        if isinstance(node, (Q.Mean, Q.Prob)):
            walk.skip()
        elif isinstance(node, S.Rel):
            yield node


def _put(st: sp.Basic, rel: S.Rel, place: int, new: sp.Basic, other: sp.Basic) -> sp.Basic:
    changed = S.Rel(rel.op, new, other) if place == 1 else S.Rel(rel.op, other, new)
    return changed if st == rel else st.xreplace({rel: changed})


def _relation_mutants(st: sp.Basic, rel: S.Rel) -> Iterator[Mutant]:
    table = {
        "=": [],
        "<": ["<=", ">"],
        "<=": ["<", ">="],
        ">": [">=", "<"],
        ">=": [">", "<="],
        "!=": ["="],
    }
    for op in table[rel.op]:
        rule = "strictness" if op[0] == rel.op[0] else "relation"
        new = S.Rel(op, rel.lhs, rel.rhs)
        yield Mutant(f"{rel.op} becomes {op}", rule, new if st == rel else st.xreplace({rel: new}))


def places(e: sp.Expr) -> Iterator[tuple[tuple[int, ...], sp.Expr]]:
    """Every sub-expression outside quantities, with its path."""
    stack: list[tuple[tuple[int, ...], sp.Basic]] = [((), e)]
    while stack:
        path, node = stack.pop(0)
        if isinstance(node, (Q.Mean, Q.Prob, Q.Functional)) and not isinstance(
            node, (S.Lim, S.LimSup, S.LimInf)
        ):
            continue
        if isinstance(node, sp.Expr):
            yield path, node
        if isinstance(node, AppliedUndef):
            continue
        if isinstance(node, (sp.Sum, sp.Product)):
            stack.append(((*path, 0), node.args[0]))
        elif not isinstance(node, (sp.Derivative, sp.Integral)):
            stack += [((*path, k), a) for k, a in enumerate(node.args)]


def replace_at(e: sp.Basic, path: tuple[int, ...], new: sp.Basic) -> sp.Basic:
    if not path:
        return new
    args = list(e.args)
    args[path[0]] = replace_at(args[path[0]], path[1:], new)
    return e.func(*args)


def _expression_changes(
    e: sp.Expr, symbols: list[sp.Symbol], bound: set
) -> Iterator[tuple[str, str, sp.Expr]]:
    if isinstance(e, Q.Coord):
        yield "sign", "sign of the side", -e
    for path, node in places(e):

        def put(new: sp.Expr, path: tuple[int, ...] = path) -> sp.Expr:
            return replace_at(e, path, new)

        if isinstance(node, AppliedUndef):
            if node.func in bound and len(node.args) == 1:
                yield "off by one", f"{node} at the next index", put(node.func(node.args[0] + 1))
            continue
        if node.is_Add:
            for a in node.args:
                yield (
                    "sign",
                    f"sign of the term {a}",
                    put(sp.Add(*(x for x in node.args if x != a), -a)),
                )
                if len(node.args) > 1:
                    yield (
                        "dropped",
                        f"the term {a} dropped",
                        put(sp.Add(*(x for x in node.args if x != a))),
                    )
        elif node.is_Mul:
            for a in node.args:
                if not a.is_Rational and len([x for x in node.args if not x.is_Rational]) > 1:
                    yield (
                        "dropped",
                        f"the factor {a} dropped",
                        put(sp.Mul(*(x for x in node.args if x != a))),
                    )
            if not path:
                yield "sign", "sign of the side", put(-node)
        elif node.is_Pow:
            if node.exp.is_Integer and abs(node.exp) <= 4:
                new = node.exp + (1 if node.exp > 0 else -1)
                yield "exponent", f"exponent of {node.base} becomes {new}", put(node.base**new)
            elif not node.exp.is_number:
                for k in (1, -1):
                    yield (
                        "exponent",
                        f"exponent {node.exp} becomes {node.exp + k}",
                        put(node.base ** (node.exp + k)),
                    )
            elif node.exp.is_Rational:
                yield "exponent", f"root of {node.base} dropped", put(node.base)
        elif node.is_Rational and node != 0:
            if not path or not _is_exponent(e, path):
                yield "off by one", f"{node} becomes {node + 1}", put(node + 1)
                if node != 1:
                    yield "off by one", f"{node} becomes {node - 1}", put(node - 1)
        elif node.is_Symbol and node in symbols and not path:
            yield "off by one", f"{node} becomes {node + 1}", put(node + 1)
        elif node.is_Symbol and node in bound and not path:
            yield "exponent", f"{node} squared", put(node**2)
    present = [s for s in symbols if s in e.free_symbols]
    for a, b in combinations(present, 2):
        t = sp.Dummy()
        yield (
            "swapped",
            f"{a} and {b} swapped",
            e.xreplace({a: t}).xreplace({b: a}).xreplace({t: b}),
        )
    if not e.free_symbols and not e.atoms(Q.Mean, Q.Prob):
        yield "off by one", f"{e} becomes {e + 1}", e + 1


def _is_exponent(e: sp.Expr, path: tuple[int, ...]) -> bool:
    node: sp.Basic = e
    for k in path[:-1]:
        node = node.args[k]
    return bool(isinstance(node, sp.Pow) and path[-1] == 1)


def _vector_changes(v: sp.Basic) -> Iterator[tuple[str, str, Q.Vec]]:
    if isinstance(v, Q.Comb):
        for c, w in v.terms:
            others = [(cc, ww) for cc, ww in v.terms if ww != w]
            yield "sign", f"sign of the term {w}", Q.Comb.of([*others, (-c, w)])
            if others:
                yield "dropped", f"the term {w} dropped", Q.Comb.of(others)
            for rule, change, new in _vector_changes(w):
                yield rule, change, Q.Comb.of([*others, (c, new)])
    elif isinstance(v, Q.VecSum):
        body, i, a, b = v.args
        yield "off by one", "the last index of a sum", Q.VecSum(body, i, a, b + 1)
        if isinstance(body, Q.Comb):
            for c, w in body.terms:
                if i in c.free_symbols:
                    yield (
                        "exponent",
                        f"the coefficient {c} squared",
                        Q.VecSum(Q.Comb.of([(c**2, w)]), i, a, b),
                    )
                    yield (
                        "off by one",
                        f"the coefficient {c} at the next index",
                        Q.VecSum(Q.Comb.of([(c.xreplace({i: i + 1}), w)]), i, a, b),
                    )
        for rule, change, new in _vector_changes(body):
            yield rule, change, Q.VecSum(new, i, a, b)
