"""The exact engine: laws of a process at concrete sizes, in rationals, by enumeration."""

from .api import atoms, outcomes, value
from .errors import Undefined

__all__ = ["Undefined", "atoms", "outcomes", "value"]
