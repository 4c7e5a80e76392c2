"""The symbolic side of the judge: derive the quantities, then prove the statement.

The engines see quantities only; here the derived formulas meet the printed statement. A proof is a
list of lines (rule, detail); what it rests on beyond the derivation is listed as lemmas.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import sympy as sp
from sympy.core.function import AppliedUndef

from refutable.derivations import quantity as Q
from refutable.derivations import statement as S
from refutable.derivations.claim import Claim
from refutable.derivations.derive import Derived, derive
from refutable.derivations.domain import Integers
from refutable.derivations.errors import NoLimit, OutsideFragment
from refutable.derivations.filters import fold
from refutable.derivations.matrices import has_matrices
from refutable.derivations.normal import is_zero
from refutable.derivations.response import Response

from .affinelimits import explicit_limit
from .cases import branches, resolve, spelled
from .comparison import limit_relation
from .divergence import diverges
from .existence import prove_exists, prove_none_exists
from .finiteness import unmet
from .finiteproducts import name_products
from .integrals import carry_out
from .lattice import is_whole, with_floors, without_floors
from .lemmas import circular
from .limiting import limit_of, surely
from .limits import certified_limit
from .matrixproof import matrix_relation
from .noisesquare import mean_square
from .opaque import add_facts
from .openings import Opening, openings
from .optima import prove_minimum
from .positivity import contradictory, prove, relevant
from .productsums import add_product_bounds
from .region import Region, Variable, one_truth, region_of
from .rewrites import read_off, rewrite
from .sequences import endless, spell
from .tokensums import sum_tokens
from .unfold import same
from .vectors import responses, vector_identity

MOST_CASES = 64
EARLY = 4  # values of a sequence that its upper limit is compared with

__all__ = ["Deduction", "deduce", "replace_limits", "varies"]


@dataclass
class Deduction:
    """Whether a statement was proved, how, and why not where it was not.

    derived: what each quantity was derived to be.  refused: parts an engine could not express.
    letters: quantity -> the variable that lines and `missing` have for it.
    shown: relations that a proof script showed on its way.
    limits: limits of the statement -> their certified values.
    """

    claim: Claim
    region: Region
    proved: bool = False
    lines: list[tuple[str, str]] = field(default_factory=list)
    lemmas: list[str] = field(default_factory=list)
    derived: dict[sp.Expr, Derived] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    missing: str = ""
    always: list[S.ForAll] = field(default_factory=list)
    letters: dict[sp.Basic, sp.Symbol] = field(default_factory=dict)
    shown: list[S.Rel] = field(default_factory=list)
    limits: dict[sp.Basic, sp.Expr] = field(default_factory=dict)

    def formula(self, node: sp.Expr) -> sp.Expr:
        """The derived formula of a Mean or Prob node, where it is finite on the whole domain."""
        need = unmet(node, self.region)
        if need is not None:
            raise OutsideFragment(
                f"{need.lhs} >= {need.rhs} is needed for a finite moment",
                part=f"a moment that is infinite unless {need.lhs} >= {need.rhs}",
            )
        return self.literal(node)

    def literal(self, node: sp.Expr) -> sp.Expr:
        """The derived formula (derived once), wherever the moment is finite."""
        if node not in self.derived:
            self.derived[node] = self._derive(node)
        return self.derived[node].formula

    def _derive(self, node: sp.Expr) -> Derived:
        if node.atoms(Q.NoiseVec):
            return Derived(node, mean_square(node, self.region), None, None, ())
        return derive(node)

    def say(self, rule: str, detail: str) -> None:
        if (rule, detail) not in self.lines:
            self.lines.append((rule, detail))


def deduce(claim: Claim, facts: tuple[S.Rel, ...] = ()) -> Deduction:
    """Try to prove the claim's (bound) statement on its whole domain.

    facts: relations that earlier, proved links provide.
    """
    body, lemmas = rewrite(claim.bound(), claim.domain)
    region = region_of(claim, [body, *facts])
    d = Deduction(claim, region, lemmas=lemmas, letters=dict(region.names))
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
    if d.proved and circular(claim, d.lemmas):
        d.proved, d.missing = False, f"the proof rests on {', '.join(d.lemmas)}"
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
        if isinstance(premise, S.ForAll):
            d.always.append(premise)
            try:
                compared = limit_relation(conclusion, d, region)
            finally:
                d.always.pop()
            return bool(compared) or _falls(premise, conclusion, d, region, facts)
        parts = [
            p
            for p in (premise.args if isinstance(premise, S.And) else (premise,))
            if isinstance(p, S.Rel)
        ]
        inner = region.copy()
        for p in parts:
            inner.facts.append(_abstracted(p, d, inner))
        try:
            if _prove(conclusion, d, inner, (*facts, *parts)):
                return True
        except OutsideFragment:
            if not _empty(parts, d, inner, region, facts):
                raise
        return _empty(parts, d, inner, region, facts)
    if isinstance(st, S.Iff):
        a, b = st.args
        return _prove(S.Implies(a, b), d, region, facts) and _prove(
            S.Implies(b, a), d, region, facts
        )
    if isinstance(st, S.ForAll):
        return _prove(st.body, d, region, facts)
    if isinstance(st, S.Exists):
        return _exists(st, d, region, facts)
    if isinstance(st, S.Not) and isinstance(st.args[0], S.Exists):
        return _none_exists(st.args[0], d, region, facts)
    if isinstance(st, S.Monotone):
        return _monotone(st, d, region, facts)
    if isinstance(st, S.Minimises):
        return prove_minimum(
            st,
            d,
            region,
            lambda rel, here: _relation(rel, d, here, facts),
            lambda e, here: _explicit(e, d, here),
        )
    if isinstance(st, S.Member):
        return _member(st, d, region, facts)
    raise OutsideFragment(f"{type(st).__name__} has no proof rule", part=type(st).__name__)


def _empty(
    parts: list[S.Rel], d: Deduction, inner: Region, region: Region, facts: tuple[S.Rel, ...]
) -> bool:
    """Does no point of the domain satisfy the premise: do its parts exclude each other, or one fail?"""
    missing = d.missing
    if contradictory(inner) or any(_never(p, d, region, facts) for p in parts):
        d.say("empty premise", "no point of the domain satisfies the premise")
        return True
    d.missing = missing
    return False


def _never(rel: S.Rel, d: Deduction, region: Region, facts: tuple[S.Rel, ...]) -> bool:
    """Is the opposite of a relation of numbers proved? Two sides differ if one is always larger."""
    if isinstance(rel.lhs, Q.Vec) or has_matrices(rel):
        return False
    ops = ("<", ">") if rel.op == "=" else (rel.negated.op,)
    try:
        return any(_relation(S.Rel(op, rel.lhs, rel.rhs), d, region, facts) for op in ops)
    except OutsideFragment:
        return False


def _falls(
    premise: S.ForAll, st: sp.Basic, d: Deduction, region: Region, facts: tuple[S.Rel, ...]
) -> bool:
    """The premise at each index gives x(t) < x(t - 1): the upper limit is below each early value."""
    x = premise.symbol
    v = region.variables.get(x)
    limit = st.lhs if isinstance(st, S.Rel) and st.op in ("<", "<=") else None
    if not isinstance(limit, (S.Lim, S.LimSup)) or v is None or not v.lo.is_Integer:
        raise OutsideFragment("a premise about all indices", part="ForAll")
    e, y, to = limit.args
    early = (v.lo - 1 + k for k in range(EARLY))
    at = next((k for k in early if e.subs(y, k) == st.rhs), None)
    if isinstance(limit, S.Lim) or to is not sp.oo or at is None:
        raise OutsideFragment("a premise about all indices", part="ForAll")
    e = e.subs(y, x)
    step = S.Implies(premise.body, S.lt(e, e.subs(x, x - 1)))
    ok = _prove(step, d, region, facts)
    if ok:
        where = "the first value" if at == v.lo - 1 else f"the value at index {at}"
        d.say("monotone", f"decreasing from index {v.lo - 1} on: the limit is below {where}")
    return ok


def _abstracted(rel: S.Rel, d: Deduction, region: Region) -> S.Rel:
    lhs, rhs = (replace_limits(s, d, region) for s in (rel.lhs, rel.rhs))
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
        if same(rel, region):
            d.say("fit", "opened by the process's step, both sides are the same mean of batches")
            return True
        return vector_identity(rel, d)
    if has_matrices(rel):
        return matrix_relation(rel, d, region, lambda r: _decide(r, d, region, facts))
    if rel.atoms(Response):
        return all(_response_case(at, r, d, region, facts) for at, r in responses(rel, region))
    compared = limit_relation(rel, d, region)
    if compared is not None:
        return compared
    lhs, rhs = (replace_limits(side, d, region) for side in (rel.lhs, rel.rhs))
    rel = S.Rel(rel.op, carry_out(lhs, region), carry_out(rhs, region))
    table = _formulas(rel, d)
    late = _late_cases(rel, d, region)
    for at in late:
        if not _early_case(rel, at, d, region):
            d.missing = f"the case {_at(at)}"
            return False
    if late:
        ((symbol, _),) = late[-1].items()
        region = region.restrict(replace(region.variables[symbol], lo=late[-1][symbol] + 1))
    full = S.Rel(rel.op, rel.lhs.xreplace(table), rel.rhs.xreplace(table))
    if _decide(full, d, region, facts):
        return True
    closed = {node for node, formula in table.items() if not formula.has(sp.Product)}
    return any(_opened(o, rel, table, d, region, facts) for o in openings(rel, closed))


def _opened(
    o: Opening, rel: S.Rel, table: dict, d: Deduction, region: Region, facts: tuple[S.Rel, ...]
) -> bool:
    """The relation with its means in moments of one generation; the first ones case by case."""
    v = region.variables.get(o.index)
    if v is None or not v.lo.is_Integer:
        return False
    for k in range(int(v.lo), o.first):
        if not _early_case(rel, {o.index: sp.Integer(k)}, d, region):
            d.missing = f"the case {o.index} = {k}"
            return False
    later = region.restrict(replace(v, lo=sp.Max(v.lo, o.first)))
    both = {**table, **o.formulas}
    every = [rel.lhs.xreplace(both), rel.rhs.xreplace(both)]
    every += [x for f in o.facts for x in (f.lhs, f.rhs)]
    lhs, rhs, *known = _spelled(every, later, d)
    for f, k in zip(o.facts, range(0, 2 * len(o.facts), 2), strict=True):
        later.facts.append(S.Rel(f.op, *(later.abstract(x) for x in known[k : k + 2])))
    ok = _decide(S.Rel(rel.op, lhs, rhs), d, later, facts)
    if ok:
        d.say("one state", f"means opened at generation {o.index} and before")
        d.missing = ""
    return ok


def _spelled(sides: list[sp.Expr], region: Region, d: Deduction) -> list[sp.Expr]:
    """The sides with their sequences in one spelling, that of the region's facts as well."""
    known = [x for f in region.facts for x in (f.lhs, f.rhs)]
    out = list(spell(sp.Tuple(*sides, *known), region, d.claim.domain))
    here, known = out[: len(sides)], [region.abstract(x) for x in out[len(sides) :]]
    pairs = zip(known[::2], known[1::2], strict=True)
    region.facts = [S.Rel(f.op, a, b) for f, (a, b) in zip(region.facts, pairs, strict=True)]
    return here


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
        d.missing = d.missing or f"the case {_at(at)}"
    return ok


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
    ok = _decide(full, d, region.put(at), ())
    if ok:
        d.say("case", _at(at))
    return ok


