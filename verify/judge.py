"""The judge: engines answer, the judge compares. A verdict is computed, never typed.

For one reading of one claim:

1. instances of the domain, smallest first; none means that the hypotheses exclude everything;
2. the exact engine evaluates the statement at each; the first failure is the counterexample, and
   an engine that did not find it must confirm it;
3. otherwise the symbolic engine derives the quantities and tries to prove the statement; its
   values are compared with the exact ones, and a difference is an internal error;
4. otherwise sampling looks at an instance, and the word is `supported` or `undecided`.

Transformers are trained on demand only, and only for directions of errors (`empirical`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import sympy as sp
from sympy.core.function import AppliedUndef

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.errors import Contradiction, OutsideFragment, RefutableError

from .boundary import boundary_table
from .confirm import confirm
from .deduce import Deduction, deduce
from .edges import edge_instances
from .empirical import observe, of_prose
from .exact import Undefined
from .implied import implied
from .instances import Check, candidates, check_at, instances, named, relevant, satisfies
from .met import met
from .mutation import tally
from .probes import far
from .proofs import script_of
from .repair import find_repair
from .rewrites import rewrite
from .sampling import sample
from .slack import slack_of
from .undefined import Undefined as Nowhere
from .undefined import division_by_zero
from .usercheck import SECONDS, with_check
from .values import Exact, Symbolic, cross_check
from .vectortext import value_text
from .verdict import Counterexample, Evidence, ReadingVerdict, Verdict, weakest
from .why import letters, why_proved

__all__ = ["FEW_INSTANCES", "INSTANCES", "SOME_MUTANTS", "Options", "combine", "judge", "judge_one"]

ENGINES = frozenset({"symbolic", "exact", "certificate", "montecarlo", "transformer"})
#: What these say can always be evaluated: where no engine does, it is left undecided.
DECIDABLE = frozenset({"identity", "recurrence", "closed form"})
#: Mutants of a claim in a plain run; a full one, `mutants`, `show` and `audit` try them all.
SOME_MUTANTS = 4
#: Of a claim with a proof script fewer: the script is run for every one that instances leave.
SCRIPT_MUTANTS = 2
#: Most mutants need less than a second, those of a long proof script some ten.
MUTANT_SECONDS = 180.0
#: Instances looked at; with `--fast` the smaller number.
INSTANCES = 120
FEW_INSTANCES = 40
CROSS = 4  # instances at which the engines are compared quantity by quantity


@dataclass(frozen=True)
class Options:
    """What to use and how much of it. Verdicts do not depend on jobs or time."""

    seed: int = 0
    engines: frozenset[str] = ENGINES
    fast: bool = False
    full: bool = False
    jobs: int = 1
    max_seconds: float | None = None
    instances: int = INSTANCES
    mutants: bool = True
    wrong_versions: int = SOME_MUTANTS
    check_seconds: float = SECONDS  # for a claim's own check, which is not our code
    mutant_seconds: float = MUTANT_SECONDS  # for one mutant; one that needs more is undetected
    claims: int = 1  # how many claims share the run's false-alarm budget


@dataclass
class Finding:
    """What one reading came to."""

    verdict: str
    reason: str
    evidence: list[Evidence] = field(default_factory=list)
    counterexample: Counterexample | None = None
    refutes: str | None = None
    deduction: Deduction | None = None
    trusted: list[str] = field(default_factory=list)
    holding: int = 0


def judge(claims: Sequence[Claim], options: Options = Options()) -> Iterator[Verdict]:
    """Verdicts in the order of the claims; a link sees the links proved before it."""
    done: dict[str, Verdict] = {}
    for claim in claims:
        verdict = judge_one(claim, options, done)
        done[claim.id] = verdict
        yield verdict


def judge_one(claim: Claim, options: Options, done: Mapping[str, Verdict] | None = None) -> Verdict:
    """The verdict of one claim, all readings; its parts are not folded in (see `combine`)."""
    start = time.perf_counter()
    if isinstance(claim.statement, S.Parts):
        return Verdict(claim, "proved", "the conjunction of its parts")
    if claim.is_prose:
        prose = of_prose(claim, options)
        return with_check(prose, options.instances, options.check_seconds)
    facts = _facts(claim, done or {})
    exact = Exact()
    readings = claim.readings or (None,)
    findings: list[tuple[str, Claim, Finding]] = []
    for r in readings:
        here = claim if r is None else claim.read(r)
        # every reading is sampled, and pays for its own false alarm
        paid = replace(options, claims=options.claims * len(readings))
        findings.append((r.name if r else "", here, _read(here, paid, facts, exact)))
    _, primary, main = findings[0]
    out = Verdict(
        claim,
        main.verdict,
        main.reason,
        main.refutes,
        evidence=main.evidence,
        counterexample=main.counterexample,
        trusted=main.trusted,
    )
    if claim.readings:
        out.readings = [
            ReadingVerdict(n, k == 0, f.verdict, f.reason) for k, (n, _, f) in enumerate(findings)
        ]
        for n, _, f in findings[1:]:
            if f.verdict != main.verdict:
                out.reason += f"; reading '{n}': {f.verdict}"
                if (cx := f.counterexample) is not None:
                    out.reason += f" ({cx.lhs} {cx.relation} {cx.rhs} fails at {_short(cx.values)})"
    if main.deduction is not None:
        out.derivation = list(main.deduction.lines)
        out.letters = letters(main.deduction)
        out.derived = {str(k): v.formula for k, v in main.deduction.derived.items()}
    _extras(out, primary, main, options, exact, facts)
    out = with_check(out, options.instances, options.check_seconds)
    if out.verdict != "refuted" and (seen := observe(primary, options)) is not None:
        out.evidence.append(seen)
    out.seconds = time.perf_counter() - start
    return out


def _extras(
    out: Verdict, claim: Claim, main: Finding, options: Options, exact: Exact, facts
) -> None:  # type: ignore[no-untyped-def]
    """Repair, boundary table, slack and mutants: what is said beside the word."""
    true_form = claim
    if out.verdict == "refuted":
        changes = 1 if options.fast else 2
        found = find_repair(
            claim, exact, facts, main.counterexample, main.refutes, changes, options.instances
        )
        if found is not None:
            out.repair, out.refutes, repaired = found
            if claim.kind == "proof step" and out.refutes == "formula":
                out.refutes = "proof line"
            true_form = repaired
        elif claim.kind in ("proof step", "prose") and main.refutes != "domain":
            out.refutes = "proof line" if claim.kind == "proof step" else "prose"
    out.boundary = boundary_table(claim, exact)
    if out.verdict == "proved":
        limits = main.deduction.limits if main.deduction else {}
        out.slack = slack_of(claim, exact, limits, options.instances)
    if (
        options.mutants
        and out.verdict in ("proved", "supported", "refuted")
        and (out.verdict != "refuted" or out.repair is not None)
    ):
        some = options.wrong_versions
        if script_of(claim) and some <= SOME_MUTANTS:
            some = SCRIPT_MUTANTS
        known = main.deduction if true_form is claim else None
        seed = options.seed if "montecarlo" in options.engines else None
        out.mutants = tally(
            true_form, exact, facts, some, known, seed, options.mutant_seconds
        )


def _facts(claim: Claim, done: Mapping[str, Verdict]) -> tuple[S.Rel, ...]:
    """The relations of the links that this one may assume, as far as they were proved."""
    out: list[S.Rel] = []
    for id in claim.assumes:
        v = done.get(id)
        if v is not None and v.verdict == "proved":
            body, _ = rewrite(v.claim.bound(), v.claim.domain)
            out += [
                r
                for r in (body.args if isinstance(body, S.And) else (body,))
                if isinstance(r, S.Rel) and not isinstance(r.lhs, Q.Vec)
            ]
    return tuple(out)


def _read(claim: Claim, options: Options, facts: tuple[S.Rel, ...], exact: Exact) -> Finding:
    """One reading: instances, proof, sampling."""
    ats = instances(claim, options.instances)
    if not ats:
        return Finding("undecided", "no instance satisfies the hypotheses: the claim says nothing")
    body = claim.bound()
    finding = Finding("undecided", "no engine could tell")
    deduction = Deduction(claim, None)  # type: ignore[arg-type]
    if "exact" in options.engines:
        failing = _scan(claim, body, ats, exact, finding)
        if failing is not None:
            return _refuted(claim, failing, exact, options, finding)
    if "symbolic" in options.engines:
        t = time.perf_counter()
        deduction = deduce(claim, facts)
        finding.deduction = deduction
        if "exact" in options.engines:
            _compare_engines(body, ats, exact, deduction, finding)
        failing = None if deduction.proved else _symbolic_scan(claim, body, ats, deduction, finding)
        if failing is not None:
            return _refuted_by_formula(claim, failing, ats, exact, options, finding, deduction)
        for weaker in () if deduction.proved else implied(claim):
            d = deduce(weaker)
            failing = _symbolic_scan(weaker, weaker.bound(), ats, d, finding)
            if failing is not None:
                return _refuted(weaker, failing, exact, options, finding, Symbolic(d))
        if not deduction.proved and "exact" in options.engines:
            failing = _edges(claim, body, exact) or _met(claim, body, ats, exact)
            failing = failing or far(claim, body, exact)
            if failing is not None:
                return _refuted(claim, failing, exact, options, finding)
        finding.evidence.append(_symbolic_evidence(deduction, time.perf_counter() - t))
    nowhere = division_by_zero(claim, body, ats)
    if nowhere is not None:
        return _undefined(nowhere, exact, finding)
    if deduction.proved:
        finding.verdict, finding.reason = "proved", why_proved(deduction, finding.holding)
        finding.trusted = [*claim.trusted, *deduction.lemmas]
    _sample(claim, body, ats, options, finding)
    if not deduction.proved:
        _weigh(finding, deduction)
    return finding


def _scan(claim: Claim, body: sp.Basic, ats: list[dict], exact: Exact, finding: Finding):  # type: ignore[no-untyped-def]
    """The first instance where the statement is false, by the exact engine; else evidence."""
    t, holds, refusals, unclear = time.perf_counter(), 0, [], 0
    for at in ats:
        try:
            c = check_at(body, at, exact)
        except Undefined:
            unclear += 1
            continue
        except OutsideFragment as err:
            refusals.append(err.part)
            if not holds and len(refusals) >= 6:
                break
            continue
        except ZeroDivisionError:
            unclear += 1
            continue
        if c.truth is False:
            return _smallest(claim, body, (at, c), exact)
        holds += c.truth is True
        unclear += c.truth is None
    seconds = time.perf_counter() - t
    finding.holding = holds
    if holds:
        detail = f"holds at {holds} instances" + (f", cannot tell at {unclear}" if unclear else "")
        finding.evidence.append(Evidence("exact", "holds", detail, seconds=seconds))
    else:
        part = refusals[0] if refusals else "no instance could be decided"
        finding.evidence.append(
            Evidence("exact", "out of scope" if refusals else "undecided", part, seconds=seconds)
        )
    return None


def _smallest(claim: Claim, body: sp.Basic, failing, value, tries: int = 400):  # type: ignore[no-untyped-def]
    """The first failing instance among all candidates that are smaller than a failing one."""
    found, key = candidates(claim)
    bound = key(failing[0])
    for at in found[:tries]:
        if key(at) >= bound:
            break
        try:
            if not satisfies(claim, at):
                continue
            c = check_at(body, at, value)
        except (OutsideFragment, ZeroDivisionError):
            continue
        if c.truth is False:
            return at, c
    return failing


def _edges(claim: Claim, body: sp.Basic, exact: Exact):  # type: ignore[no-untyped-def]
    """The clearest failure among instances at which a premise barely holds.

    Of the smallest sizes at which there is one; a second engine must be able to see it.
    """
    worst, level = None, None
    for at in edge_instances(claim):
        here = tuple(v for v in at.values() if not isinstance(v, tuple))
        if worst is not None and here != level:
            break
        try:
            c = check_at(body, at, exact)
        except (OutsideFragment, ZeroDivisionError):
            continue
        if c.truth is False and (worst is None or _margin(c) > _margin(worst[1])):
            worst, level = (at, c), here
    return worst


def _met(claim: Claim, body: sp.Basic, ats: list[dict], exact: Exact):  # type: ignore[no-untyped-def]
    """The first failure among instances that solve an equation in a premise."""
    for at in met(claim, ats):
        try:
            c = check_at(body, at, exact)
        except (OutsideFragment, ZeroDivisionError):
            continue
        if c.truth is False:
            return at, c
    return None


def _margin(c: Check) -> sp.Expr:
    return abs(c.lhs - c.rhs) if isinstance(c.lhs, sp.Rational) else sp.Integer(0)


def _symbolic_scan(claim: Claim, body: sp.Basic, ats: list[dict], d: Deduction, finding: Finding):  # type: ignore[no-untyped-def]
    """The first instance where the derived formulas contradict the statement."""
    sym = Symbolic(d)
    for at in ats:
        try:
            c = check_at(body, at, sym)
        except (OutsideFragment, ZeroDivisionError):
            continue
        if c.truth is False:
            return _smallest(claim, body, (at, c), sym)
    return None


def _refuted_by_formula(  # type: ignore[no-untyped-def]
    claim: Claim, failing, ats: list[dict], exact: Exact, options: Options, finding: Finding, d
) -> Finding:
    """The first of a few failing instances that a second engine can look at, else the smallest."""
    sym, body = Symbolic(d), claim.bound()
    before = list(finding.evidence)
    first = _refuted(claim, failing, exact, options, finding, sym)
    others = [at for at in ats if at != failing[0] and _rational(at)]
    for at in others[: CROSS * CROSS] if first.verdict == "undecided" else []:
        try:
            c = check_at(body, at, sym)
        except (OutsideFragment, ZeroDivisionError):
            continue
        if c.truth is False:
            new = replace(first, evidence=list(before))
            again = _refuted(claim, (at, c), exact, options, new, sym)
            if again.verdict == "refuted":
                return again
    return first


def _rational(at: dict) -> bool:
    """The exact engine wants rational numbers."""
    return all(v.is_Rational for v in at.values() if isinstance(v, sp.Expr))


def _refuted(
    claim: Claim,
    failing,
    exact: Exact,
    options: Options,
    finding: Finding,  # type: ignore[no-untyped-def]
    by: Symbolic | None = None,
) -> Finding:
    """A counterexample counts once another engine has confirmed it."""
    at, check = failing
    finder = "symbolic" if by is not None else "exact"
    finding.evidence.append(Evidence(finder, "fails", _sides(check, at)))
    t = time.perf_counter()
    confirmation = confirm(claim, at, check, finder, exact, options.seed)
    if confirmation is None:
        finding.verdict = "undecided"
        finding.reason = (
            f"{finder} engine finds {_sides(check, at)}, but no second engine could confirm it"
        )
        return finding
    finding.evidence.append(
        Evidence(confirmation.engine, "fails", confirmation.detail, seconds=time.perf_counter() - t)
    )
    finding.verdict, finding.refutes = "refuted", "formula"
    shown = {s: v for s, v in at.items() if s in relevant(claim) - _bound(claim)}
    finding.counterexample = _counterexample(check, shown, finder, confirmation)
    finding.counterexample.values = at
    finding.reason = f"false{_short(shown, ' at ')}: {_sides(check, at, short=True)}"
    finding.deduction = confirmation.deduction
    return finding


def _bound(claim: Claim) -> set[sp.Basic]:
    """Symbols that the statement binds itself wherever it speaks of them: they have no value."""
    body = claim.bound()
    bound = {e.symbol for e in body.atoms(S.Exists)}
    outside = body.xreplace({e: sp.Dummy() for e in body.atoms(S.Exists)})
    return bound - outside.free_symbols


def _undefined(where: Nowhere, exact: Exact, finding: Finding) -> Finding:
    """A statement says nothing where it divides by zero, so it does not hold there."""
    at, rel, e = where.at, where.rel, where.divisor
    sides = []
    for side in (rel.lhs, rel.rhs):
        try:
            sides.append(_text(exact(side, at)))
        except (RefutableError, ZeroDivisionError):
            sides.append("not defined")
    parts = e.free_symbols | {call.func for call in e.atoms(AppliedUndef)}
    shown = {s: v for s, v in at.items() if s in parts}
    text = f"divides by {e}, which is 0 at {_short(shown)}"
    finding.evidence.append(Evidence("certificate", "fails", text))
    try:
        value = exact(e, at)
    except (RefutableError, ZeroDivisionError):
        finding.reason = f"{text}, but no second engine could confirm it"
        return finding
    if value != 0:
        raise Contradiction(f"{text}; the exact engine finds {value}")
    finding.evidence.append(Evidence("exact", "fails", f"{e} = 0 there"))
    finding.verdict, finding.refutes = "refuted", "domain"
    finding.reason = f"not defined at {_short(shown)}: divides by {e}"
    finding.counterexample = Counterexample(
        "instance",
        named(at),
        sides[0],
        rel.op,
        sides[1],
        "certificate",
        "exact",
        [f"{e} = 0 at {_short(shown)}, and the statement divides by it"],
        at,
    )
    return finding


def _text(x: sp.Basic) -> str:
    return "not defined" if x.has(sp.zoo, sp.nan) else str(x)


def _counterexample(check: Check, at: dict, finder: str, confirmation) -> Counterexample:  # type: ignore[no-untyped-def]
    rel = check.rel
    if rel is None:
        return Counterexample(
            "instance",
            named(at),
            str(check.lhs),
            "in",
            check.note or "the stated range",
            finder,
            confirmation.engine,
            confirmation.account,
            at,
        )
    lhs, op, rhs = check.lhs, rel.op, check.rhs
    if not _has_quantity(rel.lhs) and _has_quantity(rel.rhs):  # the true value stands on the left
        lhs, op, rhs = rhs, S.FLIP[op], lhs
    return Counterexample(
        "instance",
        named(at),
        str(lhs),
        op,
        str(rhs),
        finder,
        confirmation.engine,
        confirmation.account,
        at,
    )


def _has_quantity(e: sp.Basic) -> bool:
    return bool(e.atoms(Q.Mean, Q.Prob, Q.ModelVec, Q.Functional) - e.atoms(Q.TruthVec))


def _sides(check: Check, at: dict, short: bool = False) -> str:
    if check.rel is None:
        return f"{check.lhs} is not in the stated range"
    text = f"left side {check.lhs}, right side {check.rhs}, stated {check.rel.op}"
    return text if short else text + _short(at, " at ")


def _short(at: dict, before: str = "") -> str:
    """The instance; nothing, not even `before`, for a statement without unknowns."""
    text = ", ".join(f"{s} = {value_text(v)}" for s, v in named(at).items())
    return before + text if text else ""


def _compare_engines(
    body: sp.Basic, ats: list[dict], exact: Exact, d: Deduction, finding: Finding
) -> None:
    nodes = sorted(body.atoms(Q.Mean, Q.Prob), key=sp.default_sort_key)
    nodes = [n for n in nodes if not isinstance(n.given, sp.Tuple)]
    made = cross_check(nodes, ats[:CROSS], exact, Symbolic(d))
    if made:
        finding.evidence.append(
            Evidence("exact", "holds", f"agrees with the derived values in {made} comparisons")
        )


def _symbolic_evidence(d: Deduction, seconds: float) -> Evidence:
    if d.proved:
        return Evidence(
            "symbolic", "holds", "; ".join(f"{r}: {t}" for r, t in d.lines[-2:]), seconds=seconds
        )
    if d.refused:
        return Evidence("symbolic", "out of scope", d.refused[0], seconds=seconds)
    return Evidence("symbolic", "undecided", d.missing or "not shown", seconds=seconds)


def _sample(
    claim: Claim, body: sp.Basic, ats: list[dict], options: Options, finding: Finding
) -> None:
    if options.fast or "montecarlo" not in options.engines:
        return
    evidence = sample(claim, body, ats, options.seed, options.claims)
    if evidence is None:
        return
    finding.evidence.append(evidence)
    if evidence.outcome == "fails" and finding.verdict == "proved":
        raise Contradiction(f"{claim.id}: proved, but sampling refutes it: {evidence.detail}")


def _weigh(finding: Finding, d: Deduction) -> None:
    """No proof, no counterexample: supported by instances, else undecided or out of scope."""
    sampled = [e for e in finding.evidence if e.engine == "montecarlo"]
    if any(e.outcome == "fails" for e in sampled):
        finding.reason = "sampling contradicts it, but no exact instance does: " + sampled[0].detail
    elif finding.holding >= 3:
        finding.verdict = "supported"
        missing = d.missing or "no rule applies"
        finding.reason = f"holds at {finding.holding} exact instances; not proved: {missing}"
    elif d.refused or {e.outcome for e in finding.evidence} == {"out of scope"}:
        parts = d.refused or [e.detail for e in finding.evidence]
        word = "undecided" if d.claim.kind in DECIDABLE else "out of scope"
        finding.verdict, finding.reason = word, f"cannot express: {parts[0]}"
    else:
        finding.reason = d.missing or finding.reason


def combine(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Parents after their parts: refuted if a part is, else the weakest of statement and parts."""
    verdicts = list(verdicts)
    parts: dict[str, list[Verdict]] = {}
    for v in verdicts:
        if v.claim.parent:
            parts.setdefault(v.claim.parent, []).append(v)
    for v in verdicts:
        mine = parts.get(v.claim.id, [])
        if not mine:
            continue
        words = [p.verdict for p in mine]
        if not isinstance(v.claim.statement, S.Parts):
            words.append(v.verdict)
        word = weakest(words)
        if word != v.verdict or isinstance(v.claim.statement, S.Parts):
            guilty = [p.claim.id.removeprefix(v.claim.id + ".") for p in mine if p.verdict == word]
            if guilty and (v.verdict != word or isinstance(v.claim.statement, S.Parts)):
                first = next(p for p in mine if p.verdict == word)
                v.reason = (
                    f"{', '.join(guilty)} {word}: {first.reason}"
                    if word != "proved"
                    else "every part proved"
                )
                v.refutes = first.refutes if word == "refuted" else v.refutes
            v.verdict = word
    return verdicts
