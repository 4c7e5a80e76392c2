"""What is known while a proof script runs: the region, and the relations shown so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.domain import Simplex
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.families import Categorical
from refutable.derivations.functions import Defined, opened
from refutable.derivations.statement import FLIP, Rel

from .cases import branches, resolve, spelled
from .deduce import Deduction
from .effort import steps
from .positivity import prove
from .region import Region, Variable

__all__ = ["Argument", "Rejected", "probability_vector"]

#: The range of a functional of a probability vector: (least, whether it is left out, largest).
RANGES = {
    Q.SqNorm: (0, True, 1),
    Q.NormInf: (0, True, 1),
    Q.Coord: (0, False, 1),
    Q.Mass: (0, False, 1),
    Q.PiMax: (0, False, sp.Rational(1, 2)),
    Q.LambdaMax: (0, False, sp.Rational(1, 4)),
}


#: A depth at which `prove` leaves the solver out.
QUICK = 2


#: Relations between defined functions that were tried before, and whether they are certain.
_KNOWN: dict[tuple, bool] = {}


class Rejected(Exception):
    """A step does not follow; the message says why."""


def probability_vector(v: sp.Basic) -> bool:
    """Is the vector a probability vector in every run?"""
    if isinstance(v, Q.AnyVec):
        return True
    kinds = (Q.TruthVec, Q.ModelVec, Q.BatchVec)
    return isinstance(v, kinds) and isinstance(v.args[0].process.family, Categorical)


@dataclass
class Argument:
    """The state of a proof.

    facts: relations that hold for all values of the symbols, in every run.
    inverse: defined function values that may be infinite, by the finite variable 1/f.
    """

    d: Deduction
    region: Region
    facts: list[Rel] = field(default_factory=list)
    inverse: dict[sp.Expr, sp.Expr] = field(default_factory=dict)
    lemmas: list[str] = field(default_factory=list)

    def copy(self) -> Argument:
        return Argument(
            self.d, self.region.copy(), list(self.facts), dict(self.inverse), list(self.lemmas)
        )

    def classes(self, v: sp.Basic) -> sp.Expr:
        """The number of coordinates of a vector: the size that its truth's domain names."""
        symbols = {p.family.truth for p in Q.processes_of(v) if isinstance(p.family, Categorical)}
        symbols |= {a.args[0] for a in v.atoms(Q.AnyVec)}
        sizes = {getattr(self.d.claim.domain.get(x), "size", None) for x in symbols}
        if len(sizes) != 1 or None in sizes:
            raise Rejected(f"the number of classes of {v} is not named")
        return sizes.pop()  # type: ignore[return-value]

    # -- knowing -------------------------------------------------------------------------

    def know(self, rel: Rel) -> None:
        """Add a relation; a bound of one quantity becomes the range of its variable."""
        if rel in self.facts:
            return
        self.facts.append(rel)
        if rel.op == "=" and _quantity(rel.lhs):
            return  # put in where it is wanted, see `spelled_out`
        for r in (rel, Rel(FLIP[rel.op], rel.rhs, rel.lhs)):
            node, bound = r.lhs, r.rhs
            if isinstance(node, sp.Pow) and isinstance(node.base, Defined) and node.exp == -1:
                self._bound_inverse(node.base, r)
                return
            if _quantity(node) and not bound.has(node) and self._bound(node, r):
                return
        self.region.facts.append(self.read(rel))

    def _bound(self, node: sp.Expr, r: Rel) -> bool:
        self.name(node)
        s = self.region.names[node]
        old, bound = self.region.variables[s], self.read(r).rhs
        free = bound.free_symbols
        if r.op not in ("<", "<=", ">", ">=") or s in free or self._depends(free, s):
            return False
        low, shut = r.op[0] == ">", len(r.op) == 1
        end = old.lo if low else old.hi
        if end.is_finite and not end.is_number:
            return False  # one formula per side; more are facts
        region = self.region
        new = (
            Variable(s, bound, old.hi, shut, old.hi_open, old.integer)
            if low
            else Variable(s, old.lo, bound, old.lo_open, shut, old.integer)
        )
        if end.is_finite:
            region.facts.append(Rel(">" if low and old.lo_open else ">=" if low else "<=", s, end))
        region.variables[s] = new
        return True

    def _depends(self, symbols: set[sp.Symbol], s: sp.Symbol) -> bool:
        """Do the ranges of these symbols mention s, directly or not?"""
        seen, queue = set(), list(symbols)
        while queue:
            x = queue.pop()
            v = self.region.variables.get(x)
            if x in seen or v is None:
                continue
            seen.add(x)
            queue += [*v.lo.free_symbols, *v.hi.free_symbols]
        return s in seen

    def _bound_inverse(self, f: Defined, r: Rel) -> None:
        if f not in self.inverse:
            w = sp.Dummy("w", nonnegative=True)
            self.region.variables[w] = Variable(w, sp.Integer(0))
            self.inverse[f] = 1 / w
        w = (1 / self.inverse[f]).as_base_exp()[0]
        v, bound = self.region.variables[w], self.read(r).rhs
        if r.op == ">=" and v.lo == 0 and w not in bound.free_symbols:
            self.region.variables[w] = Variable(w, bound, v.hi)
        elif r.op == "<=" and v.hi is sp.oo and w not in bound.free_symbols:
            self.region.variables[w] = Variable(w, v.lo, bound)
        else:
            self.region.facts.append(Rel(r.op, w, bound))

    # -- reading -------------------------------------------------------------------------

    def name(self, node: sp.Expr) -> None:
        """Give a quantity its variable, with the range that its kind has."""
        if node in self.region.names:
            return
        inner = node.args[0] if isinstance(node, Q.Mean) else node
        if isinstance(node, Q.Prob):
            self.region.bound(node, 0, 1)
        elif isinstance(inner, (Q.Norm1, Q.SqNorm)) and not probability_vector(inner.args[0]):
            self.region.bound(node, 0, sp.oo)
        elif type(inner) in RANGES and probability_vector(inner.args[0]):
            lo, shut, hi = RANGES[type(inner)]
            self.region.bound(node, lo, hi, lo_open=shut)
        elif inner.is_Pow and inner.exp.is_Rational and inner.exp.q == 2:
            self.region.bound(node, 0, sp.oo)  # a square root is not negative
        else:
            self.region.name(node)

    def read(self, e: sp.Basic) -> sp.Basic:
        """`e` in variables: quantities named, values that may be infinite through their inverse."""
        e = e.xreplace(self.inverse)
        for node in sorted(_outermost(e), key=sp.default_sort_key):
            self.name(node)
        return self.region.abstract(e)

    def spelled_out(self, e: sp.Basic) -> sp.Basic:
        """`e` with quantities replaced by what they are known to equal."""
        table = {f.lhs: f.rhs for f in self.facts if f.op == "=" and _quantity(f.lhs)}
        return e.xreplace(table)

    # -- proving -------------------------------------------------------------------------

    def prove(self, rel: Rel, quick: bool = False) -> bool:
        """Is the relation certain? Tries arithmetic, then the cases of defined functions.

        quick: by the signs of coefficients only.
        """
        if rel.op == "=":
            return all(self.prove(Rel(op, rel.lhs, rel.rhs), quick) for op in ("<=", ">="))
        try:
            if quick:
                return self._arithmetic(rel, quick=True)
            if rel.has(Defined) and not rel.has(Q.Mean, Q.Prob, Q.Functional):
                return self._remembered(rel)
            return self._arithmetic(rel) or self._by_cases(rel)
        except OutsideFragment:
            return False

    def _remembered(self, rel: Rel) -> bool:
        """A relation between defined functions of symbols: asked once for the same ranges."""
        plain = sorted(rel.free_symbols, key=str)
        if any(f in self.region.names for f in rel.atoms(Defined)) or any(
            x not in self.region.variables for x in plain
        ):
            return self._arithmetic(rel) or self._by_cases(rel)
        facts = [f for f in self.region.facts if f.free_symbols <= set(plain)]
        key = (rel, tuple(self.region.variables[x] for x in plain), tuple(facts), steps())
        if key not in _KNOWN:
            alone = Argument(self.d, Region({x: self.region.variables[x] for x in plain}, facts))
            _KNOWN[key] = alone._arithmetic(rel) or alone._by_cases(rel)
        return _KNOWN[key]

    def _arithmetic(self, rel: Rel, region: Region | None = None, quick: bool = False) -> bool:
        read = self.read(rel)
        region = region or self.region
        if read.has(sp.oo, sp.zoo, sp.nan) or self._infinite(read, region):
            return False
        near = _near(read, region)
        if quick:
            return prove(read, near, QUICK, 1) is not None
        if prove(read, near) is not None:
            return True
        return len(near.facts) < len(region.facts) and prove(read, region) is not None

    def _infinite(self, rel: Rel, region: Region) -> bool:
        """Could a side be infinite: does 1/w stand there where w may be zero?"""
        den = sp.fraction(sp.cancel(sp.together(sp.powsimp(rel.lhs - rel.rhs))))[1]
        for f in self.inverse.values():
            w = (1 / f).as_base_exp()[0]
            if w in den.free_symbols and prove(Rel(">", w, 0), region) is None:
                return True
        return False

    def _by_cases(self, rel: Rel, region: Region | None = None, depth: int = 0) -> bool:
        whole = Rel(rel.op, spelled(opened(rel.lhs)), spelled(opened(rel.rhs)))
        if not whole.has(sp.Piecewise) or depth > 6:
            return False
        read = resolve(self.read(whole), region or self.region)
        parts = branches(read, region or self.region)
        if parts is None:
            return self._arithmetic(read, region)
        return all(self._case(read, part, depth) for part in parts)

    def _case(self, rel: Rel, region: Region, depth: int) -> bool:
        here = resolve(rel, region)
        if here.has(sp.Piecewise):
            return self._by_cases(here, region, depth + 1)
        return self._arithmetic(here, region)


def _near(rel: Rel, region: Region) -> Region:
    """The region with only the facts about the relation's own variables and their ranges."""
    known, queue = set(), list(rel.free_symbols)
    while queue:
        x = queue.pop()
        v = region.variables.get(x)
        if x in known or v is None:
            continue
        known.add(x)
        queue += [*v.lo.free_symbols, *v.hi.free_symbols]
    out = region.copy()
    out.facts = [f for f in region.facts if f.free_symbols <= known]
    return out


def _quantity(e: sp.Basic) -> bool:
    return isinstance(e, (Q.Mean, Q.Prob, Q.Functional, Defined))


def _outermost(e: sp.Basic) -> Iterator[sp.Expr]:
    if _quantity(e):
        yield e
    elif not isinstance(e, (sp.Sum, sp.Product)):
        for a in e.args:
            yield from _outermost(a)


def domain_size(d: Deduction, symbol: sp.Symbol) -> sp.Expr | None:
    """The size of a probability vector's domain, where it has a name."""
    domain = d.claim.domain.get(symbol)
    return domain.size if isinstance(domain, Simplex) else None
