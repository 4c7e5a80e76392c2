r"""Matrices at one instance, entry by entry, in exact arithmetic.

A Gaussian matrix is written out in independent coordinates: rows u L' with C = L D L' and u_j
centred with variance D_j, so that all entries are polynomials in the u's over the rationals; the
mean of a monomial is the product of the moments of its coordinates, E u^{2k} = (2k-1)!! D^k.

The mean of tr(A (X'X)^{-1}) is built up column by column (Bartlett): with X = Z R and Z'Z = L L',
adding the last row (b', c) to L leaves E (L L')^{-1} diagonal, multiplies the entries so far by
1 + E[1/c^2] and appends E[1/c^2], where c^2 is chi-square with rows - j + 1 degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import add, mul

import sympy as sp
from sympy import QQ
from sympy.polys.matrices import DomainMatrix
from sympy.polys.matrices.exceptions import DMNonInvertibleMatrixError
from sympy.polys.polyerrors import CoercionFailed

from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.matrices import Gauss, MatSum, Pinv, Rank, Stacked
from refutable.derivations.quantity import Mean, Prob

from .errors import Undefined
from .linear import inverse_chi_square

__all__ = ["entries", "number"]

MOST_COORDINATES = 16
#: Polynomials in the Gaussian coordinates, with rational coefficients.
RING = QQ[tuple(sp.symbols(f"u0:{MOST_COORDINATES}"))]


def _values(at: Mapping) -> dict:
    return {k: sp.sympify(v) for k, v in at.items() if isinstance(v, sp.Basic)}


def number(e: sp.Expr, at: Mapping) -> sp.Expr:
    """The exact value of a scalar expression in traces, ranks and means of matrices."""
    out = _scalar(e, _Grid(_values(at)))
    if out.free_symbols:
        raise DomainError(f"{sorted(map(str, out.free_symbols))[0]} has no value in this instance")
    return out


def entries(m: sp.MatrixExpr, at: Mapping) -> sp.Matrix:
    """The entries of a fixed matrix expression at an instance."""
    return _fixed(_Grid(_values(at)).matrix(m), "a random matrix outside a mean").to_Matrix()


def _fixed(m: DomainMatrix, what: str) -> DomainMatrix:
    """A matrix without Gaussian coordinates, over the rationals."""
    try:
        return m.convert_to(QQ)
    except CoercionFailed:
        raise OutsideFragment(what, part="random matrix") from None


class _Grid:
    """Explicit matrices; `variances`: those of the Gaussian coordinates met so far."""

    def __init__(self, values: dict):
        self.values = values
        self.variances: list[sp.Expr] = []
        self.made: dict[tuple, DomainMatrix] = {}

    def scalar(self, e: sp.Expr) -> sp.Expr:
        return sp.sympify(e).xreplace(self.values)

    def whole(self, e: sp.Expr) -> int:
        n = self.scalar(e)
        if not n.is_Integer:
            raise DomainError(f"{e} must be a whole number in this instance (got {n})")
        return int(n)

    def known(self, m: sp.MatrixBase) -> DomainMatrix:
        m = sp.Matrix(m).xreplace(self.values)
        if not all(x.is_Rational for x in m):
            raise OutsideFragment(
                f"a matrix with entries that are not rational: {m}", part="entries"
            )
        return DomainMatrix(
            [[QQ(int(x.p), int(x.q)) for x in row] for row in m.tolist()], m.shape, QQ
        ).convert_to(RING)

    def matrix(self, m: sp.Basic) -> DomainMatrix:
        if isinstance(m, sp.MatrixSymbol):
            if m not in self.values:
                raise DomainError(f"{m} has no value in this instance")
            return self.known(self.values[m])
        if isinstance(m, sp.MatrixBase):
            return self.known(m)
        if isinstance(m, Gauss):
            return self._gauss(m)
        if isinstance(m, sp.Identity):
            return DomainMatrix.eye(self.whole(m.shape[0]), RING)
        if isinstance(m, sp.ZeroMatrix):
            return DomainMatrix.zeros(tuple(self.whole(x) for x in m.shape), RING)
        if isinstance(m, sp.Transpose):
            return self.matrix(m.args[0]).transpose()
        if isinstance(m, Pinv):
            return self.matrix(m.explicit)
        if isinstance(m, sp.Inverse):
            return self._inverted(self.matrix(m.args[0]))
        if isinstance(m, sp.MatPow):
            k, base = int(m.args[1]), self.matrix(m.args[0])
            return self._inverted(base) ** -k if k < 0 else base**k
        if isinstance(m, sp.MatAdd):
            return reduce(add, (self.matrix(a) for a in m.args))
        if isinstance(m, sp.MatMul):
            scalar, factors = m.as_coeff_matrices()
            c = RING.from_sympy(self.scalar(scalar))
            return reduce(mul, (self.matrix(f) for f in factors)) * c
        if isinstance(m, (MatSum, Stacked)):
            body, i, a, b = m.args
            span = range(self.whole(a), self.whole(b) + 1)
            parts = [self.matrix(body.xreplace({i: sp.Integer(k)})) for k in span]
            if isinstance(m, Stacked):
                return parts[0].vstack(*parts[1:])
            none = DomainMatrix.zeros(tuple(self.whole(x) for x in m.shape), RING)
            return reduce(add, parts, none)
        raise OutsideFragment(f"a matrix of kind {type(m).__name__}", part=type(m).__name__)

    def _inverted(self, m: DomainMatrix) -> DomainMatrix:
        try:
            return _fixed(m, "the inverse of a random matrix").inv().convert_to(RING)
        except DMNonInvertibleMatrixError:
            raise Undefined("a singular matrix is inverted", part="singular") from None

    def _gauss(self, z: Gauss) -> DomainMatrix:
        rows, index = self.whole(z.args[1]), self.scalar(z.index)
        key = (z.args[0], index)
        if key not in self.made:
            lower, variances = _factors(self.covariance(z))
            first = len(self.variances)
            if first + rows * len(variances) > MOST_COORDINATES:
                raise OutsideFragment("too many Gaussian coordinates", part="size")
            self.variances += variances * rows
            u = [
                [RING.gens[first + r * len(variances) + c] for c in range(len(variances))]
                for r in range(rows)
            ]
            shape = (rows, len(variances))
            self.made[key] = DomainMatrix(u, shape, RING) * self.known(lower.T)
        return self.made[key]

    def covariance(self, z: Gauss) -> sp.Matrix:
        if isinstance(z.cov, sp.MatrixExpr):
            return _fixed(self.matrix(z.cov), "a random covariance").to_Matrix()
        return sp.Matrix([[self.scalar(z.cov)]])

    def mean(self, p: object) -> sp.Expr:
        """The mean of a polynomial in the Gaussian coordinates."""
        out: sp.Expr = sp.Integer(0)
        for powers, c in p.terms():  # type: ignore[attr-defined]
            term = QQ.to_sympy(c)
            for variance, k in zip(self.variances, powers, strict=False):
                if k:
                    term *= 0 if k % 2 else variance ** (k // 2) * sp.factorial2(k - 1)
            out += term
        return out


def _factors(c: sp.Matrix) -> tuple[sp.Matrix, list[sp.Expr]]:
    """(L, D) with C = L diag(D) L'; zero variances are allowed for one column."""
    if c.shape == (1, 1):
        return sp.eye(1), [c[0, 0]]
    lower, diagonal = c.LDLdecomposition()
    return lower, [diagonal[j, j] for j in range(c.rows)]


