"""Proof scripts: lists of steps that are not trusted, run through checkers that are.

A script belongs to a claim by its id and sees the claim's statement through two placeholders, so
that it is tried on every changed version of the statement as well. What its steps have shown
before they look at the statement is kept from one version to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

import sympy as sp

from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.statement import Rel
from refutable.derivations.steps import LHS, RHS, Step

if TYPE_CHECKING:
    from .argument import Argument
    from .deduce import Deduction

__all__ = ["run", "script_of", "try_script"]


@lru_cache(maxsize=32)
def _scripts(paper: str, name: str = "SCRIPTS") -> Mapping[str, tuple[Step, ...]]:
    try:
        return getattr(import_module(f"refutable.derivations.proofs.{paper}"), name, {})
    except ModuleNotFoundError:
        return {}


def script_of(claim: Claim) -> tuple[Step, ...]:
    """The steps that are written down for this claim; none where there is no script."""
    return _scripts(claim.paper).get(claim.id, ()) if claim.paper.isidentifier() else ()


def _sharper(claim: Claim) -> tuple[Step, ...]:
    """More steps, for what the script does not reach: for sharper versions of the statement."""
    return _scripts(f"{claim.paper}_sharper", "SHARPER").get(claim.id, ())


def try_script(claim: Claim, d: Deduction, facts: tuple[Rel, ...]) -> bool:
    """Whether the claim's script proves its statement; no script, no proof."""
    steps = script_of(claim)
    if not steps:
        return False
    goals = _goals(claim.bound())
    more = _sharper(claim)
    return bool(goals) and all(
        run(steps, goal, d, facts) or (bool(more) and run((*steps, *more), goal, d, facts))
        for goal in goals
    )


def _goals(body: sp.Basic) -> list[Rel]:
    if isinstance(body, S.And):
        parts = [_goals(p) for p in body.args]
        return [r for part in parts for r in part] if all(parts) else []
    return [body] if isinstance(body, Rel) and isinstance(body.lhs, sp.Expr) else []


#: What scripts showed before they looked at a statement; the latest few.
_KEPT: dict[tuple, tuple[Argument, list[tuple[str, str]]]] = {}
_MOST_KEPT = 8


def run(steps: tuple[Step, ...], goal: Rel, d: Deduction, facts: tuple[Rel, ...] = ()) -> bool:
    """Whether the steps, each checked, lead to the goal. Says in `d` what was shown, or why not."""
    from .argument import Rejected
    from .conclude import conclude

    steps = tuple(s for s in steps if "if" not in s.args or goal.has(s.args["if"]))
    head = next((i for i, s in enumerate(steps) if _looks(s)), len(steps))
    try:
        argument, said = _start(steps[:head], d, facts)
        for step in steps[head:]:
            said = [*said, _take(_filled(step, goal), argument)]
        why = conclude(goal, argument)
    except (Rejected, OutsideFragment) as err:
        d.missing = str(err)
        return False
    if why is None:
        d.missing = f"the script does not reach {goal.lhs} {goal.op} {goal.rhs}"
        return False
    for rule, detail in [*said, ("script", why)]:
        d.say(rule, detail)
    d.lemmas += [x for x in argument.lemmas if x not in d.lemmas]
    d.shown += argument.facts
    return True


def _start(steps: tuple[Step, ...], d: Deduction, facts: tuple[Rel, ...]):  # type: ignore[no-untyped-def]
    from .argument import Argument

    claim = d.claim
    key = (claim.id, steps, tuple(sorted((str(s), str(x)) for s, x in claim.domain.items())),
           claim.assumptions, facts)  # fmt: skip
    if key not in _KEPT:
        argument, said = Argument(d, d.region.copy()), []
        for step in steps:
            said.append(_take(step, argument))
        while len(_KEPT) >= _MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)))
        _KEPT[key] = (argument, said)
    argument, said = _KEPT[key]
    fresh = argument.copy()
    fresh.d = d
    return fresh, list(said)


def _take(step: Step, argument: Argument) -> tuple[str, str]:
    """Check one step and add what it shows; (rule, what was shown)."""
    from .argument import Rejected
    from .rules import CHECKERS

    if step.rule not in CHECKERS:
        raise Rejected(f"there is no rule {step.rule!r}")
    shown = CHECKERS[step.rule](step, argument)
    for rel in shown:
        argument.know(rel)
    return step.rule, "; ".join(f"{r.lhs} {r.op} {r.rhs}" for r in shown)


def _looks(step: Step) -> bool:
    """Does the step speak of the statement that is to be proved?"""
    parts = (step.before, step.after, *step.args.values())
    return any(isinstance(p, sp.Basic) and p.has(LHS, RHS) for p in parts)


def _filled(step: Step, goal: Rel) -> Step:
    table = {LHS: goal.lhs, RHS: goal.rhs}

    def put(x: object) -> object:
        return x.xreplace(table) if isinstance(x, sp.Basic) else x

    return Step(
        step.rule, put(step.before), put(step.after), {k: put(v) for k, v in step.args.items()}
    )
