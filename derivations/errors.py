"""Every error that `refutable` raises on purpose: one class per cause, one base class.

A message says what was asked, what was found and what to do. The command line adds where
(file, line, claim id) and prints it on one line.
"""

from __future__ import annotations

__all__ = [
    "BudgetExceeded",
    "ClaimError",
    "Contradiction",
    "DomainError",
    "LoadError",
    "NoClaim",
    "OutsideFragment",
    "PathNotFound",
    "ProcessError",
    "RefutableError",
    "StatementError",
    "UsageError",
]


class RefutableError(Exception):
    """Base class. `where` is filled in by the loader: (file, line, claim id), any may be None."""

    def __init__(
        self, message: str, *, where: tuple[str | None, int | None, str | None] | None = None
    ):
        super().__init__(message)
        self.where = where or (None, None, None)


class UsageError(RefutableError):
    """The command line asks for something that does not exist or does not fit together."""


class PathNotFound(UsageError):
    """A named path does not exist (exit code 4)."""


class NoClaim(UsageError):
    """Nothing was selected or found to judge (exit code 5)."""


class LoadError(RefutableError):
    """A claim file does not load: it raises, or declares something that is no claim."""


class ProcessError(RefutableError):
    """A process is malformed: unknown batch name, weights that do not sum to one, ..."""


class DomainError(RefutableError):
    """A domain is malformed, or a symbol has none."""


class StatementError(RefutableError):
    """A statement is malformed: an undeclared symbol, a relation that evaluated itself away."""


class ClaimError(RefutableError):
    """A claim is malformed: unknown kind, duplicate id, unknown field."""


class OutsideFragment(RefutableError):
    """An engine refuses, because the question is outside what it can answer exactly.

    `part` names the part that it cannot express. It is never a verdict about the claim.
    """

    def __init__(self, message: str, *, part: str | None = None):
        super().__init__(message)
        self.part = part or message


class NoLimit(OutsideFragment):
    """The limit that is asked for does not exist: two ways to approach it differ."""


class BudgetExceeded(OutsideFragment):
    """The question is in the fragment but needs more steps or states than the engine's budget."""


class Contradiction(RefutableError):
    """Two engines contradict each other: an internal error (exit code 3), never a verdict."""
