"""What a plot of a claim shows: both sides of a relation along one symbol, by three means.

The stated side is arithmetic; the side with random quantities comes from the exact engine and from
sampling. Points that an engine cannot give are left out, never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.domain import Integers, Reals, Schedule, Simplex
from refutable.derivations.errors import RefutableError

from ..instances import check_at, index_symbols, instances, named, prepare, satisfies
from ..values import Exact
from ..verdict import Verdict

__all__ = ["ALARM", "Curve", "Plot", "plot_of"]

#: Each sampled interval misses the true value with at most this probability.
ALARM = 1e-6
POINTS = 12  # along the axis
SAMPLED = 5  # of these
STATES = 4_000  # budget of the exact engine per value
STEPS = 250_000  # budget of sampling per point
Instance = Mapping[sp.Basic, object]


@dataclass(frozen=True)
class Curve:
    """label: what it is. means: `stated`, `exact` or `sampled`; points: (x, y) or (x, low, high)."""

    label: str
    means: str
    points: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Plot:
    """along: the name of the symbol on the axis. fixed: the values of the others."""

    along: str
    fixed: dict[str, object]
    relation: str
    curves: tuple[Curve, ...]


def plot_of(v: Verdict, seed: int, sampling: bool = True) -> Plot | None:
    """The plot of a claim, or None where its statement has no two sides in numbers."""
    claim = v.claim.read(v.claim.readings[0]) if v.claim.readings else v.claim
    try:
        ats = instances(claim, 40)
        at = _start(v, claim, ats)
        rel = None if at is None else _relation(claim.bound(), at)
        if at is None or rel is None:
            return None
        along = _axis(claim, rel)
        return None if along is None else _plot(claim, rel, along, at, seed, sampling)
    except (RefutableError, ArithmeticError, ValueError, TypeError):
        return None  # a page without a plot says what the claim's engines said all the same


def _start(v: Verdict, claim: Claim, ats: list[dict]) -> dict | None:
    """The counterexample's instance, else a middle one that is no degenerate case."""
    x = v.counterexample
    if x is not None and x.values:
        return dict(x.values)
    telling = [at for at in ats if all(_tells(value) for value in at.values())] or ats
    return telling[min(len(telling) - 1, 12)] if telling else None


def _tells(value: object) -> bool:
    """Not zero, no point mass: there, both sides of most statements vanish."""
    if isinstance(value, tuple):
        return sum(1 for x in value if x) > 1
    return value != 0


def _relation(body: sp.Basic, at: Instance) -> S.Rel | None:
    """The relation of numbers to show: one that fails, else the first with a random side."""
    parts = body.args if isinstance(body, S.And) else (body,)
    fit = [r for r in parts if isinstance(r, S.Rel) and r.op != "!=" and _shows(r)]
    for r in fit:
        try:
            if check_at(r, at).truth is False:
                return r
        except RefutableError:
            continue
    return fit[0] if fit else None


def _shows(r: S.Rel) -> bool:
    if isinstance(r.lhs, (Q.Vec, sp.MatrixExpr)) or r.atoms(S.Lim, S.LimSup, S.LimInf):
        return False
    nodes = r.atoms(Q.Mean, Q.Prob)
    return bool(nodes) and not any(isinstance(n.given, sp.Tuple) for n in nodes)


def _axis(claim: Claim, rel: S.Rel) -> sp.Symbol | None:
    """The generation, else the first integer, else the first real symbol of the relation."""
    sizes = {d.size for d in claim.domain.values() if isinstance(d, Simplex)}  # of other symbols
    free = [s for s in claim.domain if s in rel.free_symbols - sizes and isinstance(s, sp.Symbol)]
    steps = index_symbols(claim)
    for fits in (
        lambda s: s in steps,
        lambda s: isinstance(claim.domain[s], Integers),
        lambda s: isinstance(claim.domain[s], Reals),
    ):
        found = next((s for s in free if fits(s)), None)
        if found is not None:
            return found
    return None


def _plot(
    claim: Claim, rel: S.Rel, along: sp.Symbol, at: Instance, seed: int, sampling: bool
) -> Plot | None:
    ats = list(islice(_line(claim, along, at), POINTS))
    random = [side for side in (rel.lhs, rel.rhs) if side.atoms(Q.Mean, Q.Prob)]
    curves = []
    for side in (rel.lhs, rel.rhs):
        name = "" if len(random) == 1 else " left side" if side is rel.lhs else " right side"
        if side in random:
            curves.append(Curve(f"exact{name}", "exact", _points(side, along, ats)))
        else:
            label = "stated" if rel.op == "=" else "stated bound"
            curves.append(Curve(label, "stated", _points(side, along, ats)))
    if len(random) == 1 and sampling:
        points = tuple(_sampled(rel, along, ats, seed, claim.id))
        curves.append(Curve("Monte Carlo interval", "sampled", points))
    curves = [c for c in curves if c.points]
    if sum(len(c.points) for c in curves if c.means != "sampled") < 3:
        return None
    fixed = {k: x for k, x in named(at).items() if k != str(along)}
    return Plot(str(along), fixed, rel.op, tuple(curves))


def _line(claim: Claim, along: sp.Symbol, at: Instance) -> Iterator[dict]:
    """Instances that differ in one symbol and satisfy the hypotheses."""
    domain = claim.domain[along]
    members = islice(domain.members(at), 4 * POINTS)  # type: ignore[attr-defined]
    for x in sorted(set(members), key=lambda x: (float(x), str(x))):
        here = {**at, along: x}
        inside = all(
            d.contains(here[s], here)  # type: ignore[attr-defined]
            for s, d in claim.domain.items()
            if s in here and not isinstance(d, Schedule)
        )
        if inside and satisfies(claim, here):
            yield here


def _points(side: sp.Expr, along: sp.Symbol, ats: list[dict]) -> tuple[tuple[float, float], ...]:
    exact = Exact(STATES)
    out = []
    refused = 0
    for at in ats:
        try:
            y = float(exact(prepare(side), at))
        except (RefutableError, ArithmeticError, TypeError):
            refused += 1
            if refused == 2:  # larger sizes are no easier
                break
            continue
        if math.isfinite(y):
            out.append((float(at[along]), y))
    return tuple(out)


def _sampled(
    rel: S.Rel, along: sp.Symbol, ats: list[dict], seed: int, id: str
) -> Iterator[tuple[float, float, float]]:
    from refutable import montecarlo

    left = bool(rel.lhs.atoms(Q.Mean, Q.Prob))
    for at in ats[:: max(1, -(-len(ats) // SAMPLED))]:
        key = f"{id}/plot/{at[along]}"
        try:
            out = montecarlo.check(rel, at, seed=seed, key=key, alpha=ALARM, budget=STEPS)
        except (RefutableError, ArithmeticError, ValueError):
            continue
        low, high = out.lhs if left else out.rhs
        if not (math.isfinite(low) and math.isfinite(high)):
            return  # no upper limit here, none elsewhere
        yield float(at[along]), low, high