def _decide(rel: S.Rel, d: Deduction, region: Region, facts: tuple[S.Rel, ...]) -> bool:
    """A relation between expressions in symbols, truth functionals and opaque quantities."""
    sides = [
        spelled(without_floors(one_truth(fold(x), region), region)) for x in (rel.lhs, rel.rhs)
    ]
    if rel.atoms(AppliedUndef):
        if rel.op == "=" and _same(sides[0] - sides[1], d, region):
            return True
        region = region.copy()
        sides = _spelled(sides, region, d)
        used = add_product_bounds(region, d.claim.domain)
        d.lemmas += [lemma for lemma in used if lemma not in d.lemmas]
    rel = S.Rel(rel.op, *(sum_tokens(read_off(x), d.claim.domain) for x in sides))
    region = with_floors(rel, region)
    split = _by_cases(rel, d, region, facts)
    if split is not None:
        return split
    if rel.has(sp.Piecewise):
        rel = resolve(rel, region)
        cases = branches(rel, region)
        if cases is not None:
            return all(_decide(rel, d, here, facts) for here in cases)
    lhs, rhs = region.abstract(rel.lhs), region.abstract(rel.rhs)
    if rel.op == "=":
        if lhs == rhs and lhs in (sp.oo, -sp.oo):
            return True
        if lhs.has(sp.oo, -sp.oo) or rhs.has(sp.oo, -sp.oo):
            return False
        if _same(lhs - rhs, d, region):
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


