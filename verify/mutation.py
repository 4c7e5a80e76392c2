"""The tally of a claim's mutants: killed, equivalent, implied, true, or undetected."""

from __future__ import annotations

import time
from contextvars import copy_context
from dataclasses import replace

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.domain import Integers
from refutable.derivations.errors import DomainError, NoLimit, OutsideFragment, RefutableError
from refutable.derivations.normal import is_zero

from .argument import Argument
from .climbing import climb, corners_fail
from .deduce import Deduction, deduce
from .effort import fewer_steps
from .exact import Undefined
from .extremes import last_look
from .farsampled import sampled
from .instances import check_at, instances, named
from .met import met
from .monotone import obligations
from .mutants import MAX_MUTANTS, Mutant, mutants_of
from .premises import barely
from .probes import far
from .proofs import script_of
from .region import region_of
from .shifted import shifted, specialised
from .timelimit import TimeUp, time_limit
from .values import Exact, Symbolic
from .vectortext import value_text
from .verdict import MutantTally

__all__ = ["fate", "tally"]

STEP = "a.weakening"  # an id of its own: no proof script of the claim is run for it
INSTANCES = 120  # those of the judge, whose values are known
KEPT = 0.4  # of a mutant's time, for sampling
MAX_REFUSALS = 8  # in a row, before anything was told: the engine does not read the statement
WEAKER = {("<", "<="), (">", ">="), ("=", "<="), ("=", ">="), ("<", "!="), (">", "!=")}


def tally(
    claim: Claim,
    exact: Exact,
    facts: tuple[S.Rel, ...] = (),
    limit: int = MAX_MUTANTS,
    known: Deduction | None = None,
    seed: int | None = None,
    seconds: float | None = None,
) -> MutantTally:
    """What became of the mutants of the claim's (true) statement, at most `limit` of them.

    known: what was deduced of this very claim, if it was.  seed: of the samples that look further
    out than exact laws reach; None for no sampling.  seconds: the limit for each mutant.
    """
    out = MutantTally()
    ats = instances(claim, INSTANCES)
    base = known or deduce_quietly(claim, facts)
    for mutant in mutants_of(claim, limit):
        word, why = _in_time(claim, mutant, (ats, exact, base, facts), seed, seconds)
        out.total += 1
        out.rows.append({"change": mutant.change, "rule": mutant.rule, "fate": word, "why": why})
        if word == "undetected":
            out.undetected.append(mutant.change)
        else:
            setattr(out, word, getattr(out, word) + 1)
    return out


def _in_time(
    claim: Claim, mutant: Mutant, known: tuple, seed: int | None, seconds: float | None
) -> tuple[str, str]:
    """The fate by instances and proofs, else by sampling, for which a part of the time is kept."""
    late = "undetected", f"ran out of its {seconds or 0:g} s of processor time (--mutant-seconds)"
    first = seconds if seconds is None or seed is None else (1 - KEPT) * seconds
    start = time.process_time()
    try:
        with time_limit(first, processor=True):
            word, why = copy_context().run(_judged, claim, mutant, *known)
    except TimeUp:
        word, why = late
    if word != "undetected" or seed is None:
        return word, why
    changed = replace(claim, statement=mutant.statement, readings=())
    left = None if seconds is None else max(1.0, seconds - (time.process_time() - start))
    try:
        with time_limit(left, processor=True):
            found = sampled(changed, changed.bound(), seed)
    except TimeUp:
        return late
    return (word, why) if found is None else ("killed", f"false at {_text(found[0])} by sampling: {found[1]}")


def _judged(  # type: ignore[no-untyped-def]
    claim: Claim, mutant: Mutant, ats: list[dict], exact: Exact, base, facts
) -> tuple[str, str]:
    """The fate with few steps of the solver, then with all of them."""
    with fewer_steps():
        word, why = fate(claim, mutant, ats, exact, base, facts)
    if word != "undetected":
        return word, why
    return _with_all_steps(claim, mutant, facts) or (word, why)


def _with_all_steps(
    claim: Claim, mutant: Mutant, facts: tuple[S.Rel, ...]
) -> tuple[str, str] | None:
    """What a proof with the solver's full effort says, where few steps did not do.

    A script is not run again: where it fails, it fails late, and more steps seldom help it.
    """
    if script_of(claim):
        return None
    changed = replace(claim, statement=mutant.statement, readings=())
    d = deduce_quietly(changed, facts)
    if d is not None and d.proved:
        return "true", "; ".join(f"{r}: {t}" for r, t in d.lines[-1:])
    against = _opposite(changed.statement)
    opposite = None if against is None else deduce_quietly(replace(changed, statement=against), facts)
    return ("killed", "its opposite is proved") if opposite and opposite.proved else None


def deduce_quietly(claim: Claim, facts: tuple[S.Rel, ...]) -> Deduction | None:
    try:
        return deduce(claim, facts)
    except RefutableError:
        return None


