"""Steps of a derivation, and the checker of each rule.

A step says: by this rule, `before` becomes `after`. Scripts and engines that produce steps are
not trusted; the checkers are. A rule without a checker does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Step"]


@dataclass(frozen=True)
class Step:
    """One line of a derivation."""

    rule: str
    before: Any
    after: Any
    args: dict[str, Any] = field(default_factory=dict, hash=False)