def _same(difference: sp.Expr, d: Deduction, region: Region) -> bool:
    if not is_zero(difference, region.integers, region.positive):
        return False
    d.say("normal form", "both sides agree as rational functions of their generators; FLINT agrees")
    return True


def _by_cases(rel: S.Rel, d: Deduction, region: Region, facts: tuple[S.Rel, ...]) -> bool | None:
    """Each value of an integer symbol that has few, by itself; None where there is no such symbol."""  # noqa: E501
    for s in sorted(rel.free_symbols & region.integers, key=str):
        v = region.variables[s]
        if v.lo.is_Integer and v.hi.is_Integer and v.hi - v.lo < MOST_CASES:
            values = [{s: sp.Integer(k)} for k in range(int(v.lo), int(v.hi) + 1)]
            ok = all(_value_case(rel.xreplace(at), d, region.put(at), facts) for at in values)
            d.say("case by case", f"{s} = {v.lo}, ..., {v.hi}")
            return ok
    return None


def _at(at: dict) -> str:
    return ", ".join(f"{s} = {x}" for s, x in at.items())


def _value_case(rel: S.Rel, d: Deduction, region: Region, facts: tuple[S.Rel, ...]) -> bool:
    return _decide(rel, d, region, facts) or (bool(region.facts) and contradictory(region))


