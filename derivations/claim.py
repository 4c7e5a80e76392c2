"""A `Claim`: what a paper states about quantities of a process. It carries no verdict.

`where` holds the paper's own abbreviations (alpha = n/(N + n)): they belong to the statement.
`quantities` says which functional of which process a symbol of the statement stands for: engines
derive these, and see nothing else of the claim. `quoted` names the source that the paper takes the
statement from. `empirical` is what prose about an experiment says
of a direction; only the transformer engine tests it, and only on demand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from inspect import signature
from types import MappingProxyType
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction

from .domain import Domain, Integers, Reals, Schedule, Simplex
from .errors import ClaimError, RefutableError
from .quantity import processes_of
from .statement import Exists, Parts, Prose, Statement, to_statement
from .wellformed import check_empirical, check_names, check_sides, check_table

__all__ = ["KINDS", "Claim", "Part", "Reading", "claim"]

KINDS = (
    "identity",
    "recurrence",
    "closed form",
    "bound",
    "limit",
    "asymptotic",
    "monotonicity",
    "optimum",
    "distributional",
    "definition",
    "proof step",
    "prose",
    "experiment",
    "table",
)
#: While a claim file is loaded, `claim` notes here what it makes, so that none gets lost unbound.
MADE: ContextVar[list[Claim] | None] = ContextVar("MADE", default=None)
_ID = re.compile(r"[A-Za-z][\w-]*(\.[\w-]+)*\Z")


def _frozen(m: Mapping | None) -> Mapping:
    return MappingProxyType(dict(m or {}))


@dataclass(frozen=True)
class Reading:
    """One way to read an ambiguous statement; what it does not name is as in the claim."""

    name: str
    statement: Statement | None = None
    quantities: Mapping = field(default_factory=dict)
    domain: Mapping = field(default_factory=dict)
    hypotheses: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Part:
    """A sub-statement (a link of a chain, a member of a tuple); inherits from its claim."""

    suffix: str
    statement: Statement
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Claim:
    """A statement of a paper, ready to be judged. Make one with `claim(...)`."""

    id: str
    statement: Statement
    kind: str
    domain: Mapping[sp.Basic, Domain]
    paper: str = ""
    locator: str = ""
    where: Mapping[sp.Basic, sp.Basic] = field(default_factory=dict)
    quantities: Mapping[sp.Basic, sp.Basic] = field(default_factory=dict)
    hypotheses: tuple[Statement, ...] = ()
    assumes: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()
    mode: str | None = None
    convention: str | None = None
    provenance: str = "printed"
    confidence: object = None
    readings: tuple[Reading, ...] = ()
    parent: str | None = None
    derive: bool = False
    note: str = ""
    quoted: str = ""
    check: object = None
    empirical: Statement | None = None
    file: str | None = None
    line: int | None = None

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def is_prose(self) -> bool:
        """No formal reading was given."""
        return isinstance(self.statement, Prose)

    def read(self, reading: Reading) -> Claim:
        """This claim under one of its readings."""
        return replace(
            self,
            statement=reading.statement or self.statement,
            quantities=_frozen({**self.quantities, **reading.quantities}),
            domain=_frozen({**self.domain, **reading.domain}),
            hypotheses=self.hypotheses + tuple(reading.hypotheses),
            readings=(),
        )

    @property
    def direction(self) -> Statement | None:
        """What is tested of an experiment told in prose, with abbreviations and quantities in."""
        if self.empirical is None:
            return None
        return expand(expand(self.empirical, self.where), self.quantities)

    def expanded(self) -> Statement:
        """The statement with the paper's abbreviations put in; quantity symbols stay."""
        return self._expanded

    @cached_property
    def _expanded(self) -> Statement:
        return expand(self.statement, self.where)

    def bound(self) -> Statement:
        """The statement with abbreviations and quantities put in."""
        return self._bound

    @cached_property
    def _bound(self) -> Statement:
        body = expand(self.expanded(), self.quantities)
        return body.xreplace({e: self._within(e) for e in body.atoms(Exists)})

    def _within(self, e: Exists) -> Statement:
        """The same with the interval of its symbol, where the domain is one between numbers."""
        d = self.domain.get(e.symbol)
        if not isinstance(d, Reals) or not (d.lo.is_number and d.hi.is_number):
            return e
        return Exists(*e.args[:2], sp.Interval(d.lo, d.hi, d.lo_open, d.hi_open))

    @cached_property
    def assumptions(self) -> tuple[Statement, ...]:
        """The hypotheses, with abbreviations and quantities put in."""
        return tuple(expand(expand(h, self.where), self.quantities) for h in self.hypotheses)


def expand(expr: sp.Basic, table: Mapping[sp.Basic, sp.Basic]) -> sp.Basic:
    """Put symbols and functions of `table` in, until nothing changes.

    Function symbols take a sympy Lambda. Indices are replaced first, so `S(m + 1)` becomes the
    quantity at index m + 1.
    """
    if not table:
        return expr
    return _expanded(expr, *_closed(tuple(table.items())))


