"""The one error that only the exact engine raises."""

from __future__ import annotations

from refutable.derivations.errors import OutsideFragment

__all__ = ["Undefined"]


class Undefined(OutsideFragment):
    """The question has no answer at this instance; at other instances it may have one.

    Examples: a mean given an event of probability zero, a batch of size zero, the model of a
    generation before the truth, a division by zero. It says nothing about the claim.
    """
