"""Which kernel, if any, answers a question about a process at an instance."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations.families import Cdf

from . import bartlett, binomials
from .gaussian import Spread
from .kernels import (
    Chain,
    Distribution,
    Filtered,
    FreshAccumulated,
    FreshDesigns,
    Gaussians,
    Kernel,
    KnownDesigns,
    Mixtures,
    Population,
)
from .linear import Design
from .paths import Needs
from .plan import Step
from .scope import Scope
from .two_types import LARGEST as LARGEST_POPULATION

__all__ = ["kernel_for"]

#: The urn kernel's indices have 16 bits.
LARGEST = 65535
#: States times classes that a population's vectors may hold.
STATES = 1 << 22


def kernel_for(e: sp.Basic, model: Any, populations: bool = True) -> Kernel | None:
    """The kernel that samples what `e`, a tuple of (observable, condition), asks of a `Model`."""
    needs, steps, truth, design = model.needs, model.steps, model.truth, model.design
    process = model.scope.process
    if process is not None and isinstance(process.family, Cdf):
        return _distribution(steps) if _only(e, _is_error) else None
    if isinstance(design, Spread):
        schedule = _schedule(steps)
        small = len(design.eigenvalues) <= bartlett.LARGEST
        known = all(k[0] in ("model", "cov") and k[-1] > 0 for k in needs.keys)
        if schedule is None or not small or not known or needs.horizon:
            return None
        batches = ((bartlett.Batch(float(w), latest, n) for w, latest, n in f) for f in schedule)
        return Gaussians(design, tuple(map(tuple, batches)))
    if isinstance(design, Design):
        return _regression(design, steps) if _only(e, _is_error) else None
    if not truth:
        return None
    sizes = _sizes(steps)
    if sizes and len(set(sizes)) == 1:
        tokens = _tokens(e, len(truth)) if populations and not needs.horizon else None
        small = sizes[0] <= LARGEST_POPULATION and (sizes[0] + 1) * len(truth) <= STATES
        if tokens and small and _alone(e, model.scope):
            return Population(sizes[0], tuple(truth), tokens)
        if max(sizes[0], len(truth)) <= LARGEST and _only(e, _is_model):
            return Chain(sizes[0], tuple(truth))
    if _only(e, _is_model) and (chain := _filtered(steps, tuple(truth))) is not None:
        return chain
    return _mixtures(needs, steps, tuple(truth))


def _tokens(e: sp.Basic, classes: int) -> frozenset[int] | None:
    """The tokens whose joint mass is all of a model that `e` looks at; of two classes, one is."""
    if classes == 2:
        return None if e.has(Q.BatchVec, Q.NoiseVec, Q.Fixation) else frozenset({0})
    sets: set[frozenset[int]] = set()

    def looks(x: sp.Basic) -> bool:
        if isinstance(x, (Q.Coord, Q.Mass)) and isinstance(x.args[0], Q.ModelVec):
            of = [x.args[1]] if isinstance(x, Q.Coord) else list(x.args[1].args)
            if not all(i.is_Integer and 1 <= i <= classes for i in of):
                return False
            sets.add(frozenset(int(i) - 1 for i in of))
            return True
        if isinstance(x, (Q.Vec, Q.Fixation)):
            return False
        return all(looks(a) for a in x.args)

    return sets.pop() if looks(e) and len(sets) == 1 else None


def _alone(e: sp.Basic, scope: Scope) -> bool:
    """Every observable looks at one generation only."""
    return all(len({k[-1] for k in scope.needs(x).keys}) <= 1 for x in e.args)


def _distribution(steps: Sequence[Step]) -> Distribution | None:
    """Synthetic data alone; or fresh real data beside them, with one weight throughout."""
    if any(item.size > LARGEST for step in steps for item in step.items):
        return None
    sizes = _sizes(steps)
    if sizes and len(set(sizes)) == 1:
        return Distribution(sizes[0], 0, Fraction(0), False)
    found = _schedule(steps, 1)
    if found is None:
        return None
    alone = len(found[0]) == 1
    later = {tuple(sorted((latest, size, w) for w, latest, size in f)) for f in found[1:]}
    first = tuple(sorted((k > 0, size, w) for k, (w, _, size) in enumerate(found[0])))
    shape = later.pop() if later else first
    if later or [latest for latest, *_ in shape] != [False, True]:
        return None
    (_, real, share), (_, n, _) = shape
    if (alone and found[0][0][2] != real) or (not alone and first != shape):
        return None
    return Distribution(n, real, share, alone)


def _regression(design: Design, steps: Sequence[Step]) -> Kernel | None:
    sigma, how = design.sigma2**0.5, steps[0].how if steps else "pool"
    sizes, d = _sizes(steps, how), design.d
    if not sizes or design.ones:
        return None
    if design.eigenvalues and design.rows and not any(n % design.rows for n in sizes):
        copies = tuple(n // design.rows for n in sizes)
        if how == "pool" or set(copies) == {1}:
            return KnownDesigns(design.eigenvalues, sigma, copies, how != "pool")
    if design.rows is not None:
        return None
    if how == "pool" and min(sizes) >= d:
        return FreshDesigns(d, tuple(sizes), sigma)
    if how != "pool" and sizes[0] >= d <= 512:
        return FreshAccumulated(d, tuple(sizes), sigma)
    return None


def _filtered(steps: Sequence[Step], truth: tuple[Fraction, ...]) -> Filtered | None:
    """The kernel of chains whose every batch but perhaps the first passes one filter."""
    if not all(s.how == "pool" and len(s.items) == 1 and not s.once for s in steps):
        return None
    kept: list[tuple[Fraction, str] | None] = []
    for g, item in enumerate((s.items[0] for s in steps), 1):
        if item.how != "draw" or item.law is None or len(item.law.terms) != 1:
            return None
        ((_, source, real),) = item.law.terms
        if source != g - 1:
            return None
        if item.keep is None:
            kept.append(None)
        else:
            chance = item.keep.real if real else item.keep.synthetic
            kept.append((Fraction(chance), item.keep.empty))
    sizes = {s.items[0].size for s in steps}
    if len(sizes) != 1 or len(steps) < 2 or kept[1] is None or set(kept[1:]) != {kept[1]}:
        return None
    n, (keep, empty) = sizes.pop(), kept[1]
    if max(n, len(truth)) > LARGEST or kept[0] not in (None, kept[1]):
        return None
    if not n or (kept[0] is not None and empty == "keep"):
        return None  # the plain sampler says what a first model of no data is
    return Filtered(n, truth, keep, empty, kept[0] is not None)


def _mixtures(needs: Needs, steps: Sequence[Step], truth: tuple[Fraction, ...]) -> Mixtures | None:
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


def _schedule(
    steps: Sequence[Step], least: int = 2
) -> list[tuple[tuple[Fraction, bool, int], ...]] | None:
    """(weight, from the model before, size) of batches by generation, where all are fresh draws
    from the truth or from the model before (at generation 1 that is the truth)."""
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
            if sources not in ([0], [g - 1]) or item.size < least or share < 0:
                return None  # the plain sampler names what is wrong
            batches.append((Fraction(share), sources[0] > 0, item.size))
        out.append(tuple(batches))
    return out or None


def _sizes(steps: Sequence[Step], how: str = "pool") -> list[int] | None:
    """Sizes per generation where each is one plain batch from the model before, else None."""
    sizes = []
    for g, step in enumerate(steps, 1):
        if step.how != how or len(step.items) != 1 or step.once:
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
