"""Where a symbol of a claim ranges: integers, reals, probability vectors, tokens, subsets.

A domain knows its corners (the smallest and largest values it permits) and enumerates small
exact members, smallest first, so that a counterexample found in this order is the smallest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, count, islice, pairwise, product

import sympy as sp

from .errors import DomainError
from .schedules import Shape, of_integers, of_reals

__all__ = [
    "Domain",
    "Integers",
    "Reals",
    "Schedule",
    "Simplex",
    "Spectrum",
    "Subsets",
    "Tokens",
    "Value",
]

#: A concrete member of a domain: a sympy Rational, a tuple of Rationals (simplex), an int tuple.
Value = object


def _number(x: object, what: str) -> sp.Expr:
    e = sp.sympify(x)
    if not isinstance(e, sp.Expr):
        raise DomainError(f"{what} must be a number or an expression (got {x!r})")
    if e is sp.nan or e is sp.zoo:
        raise DomainError(f"{what} must be a number (got {x!r})")
    return e


def concrete(e: sp.Expr, at: Mapping[sp.Basic, object]) -> sp.Expr:
    """`e` with the scalar values of `at` put in."""
    if isinstance(e, sp.Symbol):
        x = at.get(e)
        return x if isinstance(x, sp.Expr) else e
    if e.is_Atom:
        return e
    return e.xreplace({k: v for k, v in at.items() if isinstance(v, sp.Expr)}).doit()


class Domain:
    """Base class. `depends` lists the symbols that its limits mention."""

    depends: tuple[sp.Symbol, ...] = ()

    def members(self, at: Mapping[sp.Basic, object]) -> Iterator[Value]:
        """Exact members, smallest first; infinite domains give an infinite iterator."""
        raise NotImplementedError

    def contains(self, value: Value, at: Mapping[sp.Basic, object]) -> bool:
        raise NotImplementedError

    def corners(self, at: Mapping[sp.Basic, object]) -> list[Value]:
        """The smallest and the largest permitted values, where they exist."""
        raise NotImplementedError


@dataclass(frozen=True)
class Integers(Domain):
    """Integers lo, lo+1, ..., hi; the limits may mention other symbols of the claim.

    >>> import sympy as sp
    >>> list(Integers(1, 3).members({}))
    [1, 2, 3]
    """

    lo: object = 1
    hi: object = sp.oo

    def __post_init__(self) -> None:
        lo, hi = _number(self.lo, "lower limit"), _number(self.hi, "upper limit")
        object.__setattr__(self, "lo", lo)
        object.__setattr__(self, "hi", hi)
        if lo.is_number and lo.is_finite and lo.is_integer is False:
            raise DomainError(f"lower limit of an integer domain must be an integer (got {lo})")
        if lo.is_number and hi.is_number and (hi < lo) == True:  # noqa: E712
            raise DomainError(f"empty domain: no integer lies between {lo} and {hi}")
        if lo in (-sp.oo, sp.oo):
            raise DomainError("an integer domain needs a finite lower limit; shift the symbol")

    @property
    def depends(self) -> tuple[sp.Symbol, ...]:  # type: ignore[override]
        return tuple(sorted(self.lo.free_symbols | self.hi.free_symbols, key=str))

    def _limits(self, at: Mapping[sp.Basic, object]) -> tuple[int, sp.Expr]:
        lo, hi = concrete(self.lo, at), concrete(self.hi, at)
        return int(sp.ceiling(lo)), hi

    def members(self, at: Mapping[sp.Basic, object]) -> Iterator[Value]:
        lo, hi = self._limits(at)
        for k in count(lo):
            if hi is not sp.oo and k > hi:
                return
            yield sp.Integer(k)

    def contains(self, value: Value, at: Mapping[sp.Basic, object]) -> bool:
        lo, hi = self._limits(at)
        if not isinstance(value, sp.Integer) or value.p < lo:
            return False
        return hi is sp.oo or bool(value <= hi)

    def corners(self, at: Mapping[sp.Basic, object]) -> list[Value]:
        lo, hi = self._limits(at)
        if hi is not sp.oo and sp.floor(hi) < lo:
            return []
        return [sp.Integer(lo)] if hi is sp.oo or hi <= lo else [sp.Integer(lo), sp.floor(hi)]


@dataclass(frozen=True)
class Reals(Domain):
    """Real numbers between lo and hi; `lo_open`, `hi_open` say whether the limits are excluded."""

    lo: object = -sp.oo
    hi: object = sp.oo
    lo_open: bool = False
    hi_open: bool = False

    def __post_init__(self) -> None:
        lo, hi = _number(self.lo, "lower limit"), _number(self.hi, "upper limit")
        object.__setattr__(self, "lo", lo)
        object.__setattr__(self, "hi", hi)
        if lo.is_number and hi.is_number:
            empty = (hi < lo) == True or (lo == hi and (self.lo_open or self.hi_open))  # noqa: E712
            if empty:
                raise DomainError(f"empty domain: no real number lies between {lo} and {hi}")

    @property
    def depends(self) -> tuple[sp.Symbol, ...]:  # type: ignore[override]
        return tuple(sorted(self.lo.free_symbols | self.hi.free_symbols, key=str))

    def members(self, at: Mapping[sp.Basic, object]) -> Iterator[Value]:
        lo, hi = concrete(self.lo, at), concrete(self.hi, at)
        seen: set[sp.Expr] = set()
        for den in count(1):
            for num in self._numerators(den, lo, hi):
                x = sp.Rational(num, den)
                if x not in seen and self.contains(x, at):
                    seen.add(x)
                    yield x
            if lo == hi:
                return

    def _numerators(self, den: int, lo: sp.Expr, hi: sp.Expr) -> list[int]:
        reach = 4 * den
        low = -reach if lo is -sp.oo else int(sp.floor(lo * den))
        high = max(reach, low + reach) if hi is sp.oo else int(sp.ceiling(hi * den))
        return sorted(range(low, min(high, low + 4 * reach) + 1), key=lambda k: (abs(k), -k))

    def contains(self, value: Value, at: Mapping[sp.Basic, object]) -> bool:
        lo, hi = concrete(self.lo, at), concrete(self.hi, at)
        if not isinstance(value, sp.Expr) or not value.is_real:
            return False
        above = value > lo if self.lo_open else value >= lo
        below = value < hi if self.hi_open else value <= hi
        return bool(above) and bool(below)

    def corners(self, at: Mapping[sp.Basic, object]) -> list[Value]:
        lo, hi = concrete(self.lo, at), concrete(self.hi, at)
        if lo > hi:
            return []
        ends = [(lo, self.lo_open), (hi, self.hi_open)]
        return list(dict.fromkeys(x for x, is_open in ends if x.is_finite and not is_open))


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    for bars in combinations(range(total + parts - 1), parts - 1):
        cuts = (-1, *bars, total + parts - 1)
        yield tuple(b - a - 1 for a, b in pairwise(cuts))


@dataclass(frozen=True)
class Simplex(Domain):
    """Probability vectors with `size` classes (an int, a symbol, or None for any size >= 1).

    `nontrivial` excludes vectors with a coordinate equal to one. Members are rational vectors
    in the order: number of classes, sum of denominators, lexicographic (largest first).
    """

    size: object = None
    nontrivial: bool = True

    def __post_init__(self) -> None:
        if self.size is not None:
            size = _number(self.size, "number of classes")
            object.__setattr__(self, "size", size)
            if size.is_number and (not size.is_integer or size < 1):
                raise DomainError(f"the number of classes must be an integer >= 1 (got {size})")
            if size == 1 and self.nontrivial:
                raise DomainError("empty domain: one class admits no nontrivial probability vector")

    @property
    def depends(self) -> tuple[sp.Symbol, ...]:  # type: ignore[override]
        return () if self.size is None else tuple(sorted(self.size.free_symbols, key=str))

    def members(self, at: Mapping[sp.Basic, object]) -> Iterator[Value]:
        if self.size is None:
            yield from self._any_size()
            return
        yield from self._of_size(int(concrete(self.size, at)))

    def _of_size(self, s: int) -> Iterator[Value]:
        if s < 1 or (s == 1 and self.nontrivial):
            return
        seen: set[tuple[Fraction, ...]] = set()
        for den in count(1):
            for c in _compositions(den, s):
                p = tuple(Fraction(k, den) for k in c)
                if p in seen or (self.nontrivial and max(p) == 1):
                    continue
                seen.add(p)
                if den > 1 or max(p) == p[0]:  # one point mass stands for all
                    yield tuple(sp.Rational(x.numerator, x.denominator) for x in p)
            if s == 1:
                return

    def _any_size(self) -> Iterator[Value]:
        sources = [self._of_size(s) for s in (2, 3, 4)]
        for chunk in count(1):
            for source in sources:
                yield from islice(source, 3 + chunk)

    def contains(self, value: Value, at: Mapping[sp.Basic, object]) -> bool:
        if not isinstance(value, tuple) or sum(value) != 1 or min(value) < 0:
            return False
        if self.size is not None and len(value) != concrete(self.size, at):
            return False
        return not (self.nontrivial and max(value) == 1)

    def corners(self, at: Mapping[sp.Basic, object]) -> list[Value]:
        s = 2 if self.size is None else int(concrete(self.size, at))
        if s < 2:
            return [] if self.nontrivial else [(sp.Integer(1),)]
        half = (sp.Rational(1, 2), sp.Rational(1, 2)) + (sp.Integer(0),) * (s - 2)
        skew = (sp.Rational(99, 100), sp.Rational(1, 100)) + (sp.Integer(0),) * (s - 2)
        uniform = (sp.Rational(1, s),) * s
        dirac = (sp.Integer(1),) + (sp.Integer(0),) * (s - 1)
        ends = [half, uniform, skew] if self.nontrivial else [dirac, half, uniform, skew]
        return list(dict.fromkeys(ends))


@dataclass(frozen=True)
class Spectrum(Domain):
    """True covariance matrices, by their eigenvalues (all laws here are rotation invariant).

    dim: number of eigenvalues (an int, a symbol, or None for any).  Members are tuples of positive
    rationals, simplest first.
    """

    dim: object = None

    def __post_init__(self) -> None:
        if self.dim is not None:
            object.__setattr__(self, "dim", _number(self.dim, "dimension"))

    @property
    def depends(self) -> tuple[sp.Symbol, ...]:  # type: ignore[override]
        return () if self.dim is None else tuple(sorted(self.dim.free_symbols, key=str))

    def members(self, at: Mapping[sp.Basic, object]) -> Iterator[Value]:
        dims = (1, 2, 3) if self.dim is None else (int(concrete(self.dim, at)),)
        for top in count(1):
            for d in dims:
                for c in product(range(1, top + 1), repeat=d):
                    if max(c) == top and list(c) == sorted(c, reverse=True):
                        yield tuple(sp.Integer(x) for x in c)
            if top == 1:  # below one as well: bounds that lack a factor must not hold by chance
                yield (sp.Rational(1, 2),) * dims[0]

    def contains(self, value: Value, at: Mapping[sp.Basic, object]) -> bool:
        if not isinstance(value, tuple) or not value or min(value) <= 0:
            return False
        return self.dim is None or len(value) == concrete(self.dim, at)

    def corners(self, at: Mapping[sp.Basic, object]) -> list[Value]:
        return [next(self.members(at))]


@dataclass(frozen=True)
class Tokens(Domain):
    """Indices 1..s of the classes of a probability vector (a symbol with a Simplex domain)."""

    vector: sp.Symbol

    @property
    def depends(self) -> tuple[sp.Symbol, ...]:  # type: ignore[override]
        return (self.vector,)

    def members(self, at: Mapping[sp.Basic, object]) -> Iterator[Value]:
        return iter([sp.Integer(k + 1) for k in range(len(at[self.vector]))])

    def contains(self, value: Value, at: Mapping[sp.Basic, object]) -> bool:
        return isinstance(value, sp.Integer) and 1 <= value <= len(at[self.vector])

    def corners(self, at: Mapping[sp.Basic, object]) -> list[Value]:
        return list(self.members(at))[:1]


@dataclass(frozen=True)
class Subsets(Domain):
    """Subsets of the classes of a probability vector, as sorted tuples of indices 1..s."""

    vector: sp.Symbol

    @property
    def depends(self) -> tuple[sp.Symbol, ...]:  # type: ignore[override]
        return (self.vector,)

    def members(self, at: Mapping[sp.Basic, object]) -> Iterator[Value]:
        s = len(at[self.vector])
        for size in range(s + 1):
            for chosen in combinations(range(1, s + 1), size):
                yield sp.FiniteSet(*chosen)

    def contains(self, value: Value, at: Mapping[sp.Basic, object]) -> bool:
        tokens = {sp.Integer(k + 1) for k in range(len(at[self.vector]))}
        return isinstance(value, (sp.FiniteSet, type(sp.S.EmptySet))) and set(value.args) <= tokens

    def corners(self, at: Mapping[sp.Basic, object]) -> list[Value]:
        """The empty and the full set, without a look at the others: there are 2**s of them."""
        return [sp.FiniteSet(), sp.FiniteSet(*range(1, len(at[self.vector]) + 1))]


@dataclass(frozen=True)
class Schedule(Domain):
    """A sequence of numbers t -> f(t): the domain of a function symbol such as alpha or n.

    values: the domain of each member; to: its limit (None: nothing assumed); monotone: None,
    "increasing" or "decreasing"; summable, inverse_summable: None, True or False (the sum of the
    members, of their inverses, over t >= 1 is finite or not).
    Members are explicit schedules from a fixed grammar (constants, alternating, powers,
    logarithms, eventually one) that satisfy the hypotheses; each is a sympy Lambda.
    """

    values: Domain = Integers(1)
    to: object = None
    monotone: str | None = None
    summable: bool | None = None
    inverse_summable: bool | None = None

    def __post_init__(self) -> None:
        if self.monotone not in (None, "increasing", "decreasing"):
            raise DomainError(
                f"monotone must be None, 'increasing' or 'decreasing' (got {self.monotone!r})"
            )
        if self.to is not None:
            object.__setattr__(self, "to", _number(self.to, "limit of a schedule"))
        if not isinstance(self.values, (Integers, Reals)):
            raise DomainError(f"a schedule has integers or reals as values (got {self.values!r})")

    @property
    def depends(self) -> tuple[sp.Symbol, ...]:  # type: ignore[override]
        return self.values.depends

    def members(self, at: Mapping[sp.Basic, object]) -> Iterator[Value]:
        return (shape.schedule for shape in self._shapes(at) if self._admits(shape))

    def _shapes(self, at: Mapping[sp.Basic, object]) -> Iterator[Shape]:
        d = self.values
        lo, hi = concrete(d.lo, at), concrete(d.hi, at)  # type: ignore[attr-defined]
        if isinstance(d, Integers):
            return of_integers(int(sp.ceiling(lo)), hi)
        return of_reals(lo, hi, d.lo_open, d.hi_open)  # type: ignore[attr-defined]

    def _admits(self, shape: Shape) -> bool:
        return (
            (self.to is None or shape.to == self.to)
            and (self.monotone is None or shape.direction == self.monotone)
            and (self.summable is None or shape.summable == self.summable)
            and (self.inverse_summable is None or shape.inverse_summable == self.inverse_summable)
        )

    def contains(self, value: Value, at: Mapping[sp.Basic, object]) -> bool:
        return any(value == member for member in self.members(at))

    def corners(self, at: Mapping[sp.Basic, object]) -> list[Value]:
        """The constant schedules at the ends of the range of values."""
        ends = self.values.corners(at)
        return [f for f in islice(self.members(at), 6) if f.expr in ends]
