"""Sampling as a third opinion: one instance, both error rates stated."""

from __future__ import annotations

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.errors import RefutableError

from .verdict import Evidence

__all__ = ["BUDGET", "FALSE_ALARM", "FALSE_PASS", "sample"]

FALSE_ALARM = 1e-9  # of a whole run
FALSE_PASS = 1e-6
BUDGET = 1_000_000


def sample(
    claim: Claim, body: sp.Basic, ats: list[dict], seed: int, claims: int
) -> Evidence | None:
    """What sampling says of the first relation with random quantities, at a middle instance."""
    rel = next(
        (
            r
            for r in S.relations(body)
            if r.atoms(Q.Mean, Q.Prob)
            and not isinstance(r.lhs, Q.Vec)
            and not r.atoms(S.Lim, S.LimSup, S.LimInf)
        ),
        None,
    )
    if rel is None or not isinstance(body, (S.Rel, S.And)):
        return None
    from refutable import montecarlo  # only now: its numerical libraries take seconds to load

    at = ats[min(len(ats) - 1, 12)]
    try:
        out = montecarlo.check(
            rel,
            at,
            seed=seed,
            key=claim.id,
            alpha=FALSE_ALARM / max(1, claims),
            beta=FALSE_PASS,
            budget=BUDGET,
        )
    except RefutableError as err:
        part = getattr(err, "part", None) or str(err)
        return Evidence("montecarlo", "out of scope", part)
    word = {"refuted": "fails", "open": "undecided"}.get(out.outcome, "holds")
    low, high = (f"{x:.6g}" for x in out.gap)
    return Evidence(
        "montecarlo", word, f"{out}; {out.detail}", (low, high), f"{out.visible:.3g}", out.seconds
    )
