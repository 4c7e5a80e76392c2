"""The engine `user`: a claim's own `check`, for what the vocabulary does not reach.

It supports or refutes and never proves. `check(n, p)` is asked at exact instances of the domain,
smallest first (integers as int, other numbers as Fraction, vectors as tuples of Fraction), and says
True, False, or None where it cannot tell; `check()` is asked once and says True or None. It is not
our code: it runs under a time limit, and what it prints goes to stderr.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
import time
from dataclasses import replace
from fractions import Fraction

import sympy as sp

from refutable.derivations.claim import Claim
from refutable.derivations.errors import Contradiction

from .instances import instances, named
from .loadfault import advice, one_line
from .timelimit import TimeUp, time_limit
from .verdict import Counterexample, Evidence, Verdict

__all__ = ["SECONDS", "with_check"]

#: How long one claim's check may take.
SECONDS = 60.0


def with_check(v: Verdict, limit: int, seconds: float = SECONDS) -> Verdict:
    """The verdict with what the claim's own check says; `limit`: at how many instances to ask.

    Raises Contradiction where the check fails at an instance of a statement that is proved.
    """
    if v.claim.check is None:
        return v
    start = time.perf_counter()
    evidence, failing = _asked(v.claim, limit, seconds)
    evidence = replace(evidence, seconds=time.perf_counter() - start)
    v.evidence = [*v.evidence, evidence]
    if failing is not None:
        if v.verdict == "proved":
            raise Contradiction(f"{v.claim.id}: proved, but its own check fails: {evidence.detail}")
        if v.verdict != "refuted":
            v.verdict, v.reason = "refuted", evidence.detail
            v.refutes = "prose" if v.claim.is_prose else "formula"
            v.counterexample = Counterexample(
                "instance", named(failing), "False", "=", "True", "user", "user", values=failing
            )
    elif v.verdict in ("undecided", "out of scope"):
        if evidence.outcome == "holds":
            v.verdict, v.reason = "supported", f"its own check {evidence.detail}; not proved"
        else:
            v.verdict, v.reason = "undecided", f"its own check {evidence.detail}"
    return v


def _asked(claim: Claim, limit: int, seconds: float) -> tuple[Evidence, dict | None]:
    """Evidence, and the first instance at which the check fails twice."""
    holds, ats = 0, _instances(claim, limit)
    try:
        with contextlib.redirect_stdout(sys.stderr), time_limit(seconds):
            for at in ats:
                said = _one(claim, at)
                if said is False and at and _one(claim, at) is False:
                    text = f"false at {_shown(at)}, by its own check"
                    return Evidence("user", "fails", text), at
                if said is False:
                    text = "says False at no instance that could be shown, or not twice"
                    return Evidence("user", "undecided", text), None
                if said is not True and said is not None:
                    kind = type(said).__name__
                    text = f"gives {said!r}, a {kind}; let it return True, False or None"
                    return Evidence("user", "undecided", one_line(text)), None
                holds += said is True
    except KeyboardInterrupt:
        raise
    except TimeUp:
        text = f"has not ended after {seconds:g} s (--check-seconds); it held at {holds} instances"
        return Evidence("user", "undecided", text), None
    except (Exception, SystemExit) as err:
        text = f"raises {type(err).__name__}: {one_line(err)}; {advice(err)}"
        return Evidence("user", "undecided", text), None
    if not holds:
        return Evidence("user", "undecided", "could not tell at any instance"), None
    where = f"holds at {holds} instances" if ats != [{}] else "holds"
    return Evidence("user", "holds", where), None


def _instances(claim: Claim, limit: int) -> list[dict]:
    return instances(claim, limit) if _names(claim) else [{}]


def _names(claim: Claim) -> list[str]:
    return list(inspect.signature(claim.check).parameters)  # type: ignore[arg-type]


def _one(claim: Claim, at: dict) -> object:
    values = {str(s): _plain(x) for s, x in at.items()}
    return claim.check(**{name: values[name] for name in _names(claim)})  # type: ignore[operator]


def _plain(x: object) -> object:
    """A value as a user's code expects it."""
    if isinstance(x, sp.Integer):
        return int(x)
    if isinstance(x, sp.Rational):
        return Fraction(int(x.p), int(x.q))
    if isinstance(x, tuple):
        return tuple(Fraction(int(y.p), int(y.q)) if isinstance(y, sp.Rational) else y for y in x)
    return x


def _shown(at: dict) -> str:
    return ", ".join(
        f"{k} = ({', '.join(v)})" if isinstance(v, list) else f"{k} = {v}"
        for k, v in named(at).items()
    )
