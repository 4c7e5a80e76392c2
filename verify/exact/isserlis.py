"""Gaussian loops at small sizes: raw normals, index by index, by Isserlis' theorem.

The state is the full second-moment tensor of the entries of the fitted covariances, in rationals.
A batch covariance of k draws y is the quadratic form B_ab = sum_ij A_ij y_ia y_jb with the explicit
centring matrix A; its second moments are summed over all i, j, k, l with

    E[y_ia y_jb y_kc y_ld] = [i=j][k=l] C_ab C_cd + [i=k][j=l] C_ac C_bd + [i=l][j=k] C_ad C_bc.

Nothing here knows a Wishart moment, traces or invariants: it is the oracle of the symbolic closure.
Served: one Pool of Draw/Once-free batches from the truth or the latest model with explicit or size
weights. Sizes up to about 6, dimension up to 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import product

import sympy as sp
from flint import fmpq

from refutable.derivations import quantity as Q
from refutable.derivations.errors import BudgetExceeded, DomainError, OutsideFragment
from refutable.derivations.families import Gaussian
from refutable.derivations.process import Draw, Model, Pool, Process, Truth

__all__ = ["gaussian_mean", "truth_value"]

MAX_WORK = 3_000_000
Tensor = dict[tuple[int, int, int, int], fmpq]
Matrix = dict[tuple[int, int], fmpq]


def _rational(e: sp.Expr, at: Mapping) -> fmpq:
    got = e.xreplace({k: v for k, v in at.items() if isinstance(v, sp.Expr)})
    if not got.is_Rational:
        raise OutsideFragment(f"{e} is no rational number here", part=str(e))
    return fmpq(int(got.p), int(got.q))


def centring(k: int, divisor: str) -> dict[tuple[int, int], fmpq]:
    """A with B_ab = sum_ij A_ij y_ia y_jb: draws centred at their own mean, divided."""
    if k < 2:
        raise DomainError(f"a sample covariance needs at least two draws (got {k})")
    c = fmpq(1, k - 1 if divisor == "n-1" else k)
    return {(i, j): c * (fmpq(i == j) - fmpq(1, k)) for i, j in product(range(k), repeat=2)}


@lru_cache(maxsize=64)
def _weights(k: int, divisor: str) -> tuple[fmpq, fmpq, fmpq, fmpq]:
    """The trace of A, and the index sums of A_ij A_kl for the three pairings of the four draws."""
    a = centring(k, divisor)
    level = sum((a[i, i] for i in range(k)), fmpq(0))
    same = sum((a[i, i] for i in range(k)), fmpq(0)) ** 2
    cross = sum((a[i, j] * a[i, j] for i, j in product(range(k), repeat=2)), fmpq(0))
    twist = sum((a[i, j] * a[j, i] for i, j in product(range(k), repeat=2)), fmpq(0))
    return level, same, cross, twist


class _Loop:
    """The law of one process at an instance, up to second moments."""

    def __init__(self, process: Process, at: Mapping):
        self.process, self.at = process, at
        family = process.family
        assert isinstance(family, Gaussian)
        self.divisor = family.divisor
        spectrum = at.get(family.truth)
        if not isinstance(spectrum, tuple) or not spectrum or min(spectrum) <= 0:
            raise DomainError(f"{family.truth} needs positive eigenvalues (got {spectrum!r})")
        self.dim = len(spectrum)
        zero = fmpq(0)
        self.truth: Matrix = {
            (a, b): fmpq(int(spectrum[a].p), int(spectrum[a].q)) if a == b else zero
            for a, b in product(range(self.dim), repeat=2)
        }

    def _batches(self, g: int) -> list[tuple[fmpq, bool, int]]:
        """(weight, drawn from the latest model, size) of every batch of generation g."""
        fit = self.process.fit_at(g)
        if not isinstance(fit, Pool):
            raise OutsideFragment("a Gaussian loop that accumulates", part="Accumulate")
        at = {**self.at, self.process.index: self.process.paper(g)}
        found, sizes = [], []
        for b in fit.batches:
            if not isinstance(b, Draw) or b.keep is not None or b.source not in (Truth(), Model(1)):
                raise OutsideFragment(f"batch {b!r} in a Gaussian loop", part=repr(b))
            sizes.append(_rational(b.size, at))
            found.append(b.source == Model(1) and g > 1)
        if fit.weights is not None:
            weights = [_rational(w, at) for w in fit.weights]
        else:
            weights = [s / sum(sizes, fmpq(0)) for s in sizes]
        if any(s.q != 1 or s < 1 for s in sizes):
            raise DomainError("sizes must be integers >= 1")
        return [(w, f, int(s.p)) for w, f, s in zip(weights, found, sizes, strict=True)]

    def run(self, generation: int) -> tuple[Matrix, Tensor, fmpq]:
        """E[S_ab], E[S_ab S_cd] and E|mean - true mean|^2 of the model of this generation."""
        quads = list(product(range(self.dim), repeat=4))
        mean = dict(self.truth)
        second: Tensor = {(a, b, c, d): self.truth[a, b] * self.truth[c, d] for a, b, c, d in quads}
        spread = fmpq(0)
        for g in range(1, generation + 1):
            batches = self._batches(g)
            if sum(k**2 for *_, k in batches) * len(quads) > MAX_WORK:
                raise BudgetExceeded("too many raw normals", part="size of a Gaussian batch")
            mean, second, spread = self._step(batches, mean, second, spread, quads)
        return mean, second, spread

    def _step(self, batches, mean, second, spread, quads):  # type: ignore[no-untyped-def]
        truth, zero = self.truth, fmpq(0)
        new_mean = dict.fromkeys(mean, zero)
        new_second = dict.fromkeys(quads, zero)
        carried = sum((w for w, model, _ in batches if model), zero)
        new_spread = carried**2 * spread
        firsts = []  # (weight, model?, factor of E[B] over its law)
        for w, model, k in batches:
            level, same, cross, twist = _weights(k, self.divisor)
            firsts.append((w * level, model))
            law = mean if model else truth
            for key in new_mean:
                new_mean[key] += w * level * law[key]
            new_spread += w**2 * sum((law[x, x] for x in range(self.dim)), zero) / k
            pair = second if model else None
            for x, y, u, v in quads:
                if pair is None:
                    three = (
                        truth[x, y] * truth[u, v],
                        truth[x, u] * truth[y, v],
                        truth[x, v] * truth[y, u],
                    )
                else:
                    three = (pair[x, y, u, v], pair[x, u, y, v], pair[x, v, y, u])
                new_second[x, y, u, v] += w**2 * (
                    same * three[0] + cross * three[1] + twist * three[2]
                )
        for i, (wi, mi) in enumerate(firsts):
            for j, (wj, mj) in enumerate(firsts):
                if i == j:
                    continue
                for x, y, u, v in quads:
                    if mi and mj:
                        both = second[x, y, u, v]
                    else:
                        both = (mean if mi else truth)[x, y] * (mean if mj else truth)[u, v]
                    new_second[x, y, u, v] += wi * wj * both
        return new_mean, new_second, new_spread


def truth_value(node: sp.Expr, at: Mapping) -> fmpq:
    """Trace or squared Frobenius norm of the true covariance."""
    v = node.args[0]
    if not isinstance(v, Q.TruthCov) or not isinstance(node, (Q.Trace, Q.SqNorm)):
        raise OutsideFragment(f"{node} of a Gaussian truth", part=str(node))
    truth = _Loop(v.args[0].process, at).truth
    if isinstance(node, Q.Trace):
        return sum((x for (a, b), x in truth.items() if a == b), fmpq(0))
    return sum((x * x for x in truth.values()), fmpq(0))


def gaussian_mean(x: sp.Expr, at: Mapping) -> fmpq:
    """The mean of a sum of terms, each a number times one functional of the latest model."""
    total = fmpq(0)
    for term in sp.Add.make_args(sp.expand(x)):
        c, random = fmpq(1), sp.Integer(1)
        for f in sp.Mul.make_args(term):
            if f.atoms(Q.ModelVec, Q.CovVec):
                random *= f
            elif f.atoms(Q.TruthCov):
                base, power = f.as_base_exp()
                c *= truth_value(base, at) ** int(power)
            else:
                c *= _rational(f, at)
        total += c * (fmpq(1) if random == 1 else _one(random, at))
    return total


def _one(piece: sp.Expr, at: Mapping) -> fmpq:
    """E of a square norm of (model - truth), of (covariance - true covariance), or of traces."""
    powers = dict(piece.as_powers_dict())
    if len(powers) != 1:
        raise OutsideFragment(f"the mean of {piece} in a Gaussian loop", part=str(piece))
    ((node, power),) = powers.items()
    vec = node.args[0]
    terms = vec.terms if isinstance(vec, Q.Comb) else [(sp.Integer(1), vec)]
    moving = [(c, v) for c, v in terms if isinstance(v, (Q.ModelVec, Q.CovVec))]
    fixed = [(c, v) for c, v in terms if isinstance(v, (Q.TruthVec, Q.TruthCov))]
    if len(moving) != 1 or len(moving) + len(fixed) != len(terms):
        raise OutsideFragment("several generations of a Gaussian loop", part=str(vec))
    (c, v), still = moving[0], sum((cc for cc, _ in fixed), sp.Integer(0))
    process = v.args[0].process
    generation = _rational(process.internal(v.args[1]), at)
    if generation.q != 1 or generation < 0:
        raise DomainError(f"generation {generation} does not exist")
    loop = _Loop(process, at)
    mean, second, spread = loop.run(int(generation.p))
    cm, cf = _rational(c, at), _rational(still, at)
    pairs = list(product(range(loop.dim), repeat=2))
    if isinstance(v, Q.ModelVec):
        if not isinstance(node, Q.SqNorm) or power != 1 or cm + cf != 0:
            raise OutsideFragment("only distances of means are known", part=str(node))
        return cm**2 * spread
    if isinstance(node, Q.SqNorm) and power == 1:
        return sum(
            (
                cm**2 * second[x, y, x, y]
                + 2 * cm * cf * mean[x, y] * loop.truth[x, y]
                + cf**2 * loop.truth[x, y] ** 2
                for x, y in pairs
            ),
            fmpq(0),
        )
    diagonal = range(loop.dim)
    if isinstance(node, Q.Trace) and power == 1:
        return sum((cm * mean[x, x] + cf * loop.truth[x, x] for x in diagonal), fmpq(0))
    if isinstance(node, Q.Trace) and power == 2 and not fixed:
        return cm**2 * sum((second[x, x, y, y] for x in diagonal for y in diagonal), fmpq(0))
    raise OutsideFragment(f"the mean of {piece} in a Gaussian loop", part=str(piece))