def _scalar(e: sp.Expr, grid: _Grid) -> sp.Expr:
    if isinstance(e, Mean):
        return _mean(e.args[0], grid)
    if isinstance(e, Prob):
        raise OutsideFragment(f"the chance of {e.args[0]}", part=str(e.args[0]))
    if isinstance(e, sp.Trace):
        m = _fixed(grid.matrix(e.args[0]), "the trace of a random matrix outside a mean")
        return m.to_Matrix().trace()
    if isinstance(e, Rank):
        return sp.Integer(_fixed(grid.matrix(e.args[0]), "the rank of a random matrix").rank())
    if isinstance(e, sp.Sum):
        body, (i, a, b) = e.function, *e.limits
        span = range(grid.whole(a), grid.whole(b) + 1)
        return sp.Add(*(_scalar(body.xreplace({i: sp.Integer(k)}), grid) for k in span))
    if not e.args or not e.atoms(sp.MatrixSymbol, Gauss):
        return grid.scalar(e)
    return e.func(*(_scalar(a, grid) for a in e.args))


def _mean(e: sp.Expr, grid: _Grid) -> sp.Expr:
    """Linear in traces, each by itself."""
    if isinstance(e, sp.Trace):
        if any(x.atoms(Gauss) for x in e.atoms(sp.Inverse, sp.MatPow, Pinv)):
            return _bartlett(e.args[0], grid)
        m = grid.matrix(e.args[0])
        return grid.mean(sum((m[j, j].element for j in range(m.shape[0])), RING.zero))
    if isinstance(e, sp.Add):
        return sp.Add(*(_mean(a, grid) for a in e.args))
    if isinstance(e, sp.Mul):
        free, traces = e.as_independent(sp.Trace, as_Add=False)
        if isinstance(traces, sp.Trace):
            return _scalar(free, grid) * _mean(traces, grid)
    return _scalar(e, grid)


