r"""`refutable latex`: statements, derivations and errata as a LaTeX document.

Needs amsmath, amsthm, amssymb, graphicx and hyperref only. Long formulas are cut at their plus
signs; a line that is still too wide is scaled to the text width, never clipped.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from refutable.derivations.errors import UsageError

from .derivation import derivation_lines
from .errata import scan_like
from .judged import add_options, judged, with_parts
from .tex import escape, formula, meanings, pieces
from .verdict import Verdict

__all__ = ["add_parser", "document"]

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage{amsmath,amsthm,amssymb,graphicx}
\usepackage[hidelinks]{hyperref}
\setlength{\textwidth}{16cm}\setlength{\oddsidemargin}{0cm}
\setlength{\textheight}{23.5cm}\setlength{\topmargin}{-1cm}
\setlength{\parindent}{0pt}\setlength{\parskip}{4pt}\emergencystretch=3em
\newsavebox{\formulabox}
\newcommand{\fit}[1]{\sbox{\formulabox}{$\displaystyle #1$}%
  \ifdim\wd\formulabox>\linewidth\resizebox{\linewidth}{!}{\usebox{\formulabox}}%
  \else\usebox{\formulabox}\fi}
\newcommand{\claimid}[1]{\texttt{\small #1}}
\raggedbottom
"""
PDFLATEX = ("pdflatex", "-interaction=nonstopmode", "-halt-on-error")
HEADING = {
    "seddik2024": "Seddik et al.\\ 2024",
    "gerstgrasser2024": "Gerstgrasser et al.\\ 2024",
    "he2026": "He, Xu and Cheng 2026",
    "bakshi2026": "Bakshi and Chakraborty 2026",
}


def document(verdicts: Sequence[Verdict], title: str = "Derivations and errata") -> str:
    """The whole document."""
    lines = [PREAMBLE, rf"\title{{{title}}}\author{{\texttt{{refutable}}}}\date{{}}"]
    lines += [r"\begin{document}\maketitle", r"\tableofcontents"]
    entries = with_parts(verdicts)
    paper = None
    for top, parts in entries:
        if top.claim.paper != paper:
            paper = top.claim.paper
            lines.append(rf"\section{{{HEADING.get(paper, escape(paper or 'Own claims'))}}}")
        lines += _entry(top)
        for v in parts:
            lines += _entry(v, part=True)
    lines.append(r"\end{document}")
    return "\n".join(lines) + "\n"


def _entry(v: Verdict, part: bool = False) -> list[str]:
    c = v.claim
    short = c.id.removeprefix(f"{c.parent}.") if part else c.id
    head = rf"\{'subsubsection*' if part else 'subsection'}{{{escape(short)}: {v.verdict}}}"
    lines = [head, rf"\claimid{{{escape(c.id)}}}. {escape(c.locator)}."]
    if c.provenance != "printed":
        sure = f", confidence {c.confidence}" if c.confidence is not None else ""
        lines.append(rf"\emph{{Reconstructed formula{escape(sure)}.}}")
    if c.is_prose:
        return [*lines, escape(v.reason) + "."]
    lines += _display(formula(c.statement))
    rows = meanings(c)
    if rows and not part:
        lines.append("Here")
        for k, e in rows:
            lines += _display(f"{k} = {e}")
    lines.append(rf"\emph{{Verdict:}} {v.verdict}; {escape(v.reason)}.")
    if v.counterexample is not None:
        lines += _witness(v)
    if v.verdict in ("proved", "refuted") and not part:
        lines += _derivation(v)
    if v.trusted:
        lines.append(rf"\emph{{Rests on:}} {escape(', '.join(v.trusted))}.")
    return lines


def _display(tex: str) -> list[str]:
    parts = pieces(tex)
    if len(parts) == 1:
        return [rf"\[\fit{{{tex}}}\]"]
    rows = r" \\ & \quad ".join(parts)
    return [rf"\[\fit{{\begin{{aligned}} & {rows} \end{{aligned}}}}\]"]


def _witness(v: Verdict) -> list[str]:
    x = v.counterexample
    assert x is not None
    at = ", ".join(f"{k} = {_at(val)}" for k, val in x.at.items())
    lines = [
        rf"\emph{{Counterexample}} ({escape(v.refutes or '')}): at {escape(at)} the true value is"
        rf" {escape(x.lhs)}, the statement makes it {escape(x.rhs)} (stated {escape(x.relation)});"
        rf" found by the {x.engine} engine, confirmed by the {x.confirmed_by} engine.",
    ]
    if x.account:
        body = r"\\".join(rf"\texttt{{{escape(line)}}}" for line in x.account[:14])
        lines.append(rf"\begin{{quote}}\footnotesize\raggedright {body}\end{{quote}}")
    r = v.repair
    if r is not None:
        lines.append(rf"\emph{{Repair}} ({r.verdict}): {escape(r.why)}.")
        lines += _display(formula(r.statement))
        if r.difference is not None and r.difference != 0:
            lines.append("Printed minus true:")
            lines += _display(formula(r.difference))
    if scan_like(v):
        lines.append(r"\emph{The difference is one that a scan can make: see the printed page.}")
    return lines


def _at(value: object) -> str:
    return f"({', '.join(map(str, value))})" if isinstance(value, list) else str(value)


def _derivation(v: Verdict) -> list[str]:
    lines: list[str] = []
    for line in derivation_lines(v.claim):
        note = escape(f"{line.rule}: {line.checked}" if line.checked else line.rule)
        if line.latex.startswith(r"\text{"):
            text = line.latex.removeprefix(r"\text{").removesuffix("}")
            lines.append(rf"{{\small {escape(line.rule)}: {escape(text)}.}}")
        else:
            lines += [rf"{{\small {note}}}", *_display(line.latex)]
    return [r"\emph{Derivation.}", *lines] if lines else []


def add_parser(subparsers) -> None:  # type: ignore[no-untyped-def]
    """`refutable latex [ID ...] -o FILE [--pdf]`."""
    text = "derivations and errata as LaTeX"
    p = subparsers.add_parser("latex", help=text, description=text, allow_abbrev=False)
    add_options(p)
    p.add_argument("-o", "--output", default="-", metavar="FILE", help="where to (default: stdout)")
    p.add_argument("--pdf", action="store_true", help="compile FILE to PDF as well (pdflatex)")
    p.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from .outfile import write_text

    if args.pdf and args.output == "-":
        raise UsageError("compile a PDF; the LaTeX goes to stdout; name a file with -o FILE")
    write_text(args.output, document(judged(args)))
    if args.pdf:
        compile_pdf(Path(args.output))
    return 0


def compile_pdf(path: Path) -> Path:
    """The PDF beside a LaTeX file; raises UsageError where pdflatex is missing or fails."""
    if shutil.which("pdflatex") is None:
        raise UsageError("compile a PDF; pdflatex is not installed; install texlive-latex-base")
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):  # the second run fills the table of contents
            done = subprocess.run(
                [*PDFLATEX, "-output-directory", folder, str(path)],
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
            if done.returncode:
                wrong = next(
                    (x for x in done.stdout.splitlines() if x.startswith("!")), "it failed"
                )
                raise UsageError(f"compile {path}; pdflatex says {wrong}; see the LaTeX source")
        target = path.with_suffix(".pdf")
        shutil.copyfile(Path(folder) / target.name, target)
    return target