def _expanded(expr: sp.Basic, symbols: dict, functions: dict) -> sp.Basic:
    if not functions:
        return expr.xreplace(symbols)
    for _ in range(20):
        expr = expr.xreplace(symbols)
        calls = {
            a: functions[a.func](*a.args) for a in expr.atoms(AppliedUndef) if a.func in functions
        }
        if not calls:
            return expr
        expr = expr.xreplace(calls)
    raise ClaimError(f"definitions go round in a circle: {', '.join(map(str, functions))}")


@lru_cache(maxsize=256)
def _closed(table: tuple[tuple[sp.Basic, sp.Basic], ...]) -> tuple[dict, dict]:
    """The symbols and the functions of a table, the symbols' bodies without other symbols of it."""
    functions = {f: body for f, body in table if isinstance(f, UndefinedFunction)}
    symbols = {s: body for s, body in table if not isinstance(s, UndefinedFunction)}
    for _ in range(20):
        new = {s: body.xreplace(symbols) for s, body in symbols.items()}
        if new == symbols:
            return symbols, functions
        symbols = new
    raise ClaimError(f"definitions go round in a circle: {', '.join(str(s) for s, _ in table)}")


def _caller() -> tuple[str | None, int | None]:
    frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back  # type: ignore[assignment]
    return (frame.f_code.co_filename, frame.f_lineno) if frame else (None, None)


def claim(
    id: str,
    statement: object,
    kind: str,
    *,
    domain: Mapping[sp.Basic, Domain] | None = None,
    where: Mapping | None = None,
    quantities: Mapping | None = None,
    hypotheses: Sequence[object] = (),
    readings: Sequence[Reading] = (),
    parts: Mapping[str, Mapping[str, Any] | object] | None = None,
    **fields: Any,
) -> list[Claim]:
    """The claim and, after it, its parts, validated.

    parts: suffix -> statement, or -> dict with `statement` and any field that differs from the
    claim's (`domain`, `where`, `quantities` and `hypotheses` are added to the claim's own;
    `symbols` names the symbols to keep of the domain).
    Raises ClaimError, StatementError or DomainError with the place in the file.

    >>> import sympy as sp
    >>> from refutable.derivations.statement import lt
    >>> n = sp.Symbol("n")
    >>> [c.id for c in claim("demo", lt(0, n), "bound", domain={n: Integers(1)})]
    ['demo']
    """
    file, line = _caller()
    try:
        top = _make(
            id,
            statement,
            kind,
            domain or {},
            where or {},
            quantities or {},
            hypotheses,
            readings,
            {**fields, "file": file, "line": line},
        )
        out = [top]
        for suffix, body in (parts or {}).items():
            out.append(_part(top, suffix, body))
    except RefutableError as err:
        if err.where == (None, None, None):
            err.where = (file, line, id)
        raise
    if (notes := MADE.get()) is not None:
        notes.extend(out)
    return out


def _part(top: Claim, suffix: str, body: object) -> Claim:
    spec = dict(body) if isinstance(body, Mapping) else {"statement": body}
    inherited = {
        f: getattr(top, f)
        for f in (
            "paper",
            "locator",
            "trusted",
            "mode",
            "convention",
            "provenance",
            "confidence",
            "file",
            "line",
        )
    }
    if "statement" not in spec:
        raise ClaimError(f"claim {top.id}: its part {suffix!r} has no statement")
    statement, kind = spec.pop("statement"), spec.pop("kind", top.kind)
    domain = {**top.domain, **spec.pop("domain", {})}
    if (only := spec.pop("symbols", None)) is not None:
        domain = {x: d for x, d in domain.items() if x in only}
    where = {**top.where, **spec.pop("where", {})}
    quantities = {**top.quantities, **spec.pop("quantities", {})}
    hypotheses = (*top.hypotheses, *spec.pop("hypotheses", ()))
    if spec.pop("own_hypotheses", False):
        hypotheses = hypotheses[len(top.hypotheses) :]
    readings = spec.pop("readings", ())
    spec["assumes"] = tuple(a if "." in a else f"{top.id}.{a}" for a in spec.get("assumes", ()))
    fields = {**inherited, **spec, "parent": top.id}
    return _make(
        f"{top.id}.{suffix}",
        statement,
        kind,
        domain,
        where,
        quantities,
        hypotheses,
        readings,
        fields,
    )


