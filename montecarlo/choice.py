"""Which kernel, if any, answers a question about a process at an instance."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import sympy as sp

from refutable.derivations import quantity as Q

from . import bartlett, binomials
from .gaussian import Spread
from .kernels import (
    Chain,
    Filtered,
    FreshAccumulated,
    FreshDesigns,
    Gaussians,
    Kernel,
    Mixtures,
)
from .linear import Design
from .paths import Needs
from .plan import Step

__all__ = ["kernel_for"]

#: The urn kernel's indices have 16 bits.
LARGEST = 65535


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
    if truth and _only(e, _is_model) and (chain := _filtered(steps, tuple(truth))) is not None:
        return chain
    if truth:
        return _mixtures(needs, steps, tuple(truth))
    drawn = isinstance(design, Design) and design.rows is None and not design.ones
    if isinstance(design, Design) and drawn and _only(e, _is_error):
        sigma = design.sigma2**0.5
        if sizes and min(sizes) >= design.d:
            return FreshDesigns(design.d, tuple(sizes), sigma)
        sizes = _sizes(steps, "accumulate")
        if sizes and sizes[0] >= design.d <= 512:
            return FreshAccumulated(design.d, tuple(sizes), sigma)
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
