"""Which questions a fast kernel can answer, and its paths.

The urn's and the regression's kernels keep squared norms per generation and nothing else; point
masses and collapse times follow from them. The others keep models. Kernels have streams of their
own, and the plain samplers as their oracle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy as sp

from refutable.derivations import quantity as Q

from . import bartlett, binomials, mixture, urn
from .gaussian import Spread
from .linear import Design
from .paths import Needs, Paths, common
from .plan import Step
from .streams import generator

__all__ = ["Chain", "FreshDesigns", "Gaussians", "Kernel", "Mixtures", "kernel_for"]

#: The urn kernel's indices have 16 bits.
LARGEST = 65535
Key = tuple[int, int]


@dataclass(frozen=True)
class Chain:
    """Fully synthetic chains of relative frequencies: n draws from the model before."""

    n: int
    truth: tuple[Fraction, ...]

    def sample(self, needs: Needs, key: Key, shard: int, runs: int) -> Paths:
        """One shard of replicates; each is the same whatever the shard size."""
        replicates = np.arange(shard * runs, (shard + 1) * runs, dtype=np.uint64)
        words = (key[0] & 0xFFFFFFFF, key[0] >> 32)
        p = np.array([float(x) for x in self.truth])
        paths = Paths(runs, p, common(x.denominator for x in self.truth), horizon=needs.horizon)
        squares = urn.squares(self.truth, self.n, needs.last, replicates, words)
        paths.norms, paths.norm_lattice = squares / self.n**2, common([self.n**2])
        if needs.horizon:
            single = squares[:, : needs.horizon] == self.n**2
            paths.collapsed = np.where(single.any(axis=1), single.argmax(axis=1) + 1, 0)
        return paths


@dataclass(frozen=True)
class FreshDesigns:
    """Least squares on the newest labels, a fresh Gaussian design of rows[g - 1] rows each time.

    X^+ noise is multivariate t: a normal vector z over the root of an independent chi-square with
    rows - d + 1 degrees of freedom. Only its part along the old error and the length of the rest
    matter for the length of the new error, so that a generation takes three draws.
    """

    d: int
    rows: tuple[int, ...]
    sigma: float

    def sample(self, needs: Needs, key: Key, shard: int, runs: int) -> Paths:
        """One shard: squared lengths of the errors."""
        paths = Paths(runs, np.zeros(self.d), None)
        out, square = np.empty((runs, len(self.rows))), np.zeros(runs)
        for g, rows in enumerate(self.rows):
            rng = generator(key, shard, g + 1)
            scale = self.sigma / np.sqrt(rng.chisquare(rows - self.d + 1, runs))
            along = np.sqrt(square) + scale * rng.standard_normal(runs)
            across = rng.chisquare(self.d - 1, runs) if self.d > 1 else 0.0
            square = along**2 + scale**2 * across
            out[:, g] = square
        paths.norms = out
        return paths


@dataclass(frozen=True)
class Gaussians:
    """Means and covariances of batches from the truth or the latest model, never their data."""

    spread: Spread
    schedule: tuple[tuple[bartlett.Batch, ...], ...]

    def sample(self, needs: Needs, key: Key, shard: int, runs: int) -> Paths:
        """One shard of replicates; each is the same whatever the shard size."""
        d = len(self.spread.eigenvalues)
        paths = Paths(runs, np.zeros(d), None)
        paths.true_covariance = np.diag(self.spread.eigenvalues).ravel()
        keep = sorted({k[-1] for k in needs.keys} - {0})
        words = (key[0] & 0xFFFFFFFF, key[0] >> 32)
        mean, cov = bartlett.models(
            self.spread.eigenvalues, self.schedule[: needs.last], keep, shard * runs, runs, words,
            self.spread.unbiased,
        )  # fmt: skip
        cov += np.tril(np.ones((d, d)), -1).T[:, :, None] * np.swapaxes(cov, 1, 2)
        for k, g in enumerate(keep):
            for name, v in (("model", mean[k].T), ("cov", cov[k].reshape(d * d, runs).T)):
                if (name, g) in needs.keys:
                    paths.vectors[name, g] = np.ascontiguousarray(v)
                    paths.lattice[name, g] = None
        return paths


@dataclass(frozen=True)
class Mixtures:
    """Batches from mixtures of truth and latest model, which replace or join what came before."""

    truth: tuple[Fraction, ...]
    sizes: tuple[int, ...]
    shares: tuple[Fraction, ...]
    accumulate: bool

    def sample(self, needs: Needs, key: Key, shard: int, runs: int) -> Paths:
        """One shard of replicates; each is the same whatever the shard size."""
        p = np.array([float(x) for x in self.truth])
        paths = Paths(runs, p, common(x.denominator for x in self.truth))
        keep = sorted({k[-1] for k in needs.keys})
        words = (key[0] & 0xFFFFFFFF, key[0] >> 32)
        sizes, shares = self.sizes[: needs.last], self.shares[: needs.last]
        out = mixture.chains(
            self.truth, sizes, shares, shard * runs, runs, words, self.accumulate, keep
        )
        for k, g in enumerate(keep):
            total = sum(sizes[:g]) if self.accumulate else sizes[g - 1]
            paths.vectors["model", g] = np.ascontiguousarray(out.models[k].T)
            paths.lattice["model", g] = common([total])
        return paths


Kernel = Chain | FreshDesigns | Gaussians | Mixtures


def kernel_for(
    e: sp.Basic, needs: Needs, steps: Sequence[Step], truth: Sequence[Fraction], design: object
) -> Kernel | None:
    """The kernel that samples what `e` asks for, if there is one."""
    if isinstance(design, Spread):
        schedule = _schedule(steps)
        small = len(design.eigenvalues) <= bartlett.LARGEST
        known = all(k[0] in ("model", "cov") and k[-1] > 0 for k in needs.keys)
        if schedule is None or not small or not known or needs.horizon:
            return None
        return Gaussians(design, schedule)
    sizes = _sizes(steps)
    constant = truth and sizes and len(set(sizes)) == 1
    if sizes and constant and max(sizes[0], len(truth)) <= LARGEST and _only(e, _is_model):
        return Chain(sizes[0], tuple(truth))
    if truth:
        return _mixtures(needs, steps, tuple(truth))
    if isinstance(design, Design) and design.rows is None and sizes and min(sizes) >= design.d:
        fits = _only(e, _is_error)
        return FreshDesigns(design.d, tuple(sizes), design.sigma2**0.5) if fits else None
    return None


def _mixtures(
    needs: Needs, steps: Sequence[Step], truth: tuple[Fraction, ...]
) -> Mixtures | None:
    """The kernel of single batches from truth and latest model, without filters."""
    if needs.horizon or not all(k[0] == "model" and k[-1] > 0 for k in needs.keys):
        return None
    sizes, shares = [], []
    for g, step in enumerate(steps, 1):
        item = step.items[0]
        if len(step.items) != 1 or step.once or item.how != "draw" or step.how != steps[0].how:
            return None
        if item.keep is not None or item.law is None:
            return None
        if not {t for _, t, _ in item.law.terms} <= {0, g - 1}:
            return None
        shares.append(sum((Fraction(w) for w, t, _ in item.law.terms if t == 0), Fraction(0)))
        sizes.append(item.size)
    accumulate = bool(steps) and steps[0].how == "accumulate"
    if not steps or (sum(sizes) if accumulate else max(sizes)) > binomials.LARGEST:
        return None
    return Mixtures(truth, tuple(sizes), tuple(shares), accumulate)


def _schedule(steps: Sequence[Step]) -> tuple[tuple[bartlett.Batch, ...], ...] | None:
    """Batches by generation where all are fresh draws from the truth or from the model before."""
    out = []
    for g, step in enumerate(steps, 1):
        if step.how != "pool" or step.once:
            return None
        total = sum(item.size for item in step.items)
        shares = step.weights or [Fraction(item.size, total or 1) for item in step.items]
        batches = []
        for share, item in zip(shares, step.items, strict=True):
            if item.how != "draw" or item.keep is not None or item.law is None:
                return None
            sources = [t for w, t, _ in item.law.terms if w == 1]
            if sources not in ([0], [g - 1]) or item.size < 2 or share < 0:
                return None  # the plain sampler names what is wrong
            batches.append(bartlett.Batch(float(share), sources[0] > 0, item.size))
        out.append(tuple(batches))
    return tuple(out) or None


def _sizes(steps: Sequence[Step]) -> list[int] | None:
    """Sizes per generation where each is one plain batch from the model before, else None."""
    sizes = []
    for g, step in enumerate(steps, 1):
        if step.how != "pool" or len(step.items) != 1 or step.once:
            return None
        item = step.items[0]
        if item.how != "draw" or item.keep is not None or item.law is None:
            return None
        if [(w, t) for w, t, _ in item.law.terms] != [(1, g - 1)]:
            return None
        sizes.append(item.size)
    return sizes or None


def _only(e: sp.Basic, wanted) -> bool:  # type: ignore[no-untyped-def]
    """Only squared norms and point masses of wanted vectors, and collapse times, occur."""
    if isinstance(e, (Q.SqNorm, Q.IsDirac)):
        return wanted(e.args[0])
    if isinstance(e, (Q.Vec, Q.Fixation)):
        return False
    return all(_only(a, wanted) for a in e.args)


def _is_model(v: sp.Basic) -> bool:
    return isinstance(v, Q.ModelVec)


def _is_error(v: sp.Basic) -> bool:
    """A model minus the truth, or the reverse."""
    if not isinstance(v, Q.Comb) or sorted(c for c, _ in v.terms) != [-1, 1]:
        return False
    return {type(x) for _, x in v.terms} == {Q.ModelVec, Q.TruthVec}
