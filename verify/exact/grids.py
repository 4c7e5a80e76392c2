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

import sympy as sp

from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.matrices import Gauss, MatSum, Pinv, Rank, Stacked
from refutable.derivations.quantity import Mean, Prob

from .errors import Undefined
from .linear import inverse_chi_square

__all__ = ["entries", "number"]

MOST_ENTRIES = 60


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
    grid = _Grid(_values(at))
    out = grid.matrix(m)
    if grid.variances:
        raise OutsideFragment("a random matrix outside a mean", part="random matrix")
    return out


class _Grid:
    """Explicit matrices; `variances`: the Gaussian coordinates met so far."""

    def __init__(self, values: dict):
        self.values = values
        self.variances: dict[sp.Symbol, sp.Expr] = {}
        self.made: dict[tuple, sp.Matrix] = {}

    def scalar(self, e: sp.Expr) -> sp.Expr:
        return sp.sympify(e).xreplace(self.values)

    def whole(self, e: sp.Expr) -> int:
        n = self.scalar(e)
        if not n.is_Integer:
            raise DomainError(f"{e} must be a whole number in this instance (got {n})")
        return int(n)

    def matrix(self, m: sp.Basic) -> sp.Matrix:
        if isinstance(m, sp.MatrixSymbol):
            if m not in self.values:
                raise DomainError(f"{m} has no value in this instance")
            return sp.Matrix(self.values[m])
        if isinstance(m, sp.MatrixBase):
            return sp.Matrix(m)
        if isinstance(m, Gauss):
            return self._gauss(m)
        if isinstance(m, sp.Identity):
            return sp.eye(self.whole(m.shape[0]))
        if isinstance(m, sp.ZeroMatrix):
            return sp.zeros(*(self.whole(x) for x in m.shape))
        if isinstance(m, sp.Transpose):
            return self.matrix(m.args[0]).T
        if isinstance(m, Pinv):
            return self.matrix(m.explicit)
        if isinstance(m, sp.Inverse):
            return self._inverted(self.matrix(m.args[0]))
        if isinstance(m, sp.MatPow):
            k = int(m.args[1])
            base = self.matrix(m.args[0])
            return self._inverted(base) ** -k if k < 0 else base**k
        if isinstance(m, sp.MatAdd):
            parts = [self.matrix(a) for a in m.args]
            return sum(parts[1:], parts[0])
        if isinstance(m, sp.MatMul):
            scalar, factors = m.as_coeff_matrices()
            out = self.matrix(factors[0])
            for f in factors[1:]:
                out = out * self.matrix(f)
            return out * self.scalar(scalar)
        if isinstance(m, (MatSum, Stacked)):
            body, i, a, b = m.args
            span = range(self.whole(a), self.whole(b) + 1)
            parts = [self.matrix(body.xreplace({i: sp.Integer(k)})) for k in span]
            if isinstance(m, Stacked):
                return sp.Matrix.vstack(*parts)
            return (
                sum(parts[1:], parts[0]) if parts else sp.zeros(*(self.whole(x) for x in m.shape))
            )
        raise OutsideFragment(f"a matrix of kind {type(m).__name__}", part=type(m).__name__)

    def _inverted(self, m: sp.Matrix) -> sp.Matrix:
        if m.free_symbols:
            raise OutsideFragment("the inverse of a random matrix", part="inverse")
        if m.det() == 0:
            raise Undefined("a singular matrix is inverted", part="singular")
        return m.inv()

    def _gauss(self, z: Gauss) -> sp.Matrix:
        rows, index = self.whole(z.args[1]), self.scalar(z.index)
        key = (z.args[0], index)
        if key not in self.made:
            lower, variances = _factors(self.covariance(z))
            if rows * len(variances) > MOST_ENTRIES:
                raise OutsideFragment("too many Gaussian coordinates", part="size")
            u = sp.Matrix(rows, len(variances), lambda r, c: sp.Dummy(f"u{r}{c}"))
            for r in range(rows):
                for c, v in enumerate(variances):
                    self.variances[u[r, c]] = v
            self.made[key] = u * lower.T
        return self.made[key]

    def covariance(self, z: Gauss) -> sp.Matrix:
        if isinstance(z.cov, sp.MatrixExpr):
            return self.matrix(z.cov)
        return sp.Matrix([[self.scalar(z.cov)]])


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
        return grid.matrix(e.args[0]).trace()
    if isinstance(e, Rank):
        return sp.Integer(grid.matrix(e.args[0]).rank())
    if isinstance(e, sp.Sum):
        body, (i, a, b) = e.function, *e.limits
        span = range(grid.whole(a), grid.whole(b) + 1)
        return sp.Add(*(_scalar(body.xreplace({i: sp.Integer(k)}), grid) for k in span))
    if not e.args or not e.atoms(sp.MatrixSymbol, Gauss):
        return grid.scalar(e)
    return e.func(*(_scalar(a, grid) for a in e.args))


def _mean(e: sp.Expr, grid: _Grid) -> sp.Expr:
    inverses = e.atoms(sp.Inverse, sp.MatPow, Pinv)
    if isinstance(e, sp.Trace) and any(x.atoms(Gauss) for x in inverses):
        return _bartlett(e.args[0], grid)
    plain = sp.expand(_scalar(e, grid))
    symbols = sorted(plain.free_symbols & set(grid.variances), key=str)
    if not symbols:
        return plain
    out: sp.Expr = sp.Integer(0)
    for powers, c in sp.Poly(plain, *symbols).terms():
        for u, k in zip(symbols, powers, strict=True):
            c *= 0 if k % 2 else grid.variances[u] ** (k // 2) * sp.factorial2(k - 1)
        out += c
    return out


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
        rest = rest * grid.matrix(f)
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
