"""`scaffold`: a claim file for a formula, with every name declared and what was understood told.

It loads as it is; its domains are the widest that make sense, and each is marked TODO.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Sequence

import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction

import refutable

from ...derivations.statement import Lim, LimInf, LimSup, Rel, Statement, eq
from .canon import canonical
from .code import code
from .lexer import Token
from .read import Understood, understand
from .spelling import atom_at

__all__ = ["scaffold", "sequences_in"]

_INDEX = re.compile(r"[a-zA-Z0-9+\-,]|\\[a-zA-Z]+\Z")
_TAKEN = {*dir(builtins), *keyword.kwlist, *keyword.softkwlist, *refutable.__all__, "sp"}


def scaffold(latex: str) -> str:
    """The text of a claim file that states this formula.

    Raises LatexError where the formula is not read; an expression without a relation is stated to
    be equal to a new symbol `value`.

    >>> "le(S(m + 1), S(m))" in scaffold(r"S_{m+1} \\le S_m")
    True
    """
    tokens = canonical(latex)
    understood = understand(latex, sequences=sequences_in(tokens))
    statement, values = _as_statement(understood)
    names = _identifiers(statement, understood)
    return _file(latex, statement, values, names, understood)


def sequences_in(tokens: Sequence[Token]) -> set[tuple[str, ...]]:
    """Heads (token texts) whose subscript is an index that moves: S_{m+1}, or S_m beside m.

    >>> sequences_in(canonical(r"S_m = (1 - 1/n)^m S_0 + x_{\\\\max}"))
    {('S',)}
    """
    subs: dict[tuple[str, ...], list[list[str]]] = {}
    alone: set[str] = set()
    at = 0
    while at < len(tokens):
        atom = atom_at(tokens, at, len(tokens))
        if atom is None:
            at += 1
            continue
        head = tuple(t.text for t in tokens[slice(*atom.head)])
        if atom.bracket is None and head[0] != r"\|":
            if atom.sub is not None and not (atom.sup or atom.primes):
                subs.setdefault(head, []).append([t.text for t in tokens[slice(*atom.sub)]])
            elif atom.sub is None and atom.sup is None and len(head) == 1:
                alone.add(head[0])
        at = atom.stop
    return {
        head
        for head, every in subs.items()
        if all(_INDEX.match(x) for sub in every for x in sub)
        and any((len(sub) > 1 and not _is_word(sub)) or sub[0] in alone for sub in every)
        and any(any(c.isalpha() for c in "".join(sub)) for sub in every)
        and head[0] not in {x for sub in every for x in sub}
    }


def _is_word(sub: list[str]) -> bool:
    """Several letters or digits in a row are a label such as x_{ij} or x_{10}."""
    return all(len(x) == 1 and x.isalnum() for x in sub)


def _as_statement(understood: Understood) -> tuple[Statement, list[sp.Symbol]]:
    """The statement, and the symbols that were made up for it."""
    if isinstance(understood.statement, Statement):
        return understood.statement, []
    taken = {str(s) for s in understood.statement.free_symbols}
    name = next(n for n in ("value", "value_1", "value_2") if n not in taken)
    value = sp.Symbol(name)
    return eq(value, understood.statement), [value]


def _identifiers(statement: sp.Basic, understood: Understood) -> dict[sp.Basic, str]:
    """A Python name for every symbol and function, all different."""
    bound = {s for node in statement.atoms(sp.Basic) for s in getattr(node, "bound_symbols", ())}
    objects = statement.free_symbols | bound | _functions(statement)
    out: dict[sp.Basic, str] = {}
    for x in sorted(objects, key=lambda x: (len(_name(x)), _name(x))):
        base = re.sub(r"\W+", "_", re.sub(r"\\(mathrm|mathbb|hat)\b", "", _name(x))).strip("_")
        base = base if base[:1].isalpha() else f"x_{base}"
        base = f"{base}_" if base in _TAKEN else base
        k, unique = 1, base
        while unique in out.values():
            k, unique = k + 1, f"{base}_{k + 1}"
        out[x] = unique
    return out


def _functions(statement: sp.Basic) -> set[UndefinedFunction]:
    return {a.func for a in statement.atoms(AppliedUndef)}


def _name(x: object) -> str:
    return x.__name__ if isinstance(x, UndefinedFunction) else str(x)


def _file(
    latex: str,
    statement: Statement,
    values: list[sp.Symbol],
    names: dict[sp.Basic, str],
    understood: Understood,
) -> str:
    source = " ".join(latex.split())
    lines = ["# A claim file for", *(f"#     {x}" for x in [source]), "#", "# What was understood:"]
    lines += [f"#     {note}" for note in understood.notes] or ["#     numbers only"]
    if values:
        lines.append(f"#     no relation: stated to equal {values[0]}; TODO: say what it is")
    body = code(statement, names)
    lines += ["#", f"# Printed back: {sp.latex(statement)}", "", "from refutable import *"]
    if re.search(r"\bsp\.", body):
        lines.append("import sympy as sp")
    lines += ["", *_declarations(names), "", "claim("]
    lines += ['    "my.claim",  # TODO: an id of your own', f"    {body},"]
    kinds = "identity, recurrence, closed form, bound, limit, ..."
    lines.append(f'    "{_kind(statement)}",  # TODO: which kind: {kinds}')
    lines += ["    domain={", *_domains(statement, names), "    },"]
    calls = sorted(names[f] for f in _functions(statement))
    lines += [f"    # TODO: what {c} is: quantities={{{c}: Lambda(m, mean(...))}}," for c in calls]
    return "\n".join([*lines, ")", ""])


def _declarations(names: dict[sp.Basic, str]) -> list[str]:
    out = []
    for x, name in sorted(names.items(), key=lambda pair: pair[1]):
        kind = "Function" if isinstance(x, UndefinedFunction) else "Symbol"
        out.append(f"{name} = {kind}({_literal(_name(x))})")
    return out


def _literal(text: str) -> str:
    if '"' in text or not text.isprintable():
        return repr(text)
    return f'r"{text}"' if "\\" in text else f'"{text}"'


def _domains(statement: Statement, names: dict[sp.Basic, str]) -> list[str]:
    whole = _integers(statement)
    free = sorted(statement.free_symbols, key=lambda s: names[s])
    out = []
    for s in free:
        domain = "Integers(1)" if s in whole else "Reals()"
        out.append(f"        {names[s]}: {domain},  # TODO: where does it range?")
    for f in sorted(_functions(statement), key=lambda f: names[f]):
        text = "Schedule(Reals()),  # TODO: its values; or a quantity, see below"
        out.append(f"        {names[f]}: {text}")
    return out


def _integers(statement: sp.Basic) -> set[sp.Basic]:
    """Symbols that are counted with: in an index, in the limits of a sum, under a factorial."""
    counted: list[sp.Basic] = [a for call in statement.atoms(AppliedUndef) for a in call.args]
    for node in statement.atoms(sp.Sum, sp.Product):
        counted += [e for limit in node.limits for e in limit[1:]]
    counted += [a for node in statement.atoms(sp.factorial, sp.binomial) for a in node.args]
    return {s for e in counted for s in e.free_symbols}


def _kind(statement: Statement) -> str:
    if statement.atoms(Lim, LimInf, LimSup):
        return "limit"
    if not isinstance(statement, Rel) or statement.op != "=":
        return "bound"
    calls = statement.atoms(AppliedUndef)
    if len(calls) > len({c.func for c in calls}):
        return "recurrence"
    lone = isinstance(statement.lhs, (sp.Symbol, AppliedUndef))
    return "closed form" if lone else "identity"
