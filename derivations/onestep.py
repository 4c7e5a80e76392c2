"""One row of a recurrence against the law of the batches written out, at small sizes.

The row was found by pulling a monomial back through conditional moments. Here every batch gets its
outcomes one by one: binomial counts, a family's own list, two outcomes with a linear family's
variance, or raw normals in one dimension (the normal and chi-square laws where a size is fixed and
large). Nothing of the closure but the linear step is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import sympy as sp
from sympy.core.function import AppliedUndef

from .errors import OutsideFragment
from .families import Categorical, Gaussian, Scalar
from .families.cdf import Cdf
from .families.linear import Linear
from .modes import ModedSystem
from .moments import MomentSystem, Recurrence
from .outcomes import Moments, Unfit, batch_moments

__all__ = ["check_one_step"]

#: Most normals that are written out.
MOST_NORMALS = 4
#: The generation, and the values of the sizes that are symbols.
GENERATION = 5
SIZES = {Categorical: (1, 2), Cdf: (1, 2), Scalar: (1, 2), Linear: (5, 6), Gaussian: (2, 3)}
#: What was done, in words.
DONE = {
    Categorical: "equals the sum over all outcomes of batches of {}",
    Cdf: "equals the sum over all outcomes of batches of {}",
    Scalar: "equals the sum over all outcomes of batches of {}",
    Linear: "equals the sum over two outcomes of the noise's variance in batches of {}",
    Gaussian: "equals the mean over normals in one dimension in batches of {}",
}
NOT_DONE = "not compared by itself: {}"


def check_one_step(system: MomentSystem, label: sp.Expr, r: Recurrence) -> str:
    """What was compared, in words; raises OutsideFragment where the row is wrong."""
    kind = next((k for k in SIZES if isinstance(system.process.family, k)), None)
    if kind is None:
        return NOT_DONE.format("the family gives no outcomes")
    seen: set[int] = set()
    why = "its sizes or shares take no small values"
    for size in SIZES[kind]:
        for odd in (None, *_size_names(system, r)):
            try:
                same, sizes = _compare(system, label, r, size, odd)
            except Unfit as err:
                why = str(err)
                continue
            if not same:
                raise OutsideFragment(
                    f"row {label} of the recurrence fails in batches of {_words(sizes)}"
                )
            seen |= sizes
            break
    return DONE[kind].format(_words(seen)) if seen else NOT_DONE.format(why)


def _words(sizes: set[int]) -> str:
    *first, last = map(str, sorted(sizes))
    return f"{', '.join(first)} and {last}" if first else last


def _compare(
    system: MomentSystem, label: sp.Expr, r: Recurrence, size: int, odd: sp.Basic | None
) -> tuple[bool, set[int]]:
    """Whether both agree, and the sizes of the batches at which they were compared.

    size: the value of every name in a size but `odd`, which is one (a size n/k is whole then).
    """
    updates, batches = system.step(r.generation)
    k = r.labels.index(label)
    row = [system.opened(e) for e in (*r.matrix[k, :], r.forcing[k, 0])]
    updates = {c: system.opened(sp.sympify(e)) for c, e in updates.items()}
    opened = {b: tuple(system.opened(sp.sympify(x)) for x in law) for b, law in batches.items()}
    values = _values(system, updates, opened, row, r.generation, size) | _state(system)
    if odd is not None:
        values[odd] = sp.Integer(1)
    row = [_at(e, values) for e in row]
    known = [_at(x, values) for x in r.labels]
    want = sum((c * x for c, x in zip(row, known, strict=False)), row[-1])
    after = _normals if isinstance(system, ModedSystem) else _enumerated
    got = after(system, label, updates, opened, values)
    sizes = {_at(law[1], values) for law in opened.values()}
    return _equal(got, want), {int(n) for n in sizes}


def _equal(a: sp.Expr, b: sp.Expr) -> bool:
    """Exact, roots included; Unfit where SymPy cannot say."""
    top = sp.numer(sp.together(a - b))
    if sp.expand(top) == 0:
        return True
    found = top.equals(0)
    if found is None:
        raise Unfit("two numbers with roots could not be compared")
    return bool(found)


def _values(system, updates, batches, row, g, size) -> dict[sp.Basic, sp.Expr]:  # type: ignore[no-untyped-def]
    """Small numbers for the sizes, shares and other parameters of a step."""
    laws = [e for law in batches.values() for e in law]
    every = [e.xreplace({g: sp.Integer(GENERATION)}) for e in (*updates.values(), *laws, *row)]
    sizes = _in_sizes(batches, g)
    own = set(system.generators()) | {system.theta} | set(getattr(system, "truths", {}).values())
    own |= set(batches) | set(system.components.values())
    family = {s for s in system.process.family.parameters if isinstance(s, sp.Symbol)}
    free = ({s for e in every for s in _names(e)} | family) - own
    out: dict[sp.Basic, sp.Expr] = {g: sp.Integer(GENERATION)}
    for s in sorted(free, key=str):
        out[s] = sp.Integer(size) if s in sizes else sp.Integer(1) if s in family else sp.Rational(1, 3)
    return out


def _in_sizes(batches, g) -> set[sp.Basic]:  # type: ignore[no-untyped-def]
    return {s for law in batches.values() for s in _names(law[1].xreplace({g: sp.Integer(GENERATION)}))}


def _size_names(system: MomentSystem, r: Recurrence) -> list[sp.Basic]:
    _, batches = system.step(r.generation)
    opened = {b: tuple(system.opened(sp.sympify(x)) for x in law) for b, law in batches.items()}
    return sorted(_in_sizes(opened, r.generation), key=str)


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
    """E[label] after one generation, each independent batch's outcomes summed."""
    family = system.process.family
    laws = []
    for law, size, *rest in batches.values():
        chance = _at(rest[0], values) if rest else None
        laws.append(batch_moments(family, _at(law, values), _at(size, values), chance, values))
    table = {s: updates[c] for c, s in system.components.items() if c in updates}
    return _mean(_at(label.xreplace(table), values), dict(zip(batches, laws, strict=True)))


