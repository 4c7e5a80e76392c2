"""Loads and judges claims for the pytest plugin, each once, and says how an item comes out."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from refutable.derivations.claim import Claim
from refutable.derivations.errors import RefutableError
from refutable.derivations.statement import Parts

from .jsonout import plain, sympy_text
from .pristine import pristine
from .pytest_plugin import engines
from .verdict import Evidence, Verdict

__all__ = ["Judged", "Ledger", "NotLoaded", "items_of"]

#: How many claims this session has collected: they share the false alarms of a run.
COLLECTED = pytest.StashKey[int]()
_OUTCOME = {"holds": "passed", "fails": "failed"}


class NotLoaded(Exception):
    """A claim file does not load; the message is the one of the command line."""


def items_of(claim: Claim, config: pytest.Config) -> tuple[str, ...]:
    """The names of a claim's items; where nothing is computed there is the word alone."""
    own = ("user",) if claim.check is not None else ()
    if claim.is_prose or isinstance(claim.statement, Parts):
        return ("verdict", *own)
    return ("verdict", *engines(config), *own)


class Ledger:
    """The claims of a file and the verdicts on those that were asked for.

    Raises NotLoaded. A claim is judged with the earlier ones that it assumes, so that a verdict
    depends neither on the order of the items nor on which of them are selected.
    """

    def __init__(self, path: Path, shown: str, config: pytest.Config):
        from .cli import format_error
        from .loader import load_file

        self.config = config
        try:
            with pristine(judging=False):
                self.claims = load_file(path, shown=shown)
                if not self.claims:
                    raise NotLoaded(f"{shown}: no claim found; make claims with claim(...)")
        except RefutableError as err:
            raise NotLoaded(format_error(err)) from err
        self.known: dict[str, Verdict] = {}
        self.errors: dict[str, str] = {}
        config.stash[COLLECTED] = config.stash.get(COLLECTED, 0) + len(self.claims)

    def judge(self, claim: Claim) -> Judged:
        """The verdict on the claim, its parts folded in, and what broke inside if something did."""
        from .judge import combine
        from .running import judge_claim
        from .selection import with_assumed

        family = [c for c in self.claims if claim.id in (c.id, c.parent)]
        with pristine():
            for c in with_assumed(family, self.claims):
                if c.id not in self.known:
                    done = {id: v for id, v in self.known.items() if id in c.assumes}
                    self.known[c.id], error = judge_claim(c, self._options(), done, None)
                    if error:
                        self.errors[c.id] = error
            # Copies: a parent must not be folded before something that assumes it is judged.
            verdicts = combine([replace(self.known[c.id]) for c in family])
        broken = [self.errors[c.id] for c in family if c.id in self.errors]
        (verdict,) = (v for v in verdicts if v.claim is claim)
        return Judged(verdict, broken)

    def _options(self) -> Any:
        from .judge import Options

        option = self.config.getoption
        fast = option("refutable_fast")
        return Options(
            seed=option("refutable_seed"),
            engines=frozenset(option("refutable_engine") or (*engines(self.config), "certificate")),
            fast=fast,
            full=option("refutable_full") or "transformer" in option("refutable_engine"),
            mutants=False,
            claims=self.config.stash[COLLECTED],
        )


@dataclass
class Judged:
    """A verdict, as the items of its claim tell it."""

    verdict: Verdict
    errors: list[str]

    def outcome(self, name: str) -> tuple[str, str]:
        """`passed`, `failed` or `skipped`, and why."""
        v = self.verdict
        if self.errors and name == "verdict":
            return "failed", "\n".join(self.errors)
        if name != "verdict":
            found = self._found(name)
            if found is None:
                return "skipped", f"the {name} engine was not needed: {v.verdict}"
            text = f"{found.outcome}: {' '.join(found.detail.split())}"
            return _OUTCOME.get(found.outcome, "skipped"), _about(v, f"{name} engine: {text}")
        if v.verdict in ("proved", "supported"):
            return "passed", v.reason
        if v.verdict == "out of scope":
            return "skipped", f"out of scope: {' '.join(v.reason.split())}"
        return "failed", page(v)

    def _found(self, engine: str) -> Evidence | None:
        """What the engine found: a failure before a success before a refusal."""
        mine = [e for e in self.verdict.evidence if e.engine == engine]
        order = ("fails", "holds")
        return min(
            mine,
            key=lambda e: order.index(e.outcome) if e.outcome in order else len(order),
            default=None,
        )

    def properties(self, name: str) -> list[tuple[str, str]]:
        """What goes into the JUnit report, all of it text."""
        v, x = self.verdict, self.verdict.counterexample
        out = {"claim": v.claim.id, "verdict": v.verdict}
        if name != "verdict":
            out["engine"] = name
            return list(out.items())
        out["reason"] = " ".join(v.reason.split())
        for key in ("paper", "locator"):
            out[key] = getattr(v.claim, key)
        out["refutes"] = v.refutes or ""
        out["counterexample"] = one_line(x) if x is not None else ""
        out["repair"] = sympy_text(v.repair.statement) if v.repair is not None else ""
        return [(key, value) for key, value in out.items() if value]


def one_line(x: Any) -> str:
    """A counterexample as text."""
    at = ", ".join(
        f"{k} = ({', '.join(val)})" if isinstance(val, list) else f"{k} = {val}"
        for k, val in plain(x.at).items()
    )
    return f"at {at}: true value {x.lhs}, stated {x.relation} {x.rhs}"


def _about(v: Verdict, said: str) -> str:
    """`FILE:LINE: claim ID: ...`, as every message of `refutable` reads."""
    c = v.claim
    return f"{c.file}:{c.line}: claim {c.id}: {said}"


def page(v: Verdict) -> str:
    """What a failing claim shows: place, word, statement, counterexample, correction."""
    from rich.console import Console

    from .findings import print_counterexample, print_repair
    from .page import Page
    from .show import print_statement

    out = io.StringIO()
    show = Page(Console(file=out, width=96, color_system=None, highlight=False, markup=False))
    show.line(_about(v, f"{v.verdict}: {' '.join(v.reason.split())}"))
    with pristine():
        print_statement(v, show)
        print_counterexample(v, show)
        print_repair(v, show)
    return out.getvalue().rstrip()
