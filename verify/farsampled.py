"""A look far out by sampling, where exact laws are too large to be enumerated.

Pilot samples follow the margin of a relation from corners of the domain to larger sizes; the
pilots choose where to look, no more. At the places with the least margin the relation is then
tested on fresh samples. "False" is said wrongly with probability at most `WRONG` per statement,
however many places are tested.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.domain import Integers, Reals, Simplex
from refutable.derivations.errors import RefutableError

from .instances import Instance, index_symbols, instances, order_of, satisfies
from .probes import LADDER, _complete, _rungs

if TYPE_CHECKING:
    from refutable.montecarlo import Outcome

__all__ = ["WRONG", "sampled"]

#: Probability, at most, that a true statement is called false.
WRONG = 1e-9
#: Places that are tested on fresh samples, and the steps of one test.
TESTS, TEST_STEPS = 3, 20_000_000
#: Steps of a pilot, and its error: it only ranks places.
PILOT_STEPS, PILOT_ERROR = 150_000, 0.2
#: What starts add to the lowest number, and how far a climb raises it.
SIZES, GENERATIONS, CLASSES = ((0, 16, 512), 2100), ((0, 8, 40), 100), ((0, 3, 14), 66)
#: Choices of levels, climbs and their moves.
MOST, CLIMBS, MOVES = 100, 6, 5
#: Small instances that are starts as well.
SMALL = 20
#: Sides so close may be equal; a failure so clear in a pilot is tested at once.
NOISE, CLEAR = 0.003, 0.03


def sampled(claim: Claim, body: sp.Basic, seed: int) -> tuple[Instance, str] | None:
    """An instance at which sampling finds the statement false, and its words; None without.

    body: one relation between expectations, or several that must all hold.
    """
    parts = body.args if isinstance(body, S.And) else (body,)
    rels = [r for r in parts if isinstance(r, S.Rel) and _expects(r)]
    for rel in rels:
        look = _Look(claim, rel, seed, f"{claim.id}/far/{rel}", WRONG / (TESTS * len(rels)))
        if (found := look.search()) is not None:
            return found
    return None


def _expects(rel: S.Rel) -> bool:
    """A relation of numbers that are made of expectations, without limits."""
    if isinstance(rel.lhs, Q.Vec) or rel.op == "!=":
        return False
    return bool(rel.atoms(Q.Mean, Q.Prob)) and not rel.atoms(S.Lim, S.LimSup, S.LimInf)


class _Look:
    """The search for one relation: what pilots said is remembered."""

    def __init__(self, claim: Claim, rel: S.Rel, seed: int, key: str, error: float):
        self.claim, self.rel, self.seed, self.key, self.error = claim, rel, seed, key, error
        self.order = order_of(claim)
        self.late = index_symbols(claim)
        self.classes = {d.size for d in claim.domain.values() if isinstance(d, Simplex)}
        self.tested: list[Instance] = []
        self.seen: dict[tuple, float | None] = {}

    def search(self) -> tuple[Instance, str] | None:
        ends: list[tuple[float, Instance]] = []
        for start in self.best():
            ends.append(self.climb(*start))
            if ends[-1][0] > CLEAR and (found := self.test(ends[-1][1])) is not None:
                return found
        for _, at in sorted(ends, key=lambda end: -end[0]):
            if (found := self.test(at)) is not None:
                return found
        return None

    def test(self, at: Instance) -> tuple[Instance, str] | None:
        """On fresh samples, at most `TESTS` times, each place once."""
        if at in self.tested or len(self.tested) == TESTS:
            return None
        self.tested.append(at)
        out = self.ask(at, "test", TEST_STEPS, self.error)
        if out is None or out.outcome != "refuted":
            return None
        return at, f"{out.detail}; wrong with probability at most {WRONG:g}"

    def best(self) -> list[tuple[float, Instance]]:
        """For each choice of the numbers that are raised, the start with the least margin.

        Where sides are equal up to noise they may be equal altogether: such starts come last.
        """
        found: dict[tuple, tuple[float, Instance]] = {}
        for raised, at in self.starts():
            gap = self.gap(at)
            if gap is not None and gap > CLEAR:
                return [(gap, at)]
            if gap is not None and (raised not in found or gap > found[raised][0]):
                found[raised] = (gap, at)
        return sorted(found.values(), key=lambda s: (abs(s[0]) < NOISE, -s[0]))[:CLIMBS]

    def starts(self) -> Iterator[tuple[tuple, Instance]]:
        """Numbers at three levels each, few raised first; a uniform and a skew truth."""
        scalars = [s for s in self.order if isinstance(self.claim.domain[s], (Integers, Reals))]
        low = {s: _rungs(self.claim.domain[s], False, LADDER)[0] for s in scalars}
        whole = [s for s in scalars if isinstance(self.claim.domain[s], Integers)]
        levels = sorted(product(range(3), repeat=len(whole)), key=lambda r: (sum(r), r))
        for level in levels[:MOST]:
            more = {s: low[s] + self.range(s)[0][k] for s, k in zip(whole, level, strict=True)}
            for skew in (False, True):
                at = self.at({**low, **more}, skew)
                if at is not None:
                    yield tuple(k > 0 for k in level), at
        for at in instances(self.claim, SMALL):  # hypotheses may leave none of those above
            yield (), at

    def range(self, s: sp.Basic) -> tuple[tuple[int, int, int], int]:
        """What is added to a number at the start, and the largest that it may become."""
        return CLASSES if s in self.classes else GENERATIONS if s in self.late else SIZES

    def at(self, chosen: dict, skew: bool) -> Instance | None:
        there = _complete(self.claim, self.order, chosen, skew)
        return there if there is not None and satisfies(self.claim, there) else None

    def climb(self, gap: float, at: Instance) -> tuple[float, Instance]:
        """Numbers are doubled or halved one at a time, as long as that narrows the margin."""
        for _ in range(MOVES):
            near = [(g, there) for there in self.near(at) if (g := self.gap(there)) is not None]
            best = max(near, key=lambda found: found[0], default=None)
            if best is None or best[0] <= gap:
                break
            gap, at = best
            if gap > CLEAR:
                break
        return gap, at

    def near(self, at: Instance) -> Iterator[Instance]:
        skew = any(isinstance(v, tuple) and len(set(v)) > 1 for v in at.values())
        scalars = {s: v for s, v in at.items() if isinstance(v, sp.Expr)}
        for s in self.order:
            d = self.claim.domain[s]
            if not isinstance(d, Integers):
                continue
            most = self.range(s)[1]
            for v in (4 * at[s], 2 * at[s], at[s] // 2):
                if v != at[s] and v <= most:
                    there = self.at({**scalars, s: sp.Integer(v)}, skew)
                    if there is not None:
                        yield there

    def gap(self, at: Instance) -> float | None:
        """How far a pilot sees the relation fail, as a part of its larger side; negative: holds."""
        key = tuple(at.items())
        if key not in self.seen:
            self.seen[key] = self._gap(at)
        return self.seen[key]

    def _gap(self, at: Instance) -> float | None:
        out = self.ask(at, "pilot", PILOT_STEPS, PILOT_ERROR)
        if out is None:
            return None
        middle = sum(out.gap) / 2
        size = max(abs(sum(side) / 2) for side in (out.lhs, out.rhs))
        if not math.isfinite(middle) or not math.isfinite(size) or size == 0:
            return None
        sign = 1 if self.rel.op in ("<", "<=") else -1
        return (abs(middle) if self.rel.op == "=" else sign * middle) / size

    def ask(self, at: Instance, stage: str, budget: int, error: float) -> Outcome | None:
        from refutable import montecarlo  # only now: its numerical libraries take seconds to load

        place = ",".join(str(v) for v in at.values())
        try:
            return montecarlo.check(
                self.rel, at, seed=self.seed, key=f"{self.key}/{stage}/{place}",
                alpha=error, beta=min(error, 0.5), budget=budget, delta=1e-6,
            )  # fmt: skip
        except (RefutableError, ArithmeticError):
            return None
