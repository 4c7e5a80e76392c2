"""`refutable latex`: statements, derivations and errata as a LaTeX document, and as a PDF."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from refutable.derivations.errors import UsageError

from .judged import add_options, judged

__all__ = ["add_parser", "compile_pdf"]

PDFLATEX = ("pdflatex", "-interaction=nonstopmode", "-halt-on-error")


def add_parser(subparsers) -> None:  # type: ignore[no-untyped-def]
    """`refutable latex [ID ...] -o FILE [--pdf]`."""
    text = "derivations and errata as LaTeX"
    p = subparsers.add_parser("latex", help=text, description=text, allow_abbrev=False)
    add_options(p)
    p.add_argument("-o", "--output", default="-", metavar="FILE", help="where to (default: stdout)")
    p.add_argument("--pdf", action="store_true", help="compile FILE to PDF as well (pdflatex)")
    p.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from .appendix.document import document
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
        for _ in range(3):  # the contents move the pages that they name
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
