"""Concrete instances of a claim, smallest first, and whether a statement holds at one.

"Smallest" is the order generation, support, sum of sizes, sum of denominators of p, lexicographic:
the first failing instance in this order is the counterexample that is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import flint
import mpmath
import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction
from sympy.polys.polyerrors import NotAlgebraic

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.domain import Domain, Integers, Reals, Schedule, Simplex
from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.matrices import has_matrices

from .arithmetic import rational
from .optima import minimum_at
from .solvable import solvable
from .surds import vanishes

__all__ = [
    "Check",
    "candidates",
    "check_at",
    "compare",
    "instances",
    "named",
    "relevant",
    "satisfies",
]

Instance = dict
FEW = 32
DIGITS = 50  # of mpmath, where SymPy is asked whether a number is zero
FAR = 100  # an unbounded real symbol is looked at there too
MAX_CANDIDATES = 6000


def order_of(claim: Claim) -> list[sp.Basic]:
    """Symbols of the domain so that each one's limits mention earlier ones only."""
    out: list[sp.Basic] = []

    def visit(s: sp.Basic, trail: tuple = ()) -> None:
        if s in out:
            return
        if s in trail:
            raise DomainError(f"the domains of {', '.join(map(str, trail))} depend on each other")
        for t in claim.domain[s].depends:
            visit(t, (*trail, s))
        out.append(s)

    for s in claim.domain:
        visit(s)
    return out


def index_symbols(claim: Claim) -> set[sp.Symbol]:
    """Symbols that appear as a generation index."""
    body = claim.bound()
    out: set[sp.Symbol] = set()
    for v in body.atoms(Q.ModelVec, Q.BatchVec, Q.NoiseVec):
        out |= v.args[-1].free_symbols
    for p in Q.processes_of(body):
        if p.index in claim.domain:
            out.add(p.index)
    return out


def relevant(claim: Claim) -> set[sp.Basic]:
    """The symbols that the statement depends on: not the variable of a limit."""
    body = claim.bound()
    free = set(body.free_symbols) | {a.func for a in body.atoms(AppliedUndef)}
    for h in claim.assumptions:
        free |= h.free_symbols
    for process in Q.processes_of(body):
        free |= {x for x in process.parameters if not isinstance(x, sp.Symbol)}
    return free


def _key(
    claim: Claim, order: list[sp.Basic], indices: set[sp.Symbol]
) -> Callable[[Instance], tuple]:
    def key(at: Instance) -> tuple:
        vectors = [v for v in at.values() if isinstance(v, tuple)]
        numbers = [(s, v) for s, v in at.items() if isinstance(v, sp.Rational) and s not in indices]
        return (
            sum(at[s] for s in indices if s in at),
            sum(sum(1 for x in v if x) for v in vectors),
            sum(abs(v) for _, v in numbers if v.is_Integer),
            sum(x.q for v in vectors for x in v) + sum(v.q for _, v in numbers),
            tuple(_text(at[s]) for s in order),
        )

    return key


@lru_cache(maxsize=4096)
def _text(x: object) -> str:
    return str(x)


def _width(d: Domain, free: int) -> int:
    if isinstance(d, Integers):
        return 4 if free <= 4 else 3
    if isinstance(d, Simplex):
        return 9 if free <= 4 else 5
    if isinstance(d, Schedule):
        return 6
    return 5 if free <= 4 else 4


_CANDIDATES: dict[tuple, tuple[list[Instance], Callable[[Instance], tuple]]] = {}
_INSTANCES: dict[tuple, list[Instance]] = {}
KEPT = 10  # domains whose instances are remembered: repairs and wrong versions ask for them again


def _remembered(table: dict, key: tuple, find: Callable):  # type: ignore[no-untyped-def]
    if key not in table:
        if len(table) >= KEPT:
            del table[next(iter(table))]
        table[key] = find()
    return table[key]


def _of_domain(claim: Claim) -> tuple:
    """All that the instances of a claim depend on, apart from its hypotheses."""
    real = any(isinstance(d, Reals) for d in claim.domain.values())
    return (
        tuple(claim.domain.items()),
        frozenset(index_symbols(claim)),
        claim.expanded() if real else None,  # its relations say where they change sides
    )