def fate(
    claim: Claim,
    mutant: Mutant,
    ats: list[dict],
    exact: Exact,
    base: Deduction | None,
    facts: tuple[S.Rel, ...],
) -> tuple[str, str]:
    """(killed | equivalent | implied | true | undetected, why)."""
    try:
        changed = replace(claim, statement=mutant.statement, readings=())
        body = changed.bound()
    except RefutableError as err:
        return "killed", f"is no statement: {err}"
    if _unshifted(body) == _unshifted(claim.bound()):
        return "equivalent", "a limit does not see a shift of its index"
    if (later := shifted(claim, body)) is not None:
        return "implied", f"the statement at {later} + 1, which is in its domain"
    if (pair := specialised(claim, body)) is not None:
        return "implied", f"the statement at {pair[0]} = {pair[1]}, which is in its domain"
    undefined = told = 0
    for value in (exact, Symbolic(base) if base is not None else None):
        if value is None:
            continue
        refused = answered = 0
        for at in ats:
            if refused == MAX_REFUSALS and not answered:
                break
            try:
                c = check_at(body, at, value)
            except (Undefined, ZeroDivisionError):
                undefined += value is exact
                continue
            except NoLimit as err:
                return "killed", f"there is no such limit: {err}"
            except OutsideFragment as err:
                undefined += err.part == "index"
                refused += 1
                continue
            except DomainError as err:
                return "killed", f"asks for what does not exist: {err}"
            if c.truth is False:
                return (
                    "killed",
                    f"{c.lhs} {c.rel.op if c.rel else 'in'} {c.rhs} is false at {_text(at)}",
                )
            undefined += c.truth is None and bool(c.note)
            answered += 1
            told += c.truth is True
    if undefined and not (told and _undefined_too(claim, ats, exact)):
        return "killed", "not defined on the whole domain"
    original = claim.expanded()
    plain = changed.expanded()
    if _implied(original, plain):
        return "implied", "a weaker relation"
    if _equivalent(claim, original, plain):
        return "equivalent", "the same after normalisation"
    if _weaker_bound(claim, original, plain):
        return "implied", "a weaker bound"
    by_script = bool(script_of(claim))
    if by_script and (found := _far_out(changed, body, exact)) is not None:
        return "killed", f"false at {_text(found)}"  # cheaper than a script that fails
    d = deduce_quietly(changed, facts)
    if d is not None and d.proved:
        return "true", "; ".join(f"{r}: {t}" for r, t in d.lines[-1:])
    for at in (*barely(claim, ats), *barely(changed, ats)) if base is not None else ():
        if _false_at(body, at, Symbolic(base)):
            return "killed", f"false at {_text(at)}, where a premise barely holds"
    for at in met(changed, ats):
        if _false_at(body, at, exact):
            return "killed", f"false at {_text(at)}, which satisfies the premise"
    if not by_script and (found := _far_out(changed, body, exact)) is not None:
        return "killed", f"false at {_text(found)}"
    return _at_last(changed, body, claim.bound(), d, exact, facts)


def _far_out(changed: Claim, body: sp.Basic, exact: Exact) -> dict | None:
    """A larger instance at which the statement is false."""
    for at in instances(changed, 200, extra=2):
        if _false_at(body, at, exact):
            return at
    found = far(changed, body, exact, 80)
    return corners_fail(changed, body, exact) if found is None else found[0]


def _at_last(
    changed: Claim,
    body: sp.Basic,
    true: sp.Basic,
    d: Deduction | None,
    exact: Exact,
    facts: tuple[S.Rel, ...],
) -> tuple[str, str]:
    """For one relation, a proof of its opposite; then corners of the domain."""
    against = _opposite(changed.statement)
    if against is not None:
        opposite = deduce_quietly(replace(changed, statement=against), facts)
        if opposite is not None and opposite.proved:
            return "killed", "its opposite is proved"
    corner = last_look(changed, body, true, exact)
    if corner is not None:
        return "killed", f"does not hold at {_text(corner)}"
    if (found := climb(changed, body, exact)) is not None:
        return "killed", f"false at {_text(found)}"
    return "undetected", d.missing if d else "no engine reads it"


def _false_at(body: sp.Basic, at: dict, value: Exact | Symbolic) -> bool:
    try:
        return check_at(body, at, value).truth is False
    except (RefutableError, ZeroDivisionError):
        return False


def _opposite(st: sp.Basic) -> sp.Basic | None:
    """A statement that excludes this one, everywhere or for one of its parts; None without."""
    if isinstance(st, S.Rel):
        return None if isinstance(st.lhs, Q.Vec) else st.negated
    if isinstance(st, S.Exists):
        return S.Not(st)
    if isinstance(st, S.And):
        parts = [x for x in map(_opposite, st.args) if x is not None]
        return S.Or(*parts) if parts else None
    return None


def _undefined_too(claim: Claim, ats: list[dict], exact: Exact) -> bool:
    """Whether the statement itself is not defined everywhere either."""
    body = claim.bound()
    for at in ats:
        try:
            c = check_at(body, at, exact)
        except (Undefined, ZeroDivisionError):
            return True
        except OutsideFragment:
            continue
        if c.truth is None and c.note:
            return True
    return False


