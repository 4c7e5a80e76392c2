"""Where the symbols of a statement range, as facts that a prover can use.

Domains give bounds; hypotheses give relations; functionals of the truth become real variables
with the facts that hold for every probability vector in the domain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.claim import Claim
from refutable.derivations.domain import Domain, Integers, Reals, Simplex, Spectrum
from refutable.derivations.families import Categorical, Gaussian
from refutable.derivations.statement import FLIP, And, Rel, Statement

__all__ = ["Region", "Variable", "one_truth", "region_of"]


@dataclass(frozen=True)
class Variable:
    """One real variable: lower and upper bound (expressions), which of them are excluded."""

    symbol: sp.Symbol
    lo: sp.Expr = -sp.oo
    hi: sp.Expr = sp.oo
    lo_open: bool = False
    hi_open: bool = False
    integer: bool = False


@dataclass
class Region:
    """Variables and the relations that hold between them.

    names: functional node -> the variable that stands for it.
    eventual: symbols that an outer limit takes to infinity; what holds from some value on will do.
    """

    variables: dict[sp.Symbol, Variable] = field(default_factory=dict)
    facts: list[Rel] = field(default_factory=list)
    names: dict[sp.Basic, sp.Symbol] = field(default_factory=dict)
    eventual: frozenset[sp.Symbol] = frozenset()

    @property
    def integers(self) -> frozenset[sp.Symbol]:
        return frozenset(s for s, v in self.variables.items() if v.integer)

    @property
    def positive(self) -> frozenset[sp.Symbol]:
        return frozenset(
            s
            for s, v in self.variables.items()
            if v.lo.is_number and v.lo.is_finite and (v.lo > 0 or (v.lo == 0 and v.lo_open))
        )

    def name(self, node: sp.Basic) -> sp.Symbol:
        """The variable for a functional node; new ones range over all reals."""
        if node not in self.names:
            s = _letter(node, len(self.names))
            self.names[node] = s
            self.variables[s] = Variable(s)
        return self.names[node]

    def bound(
        self,
        node: sp.Basic,
        lo: object,
        hi: object,
        lo_open: bool = False,
        hi_open: bool = False,
        integer: bool = False,
    ) -> sp.Symbol:
        s = self.name(node)
        self.variables[s] = Variable(s, sp.sympify(lo), sp.sympify(hi), lo_open, hi_open, integer)
        return s

    def copy(self) -> Region:
        return Region(dict(self.variables), list(self.facts), dict(self.names), self.eventual)

    @property
    def frozen(self) -> tuple:
        """All of the region as a hashable value: equal regions, equal answers."""
        return (
            tuple(self.variables.items()),
            tuple(self.facts),
            tuple(self.names.items()),
            self.eventual,
        )

    @classmethod
    def thawed(cls, frozen: tuple) -> Region:
        """The region that `frozen` was taken of."""
        variables, facts, names, eventual = frozen
        return cls(dict(variables), list(facts), dict(names), eventual)

    def restrict(self, v: Variable, extra: Iterable[Rel] = ()) -> Region:
        out = self.copy()
        out.variables[v.symbol] = v
        out.facts += extra
        return out

    def put(self, at: dict[sp.Symbol, sp.Expr]) -> Region:
        """The region at given values of some variables."""
        out = self.copy()
        out.facts = [Rel(f.op, f.lhs.xreplace(at), f.rhs.xreplace(at)) for f in self.facts]
        for s, v in self.variables.items():
            if s in at:
                out.variables.pop(s)
            elif (v.lo.free_symbols | v.hi.free_symbols) & set(at):
                out.variables[s] = replace(v, lo=v.lo.xreplace(at), hi=v.hi.xreplace(at))
        return out

    def abstract(self, e: sp.Basic) -> sp.Basic:
        """`e` with every known functional replaced by its variable."""
        return e.xreplace(self.names)


@lru_cache(maxsize=4096)
def _letter(node: sp.Basic, place: int) -> sp.Symbol:
    """The variable of a functional in every region that names it at this place.

    The same question about two regions is then the same expression, and its answer is remembered.
    """
    return sp.Dummy(f"x{place}")


def variable_of(s: sp.Symbol, d: Domain) -> Variable | None:
    """The variable of a scalar domain; None for vectors, tokens, sets and schedules."""
    if isinstance(d, Integers):
        return Variable(s, powers(d.lo), powers(d.hi), integer=True)
    if isinstance(d, Reals):
        return Variable(s, d.lo, d.hi, d.lo_open, d.hi_open)
    return None


def powers(e: sp.Expr) -> sp.Expr:
    """Products of a constant factor as powers."""
    table = {x: x.doit() for x in e.atoms(sp.Product)}
    return e.xreplace({x: v for x, v in table.items() if not v.has(sp.Product)}) if table else e


def region_of(claim: Claim, expressions: Iterable[sp.Basic]) -> Region:
    """The region of a claim, with a variable for every functional in the expressions."""
    region = Region()
    for s, d in claim.domain.items():
        v = variable_of(s, d) if isinstance(s, sp.Symbol) else None
        if v is not None:
            region.variables[s] = v
    expressions = [*expressions, *claim.assumptions]
    nodes: list[sp.Expr] = []
    for e in expressions:
        fixed = {n for n in e.atoms(Q.Functional) if not n.atoms(Q.ModelVec)}
        for node in sorted(fixed | set(_bare(e)), key=sp.default_sort_key):
            known = all(isinstance(v, _LAWS) and _categorical(v) for v in node.vectors)
            if node not in nodes and known and node.vectors:
                nodes.append(node)
    vectors = {v for n in nodes for v in n.vectors}
    for e in expressions:
        vectors |= {p.truth for p in Q.processes_of(e) if isinstance(p.family, Categorical)}
        for p in Q.processes_of(e):
            if isinstance(p.family, Gaussian):
                _spectrum_facts(region, claim, p.true_covariance)
    for vector in sorted(
        vectors, key=lambda v: (isinstance(v, Q.ModelVec), sp.default_sort_key(v))
    ):
        _vector_facts(region, claim, vector, [n for n in nodes if n.vectors[0] == vector])
    for e in expressions:
        for node in _bare(e):
            if isinstance(node, Q.CollapseTime):  # the first fit is the first model to look at
                region.bound(node, node.args[0].process.origin, sp.oo, integer=True)
    for h in claim.assumptions:
        for part in h.args if isinstance(h, And) else (h,):
            if isinstance(part, Rel):
                region.facts.append(
                    Rel(part.op, region.abstract(part.lhs), region.abstract(part.rhs))
                )
                _tighten(region, region.facts[-1])
    return region


def _tighten(region: Region, fact: Rel) -> None:
    """A hypothesis that bounds one variable by a number moves that bound."""
    s, bound, op = fact.lhs, fact.rhs, fact.op
    if not isinstance(s, sp.Symbol):
        s, bound, op = fact.rhs, fact.lhs, FLIP[fact.op]
    v = region.variables.get(s)
    if v is None or not bound.is_Rational or op not in ("<", "<=", ">", ">="):
        return
    is_open = op in ("<", ">") and not v.integer
    if op[0] == ">":
        least = sp.floor(bound) + 1 if v.integer and op == ">" else bound
        if v.lo.is_number and (least > v.lo or (least == v.lo and is_open)):
            region.variables[s] = replace(v, lo=least, lo_open=is_open)
    else:
        most = sp.ceiling(bound) - 1 if v.integer and op == "<" else bound
        if v.hi.is_number and (most < v.hi or (most == v.hi and is_open)):
            region.variables[s] = replace(v, hi=most, hi_open=is_open)


def _spectrum_facts(region: Region, claim: Claim, matrix: Q.TruthCov) -> None:
    """tr(S^2) <= (tr S)^2 <= dim tr(S^2) for the positive eigenvalues of the true covariance."""
    domain = claim.domain.get(matrix.args[0].process.family.truth)
    if not isinstance(domain, Spectrum) or Q.Trace(matrix) in region.names:
        return
    trace = region.bound(Q.Trace(matrix), 0, sp.oo, lo_open=True)
    square = region.bound(Q.SqNorm(matrix), 0, sp.oo, lo_open=True)
    region.facts.append(Rel("<=", square, trace**2))
    if domain.dim is not None:
        region.facts.append(Rel("<=", trace**2, domain.dim * square))


_LAWS = (Q.TruthVec, Q.AnyVec, Q.ModelVec)


def one_truth(e: sp.Basic, region: Region) -> sp.Basic:
    """Processes that share the symbol of the true law share its vector: the first one's name."""
    first: dict[tuple, Q.Vec] = {}
    for node in region.names:
        for v in node.args:
            if _named_truth(v):
                first.setdefault((type(v), v.args[0].process.family.truth), v)
    table = {}
    for v in e.atoms(Q.TruthVec, Q.TruthCov):
        if _named_truth(v):
            table[v] = first.get((type(v), v.args[0].process.family.truth), v)
    return e.xreplace(table) if any(a != b for a, b in table.items()) else e