def candidates(claim: Claim, extra: int = 0) -> tuple[list[Instance], Callable[[Instance], tuple]]:
    """Small instances of the domain in the order of size, hypotheses not looked at, and the order.

    Where the product of all small values is too large, every so many are taken, so that no
    symbol stays at its first value. extra widens the range of every symbol.
    """
    key = (*_of_domain(claim), extra)
    return _remembered(_CANDIDATES, key, lambda: _candidates(claim, extra))


def _candidates(claim: Claim, extra: int) -> tuple[list[Instance], Callable[[Instance], tuple]]:
    order = order_of(claim)
    found = list(islice(_product(_Choices(claim, extra), order, {}), 8 * MAX_CANDIDATES))
    if len(found) > MAX_CANDIDATES:
        found = found[:: -(-len(found) // MAX_CANDIDATES)]
    key = _key(claim, order, index_symbols(claim))
    keyed = sorted(((key(at), k) for k, at in enumerate(found)))
    return [found[k] for _, k in keyed], key


def instances(claim: Claim, limit: int = 160, extra: int = 0) -> list[Instance]:
    """At most `limit` instances in the domain that satisfy the hypotheses, smallest first.

    Two thirds are the smallest ones of every generation in turn, the rest is spread over all small
    instances: a formula may be right at every corner and wrong inside.
    """
    key = (*_of_domain(claim), claim.assumptions, limit, extra)
    return list(_remembered(_INSTANCES, key, lambda: _instances(claim, limit, extra)))


def _instances(claim: Claim, limit: int, extra: int) -> list[Instance]:
    found, key = candidates(claim, extra)
    indices = index_symbols(claim)
    first = [s for s in claim.domain if isinstance(claim.domain[s], Integers)][:1]
    turn = indices & set(claim.domain) or first
    near = list(islice(_in_turn(claim, found, lambda at: _turn(at, turn)), 2 * limit // 3))
    seen = {id(at) for at in near}
    rest = [at for at in found if id(at) not in seen]
    wanted = limit - len(near)
    step = max(1, len(rest) // (2 * wanted)) if wanted else 1
    spread = [at for at in rest[step - 1 :: step] if satisfies(claim, at)][:wanted]
    out = near + spread
    if not out and claim.hypotheses:
        from .probes import FARTHER, probes

        return sorted(probes(claim, 40) or probes(claim, 6, FARTHER), key=key)
    out.sort(key=key)
    return out


def _turn(at: Instance, turn: Iterable[sp.Basic]) -> tuple:
    """Generation and support: a point mass as the truth tells little."""
    vectors = [v for v in at.values() if isinstance(v, tuple)]
    return sum(at[s] for s in turn), sum(sum(1 for x in v if x) for v in vectors)


def _in_turn(claim: Claim, found: list[Instance], group: Callable) -> Iterator[Instance]:
    """Instances that satisfy the hypotheses, one of each generation in turn, smallest first."""
    groups: dict[object, list[Instance]] = {}
    for at in found:
        groups.setdefault(group(at), []).append(at)
    queues = [iter(members) for members in groups.values()]
    while queues:
        for queue in list(queues):
            at = next((a for a in queue if satisfies(claim, a)), None)
            if at is None:
                queues.remove(queue)
            else:
                yield at


def _product(choices: _Choices, order: list[sp.Basic], at: Instance) -> Iterator[Instance]:
    if not order:
        yield at
        return
    s, rest = order[0], order[1:]
    for x in choices(s, at):
        yield from _product(choices, rest, {**at, s: x})


class _Choices:
    """The small values of every symbol of a claim, given those that its domain mentions."""

    def __init__(self, claim: Claim, extra: int):
        self.claim, self.extra = claim, extra
        self.depends = {s: d.depends for s, d in claim.domain.items()}
        self.turns = {s: list(_turning_points(claim, s)) for s in claim.domain}
        self.known: dict[tuple, list] = {}

    def __call__(self, s: sp.Basic, at: Instance) -> list:
        key = (s, *(at.get(x) for x in self.depends[s]))
        if key not in self.known:
            self.known[key] = self._plain(s, at)
        if not self.turns[s]:
            return self.known[key]
        values = {k: v for k, v in at.items() if isinstance(v, sp.Expr)}
        points = (e.xreplace(values) for e in self.turns[s])
        domain = self.claim.domain[s]
        more = [x for x in points if x.is_number and x.is_real and domain.contains(x, at)]
        return list(dict.fromkeys([*self.known[key], *more]))

    def _plain(self, s: sp.Basic, at: Instance) -> list:
        claim, domain = self.claim, self.claim.domain[s]
        size = len(claim.domain)
        if isinstance(domain, Integers) and _is_support_size(claim, s):
            members: list = [sp.Integer(k) for k in (2, 3) if domain.contains(sp.Integer(k), at)]
        else:
            width = FEW if _few(domain) and size <= 2 else _width(domain, size)
            members = list(islice(domain.members(at), width + self.extra))
        corners = [c for c in domain.corners(at) if not isinstance(c, tuple)]
        if isinstance(domain, Reals) and domain.hi is sp.oo:
            corners.append(sp.Integer(FAR))
        return list(dict.fromkeys([*members, *corners]))


def _turning_points(claim: Claim, s: sp.Basic) -> Iterator[sp.Expr]:
    """Where a relation of the statement compares a real symbol with something else."""
    if not isinstance(claim.domain[s], Reals):
        return
    for rel in S.relations(claim.expanded()):
        for here, other in ((rel.lhs, rel.rhs), (rel.rhs, rel.lhs)):
            if here == s and s not in other.free_symbols:
                yield other


def _few(domain: Domain) -> bool:
    """A short range of integers, which is looked at as a whole."""
    ends = isinstance(domain, Integers) and domain.lo.is_Integer and domain.hi.is_Integer
    return bool(ends and domain.hi - domain.lo < FEW)


def _is_support_size(claim: Claim, s: sp.Basic) -> bool:
    return any(isinstance(d, Simplex) and d.size == s for d in claim.domain.values())


def satisfies(claim: Claim, at: Instance) -> bool:
    """Do the claim's hypotheses hold at this instance?"""
    for h in claim.assumptions:
        try:
            if check_at(_limits_taken(h, at), at).truth is not True:
                return False
        except (OutsideFragment, ZeroDivisionError, ValueError):
            return False
    return True


def _limits_taken(h: sp.Basic, at: Instance) -> sp.Basic:
    """A hypothesis with the limits of explicit sequences at their values."""
    found = [x for x in h.atoms(S.Lim) if not x.atoms(Q.Mean, Q.Prob) and x.args[2] is sp.oo]
    if not found:
        return h
    from .affinelimits import filled
    from .limits import certified_limit
    from .region import Region, Variable

    table = {}
    for node in found:
        e, x, _ = node.args
        table[node] = certified_limit(
            filled(e, at), x, Region({x: Variable(x, sp.Integer(1), sp.oo, integer=True)})
        )
    return h.xreplace(table)


@dataclass(frozen=True)
class Check:
    """What a statement is at an instance: True, False or None (cannot tell).

    For the relation that decides: its two sides as exact numbers.
    """

    truth: bool | None
    rel: S.Rel | None = None
    lhs: sp.Basic | None = None
    rhs: sp.Basic | None = None
    note: str = ""


def check_at(st: sp.Basic, at: Mapping, value: Callable | None = None) -> Check:
    """Is the statement true at this instance? Exact; None where a number cannot be decided."""
    from . import exact

    value = value or exact.value
    bare = _bare_random(st)
    if bare:
        last = Check(True)
        limit = getattr(value, "of_laws", None)
        for _, table in exact.atoms(st, at) if limit is None else exact.atoms(st, at, limit):
            last = _check(st.xreplace(table), at, value)
            if last.truth is not True:
                return last
        return last
    return _check(st, at, value)


@lru_cache(maxsize=4096)
def _bare_random(st: sp.Basic) -> bool:
    walk = sp.preorder_traversal(st)
    for node in walk:
        if isinstance(node, (Q.Mean, Q.Prob)):
            if isinstance(node.given, sp.Tuple):
                return True
            walk.skip()
        elif isinstance(node, (Q.ModelVec, Q.BatchVec, Q.CollapseTime)):
            return True
        elif isinstance(node, S.Rel) and isinstance(node.lhs, Q.Vec):
            walk.skip()
    return False


def _check(st: sp.Basic, at: Mapping, value: Callable) -> Check:
    if isinstance(st, S.Rel):
        return _relation(st, at, value)
    if isinstance(st, S.And):
        return _every(st, at, value)
    if isinstance(st, S.Or):
        checks = [_check(p, at, value) for p in st.args]
        return next((c for c in checks if c.truth), None) or next(
            (c for c in checks if c.truth is None), checks[-1]
        )
    if isinstance(st, S.Not):
        c = _check(st.args[0], at, value)
        return Check(None if c.truth is None else not c.truth, c.rel, c.lhs, c.rhs)
    if isinstance(st, S.Implies):
        premise = _premise(st.args[0], at, value)
        return (
            Check(True)
            if premise.truth is False
            else (_check(st.args[1], at, value) if premise.truth else Check(None))
        )
    if isinstance(st, S.Iff):
        a, b = (_check(p, at, value) for p in st.args)
        if a.truth is None or b.truth is None:
            return Check(None)
        return b if a.truth else Check(not b.truth, b.rel, b.lhs, b.rhs)
    if isinstance(st, S.Member):
        x, lo, hi = (value(a, at) if a is not sp.oo else a for a in st.args)
        ok = bool(x.is_Integer and x >= lo and (hi is sp.oo or x <= hi))
        return Check(ok, None, x, None)
    if isinstance(st, S.Monotone):
        return _monotone(st, at, value)
    if isinstance(st, Q.IsDirac):
        return _relation(S.eq(Q.NormInf(st.args[0]), 1), at, value)
    if isinstance(st, S.ForAll) and st.symbol in at:
        return _check(st.body, at, value)
    if isinstance(st, S.Exists) and st.symbol not in st.body.free_symbols:
        return _check(st.body, at, value)
    if isinstance(st, S.Exists):
        return Check(*solvable(st, at))
    if isinstance(st, S.Minimises):
        truth, point, here, best = minimum_at(st, at, value)
        return Check(
            truth, S.Rel("<=", st.args[0], point), here, best, f"at {st.args[2]} = {point}"
        )
    raise OutsideFragment(f"{type(st).__name__} has no instances", part=type(st).__name__)


def _premise(st: sp.Basic, at: Mapping, value: Callable) -> Check:
    """A premise at an instance; one about all indices is asked for at all of them."""
    if not isinstance(st, S.ForAll):
        return _check(st, at, value)
    from .premises import holds_always

    return Check(holds_always(st, at))


def _every(st: S.And, at: Mapping, value: Callable) -> Check:
    """One false part decides, whatever could not be evaluated of the others."""
    checks: list[Check] = []
    refusal = None
    for part in st.args:
        try:
            checks.append(_check(part, at, value))
        except OutsideFragment as err:
            refusal = refusal or err
    false = next((c for c in checks if c.truth is False), None)
    if false is None and refusal is not None:
        raise refusal
    return false or next((c for c in checks if c.truth is None), checks[-1])


def _monotone(st: S.Monotone, at: Mapping, value: Callable) -> Check:
    expr, symbol, direction = st.args
    op = {"increasing": "<", "decreasing": ">", "nondecreasing": "<=", "nonincreasing": ">="}[
        direction.name
    ]
    if not isinstance(at.get(symbol), sp.Integer):
        raise OutsideFragment("monotone in a symbol that is no integer")
    return _relation(S.Rel(op, expr, Q.put_parameters(expr, {symbol: symbol + 1})), at, value)


def _relation(rel: S.Rel, at: Mapping, value: Callable) -> Check:
    if isinstance(rel.lhs, Q.Vec):
        return _vectors(rel, at)
    if has_matrices(rel):
        return _matrices(rel, at)
    lhs, rhs = (_side(side, at, value) for side in (rel.lhs, rel.rhs))
    for side in (lhs, rhs):
        if not isinstance(side, sp.Rational) and side.has(sp.zoo, sp.nan):
            return Check(None, rel, lhs, rhs, "a side is not defined here")
    return Check(compare(rel.op, lhs, rhs), rel, lhs, rhs)


def _side(side: sp.Expr, at: Mapping, value: Callable) -> sp.Expr:
    """The value of one side; a number, or a symbol's value, is known without asking an engine."""
    x = rational(side, at)
    return value(prepare(side), at) if x is None else x


def _matrices(rel: S.Rel, at: Mapping) -> Check:
    from .exact.grids import entries, number

    if not isinstance(rel.lhs, (sp.MatrixExpr, sp.MatrixBase)):
        lhs, rhs = (number(side, at) for side in (rel.lhs, rel.rhs))
        return Check(compare(rel.op, lhs, rhs), rel, lhs, rhs)
    left, right = (entries(side, at) for side in (rel.lhs, rel.rhs))
    if left.shape != right.shape:
        return Check(rel.op == "!=", rel, sp.Integer(0), sp.Integer(1), "shapes differ")
    for k, (a, b) in enumerate(zip(left, right, strict=True)):
        if a != b:
            place = f"entry {divmod(k, left.cols)}"
            return Check(rel.op == "!=", rel, sp.sympify(a), sp.sympify(b), place)
    return Check(rel.op == "=", rel)


def _vectors(rel: S.Rel, at: Mapping) -> Check:
    """Vectors agree with probability one; those of a linear model noise by noise."""
    from . import exact

    try:
        left, right = (exact.vector_coefficients(side, at) for side in (rel.lhs, rel.rhs))
    except OutsideFragment:
        same = exact.same_vectors(rel.lhs, rel.rhs, at)
        return Check(same == (rel.op == "="), rel, note="almost surely")
    for leaf in sorted(set(left) | set(right), key=str):
        a, b = left.get(leaf, sp.Integer(0)), right.get(leaf, sp.Integer(0))
        if a != b:
            return Check(
                rel.op == "!=", rel, sp.sympify(a), sp.sympify(b), f"coefficient of {leaf}"
            )
    return Check(rel.op == "=", rel)


@lru_cache(maxsize=4096)
def prepare(e: sp.Expr) -> sp.Expr:
    """Derivatives are carried out before numbers are put in."""
    table = {d: d.doit() for d in e.atoms(sp.Derivative)}
    return e.xreplace(table) if table else e


def compare(op: str, lhs: sp.Expr, rhs: sp.Expr) -> bool | None:
    """The relation between two exact numbers; None if 60 digits do not separate them."""
    if isinstance(lhs, sp.Rational) and isinstance(rhs, sp.Rational):
        return _holds(op, int(lhs.p * rhs.q - rhs.p * lhs.q))
    if lhs in (sp.oo, -sp.oo) or rhs in (sp.oo, -sp.oo):
        if lhs == rhs:
            return op in ("=", "<=", ">=")
        less = lhs is -sp.oo or rhs is sp.oo
        return {"=": False, "!=": True, "<": less, "<=": less, ">": not less, ">=": not less}[op]
    d = lhs - rhs
    if op in ("=", "!=") and _not_real(d):
        return op == "!="
    if d.is_Rational:
        s = int(sp.sign(d))
    else:
        s = _sign(d)
        if s is None:
            return None
    return _holds(op, s)


def _holds(op: str, s: int) -> bool:
    """The relation between two numbers whose difference has the sign of s."""
    return {"=": s == 0, "!=": s != 0, "<": s < 0, "<=": s <= 0, ">": s > 0, ">=": s >= 0}[op]


def _not_real(d: sp.Expr) -> bool:
    if d.is_real is not False or d.has(sp.nan, sp.zoo, sp.oo):
        return False
    im = sp.N(sp.im(d), 30)
    return bool(im.is_finite) and bool(abs(im) > sp.Rational(1, 10**20))


def _sign(d: sp.Expr) -> int | None:
    ball = _arb(d)
    if ball is None:
        return None
    if ball > 0:
        return 1
    if ball < 0:
        return -1
    if (zero := vanishes(d)) is not None:
        return 0 if zero else _far_sign(d)
    with mpmath.workdps(DIGITS):
        return 0 if _vanishes(d) else None


def _vanishes(d: sp.Expr) -> bool:
    """Is the number zero: by expansion, by its minimal polynomial, or as SymPy finds?"""
    if sp.expand(sp.fraction(sp.together(d))[0]) == 0:
        return True
    try:
        if d.is_algebraic and sp.minimal_polynomial(d, sp.Dummy()).is_Symbol:
            return True
    except (NotAlgebraic, ZeroDivisionError):  # a denominator that vanishes, not seen at sight
        return False
    return bool(d.equals(0))


def _far_sign(d: sp.Expr) -> int | None:
    """The sign of a number that is known not to vanish."""
    ball = _arb(d, 800)
    return None if ball is None or not (ball > 0 or ball < 0) else 1 if ball > 0 else -1


def _arb(e: sp.Expr, digits: int = 80):  # type: ignore[no-untyped-def]
    """A rigorous ball around a real constant, or None where a function is not known."""
    old = flint.ctx.dps
    flint.ctx.dps = digits
    try:
        return _ball(e)
    except (NotImplementedError, ValueError):
        return None
    finally:
        flint.ctx.dps = old


def _ball(e: sp.Expr):  # type: ignore[no-untyped-def]
    if e.is_Rational:
        return flint.arb(flint.fmpq(int(e.p), int(e.q)))
    if e is sp.pi:
        return flint.arb.pi()
    if e is sp.E:
        return flint.arb(1).exp()
    if e is sp.EulerGamma:
        return flint.arb.const_euler()
    if e.is_Add:
        return sum((_ball(a) for a in e.args), flint.arb(0))
    if e.is_Mul:
        out = flint.arb(1)
        for a in e.args:
            out *= _ball(a)
        return out
    if e.is_Pow:
        if e.exp.is_Integer:
            return _ball(e.base) ** int(e.exp)
        if e.exp == sp.Rational(1, 2):
            return _ball(e.base).sqrt()
        return (_ball(e.exp) * _ball(e.base).log()).exp()
    if isinstance(e, sp.exp):
        return _ball(e.args[0]).exp()
    if isinstance(e, sp.log):
        return _ball(e.args[0]).log()
    if isinstance(e, sp.sin):
        return _ball(e.args[0]).sin()
    if isinstance(e, sp.cos):
        return _ball(e.args[0]).cos()
    if isinstance(e, sp.Abs):
        return abs(_ball(e.args[0]))
    if isinstance(e, sp.gamma):
        return _ball(e.args[0]).gamma()
    if isinstance(e, sp.zeta) and len(e.args) == 1:
        return _ball(e.args[0]).zeta()
    if isinstance(e, (sp.Max, sp.Min)):
        balls = [_ball(a) for a in e.args]
        out = balls[0]
        for b in balls[1:]:
            out = out.max(b) if isinstance(e, sp.Max) else out.min(b)
        return out
    raise NotImplementedError(type(e).__name__)


def named(at: Mapping) -> dict[str, object]:
    """An instance as JSON: symbol name -> exact text or list of texts."""
    out: dict[str, object] = {}
    for s, v in at.items():
        name = s.__name__ if isinstance(s, UndefinedFunction) else str(s)
        if isinstance(v, sp.Lambda):  # a schedule: `n(t)` and its body, beside a symbol n
            name, v = f"{name}({', '.join(map(str, v.variables))})", v.expr
        if isinstance(v, tuple):
            out[name] = [str(x) for x in v]
        elif isinstance(v, sp.FiniteSet):
            out[name] = [str(x) for x in v.args]
        else:
            out[name] = str(v)
    return out