def _weaker_bound(claim: Claim, original: sp.Basic, changed: sp.Basic) -> bool:
    """One side of an inequality was moved away: shown for that side alone."""
    old = original.args if isinstance(original, S.And) else (original,)
    new = changed.args if isinstance(changed, S.And) else (changed,)
    if len(old) != len(new) or not all(isinstance(x, S.Rel) for x in (*old, *new)):
        return False
    steps: list[S.Rel] = []
    for a, b in zip(old, new, strict=True):
        if a == b:
            continue
        if a.op != b.op or a.op not in ("<", "<=", ">", ">=") or isinstance(a.lhs, Q.Vec):
            return False
        wide = a.op[0] + "="
        steps += [S.Rel(wide, b.lhs, a.lhs)] if a.lhs != b.lhs else []
        steps += [S.Rel(wide, a.rhs, b.rhs)] if a.rhs != b.rhs else []
    return bool(steps) and all(_certain(claim, step) for step in steps)


def _certain(claim: Claim, step: S.Rel) -> bool:
    """Is one step of a weakening proved, as it stands or taken apart?"""
    a, b = (step.lhs, step.rhs) if step.op == "<=" else (step.rhs, step.lhs)
    if _at_sight(step):
        return True
    ways = [[step], obligations(a, b), obligations(a, b, small=True)]
    for k, parts in enumerate(ways):
        if parts not in ways[:k] and all(_part(claim, r) for r in parts):
            return True
    return False


def _part(claim: Claim, r: S.Rel) -> bool:
    """One obligation; of two sums over one range, term by term."""
    if r.op == "<=" and isinstance(r.lhs, sp.Sum) and isinstance(r.rhs, sp.Sum):
        (i, lo, hi), *more = r.lhs.limits
        if not more and r.rhs.limits == r.lhs.limits and i not in claim.domain:
            inside = replace(claim, domain={**claim.domain, i: Integers(lo, hi)})
            return _certain(inside, S.Rel("<=", r.lhs.function, r.rhs.function))
    return _shown(replace(claim, id=STEP, statement=r, readings=()))


def _shown(claim: Claim) -> bool:
    """Is one relation proved, also by the ranges of its quantities and the cases of its functions?"""
    d = deduce_quietly(claim, ())
    if d is None or d.proved:
        return d is not None
    return Argument(d, d.region.copy()).prove(claim.bound())


def _at_sight(step: S.Rel) -> bool:
    """Sides that differ by a number, whatever is in them."""
    gap = step.rhs - step.lhs
    return bool(gap.is_number and (gap >= 0 if step.op == "<=" else gap <= 0))


def _text(at: dict) -> str:
    return ", ".join(f"{k} = {value_text(v)}" for k, v in named(at).items())


def _unshifted(e: sp.Basic) -> sp.Basic:
    """`e` with the limit of a mean at generation x + c, as x tends to infinity, as that at x."""
    return e.xreplace({x: _at_the_index(x) for x in e.atoms(S.Lim, S.LimSup, S.LimInf)})


def _at_the_index(node: S.Lim | S.LimSup | S.LimInf) -> sp.Expr:
    body, x, to = node.args
    if to is not sp.oo or not isinstance(body, Q.Mean):
        return node
    found = {v.args[-1] for v in body.atoms(Q.ModelVec, Q.BatchVec, Q.CovVec)}
    found = {index for index in found if x in index.free_symbols}
    if len(found) != 1 or not ((index := found.pop()) - x).is_Integer:
        return node
    elsewhere = x in body.xreplace({index: sp.Dummy()}).free_symbols
    return node if elsewhere else node.func(body.xreplace({index: x}), x, to)


def _implied(original: sp.Basic, changed: sp.Basic) -> bool:
    if isinstance(original, S.Rel) and isinstance(changed, S.Rel):
        return (original.op, changed.op) in WEAKER and original.args[1:] == changed.args[1:]
    if (
        isinstance(original, S.And)
        and isinstance(changed, S.And)
        and len(original.args) == len(changed.args)
    ):
        return all(
            a == b or _implied(a, b) for a, b in zip(original.args, changed.args, strict=True)
        )
    return False


def _equivalent(claim: Claim, original: sp.Basic, changed: sp.Basic) -> bool:
    """The same relation between expressions that agree as normal forms."""
    pairs = list(zip(S.relations(original), S.relations(changed), strict=False))
    region = region_of(claim, [])
    for a, b in pairs:
        if a == b:
            continue
        if a.op != b.op or not all(isinstance(x, sp.Expr) for x in (*a.args[1:], *b.args[1:])):
            return False
        try:
            if not is_zero((a.lhs - a.rhs) - (b.lhs - b.rhs), region.integers, region.positive):
                return False
        except RefutableError:
            return False
    return bool(pairs) and len(list(S.relations(original))) == len(list(S.relations(changed)))
