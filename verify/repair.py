"""What would be true instead of a refuted statement: a missing hypothesis, or another formula.

Tried in this order: a smaller domain (see `domainrepair`), the printed formula with one rule of
`mutants` applied (a sign, an exponent, an index, ...), one part of it solved for (`solverepair`),
two rules, and last the derived formula itself. A repair is judged like any claim: only a proved one
is reported as proved.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from itertools import islice

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim, expand
from refutable.derivations.errors import OutsideFragment, RefutableError

from .deduce import Deduction, deduce, replace_limits
from .domainrepair import smaller_domains, vacuous
from .instances import Check, check_at, instances
from .integrals import carry_out
from .limitrepair import against_a_number, derived_limits
from .mutants import Mutant, mutants_of
from .region import region_of
from .rewrites import read_off, rewrite
from .slips import by_letter, factor_left_out, linked
from .solverepair import solved_places
from .undefined import division_by_zero
from .values import Exact, Symbolic
from .vectorrepair import by_coefficient
from .verdict import Counterexample, Repair

__all__ = ["find_repair"]

MAX_TRIES = 200
FEW_TRIES = 80  # where one change at a time is tried
MAX_PAIRS = 200
MAX_PROOFS = 4  # candidates that pass every instance and still are not proved
MAX_REFUSALS = 3


def find_repair(  # type: ignore[no-untyped-def]
    claim: Claim,
    exact: Exact,
    facts,
    counterexample: Counterexample | None,
    refutes: str | None,
    changes: int = 2,
    judged: int = 120,
):
    """(repair, "domain" | "formula", the repaired claim), or None.

    refutes: "domain" where it is known that only a hypothesis is missing.  changes: how many
    changes of the printed formula are tried at once, one or two; with one, no part is solved for.
    judged: the number of instances that the claim was judged at.
    """
    by_formula = partial(_by_formula, changes=changes)
    by_domain = partial(_by_domain, judged=judged)
    ways = (
        _by_rounding,
        _by_coefficient,
        _by_slip,
        by_domain,
        by_formula,
        _by_link,
        _by_derivation,
    )
    if against_a_number(claim):
        ways = (by_domain, _by_limit)
    for found in (by_domain,) if refutes == "domain" else ways:
        got = found(claim, exact, facts, counterexample)
        if got is not None:
            return got
    return None


def _proved(claim: Claim, exact: Exact, facts, sifted: bool = False) -> bool:  # type: ignore[no-untyped-def]
    """Is the repaired claim proved? `sifted`: its instances have been looked at already."""
    try:
        ats = instances(claim, 60)
        if not sifted and (not ats or _fails(claim, ats, exact)):
            return False
        return deduce(claim, facts).proved and division_by_zero(claim, claim.bound(), ats) is None
    except RefutableError:
        return False


def _fails(claim: Claim, ats: list[dict], exact: Exact) -> bool:
    """Does the statement fail at one of the instances? Refusals do not count.

    Derived formulas answer where the exact engine refuses (limits).
    """
    body = claim.bound()
    for other in (False, True):
        value = Symbolic(Deduction(claim, region_of(claim, [body]))) if other else exact
        refused = 0
        for at in ats:
            try:
                if check_at(body, at, value).truth is False:
                    return True
            except ZeroDivisionError:
                continue
            except OutsideFragment:
                refused += 1
                if refused == MAX_REFUSALS:
                    break
        if not refused:
            break
    return False


def _by_rounding(claim: Claim, exact: Exact, facts, cx):  # type: ignore[no-untyped-def]
    """A printed decimal: the number itself, rounded to as many places."""
    st = claim.statement
    ends = [r for r in st.args if isinstance(r, S.Rel)] if isinstance(st, S.And) else []
    if [r.op for r in ends] != [">=", "<="] or ends[0].lhs != ends[1].lhs:
        return None
    low, high = (r.rhs for r in ends)
    number = expand(ends[0].lhs, claim.where)
    if not (low.is_Rational and high.is_Rational and number.is_number and number.is_real):
        return None
    unit = high - low
    nearest = sp.floor(number / unit + sp.Rational(1, 2)) * unit
    statement = S.decimal(ends[0].lhs, _digits(nearest, unit))
    fixed = replace(claim, statement=statement, readings=())
    if statement == st or not _proved(fixed, exact, facts):
        return None
    why = f"rounded to the printed places it is {_digits(nearest, unit)}"
    cut = sp.sign(number) * sp.floor(abs(number) / unit) * unit
    if cut == (low + high) / 2:
        why += "; what is printed is the number cut off after them, which explains the digit"
    return Repair(statement, why, (low + high) / 2 - nearest, "proved"), "formula", fixed


def _digits(x: sp.Expr, unit: sp.Rational) -> str:
    places = max(0, len(str(unit.q)) - 1)
    return f"{x.p * 10**places // x.q / 10**places:.{places}f}"


def _by_coefficient(claim: Claim, exact: Exact, facts, cx):  # type: ignore[no-untyped-def]
    for statement, difference, fixed in by_coefficient(claim):
        if _proved(fixed, exact, facts):
            why = "the derived coefficient of each noise"
            return Repair(statement, why, difference, "proved"), "formula", fixed
    return None


def _by_slip(claim: Claim, exact: Exact, facts, cx):  # type: ignore[no-untyped-def]
    """A factor that was left out, or one letter in place of another."""
    for quantity, on_left in _quantity_sides(claim):
        formula = _derived(quantity, claim)
        found = None if formula is None else factor_left_out(claim, formula, on_left)
        if found is not None and _proved(found[2], exact, facts):
            statement, change, fixed = found
            repair = Repair(statement, change, _difference(claim, statement), "proved")
            return repair, "formula", fixed
    candidates = [Mutant(change, "letter", st) for st, change in by_letter(claim)]
    return _first_true(claim, candidates, instances(claim, 40), exact, facts, cx)


def _by_link(claim: Claim, exact: Exact, facts, cx):  # type: ignore[no-untyped-def]
    """A bound in a chain: what the links before it prove."""
    for rel, why in linked(claim, facts):
        fixed = replace(claim, statement=rel, where={}, readings=())
        if _proved(fixed, exact, facts):
            return Repair(rel, why, None, "proved"), "formula", fixed
    return None


# -- a missing hypothesis ----------------------------------------------------------------


def _by_domain(claim: Claim, exact: Exact, facts, cx, judged: int):  # type: ignore[no-untyped-def]
    found = smaller_domains(claim, exact, cx.values if cx is not None else None, judged)
    for h, smaller in islice(found, MAX_PROOFS):
        if _proved(smaller, exact, facts):
            return _domain_repair(h, smaller)
    return None


def _domain_repair(h: S.Statement, smaller: Claim):  # type: ignore[no-untyped-def]
    why = f"holds with the further hypothesis {_plain(h)}"
    return Repair(h, why, None, "proved"), "domain", smaller


def _plain(h: sp.Basic) -> str:
    if isinstance(h, S.And):
        return " and ".join(_plain(p) for p in h.args)
    return f"{h.lhs} {h.op} {h.rhs}"  # type: ignore[attr-defined]


# -- another formula ---------------------------------------------------------------------


#: What a printed formula is likelier to suffer from comes first.
_RANK = {"event": 0, "dropped": 2}


def _by_formula(claim: Claim, exact: Exact, facts, cx, changes: int):  # type: ignore[no-untyped-def]
    body = claim.bound()
    if isinstance(body, S.Rel) and body.op == "!=":
        return None  # almost any other side differs too: that would be no correction
    ats = instances(claim, 40)
    singles = sorted(mutants_of(claim, None), key=lambda m: _RANK.get(m.rule, 1))
    most = FEW_TRIES if changes < 2 else MAX_TRIES
    got = _first_true(claim, singles[:most], ats, exact, facts, cx)
    if got is not None:
        return got
    if changes < 2:
        return None
    got = _by_place(claim, exact, facts)
    if got is not None:
        return got
    pairs = _pairs(claim, singles)
    return _first_true(claim, pairs, ats, exact, facts, cx)


def _by_place(claim: Claim, exact: Exact, facts):  # type: ignore[no-untyped-def]
    """One part of the printed side, solved for."""
    if not isinstance(claim.statement, S.Rel):
        return None
    for quantity, on_left in _quantity_sides(claim):
        formula = _derived(quantity, claim)
        if formula is not None:
            got = _first_solved(claim, solved_places(claim, formula, on_left), exact, facts)
            if got is not None:
                return got
    found = [x for side in _other_sides(claim) for x in solved_places(claim, *side)]
    found.sort(key=lambda x: (len(x[1]), x[1]))
    return _first_solved(claim, found, exact, facts)


def _first_solved(claim: Claim, found, exact: Exact, facts):  # type: ignore[no-untyped-def]
    for statement, change, fixed in islice(found, MAX_PROOFS):
        if _proved(fixed, exact, facts):
            repair = Repair(statement, change, _difference(claim, statement), "proved")
            return repair, "formula", fixed
    return None


def _quantity_sides(claim: Claim):  # type: ignore[no-untyped-def]
    """(quantity on one side of an equation, whether the printed formula is the left side)."""
    bound = claim.bound()
    if not isinstance(bound, S.Rel) or bound.op != "=" or isinstance(bound.lhs, Q.Vec):
        return
    for side, on_left in ((bound.lhs, False), (bound.rhs, True)):
        if isinstance(side, _QUANTITY):
            yield side, on_left


_QUANTITY = (Q.Mean, Q.Prob, Q.Coefficient, Q.DrawCount, S.Lim, sp.Derivative)


def _other_sides(claim: Claim):  # type: ignore[no-untyped-def]
    """(one side of an equation of two formulas, whether the other, printed one is the left side)."""
    rel, bound = claim.statement, claim.bound()
    if not isinstance(rel, S.Rel) or rel.op != "=" or isinstance(rel.lhs, Q.Vec):
        return
    if not isinstance(bound.lhs, _QUANTITY) and not isinstance(bound.rhs, _QUANTITY):
        yield expand(rel.lhs, claim.where), False
        yield expand(rel.rhs, claim.where), True


def _pairs(claim: Claim, singles: list[Mutant]):  # type: ignore[no-untyped-def]
    def all_pairs():  # type: ignore[no-untyped-def]
        for m in singles:
            if m.rule in ("strictness", "relation"):
                continue
            first = replace(claim, statement=m.statement, readings=())
            for m2 in mutants_of(first, None):
                if m2.rule not in ("strictness", "relation"):
                    yield Mutant(f"{m.change}, and {m2.change}", m2.rule, m2.statement)

    return islice(all_pairs(), MAX_PAIRS)


def _first_true(claim: Claim, candidates, ats: list[dict], exact: Exact, facts, cx):  # type: ignore[no-untyped-def]
    witness = [cx.values] if cx is not None and cx.values else []
    found = _standing(claim, candidates, [*witness, *ats], exact)
    found = _tightest_first(found, ats, exact) if _is_bound(claim) else found
    for m, fixed in islice(found, MAX_PROOFS):
        if _proved(fixed, exact, facts, sifted=True):
            repair = Repair(m.statement, m.change, _difference(claim, m.statement), "proved")
            return repair, "formula", fixed
    return None


def _standing(claim: Claim, candidates, ats: list[dict], exact: Exact):  # type: ignore[no-untyped-def]
    """The candidates that no instance contradicts, as claims."""
    for m in candidates:
        if m.rule == "relation" and not m.change.startswith("="):
            continue
        if (
            m.rule == "strictness"
            and len(m.change)
            and m.change.split(" becomes ")[1] in ("<", ">")
        ):
            continue
        fixed = replace(claim, statement=m.statement, readings=())
        try:
            body = fixed.bound()
            if (_trivial(body) and m.rule != "letter") or _fails(fixed, ats, exact):
                continue
            if all(vacuous(body, at, exact) for at in ats):
                continue
        except RefutableError:
            continue
        yield m, fixed


def _is_bound(claim: Claim) -> bool:
    body = claim.bound()
    return isinstance(body, S.Rel) and body.op in _WAYS and not isinstance(body.lhs, Q.Vec)


#: The side that an inequality says to be the smaller one.
_WAYS = {"<": 1, "<=": 1, ">": -1, ">=": -1}


def _tightest_first(found, ats: list[dict], exact: Exact):  # type: ignore[no-untyped-def]
    """Bounds that stand, the tightest first, without those that a constant would do as well.

    A bound is worth proving only if at some instance it excludes a value seen at another one.
    """
    rows = []
    for m, fixed in found:
        body = fixed.bound()
        low, high = [], []
        for at in ats:
            try:
                c = check_at(body, at, exact)
            except (OutsideFragment, ZeroDivisionError):
                continue
            sides = _floats(c) if c.truth else ()
            if sides:
                low.append(min(sides))
                high.append(max(sides))
        if low and max(low) > min(high):
            rows.append((sum(h - x for x, h in zip(low, high, strict=True)), m, fixed))
    rows.sort(key=lambda row: row[0])
    return [(m, fixed) for _, m, fixed in rows]


def _floats(c: Check) -> tuple[float, ...]:
    """Both sides, to put bounds in order by; nothing where one is not finite."""
    try:
        sides = (float(c.lhs), float(c.rhs))  # type: ignore[arg-type]
    except (TypeError, OverflowError):
        return ()
    return sides if all(map(math.isfinite, sides)) else ()


def _trivial(body: sp.Basic) -> bool:
    """A repair that no longer speaks of what the statement spoke of."""
    return isinstance(body, S.Rel) and not isinstance(body.lhs, Q.Vec) and (body.lhs == body.rhs)


def _difference(claim: Claim, fixed: sp.Basic) -> sp.Expr | None:
    """Printed minus true, factored, for one relation whose sides are numbers."""
    a, b = claim.expanded(), expand(fixed, claim.where)
    pair = next(
        ((x, y) for x, y in zip(S.relations(a), S.relations(b), strict=False) if x != y), None
    )
    if pair is None or isinstance(pair[0].lhs, Q.Vec):
        return None
    x, y = pair
    e = (x.rhs - y.rhs) - (x.lhs - y.lhs)
    return factored(e, claim)


def factored(e: sp.Expr, claim: Claim) -> sp.Expr:
    """`e` with its powers kept whole, the rest factored."""
    powers = {
        p: sp.Dummy(f"w{k}", positive=True)
        for k, p in enumerate(
            sorted((p for p in e.atoms(sp.Pow) if p.exp.free_symbols), key=sp.default_sort_key)
        )
    }
    names = {
        q: sp.Dummy(f"q{k}")
        for k, q in enumerate(sorted(e.atoms(Q.Functional), key=sp.default_sort_key))
    }
    inner = sp.factor(sp.together(e.xreplace(powers).xreplace(names)))
    back = {v: sp.Pow(sp.factor(p.base), p.exp) for p, v in powers.items()}
    return inner.xreplace(back).xreplace({v: k for k, v in names.items()})


# -- the derived formula -----------------------------------------------------------------


def _by_derivation(claim: Claim, exact: Exact, facts, cx):  # type: ignore[no-untyped-def]
    """One equation with a single quantity on one side: the quantity equals what was derived."""
    body = claim.expanded()
    for quantity, on_left in _quantity_sides(claim):
        name, printed = (body.rhs, body.lhs) if on_left else (body.lhs, body.rhs)
        formula = _derived(quantity, claim)
        if formula is None:
            continue
        fixed = replace(claim, statement=S.eq(name, formula), where={}, readings=())
        if _proved(fixed, exact, facts):
            return (
                Repair(
                    fixed.statement,
                    "the derived formula",
                    factored(printed - formula, claim),
                    "proved",
                ),
                "formula",
                fixed,
            )
    return None


def _by_limit(claim: Claim, exact: Exact, facts, cx):  # type: ignore[no-untyped-def]
    """The limit's derived value instead of an inequality with a number."""
    for statement, why, fixed in derived_limits(claim, _derived):
        if _proved(fixed, exact, facts):
            return Repair(statement, why, None, "proved"), "formula", fixed
    return None


def _derived(node: sp.Expr, claim: Claim) -> sp.Expr | None:
    names = {v: k for k, v in claim.quantities.items() if isinstance(k, sp.Symbol)}
    try:
        d = deduce(claim)
        node, _ = rewrite(node, claim.domain)
        region = region_of(claim, [node])
        e = carry_out(replace_limits(node, d, region), region)
        e = read_off(e.xreplace({n: d.formula(n) for n in e.atoms(Q.Mean, Q.Prob)}))
        return e.xreplace({v: k for k, v in region.names.items()}).xreplace(names)
    except RefutableError:
        return None
