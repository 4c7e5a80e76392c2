"""The lines of a claim's derivation: what was derived, then what was proved from it."""

from __future__ import annotations

from refutable.derivations.claim import Claim
from refutable.derivations.errors import OutsideFragment, RefutableError
from refutable.derivations.story import Line, story

from .deduce import deduce
from .typeset import tex

__all__ = ["derivation_lines"]


def derivation_lines(claim: Claim) -> list[Line]:
    """Every derived quantity step by step (each line re-checked), then the proof's own lines."""
    lines: list[Line] = []
    try:
        d = deduce(claim)
    except RefutableError as err:
        return [Line("refused", r"\text{" + str(err) + "}", "")]
    for derived in d.derived.values():
        try:
            found = story(derived, tex)
        except OutsideFragment as err:
            found = [Line("refused", r"\text{" + str(err) + "}", "")]
        lines += [x for x in found if x not in lines]
    return lines + [Line(rule, rf"\text{{{detail}}}", "proof line") for rule, detail in d.lines]
