"""Formulas as LaTeX, one spelling for every document."""

from __future__ import annotations

import re
from itertools import pairwise

import sympy as sp

from refutable.derivations.claim import Claim

__all__ = ["escape", "formula", "meanings", "pieces"]

_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "‖": r"\textbar\textbar{}",
    "≤": r"$\le$", "≥": r"$\ge$", "→": r"$\to$", "∞": r"$\infty$", "−": "-", "·": r"$\cdot$",
}  # fmt: skip
#: Where a formula may be cut, and what opens and closes.
_CUT = re.compile(
    r"\\(?:left|right|begin|end)(?![A-Za-z])|[{}]| [+-] | = | \\(?:le|ge|ne) | < | > "
    r"|\\Rightarrow|\\;\\text\{ and \}"
)


def formula(e: sp.Basic) -> str:
    """LaTeX of an expression or statement, without delimiters."""
    return sp.latex(e)


def escape(text: str) -> str:
    """Plain text for LaTeX.

    >>> escape("a_b & 50%")
    'a\\\\_b \\\\& 50\\\\%'
    """
    out = "".join(_SPECIAL.get(ch, ch) for ch in text)
    return out.encode("ascii", "replace").decode().replace("?", "?")


def meanings(claim: Claim) -> list[tuple[str, str]]:
    """(symbol, what it stands for) for the abbreviations and quantities that the claim uses."""
    used = claim.statement
    for _ in range(5):
        table = {**claim.where}
        used = used.xreplace({k: v for k, v in table.items() if isinstance(k, sp.Symbol)})
    names = {str(s) for s in used.free_symbols | claim.statement.free_symbols}
    names |= {str(f.func) for f in used.atoms(sp.core.function.AppliedUndef)}
    rows = []
    for table in (claim.where, claim.quantities):
        for k, v in table.items():
            if str(k) not in names:
                continue
            if isinstance(v, sp.Lambda):
                call = k(*v.variables)  # type: ignore[operator]
                rows.append((formula(call), formula(v.expr)))
            else:
                rows.append((formula(k), formula(v)))
    return rows


def pieces(tex: str, width: int = 110) -> list[str]:
    """A long formula cut at top-level plus signs and relations, for several lines.

    >>> pieces(r"a \\;\\text{ and }\\; \\frac{b - c}{d} = e", 12)
    ['a ', '\\\\;\\\\text{ and }\\\\; \\\\frac{b - c}{d}', ' = e']
    """
    if len(tex) <= width:
        return [tex]
    cuts, depth = [0], 0
    for match in _CUT.finditer(tex):
        token = match.group()
        if token in (r"\left", r"\begin", "{"):
            depth += 1
        elif token in (r"\right", r"\end", "}"):
            depth -= 1
        elif depth == 0:
            cuts.append(match.start())
    cuts.append(len(tex))
    lines, line = [], ""
    for a, b in pairwise(cuts):
        part = tex[a:b]
        if line and len(line) + len(part) > width:
            lines.append(line)
            line = part
        else:
            line += part
    return [*lines, line] if line else lines