def _uses_facts(e: sp.Expr, region: Region) -> bool:
    return bool(e.free_symbols) and any(f.op == "=" for f in relevant(e, region))


def _finite(rel: S.Rel, d: Deduction, region: Region) -> bool:
    """x < oo for a quotient of polynomials: its denominator vanishes nowhere."""
    low = rel.lhs
    if low.has(sp.oo, sp.zoo, sp.nan):
        return False
    den = sp.fraction(sp.together(low))[1]
    factors = [f for f, _ in sp.factor_list(den)[1]] if den.is_polynomial() else [den]
    ok = all(any(prove(S.Rel(op, f, 0), region) for op in (">", "<")) for f in factors)
    if ok:
        d.say("finite", f"no factor of {den} vanishes")
    return ok


def _inequality(rel: S.Rel, original: S.Rel, d: Deduction, region: Region) -> bool:
    if (rel.op, rel.rhs) == ("<=", sp.oo) or (rel.op, rel.lhs) == (">=", sp.oo):
        return True
    if (rel.op, rel.rhs) == ("<", sp.oo):
        return _finite(rel, d, region)
    if rel.op == ">" and rel.lhs is sp.oo:
        return _finite(S.Rel("<", rel.rhs, sp.oo), d, region)
    work = region.copy()
    lemmas = add_facts(original, work, d.formula)
    sides = name_products((work.abstract(rel.lhs), work.abstract(rel.rhs)), work)
    certificate = prove(S.Rel(rel.op, *sides), work)
    if certificate is None:
        d.missing = d.missing or f"no certificate for {original}"
        return False
    d.lemmas += [x for x in (*lemmas, *certificate.lemmas) if x not in d.lemmas]
    d.say(certificate.method, certificate.detail)
    return True


def _by_induction(e: sp.Expr, d: Deduction, region: Region) -> bool:
    """e(m) = 0 for all m >= lo: e(lo) = 0 and e(m + 1) - e(m) = 0."""
    if not e.atoms(sp.Sum, sp.Product, sp.harmonic) or e.has(sp.binomial):
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
        step = S.Rel(op, expr, Q.put_parameters(expr, {symbol: symbol + 1}))
        d.say("step", f"the sign of the step in {symbol}")
        return _relation(step, d, region, facts)
    table = _formulas(expr, d)
    explicit = expr.xreplace(table)
    if any(symbol in node.free_symbols for node in explicit.atoms(Q.Mean, Q.Prob)):
        raise OutsideFragment(f"how {expr} depends on {symbol}", part=str(expr))
    slope = sp.diff(explicit, symbol)
    return _decide(
        S.Rel({"<": ">", ">": "<", "<=": ">=", ">=": "<="}[op], slope, 0), d, region, facts
    )