def _mean(e: sp.Expr, laws: Mapping[sp.Basic, Moments]) -> sp.Expr:
    """E of a polynomial in independent variables."""
    if not laws:
        return e
    return sum(
        (
            c * prod((law(k) for law, k in zip(laws.values(), powers, strict=True) if k), start=sp.Integer(1))
            for powers, c in sp.Poly(e, *laws).terms()
        ),
        sp.Integer(0),
    )


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
        raise Unfit("covariances about the mean of all data of a fit")
    stats: dict[str, dict[sp.Basic, sp.Expr]] = {"mean": {}, "spread": {}}
    laws: dict[sp.Basic, Moments] = {}
    for b, (law, size, *_) in batches.items():
        n = _at(size, values)
        if not (n.is_Integer and n >= 2):
            raise Unfit("a size is no number")
        mean, scatter, found = _raw(int(n)) if n <= MOST_NORMALS else _laws(int(n))
        square = scatter / (n - 1 if family.divisor == "n-1" else n)
        stats["mean"][b] = _pick(law, known["mean"], "mean") + sp.sqrt(_pick(law, known["spread"], "variance")) * mean
        stats["spread"][b] = _pick(law, known["spread"], "variance") * square
        laws |= found

    def after(s: sp.Symbol) -> sp.Expr:
        c, mode = of[s]
        kind = "mean" if mode == "mean" else "spread"
        e = updates.get(c, system.components[c])
        return _at(e.xreplace({**stats[kind], **known[kind]}), values)

    target = sp.prod([after(s) ** k for s, k in label.as_powers_dict().items()])
    left = target.free_symbols - set(laws)
    if left:
        raise Unfit("a step needs a moment that the row does not")
    return _mean(target, laws)


def _pick(law: sp.Expr, known: Mapping[sp.Basic, sp.Expr], what: str) -> sp.Expr:
    if law not in known:
        raise Unfit(f"the {what} of a source is not among the row's moments")
    return known[law]


def _raw(n: int) -> tuple[sp.Expr, sp.Expr, dict[sp.Basic, Moments]]:
    """Mean and scatter of n standard normals, in the normals themselves."""
    z = [sp.Dummy() for _ in range(n)]
    mean = sum(z) / sp.Integer(n)
    return mean, sum((x - mean) ** 2 for x in z), dict.fromkeys(z, _normal)


def _laws(n: int) -> tuple[sp.Expr, sp.Expr, dict[sp.Basic, Moments]]:
    """The same in one normal and one chi-square variable, which are independent (Cochran)."""
    z, x = sp.Dummy(), sp.Dummy()
    chi: Moments = lambda k: prod((sp.Integer(n - 1 + 2 * j) for j in range(k)), start=sp.Integer(1))  # noqa: E731
    return z / sp.sqrt(n), x, {z: _normal, x: chi}


def _normal(k: int) -> sp.Expr:
    return sp.factorial2(k - 1) if k % 2 == 0 else sp.Integer(0)
