"""One row of a recurrence against the law of the batches written out, at small sizes.

The row was found by pulling a monomial back through conditional moments. Here every batch gets its
outcomes one by one: binomial counts, a family's own list, two outcomes with a linear family's
variance, or raw normals in one dimension. Nothing of the closure but the linear step is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import comb, prod

import sympy as sp
from sympy.core.function import AppliedUndef

from .errors import OutsideFragment
from .families import Categorical, Gaussian, Scalar
from .families.cdf import Cdf
from .families.linear import Linear
from .modes import ModedSystem
from .moments import MomentSystem, Recurrence

__all__ = ["check_one_step"]

LARGEST_BATCH = 12
#: (value of a batch's statistic, probability) pairs.
Outcomes = list[tuple[sp.Expr, sp.Expr]]
GENERATION = 5
SIZES = {Categorical: (1, 2), Cdf: (1, 2), Scalar: (1, 2), Linear: (5, 6), Gaussian: (2, 3)}
#: What was done, in words.
DONE = {
    Categorical: "equals the sum over all outcomes at sizes {}",
    Cdf: "equals the sum over all outcomes at sizes {}",
    Scalar: "equals the sum over all outcomes at sizes {}",
    Linear: "equals the sum over two outcomes of the noise's variance at sizes {}",
    Gaussian: "equals the mean over raw normals in one dimension at sizes {}",
}
NOT_DONE = "not checked by itself: {}"


def check_one_step(system: MomentSystem, label: sp.Expr, r: Recurrence) -> str:
    """What was compared, in words; raises OutsideFragment where the row is wrong."""
    kind = next((k for k in SIZES if isinstance(system.process.family, k)), None)
    if kind is None:
        return NOT_DONE.format("the family gives no outcomes")
    seen: list[int] = []
    why = "its sizes or shares take no small values"
    for size in SIZES[kind]:
        try:
            same = _compare(system, label, r, size)
        except _Unfit as err:
            why = str(err)
            continue
        if not same:
            raise OutsideFragment(f"row {label} of the recurrence fails at size {size}")
        seen.append(size)
    if not seen:
        return NOT_DONE.format(why)
    return DONE[kind].format(" and ".join(map(str, seen)))


class _Unfit(Exception):
    """No comparison can be made at these values."""


def _compare(system: MomentSystem, label: sp.Expr, r: Recurrence, size: int) -> bool:
    updates, batches = system.step(r.generation)
    k = r.labels.index(label)
    row = [system.opened(e) for e in (*r.matrix[k, :], r.forcing[k, 0])]
    updates = {c: system.opened(sp.sympify(e)) for c, e in updates.items()}
    opened = {b: tuple(system.opened(sp.sympify(x)) for x in law) for b, law in batches.items()}
    put = _values(system, updates, opened, row, r.generation, size)
    state = _state(system)
    row = [_at(e, put | state) for e in row]
    known = [_at(x, put | state) for x in r.labels]
    want = sum((c * x for c, x in zip(row, known, strict=False)), row[-1])
    if isinstance(system, ModedSystem):
        got = _normals(system, label, updates, opened, put | state)
    else:
        got = _enumerated(system, label, updates, opened, put | state)
    return bool(sp.expand(got - want) == 0)


def _values(system, updates, batches, row, g, size) -> dict[sp.Basic, sp.Expr]:  # type: ignore[no-untyped-def]
    """Small numbers for the sizes, shares and other parameters of a step."""
    laws = [e for law in batches.values() for e in law]
    every = [e.xreplace({g: sp.Integer(GENERATION)}) for e in (*updates.values(), *laws, *row)]
    sizes = {s for law in batches.values() for s in _names(law[1].xreplace({g: sp.Integer(GENERATION)}))}
    own = set(system.generators()) | {system.theta} | set(getattr(system, "truths", {}).values())
    own |= set(batches) | set(system.components.values())
    family = {s for s in system.process.family.parameters if isinstance(s, sp.Symbol)}
    free = ({s for e in every for s in _names(e)} | family) - own
    out: dict[sp.Basic, sp.Expr] = {g: sp.Integer(GENERATION)}
    for s in sorted(free, key=str):
        out[s] = sp.Integer(size) if s in sizes else sp.Integer(1) if s in family else sp.Rational(1, 3)
    return out


def _names(e: sp.Expr) -> set[sp.Basic]:
    calls = e.atoms(AppliedUndef)
    inside = {s for c in calls for s in c.free_symbols}
    return calls | (e.free_symbols - inside)


def _state(system: MomentSystem) -> dict[sp.Basic, sp.Expr]:
    """Distinct numbers for the state; variances are squares, so that a normal stays rational."""
    if not isinstance(system, ModedSystem):
        out: dict[sp.Basic, sp.Expr] = {system.theta: sp.Rational(1, 3)}
        return out | {s: sp.Rational(1, j + 2) for j, s in enumerate(system.components.values())}
    truth = sp.Rational(1, 4)
    out = {system.truths["mean"]: sp.Integer(0)}
    out |= {s: truth for mode, s in system.truths.items() if mode != "mean"}
    order = list(system.components)
    for (c, mode), s in system.moded.items():
        j = order.index(c)
        mean, spread = sp.Rational(1, j + 2), sp.Rational(1, (j + 3) ** 2)
        out[s] = mean if mode == "mean" else spread + (mean**2 if mode == "second" else 0)
    return out


def _at(e: sp.Expr, values: Mapping[sp.Basic, sp.Expr]) -> sp.Expr:
    g = {k: v for k, v in values.items() if v == GENERATION and isinstance(k, sp.Symbol)}
    return sp.sympify(e).xreplace(g).xreplace(dict(values)).doit()


# -- numbers -----------------------------------------------------------------------------


def _enumerated(system, label, updates, batches, values) -> sp.Expr:  # type: ignore[no-untyped-def]
    """E[label] after one generation, all outcomes of all batches summed."""
    laws = [_outcomes(system.process.family, *(_at(x, values) for x in law), values=values)
            for law in batches.values()]  # fmt: skip
    table = {s: updates[c] for c, s in system.components.items() if c in updates}
    target = _at(label.xreplace(table), values)
    total: sp.Expr = sp.Integer(0)
    for found in product(*laws):
        put = {b: x for b, (x, _) in zip(batches, found, strict=True)}
        total += prod((w for _, w in found), start=sp.Integer(1)) * target.xreplace(put)
    return total


def _outcomes(family, law, size, chance=None, *, values) -> Outcomes:  # type: ignore[no-untyped-def]
    if not (size.is_Integer and 1 <= size <= LARGEST_BATCH):
        raise _Unfit("a size is no small number")
    if isinstance(family, Linear):
        noise = _at(family.noise(size), values)
        if not (noise.is_Rational and noise >= 0) or chance is not None:
            raise _Unfit("the noise has no finite variance")
        half, step = sp.Rational(1, 2), sp.sqrt(noise)
        return [(law + step, half), (law - step, half)]
    if not law.is_Rational:
        raise _Unfit("a law is no number")
    if chance is not None:
        return list(_filtered(law, int(size), chance))
    if isinstance(family, Scalar):
        try:
            found = family.at(dict(values)).outcomes(Fraction(int(law.p), int(law.q)), int(size))
            return [(_rational(x), _rational(w)) for x, w in found]
        except OutsideFragment as err:
            raise _Unfit(str(err)) from None
    return list(_binomial(law, int(size)))


def _rational(x: Fraction) -> sp.Rational:
    return sp.Rational(x.numerator, x.denominator)


def _binomial(q: sp.Expr, size: int) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    if not 0 <= q <= 1:
        raise _Unfit("a law leaves [0, 1]")
    for x in range(size + 1):
        yield sp.Rational(x, size), comb(size, x) * q**x * (1 - q) ** (size - x)


def _filtered(q: sp.Expr, size: int, chance: sp.Expr) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    """The mean of those kept, of `size` tried; drawn again where none is."""
    if not 0 < chance <= 1:
        raise _Unfit("a chance to be kept leaves (0, 1]")
    some = 1 - (1 - chance) ** size
    for kept in range(1, size + 1):
        w = comb(size, kept) * chance**kept * (1 - chance) ** (size - kept) / some
        for x, weight in _binomial(q, kept):
            yield x, w * weight


# -- normals -----------------------------------------------------------------------------


def _normals(system, label, updates, batches, values) -> sp.Expr:  # type: ignore[no-untyped-def]
    """E[label] after one generation, raw normals expanded: one dimension, rational deviations."""
    family = system.process.family
    of = {s: key for key, s in system.moded.items()}
    known = {"mean": {}, "spread": {}}  # type: dict[str, dict[sp.Basic, sp.Expr]]
    for c, s in system.components.items():
        for mode, kind in (("mean", "mean"), ("trace", "spread"), ("frobenius", "spread"), ("scatter", "spread")):
            if (c, mode) in system.moded:
                known[kind][s] = values[system.moded[c, mode]]
    known["mean"][system.theta], known["spread"][system.theta] = sp.Integer(0), sp.Rational(1, 4)
    if family.centre == "pool":
        raise _Unfit("covariances about the mean of all data of a fit")
    stats: dict[str, dict[sp.Basic, sp.Expr]] = {"mean": {}, "spread": {}}
    normals: list[sp.Symbol] = []
    for b, (law, size, *_) in batches.items():
        n = _at(size, values)
        if not (n.is_Integer and 2 <= n <= 4):
            raise _Unfit("a size is no small number")
        z = [sp.Dummy() for _ in range(int(n))]
        mean = sum(z) / n
        square = sum((x - mean) ** 2 for x in z) / (n - 1 if family.divisor == "n-1" else n)
        stats["mean"][b] = _pick(law, known["mean"], "mean") + sp.sqrt(_pick(law, known["spread"], "variance")) * mean
        stats["spread"][b] = _pick(law, known["spread"], "variance") * square
        normals += z

    def after(s: sp.Symbol) -> sp.Expr:
        c, mode = of[s]
        kind = "mean" if mode == "mean" else "spread"
        e = updates.get(c, system.components[c])
        return _at(e.xreplace({**stats[kind], **known[kind]}), values)

    target = sp.prod([after(s) ** k for s, k in label.as_powers_dict().items()])
    left = target.free_symbols - set(normals)
    if left:
        raise _Unfit("a step needs a moment that the row does not")
    return _gaussian_mean(target, normals)


def _pick(law: sp.Expr, known: Mapping[sp.Basic, sp.Expr], what: str) -> sp.Expr:
    if law not in known:
        raise _Unfit(f"the {what} of a source is not among the row's moments")
    return known[law]


def _gaussian_mean(e: sp.Expr, normals: list[sp.Symbol]) -> sp.Expr:
    """E of a polynomial in independent standard normals."""
    if not normals:
        return e
    total: sp.Expr = sp.Integer(0)
    for powers, c in sp.Poly(e, *normals).terms():
        if all(k % 2 == 0 for k in powers):
            total += c * prod(int(sp.factorial2(k - 1)) for k in powers)
    return total
