"""The exact engine: laws of a process at concrete sizes, in rationals, by enumeration."""

from .api import atoms, outcomes, same_vectors, value
from .errors import Undefined
from .explain import explain
from .linear import coefficients, vector_coefficients

__all__ = [
    "Undefined",
    "atoms",
    "coefficients",
    "explain",
    "outcomes",
    "same_vectors",
    "value",
    "vector_coefficients",
]
