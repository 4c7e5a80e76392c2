"""The symbolic side of the judge: derive the quantities, then prove the statement.

The engines see quantities only; here the derived formulas meet the printed statement. A proof is a
list of lines (rule, detail); what it rests on beyond the derivation is listed as lemmas.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import sympy as sp

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.derive import Derived, derive, full_resample
from refutable.derivations.domain import Integers
from refutable.derivations.errors import OutsideFragment
from refutable.derivations.normal import is_zero
from refutable.derivations.response import Response

from .limits import limit
from .opaque import add_facts, rewrite_collapse
from .optima import prove_minimum
from .positivity import prove
from .region import Region, Variable, region_of
from .vectors import responses, vector_identity

__all__ = ["Deduction", "deduce"]


@dataclass
class Deduction:
    """Whether a statement was proved, how, and why not where it was not.

    derived: what each quantity was derived to be.  refused: parts an engine could not express.
    """

    claim: Claim
    region: Region
    proved: bool = False
    lines: list[tuple[str, str]] = field(default_factory=list)
    lemmas: list[str] = field(default_factory=list)
    derived: dict[sp.Expr, Derived] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    missing: str = ""

    def formula(self, node: sp.Expr) -> sp.Expr:
        """The derived formula of a Mean or Prob node (derived once)."""
        if node not in self.derived:
            self.derived[node] = derive(node)
        return self.derived[node].formula

    def say(self, rule: str, detail: str) -> None:
        if (rule, detail) not in self.lines:
            self.lines.append((rule, detail))


def deduce(claim: Claim, facts: tuple[S.Rel, ...] = ()) -> Deduction:
    """Try to prove the claim's (bound) statement on its whole domain.

    facts: relations that earlier, proved links provide.
    """
    body = rewrite_collapse(claim.bound())
    region = region_of(claim, [body, *facts])
    d = Deduction(claim, region)
    for f in facts:
        region.facts.append(S.Rel(f.op, region.abstract(f.lhs), region.abstract(f.rhs)))
    try:
        d.proved = _prove(body, d, region, tuple(facts))
    except OutsideFragment as err:
        d.missing = str(err)
        d.refused.append(err.part)
    if not d.proved:
        from .proofs import try_script

        d.proved = try_script(claim, d, tuple(facts))
    return d


def _prove(st: sp.Basic, d: Deduction, region: Region, facts: tuple[S.Rel, ...]) -> bool:
    if isinstance(st, S.Rel):
        return _relation(st, d, region, facts)
    if isinstance(st, S.And):
        done: tuple[S.Rel, ...] = facts
        for part in st.args:
            if not _prove(part, d, region, done):
                return False
            if isinstance(part, S.Rel) and not isinstance(part.lhs, Q.Vec):
                done = (*done, part)
        return True
    if isinstance(st, S.Or):
        return any(_prove(part, d, region, facts) for part in st.args)
    if isinstance(st, S.Implies):
        premise, conclusion = st.args
        parts = [
            p
            for p in (premise.args if isinstance(premise, S.And) else (premise,))
            if isinstance(p, S.Rel)
        ]
        inner = region.copy()
        for p in parts:
            inner.facts.append(_abstracted(p, d, inner))
        return _prove(conclusion, d, inner, (*facts, *parts))
    if isinstance(st, S.Iff):
        a, b = st.args
        return _prove(S.Implies(a, b), d, region, facts) and _prove(
            S.Implies(b, a), d, region, facts
        )
    if isinstance(st, S.ForAll):
        return _prove(st.body, d, region, facts)
    if isinstance(st, S.Monotone):
        return _monotone(st, d, region, facts)
    if isinstance(st, S.Minimises):
        return prove_minimum(st, d, region, lambda rel, here: _relation(rel, d, here, facts))
    if isinstance(st, S.Member):
        return _member(st, d, region, facts)
    raise OutsideFragment(f"{type(st).__name__} has no proof rule", part=type(st).__name__)


def _abstracted(rel: S.Rel, d: Deduction, region: Region) -> S.Rel:
    lhs, rhs = (_replace_limits(s, d, region) for s in (rel.lhs, rel.rhs))
    table = _formulas(sp.Tuple(lhs, rhs), d)
    return S.Rel(rel.op, region.abstract(lhs.xreplace(table)), region.abstract(rhs.xreplace(table)))


def _formulas(e: sp.Basic, d: Deduction) -> dict[sp.Expr, sp.Expr]:
    """Derived formulas of all Mean and Prob nodes that have one; others are noted as refused."""
    table: dict[sp.Expr, sp.Expr] = {}
    for node in sorted(e.atoms(Q.Mean, Q.Prob), key=sp.default_sort_key):
        try:
            table[node] = d.formula(node)
        except OutsideFragment as err:
            if err.part not in d.refused:
                d.refused.append(err.part)
    return table


def _relation(rel: S.Rel, d: Deduction, region: Region, facts: tuple[S.Rel, ...]) -> bool:
    if isinstance(rel.lhs, Q.Vec):
        return vector_identity(rel, d)
    if rel.atoms(Response):
        return all(_response_case(at, r, d, region, facts) for at, r in responses(rel, region))
    lhs, rhs = (_replace_limits(side, d, region) for side in (rel.lhs, rel.rhs))
    rel = S.Rel(rel.op, _carry_out(lhs), _carry_out(rhs))
    table = _formulas(rel, d)
    late = _late_cases(rel, d, region)
    for at in late:
        if not _early_case(rel, at, d, region):
            d.missing = f"the case {at}"
            return False
    if late:
        ((symbol, _),) = late[-1].items()
        region = region.restrict(replace(region.variables[symbol], lo=late[-1][symbol] + 1))
    full = S.Rel(rel.op, rel.lhs.xreplace(table), rel.rhs.xreplace(table))
    return _decide(full, d, region, facts)


def _response_case(
    at: dict, rel: S.Rel, d: Deduction, region: Region, facts: tuple[S.Rel, ...]
) -> bool:
    ok = _relation(rel, d, region, facts)
    if ok:
        d.say(
            "coefficient",
            f"noise {', '.join(map(str, at.values())) or 'in the common range'}: agrees",
        )
    else:
        d.missing = d.missing or f"the case {at}"
    return ok


def _carry_out(e: sp.Expr) -> sp.Expr:
    table = {x: x.doit() for x in e.atoms(sp.Derivative, sp.Integral)}
    return e.xreplace(table) if table else e


def _late_cases(rel: S.Rel, d: Deduction, region: Region) -> list[dict[sp.Symbol, sp.Expr]]:
    """Index values below the first one for which the derived formulas hold."""
    cases: list[dict[sp.Symbol, sp.Expr]] = []
    for node in rel.atoms(sp.Expr):
        got = d.derived.get(node)
        if got is None or got.index is None or got.valid_from is None:
            continue
        v = region.variables.get(got.index)
        if v is None or not v.lo.is_Integer:
            if not (v is not None and prove(S.Rel(">=", got.index, got.valid_from), region)):
                raise OutsideFragment(f"the range of {got.index}")
            continue
        cases += [{got.index: sp.Integer(k)} for k in range(int(v.lo), int(got.valid_from))]
    out = []
    for c in sorted(cases, key=lambda c: next(iter(c.values()))):
        if c not in out:
            out.append(c)
    return out


def _early_case(rel: S.Rel, at: dict[sp.Symbol, sp.Expr], d: Deduction, region: Region) -> bool:
    here = S.Rel(rel.op, rel.lhs.subs(at), rel.rhs.subs(at))
    table = _formulas(here, d)
    full = S.Rel(here.op, here.lhs.xreplace(table), here.rhs.xreplace(table))
    ok = _decide(full, d, region, ())
    if ok:
        d.say("case", f"{at}")
    return ok


def _decide(rel: S.Rel, d: Deduction, region: Region, facts: tuple[S.Rel, ...]) -> bool:
    """A relation between expressions in symbols, truth functionals and opaque quantities."""
    lhs, rhs = region.abstract(rel.lhs), region.abstract(rel.rhs)
    if rel.op == "=":
        if is_zero(lhs - rhs, region.integers, region.positive):
            d.say(
                "normal form",
                "both sides agree as rational functions of their generators; FLINT agrees",
            )
            return True
        if _by_induction(lhs - rhs, d, region):
            return True
        both = [S.Rel(op, lhs, rhs) for op in (">=", "<=")]
        return (
            bool(region.facts)
            and _uses_facts(lhs - rhs, region)
            and all(_inequality(r, rel, d, region) for r in both)
        )
    if rel.op == "!=":
        return any(_inequality(S.Rel(op, lhs, rhs), rel, d, region) for op in ("<", ">"))
    return _inequality(S.Rel(rel.op, lhs, rhs), rel, d, region)


def _uses_facts(e: sp.Expr, region: Region) -> bool:
    return any(f.op == "=" and f.free_symbols & e.free_symbols for f in region.facts)


def _inequality(rel: S.Rel, original: S.Rel, d: Deduction, region: Region) -> bool:
    work = region.copy()
    lemmas = add_facts(original, work, d.formula)
    certificate = prove(S.Rel(rel.op, work.abstract(rel.lhs), work.abstract(rel.rhs)), work)
    if certificate is None:
        d.missing = d.missing or f"no certificate for {original}"
        return False
    d.lemmas += [x for x in (*lemmas, *certificate.lemmas) if x not in d.lemmas]
    d.say(certificate.method, certificate.detail)
    return True


def _by_induction(e: sp.Expr, d: Deduction, region: Region) -> bool:
    """e(m) = 0 for all m >= lo: e(lo) = 0 and e(m + 1) - e(m) = 0."""
    if not e.atoms(sp.Sum, sp.Product, sp.harmonic):
        return False
    for s in sorted(e.free_symbols & region.integers, key=str):
        v = region.variables[s]
        if not v.lo.is_Integer or v.hi is not sp.oo:
            continue
        base = e.xreplace({s: v.lo}).doit()
        step = e.xreplace({s: s + 1}) - e
        if is_zero(base, region.integers, region.positive) and is_zero(
            step, region.integers, region.positive
        ):
            d.say("induction", f"in {s}: the first case and every step agree as normal forms")
            return True
    return False


def _monotone(st: S.Monotone, d: Deduction, region: Region, facts: tuple[S.Rel, ...]) -> bool:
    expr, symbol, direction = st.args
    op = {"increasing": "<", "decreasing": ">", "nondecreasing": "<=", "nonincreasing": ">="}[
        direction.name
    ]
    if isinstance(d.claim.domain.get(symbol), Integers):
        step = S.Rel(op, expr, expr.subs(symbol, symbol + 1))
        d.say("step", f"the sign of the step in {symbol}")
        return _relation(step, d, region, facts)
    table = _formulas(expr, d)
    slope = sp.diff(expr.xreplace(table), symbol)
    return _decide(
        S.Rel({"<": ">", ">": "<", "<=": ">=", ">=": "<="}[op], slope, 0), d, region, facts
    )


def _member(st: S.Member, d: Deduction, region: Region, facts: tuple[S.Rel, ...]) -> bool:
    raise OutsideFragment(
        "membership in a range of integers is checked at instances only", part="Member"
    )


# -- limits ------------------------------------------------------------------------------


def _replace_limits(e: sp.Expr, d: Deduction, region: Region) -> sp.Expr:
    """Limits by their values, the innermost first."""
    kinds = (S.Lim, S.LimSup, S.LimInf)
    while True:
        nodes = [x for x in e.atoms(*kinds) if not x.args[0].atoms(*kinds)]
        if not nodes:
            return e
        table = {}
        for node in sorted(nodes, key=sp.default_sort_key):
            table[node] = _limit(node, d, region)
        e = e.xreplace(table)


def _limit(node: sp.Expr, d: Deduction, region: Region) -> sp.Expr:
    expr, x, to = node.args
    expr = rewrite_collapse(expr)
    inner = _formulas(expr, d)
    body = region.abstract(_carry_out(expr).xreplace(inner))
    work = _with(region, d.claim, x)
    left = body.atoms(Q.Mean, Q.Prob)
    value, lemmas = _squeeze(body, x, to, d, work) if left else limit(body, x, to, work)
    d.lemmas += [lemma for lemma in lemmas if lemma not in d.lemmas]
    d.say("limit", f"{x} to {to}: {value}")
    return value


def _with(region: Region, claim: Claim, x: sp.Symbol) -> Region:
    if x in region.variables:
        return region
    return region.restrict(Variable(x, sp.Integer(1), sp.oo, integer=True))


def _squeeze(body: sp.Expr, x: sp.Symbol, to: sp.Expr, d: Deduction, region: Region):  # type: ignore[no-untyped-def]
    """An opaque probability between two formulas with the same limit."""
    if not isinstance(body, (Q.Prob, Q.Mean)) or not isinstance(
        body.args[0], (Q.IsDirac, Q.NormInf)
    ):
        raise OutsideFragment(f"the limit of {body}", part=str(body))
    v = body.args[0].args[0]
    process = v.args[0].process
    size = full_resample(process)
    if size is None:
        raise OutsideFragment(f"the limit of {body}", part=str(body))
    square = region.abstract(d.formula(Q.Mean(Q.SqNorm(v))))
    lower = 1 - size * (1 - square) if isinstance(body, Q.Prob) else square
    value, lemmas = limit(lower, x, to, region)
    if value != 1:
        raise OutsideFragment(f"the limit of {body}", part=str(body))
    return value, [*lemmas, "lemma.split"]