def _make(id, statement, kind, domain, where, quantities, hypotheses, readings, fields) -> Claim:  # type: ignore[no-untyped-def]
    if not isinstance(id, str) or not _ID.match(id):
        raise ClaimError(
            f"claim id must be words joined by dots, such as 'paper.thm1' (got {id!r})"
        )
    if kind not in KINDS:
        raise ClaimError(f"claim {id}: unknown kind {kind!r}; use one of {', '.join(KINDS)}")
    known = set(Claim.__dataclass_fields__)
    unknown = [f for f in fields if f not in known]
    if unknown:
        raise ClaimError(
            f"claim {id}: unknown field {unknown[0]!r}; known: {', '.join(sorted(known))}"
        )
    if fields.get("provenance", "printed") not in ("printed", "reconstructed"):
        raise ClaimError(f"claim {id}: provenance must be 'printed' or 'reconstructed'")
    for what, table in (("domain", domain), ("where", where), ("quantities", quantities)):
        check_table(id, what, table)
    for r in readings:
        if not isinstance(r, Reading):
            raise ClaimError(f"claim {id}: a reading must be a Reading('name', ...) (got {r!r})")
    for s, d in domain.items():
        if not isinstance(d, Domain):
            raise ClaimError(f"claim {id}: the domain of {s} must be a Domain (got {d!r})")
        _assumptions_fit(id, s, d)
    if fields.get("empirical") is not None:
        fields = {**fields, "empirical": to_statement(fields["empirical"])}
    out = Claim(
        id=id,
        statement=to_statement(statement),
        kind=kind,
        domain=_frozen(domain),
        where=_frozen({k: sp.sympify(v) for k, v in where.items()}),
        quantities=_frozen({k: sp.sympify(v) for k, v in quantities.items()}),
        hypotheses=tuple(to_statement(h) for h in hypotheses),
        readings=tuple(readings),
        **{k: tuple(v) if k in ("assumes", "trusted") else v for k, v in fields.items()},
    )
    _check_function(out)
    check_empirical(out)
    for reading in out.readings or (None,):
        _check_symbols(out if reading is None else out.read(reading))
    return out


def _assumptions_fit(id: str, s: sp.Basic, d: Domain) -> None:
    """A symbol's SymPy assumptions must follow from its domain, or they smuggle hypotheses in."""
    if not isinstance(s, sp.Symbol):
        return
    lo = getattr(d, "lo", None)
    implied = {
        "integer": isinstance(d, Integers),
        "positive": lo is not None
        and bool(lo.is_number and (lo > 0 or (lo >= 0 and getattr(d, "lo_open", False)))),
        "nonnegative": lo is not None and bool(lo.is_number and lo >= 0),
    }
    for name, follows in implied.items():
        if getattr(s, f"is_{name}") and not follows:
            raise ClaimError(
                f"claim {id}: symbol {s} is declared {name} in SymPy, but its domain {d} permits"
                f" other values; use a plain Symbol({s.name!r}) and let the domain speak"
            )


def _check_function(c: Claim) -> None:
    """A claim's own check takes symbols of the claim's domain, by name."""
    if c.check is None:
        return
    if isinstance(c.statement, Parts):
        raise ClaimError(f"claim {c.id}: check belongs to a part; give it to one of parts={{...}}")
    if not callable(c.check):
        raise ClaimError(f"claim {c.id}: check must be a function (got {c.check!r})")
    known = {str(s) for s in c.domain}
    for name, p in signature(c.check).parameters.items():
        if p.kind in (p.POSITIONAL_ONLY, p.VAR_POSITIONAL, p.VAR_KEYWORD) or name not in known:
            raise ClaimError(
                f"claim {c.id}: check takes {name}, which has no domain;"
                f" known: {', '.join(sorted(known)) or 'none'}"
            )


def _check_symbols(c: Claim) -> None:
    body = c.bound() if c.direction is None else c.direction  # of prose, what is tested of it
    check_sides(c.id, (c.statement, body, *c.assumptions))
    check_names(c, (c.statement, body, *c.assumptions))
    free: set[sp.Basic] = set(body.free_symbols)
    for h in c.assumptions:
        free |= h.free_symbols
    calls = {a.func for a in body.atoms(AppliedUndef)}
    for process in processes_of(body):
        free |= {x for x in process.parameters if isinstance(x, sp.Symbol)}
        calls |= {x for x in process.parameters if isinstance(x, UndefinedFunction)}
    known = set(c.domain)
    missing = sorted((str(x) for x in (free | calls) - known), key=str)
    if missing and (c.direction is not None or not c.is_prose):
        raise ClaimError(
            f"claim {c.id}: symbol {missing[0]} has no domain and stands for no quantity;"
            f" add it to domain={{...}}, where={{...}} or quantities={{...}}"
        )
    for s, d in c.domain.items():
        if isinstance(d, (Integers, Reals, Simplex)):
            for other in d.depends:
                if other not in known:
                    raise ClaimError(
                        f"claim {c.id}: the domain of {s} mentions {other}, which has none"
                    )
        if isinstance(d, Schedule) and not isinstance(s, UndefinedFunction):
            raise ClaimError(
                f"claim {c.id}: {s} has a Schedule as domain but is no function symbol"
            )