def _member(st: S.Member, d: Deduction, region: Region, facts: tuple[S.Rel, ...]) -> bool:
    x, first, last = st.args
    if not is_whole(x, region.integers):
        d.missing = f"whether {x} is an integer"
        return False
    d.say("lattice", f"{x} counts data")
    lower = S.gt(x, first - 1) if first.is_Integer else S.ge(x, first)
    upper = [] if last is sp.oo else [S.le(x, last)]
    return all(_relation(r, d, region, facts) for r in (lower, *upper))


def _none_exists(st: S.Exists, d: Deduction, region: Region, facts: tuple[S.Rel, ...]) -> bool:
    domain = d.claim.domain.get(st.symbol)
    how = prove_none_exists(st, domain, region, lambda rel, here: _prove(rel, d, here, facts))
    if how is not None:
        d.say("existence", f"no {st.symbol} does: {how} contradicts it")
    return how is not None


def _exists(st: S.Exists, d: Deduction, region: Region, facts: tuple[S.Rel, ...]) -> bool:
    value = prove_exists(
        st, d.claim.domain.get(st.symbol), region, lambda body: _prove(body, d, region, facts)
    )
    if value is not None:
        d.say("existence", f"{st.symbol} = {value} will do")
    return value is not None


# -- limits ------------------------------------------------------------------------------


def _explicit(e: sp.Expr, d: Deduction, region: Region) -> sp.Expr:
    """Limits taken, derived formulas put in, derivatives and integrals carried out."""
    e = carry_out(replace_limits(e, d, region), region)
    return e.xreplace(_formulas(e, d))


def replace_limits(e: sp.Basic, d: Deduction, region: Region) -> sp.Basic:
    """Limits by their values; under a limit to infinity its symbol is large enough for inner ones."""  # noqa: E501
    if isinstance(e, (S.Lim, S.LimSup, S.LimInf)):
        expr, x, to = e.args
        inner = _with(region, d.claim, x).copy()
        if to is sp.oo:
            inner.eventual = inner.eventual | {x}
        if varies(expr):
            try:
                return explicit_limit(e, region)
            except NoLimit:
                raise
            except OutsideFragment:
                pass  # the closed form may still say
        value = _limit(replace_limits(expr, d, inner), x, to, d, _with(region, d.claim, x))
        d.limits[e] = value.xreplace({s: node for node, s in region.names.items()})
        return value
    if not e.atoms(S.Lim, S.LimSup, S.LimInf):
        return e
    return e.func(*(replace_limits(a, d, region) for a in e.args))


def varies(expr: sp.Expr) -> bool:
    """A mean of a process whose sizes or shares change from one generation to the next."""
    return isinstance(expr, Q.Mean) and any(p.varies for p in Q.processes_of(expr))


def _limit(expr: sp.Expr, x: sp.Symbol, to: sp.Expr, d: Deduction, region: Region) -> sp.Expr:
    body = one_truth(carry_out(expr, region).xreplace(_formulas(expr, d)), region)
    settled, sure = surely(body, x, to, region, d.formula)
    body = region.abstract(body.xreplace(settled))
    if to is sp.oo:
        settled = endless(body, x, region, d.claim.domain)
        if settled != body and x not in settled.free_symbols:
            d.say("limit", f"a product of factors in [0, 1] falls to its limit: {settled}")
            return settled
    try:
        if to is not sp.oo or body.atoms(Q.Mean, Q.Prob):
            raise OutsideFragment("no certified limit")
        value, lemmas = certified_limit(body, x, region), []
    except OutsideFragment:
        got = d.derived.get(expr)
        grows = diverges(got, region) if to is sp.oo and got is not None else None
        if grows:
            d.say("divergence", grows)
            value, lemmas = sp.oo, []
        elif got is not None and not body.atoms(sp.Product) and any(
            x in p.exp.free_symbols and p.base.free_symbols for p in body.atoms(sp.Pow)
        ):
            raise OutsideFragment(f"whether the powers in {x} decay", part=str(expr)) from None
        else:
            value, lemmas = limit_of(body, x, to, region, d.formula)
    d.lemmas += [lemma for lemma in dict.fromkeys([*sure, *lemmas]) if lemma not in d.lemmas]
    d.say("limit", f"{x} to {to}: {value}")
    return value


def _with(region: Region, claim: Claim, x: sp.Symbol) -> Region:
    if x in region.variables:
        return region
    return region.restrict(Variable(x, sp.Integer(1), sp.oo, integer=True))
