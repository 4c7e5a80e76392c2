"""Proof scripts: lists of steps that are not trusted, run through checkers that are.

`try_script` is asked after every automatic proof has failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from refutable.derivations.claim import Claim
from refutable.derivations.statement import Rel

if TYPE_CHECKING:
    from .deduce import Deduction

__all__ = ["try_script"]


def try_script(claim: Claim, d: Deduction, facts: tuple[Rel, ...]) -> bool:
    """Whether the claim's script proves its statement; no script, no proof."""
    return False