def _named_truth(v: sp.Basic) -> bool:
    return isinstance(v, Q.TruthCov) or (isinstance(v, Q.TruthVec) and _categorical(v))


def _bare(e: sp.Basic) -> Iterable[sp.Expr]:
    """Functionals that stand outside every mean and probability."""
    walk = sp.preorder_traversal(e)
    for node in walk:
        if isinstance(node, (Q.Mean, Q.Prob)):
            walk.skip()
        elif isinstance(node, Q.Functional):
            yield node


def _categorical(v: Q.Vec) -> bool:
    return isinstance(v, Q.AnyVec) or isinstance(v.args[0].process.family, Categorical)


def _vector_facts(region: Region, claim: Claim, vector: Q.Vec, nodes: list[sp.Expr]) -> None:
    """Facts of every probability vector in the domain: bounds, and 1/s <= |p|^2 <= 1.

    A model has no token that the truth lacks: data are drawn from what was drawn before.
    """
    symbol = vector.args[0] if isinstance(vector, Q.AnyVec) else vector.args[0].process.family.truth
    domain = claim.domain.get(symbol)
    if not isinstance(domain, Simplex):
        return
    open_top = domain.nontrivial and not isinstance(vector, Q.ModelVec)
    support = region.bound(Q.Support(vector), 2 if open_top else 1, sp.oo, integer=True)
    square = region.bound(Q.SqNorm(vector), 0, 1, lo_open=True, hi_open=open_top)
    top = region.bound(Q.NormInf(vector), 0, 1, lo_open=True, hi_open=open_top)
    facts = [
        Rel(">=", square * support, 1),
        Rel(">=", top * support, 1),
        Rel("<=", top**2, square),
        Rel("<=", square, top),
    ]
    if domain.size is not None:
        facts.append(Rel("<=", support, domain.size))
    if isinstance(vector, Q.ModelVec):
        truth = vector.args[0].process.truth
        if Q.Support(truth) in region.names:
            facts.append(Rel("<=", support, region.name(Q.Support(truth))))
    for node in nodes:
        if isinstance(node, (Q.Coord, Q.Mass)):
            x = region.bound(node, 0, 1, hi_open=open_top and isinstance(node, Q.Coord))
            if isinstance(node, Q.Coord):
                facts += [
                    Rel("<=", x**2, square),
                    Rel("<=", x, top),
                    Rel("<=", x**2 + (1 - x) ** 2 / (support + 1), square + 1),
                ]
        elif isinstance(node, Q.PiMax):
            x = region.bound(node, 0, sp.Rational(1, 2), lo_open=open_top)
        elif isinstance(node, Q.LambdaMax):
            region.bound(node, 0, sp.Rational(1, 4), lo_open=open_top)
    region.facts += facts


def statements_of(body: Statement) -> list[Statement]:
    """The conjuncts of a statement."""
    if isinstance(body, And):
        return [s for part in body.args for s in statements_of(part)]
    return [body]
