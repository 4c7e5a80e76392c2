r"""Linear models: coefficients of the noise, and the exact test error.

A fit is w* + sum_j c_j noise_j (see `stacked`), where noise_j is the least squares fit to the label
noise of batch j alone. Its mean square in the metric Sigma is sigma^2 E tr(Sigma (X'X)^-1) over the
number of stacked copies; with X = Z Sigma^(1/2) that is sigma^2 E tr((Z'Z)^-1), Z of independent
standard normals, and different batches are uncorrelated.

E tr((Z'Z)^-1) is built up column by column (Bartlett): Z'Z = L L' with independent entries,
L_jj^2 chi-square with T - j + 1 degrees of freedom and standard normals below the diagonal, and
tr((L L')^-1) is the squared norm of L^-1. Adding the last row (b', c) to L adds
(|L^-1' b|^2 + 1) / c^2, whose mean is (F + 1) E[1/c^2], so that

    F_d = F_{d-1} + (F_{d-1} + 1) e(T - d + 1),     F_0 = 0,     e(k) = E[1/chi^2_k].

e(k) is an integral over the chi-square density, infinite for k <= 2.
"""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.errors import DomainError, OutsideFragment
from refutable.derivations.families import FirstOrder, Linear
from refutable.derivations.process import Process

from .errors import Undefined
from .ground import At, ground, integer, to_sympy
from .stacked import Noise, Runs

__all__ = [
    "coefficients",
    "inverse_chi_square",
    "inverse_gram_trace",
    "mean_square",
    "vector_coefficients",
]


def inverse_chi_square(k: int) -> sp.Expr:
    """E[1/Q] for Q chi-square with k degrees of freedom; infinite for k <= 2.

    The integral of x^(k/2 - 2) e^(-x/2) over (0, oo), divided by 2^(k/2) Gamma(k/2).

    >>> inverse_chi_square(3), inverse_chi_square(2)
    (1, oo)
    """
    if k < 1:
        raise Undefined(f"chi-square with {k} degrees of freedom", part="degrees of freedom")
    if k <= 2:
        return sp.oo
    half = sp.Rational(k, 2)
    return 2 ** (half - 1) * sp.gamma(half - 1) / (2**half * sp.gamma(half))


def inverse_gram_trace(rows: int, d: int) -> sp.Expr:
    """E tr((Z'Z)^-1) for a rows x d matrix Z of independent standard normals.

    Raises Undefined where rows < d, because Z'Z is then never invertible.

    >>> inverse_gram_trace(8, 3)
    3/4
    """
    if rows < d or d < 1:
        raise Undefined(f"a {rows} x {d} design has no full column rank", part="rank of the design")
    total: sp.Expr = sp.Integer(0)
    for j in range(1, d + 1):
        e = inverse_chi_square(rows - j + 1)
        if e is sp.oo:
            return sp.oo
        total = total + (total + 1) * e
    return total


def coefficients(process: Process, generation: int, at: At) -> list[sp.Expr]:
    """c_{n,1}, ..., c_{n,n} of the model of internal generation n: w* + sum_i c_i noise_i.

    noise_i is the least squares fit to the label noise of the one batch drawn at generation i.
    Raises OutsideFragment where a generation draws several batches.

    >>> from refutable.derivations.process import Accumulate, Draw, Model
    >>> T = sp.Symbol("T")
    >>> process = Process("acc", Linear(1, T, 1), Accumulate(Draw(Model(), T)))
    >>> coefficients(process, 3, {T: 5})
    [1, 1/2, 1/3]
    """
    runs = Runs(process, at, generation)
    a, found = runs.coefficients(runs.models[generation])
    if a != 1:
        raise OutsideFragment(f"the model holds the true weights {a} times", part="truth")
    by_generation = [sp.Integer(0)] * generation
    for noise, c in found.items():
        _single(runs, noise)
        by_generation[noise.generation - 1] = to_sympy(c)
    return by_generation


def _single(runs: Runs, noise: Noise) -> None:
    if sum(other.generation == noise.generation for other in runs.noises) > 1:
        raise OutsideFragment(
            f"generation {noise.generation} of {runs.process.name} draws several batches",
            part="noise of several batches",
        )


