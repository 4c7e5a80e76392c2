"""Sampling engine: intervals with stated false-alarm and false-pass rates."""

if __name__ != "refutable.montecarlo":
    raise ImportError("write `import refutable.montecarlo`, not `import montecarlo`")

from .check import Outcome, check
from .estimate import Estimate, estimate

__all__ = ["Estimate", "Outcome", "check", "estimate"]
