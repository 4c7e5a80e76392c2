r"""The lines of a claim's derivation: what was derived, then what was proved from it.

A line of a proof is words with formulas between dollars: `\text{limit: $t \to \infty$}`.
"""

from __future__ import annotations

from collections.abc import Iterator

from refutable.derivations.claim import Claim
from refutable.derivations.errors import OutsideFragment, RefutableError
from refutable.derivations.story import Line, story

from .deduce import deduce
from .mathwords import in_letters
from .typeset import sequences_of, tex
from .untex import untex
from .why import letters

__all__ = ["PROOF_LINE", "derivation_lines", "plain", "segments"]

#: What stands for a check of a proof's own lines: they are the result of checks.
PROOF_LINE = "proof line"


def derivation_lines(claim: Claim) -> list[Line]:
    """Every derived quantity step by step (each line re-checked), then the proof's own lines."""
    lines: list[Line] = []
    try:
        d = deduce(claim)
    except RefutableError as err:
        return [Line("refused", _words(str(err)), "")]
    for derived in d.derived.values():
        try:
            found = story(derived, tex)
        except OutsideFragment as err:
            found = [Line("refused", _words(str(err)), "")]
        lines += [x for x in found if x not in lines]
    known, names = letters(d, tex), sequences_of(claim)
    said = ((rule, in_letters(text.replace("$", ""), known, names, tex)) for rule, text in d.lines)
    return lines + [Line(rule, _words(text), PROOF_LINE) for rule, text in said]


def _words(text: str) -> str:
    return rf"\text{{{text}}}"


def segments(latex: str) -> Iterator[tuple[bool, str]]:
    """(is it a formula?, LaTeX or plain words) of a line, in order.

    >>> list(segments(r"\text{limit: $t \to \infty$, certified}"))
    [(False, 'limit: '), (True, 't \\to \\infty'), (False, ', certified')]
    """
    if not latex.startswith(r"\text{"):
        yield True, latex
        return
    body = latex.removeprefix(r"\text{").removesuffix("}")
    for k, part in enumerate(body.split("$")):
        if part:
            yield bool(k % 2), part


def plain(latex: str) -> str:
    """A line as plain text."""
    return "".join(untex(part) if math else part for math, part in segments(latex))
