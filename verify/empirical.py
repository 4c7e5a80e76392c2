"""Directions of errors, tested by training transformers: only on demand (`--full`).

An experiment told in prose may carry a direction (`empirical=`); nothing else judges it, and its
word is `supported` if every direction is seen at the stated error rates, else `undecided`. A formal
statement that is a direction is tested too, but a network is not its estimator: what is seen stands
beside the word and does not change it. Nothing here proves, and nothing refutes.
"""

from __future__ import annotations

import time
from math import inf
from typing import TYPE_CHECKING

from refutable.derivations.claim import Claim

from .verdict import Evidence, Verdict
from .words import formula

if TYPE_CHECKING:
    from .judge import Options

__all__ = ["observe", "of_prose", "told_directions"]


def of_prose(claim: Claim, options: Options) -> Verdict:
    """The verdict on a claim without a formal statement."""
    start = time.perf_counter()
    out = Verdict(claim, "out of scope", f"no formal reading: {claim.statement.text}")
    seen = None if claim.direction is None else observe(claim, options)
    if seen is None:
        return out
    out.evidence = [seen]
    if seen.outcome == "holds":
        out.verdict, out.reason = "supported", f"by training transformers: {seen.detail}"
    elif seen.outcome == "undecided":
        out.verdict, out.reason = "undecided", f"by training transformers: {seen.detail}"
    else:
        out.reason += f"; not tested: {seen.detail}"
    out.seconds = time.perf_counter() - start
    return out


def observe(claim: Claim, options: Options) -> Evidence | None:
    """What trained transformers show; None where it was not asked or there is no direction."""
    if not (options.full and "transformer" in options.engines):
        return None
    from refutable.derivations.errors import OutsideFragment
    from refutable.gpt import evidence
    from refutable.gpt.direction import directions

    try:
        directions(claim)
    except OutsideFragment as err:
        told = claim.direction is not None
        return Evidence("transformer", "out of scope", str(err)) if told else None
    seconds = inf if options.max_seconds is None else options.max_seconds
    found = evidence.evidence(claim, root=options.seed, max_seconds=seconds)
    assert found.outcome != "fails"  # a counterexample must be exact
    return Evidence(
        "transformer",
        found.outcome,
        found.detail,
        (f"{min(found.interval):.3g}", "inf") if found.interval else None,
        f"{max(found.visible):.3g}" if found.visible else None,
        found.seconds,
    )


def told_directions(claim: Claim) -> list[str]:
    """What is tested, in words that tell the processes apart; as it stands where it is none."""
    from refutable.derivations.errors import OutsideFragment
    from refutable.gpt.direction import directions

    try:
        return [str(d) for d in directions(claim)]
    except OutsideFragment as err:
        return [f"{formula(claim.empirical)}, which cannot be tested: {err}"]