def _bartlett(m: sp.MatrixExpr, grid: _Grid) -> sp.Expr:
    """E tr(A (X'X)^{-1}) for a Gaussian X and a fixed matrix A."""
    scalar, factors = m.as_coeff_matrices() if isinstance(m, sp.MatMul) else (sp.Integer(1), [m])
    places = [k for k, f in enumerate(factors) if f.atoms(Gauss)]
    inverse = factors[places[0]] if len(places) == 1 else None
    gram, power = None, 1
    if isinstance(inverse, sp.Inverse):
        gram = inverse.args[0]
    elif isinstance(inverse, sp.MatPow) and inverse.args[1].is_Integer and inverse.args[1] < 0:
        gram, power = inverse.args[0], -int(inverse.args[1])
    z = next(iter(gram.atoms(Gauss)), None) if gram is not None else None
    if z is None or gram != z.T * z:
        raise OutsideFragment(f"the mean of the trace of {m}", part="inverse")
    rows, cols = (grid.whole(x) for x in z.shape)
    if rows < cols:
        raise Undefined(f"a {rows} x {cols} matrix has no full column rank", part="rank")
    if power > 1 and cols > 1:
        raise OutsideFragment(f"the mean of the trace of {m}", part="inverse")
    diagonal: list[sp.Expr] = []
    for j in range(1, cols + 1):
        e = _inverse_chi_square_power(rows - j + 1, power)
        diagonal = [x * (1 + e) for x in diagonal] + [e]
    rest = sp.eye(cols)
    for f in (*factors[places[0] + 1 :], *factors[: places[0]]):
        rest = rest * _fixed(grid.matrix(f), "a random factor").to_Matrix()
    lower, variances = _factors(grid.covariance(z))
    inner = lower.inv() * rest * lower.T.inv()
    parts = (inner[j, j] / variances[j] ** power * diagonal[j] for j in range(cols))
    return grid.scalar(scalar) * sum(parts, sp.Integer(0))


def _inverse_chi_square_power(k: int, power: int) -> sp.Expr:
    """E[1/Q**power] for Q chi-square with k degrees of freedom; infinite for k <= 2 power."""
    if power == 1:
        return inverse_chi_square(k)
    if k <= 2 * power:
        return sp.oo
    half = sp.Rational(k, 2)
    return sp.gamma(half - power) / (2**power * sp.gamma(half))
