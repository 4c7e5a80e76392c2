"""The whole document, a section for each paper. Needs amsmath, amssymb and hyperref only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from refutable.derivations.statement import Parts

from ..judged import with_parts
from ..verdict import WORDS, Verdict
from . import displays
from .entry import Numbers, entry, parent_entry
from .words import escape

__all__ = ["HEADING", "document"]

PREAMBLE = (
    r"""\documentclass[11pt,a4paper]{article}
\usepackage{amsmath,amssymb}
\usepackage[hidelinks]{hyperref}
\setlength{\textwidth}{16cm}\setlength{\oddsidemargin}{0cm}
\setlength{\textheight}{24cm}\setlength{\topmargin}{-1.5cm}
\setlength{\parindent}{0pt}\setlength{\parskip}{5pt}\emergencystretch=3em\tolerance=2000
\newcommand{\claimid}[1]{\texttt{\small #1}}
\newcommand{\step}[1]{{\small #1}}
\newcommand{\process}[1]{\begin{list}{}{\leftmargin=2em\topsep=1pt\parsep=0pt}%
  \item[]\raggedright\small\lineskiplimit=1pt\lineskip=3pt #1\end{list}}
\newcommand{\witness}[1]{\begin{list}{}{\leftmargin=2em\topsep=1pt}\item[]\small
  \begin{tabular}{@{}lp{12.5cm}@{}}#1\end{tabular}\end{list}}
\allowdisplaybreaks\raggedbottom
"""
    + displays.PREAMBLE
)
HEADING = {
    "seddik2024": "Seddik et al.\\ 2024",
    "gerstgrasser2024": "Gerstgrasser et al.\\ 2024",
    "he2026": "He, Xu and Cheng 2026",
    "bakshi2026": "Bakshi and Chakraborty 2026",
}
INTRODUCTION = """\
Every statement is followed by the verdict on it. What is derived is derived from the process that
is named, never from the statement. A numbered line says how it was checked while it was written, or
that it was not compared by itself; it is printed once and later referred to by its number.
$\\overline{x}$ with a name above is the mean of the batch of that name. A counterexample is exact and
was confirmed by an engine, or a method, that did not find it."""


def document(verdicts: Sequence[Verdict], title: str = "Derivations and errata") -> str:
    """The whole document."""
    lines = [PREAMBLE, rf"\title{{{title}}}\author{{\texttt{{refutable}}}}\date{{}}"]
    lines += [r"\begin{document}\maketitle", INTRODUCTION, ""]
    lines += [_tally(verdicts), r"\tableofcontents"]
    numbers = Numbers()
    paper = None
    for top, parts in with_parts(verdicts):
        if top.claim.paper != paper:
            paper = top.claim.paper
            lines.append(rf"\section{{{HEADING.get(paper, escape(paper or 'Own claims'))}}}")
        lines += _claim(top, parts, numbers)
    lines.append(r"\end{document}")
    return "\n".join(lines) + "\n"


def _tally(verdicts: Sequence[Verdict]) -> str:
    found = Counter(v.verdict for v in verdicts)
    words = [f"{found[w]} {w}" for w in reversed(WORDS) if found[w]]
    return f"Of {len(verdicts)} statements: {', '.join(words)}.\n"


def _claim(top: Verdict, parts: Sequence[Verdict], numbers: Numbers) -> list[str]:
    lines = [_heading("subsection", top.claim.id, top)]
    empty = isinstance(top.claim.statement, Parts)
    lines += _paragraphs(parent_entry(top, parts) if empty else entry(top, numbers))
    for v in parts:
        short = v.claim.id.removeprefix(f"{v.claim.parent}.")
        lines += [_heading("subsubsection*", short, v), *_paragraphs(entry(v, numbers))]
    return lines


def _heading(level: str, name: str, v: Verdict) -> str:
    return rf"\{level}{{{escape(name)}: {v.verdict}}}"


def _paragraphs(found) -> list[str]:  # type: ignore[no-untyped-def]
    return [x for text in found for x in (text, "")]