def _expanded(
    vec: Q.Vec, at: At
) -> tuple[dict[Q.Vec, sp.Expr], dict[Noise, sp.Expr], Process | None]:
    """A grounded vector over: vectors that stay, noise of batches; and its linear process."""
    terms = vec.terms if isinstance(vec, Q.Comb) else [(sp.Integer(1), vec)]
    stay: dict[Q.Vec, sp.Expr] = {}
    noise: dict[Noise, sp.Expr] = {}
    found: Process | None = None
    for factor, v in terms:
        if factor.free_symbols:
            raise DomainError(
                f"{sorted(map(str, factor.free_symbols))[0]} has no value in this instance"
            )
        process = v.args[0].process if isinstance(v.args[0], Q.Tag) else None
        if process is None or not isinstance(process.family, Linear):
            stay[v] = stay.get(v, sp.Integer(0)) + factor
            continue
        if found is not None and found != process:
            raise OutsideFragment("vectors of two linear processes", part="joint law")
        found = process
        if isinstance(v, Q.TruthVec):
            stay[v] = stay.get(v, sp.Integer(0)) + factor
            continue
        g = integer(process.internal(v.args[-1]), f"index of a vector of {process.name}")
        if g < 0 or (g == 0 and not isinstance(v, Q.ModelVec)):
            raise Undefined(f"{v} is from before the first fit", part="index")
        runs = Runs(process, at, g)
        if isinstance(v, Q.NoiseVec):
            mine = [x for x in runs.noises if x.generation == g]
            _single(runs, mine[0])
            noise[mine[0]] = noise.get(mine[0], sp.Integer(0)) + factor
            continue
        weights = runs.models[g] if isinstance(v, Q.ModelVec) else runs.batch(v.args[1].name, g)
        a, parts = runs.coefficients(weights)
        truth = Q.TruthVec(v.args[0])
        stay[truth] = stay.get(truth, sp.Integer(0)) + factor * to_sympy(a)
        for x, c in parts.items():
            noise[x] = noise.get(x, sp.Integer(0)) + factor * to_sympy(c)
    return stay, noise, found


def vector_coefficients(vec: Q.Vec, at: At) -> dict[Q.Vec, sp.Expr]:
    """The coefficients of a vector over vectors that are linearly independent.

    Sums are written out; models and batches of a linear process become the truth and the noise of
    its generations; the truth and vectors of no process stay. Two vectors are equal, for every
    value of the noise, when their coefficients are. Zeros are left out.
    Raises OutsideFragment where models or batches of another process remain: their coefficients
    do not decide whether two vectors are equal (see `api.same_vectors`).

    >>> i, n = sp.symbols("i n")
    >>> v = Q.AnyVec(sp.Symbol("v"))
    >>> vector_coefficients(Q.VecSum(v * i, i, 1, n), {n: sp.Integer(4)})
    {AnyVec(v): 10}
    """
    grounded = ground(vec, at)
    stay, noise, process = _expanded(grounded, at)
    out = {v: sp.simplify(c) for v, c in stay.items()}
    for v, c in out.items():
        if c != 0 and isinstance(v, (Q.ModelVec, Q.BatchVec, Q.NoiseVec)):
            raise OutsideFragment(f"{v} has no linear expansion", part="vectors of a finite law")
    for x, c in noise.items():
        assert process is not None
        runs = Runs(process, at, x.generation)
        _single(runs, x)
        out[Q.NoiseVec(Q.Tag(process), process.paper(x.generation))] = sp.simplify(c)
    return {v: c for v, c in out.items() if c != 0}


def mean_square(vec: Q.Vec, at: At) -> sp.Expr:
    """E of the squared norm, in the metric Sigma, of a grounded vector without true weights.

    Raises OutsideFragment where the true weights do not cancel, Undefined where the design has
    fewer rows than columns. Infinite where E tr((Z'Z)^-1) is.
    """
    stay, noise, process = _expanded(vec, at)
    if process is None or any(sp.simplify(c) != 0 for c in stay.values()):
        raise OutsideFragment(f"the true weights do not cancel in {vec}", part="truth")
    family = process.family
    assert isinstance(family, Linear)
    d = integer(ground(family.d, at), f"input dimension of {process.name}")
    sigma2 = ground(family.sigma2, at)
    if sigma2.free_symbols:
        raise DomainError(f"the noise variance {sigma2} has no value in this instance")
    total = sp.Integer(0)
    for x, c in noise.items():
        if isinstance(family, FirstOrder):  # a mean of rows independent terms
            total += sigma2 * c**2 / x.rows
            continue
        share = sigma2 * c**2 / x.copies
        if share != 0:
            total += share * inverse_gram_trace(x.rows, d)
    return total
