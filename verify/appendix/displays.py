r"""Formulas as displays that fit a page: whole if they are narrow enough, else broken at signs.

TeX breaks a formula in a paragraph after binary signs and relations, but not within `\left( \right)`
nor in a fraction; here it rather breaks before a sign that stands outside all brackets. A long formula is therefore given twice: as it is, and with plain brackets and
long fractions as quotients. TeX measures the first and takes the second where it is too wide.
"""

from __future__ import annotations

import re

from ..untex import untex

__all__ = ["PREAMBLE", "display", "inline"]

PREAMBLE = r"""\newsavebox{\formulabox}
\newcommand{\fit}[2]{\sbox{\formulabox}{$\displaystyle #1$}%
  \ifdim\wd\formulabox>\linewidth
    \begin{list}{}{\leftmargin=2em\rightmargin=0pt\topsep=2pt\parsep=0pt}\item[]\raggedright
    \lineskiplimit=2pt\lineskip=5pt\relpenalty=900\binoppenalty=2000$\displaystyle #2$\end{list}%
  \else\[\usebox{\formulabox}\]\fi}
"""
NARROW = 50  # signs that fit on any line
LONG_QUOTIENT = 40
_DIGITS = re.compile(r"\d{30,}")
_FRAC = r"\frac"
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.| [+-] |.", re.DOTALL)
_SUMS = re.compile(r" [+-] | = |\\(?:le|ge|ne|Rightarrow)(?![A-Za-z])| [<>] |^-")


def display(latex: str) -> str:
    """LaTeX source that shows the formula on lines of its own."""
    latex = latex.replace("+ - ", "- ").replace("+ -", "- ")
    if len(untex(latex)) <= NARROW:
        return rf"\[{latex}\]"
    return rf"\fit{{{latex}}}{{{broken(latex)}}}"


def inline(latex: str) -> str:
    """LaTeX source of the formula within a line of words."""
    latex = latex.replace("+ - ", "- ").replace("+ -", "- ")
    return f"${latex if len(untex(latex)) <= NARROW else broken(latex)}$"


def broken(latex: str) -> str:
    r"""The formula so that a paragraph can break it.

    >>> print(broken(r"a \left(b + c\right) + d"))
    a \penalty1500 (b + c) \penalty0 + d
    """
    out = _DIGITS.sub(lambda m: r"\penalty100 ".join(re.findall(".{1,10}", m[0])), latex)
    out = _openings(_quotients(out))
    out = re.sub(r"(?<=[\w)}]) \\left(?=[(\[])", r" \\penalty1500 ", out)
    out = out.replace(r"\right)\, ", r"\right)\,\penalty1500 ")
    return re.sub(r"\\(?:left|right)\s*(?=[(\[|)\]]|\\[|{}])", "", out).replace(r"\left.", "").replace(r"\right.", "")


def _openings(latex: str) -> str:
    """A good place to break before every sign outside all brackets."""
    out, depth = "", 0
    for token in _TOKEN.findall(latex):
        depth += token in ("{", r"\left") or token == "("
        depth -= token in ("}", r"\right", ")")
        out += rf" \penalty0{token}" if depth == 0 and token in (" + ", " - ") else token
    return out


def _quotients(latex: str) -> str:
    """Long fractions as quotients, from the outside in."""
    out, k = "", 0
    while (start := latex.find(_FRAC, k)) >= 0:
        top, after = _braced(latex, start + len(_FRAC))
        bottom, end = _braced(latex, after)
        if top is None or bottom is None:
            break
        out += latex[k:start]
        if len(untex(top)) + len(untex(bottom)) <= LONG_QUOTIENT:
            out += latex[start:end]
        else:
            out += f"{_grouped(_quotients(top), False)}/{_grouped(_quotients(bottom), True)}"
            out += r" \penalty1500 "
        k = end
    return out + latex[k:]


def _grouped(latex: str, tight: bool) -> str:
    """In brackets where a quotient needs them."""
    depth, outer = 0, ""
    for token in _TOKEN.findall(latex):
        depth += token in ("{", r"\left") or token == "("
        if depth == 0:
            outer += token
        closes = token in ("}", r"\right", ")")
        depth -= closes
        outer += "x" if closes and depth == 0 else ""
    sums = bool(_SUMS.search(outer))
    factors = " " in outer.strip()
    return rf"\left({latex}\right)" if sums or (tight and factors) else latex


def _braced(latex: str, k: int) -> tuple[str | None, int]:
    """What stands in the braces that open at k, and where they end."""
    if k >= len(latex) or latex[k] != "{":
        return None, k
    depth = 0
    for j in range(k, len(latex)):
        depth += (latex[j] == "{") - (latex[j] == "}")
        if depth == 0:
            return latex[k + 1 : j], j + 1
    return None, k
