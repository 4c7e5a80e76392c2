r"""The lines of a claim's derivation: what was derived, then what was proved from it.

A line of a proof is words with formulas between dollars: `\text{limit: $t \to \infty$}`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Basic

from refutable.derivations.claim import Claim
from refutable.derivations.derive import Derived
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
        lines += [x for x in _told(derived) if x not in lines]
    known, names = letters(d, tex), sequences_of(claim)
    said = ((rule, in_letters(text.replace("$", ""), known, names, tex)) for rule, text in d.lines)
    return lines + [Line(rule, _words(text), PROOF_LINE) for rule, text in said]


#: (quantity, its formula) -> its story: many claims are about one quantity.
_STORIES: dict[tuple[Basic, Basic], list[Line]] = {}


def _told(derived: Derived) -> list[Line]:
    key = derived.node, derived.formula
    if key not in _STORIES:
        try:
            _STORIES[key] = story(derived, tex)
        except OutsideFragment as err:
            _STORIES[key] = [Line("refused", _words(str(err)), "")]
    return _STORIES[key]


def _words(text: str) -> str:
    return rf"\text{{{text}}}"


def segments(latex: str) -> Iterator[tuple[bool, str]]:
    r"""(is it a formula?, LaTeX or plain words) of a line, in order.

    >>> for part in segments(r"\text{limit: $t \to 0$, certified}"):
    ...     print(part)
    (False, 'limit: ')
    (True, 't \\to 0')
    (False, ', certified')
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
